"""Personal data of one case are erased because somebody has the right to ask."""

import pytest
from django.urls import reverse

from barometer import audit
from barometer.models import AuditEvent
from responses import links
from responses.actions import erasure
from responses.models import BulkAct, Case, CaseContact, Mail, Response
from responses.monitoring import monitor
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.outcomes import CaseOutcome
from surveys.models import Round, WorkplaceContact
from tests.factories import NOON, make_case, make_holder, make_open_round, make_response, make_step, refreshed
from tests.leaders import all_rows
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db
SECRET = "hemmelig@boernehave.example"


def make_known_case(round_: Round | None = None) -> Case:
    """A case that has submitted, with a colleague, a mail, a call, a reason and a consent that all tell who it is."""
    case = make_case(round_, contact={"leader": "Signe Sårbar", "email": SECRET, "phone": "20 30 40 50"})
    make_response(case, {"new": "yes"})
    make_holder(case, email="signes.kollega@boernehave.example")
    owner = case.holders.get(role="owner")
    make_mail(case)
    case.calls.create(at=NOON, outcome="no_answer", note="Signe Sårbar er på ferie")
    case.notes.create(at=NOON, text="Signe Sårbar ringer selv")
    act = BulkAct.objects.create(round=case.round, kind=BulkAct.Kind.ADDRESS, at=NOON)
    changed = {"name": "Signe Sårbar", "email": SECRET}
    act.changes.create(case=case, event=case.events.earliest("pk"), before=changed, after=changed)
    consent = {"language": "da", "text_version": 1, "recipient": "COI", "email": SECRET, "innovation": "Signes idé"}
    CaseContact.objects.create(round=case.round, holder=owner, at=NOON, name="Signe Sårbar", **consent)
    audit.record("case.noted", target=case, by=None, at=NOON, reason="Signe Sårbar ringede")
    return case


def make_mail(case: Case) -> Mail:
    """An invitation that has been sent."""
    step = make_step(case.round, "invitation")
    mail = Mail.objects.create(
        round=case.round,
        step=step,
        name="invitation",
        address=SECRET,
        domain="boernehave.example",
        language="da",
        status=Mail.Status.SENT,
        scheduled_for=NOON,
        claimed_at=NOON,
        handed_over_at=NOON,
        ended_at=NOON,
        subject="Til Signe Sårbar",
        text_body="Kære Signe Sårbar",
        html_body="<p>Kære Signe Sårbar</p>",
    )
    mail.lines.create(case=case, step=step, holder=case.holders.get(role="owner"))
    return mail


def erase(case: Case) -> EventKind:
    return erasure.erase_case(case=case, reason="asked in writing", by=None, at=NOON)


def test_nothing_is_left_that_tells_who_it_was() -> None:
    case = make_known_case()
    assert "Signe" in str(all_rows())
    assert erase(case) is EventKind.ERASED
    left = str(all_rows())
    assert "Signe" not in left
    assert SECRET not in left
    assert "signes.kollega" not in left
    assert not Response.objects.filter(case=case).exists()


def test_the_case_stays_in_every_rate_and_counts_as_not_submitted() -> None:
    round_ = make_open_round()
    make_response(make_case(round_), {"new": "yes"})
    case = make_known_case(round_)
    assert monitor(round_).overall.response_rate == 1
    erase(case)
    overall = monitor(round_).overall
    assert (overall.sampled, overall.submitted, overall.erased) == (2, 1, 1)
    case = refreshed(case)
    assert (case.disposition, case.outcome) == (Disposition.ERASED, CaseOutcome.ERASED)


def test_what_was_confirmed_as_not_eligible_stays_so() -> None:
    case = make_case(events=[EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED])
    erase(case)
    assert refreshed(case).disposition == Disposition.INELIGIBLE


def test_its_links_end_and_waiting_mails_are_cancelled() -> None:
    case = make_case()
    owner = case.holders.get()
    mail = make_mail(case)
    Mail.objects.filter(pk=mail.pk).update(status="queued", claimed_at=None, handed_over_at=None, ended_at=None)
    token = links.token(links.ANSWER, owner)
    erase(case)
    assert links.holder_of(links.ANSWER, token) is None
    assert refreshed(mail).status == Mail.Status.CANCELLED


def test_nobody_gives_an_erased_case_a_new_link_by_mistake() -> None:
    case = make_case()
    erase(case)
    address = reverse("case-act", args=[case.pk, "new-link"])
    assert browser_of(finn()).post(address, {"reason": "asked again"}).status_code == 302
    assert refreshed(case.holders.get()).retired_at is not None
    assert "new-link" not in browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()


def test_a_mail_about_another_workplace_too_keeps_its_address_and_loses_its_words() -> None:
    case, other = make_known_case(), make_case()
    mail = Mail.objects.get(lines__case=case)
    mail.lines.create(case=other, step=None, holder=other.holders.get())
    erase(case)
    mail = refreshed(mail)
    assert (mail.address, mail.text_body) == (SECRET, "")


def test_after_the_publication_the_answers_stay_and_the_contact_data_go() -> None:
    case = make_known_case()
    Round.objects.filter(pk=case.round_id).update(closed_at=NOON, published_at=NOON)
    assert erase(case) is EventKind.FORGOTTEN
    assert Response.objects.filter(case=case).exists()
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert WorkplaceContact.objects.get(workplace=case.sample_unit.workplace).email == ""


def test_the_chain_of_the_audit_log_holds_without_the_reasons() -> None:
    case = make_known_case()
    erase(case)
    assert audit.first_break() is None
    assert AuditEvent.objects.get(what="case.noted").reason == ""
    assert AuditEvent.objects.get(what="case.erased").reason == "asked in writing"


def test_the_page_asks_for_a_reason_and_whether_it_is_meant() -> None:
    case = make_case()
    address = reverse("case-erase", args=[case.pk])
    browser = browser_of(finn())
    assert "deleted" in browser.get(address).content.decode()
    assert browser.post(address, {"reason": "asked in writing"}).status_code == 422
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert browser.post(address, {"reason": "asked in writing", "meant": "on"}).status_code == 302
    assert refreshed(case).disposition == Disposition.ERASED


def test_the_pages_need_a_login_staff_and_the_right_method() -> None:
    case = make_case()
    for address in (
        reverse("case-erase", args=[case.pk]),
        reverse("personal-data"),
        reverse("retention", args=[case.round.slug]),
        reverse("own-words", args=[case.round.slug]),
    ):
        assert browser_of(None).get(address)["Location"] == f"{reverse('account_login')}?next={address}"
        assert browser_of(olga()).get(address).status_code == 403
        assert browser_of(finn()).delete(address).status_code == 405
