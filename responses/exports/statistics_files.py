"""SPSS and Stata files: numbers with labels, and missing values that say why they are missing.

The whole table is in memory: these formats begin with what is known at their end. Text that a format has no room for
is shortened, and ``Table.notes`` say so.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.problems import Problem
from responses.exports.table import Part, Table
from responses.variables import NO_ANSWER, Cell, Kind, Variable, in_language

if TYPE_CHECKING:
    import pandas

SPSS_LABEL, SPSS_VALUE_LABEL = 255, 119  # bytes in UTF-8
# Characters: 32 less the number that pyreadstat puts behind it, of up to 9,999 variables; and bytes.
STATA_NAME, STATA_LABEL = 28, 80
STATA_MISSING = {NO_ANSWER: "a", "dk": "b", "not_relevant": "c"}  # .a, .b, .c


def write_spss(table: Table, path: Path) -> None:
    """Codes are numbers with labels; don't know, not relevant and not answered are user-missing, not asked sysmis."""
    pyreadstat, frame = _read(table, _spss_cell)
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
    pyreadstat, frame = _read(table, _stata_cell)
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


def _read(table: Table, of_cell: Callable[[Cell, Variable], object]) -> tuple[Any, "pandas.DataFrame"]:
    import pandas  # noqa: PLC0415 (heavy, and only these two formats need it)
    import pyreadstat  # noqa: PLC0415

    variables = table.variables

    def values(part: Part, place: int) -> list[object]:
        return [of_cell(cell, variable) for cell, variable in zip(part.cells, variables[place:], strict=False)]

    rows = [list(chain.from_iterable(row)) for row in table.made(values)]
    columns: Iterable[Sequence[object]] = zip(*rows, strict=True) if rows else [()] * len(variables)
    series = {
        variable.name: pandas.Series(column, dtype=_dtype(variable, column))
        for variable, column in zip(variables, columns, strict=True)
    }
    return pyreadstat, pandas.DataFrame(series)


def _dtype(variable: Variable, column: Iterable[object]) -> str:
    """Numbers among letters for missing ones are categories: of objects pyreadstat would look at the first 100."""
    if variable.kind in (Kind.TEXT, Kind.TIME):
        return "object"
    return "category" if any(isinstance(cell, str) for cell in column) else "float64"


def _spss_cell(cell: Cell, variable: Variable) -> object:
    if variable.kind in (Kind.TEXT, Kind.TIME):
        return "" if cell is None else str(cell)
    if cell is None:
        return float("nan")
    return float(variable.numbers.get(cell, cell) if variable.values else cell)


def _stata_cell(cell: Cell, variable: Variable) -> object:
    missing = variable.values and any(value.code == cell for value in variable.missing)
    return STATA_MISSING[str(cell)] if missing else _spss_cell(cell, variable)


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
