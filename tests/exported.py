"""Files of a round, made and read back."""

import csv
import io
import tempfile
from pathlib import Path

from responses.exports.making import Made, Order, make_file
from responses.models import Response, Screening
from responses.variables import Privacy
from surveys.models import Round
from tests.factories import NOON


def screened(round_: Round) -> None:
    """Somebody has read all own words and lets them pass."""
    for response in Response.objects.filter(case__round=round_):
        Screening.objects.get_or_create(response=response, defaults={"passes": True, "at": NOON})


def file_of(round_: Round, path: Path, **changes: str) -> Made:
    """Write a file, raw CSV of the answers with names unless told otherwise."""
    asked = {"content": "responses", "privacy": "full", "format": "csv", "language": "da"} | changes
    order = Order(asked["content"], Privacy(asked["privacy"]), asked["format"], asked["language"])
    return make_file(round_, order, path, lambda rows, of: None)


def text_of(round_: Round, **changes: str) -> str:
    """Return a file of text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        file_of(round_, path, **changes)
        return path.read_bytes().decode()


def rows_of(round_: Round, **changes: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file, those with names in the order of the register numbers."""
    text = text_of(round_, **changes).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in text[:20] else ","))
    return sorted(rows, key=lambda row: row.get("reg_id", ""))
