"""Delete personal data: of one case because somebody has the right to ask, of a whole round when its time has come."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from barometer import audit
from barometer.models import AuditEvent, User
from responses.actions import events, export
from responses.models import (
    BulkChange,
    Call,
    Case,
    CaseContact,
    CaseNote,
    ContactAttempt,
    ContactCorrection,
    DeclineReason,
    HandOver,
    LinkHolder,
    Mail,
    MailReturn,
    Response,
    ResultRequest,
    WeightSet,
)
from responses.statistics.dispositions import EventKind
from surveys.models import AuthorityContact, Round, WorkplaceContact

NO_ADDRESS = "erased.invalid"  # a mail keeps an address of its own, so that it is still one of a kind
WAITING = (Mail.Status.HELD, Mail.Status.QUEUED)
AT_ONCE = 500
EMPTY_TEXTS = {"subject": "", "text_body": "", "html_body": "", "outcome": "", "message_id": ""}


def answers_may_be_withdrawn(round_: Round) -> bool:
    """Return whether answers can still be taken out: until the figures rest on weights in which they count."""
    return round_.published_at is None and WeightSet.objects.used(round_) is None


@transaction.atomic
def erase_case(*, case: Case, reason: str, by: User | None, at: datetime) -> EventKind:
    """Delete the contact data of a case, and its answers while they may be withdrawn; return which it was.

    The case stays, so that no rate changes without a trace: with its answers gone it is *erased* and counts as not
    submitted. Its links end, and mails that wait are cancelled. It cannot be undone.
    """
    case = events.lock(case.pk)
    cases = Case.objects.filter(pk=case.pk)
    kind = EventKind.FORGOTTEN
    if answers_may_be_withdrawn(case.round):
        kind = EventKind.ERASED
        Response.objects.filter(case=case).delete()
    forget_contacts(cases, at=at)
    WorkplaceContact.objects.filter(workplace=case.sample_unit.workplace_id).update(leader="", email="", phone="")
    events.record(case, kind=kind, at=at, by=by)
    audit.record(f"case.{kind.value}", target=case, by=by, at=at, reason=reason)
    export.withdraw(round_=case.round, at=at)
    return kind


def forget_contacts(cases: QuerySet[Case], *, at: datetime) -> None:
    """Blank every name, address, number and word that tells who is behind these cases; about 15 queries.

    Of a mail about other cases too, the text goes and the address stays, because those cases need it. The register's
    own contact data (``WorkplaceContact``) is the caller's.
    """
    holders = LinkHolder.objects.filter(case__in=cases)
    forget_mails(Mail.objects.filter(pk__in=_mails_of(cases, alone=True).values("pk")), at=at)
    sent = _mails_of(cases, alone=False).exclude(status__in=WAITING)
    Mail.objects.filter(pk__in=sent.values("pk")).update(**EMPTY_TEXTS)
    MailReturn.objects.filter(mail__lines__case__in=cases).update(returns_on=None)
    HandOver.objects.filter(holder__in=holders).update(given_by="")
    Call.objects.filter(case__in=cases).update(note="")
    CaseNote.objects.filter(case__in=cases).delete()
    BulkChange.objects.filter(case__in=cases).update(before={}, after={})
    DeclineReason.objects.filter(case__in=cases).delete()
    ContactCorrection.objects.filter(case__in=cases).update(name="", email="")
    ResultRequest.objects.filter(holder__in=holders).delete()
    withdraw_consents(CaseContact.objects.filter(holder__in=holders), at=at)
    _forget_reasons(cases)
    holders.filter(retired_at__isnull=True).update(retired_at=at)
    holders.update(name="", email="", phone="")


def forget_mails(mails: QuerySet[Mail], *, at: datetime) -> None:
    """Blank address and text of these mails; those that wait are cancelled."""
    mails.filter(status__in=WAITING).update(status=Mail.Status.CANCELLED, ended_at=at)
    number = Cast(F("pk"), CharField())
    address = Concat(Value("erased-"), number, Value(f"@{NO_ADDRESS}"))
    mails.update(**EMPTY_TEXTS, address=address, domain=NO_ADDRESS)


def forget_authorities(round_: Round, *, at: datetime) -> None:
    """Blank the contact persons of the round's authorities, and the mails to them."""
    forget_mails(Mail.objects.filter(round=round_, authority_contact__isnull=False), at=at)
    AuthorityContact.objects.filter(round=round_).update(name="", email="")


def withdraw_consents(contacts: QuerySet[CaseContact], *, at: datetime) -> None:
    """Empty the consents that are in force, as their givers can themselves."""
    blank = {"name": "", "workplace": "", "email": "", "phone": "", "innovation": ""}
    contacts.filter(withdrawn_at__isnull=True).update(withdrawn_at=at, **blank)


def _forget_reasons(cases: QuerySet[Case]) -> None:
    """Blank why staff did something to these cases; the chain of the audit log holds without the words."""
    numbers = list(cases.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        targets = [f"case:{pk}" for pk in numbers[start : start + AT_ONCE]]
        AuditEvent.objects.filter(target__in=targets).exclude(reason="").update(reason="")


def _mails_of(cases: QuerySet[Case], *, alone: bool) -> QuerySet[Mail]:
    """Return the mails with a line about one of these cases: about no others with ``alone``, else about others too."""
    lines = ContactAttempt.objects.filter(mail=OuterRef("pk"))
    here = Mail.objects.filter(Exists(lines.filter(case__in=cases)))
    others = Exists(lines.exclude(case__in=cases))
    return here.filter(~others) if alone else here.filter(others)
