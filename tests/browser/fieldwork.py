"""A round with something of everything that staff can meet in one."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import FilePayload, Page

from responses.actions import bounce, case, contact, fieldwork, sending
from responses.actions.events import record
from responses.models import Case, Mail, Response
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.browser.leader import LONG_WAY, SHORT_WAY, WELCOME, Answers, owner
from tests.factories import NOON, make_frame, make_response, make_round, make_sample, register_file, register_rows
from tests.instruments import shipped
from tests.people import finn

DAYS = 12  # in the field


def choose_register(page: Page, rows: Iterable[Mapping[str, str]]) -> None:
    """Choose a register file of these rows on the open page."""
    file: FilePayload = {"name": "register.csv", "mimeType": "text/csv", "buffer": register_file(rows)}
    page.locator("input[type=file]").set_input_files(files=file)


def make_answers(case_: Case, answers: Answers) -> Response:
    """Answers that are saved and not submitted."""
    record(case_, kind=EventKind.STARTED, at=NOON)
    return Response.objects.create(
        case=case_, questionnaire=case_.round.questionnaire, answers=dict(answers), started_at=NOON
    )


def make_fieldwork() -> Round:
    """A rehearsal in its second week: thirty cases that stand everywhere a case can stand, and their mails."""
    today, at = timezone.localdate(), timezone.now() - timedelta(days=DAYS)
    dates = {"opens_on": today - timedelta(days=DAYS), "deadline": today + timedelta(days=20)}
    round_ = make_round(slug="fieldwork", questionnaire=shipped(NOON), closes_on=today + timedelta(days=30), **dates)
    schools = register_rows(30, first=100, Branche="852010", Ansatte="60")
    offices = register_rows(10, first=200, Branche="852010", Ansatte="30", **{"E-mail": "", "Adressetype": ""})
    make_frame(round_, [*register_rows(60), *schools, *offices])
    make_sample(round_, size=30)
    fieldwork.open_round(round_=round_, by=finn(), at=at)
    contact.queue_due_steps(at=at)
    sending.send_due(at=at)
    _let_things_happen(list(round_.cases.order_by("pk")), round_)
    return round_


def _let_things_happen(cases: list[Case], round_: Round) -> None:
    for day, case_ in enumerate(cases[:9]):
        at = timezone.now() - timedelta(days=DAYS - day)
        make_response(case_, LONG_WAY if day % 3 else SHORT_WAY, at=at)
    now = timezone.now()
    case.decline(holder=owner(cases[9]), at=now)
    make_answers(cases[10], WELCOME)
    record(cases[11], kind=EventKind.REPORTED_CLOSED, at=now)
    case.confirm_ineligible(case=cases[12], reason="told by the authority", by=finn(), at=now)
    sent = Mail.objects.filter(round=round_, status=Mail.Status.SENT).order_by("-pk")
    bounce.record_bounce(mail=sent[0], by=None, at=now)
    Mail.objects.filter(pk=sent[1].pk).update(status=Mail.Status.UNKNOWN)
