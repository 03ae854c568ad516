"""Every page of staff of a round on field day 15, with a former one behind it and names that are full of markup."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from barometer.models import User
from barometer.roles import Role
from responses.models import Case, CaseNote, LinkHolder, Mail
from surveys.models import Round, RoundRole, Workplace, WorkplaceContact
from tests.people import browser_of, holder_of
from tests.responses.test_former_rounds import make_former
from tests.test_links_of_pages import Walk

MOST_QUERIES = 25
MARKUP = """<b onclick="x">&'"""

pytestmark = pytest.mark.django_db


@dataclass
class Watched:
    """A browser that notes what each page has asked of the database, and whether markup came out as it went in."""

    client: Client
    queries: dict[str, int] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def get(self, where: str) -> HttpResponse:
        with CaptureQueriesContext(connection) as asked:
            answer: HttpResponse = self.client.get(where)  # type: ignore[assignment]
        self.queries[where] = len(asked)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            text = answer.content.decode()
            self.raw += [where] if MARKUP[:11] in text else []
            self.shown += [where] if "&lt;b onclick=" in text else []
        return answer


@dataclass
class Visit:
    """Somebody with every role, who follows every link that there is."""

    browser: Watched

    @cached_property
    def walk(self) -> Walk:
        walk = Walk(self.browser, frozenset())  # type: ignore[arg-type]
        walk.look_at_all()
        return walk


@pytest.fixture(scope="module")
def visit(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visit]:
    small = ("--population", "430", "--size", "140", "--today", timezone.localdate().isoformat(), "--until-day", "15")
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("simulate_round", "every", *small, stdout=StringIO())
        round_ = Round.objects.get(slug="every")
        make_former(round_, rehearsal=True)
        put_markup_into(round_)
        person = holder_of(Role.FIELDWORK)
        RoundRole.objects.bulk_create(RoundRole(user=person, role=role) for role in set(Role) - {Role.FIELDWORK})
        User.objects.filter(pk=person.pk).update(first_name=MARKUP, last_name="")
        yield Visit(Watched(browser_of(person)))
        transaction.set_rollback(True)


def put_markup_into(round_: Round) -> None:
    """Everything that somebody can write and that is no address of mail."""
    own = Concat(Value(MARKUP), Cast(F("pk"), CharField()))
    Workplace.objects.filter(round=round_).update(name=own, address=own, authority=MARKUP)
    WorkplaceContact.objects.filter(workplace__round=round_).update(leader=MARKUP)
    LinkHolder.objects.filter(case__round=round_).update(name=own)
    Mail.objects.filter(round=round_).update(subject=own)
    cases = Case.objects.filter(round=round_)
    CaseNote.objects.bulk_create(CaseNote(case=case, at=timezone.now(), text=MARKUP) for case in cases)


def test_no_page_asks_the_database_more_than_25_questions(visit: Visit) -> None:
    asked_for = {"round", "case", "work", "cases", "calls", "waves", "mail", "rates", "audit", "person"}
    assert asked_for <= set(visit.walk.opened)
    assert "Beside former rounds" in visit.browser.client.get(reverse("round", args=["every"])).content.decode()
    assert {where: asked for where, asked in visit.browser.queries.items() if asked > MOST_QUERIES} == {}


def test_markup_in_a_name_or_a_note_is_text_wherever_it_is_shown(visit: Visit) -> None:
    assert len(visit.walk.opened) > 30
    assert len(visit.browser.shown) > 25
    assert visit.browser.raw == []
