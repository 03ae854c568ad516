"""The forecast of a round as read from the database, its page, its file and its command."""

import json
import re
from datetime import time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation

from responses.forecasting import Forecast, read
from responses.models import Call, Wave
from responses.statistics.forecast import Band, Projection, Unknown, Why
from surveys.models import ContactStep, Round, Workplace
from tests.factories import NOON, make_case, make_open_round, make_response, make_round, make_step
from tests.fieldworks import answer, half_way, make_fieldwork, make_wave, moment
from tests.people import browser_of, finn
from tests.responses.test_former_rounds import make_former

pytestmark = pytest.mark.django_db
DAY = 15


def make_half_way(*, former: bool = False, **changes: Any) -> Round:
    """A round on the morning of day 15, after an invitation and a reminder on day 10."""
    round_ = make_open_round(**changes)
    sampled, submitted = half_way(DAY)
    make_fieldwork(round_, submitted, sampled=sampled)
    make_wave(round_, "invitation", 0, cases=sampled)
    make_wave(round_, "reminder_1", 10, cases=sampled - sum(submitted[day] for day in range(10)))
    if former:
        before = make_former(round_)
        sampled, submitted = half_way(40, seed=8)
        make_fieldwork(before, submitted, sampled=sampled)
        make_wave(before, "invitation", 0, cases=sampled)
        make_wave(before, "reminder_1", 6, cases=sampled // 2)
    return round_


def half_way_today(*, former: bool = False) -> Round:
    """The same, where day 15 is today, as the page needs it."""
    first = timezone.localdate() - timedelta(days=DAY)
    days = {"opens_on": first, "deadline": first + timedelta(days=30), "closes_on": first + timedelta(days=45)}
    return make_half_way(former=former, **days)


def on_day(round_: Round, day: int = DAY, **asked: Any) -> Forecast:
    return read(round_, moment(round_, day, time(6)), **asked)


def projection(found: Forecast) -> Projection:
    assert isinstance(found.projection, Projection)
    return found.projection


# ---- as read


def test_the_forecast_goes_by_the_curve_the_waves_and_the_plan() -> None:
    round_ = make_half_way()
    make_step(round_, "reminder_2", day=20, skips_quiet_weeks=False)
    found = on_day(round_)
    assert (found.today, found.last_day, found.total) == (15, 45, sum(half_way(DAY)[1].values()))
    assert {contact.step.mail_name: (list(contact.left), list(contact.ahead)) for contact in found.contacts} == {
        "invitation": ([0], []),
        "reminder_1": ([10], []),
        "reminder_2": ([], [20]),
    }
    made = projection(found)
    assert found.total < made.final.low < made.final.high < found.sampled
    assert made.without_planned is not None and made.without_planned.expected < made.final.expected
    assert [(each.number, each.day) for each in made.brought] == [(1, 10)]


def test_the_same_data_give_the_same_numbers() -> None:
    round_ = make_half_way()
    assert projection(on_day(round_)) == projection(on_day(round_))


def test_a_former_round_is_used_and_named() -> None:
    found = on_day(make_half_way(former=True))
    assert projection(found).former == 1
    assert len(found.former) == 1
    rates = [found.former[0].rate(day) for day in (0, 39, 45, 46)]
    assert rates[0] is not None and rates[1] == rates[2] and rates[3] is None


def test_looking_back_leaves_out_what_came_later() -> None:
    round_ = make_half_way()
    found = on_day(round_, 8, looks_back=True)
    assert found.total == sum(half_way(DAY)[1][day] for day in range(8))
    assert on_day(round_, 8).total == sum(half_way(DAY)[1].values())  # a clock set back: it counts today


def test_a_wave_that_waits_for_its_release_is_still_ahead_and_a_step_that_was_not_prepared_is_overdue() -> None:
    round_ = make_half_way()
    wave = make_wave(round_, "reminder_2", 12, cases=400)
    Wave.objects.filter(pk=wave.pk).update(released_at=None)
    make_step(round_, "reminder_3", day=13, skips_quiet_weeks=False)
    contacts = {contact.step.mail_name: contact for contact in on_day(round_).contacts}
    assert list(contacts["reminder_2"].ahead) == [15]
    assert contacts["reminder_3"].overdue and not contacts["reminder_3"].days


def test_a_stopped_wave_counts_with_what_had_left_of_it() -> None:
    round_ = make_half_way()
    wave = make_wave(round_, "reminder_2", 12, cases=400)
    Wave.objects.filter(pk=wave.pk).update(stopped_at=moment(round_, 12))
    contacts = {contact.step.mail_name: contact for contact in on_day(round_).contacts}
    assert contacts["reminder_2"].left == {12: 0}
    assert isinstance(on_day(round_).projection, Projection)


def test_planned_steps_move_off_weekends_and_to_the_end_of_quiet_weeks() -> None:
    """Day 18 is a Saturday; the week of day 34 (10 February) is week 7, which is quiet for all."""
    round_ = make_half_way()
    make_step(round_, "reminder_2", day=18)
    make_step(round_, "reminder_3", day=34)
    ahead = {contact.step.mail_name: list(contact.ahead) for contact in on_day(round_).contacts}
    assert (ahead["reminder_2"], ahead["reminder_3"]) == ([20], [41])


def test_one_more_reminder_is_put_on_a_working_day_five_days_from_all_others() -> None:
    round_ = make_half_way()
    make_step(round_, "reminder_2", day=18, skips_quiet_weeks=False)
    found = on_day(round_)
    assert found.reminder_day == 23  # 30 January, a Thursday
    assert isinstance(projection(found).one_more, Band)


def test_a_planned_step_reaches_its_audience_and_no_more() -> None:
    round_ = make_half_way()
    without = projection(on_day(round_)).final.expected
    step = make_step(round_, "letter", day=20, channel="letter")
    to_all = projection(on_day(round_)).final.expected
    everywhere = list(Workplace.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True))
    Workplace.objects.filter(pk__in=everywhere[::4]).update(region="sjaelland")
    found = {}
    for region in ("nordjylland", "sjaelland"):
        ContactStep.objects.filter(pk=step.pk).update(audience=f"reg_region == '{region}'")
        forecast = on_day(round_)
        [letter] = [contact for contact in forecast.contacts if contact.step == step]
        found[region] = (letter.audience, projection(forecast).final.expected)
    still_open = forecast.sampled - forecast.total
    assert found["nordjylland"][0] == 0
    assert found["nordjylland"][1] == pytest.approx(without, abs=1)
    assert found["sjaelland"][0] == pytest.approx(still_open / 4, rel=0.02)
    assert without + 1 < found["sjaelland"][1] < to_all - 1


