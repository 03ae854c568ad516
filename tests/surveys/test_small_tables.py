"""Quiet weeks and contact persons of authorities: from files, on pages, by command; all of it or nothing."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from barometer.problems import sentence
from surveys.actions.quiet_weeks import load_quiet_weeks
from surveys.authority_file import read_contacts
from surveys.models import AuthorityContact, QuietWeek, Round
from surveys.problem_texts import TEXTS
from surveys.quiet_weeks_file import QuietRow, read_quiet_weeks
from tests.factories import NOON, make_round, make_unit, make_workplace
from tests.people import browser_of, finn

WEEKS = "authority_code;year;week\n751;2020;7\n400;2020;10\n;2020;7\n"
AUTHORITIES = {"751": "Aarhus Kommune", "400": "Bornholms Regionskommune"}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def said(data: str | bytes) -> list[str]:
    raw = data.encode() if isinstance(data, str) else data
    rows, problems = read_quiet_weeks(raw)
    assert not rows or not problems
    return [sentence(problem, TEXTS) for problem in problems]


# Reading


@pytest.mark.parametrize(
    "data",
    [
        WEEKS.encode(),
        WEEKS.replace(";", ",").encode(),
        ("\ufeff" + WEEKS.replace("authority_code;year;week", "Myndighedskode;År;Uge")).encode(),
        WEEKS.replace("authority_code;year;week", "Kommunekode;ÅR;ugenr.").encode("cp1252"),
        WEEKS.replace("authority_code;year;week", "authority_code;year;note;week")
        .replace(";2020;", ";2020;x;")
        .encode(),
        WEEKS.replace("\n", "\r\n\r\n").encode(),
    ],
)
def test_a_table_is_read_with_danish_and_english_headers_as_spreadsheets_save_it(data: bytes) -> None:
    assert read_quiet_weeks(data) == ([QuietRow("751", 2020, 7), QuietRow("400", 2020, 10), QuietRow("", 2020, 7)], [])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "The file is empty."),
        ("authority_code;year;week\n", "nothing under the headers"),
        ("authority_code;week\n751;7\n", "A column is missing: year, År"),
        ("authority_code;year;week;uge\n751;2020;7;7\n", "The column “uge” stands twice"),
        ("authority_code;year;week\n751;2020\n", "Row 2 has 2 fields and should have 3"),
        ("authority_code;year;week\n751;;7\n", "Row 2: “year” is empty. Fill it in."),
        ("authority_code;year;week\n751;20;7\n", "Row 2: “20” is no year from 2000 to 2100."),
        ("authority_code;year;week\n751;2021;53\n", "Row 2: “53” is no week of 2021. Write a number from 1 to 52."),
        ("authority_code;year;week\n751;2020;syv\n", "Row 2: “syv” is no week of 2020."),
        ("authority_code;year;week\n751;2020;7\n751;2020;07\n", "Row 3 says the same as row 2"),
        ("authority_code;year;week\n12345678901;2020;7\n", "longer than 10 characters"),
        ('authority_code;year;week\n"751;2020;7\n', "quotation marks do not match"),
        (b"authority_code;year;week\n\x81\x8d;2020;7\n", "not text in UTF-8"),
        (
            "authority_code;year;week\n" + "".join(f"751;2020;{week}\n" for week in range(1, 30)),
            "29 quiet weeks in 2020",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_what_to_do(data: str | bytes, words: str) -> None:
    found = said(data)
    assert len(found) == 1
    assert words in found[0]


def test_week_53_exists_in_the_years_that_have_it() -> None:
    assert said("authority_code;year;week\n751;2020;53\n") == []


def test_every_faulty_row_is_told_at_once() -> None:
    assert len(said("authority_code;year;week\n751;20;7\n751;2020;60\n751;2020;7\n")) == 2


def read(data: str, *, reserved: bool = True) -> tuple[list[Any], list[str]]:
    rows, problems = read_contacts(
        data.encode(), authorities=AUTHORITIES, languages=["da", "en"], reserved_addresses=reserved
    )
    return rows, [sentence(problem, TEXTS) for problem in problems]


def test_contact_persons_are_read_with_the_name_that_the_frame_has_for_their_authority() -> None:
    rows, problems = read("Myndighedskode;Navn;E-mail;Sprog\n751;Karen;k@aarhus.example;EN\n400;;b@bornholm.example;\n")
    assert problems == []
    assert [tuple(row) for row in rows] == [
        ("751", "Aarhus Kommune", "Karen", "k@aarhus.example", "en"),
        ("400", "Bornholms Regionskommune", "", "b@bornholm.example", "da"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("999;;a@b.example;", "Row 2: no workplace of the frame has the authority code “999”"),
        ("751;;nobody;", "Row 2: “email” is not an e-mail address"),
        ("751;;a@b.example\t<x>;", "Row 2: “email” is not an e-mail address"),
        ("751;;karen@aarhus.dk;", "Row 2: a rehearsal takes only addresses at example.org"),
        ("751;;a@b.example;sv", "Row 2: “sv” is none of the languages of the round: da, en"),
        ("751;;a@b.example;\n751;;c@d.example;", "Row 3: row 2 is about the authority “751” already"),
    ],
)
def test_what_is_wrong_with_a_contact_person_is_told(line: str, words: str) -> None:
    rows, problems = read(f"authority_code;name;email;language\n{line}\n")
    assert rows == []
    assert len(problems) == 1 and words in problems[0]


def test_a_real_round_takes_real_addresses() -> None:
    assert read("authority_code;email\n751;karen@aarhus.dk\n", reserved=False)[1] == []


# Loading


@pytest.mark.django_db
def test_a_table_takes_the_place_of_the_rows_of_its_years_and_leaves_others() -> None:
    load_quiet_weeks(data=b"authority_code;year;week\n751;2019;7\n751;2020;8\n", by=None, at=NOON)
    assert load_quiet_weeks(data=WEEKS.encode(), by=finn(), at=NOON) == 3
    rows = list(QuietWeek.objects.order_by("year", "authority_code").values_list("authority_code", "year", "week"))
    assert rows == [("751", 2019, 7), ("", 2020, 7), ("400", 2020, 10), ("751", 2020, 7)]
    assert AuditEvent.objects.filter(what="quiet_weeks.loaded").latest("number").facts["years"] == [2020]


@pytest.mark.django_db
@translation.override("en")
def test_the_command_loads_all_or_nothing(tmp_path: Path) -> None:
    file, out, errors = tmp_path / "weeks.csv", StringIO(), StringIO()
    file.write_text(WEEKS)
    call_command("load_quiet_weeks", str(file), stdout=out)
    assert "3 rows" in out.getvalue()
    file.write_text(WEEKS + "751;2020;54\n")
    with pytest.raises(CommandError, match=r"Nothing has been loaded\. Problems: 1"):
        call_command("load_quiet_weeks", str(file), stderr=errors)
    assert "Row 5: “54” is no week of 2020." in errors.getvalue()
    assert QuietWeek.objects.count() == 3
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_quiet_weeks", str(tmp_path / "nothing.csv"))


def page(name: str, round_: Round) -> str:
    return reverse(name, args=[round_.slug])


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("file.csv", text.encode())


@pytest.mark.django_db
def test_staff_load_quiet_weeks_on_the_page_and_see_them() -> None:
    round_, browser = make_round(), browser_of(finn())
    assert "7, 42, 27–31, 52–1" in browser.get(page("quiet-weeks", round_)).content.decode()
    response = browser.post(page("quiet-weeks", round_), {"file": upload(WEEKS)}, follow=True)
    text = response.content.decode()
    assert "3 rows" in text and '<th scope="row">400</th><td>10</td>' in text
    assert "All without rows of their own" in text
    refused = browser.post(page("quiet-weeks", round_), {"file": upload(WEEKS + "751;20;7\n")})
    assert refused.status_code == 422
    assert "Row 5: “20” is no year" in refused.content.decode()
    assert browser.post(page("quiet-weeks", round_), {}).status_code == 422
    assert QuietWeek.objects.count() == 3


@pytest.fixture
def round_(db: None) -> Round:
    round_ = make_round()
    make_unit(make_workplace(round_))
    make_workplace(round_, authority_code="400", authority="Bornholms Regionskommune")
    return round_


def test_staff_load_write_down_and_remove_contact_persons(round_: Round) -> None:
    browser, path = browser_of(finn()), page("authority-contacts", round_)
    table = "authority_code;name;email\n751;Karen;k@aarhus.example\n"
    assert "1 contact person has been loaded." in _post(browser, path, {"act": "load", "file": upload(table)})
    typed = {"act": "save", "authority_code": "400", "name": "Bo", "email": "b@bornholm.example", "language": "en"}
    text = _post(browser, path, typed)
    assert "The contact person has been saved." in text and "Bornholms Regionskommune (400)" in text
    _post(browser, path, {**typed, "name": "Bodil"})
    contacts = AuthorityContact.objects.filter(round=round_)
    assert list(contacts.values_list("authority_code", "name")) == [("400", "Bodil"), ("751", "Karen")]
    _post(browser, path, {"remove": str(contacts[0].pk)})
    _post(browser, path, {"remove": str(10**17)})
    assert [contact.name for contact in contacts.all()] == ["Karen"]
    acts = ["authority_contacts.loaded", "authority_contact.saved", "authority_contact.removed"]
    for event in AuditEvent.objects.filter(what__in=acts):
        assert "example" not in str(event.facts)  # no address in the log


def _post(browser: Any, path: str, data: dict[str, Any]) -> str:
    return str(browser.post(path, data, follow=True).content.decode())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"act": "save", "authority_code": "999", "email": "a@b.example", "language": "da"}, "valid choice"),
        ({"act": "save", "authority_code": "751", "email": "karen@aarhus.dk", "language": "da"}, "only addresses at"),
        ({"act": "load"}, "Choose a file."),
    ],
)
def test_what_is_wrong_on_the_page_of_contact_persons_is_said_at_its_field(
    round_: Round, typed: dict[str, str], words: str
) -> None:
    response = browser_of(finn()).post(page("authority-contacts", round_), typed)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not AuthorityContact.objects.exists()


def test_the_contact_person_of_another_round_is_not_removed(round_: Round) -> None:
    other = AuthorityContact.objects.create(
        round=make_round(), authority_code="751", authority="Aarhus", email="a@b.example", language="da"
    )
    browser_of(finn()).post(page("authority-contacts", round_), {"remove": str(other.pk)})
    assert AuthorityContact.objects.filter(pk=other.pk).exists()
