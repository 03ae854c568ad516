"""The list of a register file's problems, kept so that staff can download all of it: one file per round."""

import csv
import io
from collections.abc import Iterator, Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext

from barometer.problems import Problem, sentence
from surveys.models import Round
from surveys.problem_texts import TEXTS

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def problem_rows(problems: Sequence[Problem]) -> Iterator[tuple[object, object, str]]:
    """Yield row, column and sentence of each problem; "" where it concerns the whole file."""
    for problem in problems:
        yield problem.params.get("row", ""), problem.params.get("column", ""), sentence(problem, TEXTS)


def problem_line(problem: Problem) -> str:
    """Return a problem on one line, with its place before it."""
    row, column, said = next(problem_rows([problem]))
    if not row:
        return said
    place = gettext("Row %(row)s, column “%(column)s”") if column else gettext("Row %(row)s")
    return f"{place % {'row': row, 'column': column}}: {said}"


def save_problem_list(round_: Round, problems: Sequence[Problem]) -> None:
    """Write the problems as CSV for spreadsheets, in the place of the round's earlier list."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([gettext("Row"), gettext("Column"), gettext("Problem")])
    writer.writerows([safe_cell(str(cell)) for cell in row] for row in problem_rows(problems))
    delete_problem_list(round_)
    _storage().save(_name(round_), ContentFile(text.getvalue().encode("utf-8-sig")))


def problem_list(round_: Round) -> bytes | None:
    """Return the CSV of the round's last refused file; None when there is none."""
    if not _storage().exists(_name(round_)):
        return None
    with _storage().open(_name(round_)) as file:
        content: bytes = file.read()
    return content


def delete_problem_list(round_: Round) -> None:
    _storage().delete(_name(round_))


def _storage() -> Storage:
    return storages["files"]


def _name(round_: Round) -> str:
    return f"frame-problems/{round_.slug}.csv"


def safe_cell(cell: str) -> str:
    """Keep a spreadsheet from reading a header of the file as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
