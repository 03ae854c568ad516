"""Reading a register file: the shapes it comes in, and everything that can be wrong with it."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from barometer.problems import Problem, sentence
from surveys import frame_file, sampling
from surveys.frame_file import FrameRow, read_frame
from surveys.problem_texts import FRAME

VALID = {
    "Arbejdsstedsnummer": "1000000001",
    "P-nummer": "1012345678",
    "CVR": "12345678",
    "Navn": "Børnehaven Æblegården (øvelse)",
    "Adresse": "Øvelsesvej 1",
    "Postnr": "8800",
    "By": "Viborg",
    "Forvaltningsniveau": "Kommune",
    "Myndighedskode": "791",
    "Myndighed": "Viborg Kommune",
    "Branche": "889130",
    "Ansatte": "14",
    "Region": "Midtjylland",
    "Leder": "Åse Øst",
    "E-mail": "leder@viborg.example",
    "Adressetype": "Person",
    "Sprog": "da",
}
ROW = FrameRow(
    register_id="1000000001",
    p_number="1012345678",
    cvr="12345678",
    name="Børnehaven Æblegården (øvelse)",
    address="Øvelsesvej 1, 8800 Viborg",
    level="municipality",
    authority_code="791",
    authority="Viborg Kommune",
    db07="889130",
    industry_group="childcare",
    employees=14,
    size_class="s10_24",
    region="midtjylland",
    leader="Åse Øst",
    email="leder@viborg.example",
    address_kind="person",
    language="da",
)


def make_text(*changes: dict[str, str], without: Sequence[str] = (), delimiter: str = ";") -> str:
    """A register with one row per change to the valid row; register ids count up unless one is given."""
    header = [name for name in VALID if name not in without]
    header += dict.fromkeys(name for change in changes for name in change if name not in header)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    for number, change in enumerate(changes, start=1):
        writer.writerow({**VALID, "Arbejdsstedsnummer": str(1_000_000_000 + number), **change})
    return text.getvalue()


def make_file(*changes: dict[str, str], without: Sequence[str] = (), delimiter: str = ";") -> bytes:
    return make_text(*changes, without=without, delimiter=delimiter).encode()


def make_workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    """The smallest XLSX that holds these rows on its first sheet; numbers stay numbers."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    lines = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{sheet}" xmlns:r="{office}">'
        '<sheets><sheet name="Register" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="sheet.xml"/></Relationships>',
        "xl/sheet.xml": f'<worksheet xmlns="{sheet}"><sheetData>{lines}</sheetData></worksheet>',
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{part}')
    return data.getvalue()


def problems(data: bytes) -> list[tuple[str, dict[str, object]]]:
    """The codes and params of what is wrong; no row comes out beside them, and each can be said in both languages."""
    reading = read_frame(data)
    assert reading.rows == ()
    for language in ("en", "da"):
        with translation.override(language):
            assert all(sentence(problem, FRAME) for problem in reading.problems)
    return [(problem.code, dict(problem.params)) for problem in reading.problems]


# The shapes it comes in.


def test_a_row_is_read() -> None:
    reading = read_frame(make_file({}))
    assert reading.problems == []
    assert reading.rows == (ROW,)


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_encodings_delimiters_and_line_ends_make_no_difference(delimiter: str, encoding: str, line_end: str) -> None:
    text = make_text({}, delimiter=delimiter).replace("\r\n", line_end)
    assert read_frame(text.encode(encoding)).rows == (ROW,)


def test_the_whole_of_windows_1252_is_read() -> None:
    (row,) = read_frame(make_text({"Navn": "Børnehaven “Solen” – nord"}).encode("cp1252")).rows
    assert row.name == "Børnehaven “Solen” – nord"


def test_a_workbook_is_read_and_its_numbers_are_no_decimals() -> None:
    values = [float(value) if value.isdigit() else value for value in VALID.values()]
    assert read_frame(make_workbook([list(VALID), values])).rows == (ROW,)


def test_rows_are_counted_as_a_spreadsheet_does_also_the_empty_ones() -> None:
    empty = [""] * len(VALID)
    rows = [empty, list(VALID), list(VALID.values()), empty, [*list(VALID.values())[:-1], "xx"]]
    text = "\r\n".join(";".join(row) for row in rows)
    assert {params["row"] for _, params in problems(make_workbook(rows))} == {5}
    assert {params["row"] for _, params in problems(text.encode())} == {5}
    assert {params["row"] for _, params in problems(text.replace(";" * 16, "").encode())} == {5}


