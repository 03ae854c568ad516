"""SPSS and Stata files: numbers with labels, and missing values that say why they are missing.

The whole table is in memory: these formats begin with what is known at their end. Text that a format has no room for
is shortened, and ``Table.notes`` say so.
"""

from collections.abc import Mapping, Sequence
from math import nan
from pathlib import Path
from sys import float_info
from typing import TYPE_CHECKING, Any

import numpy as np

from barometer.problems import Problem
from responses.exports.table import Part, Table, columns_of
from responses.variables import NO_ANSWER, Cell, Kind, Variable, in_language

if TYPE_CHECKING:
    import pandas

SPSS_LABEL, SPSS_VALUE_LABEL = 255, 119  # bytes in UTF-8
SYSMIS = -float_info.max  # as it stands in a file; for each nan pyreadstat would ask pandas what it is
# Characters: 32 less the number that pyreadstat puts behind it, of up to 9,999 variables; and bytes.
STATA_NAME, STATA_LABEL = 28, 80
TEXTS = (Kind.TEXT, Kind.TIME)
STATA_MISSING = {NO_ANSWER: "a", "dk": "b", "not_relevant": "c"}  # .a, .b, .c


def write_spss(table: Table, path: Path) -> None:
    """Codes are numbers with labels; don't know, not relevant and not answered are user-missing, not asked sysmis."""
    pyreadstat, frame = _read(table, SYSMIS, {})
    language = table.about.language
    shortened = _Shortened(table)
    numbered = [variable for variable in table.variables if variable.values]
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=shortened.text(_title(table), 64),
        column_labels=[shortened.text(in_language(v.label, language), SPSS_LABEL) for v in table.variables],
        variable_value_labels={
            v.name: {
                value.number: shortened.text(in_language(value.label, language), SPSS_VALUE_LABEL) for value in v.values
            }
            for v in numbered
        },
        missing_ranges={v.name: [value.number for value in v.missing] for v in numbered if v.missing},
        variable_measure={v.name: "nominal" if v.values else "unknown" for v in table.variables},
        note=_about(table),
    )
    shortened.say()


def write_stata(table: Table, path: Path) -> None:
    """As SPSS, with the extended missing values .a (not answered), .b (don't know) and .c (not relevant)."""
    pyreadstat, frame = _read(table, nan, STATA_MISSING)
    language, names = table.about.language, _stata_names(table)
    shortened = _Shortened(table)
    frame.columns = [names[name] for name in frame.columns]
    labels = {
        names[v.name]: {
            STATA_MISSING[value.code] if value.missing else value.number: in_language(value.label, language)
            for value in v.values
        }
        for v in table.variables
        if v.values
    }
    missing = {
        names[v.name]: sorted({STATA_MISSING[value.code] for value in v.missing}) for v in table.variables if v.missing
    }
    pyreadstat.write_dta(
        frame,
        str(path),
        file_label=f"content_sha256 {table.digest}",  # of 80 bytes; it has no room for notes
        column_labels=[shortened.text(in_language(v.label, language), STATA_LABEL) for v in table.variables],
        variable_value_labels=labels,
        missing_user_values=missing,
        version=15,
    )
    shortened.say()


def _read(table: Table, nothing: float, letters: Mapping[str, str]) -> tuple[Any, "pandas.DataFrame"]:
    """Read the rows; ``nothing`` and ``letters`` stand for what was not asked, and for codes of missing values."""
    import pandas  # noqa: PLC0415 (heavy, and only these two formats need it)
    import pyreadstat  # noqa: PLC0415

    variables = table.variables
    known = [_numbers(variable, nothing, letters) for variable in variables]
    lettered: set[int] = set()  # places of columns

    def values(part: Part, place: int) -> list[float | str]:
        end = place + len(part.cells)
        found = list(map(_value, part.cells, variables[place:end], known[place:end]))
        lettered.update(column for column, value in enumerate(found, place) if isinstance(value, str))
        return found

    columns: Sequence[Sequence[Any]] = list(columns_of(table.made(values)))
    series = {
        variable.name: _column(column, variable, place in lettered, pandas)
        for place, (variable, column) in enumerate(zip(variables, columns or [()] * len(variables), strict=True))
    }
    return pyreadstat, pandas.DataFrame(series)


def _numbers(variable: Variable, nothing: float, letters: Mapping[str, str]) -> Mapping[Cell, float | str]:
    numbers: dict[Cell, float | str] = {code: float(number) for code, number in variable.numbers.items()}
    return {**numbers, None: nothing, **{value.code: letters[value.code] for value in variable.missing if letters}}


def _value(cell: Cell, variable: Variable, known: Mapping[Cell, float | str]) -> float | str:
    if variable.kind in TEXTS:
        return "" if cell is None else str(cell)
    if cell is None:
        return known[None]
    found = known.get(cell)
    return float(cell) if found is None else found


def _column(values: Sequence[Any], variable: Variable, lettered: bool, pandas: Any) -> Any:
    """Numbers among letters for missing ones are categories: of objects pyreadstat would look at the first 100."""
    if variable.kind in TEXTS:
        return pandas.Series(values, dtype="object")
    if not lettered:
        return np.array(values, dtype="float64")
    places = {value: place for place, value in enumerate(dict.fromkeys(v for v in values if v is not nan))}
    return pandas.Categorical.from_codes([places.get(value, -1) for value in values], list(places))


def _stata_names(table: Table) -> dict[str, str]:
    """Return the name of each variable in Stata: one that is too long is cut, with a number at the end."""
    names: dict[str, str] = {}
    taken = {v.name for v in table.variables if len(v.name) <= STATA_NAME}
    for variable in table.variables:
        name, number = variable.name, 0
        while len(name) > STATA_NAME or (number and name in taken):
            number += 1
            name = f"{variable.name[: STATA_NAME - 1 - len(str(number))]}_{number}"
        names[variable.name] = name
        taken.add(name)
    changed = [name for name, new in names.items() if name != new]
    if changed:
        params = {"count": len(changed), "name": changed[0], "new": names[changed[0]]}
        table.notes.append(Problem("export_names_shortened", "", params))
    return names


class _Shortened:
    """Cuts texts to a number of bytes, and counts those that were longer."""

    def __init__(self, table: Table) -> None:
        self.table, self.count = table, 0

    def text(self, text: str, most: int) -> str:
        encoded = text.encode()
        if len(encoded) <= most:
            return text
        self.count += 1
        return encoded[: most - 3].decode(errors="ignore") + "…"

    def say(self) -> None:
        if self.count:
            self.table.notes.append(Problem("export_labels_shortened", "", {"count": self.count}))


def _title(table: Table) -> str:
    return f"{table.about.title} – {table.about.round}"


def _about(table: Table) -> list[str]:
    """Return what the file says of itself, line by line."""
    about = {name: str(getattr(table.about, name)) for name in table.about.__slots__}
    return [*(f"{name}: {text}" for name, text in about.items()), f"content_sha256: {table.digest}"]
