"""Look again at what was submitted: is all of it complete?"""

import logging

from responses.actions.answering import route_of
from responses.models import Response

logger = logging.getLogger(__name__)


def incomplete_submissions() -> list[int]:
    """Return the cases whose submitted answers are not a complete walk along their route; logs an error if any.

    Only the saving and submitting actions write answers, so there should never be one: it means a fault of the
    program, or a hand in the database. Reads every submission, one at a time; for once a night.
    """
    submitted = Response.objects.filter(submitted_at__isnull=False).order_by("pk")
    joined = submitted.select_related("case__round__questionnaire", "case__sample_unit__workplace")
    found = [response.case_id for response in joined.iterator(chunk_size=200) if not _complete(response)]
    if found:
        logger.error("submitted answers are not complete: cases %s", ", ".join(map(str, found)))
    return found


def _complete(response: Response) -> bool:
    """Answers off the route may be stored; on it none may be missing, and it must not end as out of scope."""
    taken = route_of(response.case, response.answers)
    return taken.first_unanswered is None and taken.in_scope is not False
