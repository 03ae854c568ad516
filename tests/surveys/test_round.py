"""A round: create it, change it while it is a draft, fill in its texts."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError

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
from tests.people import dana

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
