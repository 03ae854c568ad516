"""Two people edit the same thing: the second is told, and loses nothing of what they have typed.

A page that changes what is there sends along a hash of what it showed. When what is stored has another one, somebody
else was quicker: nothing is saved, the form comes back with what was typed, and each field that differs says what is
stored now. Saving once more is then a decision.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext

FIELD = "seen"


def fingerprint(values: Mapping[str, object]) -> str:
    """Return a short hash of what a page shows."""
    text = json.dumps({name: "" if value is None else str(value) for name, value in values.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def watch(form: BaseForm) -> BaseForm:
    """Let the form (printed whole) send the hash of what is stored, which is its ``initial``."""
    vars(form)["shown"] = fingerprint(form.initial)
    return form


def is_stale(posted: Mapping[str, Any], stored: str) -> bool:
    """Whether the page showed something else than what is stored; a page that sends no hash has shown nothing."""
    return posted.get(FIELD, "") not in ("", stored)


def refused(form: BaseForm) -> bool:
    """Tell whoever sends a stale form so, at each field that differs; False when the form is not stale."""
    if not is_stale(form.data, fingerprint(form.initial)):
        return False
    form.add_error(
        None,
        gettext(
            "Somebody else has changed this since you opened the page. Nothing of yours is saved yet: compare what "
            "you typed with what is stored now, then save once more."
        ),
    )
    tell_stored(form)
    return True


def tell_stored(form: BaseForm) -> None:
    """Say at each field that differs from what was typed what is stored now."""
    form.is_valid()  # errors are added to those that cleaning finds
    for name, stored in form.initial.items():
        if name in form.fields and form.fields[name].has_changed(stored, form[name].data):
            form.add_error(name, gettext("Stored now: %(value)s") % {"value": "–" if stored in ("", None) else stored})
