"""How cases end: cached in the transaction of the event, rebuilt from the events, and what staff say instead."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from responses.actions import answering, fieldwork, outcome
from responses.actions import case as case_actions
from responses.actions.case import CaseClosed
from responses.actions.events import record
from responses.models import Case, CaseEvent, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.outcomes import CaseOutcome
from tests.factories import NOON, make_case, make_open_round, make_response, refreshed
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


REASON = "Told by the municipality by telephone."


def verify(*arguments: str) -> tuple[int, str]:
    """Return the exit code and what was printed."""
    out = StringIO()
    try:
        call_command("verify_dispositions", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_outcome_follows_each_event() -> None:
    case = make_case(events=[EventKind.INVITED])
    assert refreshed(case).outcome == CaseOutcome.SILENT
    record(case, kind=EventKind.BOUNCED, at=NOON)
    assert refreshed(case).outcome == CaseOutcome.BOUNCED
    record(case, kind=EventKind.REACHED, at=NOON)
    assert refreshed(case).outcome == CaseOutcome.CONTACTED


def test_with_a_clock_set_back_events_count_in_the_order_in_which_they_were_recorded() -> None:
    case = make_case()
    record(case, kind=EventKind.REPORTED_CLOSED, at=NOON)
    record(case, kind=EventKind.INELIGIBLE_CONFIRMED, at=NOON - timedelta(days=300))
    record(case, kind=EventKind.INELIGIBLE_REJECTED, at=NOON - timedelta(days=600))
    found = refreshed(case)
    assert (found.disposition, found.outcome) == (Disposition.NOT_STARTED, CaseOutcome.CONTACTED)
    assert verify()[0] == 0


def test_a_clock_set_back_between_start_and_submission_loses_no_answers() -> None:
    case = make_case(events=[EventKind.STARTED])
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, answers={"new": "yes"}, started_at=NOON)
    answering.submit(holder=case.holders.get(), at=NOON - timedelta(hours=1))
    response = Response.objects.get()
    assert response.submitted_at == response.started_at == NOON
    assert refreshed(case).outcome == CaseOutcome.COMPLETE


def test_a_round_is_closed_with_a_clock_set_back_in_the_moment_of_its_opening() -> None:
    round_ = make_open_round()
    fieldwork.close_round(round_=round_, by=None, at=NOON - timedelta(days=1))
    assert refreshed(round_).closed_at == NOON


def test_every_case_is_as_its_events_say() -> None:
    make_case(events=[EventKind.STARTED])
    assert verify() == (0, "1 case: it is as its events say.\n")


def test_a_row_that_says_otherwise_is_named_and_the_exit_code_is_1() -> None:
    round_ = make_open_round()
    case, right = make_case(round_, events=[EventKind.STARTED]), make_case(round_, events=[EventKind.DECLINED])
    Case.objects.filter(pk=case.pk).update(disposition=Disposition.SUBMITTED, outcome=CaseOutcome.COMPLETE)
    code, said = verify(round_.slug)
    assert code == 1
    assert f"({case.pk}): the row says submitted / complete, its events say started / contacted" in said
    assert f"({right.pk})" not in said
    assert refreshed(case).disposition == Disposition.SUBMITTED


def test_repair_writes_what_the_events_say_and_leaves_a_line_in_the_audit_log() -> None:
    case = make_case(events=[EventKind.DECLINED])
    Case.objects.filter(pk=case.pk).update(outcome=CaseOutcome.SILENT)
    assert verify("--repair")[0] == 0
    assert refreshed(case).outcome == CaseOutcome.REFUSAL
    line = AuditEvent.objects.get(what="case.standing_repaired")
    assert line.facts == {"disposition": "declined", "outcome": "refusal"}
    assert verify()[0] == 0


def test_another_round_is_not_looked_at() -> None:
    case, other = make_case(), make_open_round()
    Case.objects.filter(pk=case.pk).update(outcome=CaseOutcome.REFUSAL)
    assert verify(other.slug)[0] == 0


def test_what_staff_say_counts_until_it_is_undone_and_stands_in_the_audit_log() -> None:
    case = make_case()
    outcome.set_outcome(case=case, outcome=CaseOutcome.OTHER, reason=REASON, by=finn(), at=NOON)
    assert refreshed(case).outcome == CaseOutcome.OTHER
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    line = AuditEvent.objects.get(what="case.outcome_set")
    assert (line.reason, line.facts, line.who) == (REASON, {"outcome": "other"}, "finn")
    outcome.unset_outcome(case=case, reason=REASON, by=finn(), at=NOON)
    assert refreshed(case).outcome == CaseOutcome.SILENT
    with pytest.raises(outcome.NothingSet):
        outcome.unset_outcome(case=case, reason=REASON, by=finn(), at=NOON)


def test_a_submission_overtakes_what_staff_said() -> None:
    case = make_case()
    outcome.set_outcome(case=case, outcome=CaseOutcome.REFUSAL, reason=REASON, by=finn(), at=NOON)
    make_response(case, {"new": "yes"})
    assert refreshed(case).outcome == CaseOutcome.COMPLETE
    assert outcome.outcome_set(case) is None
    with pytest.raises(CaseClosed):
        outcome.set_outcome(case=case, outcome=CaseOutcome.REFUSAL, reason=REASON, by=finn(), at=NOON)


def test_nobody_sets_a_complete() -> None:
    case = make_case()
    with pytest.raises(ValueError, match="not for staff"):
        outcome.set_outcome(case=case, outcome=CaseOutcome.COMPLETE, reason=REASON, by=finn(), at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseEvent.objects.create(case=case, kind=EventKind.OUTCOME_SET, outcome=CaseOutcome.COMPLETE, at=NOON)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (outcome.note_reply, CaseOutcome.CONTACTED),
        (outcome.note_absence, CaseOutcome.UNAVAILABLE),
        (outcome.find_duplicate, CaseOutcome.DUPLICATE),
        (outcome.find_not_public, CaseOutcome.NOT_PUBLIC),
    ],
)
def test_what_staff_note_is_an_event_with_a_reason(act: object, expected: CaseOutcome) -> None:
    case = make_case()
    act(case=case, reason=REASON, by=finn(), at=NOON)  # type: ignore[operator]
    assert refreshed(case).outcome == expected
    assert AuditEvent.objects.filter(target=f"case:{case.pk}", reason=REASON).exists()


def test_a_duplicate_found_by_mistake_is_eligible_after_all() -> None:
    case = make_case()
    outcome.find_duplicate(case=case, reason=REASON, by=finn(), at=NOON)
    assert refreshed(case).disposition == Disposition.INELIGIBLE
    case_actions.reject_ineligible(case=case, reason=REASON, by=finn(), at=NOON)
    assert refreshed(case).outcome == CaseOutcome.CONTACTED


def test_the_page_asks_how_the_case_ends_and_why() -> None:
    case = make_case()
    address = reverse("case-outcome", args=[case.pk])
    assert address == reverse("case-act", args=[case.pk, "outcome"])
    page = browser_of(finn()).get(address).content.decode()
    assert "Eligible, other reason (AAPOR 2.30)" in page
    assert "(AAPOR 1.1)" not in page
    refused = browser_of(finn()).post(address, {"outcome": "complete", "reason": REASON})
    assert refused.status_code == 422
    done = browser_of(finn()).post(address, {"outcome": "other", "reason": REASON})
    assert done["Location"] == reverse("case", args=[case.pk])
    assert refreshed(case).outcome == CaseOutcome.OTHER
    undo = browser_of(finn()).post(reverse("case-act", args=[case.pk, "outcome-by-rules"]), {"reason": REASON})
    assert undo.status_code == 302
    assert refreshed(case).outcome == CaseOutcome.SILENT


def test_a_submitted_case_has_no_such_page() -> None:
    case = make_case(events=[EventKind.SUBMITTED])
    address = reverse("case-outcome", args=[case.pk])
    assert browser_of(finn()).get(address)["Location"] == reverse("case", args=[case.pk])
    assert LinkHolder.objects.filter(case=case).exists()


def test_the_page_is_for_staff() -> None:
    address = reverse("case-outcome", args=[make_case().pk])
    assert browser_of(finn()).get(address).status_code == 200
    assert browser_of(None).get(address)["Location"].startswith(reverse("account_login"))
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).put(address).status_code == 405
