"""Take the answers of a round out of the system."""

from collections.abc import Iterator
from datetime import datetime

from barometer import audit
from barometer.models import User
from responses import exports
from responses.models import Response
from surveys.models import Round


def export_responses(*, round_: Round, style: exports.Style, by: User | None, at: datetime) -> Iterator[str]:
    """Note in the audit log who takes which file, and return the file in pieces."""
    facts = {
        "responses": Response.objects.submitted(round_).count(),
        "labels": style.labels,
        "language": style.language,
        "raw": style.raw,
        "texts": style.texts,
    }
    audit.record("responses.exported", target=round_, by=by, at=at, facts=facts)
    return exports.lines(round_, style)