@pytest.mark.parametrize(
    "headers",
    [
        ("ARBNR", "navn", "E-MAIL", " mailadresse "),
        ("Register id", "Name", "email", "E-mail address"),
        ("arbejdsstedsnummer", "Arbejdsstedets navn", "Mail", "e_mail"),
    ],
)
def test_headers_are_known_in_either_language_and_any_case(headers: tuple[str, str, str, str]) -> None:
    register_id, name, *mails = headers
    for mail in mails:
        text = make_text({})
        for old, new in (("Arbejdsstedsnummer", register_id), ("Navn", name), ("E-mail", mail)):
            text = text.replace(old, new, 1)
        assert read_frame(text.encode()).rows == (ROW,)


def test_the_mapping_shows_what_each_header_was_read_as_and_what_was_left_out() -> None:
    mapping = read_frame(make_file({"Bemærkning": "ingen"})).mapping
    assert mapping["Postnr"] == "postcode"
    assert mapping["Forvaltningsniveau"] == "level"
    assert mapping["Bemærkning"] == ""


def test_white_space_is_tidied_and_empty_lines_are_passed_over() -> None:
    text = make_text({"Navn": "  Børnehaven\n Æblegården\t(øvelse)  "}) + "\r\n;;;\r\n"
    reading = read_frame(text.encode())
    assert reading.problems == []
    assert reading.rows == (ROW,)


def test_a_quoted_field_may_hold_the_delimiter_and_lines_are_counted_as_a_spreadsheet_does() -> None:
    text = make_text({"Navn": "Skole; afdeling A\nog B"}, {"Sprog": "xx"})
    ((code, params),) = problems(text.encode())
    assert (code, params["row"]) == ("frame_unknown_word", 3)


# Values.


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("Kommune", "municipality"),
        ("KOMMUNAL", "municipality"),
        ("76", "municipality"),
        ("77", "municipality"),
        ("region", "region"),
        ("74", "region"),
        ("75", "region"),
        ("Stat", "state"),
        ("statslig", "state"),
        ("71", "state"),
        ("72", "state"),
    ],
)
def test_levels_come_as_words_and_sector_codes(written: str, level: str) -> None:
    assert read_frame(make_file({"Forvaltningsniveau": written})).rows[0].level == level


@pytest.mark.parametrize("written", ["Sjælland", "Region Sjælland", "sjaelland", "1085", "085", "Zealand"])
def test_regions_come_as_names_and_codes(written: str) -> None:
    assert read_frame(make_file({"Region": written})).rows[0].region == "sjaelland"


@pytest.mark.parametrize(
    ("written", "employees", "size_class"),
    [
        ("1", 1, "s1_9"),
        ("100", 100, "s100_plus"),
        ("12,4", 12, "s10_24"),
        ("12.4", 12, "s10_24"),
        ("9,49", 9, "s1_9"),
        ("9,5", 10, "s10_24"),
        ("24,5", 25, "s25_49"),
        ("0,2", 1, "s1_9"),
        ("12,4444", 12, "s10_24"),
    ],
)
def test_an_average_number_of_employees_is_rounded_half_up_and_at_least_one(
    written: str, employees: int, size_class: str
) -> None:
    (row,) = read_frame(make_file({"Ansatte": written})).rows
    assert (row.employees, row.size_class) == (employees, size_class)


@pytest.mark.parametrize(("written", "db07"), [("85.20.10", "852010"), ("85 20 10", "852010"), ("11100", "011100")])
def test_db07_codes_are_read_with_and_without_dots_and_leading_nought(written: str, db07: str) -> None:
    assert read_frame(make_file({"Branche": written})).rows[0].db07 == db07


def test_the_register_s_own_industry_group_goes_before_that_of_the_code() -> None:
    (row,) = read_frame(make_file({"Branche": "852010", "Branchegruppe": "Sundhed"})).rows
    assert (row.db07, row.industry_group) == ("852010", "health")


def test_an_industry_group_is_enough_without_a_code() -> None:
    (row,) = read_frame(make_file({"Branchegruppe": "childcare"}, without=["Branche"])).rows
    assert (row.db07, row.industry_group) == ("", "childcare")


def test_what_may_be_absent_has_its_stand_in() -> None:
    absent = ["P-nummer", "CVR", "Postnr", "By", "Leder", "Adressetype", "Sprog"]
    (row,) = read_frame(make_file({"E-mail": ""}, without=absent)).rows
    assert (row.p_number, row.cvr, row.leader, row.email) == ("", "", "", "")
    assert (row.address, row.address_kind, row.language) == ("Øvelsesvej 1", "workplace", "da")


# The file as a whole.


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b";;;\n"])
def test_an_empty_file(data: bytes) -> None:
    assert problems(data) == [("frame_empty", {})]


