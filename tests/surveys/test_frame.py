"""Load a register file into a round's frame, all or nothing."""

import csv
import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from barometer.models import AuditEvent
from surveys.actions.frame import FrameRefused, load_frame
from surveys.models import FrameFile, Round, Workplace
from surveys.sampling import key_fingerprint, permanent_random_number
from tests.factories import NOON, make_frame, make_round, make_sample, refreshed, register_file, register_rows
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    options = {"location": tmp_path / "files"}
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    }


def refusal(round_: Round, data: bytes) -> list[tuple[str, object]]:
    """Return code and row of everything for which a file is refused."""
    with pytest.raises(FrameRefused) as refused:
        load_frame(round_=round_, name="register.csv", data=data, by=None, at=NOON)
    return [(problem.code, problem.params.get("row")) for problem in refused.value.problems]


# What loading does


def test_every_line_becomes_a_workplace_with_its_contact() -> None:
    frame_file = make_frame(rows=register_rows(2, Branche="861000", Ansatte="120", Leder="Ole Overlæge"))
    first = Workplace.objects.select_related("contact").order_by("register_id")[0]
    assert frame_file.rows == Workplace.objects.count() == 2
    assert (first.register_id, first.industry_group, first.size_class) == ("0000000001", "health", "s100_plus")
    assert (first.level, first.authority, first.region) == ("municipality", "Aarhus Kommune", "midtjylland")
    assert (first.contact.leader, first.contact.email) == ("Ole Overlæge", "leder1@boernehave.example")
    assert (first.contact.kind, first.contact.language) == ("person", "da")


def test_a_workplace_has_the_same_permanent_random_number_in_every_round(settings: Settings) -> None:
    for _ in range(2):
        make_frame(rows=register_rows(1))
    numbers = set(Workplace.objects.values_list("permanent_random_number", flat=True))
    assert numbers == {permanent_random_number("0000000001", settings.SAMPLING_KEY)}


def test_the_round_knows_by_which_key_its_random_numbers_were_made(settings: Settings) -> None:
    round_ = make_frame().round
    assert refreshed(round_).sampling_key_fingerprint == key_fingerprint(settings.SAMPLING_KEY)


def test_the_file_is_remembered_by_its_name_and_digest() -> None:
    data = register_file(register_rows(3))
    round_ = make_round()
    load_frame(round_=round_, name="register 2020.csv", data=data, by=finn(), at=NOON)
    file = FrameFile.objects.get()
    assert (file.name, file.sha256, file.rows) == ("register 2020.csv", hashlib.sha256(data).hexdigest(), 3)
    assert (file.loaded_by, file.loaded_at) == (finn(), NOON)
    assert file.mapping["Branche"] == "db07"


def test_loading_leaves_a_line_in_the_audit_log() -> None:
    round_ = make_round()
    data = register_file(register_rows(3))
    load_frame(round_=round_, name="register.csv", data=data, by=finn(), at=NOON)
    event = AuditEvent.objects.get(what="frame.loaded")
    assert (event.who, event.target) == ("finn", f"round:{round_.pk}")
    assert event.facts["sha256"] == hashlib.sha256(data).hexdigest()
    assert event.facts["rows"] == 3


# What is refused


def test_one_bad_row_keeps_all_rows_out_and_every_bad_row_is_listed() -> None:
    round_ = make_round()
    rows = register_rows(5)
    rows[1]["Ansatte"] = "mange"
    rows[3] |= {"Forvaltningsniveau": "EU", "E-mail": "leder(at)skole.example"}
    assert refusal(round_, register_file(rows)) == [
        ("frame_bad_employees", 3),
        ("frame_unknown_word", 5),
        ("frame_bad_email", 5),
    ]
    assert not Workplace.objects.exists()
    assert not FrameFile.objects.exists()
    assert not AuditEvent.objects.filter(what="frame.loaded").exists()
    assert refreshed(round_).sampling_key_fingerprint == ""


def test_a_refused_file_leaves_the_frame_that_was_there() -> None:
    round_ = make_frame(rows=register_rows(3)).round
    refusal(round_, register_file(register_rows(5, Ansatte="mange")))
    assert Workplace.objects.of_round(round_).count() == 3


def test_a_rehearsal_refuses_addresses_that_could_reach_somebody() -> None:
    rows = register_rows(3)
    rows[1]["E-mail"] = "leder@aarhus.dk"
    assert refusal(make_round(rehearsal=True), register_file(rows)) == [("frame_address_not_reserved", 3)]


