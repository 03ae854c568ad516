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
