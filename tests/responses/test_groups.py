"""The response rate by a register variable or stratum, and the tables of the round page as files."""

import re

import pytest
from django.urls import reverse

from responses.groups import VARIABLES, groups
from responses.round_tables import TABLES
from responses.statistics.outcome_rates import missing_to_target
from surveys.models import Round
from tests.factories import make_case, make_open_round
from tests.people import browser_of, finn, olga
from tests.responses.test_response_rate import ENDS, make_field

pytestmark = pytest.mark.django_db


def read(round_: Round, query: str = "", language: str = "en") -> str:
    response = browser_of(finn(), language).get(reverse("groups", args=[round_.slug]) + query)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).replace("\xa0", " ").split())


def file_of(round_: Round, name: str, language: str = "en") -> list[str]:
    response = browser_of(finn(), language).get(reverse("round-table", args=[round_.slug, name]))
    assert response.status_code == 200
    assert response["Content-Disposition"].endswith(f'"{round_.slug}-rehearsal-{name}.csv"')
    return response.getvalue().decode("utf-8-sig").splitlines()


def addresses(round_: Round) -> list[str]:
    return [reverse("groups", args=[round_.slug]), reverse("round-table", args=[round_.slug, "days"])]


def test_need_a_login_and_staff_and_a_get() -> None:
    for address in addresses(make_open_round()):
        assert browser_of(None).get(address)["Location"] == f"{reverse('account_login')}?next={address}"
        assert browser_of(olga()).get(address).status_code == 403
        assert browser_of(finn()).post(address).status_code == 405


def test_what_there_is_not_is_not_found() -> None:
    round_ = make_open_round()
    browser = browser_of(finn())
    assert browser.get(reverse("groups", args=[round_.slug]) + "?by=password").status_code == 404
    assert browser.get(reverse("round-table", args=[round_.slug, "nothing"])).status_code == 404
    assert browser.get(reverse("groups", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("by", VARIABLES)
def test_every_case_is_in_one_group(by: str) -> None:
    assert sum(group.outcome.sampled for group in groups(make_field(), by)) == 8


def test_authorities_are_in_the_order_of_their_names_and_another_round_is_not_counted() -> None:
    round_ = make_open_round()
    make_case(round_, events=ENDS["submitted"], authority="Odense", authority_code="461")
    make_case(round_, events=ENDS["started"], authority="Aarhus", authority_code="751")
    make_case(events=ENDS["submitted"], authority="Odense", authority_code="461")
    found = [(group.code, group.label, group.outcome.submitted) for group in groups(round_, "authority")]
    assert found == [("751", "Aarhus", 0), ("461", "Odense", 1)]


def test_a_stratum_is_named_by_what_it_covers() -> None:
    assert "Municipality, Child care, 10–24 employees 37.5% 3 8 1 42.9% 1" in read(make_field(), "?by=stratum")


@pytest.mark.parametrize(
    ("sampled", "submitted", "target", "missing"),
    [(4540, 0, 0.5, 2270), (3, 0, 0.5, 2), (3, 2, 0.5, 0), (10, 9, 0.5, 0), (100, 0, 0.07, 7)],
)
def test_what_is_missing_to_the_target_is_whole_questionnaires(
    sampled: int, submitted: int, target: float, missing: int
) -> None:
    assert missing_to_target(sampled, submitted, target) == missing


def test_the_table_is_sorted_by_a_heading_and_back() -> None:
    round_ = make_field()
    up, down = read(round_, "?by=level&sort=rate"), read(round_, "?by=level&sort=-rate")
    assert up.index("State 33.3%") < up.index("Municipality 40.0%")
    assert down.index("Municipality 40.0%") < down.index("State 33.3%")
    page = browser_of(finn()).get(reverse("groups", args=[round_.slug]) + "?by=level&sort=rate").content.decode()
    assert 'aria-sort="ascending"><a href="?by=level&amp;sort=-rate">' in page


def test_the_page_speaks_danish() -> None:
    text = read(make_field(), "?by=level", "da")
    assert "Svarprocent efter niveau" in text
    assert "Kommune 40,0 % 2 5 0 40,0 % 1" in text


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_round_page_can_be_downloaded(name: str) -> None:
    assert len(file_of(make_field(), name)) >= 1


def test_a_file_has_the_numbers_of_the_page_in_the_language_of_the_reader() -> None:
    round_ = make_field()
    assert file_of(round_, "level")[1] == "municipality,Municipality,0.4,2,5,0,0.4,1"
    assert file_of(round_, "level", "da")[1] == "municipality;Kommune;0,4;2;5;0;0,4;1"
    assert file_of(round_, "standing")[1:6] == ["Sampled,8", "Invited,8", "Bounced,1", "Started,1", "Submitted,3"]


def test_the_page_asks_the_database_few_questions(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    round_ = make_field()
    browser = browser_of(finn())
    with django_assert_max_num_queries(8):
        browser.get(reverse("groups", args=[round_.slug]) + "?by=stratum")
