"""What the daily mail to the fieldwork team says about a round: what broke, what waits, and the rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.addresses import is_address, is_reserved_address
from barometer.models import User
from barometer.roles import Role
from responses import monitoring, work_lists
from responses.models import DigestMail, DigestReader, Heartbeat, Mail
from responses.work_lists import NEVER_URGENT, Waiting
from surveys.models import Round

WORKER = "send_due_mails"
SILENT_AFTER = timedelta(minutes=15)  # it begins every minute, and takes most of one
FIRST_LOOK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that broke; ``page`` is the name of the address of a round that shows it, with ``query``."""

    text: Promise
    number: int | None = None
    page: str = "round"
    query: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """All that the mail says. It is not sent when nothing broke and nothing waits."""

    troubles: Sequence[Trouble]
    alarms: int
    waiting: Sequence[Waiting]
    submitted: int
    sampled: int
    rate: float | None
    target: float

    @property
    def empty(self) -> bool:
        return not (self.troubles or self.alarms or self.waiting)


def troubles(round_: Round, at: datetime) -> list[Trouble]:
    """Return what broke since the last daily mail of the round; three queries."""
    last = DigestMail.objects.filter(round=round_, at__lt=at).order_by("-at").values_list("at", flat=True).first()
    failed = Mail.objects.filter(round=round_, status=Mail.Status.FAILED, ended_at__gt=last or at - FIRST_LOOK).count()
    found = [Trouble(_("Mails that failed since the last daily mail"), failed, "mails", "status=failed")]
    found = [trouble for trouble in found if trouble.number]
    beat = Heartbeat.objects.filter(task=WORKER).values_list("at", flat=True).first()
    if beat is not None and at - beat > SILENT_AFTER:
        found.append(Trouble(_("The program that sends the mails has been silent for more than 15 minutes.")))
    return found


def of_round(round_: Round, at: datetime, *, alarms: int) -> Digest:
    """Return what there is to say; about twenty queries, however many cases there are."""
    overall = monitoring.monitor(round_).overall
    waiting = [each for each in work_lists.counts(round_, at) if each.number and each.code not in NEVER_URGENT]
    return Digest(
        troubles=troubles(round_, at),
        alarms=alarms,
        waiting=waiting,
        submitted=overall.submitted,
        sampled=overall.sampled,
        rate=overall.response_rate,
        target=float(round_.target_response_rate),
    )


def _fieldwork(round_: Round) -> QuerySet[User]:
    role = Q(round_roles__role=Role.FIELDWORK) & (Q(round_roles__round=round_) | Q(round_roles__round=None))
    staff = User.objects.filter(Q(is_superuser=True) | role, is_staff=True, is_active=True).exclude(email="")
    return staff.distinct().order_by("pk")


def recipients(round_: Round) -> list[tuple[User, str]]:
    """Return who gets the daily mail of a round, and in which language; two queries.

    All active staff who do the round's fieldwork and have an address, and who have not said no. That of a rehearsal
    goes only where it reaches nobody.
    """
    readers = {reader.user_id: reader for reader in DigestReader.objects.all()}
    found = []
    for user in _fieldwork(round_):
        reader = readers.get(user.pk)
        if (reader and not reader.wanted) or not is_address(user.email):
            continue
        if not round_.rehearsal or is_reserved_address(user.email):
            found.append((user, reader.language if reader else "da"))
    return found


def wants(user: User, round_: Round) -> bool:
    """Whether a member of staff is among those who get the mail of a round."""
    return any(who.pk == user.pk for who, _language in recipients(round_))