def test_headers_alone() -> None:
    assert problems(make_file()) == [("frame_without_rows", {})]


@pytest.mark.parametrize(
    "data",
    [
        make_text({}).encode("utf-16"),
        make_text({}).encode() + b"\xff",  # UTF-8 with one broken byte
        b"\x81\x8d\x8f",
    ],
)
def test_letters_that_cannot_be_read(data: bytes) -> None:
    assert problems(data) == [("frame_not_decodable", {})]


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a workbook", b"\xd0\xcf\x11\xe0 neither", make_workbook([])[:200]])
def test_a_spreadsheet_that_cannot_be_opened(data: bytes) -> None:
    assert problems(data) == [("frame_not_a_workbook", {})]


def test_a_quotation_mark_that_is_never_closed() -> None:
    data = make_file({}, {}) + b'1000000003;"Skole\n'
    assert problems(data) == [("frame_bad_quotes", {"row": 4})]


def test_missing_columns_are_all_named_with_the_headers_that_would_do() -> None:
    found = problems(make_file({}, without=["Ansatte", "Branche"]))
    assert [code for code, _ in found] == ["frame_column_missing"] * 2
    assert "DB07" in str(found[0][1]["accepted"])
    assert "Branchegruppe" in str(found[0][1]["accepted"])
    assert "Antal ansatte" in str(found[1][1]["accepted"])


def test_two_headers_for_one_thing() -> None:
    data = make_file({"Mail": "leder@viborg.example"})
    assert problems(data) == [("frame_header_twice", {"column": "Mail", "other": "E-mail"})]


# A row.


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Arbejdsstedsnummer", "", "frame_missing_value"),
        ("Arbejdsstedsnummer", "1,00E+09", "frame_mangled_number"),
        ("Arbejdsstedsnummer", "10 000", "frame_bad_register_id"),
        ("Arbejdsstedsnummer", "1" * 21, "frame_too_long"),
        ("P-nummer", "123", "frame_not_digits"),
        ("P-nummer", "1,01E+09", "frame_mangled_number"),
        ("CVR", "DK123456", "frame_not_digits"),
        ("Navn", "", "frame_missing_value"),
        ("Navn", " ", "frame_missing_value"),
        ("Navn", "x" * 121, "frame_too_long"),
        ("Navn", "Sko\x00le", "frame_control_character"),
        ("Navn", "Sko\x1ble", "frame_control_character"),
        ("Navn", "Sko\ufffdle", "frame_control_character"),
        ("Adresse", "", "frame_missing_value"),
        ("Adresse", "x" * 115, "frame_too_long"),  # with the town
        ("Forvaltningsniveau", "Amt", "frame_unknown_word"),
        ("Forvaltningsniveau", "", "frame_missing_value"),
        ("Myndighedskode", "", "frame_missing_value"),
        ("Myndighed", "", "frame_missing_value"),
        ("Branche", "Skole", "frame_bad_db07"),
        ("Branche", "8520", "frame_bad_db07"),
        ("Branche", "", "frame_missing_value"),
        ("Branchegruppe", "Landbrug", "frame_unknown_word"),
        ("Ansatte", "", "frame_missing_value"),
        ("Ansatte", "0", "frame_bad_employees"),
        ("Ansatte", "0,0", "frame_bad_employees"),
        ("Ansatte", "-3", "frame_bad_employees"),
        ("Ansatte", "mange", "frame_bad_employees"),
        ("Ansatte", "1.234", "frame_ambiguous_employees"),
        ("Ansatte", "1,234", "frame_ambiguous_employees"),
        ("Ansatte", "1.234,5", "frame_bad_employees"),
        ("Region", "Skåne", "frame_unknown_word"),
        ("Region", "", "frame_missing_value"),
        ("Leder", "x" * 61, "frame_too_long"),
        ("E-mail", "leder", "frame_bad_email"),
        ("E-mail", "a@b.dk; c@d.dk", "frame_bad_email"),
        ("Adressetype", "Bil", "frame_unknown_word"),
        ("Sprog", "sv", "frame_unknown_word"),
    ],
)
def test_a_bad_value_is_named_by_row_and_column(column: str, value: str, code: str) -> None:
    ((found, params),) = problems(make_file({}, {column: value}))
    assert (found, params["row"], params["column"]) == (code, 3, column)


def test_all_that_is_wrong_is_said_at_once() -> None:
    data = make_file({"Navn": "", "Ansatte": "x"}, {}, {"Region": "Skåne"}) + b"1;2\n"
    assert [(params["row"], code) for code, params in problems(data)] == [
        (2, "frame_bad_employees"),
        (2, "frame_missing_value"),
        (4, "frame_unknown_word"),
        (5, "frame_wrong_number_of_fields"),
    ]


