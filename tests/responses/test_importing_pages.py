"""The pages of a round that was imported: none falls over what an imported round does not have."""

import pytest

from barometer.roles import OF_ROLE, Role
from tests.people import browser_of, holder_of
from tests.responses.test_importing import imported, with_column, without_column
from tests.test_links_of_pages import Walk

pytestmark = pytest.mark.django_db

# As little as can be said of the units.
UNITS = with_column("case_weight", {}, "20", without_column("reg_level", without_column("reg_id")))
BARE = UNITS, "stratum,population\nsmall,400\nlarge,120\nstate,90\n"


@pytest.mark.parametrize(("role", "page"), [(Role.FIELDWORK, "case"), (Role.ANALYST, "representativity")])
def test_whoever_works_with_an_imported_round_meets_no_page_that_fails(role: Role, page: str) -> None:
    imported(*BARE)
    walk = Walk(browser_of(holder_of(role)), OF_ROLE[role])
    walk.look_at_all()
    assert walk.wrong == []
    assert walk.opened[page]
