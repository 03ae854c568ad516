"""manage.py personal_link ROUND: the personal link of a case that nobody has answered."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Case, Q, When
from django.utils.translation import gettext

from responses import links
from responses.models import LinkHolder
from responses.statistics.dispositions import Disposition
from surveys.management.rounds import round_named
from surveys.models import AddressKind, Level, Round


class Command(BaseCommand):
    help = "Print the personal link of a case of a rehearsal that has not been started, to try the questionnaire with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", metavar="ROUND")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        if not round_.rehearsal:
            raise CommandError(gettext("The round is real: a link belongs to the workplace that it was sent to."))
        holder = _unanswered(round_)
        if holder is None:
            raise CommandError(gettext("The round has no case that is still unanswered."))
        self.stdout.write(links.address(links.ANSWER, holder))


def _unanswered(round_: Round) -> LinkHolder | None:
    """Return whoever may answer a case not yet started; a municipal leader written to by name if there is one."""
    holders = LinkHolder.objects.filter(
        case__round=round_,
        case__disposition=Disposition.NOT_STARTED,
        role=LinkHolder.Role.OWNER,
        retired_at__isnull=True,
    ).exclude(email="")
    by_name = Q(address_kind=AddressKind.PERSON, case__sample_unit__workplace__level=Level.MUNICIPALITY)
    return holders.order_by(Case(When(by_name, then=0), default=1), "pk").first()