def test_a_real_round_takes_real_addresses() -> None:
    frame_file = make_frame(
        make_round(rehearsal=False), [row | {"E-mail": "leder@aarhus.dk"} for row in register_rows(3)]
    )
    assert frame_file.rows == 3


def test_a_frame_stays_once_the_sample_is_drawn() -> None:
    round_ = make_sample().round
    assert refusal(refreshed(round_), register_file()) == [("frame_sample_drawn", None)]
    assert Workplace.objects.of_round(round_).count() == 40


def test_another_sampling_key_is_refused(settings: Settings) -> None:
    round_ = refreshed(make_frame().round)
    settings.SAMPLING_KEY = b"another key" * 4
    assert refusal(round_, register_file()) == [("frame_other_sampling_key", None)]


# Loading again


def test_loading_again_replaces_the_frame_and_tells_what_changed() -> None:
    round_ = make_frame(rows=register_rows(10)).round
    rows = register_rows(10, first=3)  # 1 and 2 are gone, 11 and 12 are new
    rows[0]["Ansatte"] = "50"
    rows[1]["E-mail"] = "ny@boernehave.example"
    change = load_frame(round_=round_, name="register.csv", data=register_file(rows), by=None, at=NOON)
    assert (change.rows, change.new, change.gone, change.changed, change.replaced) == (10, 2, 2, 2, True)
    identifiers = Workplace.objects.of_round(round_).values_list("register_id", flat=True)
    assert list(identifiers) == [f"{number:010}" for number in range(3, 13)]
    assert FrameFile.objects.filter(round=round_).count() == 1


def test_loading_the_same_file_again_changes_no_workplace() -> None:
    round_ = make_frame().round
    change = load_frame(round_=round_, name="register.csv", data=register_file(), by=None, at=NOON)
    assert (change.new, change.gone, change.changed) == (0, 0, 0)


def test_another_round_keeps_its_frame() -> None:
    other, round_ = make_frame().round, make_frame().round
    load_frame(round_=round_, name="register.csv", data=register_file(register_rows(3)), by=None, at=NOON)
    assert Workplace.objects.of_round(other).count() == 40


