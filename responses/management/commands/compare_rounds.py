"""manage.py compare_rounds EARLIER LATER INDICATOR… [--holm] [--format text|json]: what has changed, tested."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from barometer.formats import number, percent, points
from barometer.problems import sentence
from responses.actions import figures_seen
from responses.estimates import EVERY, NoIndicators, UnknownIndicator
from responses.problem_texts import TEXTS
from responses.round_changes import RoundChange, RoundChanges, round_changes
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Compare shares of two rounds, with the covariance of the workplaces in both, and test the change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("earlier", help="slug of the earlier round")
        parser.add_argument("later", help="slug of the later round")
        parser.add_argument("indicators", nargs="+", metavar="indicator", help=f"of the later round, or {EVERY}")
        parser.add_argument("--holm", action="store_true", help="adjust the tests for each other")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        earlier, later, ids = round_named(options["earlier"]), round_named(options["later"]), options["indicators"]
        try:
            found = round_changes(earlier, later, ids, get_language() or "en", adjust=options["holm"])
        except NoIndicators as error:
            raise CommandError(gettext("The questionnaire comes without indicators.")) from error
        except UnknownIndicator as error:
            said = gettext("There is no indicator %(id)s. There are: %(ids)s.")
            raise CommandError(said % {"id": error.id, "ids": ", ".join(error.known)}) from error
        if found.provisional:
            for round_ in (earlier, later):
                figures_seen.record(round_=round_, shown=ids, by=None, at=timezone.now())
        if options["format"] == "json":
            document = {"earlier": earlier.slug, "later": later.slug, **asdict(found)}
            self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        else:
            for text in _text(found):
                self.stdout.write(text)


def _text(found: RoundChanges) -> Iterator[str]:
    if found.provisional:
        yield gettext("Provisional: a round is not closed, or has no stored weights.")
    yield from map(_line, found.lines)
    if found.not_comparable:
        said = gettext("Not comparable with the earlier round: %(ids)s.")
        yield said % {"ids": ", ".join(found.not_comparable)}
    said = ngettext(
        "%(units)s workplace has answered in both rounds, of %(workplaces)s in both frames.",
        "%(units)s workplaces have answered in both rounds, of %(workplaces)s in both frames.",
        found.common_units,
    )
    yield said % {"units": number(found.common_units), "workplaces": number(found.common_workplaces)}
    yield gettext("The interval covers random uncertainty, not bias from non-response.")


def _line(line: RoundChange) -> str:
    change = line.change
    start = (
        f"  {line.indicator:<8}{line.label:<64}{percent(line.earlier.estimate, 1)} → {percent(line.later.estimate, 1)}"
    )
    if change.p is None or change.interval_low is None:
        return f"{start}  {sentence(change.problem, TEXTS) if change.problem else ''}"
    p = change.p if line.holm is None else line.holm
    said = gettext("change %(change)s points (%(low)s to %(high)s), p = %(p)s")
    return f"{start}  " + said % {
        "change": points(change.estimate),
        "low": points(change.interval_low),
        "high": points(change.interval_high),
        "p": number(p, 4),
    }
