"""manage.py planted_values ROUND [--seed N]: what was planted in a simulated round beside what is estimated from it."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from responses.simulation.planted import Held, hold, simulated_with
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = (
        "Hold the estimates of a simulated round to what was planted in its population: one line per share, as a table "
        "in Markdown, and how many intervals cover. Per cent throughout."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of a round made by simulate_round")
        parser.add_argument("--seed", type=int, default=1, help="the one that it was simulated with (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        if not round_.rehearsal:
            raise CommandError(gettext("Nothing is planted in a real round: the truth of it is not known."))
        if not simulated_with(round_, options["seed"]):
            said = gettext("The round was not simulated with the seed %(seed)s: say with --seed which one it was.")
            raise CommandError(said % {"seed": options["seed"]})
        held = list(hold(round_, options["seed"], "en"))
        if not held:
            raise CommandError(gettext("There are too few answers for an interval."))
        for line in (*table(held), "", summary(held)):
            self.stdout.write(line)


def table(held: Sequence[Held]) -> Iterator[str]:
    yield "| indicator | of whom | printed | planted | estimated | 95 % interval | n | covered |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in held:
        cell, found = each.cell, each.estimate
        printed = "–" if cell.printed is None else f"{cell.printed:g}"
        where = f"{cell.indicator} {cell.option}".strip(), cell.group.replace("|", r"\|") or "all"
        ends = f"{100 * (found.interval_low or 0):.1f}–{100 * (found.interval_high or 0):.1f}"
        said = "yes" if each.covered else "at 99.9 %" if each.surely_covered else "**no**"
        shares = f"{100 * each.truth:.1f} | {100 * (found.estimate or 0):.1f} | {ends}"
        yield f"| {where[0]} | {where[1]} | {printed} | {shares} | {found.n} | {said} |"


def summary(held: Sequence[Held]) -> str:
    """Return how many intervals cover what was planted, in a sentence."""
    covered, surely = sum(each.covered for each in held), sum(each.surely_covered for each in held)
    return (
        f"Of {len(held)} intervals of 95 % {covered} cover what was planted ({100 * covered / len(held):.1f} %), of "
        f"those of 99.9 % {surely}."
    )
