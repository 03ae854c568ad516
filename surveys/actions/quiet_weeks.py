"""The table of quiet weeks: loaded whole, from a file."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from surveys.models import QuietWeek
from surveys.quiet_weeks_file import read_quiet_weeks


class TableRefused(Exception):
    """The file has problems; nothing has changed. ``problems`` holds all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def load_quiet_weeks(*, data: bytes, by: User | None, at: datetime) -> int:
    """Put the rows of a file in the place of those of the same years; return how many. All of it or nothing.

    Years that the file does not name keep theirs.
    Raises: TableRefused.
    """
    rows, problems = read_quiet_weeks(data)
    if problems:
        raise TableRefused(problems)
    years = sorted({row.year for row in rows})
    with transaction.atomic():
        QuietWeek.objects.filter(year__in=years).delete()
        QuietWeek.objects.bulk_create([QuietWeek(**row._asdict()) for row in rows], batch_size=500)
        facts = {"rows": len(rows), "years": years, "sha256": hashlib.sha256(data).hexdigest()}
        audit.record("quiet_weeks.loaded", target="quiet_weeks", by=by, at=at, facts=facts)
    return len(rows)
