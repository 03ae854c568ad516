from datetime import UTC, datetime

import pytest

from barometer import audit
from barometer.models import AuditEvent, User

NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)


@pytest.fixture
def three_lines(db: None) -> list[AuditEvent]:
    finn = User.objects.create_user("finn")
    return [audit.record(f"act.{number}", target="round:1", by=finn, at=NOON, reason="said so") for number in range(3)]


def test_an_untouched_chain_holds(three_lines: list[AuditEvent]) -> None:
    assert audit.first_break() is None
    assert [line.number for line in three_lines] == [1, 2, 3]
    assert three_lines[1].previous_digest == three_lines[0].digest


@pytest.mark.parametrize(
    "field, value", [("who", "olga"), ("what", "act.9"), ("target", "round:2"), ("at", NOON.replace(hour=13))]
)
def test_a_changed_line_is_found(three_lines: list[AuditEvent], field: str, value: object) -> None:
    AuditEvent.objects.filter(number=2).update(**{field: value})
    assert audit.first_break() == audit.Break(2, "changed")


def test_a_changed_reason_is_found(three_lines: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=2).update(reason="said otherwise")
    assert audit.first_break() == audit.Break(2, "reason")


def test_an_erased_reason_leaves_the_chain_whole(three_lines: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=2).update(reason="")
    assert audit.first_break() is None


def test_a_deleted_line_is_found(three_lines: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=2).delete()
    assert audit.first_break() == audit.Break(3, "missing")


def test_a_deleted_last_line_is_found(three_lines: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=3).delete()
    assert audit.first_break() == audit.Break(3, "end")
