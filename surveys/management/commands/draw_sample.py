"""manage.py draw_sample ROUND --size N --start X [--minimum N] [--take-all CLASS] [--accept-merges]"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.problems import sentence
from surveys.actions.sample import MINIMUM_PER_STRATUM, MergesNotAccepted, SamplePlan, SampleRefused, draw_sample
from surveys.forms import SampleForm
from surveys.management.rounds import require_valid, round_named
from surveys.models import IndustryGroup, Level, SizeClass
from surveys.problem_texts import TEXTS


class Command(BaseCommand):
    help = "Draw the round's stratified sample: level × industry group × size class. A sample is drawn once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", metavar="ROUND")
        parser.add_argument("--size", required=True, help="workplaces to draw in all")
        parser.add_argument("--start", required=True, help="where to begin among the random numbers, 0 up to 1")
        parser.add_argument("--minimum", default=str(MINIMUM_PER_STRATUM), help="at least so many per stratum, or all")
        take_all = "size class drawn completely, e.g. s100_plus; may be repeated"
        parser.add_argument("--take-all", action="append", default=[], metavar="CLASS", help=take_all)
        parser.add_argument("--accept-merges", action="store_true", help="accept that too small cells are merged")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        form = SampleForm({name: options[name] for name in ("size", "start", "minimum", "take_all")})
        require_valid(form)
        accept_merges = options["accept_merges"]
        try:
            sample = draw_sample(
                round_=round_, **form.cleaned_data, accept_merges=accept_merges, by=None, at=timezone.now()
            )
        except SampleRefused as refused:
            raise CommandError("\n".join(sentence(problem, TEXTS) for problem in refused.problems)) from refused
        except MergesNotAccepted as refused:
            self.show_merges(refused.plan)
            said = gettext("Nothing has been drawn. Add --accept-merges to draw with these cells merged.")
            raise CommandError(said) from refused
        said = gettext("%(size)s workplaces have been drawn in %(strata)s strata.")
        self.stdout.write(said % {"size": sample.size, "strata": sample.strata.count()})

    def show_merges(self, plan: SamplePlan) -> None:
        self.stdout.write(gettext("Cells with too few workplaces are merged:"))
        for merge in plan.merges:
            cells = [
                f"{IndustryGroup(industry_group).label}, {SizeClass(size_class).label} ({population})"
                for industry_group, size_class, population in merge["cells"]
            ]
            self.stdout.write(f"- {Level(merge['level']).label}: {' + '.join(cells)}")
