"""Figure 1 of the third edition, live: weights, uncertainty, and words where there is nothing to say."""

import csv
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from responses.dataset import dataset
from responses.estimate_tables import Line, Table
from responses.estimates import Estimates, estimate
from responses.models import Case
from responses.statistics.dispositions import EventKind
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round, Stratum
from tests.factories import NOON, make_case, make_open_round, make_questionnaire, make_response, make_stratum
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db

NEITHER = {"pol_leadership": "neither", "legislation": "neither"}
PROMOTED = {"pol_leadership": "promoted_some", "legislation": "neither"}
INELIGIBLE = [EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED]


def innovator(initiators: list[str] | None, factors: Mapping[str, str] | None = None) -> dict[str, object]:
    """The answers of an innovative workplace that figure 1 reads; None leaves the initiators unanswered."""
    types = {"product": "yes", "service": "no", "process": "no", "comm": "no"}
    answers: dict[str, object] = {"unit_confirm": "yes", "innov": types, "factors": dict(factors or NEITHER)}
    return answers if initiators is None else answers | {"initiators": initiators}


NOT_INNOVATIVE = {
    "unit_confirm": "yes",
    "innov": {"product": "no", "service": "no", "process": "no", "comm": "dk"},
    "initiators": ["legislation"],  # left behind by a change of mind
}
BY_LAW, BY_STAFF = innovator(["legislation"]), innovator(["employees"])


@pytest.fixture
def round_() -> Round:
    cache.clear()  # a rolled back round leaves its number to the next
    document = (SHIPPED / "innovation-barometer-dk-2018-19.yaml").read_text(encoding="utf-8")
    return make_open_round(questionnaire=make_questionnaire(document))


@pytest.fixture
def kindergartens(round_: Round) -> Stratum:
    return make_stratum(round_, population_size=10, sample_size=5)


@pytest.fixture
def schools(round_: Round) -> Stratum:
    return make_stratum(round_, level="state", industry_groups=["education"], population_size=6, sample_size=2)


def answer(stratum: Stratum, *answers: Mapping[str, object]) -> None:
    for given in answers:
        make_response(make(stratum), given)


def make(stratum: Stratum, **changes: Any) -> Case:
    level, group = stratum.level, stratum.industry_groups[0]
    return make_case(stratum.sample.round, stratum=stratum, level=level, industry_group=group, **changes)


def line(found: Estimates, indicator: str, group: str = "") -> Line:
    lines = [each for table in found.tables for each in table.lines]
    return next(each for each in lines if (each.indicator, each.group) == (indicator, group))


def table_of(found: Estimates, indicator: str) -> Table:
    return next(table for table in found.tables if table.indicator == indicator)


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("estimate", *arguments, stdout=out)
    return out.getvalue()


def test_the_share_and_its_standard_error_are_those_worked_by_hand(
    round_: Round, kindergartens: Stratum, schools: Stratum
) -> None:
    answer(kindergartens, BY_LAW, innovator(["employees"], PROMOTED), BY_STAFF)
    make(kindergartens, events=INELIGIBLE)
    answer(schools, BY_LAW, BY_STAFF)
    found = line(estimate(round_, ["R3-02"], "en"), "R3-02").estimate
    # Weights 10 / (3 + 1) and 6 / 2: (2 · 2.5 + 3) / (3 · 2.5 + 2 · 3) = 8 / 13.5.
    assert found.estimate == pytest.approx(8 / 13.5)
    # Residuals in 27ths: 11, 11, −16 and 0 of the ineligible, about 1.5; 11 and −16, about −2.5.
    variance = 0.6 * 4 / 3 * 489 * (2.5 / 13.5 / 27) ** 2 + 2 / 3 * 2 * 364.5 * (3 / 13.5 / 27) ** 2
    assert found.standard_error == pytest.approx(variance**0.5)
    assert found.interval_low is not None and found.interval_high is not None
    assert found.interval_low < 8 / 13.5 < found.interval_high
    assert found.n == 5


def test_an_indicator_brings_its_parts_each_beside_its_published_value(
    round_: Round, kindergartens: Stratum, schools: Stratum
) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF, innovator(["pol_leadership", "legislation"], PROMOTED))
    answer(schools, BY_STAFF, BY_STAFF)
    found = estimate(round_, ["R3-02"], "en")
    assert [table.indicator for table in found.tables] == ["R3-02", *(f"R3-02{letter}" for letter in "abcdefg")]
    whole = [table.lines[0] for table in found.tables[:5]]
    assert [each.published for each in whole] == [0.59, 0.41, 0.35, 0.11, 0.18]
    assert [each.estimate.estimate for each in whole] == pytest.approx([5 / 12, 5 / 24, 0, 5 / 24, 5 / 12])
    by_level = [(each.indicator, each.group, each.published) for each in table_of(found, "R3-02f").lines]
    assert by_level == [
        ("R3-02e", "", 0.27),
        ("R3-02f", "municipality", 0.27),
        ("R3-02f", "region", 0.13),
        ("R3-02f", "state", 0.35),
    ]
    assert line(found, "R3-02f", "municipality").estimate.estimate == pytest.approx(2 / 3)
    assert line(found, "R3-02f", "state").estimate.estimate == 0


