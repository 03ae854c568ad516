"""manage.py import_round DOCUMENT.yaml RESPONSES.csv --opens DATE --closes DATE [--strata STRATA.csv] …"""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from barometer.problems import sentence
from responses.actions.importing import Fieldwork, Imported, ImportRefused, import_round
from responses.importing.reading import Source
from responses.problem_texts import TEXTS
from surveys.actions.questionnaire import DocumentRefused
from surveys.management.questionnaires import document_text
from surveys.problem_texts import TEXTS as DOCUMENT_TEXTS


class Command(BaseCommand):
    help = (
        "Make a closed round of an earlier edition, or of another country, from its questionnaire "
        "and a file of answers: all of it or nothing. docs/import-format.md describes the files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("document", metavar="DOCUMENT.yaml", help="or the code of an instrument shipped here")
        parser.add_argument("responses", metavar="RESPONSES.csv", type=Path)
        parser.add_argument("--strata", metavar="STRATA.csv", type=Path, help="population and sample of each stratum")
        parser.add_argument("--slug", help="short name of the round; if left out, the name of the file of answers")
        parser.add_argument("--opens", required=True, type=date.fromisoformat, metavar="DATE", help="first day")
        parser.add_argument("--closes", required=True, type=date.fromisoformat, metavar="DATE", help="last day")
        parser.add_argument("--deadline", type=date.fromisoformat, metavar="DATE", help="if left out, the last day")
        parser.add_argument("--rehearsal", action="store_true", help="the answers are made up")
        parser.add_argument(
            "--drop-off-route", action="store_true",
            help="leave answers out that the questionnaire does not lead to, instead of refusing the file",
        )  # fmt: skip
        parser.add_argument(
            "--without-weights",
            action="store_true",
            help="pass over the weights of the file: they follow from the strata",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        responses, strata = _source(options["responses"]), _source(options["strata"])
        assert responses is not None
        fieldwork = Fieldwork(
            slug=options["slug"] or slugify(options["responses"].stem),
            opens_on=options["opens"],
            closes_on=options["closes"],
            deadline=options["deadline"],
            rehearsal=options["rehearsal"],
            drop=options["drop_off_route"],
            use_weights=not options["without_weights"],
        )
        document = document_text(options["document"])
        files: dict[str, Any] = {"document": document, "responses": responses, "strata": strata}
        try:
            made = import_round(**files, fieldwork=fieldwork, by=None, at=timezone.now())
        except DocumentRefused as refused:
            lines = [sentence(problem, DOCUMENT_TEXTS) for problem in refused.problems]
            raise CommandError(_refusal(lines, len(lines))) from refused
        except ImportRefused as refused:
            lines = [sentence(problem, TEXTS) for problem in refused.problems]
            raise CommandError(_refusal(lines, refused.count)) from refused
        for line in _summary(made):
            self.stdout.write(line)


def _source(path: Path | None) -> Source | None:
    if path is None:
        return None
    try:
        return Source(path.name, path.read_bytes())
    except OSError as error:
        said = gettext("%(path)s cannot be read: %(reason)s")
        raise CommandError(said % {"path": path, "reason": error.strerror}) from error


def _refusal(lines: list[str], count: int) -> str:
    said = [gettext("Nothing has been imported. Problems: %(number)s") % {"number": count}]
    said += [f"- {line}" for line in lines]
    if count > len(lines):
        said.append(gettext("… and %(number)s more.") % {"number": count - len(lines)})
    return "\n".join(said)


def _summary(made: Imported) -> Iterator[str]:
    found = made.found
    eligible = sum(row.eligible for row in found.rows)
    gone = len(found.rows) - eligible + sum(stratum.ineligible for stratum in found.strata)
    numbers = {"slug": made.round, "answers": eligible, "gone": gone, "strata": len(found.strata)}
    numbers["population"] = sum(stratum.population for stratum in found.strata)
    yield (
        gettext(
            "The round %(slug)s has been imported: %(answers)s responses and %(gone)s units that are not eligible, in "
            "%(strata)s strata of %(population)s workplaces."
        )
        % numbers
    )
    if made.round.rehearsal:
        yield gettext("Rehearsal – not a real survey")
    if found.without:
        yield gettext("Not in the file, so nothing can be told by it: %(names)s.") % {"names": ", ".join(found.without)}
    if not (found.timed and found.sampled):
        yield gettext(
            "The files do not say of how many units the answers are, or when they came in: later "
            "rounds are not compared with the pace of this one."
        )
    if found.missing:
        yield gettext("Questions without a column count as not answered: %(names)s.") % {
            "names": ", ".join(found.missing)
        }
    if found.not_stored:
        yield gettext("People's own words are not taken over: %(names)s.") % {"names": ", ".join(found.not_stored)}
    for question, number in found.dropped.items():
        yield gettext("Answers left out because nobody was to give them, %(question)s: %(number)s") % {
            "question": question,
            "number": number,
        }
