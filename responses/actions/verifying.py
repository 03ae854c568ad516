"""Rebuild where every case stands from its events, and see whether the rows say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from barometer import audit
from responses.actions import events
from responses.models import Case
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Difference:
    """A case whose row says something else than its events; each pair is a disposition and an outcome."""

    case: int
    stored: tuple[str, str]
    rebuilt: events.Standing


def differences(round_: Round | None = None) -> list[Difference]:
    """Return the cases of a round, or of all, of which the row says something else than the events."""
    cases = Case.objects.all() if round_ is None else Case.objects.of_round(round_)
    found = events.differing(cases.order_by().values_list("pk", flat=True))
    stored = Case.objects.in_bulk(found)
    rows = ((number, (stored[number].disposition, stored[number].outcome)) for number in sorted(found))
    return [Difference(number, said, found[number]) for number, said in rows]


@transaction.atomic
def repair(found: Sequence[Difference], *, at: datetime) -> int:
    """Write what the events say, read again behind locks; return how many cases were written."""
    numbers = [difference.case for difference in found]
    list(Case.objects.select_for_update().filter(pk__in=numbers).order_by("pk").values_list("pk"))
    again = events.differing(numbers)
    events.write(again)
    for number, (disposition, outcome) in sorted(again.items()):
        facts = {"disposition": disposition.value, "outcome": outcome.value}
        audit.record("case.standing_repaired", target=f"case:{number}", by=None, at=at, facts=facts)
    return len(again)
