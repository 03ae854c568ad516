"""Notes of staff on a case: never changed, only corrected by another one."""

from datetime import datetime

from django.db import IntegrityError, transaction

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.models import Case, CaseNote
from responses.models.case_note import MOST_OF_A_NOTE
from responses.statistics.dispositions import EventKind


class NoteCorrected(Exception):
    """Somebody has corrected this note already."""


@transaction.atomic
def write(*, case: Case, text: str, by: User, at: datetime, corrects: CaseNote | None = None) -> CaseNote:
    """Add a note; of what it corrects both stay to be read. At most ``MOST_OF_A_NOTE`` characters, no zero bytes.

    Raises: NoteCorrected.
    """
    if not text.strip() or len(text) > MOST_OF_A_NOTE or (corrects and corrects.case_id != case.pk):
        raise ValueError("a note has a text that is not too long, and corrects one of the same case")
    case = events.lock(case.pk)
    try:
        with transaction.atomic():
            note = CaseNote.objects.create(case=case, text=text.strip(), by=by, at=at, corrects=corrects)
    except IntegrityError:
        raise NoteCorrected from None
    events.record(case, kind=EventKind.NOTED, at=at, by=by)
    audit.record("case.noted", target=case, by=by, at=at)
    return note
