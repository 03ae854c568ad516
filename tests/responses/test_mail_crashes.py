"""A worker may die anywhere: every mail is sent at most once, and none is lost from sight."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.db import connection

from responses.actions import contact, sending
from responses.models import CaseEvent, ContactAttempt, Mail
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """kill -9, as near as one process can come: nothing catches it, and an open transaction is lost."""


class Statements:
    """Counts the statements that the database is given, and kills the worker at one of them."""

    def __init__(self, fatal: int = 0, after: bool = False) -> None:
        self.count, self.fatal, self.after = 0, fatal, after

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("BEGIN"):  # Django's own way to begin a transaction on SQLite
            return execute(sql, params, many, context)
        self.count += 1
        if self.count == self.fatal and not self.after:
            raise Killed
        result = execute(sql, params, many, context)
        if self.count == self.fatal:
            raise Killed
        return result


class Server(locmem.EmailBackend):
    """A mail server that may kill the worker before or after it takes a mail."""

    def __init__(self, kill: str = "") -> None:
        super().__init__()
        self.kill = kill

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if self.kill == "before":
            raise Killed
        super().send_messages(messages)
        if self.kill == "after":
            raise Killed
        return 1


def make_round_of_two() -> Round:
    round_ = make_open_round()
    for _ in range(2):
        make_case(round_)
    return round_


def queue_afresh(round_: Round) -> None:
    """Queue the invitations as if nothing had happened yet."""
    CaseEvent.objects.filter(kind=EventKind.INVITED).delete()
    ContactAttempt.objects.all().delete()
    Mail.objects.all().delete()
    round_.contact_steps.update(queued_at=None)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)


def recover_and_finish() -> None:
    """A new worker comes, and goes on until nothing is due."""
    for minutes in (1, 11, 12, 30):
        sending.send_due(at=NOON + timedelta(minutes=minutes), connection=Server())


def check_each_mail_left_at_most_once(mailoutbox: list[EmailMessage]) -> list[str]:
    """Return the statuses; every one must be the truth, or *unknown*."""
    delivered = [message.to[0] for message in mailoutbox]
    assert len(delivered) == len(set(delivered))
    for mail in Mail.objects.all():
        assert mail.status in ("sent", "unknown")
        assert mail.status == "unknown" or mail.address in delivered
        invited = CaseEvent.objects.filter(case__contact_attempts__mail=mail, kind=EventKind.INVITED).count()
        assert invited == (mail.status == "sent")
    return sorted(Mail.objects.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("kill", "statuses", "delivered"), [("before", ["sent", "unknown"], 1), ("after", ["sent", "unknown"], 2)]
)
def test_a_worker_killed_at_the_dialogue_leaves_one_unknown_mail(
    kill: str, statuses: list[str], delivered: int, mailoutbox: list[EmailMessage]
) -> None:
    queue_afresh(make_round_of_two())
    with pytest.raises(Killed):
        sending.send_due(at=NOON, connection=Server(kill))
    recover_and_finish()
    assert check_each_mail_left_at_most_once(mailoutbox) == statuses
    assert len(mailoutbox) == delivered


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_worker_killed_at_any_statement_sends_no_mail_twice_and_loses_none(
    after: bool, mailoutbox: list[EmailMessage]
) -> None:
    round_ = make_round_of_two()
    queue_afresh(round_)
    sending.send_due(at=NOON, connection=Server())  # what a worker reads once and keeps is not counted
    mailoutbox.clear()
    queue_afresh(round_)
    with connection.execute_wrapper(statements := Statements()):
        sending.send_due(at=NOON, connection=Server())
    assert statements.count > 12
    for fatal in range(1, statements.count + 1):
        mailoutbox.clear()
        queue_afresh(round_)
        with pytest.raises(Killed), connection.execute_wrapper(Statements(fatal, after)):
            sending.send_due(at=NOON, connection=Server())
        recover_and_finish()
        assert check_each_mail_left_at_most_once(mailoutbox).count("unknown") <= 1
