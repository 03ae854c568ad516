"""A round goes into the field, and out of it."""

from itertools import product

import pytest
from django.utils import translation

from barometer import catalogues
from barometer.models import AuditEvent
from responses.actions import fieldwork
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail
from responses.statistics.dispositions import EventKind
from surveys.actions.round import OPTIONAL, missing_texts
from surveys.models import ContactStep, Round, RoundText
from tests.factories import NOON, make_frame, make_questionnaire, make_round, make_sample, refreshed, register_rows


@pytest.fixture
def round_(db: None) -> Round:
    round_ = make_round()
    make_sample(round_, size=20)
    return round_


def test_opening_makes_one_case_per_sample_unit_and_queues_the_invitations(round_: Round) -> None:
    assert fieldwork.open_round(round_=round_, by=None, at=NOON) == 20
    assert refreshed(round_).status == Round.Status.OPEN
    assert Case.objects.of_round(round_).count() == LinkHolder.objects.count() == 20
    assert set(CaseEvent.objects.values_list("kind", flat=True)) == {EventKind.OPENED}
    assert ContactAttempt.objects.count() == 20
    assert {mail.name for mail in Mail.objects.all()} == {ContactStep.MailName.INVITATION}
    assert AuditEvent.objects.get(what="round.opened").facts == {"cases": 20}


def test_the_holder_takes_over_the_contact_of_the_frame(round_: Round) -> None:
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    for holder in LinkHolder.objects.select_related("case__sample_unit__workplace__contact"):
        contact = holder.case.sample_unit.workplace.contact
        assert (holder.name, holder.email, holder.address_kind) == (contact.leader, contact.email, contact.kind)


def test_the_holder_takes_over_the_telephone_number_of_the_frame(db: None) -> None:
    round_ = make_round()
    make_frame(round_, register_rows(20, Telefon="86123456"))
    make_sample(round_, size=20)
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    assert set(LinkHolder.objects.values_list("phone", flat=True)) == {"86 12 34 56"}


def test_a_round_opens_once(round_: Round) -> None:
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    with pytest.raises(fieldwork.OpeningRefused) as refused:
        fieldwork.open_round(round_=round_, by=None, at=NOON)
    assert [problem.code for problem in refused.value.problems] == ["round_already_opened"]
    assert Case.objects.count() == 20


def test_everything_that_is_missing_is_said_at_once(db: None) -> None:
    round_ = make_round(rehearsal=False)
    round_.contact_steps.all().delete()
    codes = {problem.code for problem in fieldwork.opening_problems(round_)}
    assert codes == {"round_without_sample", "round_without_invitation", "round_text_missing"}
    assert len(missing_texts(round_)) == len(fieldwork.opening_problems(round_)) - 2


def test_a_real_round_with_an_empty_legal_field_stays_a_draft(db: None) -> None:
    round_ = make_round(rehearsal=False)
    with pytest.raises(fieldwork.OpeningRefused):
        fieldwork.open_round(round_=round_, by=None, at=NOON)
    assert refreshed(round_).opened_at is None


@pytest.mark.parametrize("field", [field for field in RoundText.Field if field not in OPTIONAL])
def test_one_empty_text_in_one_language_is_enough(db: None, field: RoundText.Field) -> None:
    round_ = make_round(rehearsal=False)
    make_sample(round_, size=20)
    round_ = refreshed(round_)
    for language, each in product(round_.languages, RoundText.Field):
        round_.texts.update_or_create(language=language, field=each, defaults={"text": "x"})
    assert fieldwork.opening_problems(round_) == []
    round_.texts.get(language=round_.languages[-1], field=field).delete()
    assert [problem.code for problem in fieldwork.opening_problems(round_)] == ["round_text_missing"]


def test_a_draft_cannot_be_closed(db: None) -> None:
    with pytest.raises(fieldwork.RoundNotOpen):
        fieldwork.close_round(round_=make_round(), by=None, at=NOON)


def test_a_questionnaire_must_be_published_before_a_round_opens(round_: Round) -> None:
    draft = make_questionnaire(published=False)
    Round.objects.filter(pk=round_.pk).update(questionnaire=draft)
    codes = [problem.code for problem in fieldwork.opening_problems(refreshed(round_))]
    assert codes == ["questionnaire_not_published"]


@pytest.mark.parametrize(("rehearsal", "refused"), [(False, True), (True, False)])
def test_a_real_round_does_not_open_in_a_language_that_the_program_does_not_speak(
    db: None, rehearsal: bool, refused: bool
) -> None:
    round_ = make_round(rehearsal=rehearsal)
    Round.objects.filter(pk=round_.pk).update(languages=["da", "sv"])
    with translation.override("da"):
        problems = fieldwork.opening_problems(refreshed(round_))
    incomplete = [problem.params for problem in problems if problem.code == "round_language_incomplete"]
    assert [params["language"] for params in incomplete] == (["svensk"] if refused else [])
    assert all(params["missing"] == len(catalogues.messages()) for params in incomplete)
