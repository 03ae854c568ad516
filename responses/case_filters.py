"""Which cases a list shows, as its address says, so that a list can be bookmarked and sent to a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses import case_search
from responses.models import Case, ContactAttempt, Mail, Wave
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
        return bool(self.q) and not (self.more or self.disposition or self.work)

    def cases(self, round_: Round, at: datetime, *, with_addresses: bool) -> CaseQuerySet:
        """Return the cases of the round, without an order."""
        cases = LISTS[self.work].cases(round_, at) if self.work else Case.objects.of_round(round_)
        if self.q:
            cases = cases.filter(case_search.condition(round_, self.q, with_addresses=with_addresses))
        wanted = {
            "disposition": self.disposition,
            "sample_unit__workplace__level": self.level,
            "sample_unit__stratum": self.stratum,
            "sample_unit__workplace__authority_code": self.authority,
            "language": self.language,
        }
        cases = cases.filter(**{name: value for name, value in wanted.items() if value})
        return _in_wave(cases, self.wave, self.state) if self.wave or self.state else cases


@dataclass(frozen=True, slots=True)
class Found:
    """The cases that were asked for. ``more`` when only the first are among them.

    ``pks`` are those of a search by words, in order, where they are known already.
    """

    round: Round
    matching: QuerySet[Case]
    pks: tuple[int, ...] | None = None
    more: bool = False

    @property
    def cases(self) -> QuerySet[Case]:
        """Return them in the order of their names, with their workplaces."""
        return case_search.in_order(self.matching, self.round).select_related("sample_unit__workplace")

    def page(self, number: str | None, size: int) -> Page[Any]:
        """Return a page of the cases, with their workplaces; no more than it holds is read."""
        if self.pks is None:
            paginator = Paginator(self.cases, size)
            paginator.count = self.matching.count()  # which needs no order
            return paginator.get_page(number)
        page: Page[Any] = Paginator(self.pks, size).get_page(number)
        shown = Case.objects.filter(pk__in=list(page.object_list)).select_related("sample_unit__workplace").order_by()
        by_pk = {case.pk: case for case in shown}
        page.object_list = [by_pk[pk] for pk in page.object_list if pk in by_pk]
        return page


def find(round_: Round, filters: Filters, at: datetime, *, with_addresses: bool) -> Found:
    """Return the cases that the filters ask for.

    Words are looked for first, in one go: that is what somebody waits for on the telephone. So are the cases of an
    authority: where few are found, nothing is counted.
    """
    if not filters.only_words:
        cases = filters.cases(round_, at, with_addresses=with_addresses)
        return Found(round_, cases, case_search.few(cases, round_) if filters.q or filters.authority else None)
    first = case_search.found(round_, filters.q, with_addresses=with_addresses)
    pks = tuple(first[: case_search.MOST_FOUND])
    more = len(first) > case_search.MOST_FOUND
    return Found(round_, Case.objects.of_round(round_).filter(pk__in=pks), pks, more)


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
