"""A reviewer counts every number of a round in the field once more, from the list of its cases as a CSV file.

Nothing of the program is used for it but the list, in English. Formulas are written out as the method pages have them.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from barometer.roles import Role
from surveys.models import Round
from tests.people import browser_of, holder_of
from tests.representativity_by_loops import Unit, indicators, partials

pytestmark = pytest.mark.django_db

Row = dict[str, str]
ELIGIBLE = {"complete": "I", "partial": "P", "refusal": "R", "break_off": "R", "contacted": "NC", "exists": "NC"}
ELIGIBLE |= {"unavailable": "NC", "other": "O", "erased": "O"}
UNKNOWN = {"silent", "bounced", "not_found", "reported"}
UNTIL_DAY = 15


@pytest.fixture(scope="module")
def review(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator["Review"]:
    """The demonstration in small, on field day 15, as an auditor sees it."""
    today = timezone.localdate()
    small = ("--population", "430", "--size", "140", "--today", today.isoformat(), "--until-day", str(UNTIL_DAY))
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("simulate_round", "reviewed", *small, stdout=StringIO())
        yield Review(Round.objects.get(slug="reviewed"))
        transaction.set_rollback(True)


class Review:
    """The files and pages of one round."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.browser: Client = browser_of(holder_of(Role.AUDITOR))

    @cached_property
    def cases(self) -> list[Row]:
        return read(self.browser.post(reverse("cases-export", args=[self.round.slug, "cases"])))

    def file(self, name: str, *arguments: str, **query: str) -> list[Row]:
        return read(self.browser.get(reverse(name, args=[self.round.slug, *arguments]), query))

    def page(self, name: str, **query: str) -> str:
        return unescape(self.browser.get(reverse(name, args=[self.round.slug]), query).content.decode())


def read(answer: object) -> list[Row]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def weight(case: Row) -> float:
    return float(case["Design weight"])


def percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def test_the_file_has_every_case_once(review: Review) -> None:
    assert len({case["Reference"] for case in review.cases}) == len(review.cases) == 140
    assert 0 < sum(case["Status"] == "Submitted" for case in review.cases) < 140


def test_where_the_cases_stand_and_the_headline(review: Review) -> None:
    statuses = Counter(case["Status"] for case in review.cases)
    standing = {row["Status"]: int(row["Cases"]) for row in review.file("round-table", "standing")}
    invited = sum(bool(case["Invited"]) for case in review.cases)
    assert (standing.pop("Sampled"), standing.pop("Invited")) == (140, invited)
    names = {"Bounced": "Mail bounced", "Started": "Started, not submitted"}
    assert {name: statuses[names.get(name, name)] for name in standing} == standing
    assert f'<p class="rate-number">{percent(statuses["Submitted"] / 140)}</p>' in review.page("round")


def test_day_by_day(review: Review) -> None:
    days = Counter(date.fromisoformat(case["Submitted"][:10]) for case in submitted(review))
    total = 0
    table = review.file("round-table", "days")
    assert len(table) > UNTIL_DAY
    for row in table:
        day = date.fromisoformat(row["Date"])
        total += days[day]
        assert (int(row["Field day"]), int(row["Submitted that day"])) == (
            (day - review.round.opens_on).days,
            days[day],
        )
        assert (int(row["Submitted in all"]), float(row["Response rate"])) == (total, total / 140)
    known = [row for row in review.file("forecast-export") if row["Submitted in all"]]
    assert [(row["Date"], row["Submitted in all"]) for row in known] == [
        (row["Date"], row["Submitted in all"]) for row in table[: len(known)]
    ]


