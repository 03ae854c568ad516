"""A hundred campaigns with whatever can go wrong at any moment: no mail twice, none lost from sight.

Each is drawn from its seed: bundles, what the mail server says and drops, workplaces that answer or say no in between,
workers killed at any statement and at any moment of the dialogue, and databases that restart. A real mail server, a
real PostgreSQL; a kill is an exception that nothing catches. Real processes: tests/integration/test_killed_workers.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError, InterfaceError, connection

from barometer.smtp import EmailBackend
from responses import links
from responses.actions import case as case_actions
from responses.actions import contact, events, sending
from responses.mail import Reason
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail, MailDomain
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import DROP, TAKE_AND_DROP, Sink, smtp_sink

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

CAMPAIGNS, BLOCKS = 100, 4
ADDRESSES = [f"leder{number}@skole{number % 4}.example" for number in range(9)] + ["faelles@kommune.example"] * 5
ANSWERS = {
    "RCPT": ("450 4.2.0 Greylisted", "421 4.7.0 Slow down", "451 4.7.1 Later", "550 5.1.1 Unknown", DROP),
    "DATA": ("451 4.3.0 Later", "421 4.3.2 Closing", "554 5.7.1 Refused", DROP, TAKE_AND_DROP),
}
MOMENTS = ("before", "in the message", "after")


class Killed(BaseException):
    """kill -9, as near as one process can come: nothing catches it, and an open transaction is lost."""


@dataclass
class Plan:
    """What happens during one sweep: at which statement or dialogue the worker ends, and when somebody acts."""

    statement: int = 0
    after: bool = False
    restart: bool = False
    dialogue: int = 0
    moment: str = ""
    acts: dict[int, Case] = field(default_factory=dict)


@dataclass
class Campaign:
    """One campaign, and what is known from outside of what it must have done."""

    rng: random.Random
    server: Sink
    round_: Round
    ends: int = 0
    acted: dict[int, set[int]] = field(default_factory=dict)  # case → mails handed over before it acted

    def sweep(self, at: datetime, plan: Plan) -> Counter[str]:
        backend = Dying(plan, host="127.0.0.1", port=self.server.port, timeout=5)
        statements = Statements(self, plan)
        try:
            with connection.execute_wrapper(statements):
                return sending.send_due(at=at, connection=backend)
        except (Killed, DatabaseError, InterfaceError):
            self.ends += 1
            connection.close()
            return Counter()

    def act(self, case: Case) -> None:
        """A workplace answers, says no, or wants no more reminders, over a connection of its own."""
        try:
            handed_over = ContactAttempt.objects.filter(case=case, mail__handed_over_at__isnull=False)
            left = set(handed_over.values_list("mail_id", flat=True))
            holder = LinkHolder.objects.get(case=case)
            choice = self.rng.choice(("answer", "no", "stop"))
            if choice == "answer":
                events.record(case, kind=EventKind.SUBMITTED, at=NOON, holder=holder)
            elif choice == "no":
                events.record(case, kind=EventKind.DECLINED, at=NOON, holder=holder)
            else:
                case_actions.stop_reminders(holder=holder, at=NOON, confirm=False)
            # read once more, for what was handed over while we wrote may go either way
            self.acted[case.pk] = left | set(handed_over.values_list("mail_id", flat=True))
        finally:
            connection.close()


class Statements:
    """Counts what the database is given, and lets things happen before or after one of the statements."""

    def __init__(self, campaign: Campaign, plan: Plan) -> None:
        self.campaign, self.plan, self.count = campaign, plan, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if (case := self.plan.acts.pop(self.count, None)) and not connection.in_atomic_block:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(self.campaign.act, case).result()
        fatal = self.count == self.plan.statement
        if fatal and self.plan.restart:
            _end_session()
        elif fatal and not self.plan.after:
            raise Killed
        result = execute(sql, params, many, context)
        if fatal:
            raise Killed
        return result


def _end_session() -> None:
    """End the worker's session at the database, as a restart does."""
    pid = connection.connection.info.backend_pid

    def terminate() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(terminate).result()


class Dying(EmailBackend):
    """A connection to the mail server during which the worker may be killed."""

    def __init__(self, plan: Plan, **options: Any) -> None:
        super().__init__(**options)
        self.plan, self.dialogues = plan, 0

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        self.dialogues += 1
        moment = self.plan.moment if self.dialogues == self.plan.dialogue else ""
        if moment == "before":
            raise Killed
        try:
            sent = super().send_messages(messages)
        except OSError:
            if moment:
                raise Killed from None
            raise
        if moment:
            raise Killed
        return sent


def make_workplaces() -> Round:
    round_ = make_open_round()
    for address in ADDRESSES:
        make_case(round_, contact={"email": address, "kind": "workplace"})
    return round_


