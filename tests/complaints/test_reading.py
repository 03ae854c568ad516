"""Complaints 21, 22 and 23: what a screen reader gets, languages that lose answers, days that are off by one."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from responses.models import Case, LinkHolder, Response
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.leaders import LONG_WAY, SHORT_WAY, current_route, link, owner_of, stored_answers, submit, walk
from tests.markup import Markup

CHROME = {
    "da": ("Næste", "Tilbage", "Gem, og fortsæt senere", "Er du ikke den rette?", "Side", "Har du brug for hjælp?"),
    "en": ("Next", "Back", "Save and continue later", "Not the right person?", "Page", "Do you need help?"),
}


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


@pytest.mark.parametrize("language", ["da", "en"])
def test_complaint_21_every_field_of_every_page_has_its_label_fieldset_and_place_in_the_summary(
    client: Client, holder: LinkHolder, language: str
) -> None:
    list(walk(client, holder, LONG_WAY))
    answers = stored_answers(holder)
    seen = 0
    for page in current_route(holder).pages:
        path = f"{link(holder, 'answer-page', page.number)}?lang={language}"
        assert Markup(client.get(path).content.decode()).faults() == []
        of_page = {item.code for item in page.items}
        Response.objects.update(
            answers={key: each for key, each in answers.items() if key.split(".")[0] not in of_page}
        )
        found = client.post(path, {"next": "1"})
        Response.objects.update(answers=answers)
        if found.status_code != 422:
            continue  # nothing on the page must be answered
        seen += 1
        markup = Markup(found.content.decode())
        assert markup.faults() == []
        summary = markup.with_class("alert-error")[0]
        assert summary.get("role") == "alert"
        assert "autofocus" in summary.attributes  # so that it is read out
        targets = [each.get("href")[1:] for each in markup.all("a") if summary in each.within]
        assert targets
        for target in targets:
            field = markup.by_id(target)
            told = " ".join(each.get("aria-describedby") for each in (field, *field.within))
            assert any("error" in id_ for id_ in told.split()), target
    assert seen >= 3


def test_complaint_21_no_grid_is_a_table_of_inputs(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    page = Markup(client.get(link(holder, "answer-page", 3)).content.decode())
    rows = [
        element
        for element in page.all("fieldset")
        if any(e.tag == "input" and element in e.within for e in page.elements)
    ]
    assert len(rows) >= 4
    assert page.all("table") == []


@pytest.mark.parametrize(("here", "there"), [("da", "en"), ("en", "da")])
def test_complaint_22_switching_the_language_keeps_every_answer_and_translates_every_button(
    client: Client, holder: LinkHolder, here: str, there: str
) -> None:
    Case.objects.update(language=here)
    holder = owner_of(holder.case)
    next(walk(client, holder, LONG_WAY))
    page = link(holder, "answer-page", 3)
    answer = client.post(page, {"innov__product": "yes", "innov__comm": "dk", "language": there}, follow=True)
    html = answer.content.decode()
    assert answer["Content-Language"] == there
    assert f'<html lang="{there}"' in html
    checked = {(e.get("name"), e.get("value")) for e in Markup(html).fields if "checked" in e.attributes}
    assert checked == {("innov__product", "yes"), ("innov__comm", "dk")}
    for words, missing in ((CHROME[there], []), (CHROME[here], list(CHROME[here]))):
        assert [word for word in words if not re.search(rf">\s*{re.escape(word)}", html)] == missing
    assert all(isinstance(code, str) for code in stored_answers(holder)["innov"].values())  # type: ignore[attr-defined]


def test_complaint_22_answers_are_the_same_codes_in_either_language(client: Client, holder: LinkHolder) -> None:
    english = owner_of(make_case(holder.case.round, language="en"))
    for each in (holder, english):
        list(walk(client, each, SHORT_WAY))
        submit(client, each)
    first, second = (response.answers for response in Response.objects.order_by("pk"))
    assert first == second


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2020, 3, 28, 23, 30, tzinfo=UTC), "29. marts 2020 kl. 00.30"),  # before the clocks go forward
        (datetime(2020, 3, 29, 22, 30, tzinfo=UTC), "30. marts 2020 kl. 00.30"),  # and after
        (datetime(2020, 10, 24, 22, 30, tzinfo=UTC), "25. oktober 2020 kl. 00.30"),  # before they go back
        (datetime(2020, 10, 25, 23, 30, tzinfo=UTC), "26. oktober 2020 kl. 00.30"),
    ],
)
def test_complaint_23_the_time_told_is_danish_time_also_in_the_nights_when_the_clocks_change(
    client: Client, holder: LinkHolder, moment: datetime, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    list(walk(client, holder, SHORT_WAY))
    submit(client, holder)
    page = re.sub(r"\s+", " ", client.get(link(holder)).content.decode())
    assert told in page


def test_complaint_23_a_minute_before_midnight_on_the_deadline_and_the_hours_after_it_are_in_time(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = make_open_round(
        questionnaire=shipped(NOON), deadline=date(2020, 3, 28), closes_on=date(2020, 3, 29), opens_on=date(2020, 3, 1)
    )
    midnight = datetime(2020, 3, 28, 23, tzinfo=UTC)  # of the printed deadline, in Denmark
    for moment in (midnight - timedelta(minutes=1), midnight + timedelta(hours=9)):
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        holder = owner_of(make_case(round_))
        list(walk(client, holder, SHORT_WAY))
        assert submit(client, holder).startswith("/k/")
    assert Response.objects.filter(submitted_at__isnull=False).count() == 2
