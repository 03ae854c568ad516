"""Cells that come again are written once: where they stand, and what they hold."""

from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from responses.exports.table import About, Part, Table
from responses.exports.workbook import LAST_ROW, write_workbook
from responses.variables import Kind, Value, Variable

ABOUT = About("r", "T", True, "q@1", "responses", "statistical", "all", "live", "p", "en")
VARIABLES = (
    Variable("id", Kind.TEXT, {"en": "Id"}),
    Variable("code", Kind.CODE, {"en": "Code"}, (Value("yes", 1, {"en": "Yes"}),)),
    Variable("words", Kind.TEXT, {"en": "Words"}),
    Variable("share", Kind.NUMBER, {"en": "Share"}),
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT = f'r="A{LAST_ROW}"'  # as a cell names its place


def workbook(path: Path, *rows: list[Part]) -> Table:
    table = Table(ABOUT, VARIABLES, len(rows), [lambda: rows])
    write_workbook(table, path)
    return table


def often(path: Path) -> None:
    """Write rows that share parts, an empty one among them."""
    answers, nothing, number, share = Part(("yes", TEXT)), Part((None, None)), Part((LAST_ROW,)), Part((0.5,))
    no_id, none = Part((None,)), Part((None,))
    workbook(
        path,
        [Part(("a",)), answers, number],
        [Part(("b",)), nothing, share],
        [no_id, nothing, none],
        [no_id, answers, share],
    )


def test_a_part_that_comes_again_holds_the_same_in_every_row(tmp_path: Path) -> None:
    often(tmp_path / "file.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "file.xlsx")
    data, words = (book.get_sheet_by_index(number).to_python() for number in range(2))
    assert data[1:] == [["a", "yes", TEXT, LAST_ROW], ["b", "", "", 0.5], [""] * 4, ["", "yes", TEXT, 0.5]]
    assert words[1:] == [["a", "Yes", TEXT, LAST_ROW], ["b", "", "", 0.5], [""] * 4, ["", "Yes", TEXT, 0.5]]


def test_every_cell_says_where_it_stands_and_all_texts_are_counted(tmp_path: Path) -> None:
    often(tmp_path / "file.xlsx")
    with ZipFile(tmp_path / "file.xlsx") as parts:
        sheets = [ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml")) for number in (1, 2, 3)]
        strings = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
    rows = [(row.get("r"), [cell.get("r") for cell in row]) for row in sheets[0].iter(f"{MAIN}row")]
    assert rows == [
        ("1", ["A1", "B1", "C1", "D1"]),
        ("2", ["A2", "B2", "C2", "D2"]),
        ("3", ["A3", "D3"]),
        ("5", ["B5", "C5", "D5"]),
    ]
    assert [each.attrib for each in sheets[0].iter(f"{MAIN}dimension")] == [{"ref": "A1:D5"}]
    texts = [cell for sheet in sheets for cell in sheet.iter(f"{MAIN}c") if cell.get("t") == "s"]
    assert strings.get("count") == str(len(texts))


def test_texts_too_long_for_a_cell_are_shortened_and_a_note_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    table = workbook(path, *[[Part(("x" * 32_767, "yes", "y" * 32_768, None))] for _ in range(2)])
    assert [(note.code, note.params) for note in table.notes] == [("export_texts_shortened", {"count": 2})]
    data = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [row[:3] for row in data[1:]] == [["x" * 32_767, "yes", "y" * 32_767]] * 2
