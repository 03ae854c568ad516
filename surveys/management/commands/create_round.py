"""manage.py create_round SLUG --questionnaire NAME@VERSION --opens DATE --deadline DATE …"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from surveys.actions.round import create_round, missing_texts
from surveys.forms import RoundForm
from surveys.management.rounds import require_valid
from surveys.models import Questionnaire


class Command(BaseCommand):
    help = "Create a draft round on a published questionnaire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name of the round: letters, digits and hyphens, e.g. dk-2018-19")
        parser.add_argument("--questionnaire", required=True, metavar="NAME@VERSION")
        parser.add_argument("--opens", required=True, metavar="DATE", help="first day, YYYY-MM-DD")
        parser.add_argument("--deadline", required=True, metavar="DATE", help="day that the mails ask to answer by")
        parser.add_argument("--closes", default="", metavar="DATE", help="last day; if left out, 14 days later")
        parser.add_argument("--rehearsal", action="store_true", help="an exercise: it can never reach a real address")

    def handle(self, *args: Any, **options: Any) -> None:
        data = {
            "slug": options["slug"],
            "questionnaire": _published(options["questionnaire"]).pk,
            "opens_on": options["opens"],
            "deadline": options["deadline"],
            "closes_on": options["closes"],
            "rehearsal": options["rehearsal"],
            "target": RoundForm.base_fields["target"].initial,
        }
        form = RoundForm(data)
        require_valid(form)
        slug, rehearsal = form.cleaned_data["slug"], form.cleaned_data["rehearsal"]
        round_ = create_round(slug=slug, rehearsal=rehearsal, by=None, at=timezone.now(), **form.plan())
        self.stdout.write(gettext("The round %(slug)s has been created.") % {"slug": round_.slug})
        if missing := missing_texts(round_):
            said = gettext("%(number)s texts are still empty; the round cannot be opened before they are filled in.")
            self.stdout.write(said % {"number": len(missing)})


def _published(name: str) -> Questionnaire:
    """Return the questionnaire called NAME@VERSION; end the command if it is unknown or a draft."""
    chosen = Questionnaire.objects.named(name).first()
    if chosen is None:
        published = Questionnaire.objects.published().order_by("code", "version")
        said = gettext("There is no questionnaire %(name)s. Published are: %(names)s.")
        raise CommandError(said % {"name": name, "names": ", ".join(map(str, published)) or "–"})
    if chosen.published_at is None:
        raise CommandError(gettext("The questionnaire %(name)s is a draft. Publish it first.") % {"name": name})
    return chosen
