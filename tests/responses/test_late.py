"""Answers count until staff close the round; those after the printed deadline are flagged as late."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from responses.models import Response
from responses.monitoring import late_submissions
from tests.exported import rows_of
from tests.factories import make_case, make_open_round, make_response
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.mark.parametrize("deadline", [date(2020, 2, 6), date(2020, 3, 29), date(2020, 10, 25)])
@pytest.mark.parametrize(("late", "moment"), [(False, (23, 59, 59)), (True, (24, 0, 0))])
def test_late_is_after_the_last_minute_of_the_printed_day_also_when_the_clocks_change(
    deadline: date, late: bool, moment: tuple[int, int, int]
) -> None:
    closes_on = date(2020, 11, 20)
    round_ = make_open_round(deadline=deadline, closes_on=closes_on)
    case = make_case(round_)
    at = datetime.combine(deadline, datetime.min.time(), COPENHAGEN).replace(
        day=deadline.day + (moment[0] == 24), hour=moment[0] % 24, minute=moment[1], second=moment[2]
    )
    make_response(case, {"new": "yes"})
    Response.objects.update(submitted_at=at)
    assert late_submissions(round_).count() == late
    assert [row["case_late"] for row in rows_of(round_)] == [str(int(late))]
    page = browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()
    assert ("late: after the printed deadline" in page) == late
    overview = browser_of(finn()).get(reverse("round", args=[round_.slug])).content.decode()
    assert ("1 after the printed deadline; it counts like the others." in overview) == late
    assert "1 submitted of 1 sampled" in overview
