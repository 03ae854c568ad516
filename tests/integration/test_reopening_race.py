"""Staff open answers again while somebody closes the round, on real connections to PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest
from django.db import connection, transaction

from responses.actions import correction, fieldwork
from responses.actions.case import CaseClosed
from responses.models import Case
from responses.statistics.dispositions import Disposition
from tests.factories import NOON, make_case, make_response, refreshed
from tests.people import finn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_answers_are_not_opened_again_in_a_round_that_is_being_closed() -> None:
    """They could not be submitted once more, so they would be lost."""
    case, by = make_case(), finn()
    make_response(case, {"new": "no"})

    def reopen(case: Case) -> str:
        try:
            correction.reopen(case=case, reason="They called", by=by, at=NOON)
        except CaseClosed:
            return "refused"
        finally:
            connection.close()
        return "opened"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            fieldwork.close_round(round_=case.round, by=None, at=NOON)
            came = pool.submit(reopen, case)
            with pytest.raises(TimeoutError):
                came.result(timeout=1)
        assert came.result(timeout=10) == "refused"
    assert refreshed(case).disposition == Disposition.SUBMITTED
