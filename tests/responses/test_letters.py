"""Letters: who gets one, what stands in the file, that nothing of it is kept, and that they were posted."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
import segno
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from barometer.models import AuditEvent
from responses import letters, links
from responses.actions import case as case_actions
from responses.actions import letter as actions
from responses.mail import Unwritable
from responses.models import LinkHolder, Wave
from responses.references import reference
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import LeftOut
from surveys.models import ContactStep, Round, RoundText
from tests.factories import NOON, make_case, make_holder, make_open_round
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db

PRINTED = date(2020, 1, 30)
PRINT = {"act": "print", "printed_on": "2020-01-30"}
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


@pytest.fixture
def round_() -> Round:
    today = timezone.localdate()
    dates = {"opens_on": today - timedelta(days=20), "deadline": today, "closes_on": today + timedelta(days=30)}
    return make_open_round(**dates)


@pytest.fixture
def step(round_: Round) -> ContactStep:
    return ContactStep.objects.create(round=round_, day=10, channel="letter", mail_name="letter")


def prepared(step: ContactStep) -> Wave:
    return actions.prepare(step=step, by=finn(), at=timezone.now())


def file_of(wave: Wave) -> PdfReader:
    made = letters.write(letters.attempts_of(wave), wave, PRINTED)
    return PdfReader(io.BytesIO(b"".join(letters.pdf(made, wave.step.round))), strict=True)


def texts(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def refreshed(wave: Wave) -> Wave:
    return Wave.objects.select_related("step__round").get(pk=wave.pk)


# Who gets one


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"contact": {"email": ""}}, None),
        ({"contact": {"kind": "authority"}}, None),
        ({"events": [EventKind.BOUNCED]}, None),
        ({"events": [EventKind.STARTED]}, None),
        ({"address": " , "}, LeftOut.NO_ADDRESS),
        ({"events": [EventKind.STARTED, EventKind.SUBMITTED]}, LeftOut.SUBMITTED),
        ({"events": [EventKind.DECLINED]}, LeftOut.DECLINED),
        ({"events": [EventKind.REFUSED]}, LeftOut.DECLINED),
        ({"events": [EventKind.REMINDERS_STOPPED]}, LeftOut.REMINDERS_STOPPED),
        ({"events": [EventKind.REPORTED_CLOSED]}, LeftOut.NOT_ELIGIBLE),
    ],
)
def test_a_letter_needs_a_postal_address_and_otherwise_what_a_mail_needs(
    round_: Round, step: ContactStep, changes: dict[str, Any], reason: LeftOut | None
) -> None:
    case = make_case(round_, **changes)
    wanted, others = actions.plan(step, timezone.now())
    assert [holder.case_id for holder in wanted] == ([] if reason else [case.pk])
    assert list(others) == ([reason] if reason else [])
    wave = prepared(step)
    assert (wave.forecast, wave.left_out) == ((0, {reason: [case.pk]}) if reason else (1, {}))


def test_a_delegate_gets_no_letter_and_neither_does_the_owner_meanwhile(round_: Round, step: ContactStep) -> None:
    make_holder(make_case(round_), LinkHolder.Role.DELEGATE, at=timezone.now())
    assert actions.plan(step, timezone.now())[1].keys() == {LeftOut.TASK_ELSEWHERE}


def test_a_retired_link_stops_its_letter(round_: Round, step: ContactStep) -> None:
    case = make_case(round_)
    case_actions.retire_link(holder=case.holders.get(), reason="x", by=finn(), at=NOON)
    assert prepared(step).left_out == {LeftOut.LINK_RETIRED: [case.pk]}


def test_a_mail_is_no_letter(round_: Round) -> None:
    mail = round_.contact_steps.filter(channel="email").first()
    assert mail is not None
    with pytest.raises(actions.NotALetter):
        prepared(mail)


def test_who_is_left_out_is_shown_with_the_reason_before_anything_is_printed(round_: Round, step: ContactStep) -> None:
    make_case(round_, name="Skolen der svarede", events=[EventKind.STARTED, EventKind.SUBMITTED])
    make_case(round_, name="Skolen uden postnummer", address="Uden postnummer 1")
    html = browser_of(finn()).get(reverse("letters", args=[round_.slug])).content.decode()
    assert "1: the answers had been submitted" in html
    assert "Skolen der svarede" in html
    assert "Skolen uden postnummer" in html
    assert not Wave.objects.exists()


# The file


def test_the_file_is_sorted_by_postal_code_and_what_has_none_comes_last(round_: Round, step: ContactStep) -> None:
    for address in ("Vej 1, 8000 Aarhus C", "Uden nummer", "Vej 2, 0800 Høje Taastrup", "Vej 1, 5000 Odense C"):
        make_case(round_, address=address)
    found = texts(file_of(prepared(step)))
    towns = [
        next(name for name in ("Taastrup", "Odense", "Aarhus C\n", "Uden nummer") if name in each) for each in found
    ]
    assert towns == ["Taastrup", "Odense", "Aarhus C\n", "Uden nummer"]


def test_the_code_of_each_letter_opens_its_own_case_and_no_other(round_: Round, step: ContactStep) -> None:
    cases = [make_case(round_, name=f"Skole {number}") for number in range(5)]
    found = texts(file_of(prepared(step)))
    opened = []
    for text in found:
        (code,) = CODE.findall(text)
        holder = links.holder_of_code(code)
        assert holder is not None
        assert holder.case.sample_unit.workplace.name in text
        assert reference(holder.case_id) in text
        opened.append(holder.case_id)
    assert sorted(opened) == [case.pk for case in cases]


def test_the_qr_code_is_that_of_the_personal_link(round_: Round, step: ContactStep) -> None:
    owner = make_case(round_).holders.get()
    (letter,) = letters.write(
        letters.attempts_of(prepared(step)), Wave.objects.select_related("step__round").get(), PRINTED
    )
    link = links.address(links.ANSWER, owner)
    data = letters.printed(letter, rehearsal=True)
    assert data["qr"] == letters.qr_code(link)
    assert data["code"] == links.typed_code(owner)
    drawn = letters.qr_code(link)
    matrix = segno.make(link, error="m", boost_error=False, micro=False, mask=letters.MASK)
    width, _ = matrix.symbol_size(border=4)
    assert f'viewBox="0 0 {width} {width}"' in drawn
    assert drawn != letters.qr_code(link.replace("/s/", "/o/"))


def test_the_file_is_tagged_has_a_title_and_says_the_language_of_each_letter(round_: Round, step: ContactStep) -> None:
    make_case(round_, language="da", address="Vej 1, 1000 København K")
    make_case(round_, language="en", address="Vej 1, 2000 Frederiksberg")
    reader = file_of(prepared(step))
    root: Any = reader.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"].value)
    assert root["/Lang"] == "da"
    assert reader.metadata is not None
    assert round_.slug in str(reader.metadata.title)
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    danish, english = texts(reader)
    assert "Venlig hilsen" in danish
    assert "Kind regards" in english
    assert languages_of_headings(reader) == ["da", "en"]


def languages_of_headings(reader: PdfReader) -> list[str]:
    root: Any = reader.trailer["/Root"]
    tree = root["/StructTreeRoot"]
    (document,) = (kid.get_object() for kid in tree["/K"])
    parts = [part.get_object() for part in document["/K"]]
    elements = [kid.get_object() for part in parts for kid in part["/K"]]
    return [str(each.get("/Lang", "da")) for each in elements if each["/S"] == "/H1"]


def test_the_address_stands_in_the_window_of_an_envelope(round_: Round, step: ContactStep) -> None:
    make_case(round_, name="Skolen " + "med det lange navn " * 5, address="Vej 1, 8000 Aarhus C")
    seen: dict[str, tuple[float, float]] = {}

    def note(text: str, matrix: Any, text_matrix: list[float], *_: object) -> None:
        if text.strip():
            seen.setdefault(text.strip(), (text_matrix[4], text_matrix[5]))

    (page,) = file_of(prepared(step)).pages
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: note(text, cm, at_of(cm, tm)))
    millimetre = 72 / 25.4
    inside = [words for words, (x, y) in seen.items() if 20 <= x / millimetre <= 105 and 207 <= y / millimetre <= 252]
    assert any("Skolen" in words for words in inside)
    assert any("8000 Aarhus C" in words for words in inside)
    assert not any(CODE.search(words) for words in inside)


def at_of(cm: list[float], tm: list[float]) -> list[float]:
    """The text matrix under the transformation in force."""
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    return [0, 0, 0, 0, x, y]


def test_names_from_the_register_are_printed_as_they_are(round_: Round, step: ContactStep) -> None:
    name = '#set page(width: 1cm) *fed* "Skole" \\ $x$ <b>'
    make_case(round_, name=name, contact={"leader": "Lea [Leder]\u202e ⟦code⟧"})
    (text,) = texts(file_of(prepared(step)))
    plain = " ".join(text.split())
    assert "#set page(width: 1cm) *fed*" in plain
    assert "\u202e" not in text
    assert "⟦" not in text


def test_a_letter_fits_one_page_however_long_its_names(round_: Round, step: ContactStep) -> None:
    make_case(round_, name="Æ" * 120, address="Ø" * 100 + ", 8000 Aarhus C", contact={"leader": "Å" * 60})
    make_case(round_, name="lang " * 24, address="lang " * 20 + ", 8000 Aarhus C", contact={"leader": "ord " * 15})
    assert len(file_of(prepared(step)).pages) == 2


def test_an_empty_field_stops_all_letters_and_the_page_says_which(round_: Round, step: ContactStep) -> None:
    make_case(round_)
    wave = prepared(step)
    RoundText.objects.filter(round=round_, field=RoundText.Field.HELP_PHONE).delete()
    with pytest.raises(Unwritable):
        file_of(wave)
    answer = browser_of(finn()).post(
        reverse("letter-wave", args=[wave.pk]), {"act": "print", "printed_on": "2020-01-30"}
    )
    assert answer.status_code == 422
    assert "Telephone of the help desk" in answer.content.decode()
    assert refreshed(wave).proven_at is None


def test_a_pre_notice_has_no_code_for_who_will_get_it_by_mail_and_one_for_who_has_no_address(round_: Round) -> None:
    step = ContactStep.objects.create(round=round_, day=-4, channel="letter", mail_name="pre_notice")
    make_case(round_, address="Vej 1, 1000 København K")
    make_case(round_, address="Vej 1, 2000 Frederiksberg", contact={"email": ""})
    make_case(round_, address="Vej 1, 3000 Helsingør", events=[EventKind.BOUNCED])
    by_mail, without, bounced = texts(file_of(prepared(step)))
    assert not CODE.search(by_mail)
    assert CODE.search(without)
    assert CODE.search(bounced)


def save_words(round_: Round, name: str, language: str, subject: str, body: str) -> None:
    round_.mail_texts.create(name=name, language=language, subject=subject, body=body, edited_at=NOON)


def test_what_staff_write_for_the_letter_is_printed_in_the_language_of_each_case(
    round_: Round, step: ContactStep
) -> None:
    save_words(
        round_, "letter", "da", "Brev til {subject_name}", "[opening]\n\nNyt afsnit.\nNy linje.\n\n[access]\n\n[data]"
    )
    save_words(round_, "letter", "en", "Letter to {subject_name}", "[opening]\n\nOwn words.\n\n[access]\n\n[regards]")
    make_case(round_, name="Skovbo", address="Vej 1, 1000 København K")
    make_case(round_, name="Lakeside", language="en", address="Vej 1, 2000 Frederiksberg")
    ContactStep.objects.filter(pk=step.pk).update(sender="Danmarks Statistik")
    danish, english = texts(file_of(prepared(step)))
    assert "Brev til Skovbo" in danish
    assert "Nyt afsnit.\nNy linje." in danish
    assert "frivilligt" not in danish, "what staff have left out is not printed"
    assert "Letter to Lakeside" in english
    assert "Own words." in english
    assert english.rstrip().endswith("Kind regards\nDanmarks Statistik")
    assert all(len(CODE.findall(text)) == 1 for text in (danish, english))


def test_what_staff_write_for_the_pre_notice_is_printed_too(round_: Round) -> None:
    step = ContactStep.objects.create(round=round_, day=-4, channel="letter", mail_name="pre_notice")
    save_words(round_, "pre_notice", "da", "Snart", "[opening]\n\nEgne ord.\n\n[announced]\n\n[opt_outs]\n\n[regards]")
    make_case(round_, address="Vej 1, 1000 København K")
    make_case(round_, address="Vej 1, 2000 Frederiksberg", contact={"email": ""})
    by_mail, without = (" ".join(text.split()) for text in texts(file_of(prepared(step))))
    assert "Egne ord. Spørgeskemaet kommer" in by_mail
    assert "Egne ord. Vi har ingen e-mailadresse" in without
    assert all("ring eller skriv til os" in text for text in (by_mail, without)), "there is no link to click on paper"


def test_words_that_hold_the_code_in_a_sentence_stand_beside_the_qr_code(round_: Round, step: ContactStep) -> None:
    save_words(round_, "letter", "da", "Brev", "Indtast {code} på {code_address} i dag.\n\n[regards]")
    make_case(round_)
    wave = prepared(step)
    (letter,) = letters.write(letters.attempts_of(wave), refreshed(wave), PRINTED)
    assert [each.access for each in letter.paragraphs] == [True, False]
    (text,) = texts(file_of(wave))
    assert re.search(rf"Indtast\s+{CODE.pattern}\s+på\s+testserver/s\s+i\s+dag", text)


@pytest.mark.parametrize(
    ("contact", "opening"),
    [
        ({"kind": "person"}, "Kære Lea Leder"),
        ({"kind": "person", "leader": ""}, "Til lederen af Skovbo"),
        ({"kind": "workplace"}, "Til lederen af Skovbo"),
        ({"kind": "authority", "email": "post@kommune.example"}, "Til lederen af Skovbo"),
    ],
)
@pytest.mark.parametrize("name", ["letter", "pre_notice"])
def test_a_letter_goes_to_the_workplace_whoever_reads_its_mails(
    round_: Round, contact: dict[str, str], opening: str, name: str
) -> None:
    step = ContactStep.objects.create(round=round_, day=10, channel="letter", mail_name=name)
    make_case(round_, name="Skovbo", contact=contact)
    (text,) = texts(file_of(prepared(step)))
    assert opening in text
    assert ("Att.: Lea Leder" in text) is (opening == "Kære Lea Leder")
    assert "videre" not in text
    assert f"testserver/privacy/{round_.slug}/" in re.sub(r"\s", "", text)
    assert "?lang" not in text


def test_many_letters_are_one_file_of_several_parts(
    round_: Round, step: ContactStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "LETTERS_PER_PART", 2)
    for number in range(5):
        make_case(round_, address=f"Vej {number}, {1000 + number} By")
    found = texts(file_of(prepared(step)))
    assert [re.search(r"\d{4} By", text)[0] for text in found] == [f"{1000 + number} By" for number in range(5)]  # type: ignore[index]


# Nothing is kept


def test_neither_the_file_nor_any_secret_in_it_is_stored(round_: Round, step: ContactStep) -> None:
    owner = make_case(round_).holders.get()
    wave = prepared(step)
    answer = browser_of(finn()).post(
        reverse("letter-wave", args=[wave.pk]), {"act": "print", "printed_on": "2020-01-30"}
    )
    made = b"".join(answer)
    assert made.startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert links.typed_code(owner) in PdfReader(io.BytesIO(made)).pages[0].extract_text()
    browser_of(finn()).get(reverse("letter", args=[wave.pk, 1]))
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)
    assert links.typed_code(owner) not in dump.getvalue()
    assert links.token(links.ANSWER, owner) not in dump.getvalue()
    assert AuditEvent.objects.get(what="letters.printed").facts == {"letters": 1}


@pytest.mark.parametrize("rehearsal", [True, False])
def test_only_in_a_rehearsal_the_page_of_a_letter_shows_link_and_code(
    round_: Round, step: ContactStep, rehearsal: bool
) -> None:
    Round.objects.filter(pk=round_.pk).update(rehearsal=rehearsal)
    case = make_case(round_, name="Skolen her")
    owner = case.holders.get()
    html = browser_of(finn()).get(reverse("letter", args=[prepared(step).pk, 1])).content.decode()
    assert "Skolen her" in html
    assert (links.typed_code(owner) in html) is rehearsal
    assert (links.token(links.ANSWER, owner) in html) is rehearsal


def test_there_is_no_letter_before_the_first_or_after_the_last(round_: Round, step: ContactStep) -> None:
    make_case(round_)
    wave = prepared(step)
    assert [browser_of(finn()).get(f"/letters/{wave.pk}/{number}/").status_code for number in (0, 1, 2)] == [
        404,
        200,
        404,
    ]
