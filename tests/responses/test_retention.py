"""The three clocks of a round: what is deleted how long after its publication."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from responses import tasks
from responses.actions import retention
from responses.actions.retention import ArchiveUndecided, Clock
from responses.models import Response
from responses.monitoring import monitor
from surveys.models import Round, Workplace
from tests.factories import NOON, make_authority_contact, make_case, make_open_round, refreshed
from tests.leaders import all_rows
from tests.people import browser_of, finn
from tests.responses.test_erasure import SECRET, make_known_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


PUBLISHED = datetime(2020, 8, 31, 6, 0, tzinfo=UTC)
IN_SIX_MONTHS = datetime(2021, 2, 28, 2, 45, tzinfo=UTC)


def make_published() -> Round:
    round_ = make_known_case(make_open_round()).round
    make_authority_contact(round_)
    Round.objects.filter(pk=round_.pk).update(closed_at=NOON, published_at=PUBLISHED)
    return Round.objects.get(pk=round_.pk)


def due(round_: Round) -> dict[Clock, date | None]:
    return {planned.clock: planned.due_on for planned in retention.plan(round_)}


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2020, 8, 31), 6, date(2021, 2, 28)),
        (date(2020, 1, 15), 12, date(2021, 1, 15)),
        (date(2020, 6, 30), 6, date(2020, 12, 30)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2020, 5, 5), 0, date(2020, 5, 5)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: date, months: int, end: date) -> None:
    assert retention.months_after(start, months) == end


def test_contacts_and_key_go_six_months_after_the_publication_and_answers_stay_unless_told_otherwise() -> None:
    round_ = make_published()
    day = date(2021, 2, 28)
    assert due(round_) == {Clock.CONTACTS: day, Clock.KEY: day, Clock.ANSWERS: None}
    retention.set_clocks(round_=round_, contacts=1, key=2, answers=120, by=None, at=NOON)
    assert due(round_) == {
        Clock.CONTACTS: date(2020, 9, 30),
        Clock.KEY: date(2020, 10, 31),
        Clock.ANSWERS: date(2030, 8, 31),
    }


def test_nothing_is_due_before_the_publication() -> None:
    assert set(due(make_open_round()).values()) == {None}
    assert retention.delete_due(at=IN_SIX_MONTHS) == 0


def test_the_night_deletes_what_is_due_once_and_the_rates_stay() -> None:
    round_ = make_published()
    name = Workplace.objects.get(round=round_).name
    before = monitor(round_).overall
    assert retention.delete_due(at=datetime(2021, 2, 27, 2, 45, tzinfo=UTC)) == 0
    assert retention.delete_due(at=IN_SIX_MONTHS) == 2
    assert retention.delete_due(at=IN_SIX_MONTHS) == 0
    left = str(all_rows())
    for word in ("Signe", SECRET, "Karen Kontakt", name):
        assert word not in left
    assert monitor(round_).overall == before
    assert Response.objects.get(case__round=round_).answers == {"new": "yes"}
    assert Workplace.objects.get(round=round_).register_id.startswith("x")


def test_answers_go_when_their_clock_says_so() -> None:
    round_ = make_published()
    retention.set_clocks(round_=round_, contacts=6, key=6, answers=6, by=None, at=NOON)
    assert retention.delete_due(at=IN_SIX_MONTHS) == 3
    assert not Response.objects.filter(case__round=round_).exists()
    assert monitor(round_).overall.submitted == 1


def test_nothing_is_deleted_before_the_archive_decision_is_written_in_every_language() -> None:
    round_ = make_published()
    round_.texts.filter(field="archive_decision", language="da").delete()
    assert retention.delete_due(at=IN_SIX_MONTHS) == 0
    with pytest.raises(ArchiveUndecided):
        retention.carry_out(round_=round_, clock=Clock.CONTACTS, by=None, at=IN_SIX_MONTHS)
    assert "Signe" in str(all_rows())


def test_another_round_is_left_alone() -> None:
    round_, other = make_published(), make_case()
    retention.delete_due(at=IN_SIX_MONTHS)
    assert refreshed(other.holders.get()).email
    assert round_ != other.round


def test_what_was_deleted_is_in_the_audit_log() -> None:
    make_published()
    retention.delete_due(at=IN_SIX_MONTHS)
    noted = AuditEvent.objects.filter(what__startswith="retention.").values_list("what", "facts")
    assert dict(noted)["retention.key_deleted"] == {"rows": 1}
    assert dict(noted)["retention.contacts_deleted"]["rows"] >= 4


def test_the_task_of_the_night_runs(django_user_model: object) -> None:
    make_published()
    assert tasks.delete_due_data() == 2  # by the clock of the machine it is long after


def test_the_command_previews_and_deletes() -> None:
    round_ = make_published()
    out = StringIO()
    call_command("delete_due_data", "--preview", stdout=out)
    assert f"{round_}\tContact data\t" in out.getvalue()
    assert "Signe" in str(all_rows())
    call_command("delete_due_data", stdout=out)
    assert out.getvalue().endswith("2\n")


def test_the_page_previews_what_is_deleted_and_sets_the_months() -> None:
    round_ = make_published()
    address = reverse("retention", args=[round_.slug])
    browser = browser_of(finn())
    page = browser.get(address).content.decode()
    assert "28 February 2021" in page
    assert browser.post(address, {"contacts": "1", "key": "6", "answers": "3"}).status_code == 422
    assert browser.post(address, {"contacts": "1", "key": "6", "answers": ""}).status_code == 302
    assert due(round_)[Clock.CONTACTS] == date(2020, 9, 30)
    round_.texts.filter(field="archive_decision").delete()
    assert "nothing is deleted before it is written" in browser.get(address).content.decode()
