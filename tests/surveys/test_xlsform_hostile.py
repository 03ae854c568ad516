"""Workbooks that are broken, or made to keep the program busy: one problem, at once."""

import io
import random
import re
import zipfile

import pytest

from surveys.xlsform.reading import read_xlsform
from surveys.xlsform.workbook import LARGEST_CONTENT, MOST_ROWS
from surveys.xlsform.xpath import MOST_CHARACTERS
from tests.xlsforms import HEADER, imported, line, workbook

FORM = workbook(line("select_one yn", "a", "A?"), line("text", "t", "T?"))
SURVEY = "xl/worksheets/sheet1.xml"


def changed(name: str, content: bytes | None = None, rows: str = "") -> bytes:
    """The form with another content of one of its parts, or with more rows on its sheet "survey"."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FORM)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            data = source.read(part)
            if part == name:
                more = re.sub(rb"<dimension[^>]*/>", b"", data).replace(b"</sheetData>", f"{rows}</sheetData>".encode())
                data = more if content is None else content
            target.writestr(part, data)
    return file.getvalue()


def row(number: int) -> str:
    cells = {"A": "text", "B": f"n{number}", "C": "L"}.items()
    inside = "".join(f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for column, text in cells)
    return f'<row r="{number}">{inside}</row>'


def codes(data: bytes) -> list[str]:
    found = read_xlsform(data, HEADER)
    assert found.questionnaire is None
    return [remark.code for remark in found.remarks]


def test_more_rows_than_a_questionnaire_has_are_too_many() -> None:
    assert codes(changed(SURVEY, rows="".join(row(number) for number in range(4, MOST_ROWS + 4)))) == ["xls_too_large"]


def test_a_small_file_that_unpacks_to_a_very_large_one_is_not_unpacked() -> None:
    bomb = changed(SURVEY, content=b" " * (LARGEST_CONTENT + 1))
    assert len(bomb) < LARGEST_CONTENT / 100
    assert codes(bomb) == ["xls_too_large"]


def test_a_cell_at_the_far_corner_of_a_sheet_does_not_make_it_large() -> None:
    corner = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    assert read_xlsform(changed(SURVEY, rows=corner), HEADER).questionnaire is not None


def test_entities_that_stand_for_one_another_are_not_written_out() -> None:
    entities = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
    sheet = f"<worksheet><sheetData>{row(1)}&e9;</sheetData></worksheet>"
    laughs = f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 1000}">{entities}]>{sheet}'
    assert codes(changed(SURVEY, content=laughs.encode())) == ["xls_unreadable"]


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_told_and_nothing_breaks(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(10):
        data = bytearray(FORM)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        read_xlsform(bytes(data), HEADER)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "[Content_Types].xml", SURVEY, "xl/styles.xml"])
def test_a_part_that_is_cut_off_makes_the_file_unreadable(part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(FORM)) as archive:
        half = archive.read(part)[:-20]
    assert codes(changed(part, content=half)) == ["xls_unreadable"]


def test_a_condition_longer_than_anybody_writes_is_listed_and_not_read() -> None:
    found = imported(line("text", "t", "T?", relevant="${" * MOST_CHARACTERS))
    assert [remark.code for remark in found.remarks if remark.where == "survey:2"] == ["xls_expression"]
