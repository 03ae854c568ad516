"""Transactions that do not wait for the disk, and rows by hundreds of keys."""

import pytest
from django.db import connection, transaction

from barometer.bulk import atomic_without_waiting, one_of
from barometer.models import User


def waits_for_disk() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return bool(cursor.fetchone()[0] != "off")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_only_the_transaction_that_asks_for_it_does_not_wait() -> None:
    with atomic_without_waiting():
        assert not waits_for_disk()
    assert waits_for_disk()
    with transaction.atomic(), atomic_without_waiting():
        assert waits_for_disk()


@pytest.mark.django_db(transaction=True)
def test_it_is_a_transaction_all_or_nothing() -> None:
    with pytest.raises(ZeroDivisionError), atomic_without_waiting():
        User.objects.create(username="anna")
        raise ZeroDivisionError
    with atomic_without_waiting():
        User.objects.create(username="bo")
    assert list(User.objects.values_list("username", flat=True)) == ["bo"]


@pytest.mark.django_db
def test_rows_are_found_by_the_keys_that_they_have_and_by_no_others() -> None:
    users = [User.objects.create(username=name) for name in ("anna", "bo", "carl")]
    keys = [users[2].pk, users[0].pk, users[2].pk, 10**12]
    assert list(User.objects.filter(pk__in=one_of(keys)).order_by("pk")) == [users[0], users[2]]
    assert not User.objects.filter(pk__in=one_of([])).exists()
