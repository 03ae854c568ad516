"""A round: create it, change it while it is a draft, fill in its texts."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from barometer.addresses import is_reserved_address
from barometer.models import AuditEvent
from surveys.actions.round import (
    IN_MAILS,
    QuestionnaireNotPublished,
    RoundFrozen,
    create_round,
    default_texts,
    edit_round,
    missing_texts,
    save_texts,
)
from surveys.models import Round, RoundText
from tests.factories import NOON, make_questionnaire, make_round, refreshed
from tests.people import browser_of, dana, finn, olga

pytestmark = pytest.mark.django_db
DATES: dict[str, Any] = {"opens_on": date(2020, 1, 7), "deadline": date(2020, 2, 6), "closes_on": date(2020, 2, 21)}
Field = RoundText.Field


def plan(**changes: Any) -> dict[str, Any]:
    """What is typed on the page for a new round."""
    return {
        "slug": "dk-2018-19",
        "questionnaire": make_questionnaire().pk,
        "opens_on": "2020-01-07",
        "deadline": "2020-02-06",
        "closes_on": "2020-02-21",
        "target": "50",
    } | changes


def open_(round_: Round) -> Round:
    round_.opened_at = NOON
    round_.save(update_fields=["opened_at"])
    return round_


# What a new round is


def test_a_new_round_is_a_draft_in_the_languages_of_its_questionnaire() -> None:
    round_ = make_round()
    assert round_.status == Round.Status.DRAFT
    assert round_.languages == ["da", "en"]


def new_round() -> Round:
    return create_round(slug="new", questionnaire=make_questionnaire(), rehearsal=False, by=None, at=NOON, **DATES)


def test_a_new_round_has_the_recommended_contact_plan_and_waits_for_a_second_person() -> None:
    round_ = new_round()
    assert round_.second_person
    steps = round_.contact_steps.order_by("day", "pk")
    assert [(step.mail_name, step.field_day, step.channel) for step in steps] == [
        ("kick_off", -28, "email"),
        ("invitation", 0, "email"),
        ("reminder_1", 5, "email"),
        ("reminder_2", 12, "email"),
        ("reminder_3", 19, "email"),
        ("calls", 23, "phone"),
        ("last", 40, "email"),
        ("thank_you", 45, "email"),
        ("result", 46, "email"),
    ]
    assert all(step.skips_quiet_weeks for step in steps)


def test_thank_you_and_results_move_with_the_closing_of_a_draft() -> None:
    round_ = new_round()
    values: dict[str, Any] = {**DATES, "closes_on": date(2020, 2, 24)}
    values |= {"questionnaire": round_.questionnaire, "target_response_rate": round_.target_response_rate}
    edit_round(round_=round_, by=None, at=NOON, **values)
    days = dict(round_.contact_steps.values_list("mail_name", "day"))
    assert (days["last"], days["thank_you"], days["result"]) == (40, 48, 49)


def test_a_round_closes_two_weeks_after_the_deadline_unless_told_otherwise() -> None:
    assert make_round(deadline=date(2020, 2, 6), closes_on=None).closes_on == date(2020, 2, 20)


def test_a_rehearsal_has_all_its_texts_and_marks_them_as_an_exercise() -> None:
    round_ = make_round(rehearsal=True)
    assert missing_texts(round_) == []
    for language, mark in (("da", "øvelse"), ("en", "exercise")):
        texts = round_.texts_in(language)
        unmarked = {field for field, text in texts.items() if mark not in text.lower()}
        assert unmarked == {Field.HELP_PHONE, Field.HELP_EMAIL, Field.MINUTES} | (
            {Field.OFFICIAL_PAGE} if language == "da" else set()
        )


def test_the_texts_of_a_rehearsal_reach_nobody() -> None:
    for language in ("da", "en"):
        texts = default_texts(language, rehearsal=True)
        assert is_reserved_address(texts[Field.HELP_EMAIL])
        assert texts[Field.OFFICIAL_PAGE].startswith("https://www.example.org/")


def test_a_real_round_has_the_legal_texts_and_lacks_what_only_its_controller_knows() -> None:
    missing = missing_texts(make_round(rehearsal=False))
    given = {
        Field.MINUTES,
        Field.PURPOSE,
        Field.LEGAL_BASIS,
        Field.VOLUNTARY,
        Field.DATA_CATEGORIES,
        Field.THIRD_COUNTRIES,
        Field.PARTICIPATION_VISIBILITY,
        Field.RIGHTS,
        Field.COMPLAINT,
        Field.CASE_RECIPIENT,  # a round can do without
    }
    assert missing == [(field, language) for field in Field for language in ("da", "en") if field not in given]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("rehearsal", [True, False])
def test_the_default_texts_have_the_length_that_mails_have_room_for(language: str, rehearsal: bool) -> None:
    texts = default_texts(language, rehearsal=rehearsal)
    assert set(texts) <= set(Field)
    assert [field for field, longest in IN_MAILS.items() if len(texts.get(field, "")) > longest] == []


def test_a_language_without_default_texts_starts_empty() -> None:
    assert default_texts("fo", rehearsal=True) == {}


def test_a_round_takes_only_a_published_questionnaire() -> None:
    with pytest.raises(QuestionnaireNotPublished):
        make_round(questionnaire=make_questionnaire(published=False))
    assert not Round.objects.exists()


def test_the_database_refuses_a_deadline_before_the_first_day() -> None:
    with pytest.raises(IntegrityError, match="round_opens_before_deadline_before_close"):
        make_round(opens_on=date(2020, 2, 7), deadline=date(2020, 2, 6))


def test_creating_a_round_leaves_a_line_in_the_audit_log() -> None:
    round_ = make_round(slug="dk-2018-19", by=dana())
    event = AuditEvent.objects.get(what="round.created")
    assert (event.who, event.target) == ("dana", f"round:{round_.pk}")
    assert event.facts["slug"] == "dk-2018-19"
    assert event.facts["deadline"] == "2020-02-06"


# Changing a draft


def edited(round_: Round, **changes: Any) -> Round:
    values = {name: getattr(round_, name) for name in ("questionnaire", "opens_on", "deadline", "closes_on")}
    values["target_response_rate"] = round_.target_response_rate
    return edit_round(round_=round_, by=dana(), at=NOON, **values | changes)


def test_a_change_of_the_plan_is_recorded_with_what_it_was() -> None:
    round_ = make_round(deadline=date(2020, 2, 6))
    edited(round_, deadline=date(2020, 2, 13))
    assert refreshed(round_).deadline == date(2020, 2, 13)
    assert AuditEvent.objects.get(what="round.edited").facts == {"deadline": ["2020-02-06", "2020-02-13"]}


def test_the_languages_follow_the_questionnaire_and_texts_once_written_stay() -> None:
    danish = make_questionnaire()
    type(danish).objects.filter(pk=danish.pk).update(languages=["da"])
    danish, both = refreshed(danish), make_questionnaire()
    round_ = make_round(questionnaire=danish)
    assert round_.texts_in("en") == {}
    edited(round_, questionnaire=both)
    assert round_.texts_in("en") == default_texts("en", rehearsal=True)
    edited(round_, questionnaire=danish)
    edited(round_, questionnaire=both)
    assert missing_texts(refreshed(round_)) == []


def test_saving_a_plan_unchanged_is_no_event() -> None:
    edited(make_round())
    assert not AuditEvent.objects.filter(what="round.edited").exists()


def test_an_opened_round_keeps_its_plan() -> None:
    round_ = open_(make_round(deadline=date(2020, 2, 6)))
    with pytest.raises(RoundFrozen):
        edited(round_, deadline=date(2020, 2, 13))
    assert refreshed(round_).deadline == date(2020, 2, 6)


# Texts


def test_texts_are_stored_changed_and_emptied() -> None:
    round_ = make_round(rehearsal=False)
    before = {(text.field, text.language): text.text for text in round_.texts.all()}
    changes: dict[tuple[str, str], str] = {
        (Field.SENDER, "da"): "Danmarks Statistik",
        (Field.MINUTES, "da"): "5-10",
        (Field.MINUTES, "en"): "",
        (Field.RIGHTS, "da"): before[Field.RIGHTS, "da"],
    }
    changed = save_texts(round_=round_, texts=changes, by=dana(), at=NOON)
    assert changed == [(Field.SENDER, "da"), (Field.MINUTES, "da"), (Field.MINUTES, "en")]
    assert round_.texts_in("da")[Field.SENDER] == "Danmarks Statistik"
    assert round_.texts_in("da")[Field.MINUTES] == "5-10"
    assert (Field.MINUTES, "en") in missing_texts(round_)


def test_the_audit_log_names_the_texts_that_changed_and_not_their_words() -> None:
    save_texts(round_=make_round(rehearsal=False), texts={("dpo", "da"): "Dorte Dahl"}, by=dana(), at=NOON)
    event = AuditEvent.objects.get(what="round.texts_changed")
    assert event.facts == {"texts": ["dpo.da"]}


def test_the_texts_of_an_open_round_can_be_corrected_and_not_emptied() -> None:
    round_ = open_(make_round())
    save_texts(round_=round_, texts={(Field.HELP_PHONE, "da"): "11 11 11 11"}, by=dana(), at=NOON)
    assert round_.texts_in("da")[Field.HELP_PHONE] == "11 11 11 11"
    with pytest.raises(ValueError, match="cannot be emptied"):
        save_texts(round_=round_, texts={(Field.HELP_PHONE, "da"): ""}, by=dana(), at=NOON)


def test_the_texts_of_a_closed_round_stay() -> None:
    round_ = open_(make_round())
    round_.closed_at = NOON
    round_.save(update_fields=["closed_at"])
    with pytest.raises(RoundFrozen):
        save_texts(round_=round_, texts={(Field.HELP_PHONE, "da"): "11 11 11 11"}, by=dana(), at=NOON)


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
