"""Options and rows of a draft: made to be what was typed, row by row, known by their codes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from barometer.problems import Problem
from surveys.actions.draft import DraftRefused, save_row
from surveys.models import Choice

FIELDS = ("code", "value", "label", "hint", "ask_if", "exclusive", "open", "group", "enabled")


def refuse_twins(wanted: Sequence[Mapping[str, Any]], where: str) -> None:
    """Raise DraftRefused when a code stands twice: the codes of options and of rows are each their own set."""
    codes = [values["code"] for values in wanted]
    twins = sorted({code for code in codes if codes.count(code) > 1})
    if twins:
        raise DraftRefused([Problem("duplicate_code", f"{where}.{code}", {"code": code}) for code in twins])


def write_choices(
    there: "models.QuerySet[Choice]", wanted: Sequence[Mapping[str, Any]], kind: str, **owner: models.Model
) -> None:
    """Add, change, delete and order the choices of one kind of a locked draft."""
    stored = {choice.code: choice for choice in there.filter(kind=kind)}
    gone = [choice.pk for code, choice in stored.items() if code not in {values["code"] for values in wanted}]
    Choice.objects.filter(pk__in=gone).delete()
    for position, values in enumerate(wanted, start=1):
        choice = stored.get(values["code"]) or Choice(kind=kind, **owner)
        new = {name: values[name] for name in FIELDS if name in values} | {"position": position}
        if choice.pk is None or any(getattr(choice, name) != value for name, value in new.items()):
            for name, value in new.items():
                setattr(choice, name, value)
            save_row(choice)
