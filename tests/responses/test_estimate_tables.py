"""Tables of indicators: tests, what was printed and whether it holds, groups and filters of one's own; never "nan"."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoDbBlocker

from barometer.models import AuditEvent
from responses.estimate_tables import GroupTest, Line, rank_verdict, verdict
from responses.estimates import Estimates, NotEstimated, estimate
from responses.statistics.comparing import Difference
from responses.statistics.estimation import ShareEstimate
from surveys.models import Round
from tests.factories import make_open_round
from tests.people import ana, browser_of, olga
from tests.responses.test_estimate import command, table_of

pytestmark = pytest.mark.django_db


# ---- one simulated round, for everything that only looks


@pytest.fixture(scope="module")
def simulated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Round]:
    cache.clear()
    small = ("--population", "430", "--size", "180", "--today", "2020-02-21", "--until-day", "20")
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("simulate_round", "whole", *small, stdout=StringIO())
        yield Round.objects.select_related("questionnaire").get(slug="whole")
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def shares(found: Estimates, indicator: str) -> list[float]:
    """The estimates of a table: everybody, then its groups."""
    values = [line.estimate.estimate for line in table_of(found, indicator).lines]
    assert None not in values
    return [value for value in values if value is not None]


def test_all_indicators_of_the_edition_are_estimated_and_the_others_named(simulated: Round) -> None:
    found = estimate(simulated, ["all"], "en")
    assert len(found.tables) == 83
    assert len(found.left_out) == 12 and all(id_.startswith("R2-") for id_ in found.left_out)
    assert not [line for table in found.tables for line in table.lines if line.estimate.estimate is None]


def test_the_parts_of_the_figures_agree_with_each_other_as_the_published_ones_do(simulated: Round) -> None:
    """The checks beside the published figures (27 % of 37 and 73 % of 51 are 47), where they hold for any answers."""
    found = estimate(simulated, ["all"], "en")
    pol_init = shares(found, "R3-02e")[0]
    for indicator in ("R3-06", "R3-04a", "R3-05", "R3-04", "R3-08"):  # politically initiated, and all others
        everybody, politically, others = shares(found, indicator)
        assert pol_init * politically + (1 - pol_init) * others == pytest.approx(everybody, abs=1e-9)
    assert shares(found, "R3-06")[0] == shares(found, "R3-19a")[0]
    assert shares(found, "R3-04a")[0] == shares(found, "R3-11a")[0]
    positive, leadership, law, by_leadership, by_law = (shares(found, f"R3-02{part}")[0] for part in ("", *"abcd"))
    assert max(leadership, law, pol_init) <= positive <= leadership + law + by_leadership + by_law
    assert 0 <= by_leadership + by_law - pol_init <= min(by_leadership, by_law)  # both have initiated it
    first, reused, unknown = (shares(found, id_)[0] for id_ in ("R3-11b", "R3-11", "R3-11a"))
    assert first + reused + unknown == pytest.approx(1, abs=1e-9)


def test_levels_add_up_to_the_whole(simulated: Round) -> None:
    lines = table_of(estimate(simulated, ["R3-02f"], "en"), "R3-02f").lines
    whole, groups = lines[0].estimate, [line.estimate for line in lines[1:]]
    assert sum(group.n for group in groups) == whole.n
    weighted = sum((group.estimate or 0) * group.weighted_base for group in groups)
    assert weighted / whole.weighted_base == pytest.approx(whole.estimate)


def test_first_and_last_group_are_tested_and_all_levels_together(simulated: Round) -> None:
    by_expressions = table_of(estimate(simulated, ["R3-05"], "en"), "R3-05")
    (test,) = by_expressions.tests
    assert isinstance(test.found, Difference)
    _, politically, others = (line.estimate.estimate or 0 for line in by_expressions.lines)
    assert test.found.estimate == pytest.approx(politically - others)
    over_all, difference = table_of(estimate(simulated, ["R3-05"], "en", by="reg_level"), "R3-05").tests
    assert (over_all.over_all, difference.over_all) == (True, False)
    assert (difference.first, difference.last) == ("Municipality", "State")


def test_groups_that_overlap_are_compared_first_with_last_only(simulated: Round) -> None:
    table = table_of(estimate(simulated, ["R3-07"], "en"), "R3-07")
    assert [line.group for line in table.lines] == ["", "init_pol_leadership", "init_legislation", "other_init"]
    assert [test.over_all for test in table.tests] == [False]


def test_what_was_printed_stands_beside_its_own_groups_edition_and_all_answers_only(simulated: Round) -> None:
    own = estimate(simulated, ["R3-05"], "en")
    assert [line.published for line in table_of(own, "R3-05").lines] == [None, 0.57, 0.25]
    assert table_of(own, "R3-05").expect == "higher"
    for other in (
        estimate(simulated, ["R3-05"], "en", by="reg_level"),
        estimate(simulated, ["R3-05"], "en", where=["reg_level == 'municipality'"]),
    ):
        assert {line.published for line in table_of(other, "R3-05").lines} == {None}
        assert table_of(other, "R3-05").verdict == ""
    of_another = table_of(estimate(simulated, ["R2-01"], "en"), "R2-01")
    assert (of_another.lines[0].published, of_another.other_edition) == (None, "2015-16")


def test_holm_makes_no_p_smaller_and_says_how_many_tests(simulated: Round) -> None:
    plain = estimate(simulated, ["all"], "en")
    adjusted = estimate(simulated, ["all"], "en", adjust=True)
    pairs = [
        (before.p, after.p)
        for one, other in zip(plain.tables, adjusted.tables, strict=True)
        for before, after in zip(one.tests, other.tests, strict=True)
    ]
    tested = [(before, after) for before, after in pairs if before is not None and after is not None]
    assert len(tested) == adjusted.adjusted > 40
    assert all(before <= after for before, after in tested)
    assert min(after for _, after in tested) == pytest.approx(len(tested) * min(before for before, _ in tested))
    assert f"all {adjusted.adjusted} tests are adjusted" in command("whole", "all", "--holm")


def test_a_ranking_orders_the_options_and_leaves_out_what_stands_alone(simulated: Round) -> None:
    table = table_of(estimate(simulated, ["R3-37"], "en"), "R3-37")
    values = [line.estimate.estimate or 0 for line in table.lines]
    assert values == sorted(values, reverse=True)
    assert {line.option for line in table.lines} >= {"quality", "efficiency", "political_goals"}
    assert not {"dk", "too_early"} & {line.option for line in table.lines}
    assert (table.verdict == "held") == (table.lines[0].option == "quality")


def test_one_can_group_by_a_question_and_filter_by_any_condition(simulated: Round) -> None:
    found = estimate(simulated, ["R3-19"], "en", by="novelty", where=["reg_level == 'municipality'", "collaborated"])
    lines = table_of(found, "R3-19").lines
    assert [line.group for line in lines[1:]] == ["first", "adapted", "copy", "dk"]
    assert sum(line.estimate.n for line in lines[1:]) == lines[0].estimate.n
    everybody = table_of(estimate(simulated, ["R3-19"], "en"), "R3-19").lines[0]
    assert lines[0].estimate.n < everybody.estimate.n
    assert found.where_words == ("Level of government: Municipality", "Made in collaboration")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"by": "nosuch"}, "estimate_unknown_by"),
        ({"by": "values"}, "estimate_unknown_by"),  # several marks: no groups
        ({"where": ["nosuch == 'x'"]}, "unknown_name"),
        ({"where": ["novelty == 'kopi'"]}, "unknown_code"),
        ({"where": ["novelty = 'copy'"]}, "expression_syntax"),
        ({"where": ["novelty"]}, "not_true_or_false"),
        ({"where": ["reg_employees > 100000"]}, "estimate_filter_fits_nobody"),
        ({"where": ["reg_level == 'state'", "reg_level == 'region'"]}, "estimate_filter_fits_nobody"),
        ({"where": ["reg_name == 'Børnehave 1'"]}, "estimate_filter_names_workplaces"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(simulated: Round, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(NotEstimated) as refused:
        estimate(simulated, ["R3-02"], "en", **asked)
    assert refused.value.problem.code == code
    assert refused.value.said.endswith(".")
    arguments = [f"--by={asked['by']}"] if "by" in asked else [f"--where={text}" for text in asked["where"]]
    with pytest.raises(CommandError, match=re.escape(refused.value.said)):
        command("whole", "R3-02", *arguments)


def test_text_csv_and_json_have_the_same_numbers_and_the_mark(simulated: Round) -> None:
    as_json = json.loads(command("whole", "R3-02f", "R3-05", "--format", "json"))
    rows = list(csv.DictReader(command("whole", "R3-02f", "R3-05", "--format", "csv").splitlines()))
    text = command("whole", "R3-02f", "R3-05")
    lines = [line for table in as_json["tables"] for line in table["lines"]]
    assert [float(row["estimate"]) for row in rows] == [line["estimate"] for line in lines]
    assert [line["percent"] for line in lines] == [round(line["estimate"] * 100) for line in lines]
    for line in lines:
        assert f"{line['estimate'] * 100:.1f}%" in text
    assert {row["provisional"] for row in rows} == {"1"} and as_json["provisional"] is True
    for mark in (as_json["watermark"], rows[0]["watermark"], text):
        assert "Provisional: the round is not closed" in mark
    (test,) = as_json["tables"][1]["tests"]
    assert {"estimate", "t", "p", "significant", "holm_p"} <= set(test)


def test_nothing_printed_says_nan_or_none(simulated: Round) -> None:
    """Everything, by the smallest groups there are: many are empty, or have one answer, or all the same one."""
    for by in ("reg_region", "core_task"):
        where = "--where=reg_level == 'region'"
        for form in ("text", "csv"):
            printed = command("whole", "all", f"--by={by}", where, f"--format={form}")
            assert not re.search(r"\b(nan|none|inf)\b", printed, re.IGNORECASE)
    json.loads(command("whole", "all", "--by=reg_region", "--format=json"), parse_constant=pytest.fail)


# ---- the page


def look(client: Client, round_: Round, **query: str) -> str:
    return client.get(reverse("estimate-table", args=[round_.slug]), query).content.decode()


def test_the_page_shows_the_numbers_of_the_command_with_bars_and_words(simulated: Round) -> None:
    page = look(browser_of(ana()), simulated, indicator="R3-05", by="reg_region", reg_level="region")
    rows = command("whole", "R3-05", "--by=reg_region", "--where=reg_level == 'region'", "--format=csv")
    for row in csv.DictReader(rows.splitlines()):
        shown = f"{float(row['estimate']) * 100:.1f}%" if row["estimate"] else row["reason"]
        assert f">{shown}</td>" in page
    assert page.count('<svg class="estimate-bar"') > 2
    assert "uncertain: wider than ±10 points, and fewer than 30 effective answers" in page
    assert "All groups together:" in page
    assert "Level of government: Region" in page
    assert 'class="watermark"' in page and "Provisional: the round is not closed" in page
    assert not re.search(r">\s*(nan|None)\b|style=", page)


def test_the_page_gives_the_same_as_files(simulated: Round) -> None:
    client, query = browser_of(ana()), {"indicator": "R3-05", "by": "reg_level"}
    as_csv = client.get(reverse("estimate-table-file", args=["whole", "csv"]), query)
    rows = list(csv.DictReader(as_csv.getvalue().decode("utf-8-sig").splitlines()))
    as_json = client.get(reverse("estimate-table-file", args=["whole", "json"]), query).json()
    assert [float(row["estimate"]) for row in rows] == [line["estimate"] for line in as_json["tables"][0]["lines"]]
    assert rows[0]["watermark"].startswith("Provisional")
    assert client.get(reverse("estimate-table-file", args=["whole", "xls"]), query).status_code == 404
    assert client.get(reverse("estimate-table-file", args=["whole", "csv"])).status_code == 404


def test_the_page_says_what_is_wrong_with_a_filter(simulated: Round) -> None:
    client = browser_of(ana())
    assert "names the code “kopi”" in look(client, simulated, indicator="R3-05", where="novelty == 'kopi'")
    nobody = look(client, simulated, indicator="R3-05", reg_level="state", where="reg_level == 'region'")
    assert "None of the" in nobody and "<table" not in nobody
    assert "<table" not in look(client, simulated)


def test_each_view_of_live_figures_is_in_the_audit_log_once_an_hour(simulated: Round) -> None:
    cache.clear()
    client, lines = browser_of(ana()), AuditEvent.objects.filter(what="figures.seen_live")
    for _ in range(3):
        look(client, simulated, indicator="R3-05", by="reg_level", where="collaborated")
    look(browser_of(olga()), simulated, indicator="R3-05")  # has no right to see figures
    look(client, simulated, indicator="R3-06")
    asked = {"groups": "reg_level", "where": ["collaborated"], "shown": ["R3-05"]}
    assert [(line.who, line.facts) for line in lines.order_by("number")] == [
        ("ana", asked),
        ("ana", {"groups": "", "where": [], "shown": ["R3-06"]}),
    ]


def test_the_table_reads_the_answers_once(simulated: Round, django_assert_max_num_queries: Any) -> None:
    client = browser_of(ana())
    look(client, simulated, indicator="all")
    with django_assert_max_num_queries(25):
        look(client, simulated, indicator="all")


def test_a_questionnaire_without_indicators_has_a_page_that_says_so() -> None:
    round_ = make_open_round()
    assert "comes without indicators" in look(browser_of(ana()), round_)


def test_the_page_is_for_those_who_may_see_figures() -> None:
    address = reverse("estimate-table", args=[make_open_round().slug])
    assert browser_of(None).get(address).status_code == 302
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(ana()).post(address).status_code == 405


# ---- what is expected


def line(option: str, share: float | None, group: str = "") -> Line:
    found = ShareEstimate(share, 0.01, None, None, 10, 12, 0, 100.0, None)
    return Line("X", option, group, option, found, 12.0, None, None, "")


def made(estimate_: float | None, p: float | None) -> tuple[GroupTest, ...]:
    return (GroupTest("a", "b", Difference(estimate_, 0.1, None, None, None, 9, p, 5, 5, None), None, ""),)


@pytest.mark.parametrize(
    ("expect", "difference", "p", "outcome"),
    [
        ("higher", 0.2, 0.01, "held"),
        ("higher", -0.2, 0.01, "not_held"),
        ("higher", 0.2, 0.06, "not_significant"),
        ("lower", -0.2, 0.01, "held"),
        ("same", 0.2, 0.06, "held"),
        ("same", 0.2, 0.01, "not_held"),
        ("higher", None, None, "untested"),
        ("differs", 0.2, 0.01, "untested"),  # there is no test over all groups
        ("", 0.2, 0.01, ""),
    ],
)
def test_an_expectation_holds_or_not(expect: str, difference: float | None, p: float | None, outcome: str) -> None:
    assert verdict(expect, made(difference, p)) == outcome


def test_a_ranking_holds_when_the_option_is_first_in_every_group() -> None:
    one = (line("quality", 0.6, "a"), line("other", 0.2, "a"))
    assert rank_verdict("quality", one) == "held"
    assert rank_verdict("quality", (*one, line("quality", 0.1, "b"), line("other", 0.2, "b"))) == "not_held"
    assert rank_verdict("quality", (*one, line("quality", None, "b"))) == "untested"
    assert rank_verdict("", one) == ""
