"""The page about representativity: what it shows, its files, and what it says where nothing can be computed."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from responses import representativity
from responses.statistics.dispositions import EventKind
from responses.statistics.representativity import representativity as measured
from surveys.models import Round
from tests.factories import make_case, make_open_round, make_round, make_stratum
from tests.people import browser_of, finn, olga
from tests.responses.test_round_page import words

pytestmark = pytest.mark.django_db
SUBMITTED = [EventKind.STARTED, EventKind.SUBMITTED]
GONE = [EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED]


def field(round_: Round, *, submitted: int, of: int, level: str, **changes: Any) -> None:
    """Cases of one level, of ten workplaces each, of which so many have submitted."""
    stratum = make_stratum(round_, code=level, level=level, population_size=10 * of, sample_size=of)
    for number in range(of):
        make_case(round_, events=SUBMITTED if number < submitted else (), stratum=stratum, level=level, **changes)


@pytest.fixture
def round_() -> Round:
    """In the field: 4 of 10 municipal workplaces have submitted, and 9 of 10 of the state."""
    found = make_open_round()
    field(found, submitted=4, of=10, level="municipality")
    field(found, submitted=9, of=10, level="state")
    return found


def page(round_: Round, language: str = "en") -> str:
    response = browser_of(finn(), language).get(reverse("representativity", args=[round_.slug]))
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def file(round_: Round, name: str, language: str = "en") -> list[list[str]]:
    response = browser_of(finn(), language).get(reverse("representativity-export", args=[round_.slug, name]))
    assert response.status_code == 200
    assert f'{round_.slug}-rehearsal-representativity-{name}.csv"' in response["Content-Disposition"]
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter="," if language == "en" else ";"))


def test_the_page_shows_every_figure_with_its_meaning(round_: Round) -> None:
    found = representativity.read(round_).found
    text = words(page(round_))
    assert found.indicator is not None
    assert found.low is not None
    assert found.high is not None
    assert f"R-indicator {found.indicator:.3f} 95% interval {found.low:.3f} to {found.high:.3f}." in text
    assert "Weighted by the design, 65.0% have answered" in text
    assert f"Coefficient of variation {found.variation:.3f}" in text
    assert "They stand for 200 workplaces." in text
    assert "Auxiliary variables, all from the register: Level, Industry group, Size class." in text
    assert "Municipality 10 4 40.0%" in text
    assert "Computed" in text


def test_known_ineligible_cases_leave_with_the_workplaces_that_they_stand_for(round_: Round) -> None:
    before = representativity.read(round_)
    stratum = make_stratum(round_, code="state", level="state")
    make_case(round_, events=GONE, stratum=stratum, level="state")
    make_case(round_, events=GONE, level="region")  # a cell of its own, with nobody else in it
    after = representativity.read(round_)
    assert after.found == before.found
    assert (before.left_out, after.left_out) == (0, 2)
    assert sum(after.sampled().values()) == 22  # as the published rate counts
    assert "n: the sample without 2 cases known not to be eligible." in words(page(round_))


def test_what_is_only_reported_stays_in(round_: Round) -> None:
    make_case(round_, events=[EventKind.REPORTED_CLOSED], level="state", stratum=make_stratum(round_, code="state"))
    assert representativity.read(round_).found.cases == 21


def test_started_and_declined_cases_have_not_answered() -> None:
    round_ = make_open_round()
    for events in (SUBMITTED, [EventKind.STARTED], [EventKind.DECLINED], [EventKind.BOUNCED], []):
        make_case(round_, events=events, stratum=make_stratum(round_, population_size=9, sample_size=5))
    found = representativity.read(round_).found
    assert (found.cases, found.responded) == (5, 1)


@pytest.mark.parametrize(
    ("submitted", "sentence"),
    [
        ((0, 0), "Nobody has answered yet, so there is nothing to compare."),
        ((3, 3), "Everybody has answered, so the response is the sample itself."),
        ((1, 2), "The differences between the groups are no larger than chance makes them"),
        ((0, 2), "Level “Municipality”: nobody has answered. Its propensity counts as 0."),
        ((3, 2), "Level “Municipality”: everybody has answered. Its propensity counts as 1."),
    ],
)
def test_where_there_is_little_to_compute_the_page_says_so(submitted: tuple[int, int], sentence: str) -> None:
    round_ = make_open_round()
    for number, level in zip(submitted, ("municipality", "state"), strict=True):
        field(round_, submitted=number, of=3, level=level)
    html = page(round_)
    assert sentence in words(html)
    assert "nan" not in html.casefold().replace("finansiering", "").replace("navigation", "").split()


def test_one_stratum_of_workplaces_all_alike_has_nothing_to_compare() -> None:
    round_ = make_open_round()
    field(round_, submitted=1, of=3, level="state")
    assert "All cases are alike in level, industry group and size class" in words(page(round_))


@pytest.mark.parametrize("make", [make_round, make_open_round])
def test_a_round_without_cases_has_nothing_to_compare(make: object) -> None:
    round_ = make()  # type: ignore[operator]
    assert "No case is in the field, or all are known not to be eligible." in words(page(round_))
    assert len(file(round_, "groups")) == 1


def test_the_files_hold_the_figures_of_the_page_and_what_they_are_computed_from(round_: Round) -> None:
    found = representativity.read(round_).found
    summary = dict(file(round_, "summary"))
    assert float(summary["r_indicator"]) == found.indicator
    assert float(summary["coefficient_of_variation"]) == found.variation
    assert [row[0] for row in file(round_, "variables")[1:]] == ["level", "industry_group", "size_class"]
    [municipality, state] = [row for row in file(round_, "categories") if row[0] == "level"]
    assert municipality[1:4] == ["municipality", "10", "4"]
    assert float(municipality[5]) == pytest.approx(-float(state[5])) != 0
    groups = file(round_, "groups")[1:]
    assert [row[0] for row in groups] == ["municipality", "state"]
    total = sum(float(row[4]) * int(row[5]) for row in groups)
    mean = sum(float(row[4]) * int(row[5]) * float(row[7]) for row in groups) / total
    variance = sum(float(row[4]) * int(row[5]) * (float(row[7]) - mean) ** 2 for row in groups) / (total - 1)
    assert variance == pytest.approx(float(summary["variance_of_propensities"]))


def test_a_danish_file_has_semicolons_and_decimal_commas(round_: Round) -> None:
    assert "," in dict(file(round_, "summary", "da"))["r_indicator"]


def test_an_unknown_table_is_not_found(round_: Round) -> None:
    assert browser_of(finn()).get(reverse("representativity-export", args=[round_.slug, "x"])).status_code == 404


def test_the_page_needs_a_login_the_right_and_a_get(round_: Round) -> None:
    for address in (
        reverse("representativity", args=[round_.slug]),
        reverse("representativity-export", args=[round_.slug, "summary"]),
    ):
        assert browser_of(None).get(address)["Location"].startswith("/login/")
        assert browser_of(olga()).get(address).status_code == 403
        assert browser_of(finn()).post(address).status_code == 405
    assert browser_of(finn()).get(reverse("representativity", args=["nothing"])).status_code == 404


def test_the_page_asks_as_often_for_many_cases_as_for_few_and_never_for_an_answer(round_: Round) -> None:
    browser, address = browser_of(finn()), reverse("representativity", args=[round_.slug])
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    field(round_, submitted=3, of=8, level="region", industry_group="health")
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few) <= 25
    assert not any("responses_response" in query["sql"] for query in many)


def test_the_groups_are_those_of_the_sample(round_: Round) -> None:
    reading = representativity.read(round_)
    assert reading.groups is not None
    assert list(reading.groups.weights) == [10.0, 10.0]
    assert measured(reading.groups) == reading.found
    assert reading.number_of["state", "childcare", "s10_24", reading.cells[1].stratum] == 1
