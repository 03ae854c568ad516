"""Two of the staff with one case: whoever saves second has seen what is there, or is told.

A form carries a digest of what was shown with it; when that is no longer so, nothing is done and the form comes back
with what is there now.
"""

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from responses.actions import events
from responses.models import Case

T = TypeVar("T")


class ChangedMeanwhile(Exception):
    """Somebody has changed, since the form was opened, what it is about."""


def digest(*shown: object) -> str:
    """Return 16 characters that tell whether these are the same values."""
    return hashlib.sha256(json.dumps([str(each) for each in shown]).encode()).hexdigest()[:16]


@transaction.atomic
def if_unchanged(*, case: Case, seen: str, now: Callable[[], str], do: Callable[[], T]) -> T:
    """Do something to a case if what was shown still is so; ``seen`` is empty where nothing was shown.

    Raises: ChangedMeanwhile, and what ``do`` raises.
    """
    events.lock(case.pk)
    if seen and now() != seen:
        raise ChangedMeanwhile
    return do()
