"""CSV for programs and for people, and JSON Lines; written while the rows are read, so however long they are."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from barometer.spreadsheet import BYTE_ORDER_MARK, for_spreadsheet
from responses.exports.table import Echo, Part, Table
from responses.variables import Cell


def write_csv(table: Table, path: Path) -> None:
    """Codes, commas and points, texts exactly as they are: RFC 4180 in UTF-8 without byte order mark."""
    head = csv.writer(Echo(), lineterminator="\r\n").writerow([variable.name for variable in table.variables])
    with path.open("wb") as file:
        file.write(str(head).encode())
        file.writelines(table.blocks())


def write_csv_for_people(table: Table, path: Path) -> None:
    """Labels; semicolons and decimal commas but in English; no cell that a spreadsheet would take for a formula."""
    comma = table.about.language != "en"
    labels = [variable.labels(table.about.language) for variable in table.variables]
    separator = ";" if comma else ","
    writer = csv.writer(Echo(), delimiter=separator, lineterminator="\r\n")

    def text(part: Part, place: int) -> str:
        words = in_words(part.cells, labels[place : place + len(part.cells)])
        # beside an empty cell, so that a lone empty one is not quoted
        return str(writer.writerow([*(for_spreadsheet(cell, comma) for cell in words), None]))[:-3]

    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BYTE_ORDER_MARK)
        file.write(separator.join(variable.name for variable in table.variables) + "\r\n")
        file.writelines(separator.join(row) + "\r\n" for row in table.made(text))


def in_words(row: Iterable[Cell], labels: Iterable[dict[Cell, str]]) -> list[Cell]:
    """Return the row with labels in the place of codes; a cell without a label stays as it is."""
    return [known.get(cell, cell) for cell, known in zip(row, labels, strict=True)]


def write_json_lines(table: Table, path: Path) -> None:
    """One object per row, one member per variable; null where nothing was asked."""
    names = [variable.name for variable in table.variables]
    encode = json.JSONEncoder(ensure_ascii=False).encode

    def members(part: Part, place: int) -> str:
        return encode(dict(zip(names[place : place + len(part.cells)], part.cells, strict=True)))[1:-1]

    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines("{" + ", ".join(row) + "}\n" for row in table.made(members))