def begin(campaign: Campaign) -> None:
    """Queue the invitations as if nothing had happened yet, to some of the workplaces."""
    round_, rng = campaign.round_, campaign.rng
    ContactAttempt.objects.all().delete()
    Mail.objects.all().delete()
    MailDomain.objects.all().delete()
    CaseEvent.objects.exclude(kind=EventKind.OPENED).delete()
    Case.objects.update(disposition=Disposition.NOT_STARTED)
    round_.contact_steps.update(queued_at=None)
    for wave in round_.contact_steps.get(mail_name="invitation").waves.all():
        wave.delete()
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    campaign.server.contents.clear()
    campaign.server.answers.clear()
    campaign.server.once.clear()
    for address in set(ADDRESSES):
        if rng.random() < 0.35:
            stage = rng.choice(("RCPT", "DATA"))
            script = campaign.server.once if rng.random() < 0.6 else campaign.server.answers
            script[stage, address] = rng.choice(ANSWERS[stage])


def draw(campaign: Campaign, cases: Sequence[Case]) -> Plan:
    rng, plan = campaign.rng, Plan()
    end = rng.random()
    if end < 0.45:
        plan.statement, plan.after = rng.randint(1, 50), rng.random() < 0.5
    elif end < 0.6:
        plan.statement, plan.restart = rng.randint(2, 50), True
    elif end < 0.85:
        plan.dialogue, plan.moment = rng.randint(1, 10), rng.choice(MOMENTS)
    for case in rng.sample(list(cases), k=rng.randint(0, 2)):
        if case.pk not in campaign.acted:
            plan.acts[rng.randint(6, 60)] = case
    return plan


def run(campaign: Campaign) -> None:
    begin(campaign)
    cases, minutes = list(campaign.round_.cases.order_by("pk")), 0.0
    for _ in range(campaign.rng.randint(2, 5)):
        plan = draw(campaign, cases)
        if plan.moment == "in the message":
            campaign.server.answers |= {
                ("DATA", address): TAKE_AND_DROP for address in campaign.rng.sample(ADDRESSES, 3)
            }
        campaign.sweep(NOON + timedelta(minutes=minutes), plan)
        minutes += campaign.rng.choice((0.1, 1, 11, 40))
    campaign.server.answers.clear()
    for later in (11, 200, 800, 1600):
        at = NOON + timedelta(minutes=minutes + later)
        while campaign.sweep(at, Plan()):
            pass


def check(campaign: Campaign) -> None:
    """Hold what the mail server has against the rows."""
    delivered = Counter(campaign.server.recipients)
    assert max(delivered.values(), default=0) <= 1, "no mail twice"
    found = Mail.objects.prefetch_related("lines__holder__case").order_by("pk")
    assert {mail.status for mail in found} <= {"sent", "failed", "cancelled", "unknown"}, "every mail is accounted for"
    assert sum(mail.outcome == Reason.INTERRUPTED for mail in found) <= campaign.ends, "one unknown for each end"
    for mail in found:
        arrived = delivered[mail.address] == 1
        assert arrived or mail.status != "sent"
        assert not arrived or mail.status in ("sent", "unknown")
        went = [line for line in mail.lines.all() if not line.left_out]
        invited = CaseEvent.objects.filter(kind=EventKind.INVITED, case__in=[line.case_id for line in went]).count()
        assert invited == (len(went) if mail.status == "sent" else 0)
        text = campaign.server.mail_to(mail.address).as_string() if arrived else ""
        for line in mail.lines.all():
            late = line.case_id in campaign.acted and mail.pk not in campaign.acted[line.case_id]
            if late:
                assert links.token(links.ANSWER, line.holder) not in text, "who has answered gets no mail"
                assert line.left_out or mail.status == "cancelled" or not arrived
        if mail.status == "cancelled":
            assert all(line.case_id in campaign.acted for line in mail.lines.all())


@pytest.fixture(scope="module")
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whatever_goes_wrong_each_mail_leaves_at_most_once_and_is_accounted_for(block: int, server: Sink) -> None:
    round_ = make_workplaces()
    ends, statuses = 0, Counter[str]()
    for seed in range(block, CAMPAIGNS, BLOCKS):
        campaign = Campaign(random.Random(seed), server, round_)
        run(campaign)
        try:
            check(campaign)
        except AssertionError as problem:
            raise AssertionError(f"campaign {seed}: {problem}") from problem
        ends += campaign.ends
        statuses.update(Mail.objects.values_list("status", flat=True))
    assert ends >= 12, "workers did die"
    assert set(statuses) == {"sent", "failed", "cancelled", "unknown"}
