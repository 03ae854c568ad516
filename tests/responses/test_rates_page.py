"""The page of the outcome rates, and its files."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from responses import rates
from responses.groups import VARIABLES
from responses.rate_texts import MEANINGS, MISSING, RATES
from responses.statistics.dispositions import EventKind
from responses.statistics.outcome_rates import Missing
from responses.statistics.outcomes import CaseOutcome
from surveys.models import Round
from tests.factories import make_case, make_open_round, make_round, make_stratum
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
CLOSED = [EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED]


def make_field() -> Round:
    """Municipalities: one of ten drawn; 2 submitted, 1 declined, 1 silent. State: all drawn; 1 submitted, 1 closed."""
    round_ = make_open_round()
    towns = make_stratum(round_, code="towns", population_size=40, sample_size=4)
    state = make_stratum(round_, code="state", level="state", population_size=2, sample_size=2)
    for events in ([EventKind.STARTED, EventKind.SUBMITTED], [EventKind.SUBMITTED], [EventKind.DECLINED], []):
        make_case(round_, stratum=towns, events=events)
    for events in ([EventKind.SUBMITTED], CLOSED):
        make_case(round_, stratum=state, events=events, level="state", industry_group="education")
    return round_


def read(round_: Round, by: str = "", language: str = "en") -> str:
    answer = browser_of(finn(), language).get(reverse("rates", args=[round_.slug]), {"by": by})
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def table(round_: Round, name: str, **query: str) -> list[dict[str, str]]:
    answer = browser_of(finn()).get(reverse("rates-file", args=[round_.slug, name]), query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_headline_rr1_and_weighted_rr1() -> None:
    overall = rates.read(make_field(), "level").overall
    assert overall.response_rate == 3 / 6
    assert overall.rates["RR1"].value == 3 / 5
    assert overall.weighted_rates["RR1"].value == pytest.approx((20 + 1) / (40 + 1))


def test_calling_a_case_ineligible_leaves_the_headline_and_raises_rr1() -> None:
    round_ = make_field()
    before = rates.read(round_, "level").overall
    make_case(round_, stratum=make_stratum(round_, code="towns"), events=CLOSED)
    make_case(round_, stratum=make_stratum(round_, code="towns"))
    after = rates.read(round_, "level").overall
    assert (before.submitted, before.sampled, after.submitted, after.sampled) == (3, 6, 3, 8)
    assert after.response_rate == 3 / 8
    assert after.rates["RR1"].value == 3 / 6


def test_e_is_by_level_and_waits_for_the_register() -> None:
    round_ = make_field()
    with translation.override("en"):
        levels = {level.label: level for level in rates.read(round_, "level").levels}
    assert levels["Municipality"].e.missing == Missing.NOT_LOOKED_UP
    assert levels["Municipality"].to_look_up == 1
    assert levels["State"].e.value == 1 / 2
    assert "silent or bounced units are not looked up" in read(round_)


def test_by_any_register_variable_and_each_with_its_n() -> None:
    round_ = make_field()
    for by in VARIABLES:
        parts = rates.read(round_, by).groups
        assert sum(part.sampled for part in parts) == 6
        assert sum(part.submitted for part in parts) == 3
    with translation.override("en"):
        industries = {part.label: part for part in rates.read(round_, "industry_group").groups}
    assert industries["Education"].rates["RR1"].value == 1
    assert industries["Child care"].weighted_rates["RR1"].value == 1 / 2
    assert "Education 2 1 50.0%" in read(round_, "industry_group")


def test_the_page_shows_each_rate_with_its_definition_where_it_stands() -> None:
    page = read(make_field())
    assert "50.0%" in page
    assert "3 submitted of 6 sampled, unweighted" in page
    assert "the sampled less the 1 that are not eligible" in page
    for name, (_, formula) in RATES.items():
        assert name in page
        assert formula in page
    assert "Started: 1" in page
    assert "Submitted: 3" in page
    assert "Partial: 0" in page


def test_every_outcome_and_every_reason_has_words() -> None:
    assert set(MEANINGS) == set(CaseOutcome)
    assert set(MISSING) == set(Missing)


def test_each_table_is_a_file() -> None:
    round_ = make_field()
    outcomes = {row["Outcome"]: row for row in table(round_, "outcomes")}
    assert (outcomes["complete"]["AAPOR"], outcomes["complete"]["n"], outcomes["complete"]["Weighted n"]) == (
        "1.1",
        "3",
        "21.0",
    )
    found = {row["Rate"]: row for row in table(round_, "rates")}
    assert (found["HEADLINE"]["Unweighted"], found["RR1"]["Unweighted"], found["RR5"]["Unweighted"]) == (
        "0.5",
        "0.6",
        "",
    )
    assert found["RR5"]["Why not"] == "units of unknown eligibility remain"
    levels = {row["Level"]: row for row in table(round_, "eligibility")}
    assert (levels["State"]["e"], levels["State"]["Eligible (n)"]) == ("0.5", "1")
    groups = table(round_, "groups", by="level")
    assert [row["Unweighted"] for row in groups if row["Rate"] == "HEADLINE"] == ["0.5", "0.5"]


def test_a_danish_spreadsheet_gets_semicolons_and_decimal_commas() -> None:
    round_ = make_field()
    with translation.override("da"):
        answer = browser_of(finn(), "da").get(reverse("rates-file", args=[round_.slug, "rates"]))
    assert "HEADLINE;0,5;3;6;" in answer.getvalue().decode()
    assert "rehearsal-rates.csv" in answer["Content-Disposition"]


def test_a_table_that_does_not_exist_is_not_found() -> None:
    assert browser_of(finn()).get(reverse("rates-file", args=[make_field().slug, "none"])).status_code == 404


def test_before_the_opening_there_is_nothing_to_show() -> None:
    assert "There are no cases until the round is opened." in read(make_round())


def test_the_database_is_asked_as_often_for_many_cases_as_for_few() -> None:
    counts = []
    round_ = make_field()
    read(round_)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            read(round_, "stratum")
        counts.append(len(asked))
        for number in range(6):
            make_case(round_, stratum=make_stratum(round_, code=f"more {number}"))
    assert counts[0] == counts[1] <= 25


@pytest.mark.parametrize("name", ["rates", "rates-file"])
def test_the_pages_are_for_staff(name: str) -> None:
    round_ = make_field()
    address = reverse(name, args=[round_.slug, *(["rates"] if name == "rates-file" else [])])
    assert browser_of(finn()).get(address).status_code == 200
    assert browser_of(None).get(address)["Location"].startswith(reverse("account_login"))
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).post(address).status_code == 405


def test_the_round_page_leads_to_it() -> None:
    round_ = make_field()
    page = browser_of(finn()).get(reverse("round", args=[round_.slug])).content.decode()
    assert reverse("rates", args=[round_.slug]) in page


OPENED = re.compile(
    r"\b(mails?|e-mails?|messages?) (?:was |were |has been |have been |is |are )?(opened|read by|seen)\b", re.I
)
AABNET = re.compile(r"\bmails? (?:er |blev |bliver )?(?:åbnet|læst)\b|\båbnede mails?\b|\båbningsrate\b", re.I)


def test_nothing_claims_to_know_that_a_mail_was_opened() -> None:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    files += [*(ROOT / "barometer" / "locale").rglob("*.po")]
    assert len(files) > 100
    for file in files:
        text = " ".join(file.read_text().replace('"\n"', "").split())
        for claim in (OPENED, AABNET, re.compile("open rate", re.I)):
            assert not claim.search(text), f"{file}: {claim.search(text)}"
