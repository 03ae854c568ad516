"""A register file, CSV or Excel, turned into rows of the frame and a list of everything that is wrong with it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from python_calamine import CalamineError, load_workbook

from barometer.addresses import is_address, is_reserved_address
from barometer.problems import Problem
from barometer.telephone import MAX_LENGTH, tidy_number
from surveys.classifications import industry_group, size_class
from surveys.register_headers import ALIASES, CODES, HEADERS, MAX_LENGTHS, REQUIRED, WORDS, normalise

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how an XLSX and an XLS begin
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MISREAD_UTF8 = ("Ã¦", "Ã¸", "Ã¥", "Ã†", "Ã˜", "Ã…")  # æøå and ÆØÅ of a UTF-8 file read as Windows-1252
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_REGISTER_ID = re.compile(r"[0-9A-Za-z._/-]+")
_EXPONENT = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+")
_EMPLOYEES = re.compile(r"(\d{1,6})(?:[.,](\d{1,9}))?")
_LONGEST_QUOTE = 40

_Columns = dict[str, tuple[int, str]]  # of each field its position in the row and its header


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One workplace as the register has it; codes as in ``surveys/classifications.py``, texts trimmed, absent = ""."""

    register_id: str
    p_number: str
    cvr: str
    name: str
    address: str
    level: str
    authority_code: str
    authority: str
    db07: str
    industry_group: str
    employees: int
    size_class: str
    region: str
    leader: str
    email: str
    address_kind: str
    language: str
    phone: str = ""


class FrameReading(NamedTuple):
    """What a register file says.

    ``rows`` is empty when there are ``problems``: a frame is loaded whole or not at all. ``mapping`` gives for each
    header the field that it was read as, or "" when it was left out.
    """

    rows: tuple[FrameRow, ...]
    problems: list[Problem]
    mapping: Mapping[str, str]


class _Unreadable(Exception):
    """The file cannot be read at all, or not from here on."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, "", params)


def read_frame(data: bytes, *, reserved_addresses: bool = False) -> FrameReading:
    """Read a register file: a line of headers, and under it a line per workplace.

    Understood are CSV with comma or semicolon, in UTF-8 with or without BOM or in Windows-1252 (which covers
    Latin-1), and the first sheet of an Excel file; headers and words as ``surveys/register_headers.py`` lists them.
    Empty lines are passed over. Problems come in the order of the file. Each names its row as a spreadsheet numbers
    it and its column as the file spells it, and none repeats a leader's name, e-mail address or telephone number.

    Args:
        reserved_addresses: accept only e-mail addresses that can reach nobody, as a rehearsal must.
    """
    try:
        lines = ((number, line) for number, line in enumerate(_records(data), start=1) if any(map(str.strip, line)))
        _, header = next(lines, (0, []))
        if not header:
            raise _Unreadable("frame_empty")
    except _Unreadable as unreadable:
        return FrameReading((), [unreadable.problem], {})
    columns, problems, mapping = _columns(header)
    if problems:
        return FrameReading((), problems, mapping)
    rows: list[FrameRow] = []
    first_row_of: dict[str, int] = {}
    try:
        for number, line in lines:
            row = _Row(number, line, columns, problems, reserved_addresses)
            if row.is_whole(len(header)):
                rows.append(row.workplace(first_row_of))
    except _Unreadable as unreadable:
        problems.append(unreadable.problem)
    if not rows and not problems:
        problems.append(Problem("frame_without_rows", ""))
    return FrameReading(() if problems else tuple(rows), problems, mapping)


def _records(data: bytes) -> Iterator[list[str]]:
    """Yield the cells of every line, empty lines too."""
    if data.startswith(_WORKBOOKS):
        return _workbook_records(data)
    text = _decode(data)
    first_line = next(iter(text.strip().splitlines()), "")
    delimiter = max(";,", key=lambda mark: sum(normalise(cell) in ALIASES for cell in first_line.split(mark)))
    return _csv_records(text, delimiter)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if data.startswith(_UTF16) or "\ufffd" in text or any(misread in text for misread in _MISREAD_UTF8):
        raise _Unreadable("frame_not_decodable")
    return text


def _csv_records(text: str, delimiter: str) -> Iterator[list[str]]:
    number = 0
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            number += 1
            yield record
    except csv.Error as error:
        raise _Unreadable("frame_bad_quotes", row=number + 1) from error


def _workbook_records(data: bytes) -> Iterator[list[str]]:
    try:
        lines = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _Unreadable("frame_not_a_workbook") from error
    return ([_cell_text(cell) for cell in line] for line in lines)


def _cell_text(cell: object) -> str:
    """Return a spreadsheet cell as a CSV would hold it: Excel keeps every number as a decimal one."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _columns(header: Sequence[str]) -> tuple[_Columns, list[Problem], dict[str, str]]:
    """Return where each field stands, what is wrong with the headers, and the mapping to show."""
    columns: _Columns = {}
    problems: list[Problem] = []
    mapping: dict[str, str] = {}
    for position, cell in enumerate(header):
        name = " ".join(cell.split())
        field = ALIASES.get(normalise(name), "")
        if field in columns:
            problems.append(Problem("frame_header_twice", "", {"column": name, "other": columns[field][1]}))
        elif field:
            columns[field] = (position, name)
        if name:
            mapping.setdefault(name, field)
    for alternatives in REQUIRED:
        if not any(field in columns for field in alternatives):
            accepted = ", ".join(name for field in alternatives for name in HEADERS[field])
            problems.append(Problem("frame_column_missing", "", {"accepted": accepted}))
    return columns, problems, mapping


