"""Numbers from R; see README.md."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@cache
def cases(name: str) -> dict[str, Any]:
    """Return the cases of ``<name>.json`` by their id."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return loaded


@cache
def table(name: str) -> list[dict[str, str]]:
    """Return the rows of ``<name>.csv``; an absent value is ""."""
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def differences() -> list[dict[str, Any]]:
    """Return what survey 4.5 says otherwise than 4.1-1: ``case``, ``path`` in it, ``survey_4_1_1``, ``survey_4_5``."""
    path = FOLDER / "differences_survey_4_5.json"
    loaded: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["differences"]
    return loaded
