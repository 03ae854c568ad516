"""That somebody has looked at answers."""

from datetime import datetime

from barometer import audit
from barometer.models import User
from responses.models import Case


def record(*, case: Case, by: User, at: datetime) -> None:
    """Write down who looks at the answers of which case, and when."""
    audit.record("case.answers_seen", target=case, by=by, at=at)
