"""The tables of the round page as rows for a spreadsheet: each a header and its lines, in the active language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from barometer.spreadsheet import Cell
from responses import monitoring, paradata
from responses.groups import VARIABLES, Group, groups
from responses.models import Response
from responses.monitoring import Day
from surveys.models import Page, Round
from surveys.questionnaire.document import label_from_plain

Rows = list[Sequence[Cell]]


def stop_labels(round_: Round, language: str) -> dict[str, str]:
    """Return what the places are called at which somebody may stop, by ``Stop.page`` in their order; one query."""
    rows = Page.objects.filter(questionnaire=round_.questionnaire_id).order_by("position").values_list("name", "label")
    pages = {name: label_from_plain(label).text(language, {}) for name, label in rows}
    return pages | {Response.ALL_ANSWERED: _("All is answered, but not submitted"), "": _("Not known")}


def device_label(device: str) -> str:
    return str(Response.Device(device).label) if device else _("Interview, or not known")


def group_rows(label: str, found: Iterable[Group]) -> Rows:
    """Return the response rates of groups; ``label`` is the name of their variable."""
    header: Rows = [
        [
            _("Code"),
            label,
            _("Response rate"),
            _("Submitted"),
            _("Sampled"),
            _("Not eligible"),
            _("Of the eligible"),
            _("Missing to the target"),
        ]
    ]
    return header + [_group_row(group) for group in found]


def _group_row(group: Group) -> Sequence[Cell]:
    outcome = group.outcome
    rates = (outcome.response_rate, outcome.response_rate_of_eligible)
    counts = (outcome.submitted, outcome.sampled, outcome.not_eligible)
    return [group.code, group.label, rates[0], *counts, rates[1], group.missing]


def _days(round_: Round, language: str, today: date) -> Rows:
    sampled = monitoring.monitor(round_).overall.sampled
    days: Sequence[Day] = (
        monitoring.submitted_by_day(round_, sampled, monitoring.last_day(round_, today)) if round_.opened_at else ()
    )
    rows: Rows = [[day.number, day.date.isoformat(), day.submitted, day.total, day.rate] for day in days]
    header = [_("Field day"), _("Date"), _("Submitted that day"), _("Submitted in all"), _("Response rate")]
    return [header, *rows]


def _standing(round_: Round, language: str, today: date) -> Rows:
    counts = monitoring.monitor(round_)
    overall = counts.overall
    return [
        [_("Status"), _("Cases")],
        [_("Sampled"), overall.sampled],
        [_("Invited"), counts.invited],
        [_("Bounced"), overall.bounced],
        [_("Started"), overall.started],
        [_("Submitted"), overall.submitted],
        [_("Declined"), overall.declined],
        [_("Not eligible – to be confirmed"), overall.ineligible_reported],
        [_("Not eligible"), overall.not_eligible],
        [_("Erased"), overall.erased],
    ]


def _mails(round_: Round, language: str, today: date) -> Rows:
    return [[_("Status"), _("Mails")], *monitoring.mails_by_status(round_)]


def _stops(round_: Round, language: str, today: date) -> Rows:
    labels = stop_labels(round_, language)
    stops = paradata.filling(round_, labels).stops
    rows: Rows = [[stop.page, labels[stop.page], stop.cases, stop.share] for stop in stops]
    return [[_("Page"), _("Name of the page"), _("Stopped here"), _("Share of all who have started")], *rows]


def _devices(round_: Round, language: str, today: date) -> Rows:
    rows: Rows = [
        [device_label(each.device), each.started, each.submitted] for each in paradata.filling(round_).devices
    ]
    return [[_("Device"), _("Started"), _("Submitted")], *rows]


def _of_groups(by: str) -> Callable[[Round, str, date], Rows]:
    return lambda round_, language, today: group_rows(str(VARIABLES[by].label), groups(round_, by))


TABLES: Mapping[str, Callable[[Round, str, date], Rows]] = {
    "days": _days,
    "standing": _standing,
    "mails": _mails,
    "stops": _stops,
    "devices": _devices,
    **{by: _of_groups(by) for by in VARIABLES},
}
