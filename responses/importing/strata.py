"""The strata of an import: how many workplaces each had, and how many of them were drawn (PURE)."""

from collections.abc import Mapping
from dataclasses import dataclass

from responses.importing.table import Findings, Table, count_of, short
from surveys.classifications import INDUSTRY_GROUPS, LEVELS, SIZE_CLASSES

LONGEST_CODE = 120
COLUMNS = ("stratum", "population", "sample", "ineligible", "level", "industry_group", "size_class")
KNOWN = {"level": LEVELS, "industry_group": INDUSTRY_GROUPS, "size_class": SIZE_CLASSES}


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum.

    Attributes:
        population, sample: workplaces in the frame and in the sample; 0 when no file says it.
        ineligible: sampled workplaces that are known not to be eligible and have no row of their own.
        covers: the codes of level, industry group and size class that it is made of, as far as they are known.
    """

    code: str
    population: int = 0
    sample: int = 0
    ineligible: int = 0
    covers: Mapping[str, tuple[str, ...]] | None = None


def read_strata(table: Table, file: str, findings: Findings) -> dict[str, Stratum]:
    """Return the strata of a file beside the answers, by their codes."""
    for column in table.headers:
        if column not in COLUMNS:
            findings.say("import_strata_column", file=file, column=column, accepted=", ".join(COLUMNS))
    for column in ("stratum", "population"):
        if column not in table.headers:
            findings.say("import_column_missing", file=file, column=column)
            return {}
    found: dict[str, Stratum] = {}
    for number, record in table.rows:
        cells = dict(zip(table.headers, (cell.strip() for cell in record), strict=True))
        code = cells["stratum"]
        if not code or not is_code(code):
            findings.say("import_stratum_code", file=file, row=number, column="stratum", longest=LONGEST_CODE)
        elif code in found:
            findings.say("import_stratum_twice", file=file, row=number, stratum=short(code))
        else:
            found[code] = _stratum(cells, file, number, findings)
    return found


def is_code(code: str) -> bool:
    """Whether a stratum can be called so; names of joined strata are joined by " + "."""
    return len(code) <= LONGEST_CODE and " + " not in code


def _stratum(cells: Mapping[str, str], file: str, row: int, findings: Findings) -> Stratum:
    numbers: dict[str, int] = {}
    for column in ("population", "sample", "ineligible"):
        text = cells.get(column, "")
        count = count_of(text)
        numbers[column] = count or 0
        smallest = 0 if column == "ineligible" else 1
        if (text or column == "population") and (count is None or count < smallest):
            findings.say("import_not_a_count", file=file, row=row, column=column, value=short(text), smallest=smallest)
    covers = {}
    for column, accepted in KNOWN.items():
        codes = tuple(code.strip() for code in cells.get(column, "").split("+") if code.strip())
        for code in codes:
            if code not in accepted:
                _unknown(findings, file, row, column, code, accepted)
        covers[column] = tuple(code for code in codes if code in accepted)
    return Stratum(
        code=cells["stratum"],
        population=numbers["population"],
        sample=numbers["sample"],
        ineligible=numbers["ineligible"],
        covers=covers if any(covers.values()) else covered_by(cells["stratum"]),
    )


def _unknown(findings: Findings, file: str, row: int, column: str, code: str, accepted: tuple[str, ...]) -> None:
    params = {"row": row, "column": column, "value": short(code), "accepted": ", ".join(accepted)}
    findings.say("import_unknown_code", file=file, **params)


def covered_by(code: str) -> Mapping[str, tuple[str, ...]] | None:
    """Return what a stratum covers that is named as this program names them: ``municipality.health.s1_9+s10_24``."""
    parts = [tuple(part.split("+")) for part in code.split(".")]
    if len(parts) != len(KNOWN) or len(parts[0]) != 1:
        return None
    covers = dict(zip(KNOWN, parts, strict=True))
    return covers if all(set(codes) <= set(KNOWN[name]) for name, codes in covers.items()) else None
