"""A paused case is left in peace until its day or until the pause is ended; it can answer all the while."""

from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from responses import calling, recipients
from responses.actions import contact, pause, sending
from responses.actions.case import CaseClosed
from responses.calling import Wanted
from responses.models import Case, CasePause, ContactAttempt, Mail
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import LeftOut, StepKind, left_out
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
UNTIL = date(2020, 1, 20)


def paused(case: Case, until: date | None = UNTIL) -> Case:
    pause.pause(case=case, until=until, reason="holiday", by=finn(), at=NOON)
    return case


def reason_on(case: Case, day: int) -> LeftOut | None:
    [(_holder, found)] = recipients.receivers(case.round, NOON + day * DAY)
    return left_out(found, StepKind.REMINDER)


def test_the_one_rule_leaves_a_paused_case_out_until_its_day_comes() -> None:
    case = paused(make_case())
    assert [reason_on(case, day) for day in (0, 12, 13)] == [LeftOut.PAUSED, LeftOut.PAUSED, None]


def test_a_pause_without_a_day_lasts_until_it_is_ended() -> None:
    case = paused(make_case(), until=None)
    assert reason_on(case, 300) is LeftOut.PAUSED
    pause.resume(case=case, reason="back", by=finn(), at=NOON + DAY)
    assert reason_on(case, 1) is None
    kinds = list(case.events.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == [EventKind.PAUSED, EventKind.RESUMED]
    assert refreshed(case).disposition == Disposition.NOT_STARTED


def test_a_mail_that_waits_is_not_sent_to_a_case_paused_meanwhile(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    paused(case)
    sending.send_due(at=NOON)
    assert len(mailoutbox) == 1
    assert ContactAttempt.objects.get(case=case).left_out == LeftOut.PAUSED
    assert Mail.objects.filter(status="cancelled").count() == 1


def test_nobody_calls_a_paused_case() -> None:
    case = make_case(contact={"phone": "86 12 34 56"})
    assert len(calling.read(case.round, Wanted(), NOON).places) == 1
    paused(case)
    assert calling.read(case.round, Wanted(), NOON).places == []
    assert len(calling.read(case.round, Wanted(), NOON + 14 * DAY).places) == 1


@pytest.mark.parametrize("until", [date(2020, 1, 7), date(2019, 1, 1), date(2020, 2, 22)])
def test_a_pause_ends_after_today_and_within_the_fieldwork(until: date) -> None:
    with pytest.raises(pause.PauseRefused):
        paused(make_case(), until=until)
    assert not CasePause.objects.exists()


def test_nobody_pauses_twice_nor_resumes_what_is_not_paused() -> None:
    case = make_case()
    with pytest.raises(CaseClosed):
        pause.resume(case=case, reason="x", by=finn(), at=NOON)
    paused(case)
    with pytest.raises(CaseClosed):
        paused(case)
    pause.pause(case=case, until=None, reason="x", by=finn(), at=NOON + 14 * DAY)  # the first is over
    assert CasePause.objects.filter(ended_at=None).count() == 1


def test_staff_pause_and_resume_on_the_page_of_the_case() -> None:
    today = timezone.localdate()
    case = make_case(make_open_round(opens_on=today, deadline=today + 9 * DAY, closes_on=today + 9 * DAY))
    browser, path = browser_of(finn()), reverse("case-act", args=[case.pk, "pause"])
    late = browser.post(path, {"until": "2001-01-01", "reason": "x"})
    assert late.status_code == 422
    assert b"Choose a day after today" in late.content
    until = today + 3 * DAY
    assert browser.post(path, {"until": until.isoformat(), "reason": "Holiday week"}).status_code == 302
    page = browser.get(reverse("case", args=[case.pk])).content.decode()
    assert "no mails, letters and calls until" in page
    assert "Holiday week" in page
    assert browser.post(reverse("case-act", args=[case.pk, "resume"]), {"reason": "Back"}).status_code == 302
    assert AuditEvent.objects.filter(what__in=("case.paused", "case.resumed"), target=f"case:{case.pk}").count() == 2
