"""manage.py forecast ROUND [--at DATE] [--calls N] [--format text|json]: the numbers of the page Forecast."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext

from responses.contact_days import zone
from responses.forecast_table import lines
from responses.forecast_texts import headline, words
from responses.forecasting import CALLS, Forecast, read
from responses.former_rounds import Comparison, Row
from responses.statistics.forecast import Projection
from surveys.management.rounds import round_named

MORNING = time(6)


class Command(BaseCommand):
    help = "Print whether and when a round reaches its target response rate, and what more contacts would bring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument(
            "--at",
            type=date.fromisoformat,
            metavar="DATE",
            help="YYYY-MM-DD: as it was to be seen in the morning of that day, with the plan of today",
        )
        parser.add_argument("--calls", type=int, default=CALLS, metavar="N", help="calls of a phone round")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        on = options["at"]
        at = datetime.combine(on, MORNING, zone()) if on else timezone.now()
        found = read(round_, at, calls=options["calls"], looks_back=on is not None)
        if options["format"] == "json":
            self.stdout.write(json.dumps(_document(found), indent=2, ensure_ascii=False, default=str))
            return
        if round_.rehearsal:
            self.stdout.write(gettext("Rehearsal – not a real survey"))
        for line in _text(found):
            self.stdout.write(line)


def _text(found: Forecast) -> list[str]:
    said = [headline(found)]
    if isinstance(found.projection, Projection):
        told = words(found, found.projection)
        said += [told.final, "", *told.basis, ""]
        said += [gettext("One more reminder"), f"  {told.one_more}", *(f"  {line}" for line in told.brought)]
        said += [gettext("A phone round"), f"  {told.phone_round}"]
    return said


def _document(found: Forecast) -> dict[str, object]:
    comparison = found.comparison
    return {
        "round": found.round.slug,
        "rehearsal": found.round.rehearsal,
        "at": found.at.isoformat(),
        "field_day": found.today,
        "last_day": found.last_day,
        "sampled": found.sampled,
        "submitted": found.total,
        "target": found.target,
        "is_over": found.is_over,
        "says": headline(found),
        "forecast": asdict(found.projection),
        "reminder_day": found.reminder_day,
        "calls": min(found.calls, found.callable_cases),
        "days": [asdict(line) for line in lines(found)],
        "former_rounds": [_beside(row, comparison) for row in comparison.rows] if comparison else [],
    }


def _beside(row: Row, comparison: Comparison) -> dict[str, object]:
    slugs = [round_.slug for round_ in comparison.rounds]
    rates = {slug: share.rate for slug, share in zip(slugs, row.former, strict=True)}
    return {"group": row.code or "all", "field_day": comparison.field_day, "rate": row.now.rate, "former": rates}
