"""manage.py compare_questionnaires NAME@VERSION NAME@VERSION [--format json]"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from barometer.problems import sentence
from surveys.management.questionnaires import checked_questionnaire
from surveys.problem_texts import TEXTS, mark_name
from surveys.questionnaire.comparison import MINOR, Compared, Comparison, compare
from surveys.questionnaire.definition import Questionnaire


class Command(BaseCommand):
    help = "Compare two versions question by question: comparable, changed, new or gone, and why. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("before", metavar="BEFORE", help="NAME@VERSION, a YAML file, or an instrument shipped here")
        parser.add_argument("after", metavar="AFTER", help="likewise")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="json for other programs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = compare(_found(options["before"]), _found(options["after"]))
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2))
            return
        for heading, compared in (
            (gettext("Questions"), found.questions),
            (gettext("Derived variables"), found.derived),
        ):
            self.stdout.write(f"{heading}: {found.before} → {found.after}")
            for one in compared:
                self.stdout.write("\n".join(_lines(one)))


def _found(name: str) -> Questionnaire:
    questionnaire, found = checked_questionnaire(name)
    if questionnaire is None:
        lines = [f"- {sentence(problem, TEXTS)}" for problem in found.errors]
        said = gettext("%(name)s has errors, so it cannot be compared.") % {"name": name}
        raise CommandError("\n".join([said, *lines]))
    return questionnaire


def _lines(one: Compared) -> list[str]:
    lines = [f"- {one.code}: {mark_name(one.mark)}"]
    for difference in one.differences:
        lines.append(f"    {sentence(difference, TEXTS)}")
        params = difference.params
        if "before" in params or "after" in params:
            language = f" ({params['language']})" if params.get("language") else ""
            lines.append(f"      {params.get('before', '')} → {params.get('after', '')}{language}")
    return lines


def as_json(found: Comparison) -> dict[str, object]:
    """Plain values, for a program that carries the marks in a series."""
    return {
        "before": found.before,
        "after": found.after,
        "questions": _plain(found.questions),
        "derived": _plain(found.derived),
    }


def _plain(compared: Sequence[Compared]) -> list[dict[str, object]]:
    return [
        {
            "code": one.code,
            "mark": one.mark,
            "differences": [
                {
                    "code": difference.code,
                    "where": difference.where,
                    "minor": difference.code in MINOR,
                    **difference.params,
                }
                for difference in one.differences
            ],
        }
        for one in compared
    ]
