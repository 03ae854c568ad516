"""manage.py verify_dispositions [ROUND] [--repair]"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from barometer.formats import number
from responses.actions.verifying import Difference, differences, repair
from responses.models import Case
from responses.references import reference
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Rebuild from its events where every case stands and how it ends; exit code 1 when a row says otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", nargs="?", help="slug of a round; all rounds when it is left out")
        parser.add_argument("--repair", action="store_true", help="write what the events say; the exit code is 0 then")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"]) if options["round"] else None
        found = differences(round_)
        for difference in found:
            self.stdout.write(_line(difference))
        cases = Case.objects.of_round(round_).count() if round_ else Case.objects.count()
        if not found:
            text = ngettext("%(n)s case: it is as its events say.", "%(n)s cases: all are as their events say.", cases)
            self.stdout.write(text % {"n": number(cases)})
        elif options["repair"]:
            text = gettext("Written anew: %(n)s of %(cases)s cases.")
            said = {"n": number(repair(found, at=timezone.now())), "cases": number(cases)}
            self.stdout.write(text % said)
        else:
            text = gettext("Different: %(n)s of %(cases)s cases. With --repair they are written anew.")
            self.stderr.write(text % {"n": number(len(found)), "cases": number(cases)})
            sys.exit(1)


def _line(difference: Difference) -> str:
    text = gettext("Case %(reference)s (%(pk)s): the row says %(stored)s, its events say %(rebuilt)s")
    told = {"reference": reference(difference.case), "pk": difference.case}
    told |= {"stored": " / ".join(difference.stored), "rebuilt": " / ".join(difference.rebuilt)}
    return text % told
