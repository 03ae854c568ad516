"""What a process keeps of a round's texts is never older than the round that it has read; with real transactions."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from surveys.actions.round import save_texts
from surveys.models import Round
from surveys.models import round as rounds
from tests.factories import NOON, make_round

pytestmark = pytest.mark.django_db(transaction=True)

SENDER = ("sender", "da")


def said(round_: Round, text: str) -> None:
    save_texts(round_=round_, texts={SENDER: text}, by=None, at=NOON)


def test_texts_are_read_once_for_a_round_and_a_language() -> None:
    round_ = make_round()
    first = round_.texts_in("da")
    with CaptureQueriesContext(connection) as queries:
        again, other = Round.objects.get().texts_in("da"), Round.objects.get().texts_in("en")
    assert again == first != other
    assert len([query for query in queries if "roundtext" in query["sql"]]) == 1


def test_a_text_that_was_changed_is_shown_at_once() -> None:
    round_ = make_round()
    assert round_.texts_in("da")["sender"]
    said(round_, "Styrelsen for Øvelser")
    assert Round.objects.get().texts_in("da")["sender"] == "Styrelsen for Øvelser"


def test_a_change_that_came_to_nothing_is_not_kept() -> None:
    round_ = make_round()
    before = round_.texts_in("da")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        said(round_, "Forkert")
        assert Round.objects.get().texts_in("da")["sender"] == "Forkert"
        assert round_.texts_in("da")["sender"] == "Forkert"
        raise ZeroDivisionError
    assert Round.objects.get().texts_in("da") == before


def test_who_changes_what_they_were_given_changes_it_for_nobody_else() -> None:
    round_ = make_round()
    round_.texts_in("da")["sender"] = "Forkert"
    assert round_.texts_in("da")["sender"] != "Forkert"


def test_only_so_many_are_kept() -> None:
    round_ = make_round()
    for number in range(3 * rounds.MOST_KEPT):
        round_.texts_in(f"x{number}")
    assert len(rounds._kept) <= rounds.MOST_KEPT
