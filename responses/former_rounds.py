"""Former rounds of the same questionnaire, and how a round stands beside them at the same field day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext

from responses.models import Response
from responses.statistics.dispositions import Disposition
from responses.statistics.field_day_comparison import Group, Share, at_day, differences
from surveys.models import Level, Round, SampleUnit

MOST = 3  # of the newest: what was long ago tells little
ALL = ""

Groups = Mapping[str, Group]


@dataclass(frozen=True, slots=True)
class Row:
    """A group now and in each former round, at the end of the same field day.

    Attributes:
        code: of the level; ``ALL`` for the whole sample.
        former: in the order of ``Comparison.rounds``.
        differences: of the rate now to each of them, in shares.
    """

    code: str
    label: str
    now: Share
    former: tuple[Share, ...]
    differences: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A round beside former ones at the end of ``field_day``, the last one that is over: all cases, then the levels."""

    field_day: int
    rounds: tuple[Round, ...]
    rows: tuple[Row, ...]


def find(round_: Round, at: datetime) -> list[Round]:
    """Return the newest former rounds that had been closed at that moment, the newest first; one query.

    Of the same questionnaire (in any version) and country; a rehearsal has rehearsals, a real round real ones. An
    imported round only if its files say of how many the answers are, and when they came in.
    """
    rounds = Round.objects.filter(
        questionnaire__code=round_.questionnaire.code,
        country=round_.country,
        rehearsal=round_.rehearsal,
        opened_at__isnull=False,
        closed_at__lte=at,
        opens_on__lt=round_.opens_on,
    )
    rounds = rounds.exclude(imported__timed=False).exclude(imported__sampled=False)
    return list(rounds.exclude(pk=round_.pk).order_by("-opens_on", "-pk")[:MOST])


def compare(round_: Round, at: datetime) -> Comparison | None:
    """Return how the round stands beside former ones, overall and by level; at most three queries.

    At the end of yesterday, or of the last day of a round that has been closed. None when there is nothing to compare:
    no former round, or no day that is over.
    """
    former = find(round_, at) if round_.opened_at else []
    return beside(round_, former, groups_of([round_, *former]), at) if former else None


def beside(round_: Round, former: Sequence[Round], groups: Mapping[int, Groups], at: datetime) -> Comparison | None:
    """Return the same from groups that have been read; no query."""
    if round_.opened_at is None:
        return None
    closed = round_.closed_at is not None and round_.closed_at <= at
    day = round_.field_day(timezone.localdate(round_.closed_at if closed else at)) - (0 if closed else 1)
    if day < 0 or not former:
        return None
    rows = tuple(_row(code, label, groups, round_, former, day) for code, label in _groups(groups[round_.pk]))
    return Comparison(day, tuple(former), rows)


def groups_of(rounds: Sequence[Round]) -> dict[int, dict[str, Group]]:
    """Return the sampled cases and the submissions by field day of rounds, overall and by level; two queries.

    As ``monitoring.submitted_by_day`` has it: what came in before the opening day counts on it. Days are those of the
    current time zone.
    """
    sampled: dict[tuple[int, str], int] = defaultdict(int)
    submitted: dict[tuple[int, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    by_pk = {round_.pk: round_ for round_ in rounds}
    units = SampleUnit.objects.filter(sample__round__in=by_pk).order_by()
    for pk, level, number in units.values_list("sample__round", "workplace__level").annotate(Count("pk")):
        for code in (ALL, level):
            sampled[pk, code] += number
    for pk, level, day, number in _submissions(by_pk):
        field_day = max(0, by_pk[pk].field_day(day))
        for code in (ALL, level):
            submitted[pk, code][field_day] += number
    return {
        pk: {code: Group(number, submitted[pk, code]) for (of, code), number in sampled.items() if of == pk}
        for pk in by_pk
    }


def _submissions(by_pk: Mapping[int, Round]) -> Sequence[tuple[int, str, date, int]]:
    responses = Response.objects.filter(
        case__round__in=by_pk, submitted_at__isnull=False, case__disposition=Disposition.SUBMITTED
    )
    rows = responses.order_by().values_list(
        "case__round", "case__sample_unit__workplace__level", TruncDate("submitted_at")
    )
    return list(rows.annotate(Count("pk")))


def _groups(groups: Groups) -> list[tuple[str, str]]:
    levels = [(level.value, str(level.label)) for level in Level if level.value in groups]
    return [(ALL, gettext("All")), *levels] if ALL in groups else []


def _row(code: str, label: str, found: Mapping[int, Groups], round_: Round, former: Sequence[Round], day: int) -> Row:
    now = at_day(found[round_.pk][code], day)
    shares = tuple(at_day(found[other.pk].get(code, Group(0, {})), day) for other in former)
    return Row(code, label, now, shares, tuple(differences(now, shares)))
