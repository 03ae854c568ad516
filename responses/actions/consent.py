"""What somebody leaves beside the answers: leave to be contacted about a case, and an address for the result mail."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from barometer import audit, spreadsheet
from barometer.models import User
from responses import case_contacts
from responses.actions import events
from responses.models import CaseContact, CaseEvent, LinkHolder, Response, ResultRequest
from responses.statistics.dispositions import EventKind
from surveys.models import Round

TEXT_VERSION = 1  # of the words that one agrees to; a test fails when they change and this does not
MOST_PER_CASE = 5  # of each kind, so that nobody fills the lists


class TooMany(Exception):
    """So many have been left for this case that another is a mistake, or a machine."""


class Given(NamedTuple):
    """Under which words something is left."""

    language: str
    recipient: str = ""


@transaction.atomic
def leave_contact(*, response: Response, fields: Mapping[str, str], given: Given, at: datetime) -> CaseContact:
    """Keep what may be passed on: name, workplace, email, phone, innovation.

    Raises: TooMany.
    """
    holder = _who_submitted(response)
    _not_too_many(CaseContact.objects.filter(holder__case=response.case_id).count())
    return CaseContact.objects.create(
        round=response.case.round,
        holder=holder,
        at=at,
        language=given.language,
        text_version=TEXT_VERSION,
        recipient=given.recipient,
        **fields,
    )


@transaction.atomic
def request_results(*, response: Response, email: str, given: Given, at: datetime) -> ResultRequest:
    """Keep an address for the one mail about the results.

    Raises: TooMany.
    """
    holder = _who_submitted(response)
    _not_too_many(ResultRequest.objects.filter(holder__case=response.case_id).count())
    return ResultRequest.objects.create(
        round=response.case.round,
        holder=holder,
        at=at,
        language=given.language,
        text_version=TEXT_VERSION,
        email=email,
    )


@transaction.atomic
def withdraw_contact(*, pk: int, at: datetime) -> None:
    """Empty the fields; number and times stay, for whoever has been given them. Whenever, and as often as one likes."""
    empty = dict.fromkeys(("name", "workplace", "email", "phone", "innovation"), "")
    CaseContact.objects.filter(pk=pk, withdrawn_at__isnull=True).update(withdrawn_at=at, **empty)


def withdraw_results(*, pk: int) -> None:
    """Delete the address. Whenever, and as often as one likes."""
    ResultRequest.objects.filter(pk=pk).delete()


def export_contacts(*, round_: Round, language: str, by: User, at: datetime) -> Iterator[str]:
    """Note in the audit log who takes the list, and return it in pieces."""
    facts = {"contacts": CaseContact.objects.filter(round=round_).count(), "language": language}
    audit.record("case_contacts.exported", target=round_, by=by, at=at, facts=facts)
    return spreadsheet.lines_in(language, case_contacts.contact_rows(round_))


def export_requests(*, round_: Round, language: str, by: User, at: datetime) -> Iterator[str]:
    """Note in the audit log who takes the addresses for the mail about the results, and return them in pieces."""
    facts = {"addresses": ResultRequest.objects.filter(round=round_).count(), "language": language}
    audit.record("result_requests.exported", target=round_, by=by, at=at, facts=facts)
    return spreadsheet.lines_in(language, case_contacts.request_rows(round_))


def _who_submitted(response: Response) -> LinkHolder | None:
    """Return who submitted last; the case is locked, so that what is counted next is not counted twice."""
    case = events.lock(response.case_id)
    last = CaseEvent.objects.filter(case=case, kind=EventKind.SUBMITTED).select_related("holder").order_by("-pk")
    event = last.first()
    if event is not None and event.holder is not None:
        return event.holder
    return case.holders.get(role=LinkHolder.Role.OWNER)


def _not_too_many(number: int) -> None:
    if number >= MOST_PER_CASE:
        raise TooMany
