"""Load how the units of a round stand in a newer register."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from responses.actions import events
from responses.models import Case, CaseEvent
from responses.statistics.dispositions import IN_REGISTER, EventKind
from responses.status_file import Status, StatusRow, read_statuses
from surveys.models import Round

KINDS = {
    Status.EXISTS: EventKind.REGISTER_EXISTS,
    Status.CLOSED: EventKind.REGISTER_CLOSED,
    Status.MERGED: EventKind.REGISTER_MERGED,
    Status.NOT_FOUND: EventKind.REGISTER_NOT_FOUND,
}


class StatusRefused(Exception):
    """The file, or the state of the round, does not allow it. ``problems`` holds all that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file said: ``rows`` in all, ``new`` of them other than known before, and the rows by status."""

    rows: int
    new: int
    statuses: Mapping[str, int]


@transaction.atomic
def load_status(*, round_: Round, name: str, data: bytes, by: User | None, at: datetime) -> Loaded:
    """Record of each unit in the file how it stands in a newer register, all or nothing.

    One event per case whose status is another than before, so a file loaded twice is loaded once, and a corrected file
    puts right what the one before it said. Units that the file does not name keep what they have.
    Raises: StatusRefused.
    """
    round_ = Round.objects.select_for_update().get(pk=round_.pk)
    if round_.status not in (Round.Status.OPEN, Round.Status.CLOSED):
        raise StatusRefused([Problem("status_round_not_in_field", "")])
    sampled = Case.objects.of_round(round_).order_by("pk")
    cases = dict(sampled.values_list("sample_unit__workplace__register_id", "pk"))
    rows, problems = read_statuses(data, cases)
    if problems:
        raise StatusRefused(problems)
    new = _record(rows, cases, by, at)
    statuses = Counter(row.status.value for row in rows)
    facts: dict[str, object] = {"name": name[:255], "sha256": hashlib.sha256(data).hexdigest(), "rows": len(rows)}
    audit.record("status.loaded", target=round_, by=by, at=at, facts=facts | {"new": new, **statuses})
    return Loaded(len(rows), new, statuses)


def _record(rows: Sequence[StatusRow], cases: Mapping[str, int], by: User | None, at: datetime) -> int:
    """Record what is new behind locks on the cases, and return how many that is."""
    numbers = sorted(cases[row.register_id] for row in rows)
    for start in range(0, len(numbers), events.AT_ONCE):
        part = Case.objects.select_for_update().filter(pk__in=numbers[start : start + events.AT_ONCE])
        list(part.order_by("pk").values_list("pk"))
    known = _known(numbers)
    told = ((cases[row.register_id], KINDS[row.status]) for row in rows)
    new = [CaseEvent(case_id=case, kind=kind, at=at, by=by) for case, kind in told if known.get(case) != kind]
    events.record_all(new)
    return len(new)


def _known(cases: Sequence[int]) -> dict[int, str]:
    """Return what a newer register said last, by case."""
    found: dict[int, str] = {}
    for start in range(0, len(cases), events.AT_ONCE):
        said = CaseEvent.objects.filter(case__in=cases[start : start + events.AT_ONCE], kind__in=IN_REGISTER)
        found.update(said.order_by("pk").values_list("case_id", "kind"))
    return found
