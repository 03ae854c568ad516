"""That somebody has looked at figures that are not final."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from django.core.cache import cache

from barometer import audit
from barometer.models import User
from surveys.models import Round

ONE_LINE_SECONDS = 3600  # whoever refreshes the same view meanwhile has been written down


def record(
    *, round_: Round, shown: Sequence[str], groups: str = "", where: Sequence[str] = (), by: User | None, at: datetime
) -> None:
    """Write down who looks at which live figures, once an hour for each view.

    ``shown`` are ids of indicators or figures, ``groups`` and ``where`` how they are grouped and filtered: codes, no
    texts. A command (``by`` None) is written down each time.
    """
    facts = {"shown": list(shown), "groups": groups, "where": list(where)}
    if by is not None:
        view = hashlib.sha256(json.dumps([round_.pk, by.pk, facts]).encode()).hexdigest()
        if not cache.add(f"figures-seen:{view}", True, ONE_LINE_SECONDS):
            return
    audit.record("figures.seen_live", target=round_, by=by, at=at, facts=facts)