def make_calls(round_: Round, *, number: int, answered: int) -> None:
    cases = list(round_.cases.filter(response=None).order_by("pk")[:number])
    Call.objects.bulk_create(Call(case=case, at=moment(round_, 6), outcome="will_answer") for case in cases)
    answer(cases[:answered], [8] * answered)


def test_the_effect_of_calls_is_that_of_those_who_were_called() -> None:
    round_ = make_open_round()
    sampled, submitted = half_way(DAY)
    make_fieldwork(round_, submitted, sampled=sampled, phone="12 34 56 78")
    make_wave(round_, "invitation", 0, cases=sampled)
    unknown = projection(on_day(round_, calls=50)).phone_round
    assert unknown == Unknown(Why.NO_CALLS_YET, 0)
    make_calls(round_, number=80, answered=30)
    found = on_day(round_, calls=50)
    effect = projection(found).phone_round
    assert isinstance(effect, Band) and 5 < effect.expected < 30
    assert found.callable_cases == sampled - sum(submitted.values()) - 80


def test_cases_without_a_number_cannot_be_called() -> None:
    round_ = make_half_way()
    make_calls(round_, number=80, answered=30)
    assert projection(on_day(round_, calls=50)).phone_round == Unknown(Why.NOBODY_TO_CALL)


@pytest.mark.parametrize(
    ("day", "why"),
    [(0, Why.TOO_EARLY), (1, Why.TOO_EARLY), (3, Why.FEW_ANSWERS), (45, Why.FEW_ANSWERS), (46, Why.PAST_CLOSING)],
)
def test_a_round_without_answers_says_what_is_missing(day: int, why: Why) -> None:
    round_ = make_open_round()
    make_case(round_)
    make_wave(round_, "invitation", 0, cases=1)
    found = read(round_, moment(round_, day, time(14))).projection
    assert isinstance(found, Unknown) and found.why is why


def test_a_round_without_waves_or_sample_or_that_is_not_open_says_so() -> None:
    unwritten = make_open_round(plan=())
    make_response(make_case(unwritten), {"new": "yes"}, at=NOON - timedelta(days=3))
    assert on_day(unwritten).projection == Unknown(Why.NO_WAVE)
    assert on_day(unwritten).submitted[0] == 1
    assert on_day(make_open_round()).projection == Unknown(Why.NO_SAMPLE)
    assert on_day(make_round()).projection == Unknown(Why.NOT_OPEN)


