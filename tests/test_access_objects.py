"""Whoever has every role in one round finds nothing of another by trying its numbers; and nothing changes there."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from pytest_django.fixtures import Settings

from barometer.access import ROUND_BEHIND
from barometer.models import AuditEvent
from barometer.roles import Role
from responses.actions import contact
from responses.models import Case, ContactCorrection, Mail, Wave
from surveys.models import ContactStep, QuietWeek, Round, RoundRole
from tests.access_table import ONLY_IN_ALL_ROUNDS, RIGHTS
from tests.factories import NOON, make_case, make_coordinator, make_holder, make_open_round, make_round, make_step
from tests.people import browser_of, holder_of, olga
from tests.test_access import SOMETHING, routes

pytestmark = pytest.mark.django_db

ROUTES = [(name, pattern) for name, pattern in routes(get_resolver().url_patterns) if name in RIGHTS]


def keys_of(round_: Round) -> dict[str, dict[str, object]]:
    """Make one of everything in the round; return by the first part of an address what leads to it."""
    case = make_case(round_)
    shared = make_holder(case)
    coordinator = make_coordinator(round_, at=NOON)
    correction = ContactCorrection.objects.create(
        coordinator=coordinator, case=case, name="Ny Leder", email="ny@boernehave.example", at=NOON
    )
    mails = contact.prepare_wave(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    step = make_step(round_, "letter", channel=ContactStep.Channel.LETTER)
    letters = Wave.objects.create(step=step, number=1, scheduled_for=NOON, forecast=1, prepared_at=NOON)
    mail = Mail.objects.filter(round=round_).earliest("pk")
    return {
        "rounds": {"slug": round_.slug},
        "cases": {"pk": case.pk},
        "mails": {"pk": mail.pk},
        "waves": {"pk": mails.pk, "number": mail.pk},
        "letters": {"pk": letters.pk},
        "hand-overs": {"pk": shared.pk, "act": "end"},
        "corrections": {"pk": correction.pk, "act": "accept"},
    }


def addresses(keys: dict[str, dict[str, object]]) -> Iterator[tuple[str, str]]:
    """Yield name and address of every page of a round and of what is in it."""
    for name, pattern in ROUTES:
        arguments = dict(SOMETHING)
        first = reverse(name, kwargs={each: arguments[each] for each in pattern.pattern.converters}).split("/")[1]
        if first in keys and pattern.pattern.converters:
            arguments |= keys[first]
            yield name, reverse(name, kwargs={each: arguments[each] for each in pattern.pattern.converters})


@pytest.fixture
def mine() -> Round:
    return make_open_round(slug="mine")


@pytest.fixture
def other() -> Round:
    return make_open_round(slug="other")


@pytest.fixture
def tester(mine: Round) -> Client:
    person = holder_of(Role.FIELDWORK, mine)
    rest = set(Role) - {Role.FIELDWORK}
    RoundRole.objects.bulk_create(RoundRole(user=person, role=role, round=mine) for role in rest)
    return browser_of(person)


def test_every_kind_of_object_is_tried() -> None:
    assert set(ROUND_BEHIND) == {"cases", "mails", "waves", "letters", "hand-overs", "corrections"}


def test_another_round_is_not_there_whatever_number_is_tried(tester: Client, other: Round) -> None:
    tried = list(addresses(keys_of(other)))
    assert len(tried) > 45
    before = AuditEvent.objects.count()
    told = {
        (name, method): tester.generic(method, where).status_code for name, where in tried for method in ("GET", "POST")
    }
    assert {name: status for name, status in told.items() if status not in (404, 405)} == {}
    assert AuditEvent.objects.count() == before
    assert list(Round.objects.filter(slug="other").values_list("closed_at", flat=True)) == [None]


def test_in_ones_own_round_the_same_pages_open(tester: Client, mine: Round) -> None:
    readable = [(name, where) for name, where in addresses(keys_of(mine)) if RIGHTS[name][0] != "-"]
    opened = {name: tester.get(where).status_code for name, where in readable}
    refused = {name for name, status in opened.items() if status in (403, 404)}
    of_that_name = {
        "mail-text",
        "mail-text-started",
        "case-act",
        "letter",
        "frame-problems",
        "round-table",
        "rates-file",
    }
    of_that_name |= {"representativity-export", "what-next-export", "bulk-act", "case-note-correct", "authority-page"}
    of_that_name |= {"estimate-table-file", "figure", "figure-file", "export-file", "export-named-file"}
    of_that_name |= {"weight-set", "weights-adjust", "weights-calibrate"}
    assert refused <= of_that_name  # there is nothing


def test_nothing_tells_another_round_from_one_that_does_not_exist(tester: Client, other: Round) -> None:
    there, nowhere = (tester.get(reverse("round", args=[slug])) for slug in (other.slug, "nowhere"))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.content.replace(b"other", b"nowhere") == nowhere.content


def test_what_all_rounds_share_is_not_changed_from_one(tester: Client, mine: Round) -> None:
    [name] = ONLY_IN_ALL_ROUNDS
    where = reverse(name, args=[mine.slug])
    assert tester.get(where).status_code == 200
    assert tester.post(where, {"file": "x"}).status_code == 403
    assert browser_of(holder_of(Role.DESIGNER)).post(where, {}).status_code == 422
    assert not QuietWeek.objects.exists()


def test_extra_fields_change_nothing_that_the_page_does_not_show(mine: Round) -> None:
    draft = make_round(slug="draft")
    designer = browser_of(holder_of(Role.DESIGNER, draft))
    sent = {"questionnaire": draft.questionnaire_id, "opens_on": "2020-01-07", "deadline": "2020-02-06", "target": "50"}
    forged = {"slug": "stolen", "rehearsal": "", "opened_at": "2020-01-01", "second_person": "1", "pk": mine.pk}
    assert designer.post(reverse("round-edit", args=["draft"]), sent | forged).status_code == 302
    draft.refresh_from_db()
    assert (draft.slug, draft.rehearsal, draft.opened_at, draft.second_person) == ("draft", True, None, False)


def test_a_refusal_costs_at_most_one_query_for_the_roles_and_one_for_the_object(tester: Client, other: Round) -> None:
    case = make_case(other)
    with CaptureQueriesContext(connection) as queries:
        assert tester.get(reverse("case", args=[case.pk])).status_code == 404
    login = ("django_session", 'FROM "barometer_user"')
    assert len([query for query in queries if not any(each in query["sql"] for each in login)]) == 2
    assert Case.objects.filter(pk=case.pk).exists()


@pytest.mark.parametrize("who", ["nobody", "outsider"])
def test_without_being_staff_the_numbers_tell_nothing_either(who: str, other: Round, settings: Settings) -> None:
    client = browser_of(olga() if who == "outsider" else None)
    statuses = {client.get(where).status_code for _, where in addresses(keys_of(other))}
    assert statuses <= {302, 403, 405}
