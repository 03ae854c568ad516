"""A round is created by the command, and on the pages of staff; its dates and texts are changed there."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from barometer.models import AuditEvent
from surveys.models import Round
from tests.factories import make_questionnaire, make_round, refreshed
from tests.people import browser_of, dana, finn, olga
from tests.surveys.test_round import Field, open_, plan

pytestmark = pytest.mark.django_db


# The command


def run(*arguments: str) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command("create_round", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_creates_a_round() -> None:
    questionnaire = make_questionnaire()
    dates = ("--opens", "2020-01-07", "--deadline", "2020-02-06")
    out = run("dk-2018-19", "--questionnaire", str(questionnaire), *dates)
    round_ = Round.objects.get(slug="dk-2018-19")
    assert (round_.questionnaire, round_.rehearsal) == (questionnaire, False)
    assert (round_.opens_on, round_.deadline, round_.closes_on) == (
        date(2020, 1, 7),
        date(2020, 2, 6),
        date(2020, 2, 20),
    )
    assert out.splitlines() == [
        "The round dk-2018-19 has been created.",
        "28 texts are still empty; the round cannot be opened before they are filled in.",
    ]


def test_the_command_creates_a_rehearsal_that_lacks_nothing() -> None:
    dates = ("--opens", "2020-01-07", "--deadline", "2020-02-06", "--closes", "2020-02-21")
    out = run("proeve", "--questionnaire", str(make_questionnaire()), *dates, "--rehearsal")
    assert Round.objects.get().rehearsal
    assert out.splitlines() == ["The round proeve has been created."]


def test_the_command_lists_every_mistake() -> None:
    with pytest.raises(CommandError) as refused:
        run("new", "--questionnaire", str(make_questionnaire()), "--opens", "7 Jan", "--deadline", "2020-02-30")
    assert str(refused.value).splitlines() == [
        "Short name: There is a page or a round with this name. Choose another.",
        "First day: Enter a valid date.",
        "Deadline: Enter a valid date.",
    ]


def test_the_command_refuses_dates_out_of_order() -> None:
    dates = ("--opens", "2020-01-07", "--deadline", "2020-01-06", "--closes", "2020-01-05")
    with pytest.raises(CommandError) as refused:
        run("dk", "--questionnaire", str(make_questionnaire()), *dates)
    assert str(refused.value).splitlines() == [
        "Last day: The last day lies before the deadline.",
        "Deadline: The deadline lies before the first day.",
    ]


@pytest.mark.parametrize("name", ["nothing@1", "tiny", "tiny@x", "tiny@2"])
def test_the_command_refuses_an_unknown_questionnaire_and_lists_the_known(name: str) -> None:
    make_questionnaire(code="tiny")
    with pytest.raises(CommandError, match=f"There is no questionnaire {name}. Published are: tiny@1."):
        run("dk", "--questionnaire", name, "--opens", "2020-01-07", "--deadline", "2020-02-06")


def test_the_command_refuses_a_draft_questionnaire() -> None:
    draft = make_questionnaire(published=False)
    with pytest.raises(CommandError, match="is a draft"):
        run("dk", "--questionnaire", str(draft), "--opens", "2020-01-07", "--deadline", "2020-02-06")


# The pages


def page(name: str, round_: Round | None = None) -> str:
    return reverse(name, args=[round_.slug] if round_ else [])


def test_the_front_page_lists_the_rounds_with_a_way_to_each() -> None:
    make_round(slug="dk-2018-19", rehearsal=True)
    open_(make_round(slug="dk-2022"))
    response = browser_of(finn()).get("/")
    text = response.content.decode()
    assert response.status_code == 200
    assert all(word in text for word in ("/rounds/dk-2018-19/", "/rounds/dk-2022/", "Draft", "Open", "Rehearsal"))


def test_the_front_page_takes_the_same_queries_for_many_rounds(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    questionnaire = make_questionnaire()
    for number in range(5):
        make_round(slug=f"dk-{number}", questionnaire=questionnaire)
    browser = browser_of(finn())
    with django_assert_max_num_queries(4):  # session, user, roles, rounds
        browser.get("/")


@pytest.mark.parametrize("name", ["round-list", "round-create", "round-edit", "round-texts"])
def test_the_pages_need_a_login_as_staff(name: str) -> None:
    address = page(name, None if name in ("round-list", "round-create") else make_round())
    assert browser_of(None).get(address).headers["Location"] == f"/login/?next={address}"
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).get(address).status_code == 200


@pytest.mark.parametrize("name", ["round-list", "round-create", "round-edit", "round-texts"])
def test_the_pages_reject_other_methods(name: str) -> None:
    address = page(name, None if name in ("round-list", "round-create") else make_round())
    assert browser_of(finn()).delete(address).status_code == 405
    if name == "round-list":
        assert browser_of(finn()).post(address).status_code == 405


@pytest.mark.parametrize("name", ["round-edit", "round-texts"])
def test_an_unknown_round_is_not_found(name: str) -> None:
    assert browser_of(finn()).get(reverse(name, args=["nothing"])).status_code == 404


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def test_staff_create_a_round_on_the_page() -> None:
    response = browser_of(dana()).post(page("round-create"), plan(rehearsal="on"))
    round_ = Round.objects.get()
    assert response.headers["Location"] == page("round-texts", round_)
    assert round_.rehearsal
    assert AuditEvent.objects.get(what="round.created").who == "dana"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"slug": "to ord"}, "slug", "valid “slug”"),
        ({"slug": "new"}, "slug", "Choose another"),
        ({"slug": "dk-taken"}, "slug", "Choose another"),
        ({"deadline": "2020-01-06"}, "deadline", "before the first day"),
        ({"closes_on": "2020-02-05"}, "closes_on", "before the deadline"),
        ({"opens_on": "snart"}, "opens_on", "valid date"),
        ({"questionnaire": ""}, "questionnaire", "Choose a questionnaire"),
        ({"questionnaire": "999999"}, "questionnaire", "valid choice"),
        ({"target": "0"}, "target", "greater than or equal to 1"),
    ],
)
def test_a_mistake_on_the_page_is_said_and_nothing_is_stored(typed: dict[str, str], field: str, said: str) -> None:
    make_round(slug="dk-taken")
    response = browser_of(dana()).post(page("round-create"), plan(**typed))
    assert list(errors(response)) == [field]
    assert said in errors(response)[field][0]
    assert Round.objects.count() == 1


def test_a_draft_questionnaire_is_not_offered() -> None:
    draft = make_questionnaire(published=False)
    response = browser_of(dana()).post(page("round-create"), plan(questionnaire=draft.pk))
    assert list(errors(response)) == ["questionnaire"]


def test_the_page_of_a_published_questionnaire_leads_to_a_round_with_it() -> None:
    questionnaire = make_questionnaire()
    browser = browser_of(dana())
    way = f"{page('round-create')}?questionnaire={questionnaire.pk}"
    assert way in browser.get(reverse("questionnaire", args=[questionnaire.pk])).content.decode()
    assert f'<option value="{questionnaire.pk}" selected>' in browser.get(way).content.decode()
    assert browser.get(f"{page('round-create')}?questionnaire=nonsense").status_code == 200


def test_staff_change_the_dates_of_a_draft() -> None:
    round_ = make_round()
    typed = plan(questionnaire=round_.questionnaire_id, deadline="2020-02-13", target="45")
    assert browser_of(dana()).post(page("round-edit", round_), typed).status_code == 302
    changed = refreshed(round_)
    assert changed.deadline == date(2020, 2, 13)
    assert str(changed.target_response_rate) == "0.45"


def test_the_page_of_an_opened_round_shows_its_plan_and_changes_nothing() -> None:
    round_ = open_(make_round())
    browser = browser_of(dana())
    assert b"no longer changes" in browser.get(page("round-edit", round_)).content
    typed = plan(questionnaire=round_.questionnaire_id, deadline="2020-02-13")
    assert b"no longer changes" in browser.post(page("round-edit", round_), typed, follow=True).content
    assert refreshed(round_).deadline == date(2020, 2, 6)


def typed_texts(round_: Round, **changes: str) -> dict[str, str]:
    return {f"{text.field}_{text.language}": text.text for text in round_.texts.all()} | changes


def test_staff_fill_in_the_texts() -> None:
    round_ = make_round(rehearsal=False)
    browser = browser_of(dana())
    before = browser.get(page("round-texts", round_)).content.decode()
    assert "28 texts are empty" in before
    assert 'href="#id_dpo_da"' in before
    response = browser.post(
        page("round-texts", round_), typed_texts(round_, dpo_da="Dorte Dahl", dpo_en="Dorte Dahl"), follow=True
    )
    assert "2 texts have been changed." in response.content.decode()
    assert "26 texts are empty" in response.content.decode()
    assert round_.texts_in("en")[Field.DPO] == "Dorte Dahl"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"sender_da": "x" * 61}, "at most 60 characters"),
        ({"help_email_en": "nobody"}, "valid email address"),
        ({"help_email_en": "help@dst.dk"}, "only addresses at example.org"),
    ],
)
def test_a_text_that_mails_cannot_carry_is_refused(typed: dict[str, str], said: str) -> None:
    round_ = make_round(rehearsal=True)
    response = browser_of(dana()).post(page("round-texts", round_), typed_texts(round_, **typed))
    assert said in errors(response)[next(iter(typed))][0]
    assert "– English: " in response.content.decode() or "– Danish: " in response.content.decode()
    assert round_.texts_in("en")[Field.HELP_EMAIL] == "help@example.org"


def test_a_text_of_an_open_round_cannot_be_emptied_on_the_page() -> None:
    round_ = open_(make_round())
    response = browser_of(dana()).post(page("round-texts", round_), typed_texts(round_, dpo_da=""))
    assert list(errors(response)) == ["dpo_da"]
    assert round_.texts_in("da")[Field.DPO] != ""


def test_the_page_of_texts_takes_the_same_queries_whatever_is_filled_in(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for rehearsal in (True, False):
        round_, browser = make_round(rehearsal=rehearsal), browser_of(finn())
        with django_assert_max_num_queries(7):  # session, user, roles, round, texts, their digest, what is missing
            browser.get(page("round-texts", round_))