class _Row:
    """One line of the file, read field by field; what is wrong is added to ``problems``."""

    def __init__(
        self, number: int, record: Sequence[str], columns: _Columns, problems: list[Problem], reserved_addresses: bool
    ) -> None:
        self.number = number
        self.record = record
        self.columns = columns
        self.problems = problems
        self.reserved_addresses = reserved_addresses

    def is_whole(self, width: int) -> bool:
        """Return whether there is a cell under every header and nothing beside them."""
        if len(self.record) >= width and not any(self.record[width:]):
            return True
        params = {"row": self.number, "found": len(self.record), "expected": width}
        self.problems.append(Problem("frame_wrong_number_of_fields", "", params))
        return False

    def workplace(self, first_row_of: dict[str, int]) -> FrameRow:
        """Return the workplace; a field that has a problem holds a stand-in."""
        if _CONTROL.search("".join(self.record)):
            self.report_control_characters()
        db07, employees = self.db07(), self.employees()
        return FrameRow(
            register_id=self.register_id(first_row_of),
            p_number=self.digits("p_number", 10),
            cvr=self.digits("cvr", 8),
            name=self.required("name"),
            address=self.address(),
            level=self.code("level"),
            authority_code=self.required("authority_code"),
            authority=self.required("authority"),
            db07=db07,
            industry_group=self.industry_group(db07),
            employees=employees,
            size_class=size_class(employees),
            region=self.code("region"),
            leader=self.checked("leader", self.text("leader")),
            email=self.email(),
            address_kind=self.address_kind(),
            language=self.code("language", absent="da"),
            phone=self.phone(),
        )

    def text(self, field: str) -> str:
        """Return a cell with its white space tidied, "" when the file has no such column."""
        return " ".join(self.record[self.columns[field][0]].split()) if field in self.columns else ""

    def report(self, code: str, field: str, **params: object) -> None:
        place = {"row": self.number, "column": self.columns[field][1]}
        self.problems.append(Problem(code, "", place | params))

    def report_value(self, code: str, field: str, **params: object) -> None:
        """Report with the value itself: for columns that say nothing of a person."""
        value = self.text(field)
        short = value if len(value) <= _LONGEST_QUOTE else value[: _LONGEST_QUOTE - 1] + "…"
        self.report(code, field, value=short, **params)

    def report_control_characters(self) -> None:
        for field, (position, _) in self.columns.items():
            if _CONTROL.search(self.record[position]):
                self.report("frame_control_character", field)

    def checked(self, field: str, value: str) -> str:
        if len(value) > MAX_LENGTHS[field]:
            self.report("frame_too_long", field, longest=MAX_LENGTHS[field])
        return value

    def required(self, field: str) -> str:
        value = self.text(field)
        if not value:
            self.report("frame_missing_value", field)
        return self.checked(field, value)

    def code(self, field: str, absent: str = "") -> str:
        """Return the code of a word; ``absent`` stands for an empty cell, or an empty cell is a problem."""
        value = self.text(field)
        if not value:
            if not absent:
                self.report("frame_missing_value", field)
            return absent
        code = CODES[field].get(normalise(value), "")
        if not code:
            self.report_value("frame_unknown_word", field, accepted=WORDS[field])
        return code

    def register_id(self, first_row_of: dict[str, int]) -> str:
        value = self.required("register_id")
        if _EXPONENT.fullmatch(value):
            self.report_value("frame_mangled_number", "register_id")
        elif value and not _REGISTER_ID.fullmatch(value):
            self.report_value("frame_bad_register_id", "register_id")
        elif value and first_row_of.setdefault(value, self.number) != self.number:
            self.report_value("frame_duplicate_register_id", "register_id", first=first_row_of[value])
        return value

    def digits(self, field: str, length: int) -> str:
        value = self.text(field).replace(" ", "")
        if _EXPONENT.fullmatch(value):
            self.report_value("frame_mangled_number", field)
        elif value and not (len(value) == length and value.isascii() and value.isdigit()):
            self.report_value("frame_not_digits", field, digits=length)
        return value

    def address(self) -> str:
        town = f"{self.text('postcode')} {self.text('city')}".strip()
        street = self.required("address")
        return self.checked("address", f"{street}, {town}" if town else street)

    def db07(self) -> str:
        """Return the six digits; a leading zero that a spreadsheet has eaten is put back."""
        value = self.text("db07")
        digits = re.sub(r"[ .]", "", value)
        if not value:
            return ""
        if not (digits.isascii() and digits.isdigit() and len(digits) in (5, 6)):
            self.report_value("frame_bad_db07", "db07")
        return digits.zfill(6)

    def industry_group(self, db07: str) -> str:
        """Return the group that the register names, else the group of its DB07 code."""
        if self.text("industry_group") or "db07" not in self.columns:
            return self.code("industry_group")
        if not db07:
            self.report("frame_missing_value", "db07")
        return industry_group(db07)

    def employees(self) -> int:
        """Return the number of employees, a yearly average rounded half up, and 1 for anything above 0 and below.

        Three digits after a point or comma may be thousands or decimals, and are refused.
        """
        value = self.text("employees")
        match = _EMPLOYEES.fullmatch(value)
        if not value:
            self.report("frame_missing_value", "employees")
        elif match is None or not value.strip("0.,"):
            self.report_value("frame_bad_employees", "employees")
        elif match[2] and len(match[2]) == 3:
            self.report_value("frame_ambiguous_employees", "employees")
        else:
            return max(1, int(match[1]) + (match[2] is not None and match[2][0] >= "5"))
        return 1

    def address_kind(self) -> str:
        """Return who reads the address; a mail to a person greets them by name."""
        kind = self.code("address_kind", absent="workplace")
        if kind == "person" and self.text("email") and not self.text("leader"):
            self.report("frame_person_without_name", "address_kind")
        return kind

    def email(self) -> str:
        value = self.text("email")
        if value and not is_address(value):
            self.report("frame_bad_email", "email")
        elif value and self.reserved_addresses and not is_reserved_address(value):
            self.report("frame_address_not_reserved", "email")
        return value

    def phone(self) -> str:
        """Return the telephone number as it is shown; the check is lenient, for a number can only be tried."""
        value = self.text("phone")
        number = tidy_number(value)
        if _EXPONENT.fullmatch(value):
            self.report("frame_mangled_phone", "phone")
        elif number is None or len(number) > MAX_LENGTH:
            self.report("frame_bad_phone", "phone")
        return number or ""
