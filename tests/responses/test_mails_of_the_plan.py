"""The shipped words of each mail of the contact plan, to each kind of reader, and of what is no mail to a case."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from responses import links
from responses import mail as mails
from responses.actions import mail as mail_actions
from responses.actions import sending
from responses.mail import Unwritable, Written
from responses.models import ContactAttempt, Mail, Notice, ResultRequest
from responses.statistics.dispositions import EventKind
from surveys.models import MAILS, AuthorityContact, ContactStep, Round
from tests.factories import NOON, make_case, make_open_round, make_round, make_step, make_unit, make_workplace
from tests.people import finn
from tests.responses.test_mail_texts import AUTHORITY, MAILBOX, visible, write

pytestmark = pytest.mark.django_db

Name = ContactStep.MailName
LATER = NOON + timedelta(days=60)
LEA = {"email": "lea@skole.example"}


def without_lines(round_: Round, name: str, language: str = "da", **of: Any) -> Written:
    step = make_step(round_, name)
    mail = Mail.objects.create(
        round=round_, name=name, step=step, address="a@b.example", language=language, scheduled_for=NOON, **of
    )
    common = mails.letterhead(round_, language)
    written = mails.write(mail, [], common)
    assert mails.message(mail, written, [], common, at=NOON).to == ["a@b.example"]
    return written


def to_authority(round_: Round, language: str = "da", **changes: str) -> Written:
    values = {"authority_code": "751", "authority": "Aarhus Kommune", "name": "Kim Kontakt", "email": "a@b.example"}
    contact = AuthorityContact.objects.create(round=round_, language=language, **values | changes)
    return without_lines(round_, Name.KICK_OFF, language, authority_contact=contact)


def test_what_is_no_mail_is_told_apart_in_one_place() -> None:
    assert set(Name) - set(MAILS) == {Name.LETTER, Name.CALLS}


@pytest.mark.parametrize(
    ("name", "started", "subject", "words"),
    [
        (Name.PRE_NOTICE, False, "Et spørgeskema er på vej til Skovbo", "kommer tirsdag den 7. januar 2020 i en mail"),
        (
            Name.REMINDER_2,
            False,
            "Jeres svar tæller, også uden noget nyt: Skovbo",
            "De offentliggøres efter øvelsen og",
        ),
        (Name.REMINDER_2, True, "Send jeres svar senest 6. februar: Skovbo", "skal I trykke ”Send svar” på den sidste"),
        (Name.REMINDER_3, False, "Svar på nettet eller i telefonen: Skovbo", "hvornår vi må ringe."),
        (Name.REMINDER_3, True, "Mangler kun at blive sendt: Skovbo", "Du kan også lade en kollega gøre det færdigt"),
        (Name.LAST, False, "Spørgeskemaet lukker 21. februar: Skovbo", "Dette er den sidste mail, vi sender om det."),
        (Name.LAST, True, "Spørgeskemaet lukker 21. februar: Skovbo", "lukker fredag den 21. februar 2020."),
    ],
)
def test_a_mail_says_in_danish_what_it_is_for(name: str, started: bool, subject: str, words: str) -> None:
    written = write(make_case(name="Skovbo", events=[EventKind.STARTED] if started else []), mail_name=name)
    assert written.subject == subject
    assert words in written.text


@pytest.mark.parametrize(
    ("name", "started", "subject", "words"),
    [
        (Name.PRE_NOTICE, False, "A questionnaire is on its way to Lakeside", "on Tuesday 7 January 2020 and takes"),
        (Name.REMINDER_2, False, "Nothing new? Your answer counts too: Lakeside", "your answer matters just as much"),
        (
            Name.REMINDER_2,
            True,
            "Please submit by 6 February: Lakeside",
            "press “Submit the answers” on the final page",
        ),
        (Name.REMINDER_3, False, "Answer online or by phone: Lakeside", "We are still missing an answer."),
        (Name.REMINDER_3, True, "Only waiting to be submitted: Lakeside", "let a colleague finish it"),
        (Name.LAST, False, "The questionnaire closes 21 February: Lakeside", "This is the last mail we send about it."),
    ],
)
def test_a_mail_says_in_english_what_it_is_for(name: str, started: bool, subject: str, words: str) -> None:
    case = make_case(name="Lakeside", language="en", events=[EventKind.STARTED] if started else [])
    written = write(case, mail_name=name)
    assert written.subject == subject
    assert words in written.text


@pytest.mark.parametrize("name", [Name.PRE_NOTICE, Name.INVITATION, Name.REMINDER_3, Name.LAST])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("contact", [LEA, MAILBOX | LEA, AUTHORITY | LEA])
def test_every_mail_stands_alone(name: str, number: int, contact: Mapping[str, str]) -> None:
    round_ = make_open_round()
    cases = [make_case(round_, name=f"Skovbo {each}", contact=contact) for each in range(number)]
    text = write(*cases, mail_name=name).text
    for words in (
        "Innovationsbarometeret, statistikken over innovation i den offentlige sektor",
        "Det er frivilligt at svare.",
        "Ingen uden for Innovationsbarometeret (øvelse), heller ikke Aarhus Kommune, får at vide, hvad I svarer.",
        "et opdigtet øvelsesregister",
        "/privacy/",
        "Spørgsmål: 00 00 00 00",
        "hjaelp@example.org",
    ):
        assert words in text
    for case in cases:
        holder = case.holders.get().pk
        assert case.sample_unit.workplace.name in text
        assert f"⟦opt_out_link:{holder}⟧" in text
        assert (f"⟦link:{holder}⟧" in text) is (name != Name.PRE_NOTICE)


def test_an_authoritys_mailbox_is_told_whose_mails_its_link_stops() -> None:
    case = make_case(name="Skovbo", contact=AUTHORITY)
    stops = f"Hvis Skovbo ikke vil høre mere fra os: ⟦opt_out_link:{case.holders.get().pk}⟧"
    assert stops in write(case).text
    assert "Nej tak til flere påmindelser" not in write(case, mail_name=Name.PRE_NOTICE).text


def test_only_the_last_mail_says_that_it_is_the_last() -> None:
    for name in (Name.PRE_NOTICE, Name.INVITATION, Name.REMINDER_1, Name.REMINDER_2, Name.REMINDER_3, Name.THANK_YOU):
        assert not re.search(r"sidste (?!side)|last chance", write(make_case(), mail_name=name).text)


@pytest.mark.parametrize("number", [1, 2])
def test_who_has_answered_is_thanked_and_asked_for_nothing(number: int) -> None:
    round_ = make_open_round()
    cases = [
        make_case(round_, name=f"Skovbo {each}", contact=LEA, events=[EventKind.SUBMITTED]) for each in range(number)
    ]
    written = write(*cases, mail_name=Name.THANK_YOU)
    assert written.subject == f"Tak fra Innovationsbarometeret: {'Skovbo 0' if number == 1 else '2 arbejdspladser'}"
    assert "Tak for jeres svar til Innovationsbarometeret" in written.text
    assert "Resultaterne offentliggøres efter øvelsen på https://www.example.org/oevelse." in written.text
    assert "I får ingen påmindelser." in written.text
    assert all(case.sample_unit.workplace.name in written.text for case in cases)
    assert "⟦" not in written.text + written.html, "no link: behind one would be the answers, or a way to stop nothing"


# To an authority


def test_an_authority_reads_what_comes_that_it_is_voluntary_and_what_its_it_has_to_let_through() -> None:
    round_ = make_open_round()
    for code in ("751", "751", "101"):
        make_case(round_, authority_code=code)
    written = to_authority(round_)
    assert written.subject == "Innovationsbarometeret 2018-19 begynder: Aarhus Kommune"
    for words in (
        "Kære Kim Kontakt\n",
        "skriver tirsdag den 7. januar 2020 til lederne",
        "Antal udtrukne arbejdspladser i Aarhus Kommune: 2.",
        "Det er frivilligt at svare.",
        "Formålet er at vise",
        "støtte undersøgelsen internt",
        "Lad det være op til den enkelte leder",
        "mails fra barometer@example.org og links til testserver",
        "heller ikke Aarhus Kommune, får at vide, hvem der har svaret",
        "/privacy/",
        "hjaelp@example.org",
    ):
        assert words in written.text
    assert "⟦" not in written.text


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", ["", "Kim Kontakt"])
def test_text_and_html_to_an_authority_say_the_same(language: str, name: str) -> None:
    round_ = make_open_round()
    make_case(round_)
    written = to_authority(round_, language, name=name, authority="A & B <x>" + "y" * 70)
    assert visible(written.html) == written.text
    assert len(written.subject) <= 78
    opening = {"da": ("Til A & B", "Kære Kim"), "en": ("To A & B", "Dear Kim")}[language][bool(name)]
    assert opening in written.text


def test_an_authority_without_a_sampled_workplace_is_not_written_to() -> None:
    with pytest.raises(Unwritable, match="empty_field: count"):
        to_authority(make_open_round())


def test_a_mandatory_round_asks_an_authority_in_other_words() -> None:
    round_ = make_open_round()
    make_case(round_)
    round_.voluntary = False
    round_.save()
    text = to_authority(round_).text
    assert "frivilligt" not in text
    assert "op til den enkelte leder" not in text


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_result_mail_leads_to_the_results_and_nowhere_personal(language: str) -> None:
    round_ = make_open_round()
    request = ResultRequest.objects.create(
        round=round_, at=NOON, language=language, text_version=1, email="a@b.example"
    )
    written = without_lines(round_, Name.RESULT, language, result_request=request)
    assert visible(written.html) == written.text
    page = {"da": "https://www.example.org/oevelse", "en": "https://www.example.org/exercise"}[language]
    assert f'<a href="{page}">{page}</a>' in written.html
    assert {"da": "den bliver slettet nu", "en": "it is deleted now"}[language] in written.text
    assert (
        written.subject
        == {
            "da": "Innovationsbarometeret 2018-19: resultaterne er offentliggjort",
            "en": "The Innovation Barometer 2018-19: the results are published",
        }[language]
    )
    assert "⟦" not in written.text


# The letter


def letter(case: Any) -> Written:
    holder = case.holders.get()
    line = ContactAttempt.objects.create(case=case, step=make_step(case.round, Name.LETTER), holder=holder)
    return mails.write_letter(line, mails.letterhead(case.round, case.language))


@pytest.mark.parametrize("contact", [{}, MAILBOX, AUTHORITY])
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_letter_has_the_typed_code_and_no_html(contact: Mapping[str, str], language: str) -> None:
    case = make_case(name="Skovbo", contact=contact, language=language)
    written = letter(case)
    holder = case.holders.get()
    assert written.html == ""
    assert "Skovbo" in written.subject
    for words in ("testserver/s", f"⟦code:{holder.pk}⟧", "00 00 00 00", "/privacy/"):
        assert words in written.text
    assert "forward" not in written.text
    assert "videre til" not in written.text
    assert links.typed_code(holder) in mails.reveal(written.text, mails.secrets_of([holder]))


def test_a_letter_is_addressed_to_the_leader_also_without_a_name() -> None:
    assert "Kære Lea Leder\n" in letter(make_case(name="Skovbo")).text
    assert "Til lederen af Skovbo\n" in letter(make_case(name="Skovbo", contact=MAILBOX)).text


def test_a_letter_of_a_mandatory_round_offers_no_way_out() -> None:
    case = make_case()
    assert "ønsker I ikke at deltage" in letter(case).text
    ContactAttempt.objects.all().delete()
    case.round.voluntary = False
    assert "ønsker I ikke at deltage" not in letter(case).text


# What all have in common


def test_both_leaders_read_that_another_contact_was_given() -> None:
    case = make_case(name="Skovbo")
    mail = Mail(round=case.round, name=Notice.CONTACT_CHANGED, language="da", cause=case.events.first())
    line = ContactAttempt(case=case, holder=case.holders.get())
    written = mails.write(mail, [line], mails.letterhead(case.round, "da"))
    assert written.subject == "Ny kontakt for Skovbo"
    assert "Vi sender først et link, når en medarbejder hos os har set på ændringen." in written.text
    assert "⟦" not in written.text
    assert visible(written.html) == written.text


def test_the_sender_of_a_step_takes_the_place_of_the_rounds() -> None:
    case = make_case()
    make_step(case.round, Name.INVITATION, sender="Danmarks Statistik\n")
    text = write(case).text
    assert text.endswith("Venlig hilsen\nDanmarks Statistik")
    assert "Ingen uden for Danmarks Statistik," in text


def test_the_letterhead_asks_the_database_three_times_and_a_mail_never() -> None:
    round_ = make_open_round()
    cases = [make_case(round_, contact=LEA) for _ in range(5)]
    step = make_step(round_, Name.REMINDER_1)
    mail = Mail.objects.create(
        round=round_, name=step.mail_name, step=step, address="a@b.example", language="da", scheduled_for=NOON
    )
    for case in cases:
        ContactAttempt.objects.create(case=case, step=step, mail=mail, holder=case.holders.get())
    read = mail.lines.select_related("case__sample_unit__workplace", "holder__hand_over")
    lines = list(read)
    round_.questionnaire  # noqa: B018 – read with the mail
    with CaptureQueriesContext(connection) as asked:
        common = mails.letterhead(round_, "da")
    assert len(asked) == 3
    with CaptureQueriesContext(connection) as asked:
        mails.write(mail, lines, common)
    assert len(asked) == 0


def test_days_are_written_as_the_language_writes_them() -> None:
    round_ = make_open_round(deadline=date(2020, 2, 1), closes_on=date(2020, 3, 2))
    danish, english = mails.letterhead(round_, "da"), mails.letterhead(round_, "en")
    assert (danish["deadline_day"], danish["closing_day"]) == ("1. februar", "2. marts")
    assert (english["deadline_day"], english["closing_day"]) == ("1 February", "2 March")


def test_a_mail_names_its_parts_and_writes_none_of_them_itself() -> None:
    """So every text is made in one way, whoever wrote it, and the mark of a rehearsal stands there once."""
    folder = settings.BASE_DIR / "templates" / "emails"
    names = {body.parent.name: body.read_text() for body in folder.glob("*/body.txt")}
    assert {*ContactStep.MailName.values, *Notice.values} - {Name.CALLS} <= set(names)
    assert [name for name, body in names.items() if "{% include" in body] == []


@pytest.mark.parametrize(
    "typed", ["Kim\r\nBcc: x@evil.example", "K\u202eim\u200b https://evil.example", "{link} [footer]"]
)
def test_what_is_typed_as_a_contact_stays_a_name_on_one_line(typed: str) -> None:
    round_ = make_open_round()
    make_case(round_)
    written = to_authority(round_, name=typed, authority=typed + "x" * 40)
    assert "\n" not in written.subject
    opening = written.text.split("\n\n")[1]
    assert opening.startswith("Kære ")
    assert not re.search("[\r\n\u202e\u200b]|://", opening)
    assert "⟦" not in written.text


@pytest.mark.parametrize("address", ["post@børnehave.example", f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 50}.example"])
def test_a_long_or_danish_address_is_written_to_as_it_is_known_to_servers(address: str) -> None:
    case = make_case(contact={"email": address})
    step = make_step(case.round, Name.INVITATION)
    mail = Mail(round=case.round, name=step.mail_name, step=step, address=address, language="da")
    lines = [ContactAttempt(case=case, holder=case.holders.get())]
    common = mails.letterhead(case.round, "da")
    content = mails.message(mail, mails.write(mail, lines, common), lines, common, at=NOON).message().as_bytes()
    assert content.isascii()
    known = address.replace("børnehave", "xn--brnehave-54a")
    assert f"To: {known}\r\n".encode() in content


# Leaving, without a case


def queued(round_: Round, name: str, **of: Any) -> Mail:
    return Mail.objects.create(
        round=round_,
        name=name,
        step=make_step(round_, name),
        address="a@b.example",
        language="da",
        scheduled_for=NOON,
        **of,
    )


def kick_off(round_: Round) -> Mail:
    contact = AuthorityContact.objects.create(
        round=round_, authority_code="751", authority="Aarhus Kommune", email="a@b.example", language="da"
    )
    return queued(round_, Name.KICK_OFF, authority_contact=contact)


def result(round_: Round) -> Mail:
    Round.objects.filter(pk=round_.pk).update(closed_at=LATER, published_at=LATER)
    request = ResultRequest.objects.create(round=round_, at=NOON, language="da", text_version=1, email="A@b.example")
    return queued(round_, Name.RESULT, result_request=request)


def test_the_kick_off_leaves_before_the_round_is_opened(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_round()
    make_unit(make_workplace(round_))
    kick_off(round_)
    assert sending.send_due(at=NOON) == {"sent": 1}
    assert "Antal udtrukne arbejdspladser i Aarhus Kommune: 1." in mailoutbox[0].body


def test_a_kick_off_whose_contact_is_gone_or_whose_round_has_closed_stays(mailoutbox: list[EmailMessage]) -> None:
    kick_off(make_open_round())
    AuthorityContact.objects.all().delete()
    closed = make_open_round()
    kick_off(closed)
    Round.objects.filter(pk=closed.pk).update(closed_at=LATER)
    assert sending.send_due(at=NOON) == {"cancelled": 2}
    assert mailoutbox == []


def test_the_address_of_the_result_mail_is_deleted_with_it(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    mail = result(round_)
    ResultRequest.objects.create(round=round_, at=NOON, language="da", text_version=1, email="a@B.example")
    other = ResultRequest.objects.create(round=round_, at=NOON, language="da", text_version=1, email="c@d.example")
    assert sending.send_due(at=NOON) == {"sent": 1}
    assert [each.to for each in mailoutbox] == [["a@b.example"]]
    assert list(ResultRequest.objects.all()) == [other]
    assert Mail.objects.get().address == f"mail{mail.pk}@deleted.invalid"
    assert Mail.objects.get().status == Mail.Status.SENT


def test_the_address_is_deleted_also_when_a_person_finds_the_mail_in_the_log() -> None:
    mail = result(make_open_round())
    Mail.objects.update(status=Mail.Status.UNKNOWN, handed_over_at=NOON, ended_at=NOON)
    mail_actions.confirm_sent(mail=mail, by=finn(), at=LATER)
    assert not ResultRequest.objects.exists()
    assert Mail.objects.get().address.endswith("@deleted.invalid")


def test_no_result_mail_leaves_before_the_results_or_after_a_withdrawal(mailoutbox: list[EmailMessage]) -> None:
    early, withdrawn = make_open_round(), make_open_round()
    result(early)
    Round.objects.filter(pk=early.pk).update(published_at=None)
    result(withdrawn)
    ResultRequest.objects.filter(round=withdrawn).delete()
    assert sending.send_due(at=NOON) == {"cancelled": 2}
    assert mailoutbox == []
    assert ResultRequest.objects.filter(round=early).exists()
