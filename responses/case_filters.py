"""Which cases a list shows, as its address says, so that a list can be bookmarked and sent to a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.bulk import unprepared
from responses import case_search
from responses.models import Case, CaseSearch, ContactAttempt, Mail, Wave
from responses.models.case import DISPOSITION_LABELS, CaseQuerySet
from responses.work_lists import LISTS
from surveys.models import Level, Round

MOST_OF_A_CODE = 10
IN_WAVE: dict[str, Promise] = {
    "waiting": _("Waits to be sent"),
    "sent": _("Sent"),
    "unknown": _("Unknown"),
    "failed": _("Failed"),
    "bounced": _("Came back"),
    "left-out": _("Left out"),
    "none": _("Not in it"),
}
OF_MAIL = {
    "waiting": (Mail.Status.HELD, Mail.Status.QUEUED, Mail.Status.CLAIMED, Mail.Status.HANDED_OVER),
    "sent": (Mail.Status.SENT,),
    "unknown": (Mail.Status.UNKNOWN,),
    "failed": (Mail.Status.FAILED, Mail.Status.CANCELLED),
}
# As earlier versions of the program wrote it into addresses.
FORMER = {"asks-to-correct", "opened-again"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; "" and 0 ask for all. ``stratum`` and ``wave`` are primary keys, ``work`` a work list."""

    q: str = ""
    disposition: str = ""
    level: str = ""
    stratum: int = 0
    authority: str = ""
    language: str = ""
    wave: int = 0
    state: str = ""
    work: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        """Read the filters of an address; what is none of them is passed over."""
        disposition, work = asked.get("disposition", ""), asked.get("work", "")
        if disposition in FORMER:
            disposition, work = "", disposition
        return cls(
            q=case_search.typed(asked.get("q", "")),
            disposition=_one_of(disposition, DISPOSITION_LABELS),
            level=_one_of(asked.get("level", ""), Level.values),
            stratum=_number(asked.get("stratum", "")),
            authority=asked.get("authority", "").replace("\0", "")[:MOST_OF_A_CODE],
            language=asked.get("language", "").replace("\0", "")[:7],
            wave=_number(asked.get("wave", "")),
            state=_one_of(asked.get("state", ""), IN_WAVE),
            work=_one_of(work, LISTS),
        )

    @property
    def query(self) -> str:
        """Return the part of an address that asks for the same again."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def more(self) -> bool:
        """Whether one of the less common filters is set."""
        return any((self.level, self.stratum, self.authority, self.language, self.wave, self.state))

    @property
    def only_words(self) -> bool:
        return bool(self.q) and self == Filters(q=self.q)

    @property
    def of_rows(self) -> bool:
        """Whether something is asked for that never changes: it is read from the search rows alone."""
        return bool(self.q or self.level or self.authority)

    @property
    def of_cases(self) -> bool:
        """Whether something is asked for that is not in the search rows."""
        return any((self.disposition, self.stratum, self.language, self.wave, self.state, self.work))

    def rows(self, round_: Round, prefix: str, *, with_addresses: bool) -> Q:
        """Return what is asked of the search rows; ``prefix`` leads to one."""
        wanted = {"round": round_, "level": self.level, "authority_code": self.authority}
        asked = Q(**{f"{prefix}{name}": value for name, value in wanted.items() if value})
        if self.q:
            asked &= case_search.condition(round_, self.q, prefix, with_addresses=with_addresses)
        return asked

    def cases(self, round_: Round, at: datetime) -> CaseQuerySet:
        """Return the cases of the round that fulfil the rest, without an order."""
        cases = LISTS[self.work].cases(round_, at) if self.work else Case.objects.of_round(round_)
        wanted = {
            "disposition": self.disposition,
            "sample_unit__stratum": self.stratum,
            "language": self.language,
        }
        cases = cases.filter(**{name: value for name, value in wanted.items() if value})
        return _in_wave(cases, self.wave, self.state) if self.wave or self.state else cases


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a list shows it. All is text already: a page has fifty, and looking things up is most of its work."""

    pk: str
    name: str
    status: str
    authority: str
    authority_code: str
    register_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """The cases that were asked for: their keys in the order of the names, and how many they are.

    ``read`` are the same keys, where they are known already. ``more`` when only the first are among them.
    """

    keys: QuerySet[Any, int]
    number: int
    read: list[int] | None = None
    more: bool = False

    @property
    def cases(self) -> QuerySet[Case]:
        """Return them in the order of their names, with their workplaces."""
        in_turn = Case.objects.filter(pk__in=self.keys).order_by("search__name_key", "search__case_id")
        return in_turn.select_related("sample_unit__workplace")

    @unprepared()
    def page(self, number: str | None, size: int) -> Page[Any]:
        """Return a page of the cases as ``Line``s; no more than it holds is read."""
        paginator: Paginator[Any] = Paginator(self.keys if self.read is None else self.read, size)
        paginator.count = self.number
        page = paginator.get_page(number)
        page.object_list = _lines(list(page.object_list)) if self.number else []
        return page


def _lines(pks: list[int]) -> list[Line]:
    """Return the cases in this order."""
    statuses = {code: str(label) for code, label in DISPOSITION_LABELS.items()}
    own = [f"sample_unit__workplace__{name}" for name in ("name", "authority", "authority_code", "register_id")]
    rows = Case.objects.filter(pk__in=pks).order_by().values_list("pk", "disposition", *own)
    lines = {pk: Line(str(pk), name, statuses[stands], *others) for pk, stands, name, *others in rows}
    return [lines[pk] for pk in pks if pk in lines]


@unprepared()
def find(round_: Round, filters: Filters, at: datetime, *, with_addresses: bool) -> Found:
    """Return the cases that the filters ask for.

    What words find is read in one go, for somebody waits for it on the telephone; only where that is much, it is
    counted, or cut off where nothing but words is asked for.
    """
    prefix = "search__" if filters.of_cases else ""
    wanted = filters.rows(round_, prefix, with_addresses=with_addresses)
    cases = filters.cases(round_, at)
    rows: QuerySet[Any] = cases.filter(wanted) if filters.of_cases else CaseSearch.objects.filter(wanted)
    keys, most = case_search.keys(rows, prefix), case_search.MOST_FOUND if filters.only_words else case_search.FEW
    read = case_search.few(rows, prefix, most) if filters.q else None
    if read is not None:
        return Found(keys, len(read), read)
    if filters.only_words:
        return Found(keys[:most], most, more=True)
    return Found(keys, (rows if filters.of_rows else cases).count())


def waves_of(round_: Round) -> QuerySet[Wave]:
    return Wave.objects.filter(step__round=round_).select_related("step").defer("digests", "findings").order_by("-pk")


def _in_wave(cases: CaseQuerySet, wave: int, state: str) -> CaseQuerySet:
    """Narrow to those with a line in this wave, or any wave, and what has become of it."""
    lines = ContactAttempt.objects.filter(case=OuterRef("pk"), wave__isnull=False)
    lines = lines.filter(wave=wave) if wave else lines
    if state == "none":
        return cases.exclude(Exists(lines))
    if state == "left-out":
        lines = lines.exclude(left_out="")
    elif state:
        lines = lines.filter(left_out="")
    if state == "bounced":
        lines = lines.filter(mail__bounced_at__isnull=False)
    elif state in OF_MAIL:
        lines = lines.filter(mail__status__in=OF_MAIL[state])
    return cases.filter(Exists(lines))


def _one_of(text: str, known: object) -> str:
    return text if text in known else ""  # type: ignore[operator]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
