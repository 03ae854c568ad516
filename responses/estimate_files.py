"""Estimates as text, JSON and CSV: the same numbers as on the pages, shares 0–1 and not rounded in the last two."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext

from barometer.formats import number, percent
from barometer.spreadsheet import Cell
from responses.estimate_tables import GroupTest, Line, Table
from responses.estimate_texts import notes, printed_text, table_notes, test_text, uncertain_text, watermark
from responses.estimates import Basis, Estimates

LABEL_WIDTH = 64


def as_json(round_slug: str, found: Estimates) -> str:
    document = {
        "round": round_slug,
        "watermark": watermark(found.basis),
        **asdict(found.basis),
        "where": found.where,
        "where_words": found.where_words,
        "left_out": found.left_out,
        "adjusted": found.adjusted,
        "tables": [_table(table) for table in found.tables],
        "notes": list(notes(found)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def rows(round_slug: str, found: Estimates) -> Iterator[dict[str, Cell]]:
    """Yield one row per line, with the tests of its table and the marks that a figure must carry in each."""
    marks: dict[str, Cell] = {**basis_marks(round_slug, found.basis), "filter": " and ".join(found.where)}
    for table in found.tables:
        tests: dict[str, Cell] = {"tests": " ".join(map(test_text, table.tests)), "verdict": table.verdict}
        yield from ({**fields(line, table.decimals), **tests, **marks} for line in table.lines)


def basis_marks(round_slug: str, basis: Basis) -> dict[str, Cell]:
    """Return what every row of a file says of where its numbers come from."""
    return {
        "round": round_slug,
        "rehearsal": int(basis.rehearsal),
        "provisional": int(basis.provisional),
        "watermark": watermark(basis),
        "weights": basis.weight_set,
    }


def as_csv(round_slug: str, found: Estimates) -> str:
    """Return the rows for a program: commas, decimal points, "" for nothing."""
    out, lines = io.StringIO(), list(rows(round_slug, found))
    if lines:
        writer = csv.DictWriter(out, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return out.getvalue()


def as_cells(round_slug: str, found: Estimates) -> Iterator[list[Cell]]:
    """Yield the header and the rows for a spreadsheet."""
    return with_header(rows(round_slug, found))


def with_header(found: Iterable[dict[str, Cell]]) -> Iterator[list[Cell]]:
    """Yield the names of the columns, then the rows; nothing where there are none."""
    for number_, row in enumerate(found):
        if number_ == 0:
            yield list(row)
        yield list(row.values())


def as_text(found: Estimates) -> Iterator[str]:
    if found.basis.rehearsal:
        yield gettext("Rehearsal – not a real survey")
    if mark := watermark(found.basis):
        yield mark
    for table in found.tables:
        yield ""
        yield f"{table.indicator}  {table.title}"
        yield "  " + gettext("Base: %(base)s") % {"base": table.base}
        yield from map(_line, table.lines)
        yield from (f"  {note}" for note in table_notes(table))
    yield ""
    yield from notes(found)


def fields(line: Line, decimals: int) -> dict[str, Cell]:
    """Return one line flat; ``None`` where there is nothing to estimate."""
    estimated = line.estimate
    rounded = None if estimated.estimate is None else rounded_percent(estimated.estimate, decimals)
    return {
        "indicator": line.indicator,
        "group": line.group,
        "option": line.option,
        "label": line.label,
        "estimate": estimated.estimate,
        "percent": rounded,
        "standard_error": estimated.standard_error,
        "interval_low": estimated.interval_low,
        "interval_high": estimated.interval_high,
        "cv": line.cv,
        "n": estimated.n,
        "effective_n": line.effective_n,
        "not_answered": estimated.not_answered,
        "published": line.published,
        "about": line.about,
        "uncertain": int(line.uncertain),
        "problem": estimated.problem.code if estimated.problem else None,
        "reason": line.reason,
    }


def rounded_percent(share: float, decimals: int) -> float:
    """Return a share (0–1) as per cent rounded once, halves away from zero, as it is printed."""
    step = Decimal(1).scaleb(-decimals)
    return float((Decimal(str(share)) * 100).quantize(step, ROUND_HALF_UP))


def _table(table: Table) -> dict[str, object]:
    return {
        "indicator": table.indicator,
        "title": table.title,
        "base": table.base,
        "by": table.by,
        "base_n_printed": table.base_n,
        "expect": table.expect,
        "verdict": table.verdict,
        "disclosure": {"rule": table.disclosure, "minimum_n": table.minimum_n},
        "lines": [fields(line, table.decimals) for line in table.lines],
        "tests": [_test(test) for test in table.tests],
        "notes": list(table_notes(table)),
    }


def _test(test: GroupTest) -> dict[str, object]:
    kind = "distribution" if test.over_all else "difference"
    found = {key: value for key, value in asdict(test.found).items() if key != "problem"}
    marks = {"holm_p": test.holm, "significant": test.significant, "reason": test.reason}
    return {"kind": kind, "first": test.first, "last": test.last, **found, **marks}


def _line(line: Line) -> str:
    estimated = line.estimate
    name = f"  {line.indicator:<8}{line.label:<{LABEL_WIDTH}}"
    if estimated.estimate is None:
        return f"{name}{line.reason}"
    shown = f"{percent(estimated.estimate, 1):>8}"
    if estimated.interval_low is not None and estimated.interval_high is not None:
        shown += f"  ({percent(estimated.interval_low, 1)} – {percent(estimated.interval_high, 1)})"
    shown += f"  n = {number(estimated.n)}"
    if line.cv is not None:
        shown += "  CV " + percent(line.cv, 1)
    printed = printed_text(line)
    remarks = "; ".join(filter(None, (uncertain_text(line), line.reason)))
    return name + shown + (f"  [{printed}]" if printed else "") + (f"  {remarks}" if remarks else "")
