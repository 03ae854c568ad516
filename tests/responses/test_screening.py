"""What respondents wrote in their own words is read before it leaves."""

import pytest
from django.urls import reverse

from responses.actions import correction, screening
from responses.models import Response, Screening
from surveys.models import Round
from tests.exported import rows_of
from tests.factories import NOON, make_case, make_open_round, make_questionnaire, make_response, make_stratum
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db

DOCUMENT = """
code: words
version: 1
country: DK
reference_period: {start: "2018-01-01", end: "2019-12-31"}
languages: [en]
title: {en: Words}
texts: {}
register: []
scales: {}
derived: []
pages:
- name: only
  label: {en: Only}
  questions:
  - code: new
    type: single
    label: {en: "New?"}
    options:
    - {code: "yes", value: 1, label: {en: "Yes"}}
    - {code: other, value: 2, label: {en: Other}, open: true}
  - code: comment
    type: open
    label: {en: Comment}
    required: false
"""


@pytest.fixture
def round_() -> Round:
    return make_open_round(questionnaire=make_questionnaire(DOCUMENT))


def exported(round_: Round) -> list[tuple[str, str]]:
    return [(row["comment"], row["new__other__text"]) for row in rows_of(round_)]


def test_own_words_are_those_of_open_questions_and_open_options(round_: Round) -> None:
    make_response(make_case(round_), {"new": "other", "new.other": "Signes idé", "comment": "Ring til Signe"})
    make_response(make_case(round_), {"new": "yes"})
    (waiting,) = screening.to_screen(round_, 20)
    assert waiting.texts == {"new__other__text": "Signes idé", "comment": "Ring til Signe"}


def test_an_export_has_only_words_that_passed(round_: Round) -> None:
    by, stratum = finn(), make_stratum(round_, population_size=9, sample_size=3)
    passed, held, unread = (
        make_response(make_case(round_, stratum=stratum), {"new": "other", "new.other": word, "comment": word})
        for word in ("fine", "Signe", "who knows")
    )
    assert exported(round_) == [("", ""), ("", ""), ("", "")]
    decisions = {passed.pk: True, held.pk: False}
    assert screening.screen(round_=round_, decisions=decisions, by=by, at=NOON) == 2
    assert exported(round_) == [("fine", "fine"), ("", ""), ("", "")]
    assert [each.response for each in screening.to_screen(round_, 20)] == [unread]


def test_a_response_without_words_needs_no_reader(round_: Round) -> None:
    silent = make_response(make_case(round_), {"new": "yes"})
    read = make_response(make_case(round_), {"comment": "fine"})
    screening.screen(round_=round_, decisions={read.pk: True}, by=finn(), at=NOON)
    assert Screening.objects.get(response=silent).passes


def test_what_is_corrected_is_read_again(round_: Round) -> None:
    by = finn()
    response = make_response(make_case(round_), {"comment": "fine"})
    screening.screen(round_=round_, decisions={response.pk: True}, by=by, at=NOON)
    correction.reopen(case=response.case, reason="asked", by=by, at=NOON)
    Response.objects.filter(pk=response.pk).update(submitted_at=NOON, answers={"comment": "Signe"})
    assert exported(round_) == [("", "")]


def test_a_response_of_another_round_cannot_be_screened_from_here(round_: Round) -> None:
    other = make_response(make_case(), {"new": "yes"})
    assert screening.screen(round_=round_, decisions={other.pk: True}, by=finn(), at=NOON) == 0
    assert not Screening.objects.exists()


def test_the_page_shows_words_escaped_and_takes_the_decisions(round_: Round) -> None:
    response = make_response(make_case(round_), {"comment": "<b>fine</b>"})
    address = reverse("own-words", args=[round_.slug])
    browser = browser_of(finn())
    page = browser.get(address).content.decode()
    assert "<dt>Comment</dt><dd>&lt;b&gt;fine" in page
    posted = {f"r{response.pk}": "passes", "rx": "passes", "r": "passes", "r99999999": "held"}
    assert browser.post(address, posted).status_code == 302
    assert exported(round_) == [("<b>fine</b>", "")]
    assert "Nothing waits to be read" in browser.get(address).content.decode()
