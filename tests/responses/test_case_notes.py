"""Staff write notes on a case; a note is corrected by another one, and nobody writes past a colleague unseen."""

import pytest
from django.urls import reverse

from barometer.models import AuditEvent
from responses.actions import note as actions
from responses.models import Case, CaseNote
from responses.statistics.dispositions import EventKind
from tests.factories import NOON, make_case
from tests.people import browser_of, dana, finn, olga

pytestmark = pytest.mark.django_db


def write(case: Case, text: str, **changes: object) -> CaseNote:
    return actions.write(case=case, text=text, by=finn(), at=NOON, **changes)  # type: ignore[arg-type]


def post(case: Case, text: str, seen: str = "", note: CaseNote | None = None) -> tuple[int, str]:
    name, args = ("case-note-correct", [case.pk, note.pk]) if note else ("case-notes", [case.pk])
    answer = browser_of(dana()).post(reverse(name, args=args), {"text": text, "seen": seen})
    return answer.status_code, answer.content.decode()


def shown(case: Case) -> str:
    return browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()


def test_a_note_stands_on_the_page_with_time_and_author_and_leaves_a_line() -> None:
    case = make_case()
    assert post(case, "The head is away until Easter.")[0] == 302
    page = shown(case)
    assert "The head is away until Easter." in page
    assert f'action="{reverse("case-notes", args=[case.pk])}"' in page
    assert "Dana Dam" in page
    assert "A note was written" in page
    assert case.events.filter(kind=EventKind.NOTED).count() == 1
    assert AuditEvent.objects.get(what="case.noted").target == f"case:{case.pk}"


def test_a_note_is_shown_as_it_was_written_and_never_as_markup() -> None:
    case = make_case(name="<b>Skole</b>")
    write(case, "<script>alert(1)</script>\n=1+1 & “ø”")
    page = shown(case)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;Skole&lt;/b&gt;" in page


def test_a_note_is_corrected_by_another_one_once_and_both_can_be_read() -> None:
    case = make_case()
    first = write(case, "Wrong number of children")
    assert post(case, "Right number", note=first)[0] == 302
    page = shown(case)
    assert "Corrected by a later note" in page
    assert "Wrong number of children" in page
    assert CaseNote.objects.get(corrects=first).text == "Right number"
    status, text = post(case, "Once more", note=first)
    assert status == 409
    assert "Somebody has written a note since" in text


def test_a_note_of_another_case_cannot_be_corrected_from_here() -> None:
    assert post(make_case(), "x", note=write(make_case(), "y"))[0] == 404


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "a\0b"])
def test_an_empty_or_too_long_note_and_one_with_a_zero_byte_is_refused(text: str) -> None:
    case = make_case()
    assert post(case, text)[0] == 422
    assert not case.notes.exists()


def test_who_writes_second_reads_the_first_note_before_saving() -> None:
    case = make_case()
    write(case, "Called: she answers on Friday.")
    status, text = post(case, "I will call her today.", seen="0")
    assert status == 409
    assert "Called: she answers on Friday." in text
    assert "I will call her today." in text
    assert case.notes.count() == 1
    assert post(case, "I will call her today.", seen=str(case.notes.get().pk))[0] == 302


def test_the_page_of_notes_is_for_staff() -> None:
    path = reverse("case-notes", args=[make_case().pk])
    assert browser_of(finn()).get(path).status_code == 200
    assert browser_of(None).get(path)["Location"].startswith(reverse("account_login"))
    assert browser_of(olga()).get(path).status_code == 403
    assert browser_of(finn()).put(path).status_code == 405
