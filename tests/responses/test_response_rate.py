"""How far the round has come: one count of cases for the page and the command."""

import json
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from responses.monitoring import last_day, monitor, submitted_by_day
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import (
    NOON,
    make_case,
    make_open_round,
    make_response,
    make_round,
    make_sample,
    make_unit,
    make_workplace,
)

pytestmark = pytest.mark.django_db

ENDS = {
    "submitted": [EventKind.INVITED, EventKind.STARTED, EventKind.SUBMITTED],
    "started": [EventKind.INVITED, EventKind.STARTED],
    "bounced": [EventKind.INVITED, EventKind.BOUNCED],
    "declined": [EventKind.INVITED, EventKind.DECLINED],
    "reported": [EventKind.INVITED, EventKind.STARTED, EventKind.REPORTED_CLOSED],
    "ineligible": [EventKind.INVITED, EventKind.REPORTED_MERGED, EventKind.INELIGIBLE_CONFIRMED],
    "not invited": [],
}


def make_field() -> Round:
    """Eight cases: 3 submitted, 1 each started, bounced, declined, reported and confirmed as not eligible."""
    round_ = make_open_round()
    for end in ("submitted", "submitted", "started", "bounced", "declined"):
        make_case(round_, events=ENDS[end])
    for end in ("submitted", "reported", "ineligible"):
        make_case(round_, events=ENDS[end], level="state", industry_group="education", size_class="s50_99")
    return round_


def command(name: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_the_headline_is_submitted_of_sampled_and_stands_beside_submitted_of_the_eligible() -> None:
    overall = monitor(make_field()).overall
    assert overall.response_rate == 3 / 8
    assert overall.response_rate_of_eligible == 3 / 7


def test_a_report_of_closure_counts_as_eligible_until_it_is_confirmed() -> None:
    round_ = make_open_round()
    make_case(round_, events=ENDS["reported"])
    overall = monitor(round_).overall
    assert (overall.ineligible_reported, overall.not_eligible) == (1, 0)
    assert overall.response_rate_of_eligible == 0


def test_every_case_is_counted_where_it_stands() -> None:
    counts = monitor(make_field())
    overall = counts.overall
    assert counts.invited == 8
    assert (overall.submitted, overall.started, overall.bounced, overall.declined) == (3, 1, 1, 1)


def test_a_case_that_no_mail_has_reached_is_sampled_but_not_invited() -> None:
    round_ = make_open_round()
    make_case(round_, events=ENDS["not invited"])
    counts = monitor(round_)
    assert (counts.overall.sampled, counts.invited) == (1, 0)


def test_groups_are_those_of_the_sample_and_add_up_to_all() -> None:
    counts = monitor(make_field())
    assert [(group.code, group.outcome.submitted, group.outcome.sampled) for group in counts.groups["level"]] == [
        ("municipality", 2, 5),
        ("state", 1, 3),
    ]
    assert [group.code for group in counts.groups["industry_group"]] == ["education", "childcare"]
    assert [group.code for group in counts.groups["size_class"]] == ["s10_24", "s50_99"]
    for groups in counts.groups.values():
        assert sum(group.outcome.sampled for group in groups) == 8


def test_another_round_is_not_counted() -> None:
    round_ = make_open_round()
    make_case(events=ENDS["submitted"])
    assert monitor(round_).overall.sampled == 0


def test_the_target_is_a_number_of_answers_rounded_up() -> None:
    round_ = make_open_round()
    for _ in range(3):
        make_case(round_)
    counts = monitor(round_)
    assert (counts.target, counts.missing) == (2, 2)


def test_before_the_opening_the_sample_is_counted_and_nothing_else() -> None:
    round_ = make_round()
    make_unit(make_workplace(round_))
    counts = monitor(round_)
    assert (counts.overall.sampled, counts.overall.submitted, counts.invited) == (1, 0, 0)


def test_a_round_without_a_sample_has_no_rate() -> None:
    assert monitor(make_round()).overall.response_rate is None


@pytest.mark.parametrize(
    ("submitted_at", "totals"),
    [
        (datetime(2020, 1, 8, 12, tzinfo=UTC), [0, 1, 1]),
        (datetime(2020, 1, 7, 23, 30, tzinfo=UTC), [0, 1, 1]),  # half past midnight in Denmark
        (datetime(2020, 1, 6, 12, tzinfo=UTC), [1, 1, 1]),  # opened ahead of time
    ],
)
def test_the_curve_adds_up_what_was_submitted_by_the_end_of_each_danish_day(
    submitted_at: datetime, totals: list[int]
) -> None:
    round_ = make_open_round()
    make_response(make_case(round_), {"new": "yes"}, at=submitted_at)
    days = submitted_by_day(round_, 2, until=date(2020, 1, 9))
    assert [day.total for day in days] == totals
    assert [day.number for day in days] == [0, 1, 2]
    assert days[-1].rate == 1 / 2


def test_the_curve_of_a_closed_round_ends_on_the_day_it_was_closed() -> None:
    round_ = make_open_round()
    assert last_day(round_, today=date(2021, 6, 1)) == date(2021, 6, 1)
    round_.closed_at = NOON
    assert last_day(round_, today=date(2021, 6, 1)) == NOON.date()


def test_the_command_prints_the_numbers_of_the_page_as_json() -> None:
    document = json.loads(command("response_rate", make_field().slug, "--format", "json"))
    assert document["sampled"] == 8
    assert document["submitted"] == 3
    assert document["target"] == 4
    assert document["response_rate"] == 3 / 8
    assert document["response_rate_of_eligible"] == 3 / 7
    assert document["by_level"]["state"]["response_rate_of_eligible"] == 1 / 2
    assert document["by_size_class"]["s10_24"]["submitted"] == 2
    assert document["rehearsal"] is True


def test_the_command_prints_the_same_for_people() -> None:
    with translation.override("da"):
        text = command("response_rate", make_field().slug)
    assert "37,5\xa0%" in text
    assert "42,9\xa0%" in text
    assert "Øvelse" in text


def test_the_command_names_the_rounds_there_are_when_it_knows_none_by_that_name() -> None:
    round_ = make_round()
    with pytest.raises(CommandError, match=round_.slug):
        command("response_rate", "nothing")


def test_a_round_is_opened_and_closed_by_command() -> None:
    round_ = make_sample().round
    assert "20" in command("open_round", round_.slug)
    assert round_.cases.count() == 20
    command("close_round", round_.slug)
    round_.refresh_from_db()
    assert round_.status == Round.Status.CLOSED


def test_the_command_says_all_that_keeps_a_round_from_opening() -> None:
    round_ = make_round()
    round_.contact_steps.all().delete()
    with pytest.raises(CommandError) as refusal:
        command("open_round", round_.slug)
    assert len(str(refusal.value).splitlines()) == 2
    with pytest.raises(CommandError):
        command("close_round", round_.slug)
