"""A list of staff asks the database as often for many rows as for few."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from barometer.models import User
from responses.actions import contact, correction
from responses.mail_words import TEXTS
from responses.models import Case, CaseContact, HandOver, LinkHolder, MailReturn, Notice, ResultRequest
from responses.statistics.dispositions import EventKind
from surveys.actions.part import copy_part
from surveys.actions.questionnaire import new_version
from surveys.models import ImportRemark, MailText, Part, Questionnaire, Round
from tests.factories import NOON, make_case, make_holder, make_open_round, make_questionnaire, make_response
from tests.people import browser_of, dana

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 9


@pytest.fixture
def round_() -> Round:
    return make_open_round()


def queries_of(path: str) -> int:
    boss = User.objects.get_or_create(username="boss", defaults={"is_staff": True, "is_superuser": True})[0]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser_of(boss).get(path).status_code == 200
    return len(asked)


def in_the_field(round_: Round, number: int) -> None:
    """A case of every list: hand-overs that wait or failed, a request to correct, what was left after the receipt."""
    case = make_case(round_, name=f"Skovbo {number}")
    make_holder(case)
    make_holder(case, LinkHolder.Role.SHARED, standing="waiting")
    HandOver.objects.filter(holder__case=case, holder__standing="works").update(bounced_at=NOON)
    make_response(case, {"new": "yes"})
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    correction.request(holder=owner, at=NOON)
    contact.queue_notice(name=Notice.RECEIPT, holder=owner, cause=case.events.order_by("-pk")[0], at=NOON)
    lost = make_case(round_, events=[EventKind.BOUNCED])
    mail = contact.queue_notice(
        name=Notice.RECEIPT, holder=lost.holders.get(), cause=lost.events.order_by("-pk")[0], at=NOON
    )
    for kind in ("hard", "auto_reply"):
        MailReturn.objects.create(
            mail=mail, kind=kind, source="mailbox", at=NOON, returns_on=date(2099, 1, 1), digest=f"{kind} {number}"
        )
    given = {"round": round_, "holder": owner, "at": NOON, "language": "da", "text_version": 1}
    CaseContact.objects.create(**given, recipient="COI", email="a@b.example", innovation="Brød")
    ResultRequest.objects.create(**given, email="a@b.example")
    words = {"subject": "x", "body": "y", "edited_at": NOON, "edited_by": dana()}
    MailText.objects.create(round=round_, name=TEXTS[number], language="da", **words)


@pytest.mark.each_database
@pytest.mark.parametrize(
    "name", ["cases", "hand-overs", "mails", "mail-texts", "case-contacts", "round", "address-repair"]
)
def test_of_a_round(round_: Round, name: str) -> None:
    path = reverse(name, args=[round_.slug])
    for number in range(FEW):
        in_the_field(round_, number)
    few = queries_of(path)
    for number in range(FEW, MANY):
        in_the_field(round_, number)
    assert queries_of(path) == few


def test_of_a_case(round_: Round) -> None:
    case = make_case(round_)
    path = reverse("case", args=[case.pk])
    counts = []
    for number in (FEW, MANY):
        for _ in range(number):
            make_holder(case)
            happens_again(case)
        counts.append(queries_of(path))
    assert counts[0] == counts[1]


def happens_again(case: Case) -> None:
    case.events.create(kind=EventKind.REMINDERS_STOPPED, at=NOON, by=dana())


def another_version(questionnaire: Questionnaire, number: int) -> None:
    new_version(questionnaire=questionnaire, by=dana(), at=NOON + timedelta(minutes=number))


def another_page(questionnaire: Questionnaire, number: int) -> None:
    name = questionnaire.pages.order_by("position")[0].name
    copy_part(questionnaire=questionnaire, part=Part.PAGE, name=name, by=dana(), at=NOON + timedelta(minutes=number))


def another_remark(questionnaire: Questionnaire, number: int) -> None:
    params = {"sheet": f"x{number}"}
    ImportRemark.objects.create(
        questionnaire=questionnaire, number=number + 1, code="xls_sheet", where="", params=params
    )


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("name", "another"),
    [
        ("questionnaire-list", another_version),
        ("questionnaire-compare", another_version),
        ("questionnaire-history", another_page),
        ("questionnaire", another_page),
        ("questionnaire-publish", another_page),
        ("questionnaire-all", another_page),
        ("questionnaire-import-remarks", another_remark),
    ],
)
def test_of_questionnaires(name: str, another: Callable[[Questionnaire, int], None]) -> None:
    draft = make_questionnaire(published=False)
    path = reverse(name, args=[] if name in ("questionnaire-list", "questionnaire-compare") else [draft.pk])
    for number in range(FEW):
        another(draft, number)
    few = queries_of(path)
    for number in range(FEW, MANY):
        another(draft, number)
    assert queries_of(path) == few
