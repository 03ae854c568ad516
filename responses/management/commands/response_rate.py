"""manage.py response_rate ROUND [--format text|json]: the numbers of the round page."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from barometer.formats import number, percent
from responses.groups import Group
from responses.monitoring import Monitoring, monitor
from responses.statistics.outcome_rates import Outcome
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = (
        "Print how many of the sampled workplaces have submitted, in all and by level, industry group, size class and "
        "region."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        counts = monitor(round_)
        if options["format"] == "json":
            document = {
                "round": round_.slug,
                "rehearsal": round_.rehearsal,
                "status": round_.status.value,
                "target_response_rate": float(round_.target_response_rate),
                "target": counts.target,
                "invited": counts.invited,
                **_numbers(counts.overall),
                **{f"by_{name}": _groups(groups) for name, groups in counts.groups.items()},
            }
            self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            if round_.rehearsal:
                self.stdout.write(gettext("Rehearsal – not a real survey"))
            for line in _lines(counts):
                self.stdout.write(line)


def _numbers(outcome: Outcome) -> dict[str, object]:
    return {
        **asdict(outcome),
        "response_rate": outcome.response_rate,
        "response_rate_of_eligible": outcome.response_rate_of_eligible,
    }


def _groups(groups: tuple[Group, ...]) -> dict[str, dict[str, object]]:
    return {group.code: _numbers(group.outcome) for group in groups}


def _lines(counts: Monitoring) -> list[str]:
    overall = counts.overall
    states = [
        (gettext("Sampled"), overall.sampled),
        (gettext("Invited"), counts.invited),
        (gettext("Bounced"), overall.bounced),
        (gettext("Started"), overall.started),
        (gettext("Submitted"), overall.submitted),
        (gettext("Declined"), overall.declined),
        (gettext("Not eligible – to be confirmed"), overall.ineligible_reported),
        (gettext("Not eligible"), overall.not_eligible),
        (gettext("Target"), counts.target),
    ]
    lines = [f"{label:<40}{number(count):>8}" for label, count in states]
    lines += ["", _header(), _rates(gettext("All"), overall)]
    for groups in counts.groups.values():
        lines += ["", *(_rates(group.label, group.outcome) for group in groups)]
    return lines


def _header() -> str:
    titles = (gettext("Submitted"), gettext("Sampled"), gettext("Response rate"), gettext("Of the eligible"))
    return f"{'':<40}" + "".join(f"{title:>24}" for title in titles)


def _rates(label: str, outcome: Outcome) -> str:
    cells = (
        number(outcome.submitted),
        number(outcome.sampled),
        percent(outcome.response_rate, 1),
        percent(outcome.response_rate_of_eligible, 1),
    )
    return f"{label:<40}" + "".join(f"{cell:>24}" for cell in cells)