def test_an_address_of_a_person_needs_the_name_of_the_person() -> None:
    nameless = {"Adressetype": "Person", "Leder": ""}
    ((code, params),) = problems(make_file({}, nameless))
    assert (code, params["row"], params["column"]) == ("frame_person_without_name", 3, "Adressetype")
    mailbox, no_mail = {"Adressetype": "Arbejdsplads", "Leder": ""}, {**nameless, "E-mail": ""}
    assert len(read_frame(make_file(mailbox, no_mail)).rows) == 2


def test_a_workplace_that_stands_twice_names_the_first_row() -> None:
    ((code, params),) = problems(make_file({}, {}, {"Arbejdsstedsnummer": "1000000001"}))
    assert code == "frame_duplicate_register_id"
    assert params == {"row": 4, "column": "Arbejdsstedsnummer", "value": "1000000001", "first": 2}


def test_too_many_fields_are_counted_but_empty_ones_at_the_end_are_not() -> None:
    line = make_text({}).strip()
    assert read_frame(f"{line};;\r\n".encode()).rows == (ROW,)
    assert problems(f"{line};;x\r\n".encode()) == [
        ("frame_wrong_number_of_fields", {"row": 2, "found": 19, "expected": 17})
    ]


def test_a_long_value_is_cut_in_the_message() -> None:
    ((_, params),) = problems(make_file({"Region": "Skåne" * 20}))
    assert len(str(params["value"])) == 40


@pytest.mark.parametrize("column", ["Leder", "E-mail"])
def test_what_is_personal_is_never_repeated(column: str) -> None:
    reading = read_frame(make_file({column: f"HEMMELIG{'x' * 300}\x01"}))
    assert reading.problems
    assert "HEMMELIG" not in repr(reading.problems)


def test_a_rehearsal_takes_only_addresses_that_reach_nobody() -> None:
    data = make_file({"E-mail": ""}, {"E-mail": "leder@viborg.example"}, {"E-mail": "leder@viborg.dk"})
    assert read_frame(data).problems == []
    assert read_frame(data, reserved_addresses=True).problems == [
        Problem("frame_address_not_reserved", "", {"row": 4, "column": "E-mail"})
    ]


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    sources = Path(frame_file.__file__).read_text() + Path(sampling.__file__).read_text()
    codes = re.findall(r"""(?:Problem|_Unreadable|report|report_value)\("(\w+)\"""", sources)
    assert set(codes) == set(FRAME)


@given(st.binary(max_size=200), st.sampled_from([b"", make_file({}), b"PK\x03\x04", b"\xef\xbb\xbf"]))
def test_no_file_makes_it_stumble(junk: bytes, start: bytes) -> None:
    reading = read_frame(start + junk)
    assert bool(reading.rows) != bool(reading.problems)


# Telephone numbers.


@pytest.mark.parametrize("header", ["Telefon", "Phone", "tlf", "Telefonnummer", "TELEPHONE"])
def test_a_telephone_number_is_read_from_a_column_that_may_be_missing(header: str) -> None:
    (with_number,) = read_frame(make_file({header: "86123456"})).rows
    (without,) = read_frame(make_file({})).rows
    assert (with_number.phone, without.phone) == ("86 12 34 56", "")


def test_a_telephone_number_may_be_empty_in_a_row() -> None:
    rows = read_frame(make_file({"Telefon": ""}, {"Telefon": "+45 86 12 34 56"})).rows
    assert [row.phone for row in rows] == ["", "+45 86 12 34 56"]


@pytest.mark.parametrize("written", ["ring til Lea", "86123456 eller 87123456", "123"])
def test_a_telephone_number_that_is_none_is_refused_with_its_row_and_without_repeating_it(written: str) -> None:
    found = problems(make_file({"Telefon": "86123456"}, {"Telefon": written}))
    assert found == [("frame_bad_phone", {"row": 3, "column": "Telefon"})]


def test_a_telephone_number_that_a_spreadsheet_has_mangled_is_told_as_such() -> None:
    assert problems(make_file({"Telefon": "4,59E+09"})) == [("frame_mangled_phone", {"row": 2, "column": "Telefon"})]


def test_a_telephone_number_that_excel_keeps_as_a_number_is_read() -> None:
    row: list[str | float] = [*VALID.values(), 86123456.0]
    (read,) = read_frame(make_workbook([[*VALID, "Telefon"], row])).rows
    assert read.phone == "86 12 34 56"