def test_a_group_without_answers_gets_words_and_no_number(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    region = line(estimate(round_, ["R3-02"], "en"), "R3-02f", "region")
    assert region.estimate.estimate is None
    assert region.reason


def test_who_is_not_innovative_is_outside_whatever_was_answered_before(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF, NOT_INNOVATIVE)
    found = line(estimate(round_, ["R3-02"], "en"), "R3-02e").estimate
    assert (found.n, found.not_answered) == (2, 0)
    assert found.estimate == pytest.approx(1 / 2)


def test_who_was_asked_and_did_not_answer_is_in_neither_part_and_counted(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF, innovator(None))
    found = line(estimate(round_, ["R3-02"], "en"), "R3-02e").estimate
    assert (found.n, found.not_answered) == (2, 1)


def test_what_is_saved_and_not_submitted_is_not_estimated(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    case = make(kindergartens)
    response = make_response(case, BY_LAW)
    response.submitted_at = None
    response.save()
    assert line(estimate(round_, ["R3-02"], "en"), "R3-02").estimate.n == 2


def test_a_stratum_with_one_answer_is_joined_with_others_and_the_figure_says_so(
    round_: Round, kindergartens: Stratum
) -> None:
    small = make_stratum(round_, industry_groups=["health"], population_size=4, sample_size=1)
    answer(kindergartens, BY_LAW, BY_STAFF)
    answer(small, BY_LAW)
    found = estimate(round_, ["R3-02"], "en")
    assert [(joined.count, "10–24" in joined.label) for joined in found.basis.joined] == [(2, True)]
    assert line(found, "R3-02").estimate.estimate == pytest.approx(2 / 3)


@pytest.mark.parametrize("submitted", [0, 1])
def test_before_two_answers_there_are_words_only(round_: Round, kindergartens: Stratum, submitted: int) -> None:
    answer(kindergartens, *[BY_LAW] * submitted)
    found = estimate(round_, ["R3-02"], "en")
    assert {each.estimate.estimate for table in found.tables for each in table.lines} == {None}
    text = command(round_.slug, "R3-02")
    assert "nan" not in text.lower()
    assert json.loads(command(round_.slug, "R3-02", "--format", "json"))["responding"] == submitted


def test_a_new_answer_is_seen_at_once(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    assert line(estimate(round_, ["R3-02"], "en"), "R3-02").estimate.n == 2
    make_response(make(kindergartens), BY_LAW, at=NOON + timedelta(days=1))
    assert line(estimate(round_, ["R3-02"], "en"), "R3-02").estimate.n == 3


def test_unchanged_answers_are_read_once(round_: Round, kindergartens: Stratum, django_assert_num_queries: Any) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    first = dataset(round_, ["innovative"])
    with django_assert_num_queries(1):
        again = dataset(round_, ["innovative"])
    assert again.columns["innovative"].tolist() == first.columns["innovative"].tolist() == [1, 1]


def test_a_confirmed_closure_changes_the_weights_without_a_new_answer(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    before = line(estimate(round_, ["R3-02"], "en"), "R3-02").estimate.weighted_base
    make(kindergartens, events=INELIGIBLE)
    after = line(estimate(round_, ["R3-02"], "en"), "R3-02").estimate.weighted_base
    assert [before, after] == pytest.approx([10, 10 / 3 * 2])


def test_the_command_prints_one_indicator_or_it_with_its_parts(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    lines = list(csv.DictReader(command(round_.slug, "R3-02f", "--format", "csv").splitlines()))
    assert [each["group"] for each in lines] == ["", "municipality", "region", "state"]
    assert float(lines[1]["estimate"]) == pytest.approx(0.5)
    assert lines[2]["estimate"] == ""
    assert {(each["rehearsal"], each["provisional"]) for each in lines} == {("1", "1")}
    with translation.override("da"):
        text = command(round_.slug, "R3-02")
    assert "Intervallet dækker tilfældig usikkerhed, ikke skævhed på grund af bortfald." in text
    assert "50,0\xa0%" in text


def test_the_command_names_the_indicators_there_are(round_: Round) -> None:
    with pytest.raises(CommandError, match="R3-02a"):
        command(round_.slug, "R9")
    with pytest.raises(CommandError):
        command(make_open_round().slug, "R3-02")


def test_the_page_shows_figure_1_with_intervals_and_what_they_do_not_cover(
    round_: Round, kindergartens: Stratum, schools: Stratum
) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    answer(schools, BY_LAW, BY_STAFF)
    page = browser_of(finn(), "da").get(reverse("figures", args=[round_.slug])).content.decode()
    assert "Figur 1. Politiske beslutningers positive rolle for innovationen" in page
    assert "Foreløbig" in page
    assert "Øvelse" in page
    assert page.count("Intervallet dækker tilfældig usikkerhed, ikke skævhed på grund af bortfald.") == 5
    assert re.search(r">50,0\xa0%</td>\s*<td class=\"number\">[0-9,]+\xa0% – [0-9,]+\xa0%</td>", page)
    assert not re.search(r"\bnan\b", page)
    assert "style=" not in page


def test_a_closed_round_is_provisional_until_stored_weights_are_chosen(round_: Round, kindergartens: Stratum) -> None:
    answer(kindergartens, BY_LAW, BY_STAFF)
    round_.closed_at = NOON + timedelta(days=45)
    round_.save()
    found = estimate(round_, ["R3-02"], "en")
    assert (found.basis.open, found.basis.provisional) == (False, True)
    with translation.override("en"):
        assert "no stored weights are chosen" in command(round_.slug, "R3-02")


def test_a_questionnaire_without_indicators_has_a_page_that_says_so() -> None:
    page = browser_of(finn()).get(reverse("estimate-table", args=[make_open_round().slug]))
    assert "comes without indicators" in page.content.decode()


def test_the_page_is_for_staff_and_read_only() -> None:
    address = reverse("figures", args=[make_open_round().slug])
    assert browser_of(None).get(address).status_code == 302
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).post(address).status_code == 405
