"""Several people hand over, take back and submit at the same moment, on real connections to PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from responses.actions import answering, hand_over
from responses.actions.case import CaseClosed
from responses.models import Case, HandOver, LinkHolder, Mail, Response
from responses.statistics.dispositions import Disposition
from tests.factories import NOON, make_case, make_holder, refreshed

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Do all of it at the same moment; return how often what came of it."""
    barrier = Barrier(len(acts))

    def do(act: Callable[[], object]) -> str:
        barrier.wait(timeout=10)
        try:
            act()
        except (hand_over.HandOverRefused, hand_over.HandOverEnded, CaseClosed, answering.NotTheirTask) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(do, acts))


def handing(holder: LinkHolder, role: LinkHolder.Role, number: int) -> Callable[[], object]:
    email = f"karl{number}@{holder.email.partition('@')[2]}"
    wish = hand_over.Wish(role=role, given_by="Lea Leder", name="Karl Kollega", email=email)
    return lambda: hand_over.hand_over(owner=holder, wish=wish, at=NOON)


@pytest.mark.parametrize(("role", "given"), [(LinkHolder.Role.SHARED, 3), (LinkHolder.Role.DELEGATE, 1)])
def test_many_who_hand_over_at_the_same_moment_stay_within_the_limits(role: LinkHolder.Role, given: int) -> None:
    holder = owner(make_case())
    came = at_once([handing(holder, role, number) for number in range(AT_ONCE)])
    assert came == {"done": given, "HandOverRefused": AT_ONCE - given}
    assert HandOver.objects.count() == given
    assert Mail.objects.count() == 2 * given


def test_taking_back_and_submitting_at_the_same_moment_is_one_or_the_other() -> None:
    case = make_case()
    delegate = make_holder(case, LinkHolder.Role.DELEGATE)
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, answers={"new": "no"}, started_at=NOON)
    mine = owner(case)
    came = at_once(
        [
            lambda: hand_over.take_back(owner=mine, holder_pk=delegate.pk, at=NOON),
            lambda: answering.submit(holder=delegate, at=NOON),
        ]
    )
    submitted = refreshed(case).disposition == Disposition.SUBMITTED
    assert came == ({"done": 1, "CaseClosed": 1} if submitted else {"done": 1, "NotTheirTask": 1})
    assert (refreshed(delegate).standing == LinkHolder.Standing.WORKS) is submitted
