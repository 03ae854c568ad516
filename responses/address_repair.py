"""The cases whose owner no mail can reach, and why; as rows for a page and as a CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barometer import spreadsheet
from responses.address_texts import status_in_words
from responses.contact_facts import ON_ADDRESS
from responses.models import Case, CaseEvent, LinkHolder, MailReturn
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from surveys.register_headers import HEADERS

MISSING, BOUNCED = gettext_lazy("No address"), gettext_lazy("A mail came back")
REPORTED = (MailReturn.Kind.HARD, MailReturn.Kind.SOFT)


@dataclass(frozen=True, slots=True)
class Row:
    """A case that needs an address. ``since`` is None when it never had one; ``said`` is the mail server's reason."""

    case: Case
    owner: LinkHolder
    why: Promise
    since: datetime | None
    said: str
    returns_on: date | None


def to_repair(round_: Round) -> QuerySet[LinkHolder]:
    """Return the owners of cases that can still answer and that no mail reaches, by authority and name.

    Each has ``since``: when the last mail came back.
    """
    of_case = CaseEvent.objects.filter(case=OuterRef("case"), kind__in=ON_ADDRESS).order_by("-pk")
    owners = LinkHolder.objects.filter(role=LinkHolder.Role.OWNER, case__in=Case.objects.of_round(round_).unfinished())
    workplace = "case__sample_unit__workplace"
    return (
        owners.annotate(last_on_address=Subquery(of_case.values("kind")[:1]), since=Subquery(of_case.values("at")[:1]))
        .filter(Q(email="") | Q(last_on_address=EventKind.BOUNCED))
        .annotate(last_return=_last_return(REPORTED), last_reply=_last_return((MailReturn.Kind.AUTO_REPLY,)))
        .select_related(workplace)
        .order_by(f"{workplace}__authority", f"{workplace}__name", "pk")
    )


def rows(owners: Sequence[LinkHolder]) -> list[Row]:
    """Return owners of ``to_repair`` as rows; one query."""
    numbers = {number for owner in owners for number in (owner.last_return, owner.last_reply)}  # type: ignore[attr-defined]
    returns = MailReturn.objects.in_bulk([number for number in numbers if number])
    return [_row(owner, returns) for owner in owners]


def away(round_: Round, today: date) -> QuerySet[MailReturn]:
    """Return the automatic replies of those who are still away, with when they are back, the first first."""
    of_round = MailReturn.objects.filter(kind=MailReturn.Kind.AUTO_REPLY, mail__round=round_, returns_on__gt=today)
    unfinished = Case.objects.of_round(round_).unfinished()
    return (
        of_round.filter(
            mail__lines__case__in=unfinished,
            mail__lines__left_out="",
            mail__lines__holder__email__iexact=F("mail__address"),
        )
        .annotate(
            case_id=F("mail__lines__case"),
            workplace=F("mail__lines__case__sample_unit__workplace__name"),
            leader=F("mail__lines__holder__name"),
        )
        .order_by("returns_on", "pk", "case_id")
    )


def file_lines(round_: Round, language: str) -> Iterator[str]:
    """Yield the list as a CSV file for the authority to fill in; read back by ``address_file``."""
    return spreadsheet.lines(_file_rows(round_, language), language)


def _file_rows(round_: Round, language: str) -> Iterator[list[str]]:
    fields = ("register_id", "name", "address", "authority", "leader", "email", "address_kind")
    names = [HEADERS[field][-1 if language == "en" else 0] for field in fields]
    names[1] = _("Workplace")
    yield [*names, _("Why"), _("Address that does not work")]
    for row in rows(list(to_repair(round_))):
        workplace = row.case.sample_unit.workplace
        cells = [workplace.register_id, workplace.name, workplace.address, workplace.authority, row.owner.name, "", ""]
        told = f"{row.why}: {row.said}" if row.said else str(row.why)
        yield [*cells, told, row.owner.email]


def _row(owner: LinkHolder, returns: dict[int, MailReturn]) -> Row:
    last = returns.get(owner.last_return or 0)  # type: ignore[attr-defined]
    reply = returns.get(owner.last_reply or 0)  # type: ignore[attr-defined]
    return Row(
        case=owner.case,
        owner=owner,
        why=BOUNCED if owner.email else MISSING,
        since=owner.since if owner.email else None,  # type: ignore[attr-defined]
        said=status_in_words(last.status_code) if last and owner.email else "",
        returns_on=reply.returns_on if reply else None,
    )


def _last_return(kinds: Sequence[str]) -> Subquery:
    """Return an annotation: what last came back of these kinds from the owner's address."""
    found = MailReturn.objects.filter(
        kind__in=kinds, mail__lines__holder=OuterRef("pk"), mail__address__iexact=OuterRef("email")
    )
    return Subquery(found.order_by("-pk").values("pk")[:1])
