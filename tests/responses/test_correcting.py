"""A workplace asks to correct what it submitted, and staff let it or do not: until then the answers count."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.http import QueryDict
from django.test import Client

from barometer.models import AuditEvent
from responses.actions import answering, contact, correction, fieldwork, sending
from responses.actions.case import CaseClosed
from responses.actions.correction import Correction
from responses.models import Case, CaseEvent, LinkHolder, Mail, Response
from responses.monitoring import monitor
from responses.statistics.dispositions import Disposition, EventKind
from tests.factories import NOON, make_case, make_open_round, make_response, refreshed
from tests.leaders import link, owner_of
from tests.people import browser_of, finn, olga

LATER = NOON + timedelta(hours=1)
SHOWN_AGAIN = 422


@pytest.fixture
def holder(db: None) -> LinkHolder:
    """The owner of a case whose answers have been submitted."""
    case = make_case(make_open_round(), name="Skovbo")
    make_response(case, {"new": "yes"})
    return owner_of(case)


def decide(client: Client, holder: LinkHolder, decision: str) -> int:
    return client.post(link(holder, "correct"), {"decision": decision}).status_code


def case_of(holder: LinkHolder) -> Case:
    return Case.objects.get(pk=holder.case_id)


def kinds(holder: LinkHolder) -> list[str]:
    of_case = CaseEvent.objects.filter(case=holder.case_id).order_by("pk").values_list("kind", flat=True)
    return [kind for kind in of_case if kind not in (EventKind.OPENED, EventKind.STARTED)]


def staff_act(holder: LinkHolder, slug: str) -> int:
    path = f"/cases/{holder.case_id}/{slug}/"
    return browser_of(finn()).post(path, {"reason": "They called"}).status_code


def test_a_request_is_chosen_seen_by_staff_and_granted_and_the_answers_are_there_again(
    client: Client, holder: LinkHolder
) -> None:
    assert link(holder, "correct") in client.get(link(holder)).content.decode()
    assert decide(client, holder, "request") == 303
    assert "I har bedt om at rette jeres svar" in client.get(link(holder)).content.decode()
    listed = browser_of(finn()).get(f"/rounds/{holder.case.round.slug}/cases/", {"disposition": "asks-to-correct"})
    assert "Skovbo" in listed.content.decode()
    assert "1 workplace asks to correct its answers" in listed.content.decode()
    assert (
        "The workplace asks to correct its answers"
        in browser_of(finn()).get(f"/cases/{holder.case_id}/").content.decode()
    )
    assert staff_act(holder, "reopen") == 302
    assert case_of(holder).disposition == Disposition.STARTED
    assert client.get(link(holder))["Location"] == link(holder, "answer-review")
    page = client.get(link(holder, "answer-page", 1)).content.decode()
    assert 'value="yes" checked' in page


def test_the_dashboard_tells_staff_that_somebody_waits(client: Client, holder: LinkHolder) -> None:
    address = f"/rounds/{holder.case.round.slug}/"
    assert "asks-to-correct" not in browser_of(finn()).get(address).content.decode()
    decide(client, holder, "request")
    assert f"{address}cases/?work=asks-to-correct" in browser_of(finn()).get(address).content.decode()


def test_complaint_8_answers_count_until_the_request_is_granted_and_again_when_resubmitted(
    client: Client, holder: LinkHolder, mailoutbox: list[EmailMessage]
) -> None:
    round_ = holder.case.round

    def counted() -> tuple[int, int]:
        return monitor(round_).overall.submitted, Response.objects.submitted(round_).count()

    assert counted() == (1, 1)
    decide(client, holder, "request")
    assert counted() == (1, 1)
    correction.reopen(case=holder.case, reason="called", by=finn(), at=LATER)
    assert counted() == (0, 0)
    holder = owner_of(holder.case)
    answering.save_page(
        holder=holder, number=1, data=QueryDict("new=no&next=1"), at=LATER, complete=True, language="da"
    )
    answering.submit(holder=holder, at=LATER)
    assert counted() == (1, 1)
    assert Response.objects.get().answers == {"new": "no"}
    sending.send_due(at=LATER)
    assert [mail.subject for mail in mailoutbox] == ["Tak for svaret: Skovbo"]


def test_a_request_is_taken_back_and_made_again(client: Client, holder: LinkHolder) -> None:
    for decision in ("request", "withdraw", "request"):
        decide(client, holder, decision)
    assert kinds(holder) == ["submitted", "correction_requested", "correction_withdrawn", "correction_requested"]


def test_asking_twice_is_recorded_once(client: Client, holder: LinkHolder) -> None:
    for at in (NOON, LATER):
        correction.request(holder=holder, at=at)
    assert kinds(holder) == ["submitted", "correction_requested"]


def test_a_refusal_stands_and_the_workplace_is_told_on_its_page(client: Client, holder: LinkHolder) -> None:
    decide(client, holder, "request")
    assert staff_act(holder, "refuse-correction") == 302
    page = client.get(link(holder)).content.decode()
    assert "Vi har ladet dem stå, som de er." in page
    assert link(holder, "correct") not in page
    decide(client, holder, "request")
    assert kinds(holder)[-1] == EventKind.CORRECTION_REFUSED
    assert case_of(holder).disposition == Disposition.SUBMITTED
    assert not Case.objects.asking_to_correct().exists()


def test_after_resubmission_a_new_request_can_be_made_even_if_one_was_refused(holder: LinkHolder) -> None:
    correction.request(holder=holder, at=NOON)
    correction.refuse(case=holder.case, reason="no", by=finn(), at=NOON)
    correction.reopen(case=holder.case, reason="they called", by=finn(), at=LATER)
    answering.submit(holder=holder, at=LATER)
    assert correction.state_of(case_of(holder)) is Correction.NONE
    correction.request(holder=holder, at=LATER)
    assert list(Case.objects.asking_to_correct()) == [holder.case]


@pytest.mark.parametrize("data", [{}, {"decision": "x"}, {"request": "1"}])
def test_a_post_that_chooses_nothing_asks_for_nothing(client: Client, holder: LinkHolder, data: dict[str, str]) -> None:
    assert client.post(link(holder, "correct"), data).status_code == SHOWN_AGAIN
    assert kinds(holder) == ["submitted"]


def test_whoever_lets_the_answers_stand_has_asked_for_nothing(client: Client, holder: LinkHolder) -> None:
    assert decide(client, holder, "stay") == 303
    assert kinds(holder) == ["submitted"]


def test_only_submitted_answers_can_be_corrected(client: Client, db: None) -> None:
    holder = owner_of(make_case(make_open_round()))
    assert client.get(link(holder, "correct"))["Location"] == link(holder)
    decide(client, holder, "request")
    assert kinds(holder) == []


def test_after_the_close_nobody_can_ask_and_nothing_is_opened(client: Client, holder: LinkHolder) -> None:
    correction.request(holder=holder, at=NOON)
    fieldwork.close_round(round_=holder.case.round, by=None, at=LATER)
    page = client.get(link(holder)).content.decode()
    assert link(holder, "correct") not in page
    decide(client, holder, "withdraw")
    assert kinds(holder)[-1] == EventKind.CORRECTION_REQUESTED
    with pytest.raises(CaseClosed):
        correction.reopen(case=holder.case, reason="late", by=finn(), at=LATER)
    assert Response.objects.get().submitted_at == NOON


def test_staff_may_open_answers_without_a_request_but_refuse_only_one_that_was_made(holder: LinkHolder) -> None:
    page = browser_of(finn()).get(f"/cases/{holder.case_id}/").content.decode()
    assert "/reopen/" in page
    assert "/refuse-correction/" not in page
    staff_act(holder, "refuse-correction")
    assert kinds(holder) == ["submitted"]


@pytest.mark.parametrize("slug", ["reopen", "refuse-correction"])
def test_what_staff_decide_needs_the_role_and_is_in_the_audit_log(holder: LinkHolder, slug: str) -> None:
    correction.request(holder=holder, at=NOON)
    path = f"/cases/{holder.case_id}/{slug}/"
    assert browser_of(None).post(path, {"reason": "x"}).status_code == 302
    assert browser_of(olga()).post(path, {"reason": "x"}).status_code == 403
    assert browser_of(finn()).post(path, {"reason": ""}).status_code == SHOWN_AGAIN
    assert kinds(holder)[-1] == EventKind.CORRECTION_REQUESTED
    assert staff_act(holder, slug) == 302
    assert AuditEvent.objects.get(target=f"case:{holder.case_id}").reason == "They called"


def test_a_reopened_case_is_reminded_like_one_that_was_never_submitted(holder: LinkHolder) -> None:
    step = holder.case.round.contact_steps.get(mail_name="reminder_1")
    correction.reopen(case=holder.case, reason="called", by=finn(), at=LATER)
    assert contact.queue_step(step=step, at=LATER) == 1
    assert Mail.objects.get().name == "reminder_1"


@pytest.mark.parametrize(
    "bring_about",
    [
        lambda holder: correction.withdraw(holder=holder, at=LATER),
        lambda holder: correction.reopen(case=holder.case, reason="x", by=finn(), at=LATER),
        lambda holder: correction.refuse(case=holder.case, reason="x", by=finn(), at=LATER),
    ],
    ids=["withdrawn", "granted", "refused"],
)
def test_staff_see_only_requests_that_wait(holder: LinkHolder, bring_about: Callable[[LinkHolder], None]) -> None:
    other = make_case(holder.case.round)
    make_response(other, {"new": "no"})
    correction.request(holder=holder, at=NOON)
    assert list(Case.objects.asking_to_correct()) == [refreshed(holder.case)]
    bring_about(holder)
    assert list(Case.objects.asking_to_correct()) == []


def test_whoever_closes_the_round_is_told_of_answers_opened_again(holder: LinkHolder) -> None:
    close = f"/rounds/{holder.case.round.slug}/close/"
    assert "opened again" not in browser_of(finn()).get(close).content.decode()
    staff_act(holder, "reopen")
    assert "1 workplace has had its answers opened again" in browser_of(finn()).get(close).content.decode()
    listed = browser_of(finn()).get(f"/rounds/{holder.case.round.slug}/cases/", {"disposition": "opened-again"})
    assert "Skovbo" in listed.content.decode()
    answering.submit(holder=holder, at=LATER)
    assert "opened again" not in browser_of(finn()).get(close).content.decode()