def test_when_everybody_has_answered_there_is_nobody_left() -> None:
    round_ = make_open_round()
    make_fieldwork(round_, {0: 20, 1: 5}, sampled=25)
    make_wave(round_, "invitation", 0, cases=25)
    made = projection(on_day(round_))
    assert made.final == Band(25, 25, 25)
    assert made.reaching.expected == 0


def test_no_more_questions_are_asked_of_the_database_for_more_cases(django_assert_max_num_queries: Any) -> None:
    round_ = make_half_way(former=True)
    with django_assert_max_num_queries(11):
        on_day(round_)


# ---- the page


def page(round_: Round, language: str = "en", **asked: Any) -> str:
    response = browser_of(finn(), language).get(reverse("forecast", args=[round_.slug]), asked)
    assert response.status_code == 200
    content: str = response.content.decode().replace("\xa0", " ")
    return content


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def test_the_page_says_first_in_words_whether_the_target_is_reached() -> None:
    round_ = half_way_today()
    found = page(round_)
    text = words(found)
    assert re.search(r"Forecast (On \d+ .*|50% (will|may) )", text)
    assert "There is no former round of this questionnaire" in text
    assert "On field day" not in text and "Now, on field day 15 of 45" in text
    assert re.search(r"One more reminder Sent on .* more answers by the end, ", text)
    assert "A phone round Cannot be computed: workplaces called more than 7 days ago" in text
    assert 'class="chart-band" points="' in found and 'class="chart-expected" points="' in found
    assert "style=" not in found


def test_the_page_speaks_danish() -> None:
    text = words(page(half_way_today(former=True), "da"))
    assert "Prognose" in text and "Kan ikke beregnes" in text and "50 %" in text
    assert "Cannot" not in text


def test_a_former_round_is_drawn_named_and_compared() -> None:
    round_ = half_way_today(former=True)
    found = page(round_)
    assert 'class="chart-former" points="' in found
    assert "rests on the curve so far and on former rounds: round-" in words(found)
    assert "Response rates at the end of field day 14" in words(found)


def test_a_number_of_calls_that_is_none_is_told_at_the_field() -> None:
    assert "Write a whole number." in page(half_way_today(), calls="many")


@pytest.mark.parametrize("make", [make_round, make_open_round])
def test_a_round_that_has_not_begun_has_a_page(make: Any) -> None:
    assert "No forecast can be made" in page(make())


def test_a_closed_round_has_its_final_rate() -> None:
    round_ = make_half_way()
    Round.objects.filter(pk=round_.pk).update(closed_at=moment(round_, 45))
    text = words(page(round_))
    assert re.search(r"The round was closed on 21 February 2020: its final response rate is \d\d\.\d%", text)
    assert "What more contacts would bring" not in text


def test_an_unknown_round_is_not_found_and_the_pages_only_read() -> None:
    browser = browser_of(finn())
    for name in ("forecast", "forecast-export"):
        assert browser.get(reverse(name, args=["nothing"])).status_code == 404
        assert browser.post(reverse(name, args=[make_open_round().slug])).status_code == 405


def test_the_page_asks_the_database_a_fixed_number_of_questions(django_assert_max_num_queries: Any) -> None:
    round_ = half_way_today(former=True)
    browser = browser_of(finn())
    with django_assert_max_num_queries(15):
        browser.get(reverse("forecast", args=[round_.slug]))


def test_the_file_holds_every_day_with_decimal_commas_in_danish() -> None:
    round_ = half_way_today()
    response = browser_of(finn(), "da").get(reverse("forecast-export", args=[round_.slug]))
    assert response["Content-Disposition"] == f'attachment; filename="{round_.slug}-rehearsal-forecast.csv"'
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 + 46
    assert re.fullmatch(r"14;[\d-]+;\d+;0,\d+;;;;", lines[15])
    assert re.fullmatch(r"45;[\d-]+;;;0,\d+;0,\d+;0,\d+;", lines[46])


# ---- the command


def command(*arguments: str) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command("forecast", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_the_same_as_the_page_on_any_day() -> None:
    round_ = make_half_way(former=True)
    said = command(round_.slug, "--at", "2020-01-22", "--format", "json")
    document = json.loads(said)
    made = projection(on_day(round_, 15, looks_back=True))
    assert document["field_day"] == 15
    assert document["forecast"]["final"] == {
        "expected": made.final.expected,
        "low": made.final.low,
        "high": made.final.high,
    }
    assert [row["group"] for row in document["former_rounds"]] == ["all", "municipality"]
    text = command(round_.slug, "--at", "2020-01-22")
    assert document["says"] in text and "One more reminder" in text


def test_the_command_says_why_there_is_no_forecast() -> None:
    assert "No forecast can be made: the round is not in the field." in command(make_round().slug)
