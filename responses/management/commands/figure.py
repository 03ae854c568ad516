"""Write a figure of a round to a file, as its page gives it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext

from responses.actions import figures_seen
from responses.figure_files import KINDS
from responses.figures import NoFigures, UnknownFigure, estimate_figures
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Write a figure of a round, such as fig1, to a file: SVG, PNG, CSV or XLSX by the file's ending."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round")
        parser.add_argument("figure", help="for example fig1")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"it ends in {', '.join(KINDS)}")
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES], default="da")

    def handle(self, *args: Any, **options: Any) -> None:
        round_, out = round_named(options["round"]), options["out"]
        kind = out.suffix.removeprefix(".").lower()
        if kind not in KINDS:
            said = gettext("The file must end in one of these: %(kinds)s.")
            raise CommandError(said % {"kinds": ", ".join(f".{known}" for known in KINDS)})
        with translation.override(options["language"]):
            try:
                figure = estimate_figures(round_, [options["figure"]], options["language"])[0]
            except NoFigures as error:
                raise CommandError(gettext("The questionnaire of this round comes without figures.")) from error
            except UnknownFigure as error:
                said = gettext("There is no figure %(id)s. There are: %(ids)s.")
                raise CommandError(said % {"id": error.id, "ids": ", ".join(error.known)}) from error
            content = KINDS[kind][1](round_.slug, figure)
        try:
            out.write_bytes(content)
        except OSError as error:
            said = gettext("%(file)s cannot be written: %(error)s")
            raise CommandError(said % {"file": out, "error": error}) from error
        if figure.basis.provisional:
            figures_seen.record(round_=round_, shown=[figure.id], by=None, at=timezone.now())
