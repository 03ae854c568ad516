"""XLSForm workbooks for tests, written by openpyxl."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

from openpyxl import Workbook

from surveys.xlsform.reading import Header, Imported, read_xlsform

HEADER = Header("imported", 1, "DK", date(2020, 1, 1), date(2021, 12, 31), "da")
LABELS = ("label::Dansk (da)", "label::English (en)")
YES_NO = (("yn", "yes", "Ja", "Yes"), ("yn", "no", "Nej", "No"))
FRUIT = (("fruit", "apple", "Æble", "Apple"), ("fruit", "pear", "Pære", "Pear"), ("fruit", "none", "Ingen", "None"))

Line = Mapping[str, object] | Sequence[object]


def line(type_: str, name: str = "", label: str = "", **more: object) -> dict[str, object]:
    """A line of the survey; its label in both languages."""
    texts = {LABELS[0]: label, LABELS[1]: f"{label} (en)"} if label else {}
    return {"type": type_, "name": name, **texts, **{key.replace("__", "::"): value for key, value in more.items()}}


def workbook(
    *survey: Mapping[str, object],
    choices: Sequence[Sequence[object]] = (*YES_NO, *FRUIT),
    settings: Mapping[str, object] | None = None,
    sheets: Sequence[str] = (),
    choice_columns: Sequence[str] = ("list_name", "name", *LABELS),
) -> bytes:
    """A file with these lines; columns of the survey in the order in which they first occur."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    columns = list(dict.fromkeys(column for row in survey for column in row))
    sheet.append(columns)
    for row in survey:
        sheet.append([row.get(column) for column in columns])
    listed = book.create_sheet("choices")
    listed.append(list(choice_columns))
    for choice in choices:
        listed.append(list(choice))
    given = {"form_title": "Prøve"} if settings is None else settings
    if given:
        titled = book.create_sheet("settings")
        titled.append(list(given))
        titled.append(list(given.values()))
    for name in sheets:
        book.create_sheet(name).append(["x"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def imported(*survey: Mapping[str, object], **parts: object) -> Imported:
    return read_xlsform(workbook(*survey, **parts), HEADER)  # type: ignore[arg-type]