def submitted(review: Review) -> list[Row]:
    return [case for case in review.cases if case["Status"] == "Submitted"]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("level", "Level"),
        ("industry_group", "Industry group"),
        ("size_class", "Size class"),
        ("region", "Region"),
        ("authority", "Authority"),
    ],
)
def test_groups(review: Review, name: str, column: str) -> None:
    groups: dict[str, list[Row]] = defaultdict(list)
    for case in review.cases:
        groups[case[column]].append(case)
    table = review.file("round-table", name)
    assert {row[column] for row in table} == set(groups)
    for row in table:
        group = groups[row[column]]
        done = sum(case["Status"] == "Submitted" for case in group)
        gone = sum(case["Status"] == "Not eligible" for case in group)
        assert (int(row["Submitted"]), int(row["Sampled"]), int(row["Not eligible"])) == (done, len(group), gone)
        assert float(row["Response rate"]) == done / len(group)
        assert float(row["Of the eligible"] or 0) == (done / (len(group) - gone) if len(group) > gone else 0)
        assert int(row["Missing to the target"]) == max(0, -(-len(group) // 2) - done)


def test_how_it_is_answered(review: Review) -> None:
    begun = [case for case in review.cases if case["Page"] or case["Device"] or case["Submitted"]]
    devices = Counter(case["Device"] for case in begun)
    names = {"phone": "Phone", "computer": "Computer or tablet", "": "Interview, or not known"}
    table = review.file("round-table", "devices")
    assert {row["Device"]: int(row["Started"]) for row in table} == {names[each]: n for each, n in devices.items()}
    stopped = Counter(case["Page"] for case in review.cases if case["Status"] == "Started, not submitted")
    assert {row["Page"]: int(row["Stopped here"]) for row in review.file("round-table", "stops")} == stopped


def rates_by_hand(cases: list[Row], size: Callable[[Row], float]) -> dict[str, float]:
    """RR1, RR2, COOP, REF1 and CON1: those that need no e, which nobody has observed while a case is silent."""
    n: dict[str, float] = defaultdict(float)
    for case in cases:
        n[ELIGIBLE.get(case["Outcome"], "U" if case["Outcome"] in UNKNOWN else "NE")] += size(case)
    reached, every = n["I"] + n["P"] + n["R"] + n["O"], sum(n.values()) - n["NE"]
    known = every - n["U"]
    return {
        "RR1": n["I"] / every,
        "RR2": (n["I"] + n["P"]) / every,
        "COOP1": n["I"] / reached,
        "COOP2": (n["I"] + n["P"]) / reached,
        "COOP3": n["I"] / (n["I"] + n["P"] + n["R"]),
        "COOP4": (n["I"] + n["P"]) / (n["I"] + n["P"] + n["R"]),
        "REF1": n["R"] / every,
        "REF3": n["R"] / known,
        "CON1": reached / every,
        "CON3": reached / known,
    }


def test_outcome_rates(review: Review) -> None:
    outcomes = Counter(case["Outcome"] for case in review.cases)
    weights: dict[str, float] = defaultdict(float)
    for case in review.cases:
        weights[case["Outcome"]] += weight(case)
    for row in review.file("rates-file", "outcomes"):
        assert int(row["n"]) == outcomes[row["Outcome"]]
        assert float(row["Weighted n"]) == pytest.approx(weights[row["Outcome"]])
    found = {row["Rate"]: row for row in review.file("rates-file", "rates")}
    assert float(found["HEADLINE"]["Unweighted"]) == len(submitted(review)) / 140
    unweighted, weighted = rates_by_hand(review.cases, lambda case: 1), rates_by_hand(review.cases, weight)
    for name in unweighted:
        assert float(found[name]["Unweighted"]) == pytest.approx(unweighted[name]), name
        assert float(found[name]["Weighted"]) == pytest.approx(weighted[name]), name
    assert {name for name, row in found.items() if not row["Unweighted"]} == {
        "RR3",
        "RR4",
        "RR5",
        "RR6",
        "REF2",
        "CON2",
    }
    page = review.page("rates")
    for value in (len(submitted(review)) / 140, unweighted["RR1"], weighted["RR1"]):
        assert f'<p class="rate-number">{percent(value)}</p>' in page
    started = sum(bool(case["Started"]) for case in review.cases)
    assert f"<dt>Started: {started}</dt>" in page


@pytest.mark.parametrize(("by", "column"), [("level", "Level"), ("region", "Region"), ("size_class", "Size class")])
def test_outcome_rates_of_groups(review: Review, by: str, column: str) -> None:
    groups: dict[str, list[Row]] = defaultdict(list)
    for case in review.cases:
        groups[case[column]].append(case)
    table = [row for row in review.file("rates-file", "groups", by=by) if row["Rate"] in ("RR1", "CON1", "REF1")]
    assert {row[column] for row in table} == set(groups)
    for row in table:
        group = groups[row[column]]
        for heading, size in (("Unweighted", lambda case: 1), ("Weighted", weight)):
            assert float(row[heading]) == pytest.approx(rates_by_hand(group, size)[row["Rate"]])


def test_what_e_is_made_of(review: Review) -> None:
    for row in review.file("rates-file", "eligibility"):
        level = [case["Outcome"] for case in review.cases if case["Level"] == row["Level"]]
        unknown = sum(outcome in UNKNOWN for outcome in level)
        eligible = sum(outcome in ELIGIBLE for outcome in level)
        assert (int(row["Eligible (n)"]), int(row["Unknown (n)"])) == (eligible, unknown)
        assert int(row["Not eligible (n)"]) == len(level) - eligible - unknown
        assert int(row["To look up (n)"]) == sum(outcome in ("silent", "bounced") for outcome in level)


def test_representativity(review: Review) -> None:
    """By the second implementation, which has nothing in common with the first."""
    cases = [case for case in review.cases if case["Status"] != "Not eligible"]
    codes = {
        column: {name: number for number, name in enumerate(sorted({case[column] for case in cases}))}
        for column in ("Level", "Industry group", "Size class", "Stratum")
    }
    units = [
        Unit(
            tuple(codes[column][case[column]] for column in ("Level", "Industry group", "Size class")),
            codes["Stratum"][case["Stratum"]],
            weight(case),
            case["Status"] == "Submitted",
        )
        for case in cases
    ]
    found = indicators(units)
    table = review.file("representativity-export", "summary")
    summary = {row["Figure"]: float(row["Value"]) for row in table if row["Value"]}
    assert (summary["cases"], summary["not_eligible_left_out"]) == (len(cases), 140 - len(cases))
    assert summary["submitted"] == len(submitted(review))
    total = sum(map(weight, cases))
    assert summary["workplaces"] == pytest.approx(total)
    assert summary["response_rate_weighted"] == pytest.approx(sum(map(weight, submitted(review))) / total)
    assert summary["variance_of_propensities"] == pytest.approx(found.variance, rel=1e-6)
    assert summary["bias_of_variance"] == pytest.approx(found.bias, rel=1e-6)
    assert summary["r_indicator"] == pytest.approx(1 - 2 * found.adjusted**0.5, rel=1e-6)
    assert summary["r_indicator_unadjusted"] == pytest.approx(1 - 2 * found.variance**0.5, rel=1e-6)
    for number, row in enumerate(review.file("representativity-export", "variables")):
        of_categories = partials(units, found.propensities, number).values()
        unconditional, conditional = (
            sum(value**2 for value in column) ** 0.5 for column in zip(*of_categories, strict=True)
        )
        assert float(row["Unconditional, not adjusted"]) == pytest.approx(unconditional, rel=1e-6)
        assert float(row["Conditional, not adjusted"]) == pytest.approx(conditional, rel=1e-6)


def test_what_next_lists_nobody_who_has_ended(review: Review) -> None:
    status = {case["Register number"]: case["Status"] for case in review.cases}
    listed = review.file("what-next-export", "list")
    assert listed
    assert {status[row["Register number"]] for row in listed} <= {
        "Not started",
        "Started, not submitted",
        "Mail bounced",
    }
    start = review.file("what-next-export", "curve")[0]
    assert float(start["Expected response rate"]) == len(submitted(review)) / 140