# The command


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    with translation.override("en"):
        try:
            call_command("load_frame", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            assert error.returncode == 1
            err.write(f"{error}\n")
    return out.getvalue(), err.getvalue()


def test_the_command_loads_a_file_and_says_how_many_workplaces(tmp_path: Path) -> None:
    make_round(slug="dk")
    path = tmp_path / "register.csv"
    path.write_bytes(register_file(register_rows(7)))
    assert run("dk", str(path)) == ("The frame has been loaded: 7 workplaces.\n", "")
    path.write_bytes(register_file(register_rows(7, first=3)))
    assert run("dk", str(path))[0].splitlines()[1] == "Compared with before: 2 new, 2 gone, 0 changed."


def test_the_command_lists_every_problem_by_row_and_column(tmp_path: Path) -> None:
    make_round(slug="dk")
    rows = register_rows(3)
    rows[0]["Ansatte"] = "mange"
    rows[2]["Region"] = "Skåne"
    path = tmp_path / "register.csv"
    path.write_bytes(register_file(rows))
    out, err = run("dk", str(path))
    first, second, last = err.splitlines()
    assert out == ""
    assert first.startswith("Row 2, column “Ansatte”: “mange” is not a number of employees.")
    assert second.startswith("Row 4, column “Region”: “Skåne” is not known here.")
    assert last == "Nothing has been loaded. Problems: 2"


def test_the_command_says_which_rounds_there_are(tmp_path: Path) -> None:
    make_round(slug="dk-2018-19")
    assert run("dk-2019", str(tmp_path / "x.csv"))[1] == "There is no round dk-2019. There are: dk-2018-19.\n"


def test_the_command_says_when_the_file_cannot_be_read(tmp_path: Path) -> None:
    make_round(slug="dk")
    assert "cannot be read: No such file or directory" in run("dk", str(tmp_path / "nothing.csv"))[1]


# The page


def address(round_: Round) -> str:
    return reverse("frame", args=[round_.slug])


def upload(browser: Client, round_: Round, data: bytes, **fields: str) -> Any:
    file = SimpleUploadedFile("register.csv", data, content_type="text/csv")
    return browser.post(address(round_), {"file": file, **fields}, follow=True)


def test_staff_load_a_file_and_see_what_is_in_it() -> None:
    round_ = make_round()
    rows = register_rows(6) + [row | {"E-mail": ""} for row in register_rows(2, first=7)]
    text = upload(browser_of(finn()), round_, register_file(rows)).content.decode()
    assert "The frame has been loaded: 8 workplaces." in text
    assert FrameFile.objects.get().sha256 in text
    assert "Finn Friis" in text
    assert all(
        label in text for label in ("Municipality", "Child care", "10–24 employees", "Person", "No e-mail address")
    )
    assert text.count("75.0%") == 1  # six of eight have the leader's own address
    assert text.count("25.0%") == 1


def test_a_frame_is_replaced_only_by_somebody_who_says_so() -> None:
    round_ = make_frame().round
    browser = browser_of(finn())
    assert "It replaces the 40 workplaces from register.csv." in browser.get(address(round_)).content.decode()
    refused = upload(browser, round_, register_file(register_rows(3)))
    assert "Tick the box" in refused.content.decode()
    assert Workplace.objects.of_round(round_).count() == 40
    replaced = upload(browser, round_, register_file(register_rows(3)), replace="on")
    assert "Compared with before: 0 new, 37 gone, 0 changed." in replaced.content.decode()
    assert Workplace.objects.of_round(round_).count() == 3


def test_the_page_lists_the_problems_and_offers_all_of_them_as_a_file() -> None:
    round_ = make_round()
    browser = browser_of(finn())
    text = upload(browser, round_, register_file(register_rows(150, Ansatte="mange"))).content.decode()
    assert "Nothing has been loaded" in text
    assert "There are 150 problems in register.csv." in text
    assert "Only the first 50 are shown here." in text
    assert text.count("<tr><td>") == 50
    download = browser.get(reverse("frame-problems", args=[round_.slug]))
    assert download.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(StringIO(download.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Row", "Column", "Problem"]
    assert [row[:2] for row in rows[1:]] == [[str(number), "Ansatte"] for number in range(2, 152)]


def test_the_list_of_problems_holds_no_formula() -> None:
    round_ = make_round()
    rows = [
        {("=Ansatte" if name == "Ansatte" else name): value for name, value in row.items()} for row in register_rows(1)
    ]
    rows[0]["=Ansatte"] = "mange"
    browser = browser_of(finn())
    upload(browser, round_, register_file(rows))
    assert ";'=Ansatte;" in browser.get(reverse("frame-problems", args=[round_.slug])).content.decode()


def test_the_list_of_problems_goes_when_a_file_is_loaded() -> None:
    round_ = make_round()
    browser = browser_of(finn())
    upload(browser, round_, register_file(register_rows(1, Ansatte="mange")))
    assert browser.get(reverse("frame-problems", args=[round_.slug])).status_code == 200
    upload(browser, round_, register_file())
    assert browser.get(reverse("frame-problems", args=[round_.slug])).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("nothing.csv", b"", "The file is empty."),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00", "Nothing has been loaded"),
        ("letter.txt", "Kære leder".encode(), "A column is missing."),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", "cannot be opened as one"),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_words(name: str, data: bytes, said: str) -> None:
    round_ = make_round()
    response = browser_of(finn()).post(address(round_), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not Workplace.objects.exists()


def test_a_post_without_a_file_says_so() -> None:
    response = browser_of(finn()).post(address(make_round()), {})
    assert "Choose a file." in response.content.decode()


def test_once_the_sample_is_drawn_the_page_has_no_form() -> None:
    round_ = make_sample().round
    browser = browser_of(finn())
    text = browser.get(address(round_)).content.decode()
    assert "the frame no longer changes" in text
    assert 'type="file"' not in text
    assert "the frame no longer changes" in upload(browser, round_, register_file(), replace="on").content.decode()
    assert Workplace.objects.of_round(round_).count() == 40


def test_the_page_takes_the_same_queries_for_every_size(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    round_ = make_frame().round
    browser = browser_of(finn())
    with django_assert_max_num_queries(11):
        browser.get(address(round_))


@pytest.mark.parametrize("name", ["frame", "frame-problems"])
def test_the_pages_need_a_login_as_staff(name: str) -> None:
    target = reverse(name, args=[make_round().slug])
    assert browser_of(None).get(target).headers["Location"] == f"/login/?next={target}"
    assert browser_of(olga()).get(target).status_code == 403


def test_the_pages_reject_other_methods() -> None:
    round_ = make_round()
    browser = browser_of(finn())
    assert browser.delete(address(round_)).status_code == 405
    assert browser.post(reverse("frame-problems", args=[round_.slug])).status_code == 405
