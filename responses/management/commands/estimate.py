"""manage.py estimate ROUND INDICATOR [--format text|json|csv]: live estimates, as on the page “Figures”."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language, gettext

from barometer.formats import number, percent
from responses.estimates import Estimates, Line, NoIndicators, UnknownIndicator, estimate
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Estimate an indicator and its parts from the submitted responses, with standard errors and intervals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("indicator", help="for example R3-02, which has R3-02a, R3-02b and so on with it")
        parser.add_argument("--format", choices=["text", "json", "csv"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        try:
            found = estimate(round_, options["indicator"], get_language() or "en")
        except NoIndicators as error:
            raise CommandError(gettext("The questionnaire comes without indicators.")) from error
        except UnknownIndicator as error:
            said = gettext("There is no indicator %(id)s. There are: %(ids)s.")
            raise CommandError(said % {"id": options["indicator"], "ids": ", ".join(error.known)}) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps({"round": round_.slug, **_document(found)}, indent=2, ensure_ascii=False))
        elif options["format"] == "csv":
            marks = {"rehearsal": int(found.rehearsal), "provisional": int(found.provisional)}
            lines = [{**_fields(line), **marks} for table in found.tables for line in table.lines]
            writer = csv.DictWriter(self.stdout, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
        else:
            for text in _text(found):
                self.stdout.write(text)


def _fields(line: Line) -> dict[str, object]:
    """Return one line flat; ``None`` where there is nothing to estimate, shares 0–1 and not rounded."""
    estimated = line.estimate
    return {
        "indicator": line.indicator,
        "group": line.group,
        "label": line.label,
        "estimate": estimated.estimate,
        "standard_error": estimated.standard_error,
        "interval_low": estimated.interval_low,
        "interval_high": estimated.interval_high,
        "n": estimated.n,
        "not_answered": estimated.not_answered,
        "published": line.published,
        "problem": estimated.problem.code if estimated.problem else None,
    }


def _document(found: Estimates) -> dict[str, object]:
    tables = [{"title": table.title, "lines": [_fields(line) for line in table.lines]} for table in found.tables]
    return {**asdict(found), "tables": tables}


def _text(found: Estimates) -> Iterator[str]:
    if found.rehearsal:
        yield gettext("Rehearsal – not a real survey")
    if found.provisional:
        yield gettext("Provisional: the round is not closed.")
    for table in found.tables:
        yield ""
        yield table.title
        yield from map(_line, table.lines)
    yield ""
    yield gettext(
        "%(submitted)s submitted, and %(gone)s known not to be eligible, stand for %(population)s workplaces."
    ) % {
        "submitted": number(found.responding),
        "gone": number(found.ineligible),
        "population": number(found.population),
    }
    for joined in found.joined:
        said = gettext("Joined, because too little is known in one of them: %(label)s, %(count)s strata.")
        yield said % {"label": joined.label, "count": joined.count}
    yield gettext("The interval covers random uncertainty, not bias from non-response.")


def _line(line: Line) -> str:
    estimated = line.estimate
    if estimated.estimate is None:
        return f"  {line.indicator:<8}{line.label:<64}{line.reason}"
    interval = f"{percent(estimated.interval_low, 1)} – {percent(estimated.interval_high, 1)}"
    return (
        f"  {line.indicator:<8}{line.label:<64}{percent(estimated.estimate, 1):>8}  ({interval})"
        f"  n = {number(estimated.n)}" + (f"  [{percent(line.published)}]" if line.published is not None else "")
    )
