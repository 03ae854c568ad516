"""Two people edit the same thing: the second is told, and loses nothing of what they have typed.

A page that changes what is there sends along a digest of what it showed. The action that saves compares it, under the
lock of what it changes, with what is stored: when they differ somebody else was quicker, nothing is saved, and the form
comes back with what was typed and what is stored now. Saving once more is then a decision.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext

FIELD = "seen"


class ChangedMeanwhile(Exception):
    """Somebody has changed, since the form was opened, what it is about."""


def digest(*shown: object) -> str:
    """Return 16 characters that tell whether these are the same values."""
    return hashlib.sha256(json.dumps([str(each) for each in shown]).encode()).hexdigest()[:16]


def require(seen: str, stored: str) -> None:
    """Compare the digest of what a form showed with that of what is stored; "" where nothing was shown.

    Raises: ChangedMeanwhile.
    """
    if seen not in ("", stored):
        raise ChangedMeanwhile


def watch(form: BaseForm, shown: str) -> None:
    """Let the form, printed whole, send the digest of what is stored."""
    vars(form)["shown"] = shown


def seen(posted: Mapping[str, Any]) -> str:
    """Return the digest that came with a form; "" when it sends none."""
    return str(posted.get(FIELD, ""))


def refuse(form: BaseForm) -> None:
    """Tell whoever sent a stale form so, at each field that differs; its ``initial`` is what is stored now."""
    form.add_error(
        None,
        gettext(
            "Somebody else has changed this since you opened the page. Nothing of yours is saved yet: compare what "
            "you typed with what is stored now, then save once more."
        ),
    )
    tell_stored(form)


def tell_stored(form: BaseForm) -> None:
    """Say at each field that differs from what was typed what is stored now."""
    form.is_valid()  # errors are added to those that cleaning finds
    for name, stored in form.initial.items():
        if name in form.fields and form.fields[name].has_changed(stored, form[name].data):
            form.add_error(name, gettext("Stored now: %(value)s") % {"value": "–" if stored in ("", None) else stored})
