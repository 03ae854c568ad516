"""manage.py simulate_round SLUG: a demonstration round in which made-up leaders answer."""

from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.formats import percent
from barometer.problems import sentence
from responses.simulation import rehearsal
from responses.simulation.field import Field
from responses.simulation.register import FULL_SIZE, write_register
from surveys.actions.sample import SampleRefused
from surveys.models import Round
from surveys.problem_texts import TEXTS


class Command(BaseCommand):
    help = (
        "Create a rehearsal round on a made-up register of public workplaces, open it, and let simulated leaders "
        "answer day by day. Its dates count back from today. No mail leaves: they are marked as sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name of the new round")
        parser.add_argument("--size", type=int, default=rehearsal.FULL_SAMPLE, help="workplaces in the sample")
        parser.add_argument("--population", type=int, default=FULL_SIZE, help="workplaces in the register")
        parser.add_argument(
            "--until-day", type=int, default=30, metavar="N", help="the day of the fieldwork it is today"
        )
        parser.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="YYYY-MM-DD; if left out, today")
        parser.add_argument("--seed", type=int, default=1, help="another number gives other workplaces and leaders")
        parser.add_argument(
            "--without-bias", action="store_true", help="who had an innovation answers no oftener than others"
        )
        parser.add_argument("--write-register", type=Path, metavar="FILE", help="only write the register file")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DEBUG = False  # with it Django writes down every SQL statement: a fifth of the time
        if file := options["write_register"]:
            file.write_bytes(write_register(options["population"], options["seed"]))
            return
        slug, until_day = options["slug"], options["until_day"]
        if Round.objects.filter(slug=slug).exists():
            raise CommandError(gettext("There is a round %(slug)s already.") % {"slug": slug})
        if not 0 <= until_day <= rehearsal.FIELD_DAYS:
            raise CommandError(
                gettext("The fieldwork lasts from day 0 to day %(last)s.") % {"last": rehearsal.FIELD_DAYS}
            )
        opens_on = (options["today"] or timezone.localdate()) - timedelta(days=until_day)
        sizes = {name: options[name] for name in ("seed", "size", "population")}
        try:
            round_ = rehearsal.set_up(slug=slug, opens_on=opens_on, **sizes)
        except SampleRefused as refused:
            raise CommandError("\n".join(sentence(problem, TEXTS) for problem in refused.problems)) from refused
        self.run(Field(round_, seed=options["seed"], biased=not options["without_bias"]), until_day)

    def run(self, field: Field, days: int) -> None:
        sampled = len(field.people)
        said = gettext("Day %(day)s, %(date)s: %(submitted)s of %(sampled)s have answered (%(rate)s)")
        for number, day in enumerate(field.days(days)):
            submitted = field.submitted()
            rate = percent(submitted / sampled, 1)
            self.stdout.write(
                said % {"day": number, "date": day, "submitted": submitted, "sampled": sampled, "rate": rate}
            )
