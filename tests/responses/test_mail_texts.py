"""The words of a mail: who reads what, in which language, and what never gets in."""

import re
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from html import unescape
from itertools import product

import pytest

from responses import mail as mails
from responses.cleaning import clean_name
from responses.mail import Unwritable, Written
from responses.mail_words import Form, form_of
from responses.models import Case, ContactAttempt, Mail
from responses.statistics.dispositions import EventKind
from surveys.models import MAILS, ContactStep, Round
from tests.factories import NOON, make_case, make_open_round, make_step

pytestmark = pytest.mark.django_db

PERSON_DA = """\
Øvelse – ikke en rigtig undersøgelse

Kære Lea Leder

Skovbo, Skovvej 1, 8000 Aarhus C, er udtrukket til Innovationsbarometeret, statistikken over innovation i den \
offentlige sektor. Vi beder dig som øverste leder svare, også hvis I ikke har indført noget nyt. Spørgeskemaet tager \
ca. 10-15 minutter. I kan holde pause og dele opgaven med kolleger.

Åbn spørgeskemaet:
⟦link:{holder}⟧

Vil du ikke klikke på links i mails? Skriv testserver/s i din browser, og indtast koden ⟦code:{holder}⟧. Undersøgelsen \
er omtalt på https://www.example.org/oevelse.

Svar senest torsdag den 6. februar 2020.

Det er frivilligt at svare. Ingen uden for Innovationsbarometeret (øvelse), heller ikke Aarhus Kommune, får at vide, \
hvad I svarer. Alle, der har linket, kan se og ændre svarene, indtil de er sendt.

Er du ikke den rette? Åbn linket, og vælg ”Er du ikke den rette?”, så kan du give opgaven videre.

Vi har adressen fra et opdigtet øvelsesregister. Øvelsesstyrelsen (øvelse) er dataansvarlig. Om dine oplysninger: \
http://testserver/privacy/{slug}/?lang=da
Spørgsmål: 00 00 00 00 (kl. 9-15 på hverdage (øvelse)), hjaelp@example.org
Nej tak til flere påmindelser: ⟦opt_out_link:{holder}⟧

Venlig hilsen
Innovationsbarometeret (øvelse)"""

ABOUT_CASES = [name for name in MAILS if form_of(name) is Form.MAIL]
MAILBOX = {"kind": "workplace", "leader": ""}
AUTHORITY = {"kind": "authority", "leader": "", "email": "post@kommune.example"}


def make_mail(
    cases: Sequence[Case], mail_name: str = ContactStep.MailName.INVITATION
) -> tuple[Mail, list[ContactAttempt]]:
    """A mail about these cases, and its lines."""
    step = make_step(cases[0].round, mail_name)
    holders = [case.holders.get() for case in cases]
    mail = Mail.objects.create(
        round=cases[0].round,
        name=mail_name,
        step=step,
        authority_code="751",
        address=holders[0].email,
        language=cases[0].language,
        scheduled_for=NOON,
    )
    return mail, [
        ContactAttempt.objects.create(case=case, step=step, mail=mail, holder=holder)
        for case, holder in zip(cases, holders, strict=True)
    ]


def write(*cases: Case, mail_name: str = ContactStep.MailName.INVITATION, **common: str) -> Written:
    mail, lines = make_mail(cases, mail_name)
    return mails.write(mail, lines, {**mails.letterhead(mail.round, mail.language), **common})


def visible(html: str) -> str:
    """Return what a mail program shows of an HTML text, with paragraphs apart."""
    body = re.search(r"<body.*</body>", html, re.DOTALL)
    assert body
    text = re.sub(r"\s*<br>\s*", "\n", body[0])
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</p>\s*<p>", "\n\n", text))).strip()


def test_a_leader_reads_all_that_a_mail_must_say_in_danish() -> None:
    case = make_case(name="Skovbo", address="Skovvej 1, 8000 Aarhus C")
    written = write(case)
    assert written.subject == "Nye løsninger i 2018-19: spørgeskema til Skovbo"
    assert written.text == PERSON_DA.format(holder=case.holders.get().pk, slug=case.round.slug)


def test_the_case_decides_the_language_and_all_of_it_is_in_that_language() -> None:
    written = write(make_case(language="en", name="Skovbo", address="Skovvej 1"))
    assert written.subject == "New solutions 2018-19: questionnaire for Skovbo"
    for words in (
        "Dear Lea Leder\n",
        "Skovbo, Skovvej 1, has been selected for the Innovation Barometer",
        "answer, even if you have introduced nothing new. The questionnaire takes about 10-15 minutes.",
        "Please answer by Thursday 6 February 2020.",
        "?lang=en",
        "Kind regards\nThe Innovation Barometer (exercise)",
    ):
        assert words in written.text
    assert '<html lang="en">' in written.html


@pytest.mark.parametrize(
    ("contact", "opening", "asked"),
    [
        ({}, "Kære Lea Leder\n", "Vi beder dig som øverste leder svare, også hvis I ikke"),
        (
            MAILBOX,
            "Til lederen af Skovbo – send venligst mailen videre, hvis lederen ikke selv læser denne postkasse.\n",
            "Vi beder arbejdspladsens øverste leder svare, også hvis I ikke",
        ),
        (
            AUTHORITY,
            "Til Aarhus Kommune – send venligst mailen videre til lederen af Skovbo.\n",
            "Vi beder arbejdspladsens øverste leder svare for arbejdspladsen alene, også hvis den ikke",
        ),
    ],
)
def test_each_kind_of_address_has_its_own_opening(contact: Mapping[str, str], opening: str, asked: str) -> None:
    text = write(make_case(name="Skovbo", contact=contact)).text
    assert opening in text
    assert asked in text


def test_a_mailbox_of_several_workplaces_gets_a_line_link_code_and_opt_out_for_each() -> None:
    round_ = make_open_round()
    first, second = (
        make_case(round_, name=name, address="Vej 1", contact=AUTHORITY) for name in ("Skovbo", "Strandbo")
    )
    written = write(first, second)
    assert written.subject == "Nye løsninger i 2018-19: spørgeskema til 2 arbejdspladser"
    assert "Til Aarhus Kommune – send venligst hver linje nedenfor videre" in written.text
    assert "2 arbejdspladser i Aarhus Kommune er udtrukket" in written.text
    for case, name in ((first, "Skovbo"), (second, "Strandbo")):
        pk = case.holders.get().pk
        line = f"{name}, Vej 1\n⟦link:{pk}⟧\n⟦code:{pk}⟧\nNej tak til flere påmindelser: ⟦opt_out_link:{pk}⟧\n"
        assert line in written.text
    assert written.text.count("Nej tak til flere påmindelser") == 2


def test_one_leader_of_several_workplaces_is_written_to_as_such() -> None:
    round_ = make_open_round()
    lea = {"email": "lea@skole.example"}
    text = write(make_case(round_, contact=lea), make_case(round_, contact=lea)).text
    assert "Kære Lea Leder\n" in text
    assert "2 arbejdspladser, som du er leder af, er udtrukket" in text


def test_an_address_that_several_leaders_share_is_a_mailbox() -> None:
    round_ = make_open_round()
    cases = [make_case(round_, contact={"email": "x@skole.example", "leader": name}) for name in ("Lea", "Bo")]
    text = write(*cases).text
    assert "Kære" not in text
    assert "Til Aarhus Kommune – send venligst hver linje nedenfor videre" in text


def test_the_reminder_knows_whether_somebody_has_started() -> None:
    waiting = write(make_case(name="Skovbo"), mail_name=ContactStep.MailName.REMINDER_1)
    assert waiting.subject == "Innovation 2018-19: vi håber på svar fra Skovbo"
    assert "nye løsninger, som er taget i brug i 2018 eller 2019, og tager ca. 10-15 minutter" in waiting.text
    started = write(make_case(name="Skovbo", events=[EventKind.STARTED]), mail_name=ContactStep.MailName.REMINDER_1)
    assert started.subject == "Jeres svar er ikke sendt endnu: Skovbo"
    assert "I kan fortsætte, hvor I slap; det, I har udfyldt, er gemt." in started.text


def test_a_bundle_is_reminded_as_started_only_when_all_its_lines_are() -> None:
    round_ = make_open_round()
    lea = {"email": "lea@skole.example"}
    started, waiting = make_case(round_, contact=lea, events=[EventKind.STARTED]), make_case(round_, contact=lea)
    assert "Vi har ikke modtaget svar endnu" in write(started, waiting, mail_name=ContactStep.MailName.REMINDER_1).text


@pytest.mark.parametrize("mail_name", ABOUT_CASES)
@pytest.mark.parametrize("language", ["da", "en"])
def test_text_and_html_always_say_the_same(mail_name: str, language: str) -> None:
    round_ = make_open_round()
    kinds = product(({}, MAILBOX, AUTHORITY), (1, 2), ((), (EventKind.STARTED,)))
    for number, (contact, workplaces, events) in enumerate(kinds):
        to = {**contact, "email": f"{number}@skole.example"}
        written = write(
            *(
                make_case(round_, name=name, contact=to, language=language, events=events)
                for name in ("Skole & SFO <1>", "Museum 'Æ'")[:workplaces]
            ),
            mail_name=mail_name,
        )
        assert visible(written.html) == re.sub(r"\n\n+", "\n\n", written.text)
        assert len(written.subject) <= 78
        assert "<strong>" in written.html
        assert not re.search(r"⟦(?!\w+:\d+⟧)", written.text + written.html), "a merge field was left unfilled"
        assert not re.search(r"<(img|script|link|form)|src=|url\(", written.html), "a mail needs nothing from elsewhere"


def test_an_empty_text_stops_the_mail_instead_of_leaving_a_gap() -> None:
    round_ = make_open_round()
    for field in ("help_phone", "controller", "sender", "deadline", "official_page", "privacy_link"):
        with pytest.raises(Unwritable, match=f"empty_field: {field}"):
            write(make_case(round_), **{field: ""})


@pytest.mark.parametrize("case", [{"contact": {"leader": ""}}, {"contact": {"leader": " \u200b\n"}}, {"address": " "}])
def test_an_empty_name_or_address_of_the_workplace_stops_the_mail(case: Mapping[str, object]) -> None:
    with pytest.raises(Unwritable, match="empty_field"):
        write(make_case(**case))  # type: ignore[arg-type]


def test_a_text_that_the_mail_does_not_use_may_be_empty() -> None:
    assert write(make_case(), release="").text


def test_a_long_name_is_cut_at_a_word_in_the_subject_only() -> None:
    name = "Daginstitutionen Regnbuen og Solstrålen i Nørre Vestergade"
    written = write(make_case(name=name))
    assert written.subject == "Nye løsninger i 2018-19: spørgeskema til Daginstitutionen Regnbuen og…"
    assert name in written.text


@pytest.mark.parametrize("mail_name", ABOUT_CASES)
def test_no_name_makes_a_subject_longer_than_78(mail_name: str) -> None:
    round_ = make_open_round()
    for name in ("x" * 120, "ord " * 30, "æ" * 35 + " b", "a" * 36 + " b"):
        assert len(write(make_case(round_, name=name), mail_name=mail_name).subject) <= 78


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Lea\r\nBcc: x@evil.example", "Lea Bcc: x@evil.example"),
        ("Lea\x00\x1b[31m", "Lea [31m"),
        ("Lea \u202eredeL\u202c", "Lea redeL"),
        ("Le\u200ba\u2060", "Lea"),
        ("Lea https://evil.example/x www.evil.example", "Lea"),
        ("⟦link:1⟧ Lea", "link:1 Lea"),
        ("  Lea   Leder ", "Lea Leder"),
        ("Anne-Mette Ø. Åkjær", "Anne-Mette Ø. Åkjær"),
        ("Lea " + "Leder" * 30, "Lea…"),
    ],
)
def test_a_name_loses_what_could_deceive(typed: str, read: str) -> None:
    assert clean_name(typed) == read
    assert len(clean_name(typed)) <= 60


def test_a_workplace_cannot_smuggle_in_markup_or_the_link_of_another() -> None:
    other = make_case().holders.get()
    written = write(make_case(name=f"<a href=x>⟦link:{other.pk}⟧</a>"))
    assert f"⟦link:{other.pk}⟧" not in written.text + written.html
    assert "<a href=x>" not in written.html
    assert "&lt;a href=x&gt;" in written.html


def test_only_the_links_of_the_mails_own_lines_can_be_put_in() -> None:
    mine, other = make_case().holders.get(), make_case().holders.get()
    with pytest.raises(KeyError):
        mails.reveal(f"⟦link:{other.pk}⟧", mails.secrets_of([mine]))


def test_a_mandatory_round_does_not_say_that_answering_is_voluntary() -> None:
    case = make_case()
    Round.objects.filter(pk=case.round_id).update(voluntary=False)
    assert "frivilligt" not in write(Case.objects.get(pk=case.pk)).text


def test_the_message_has_the_headers_that_mail_programs_and_servers_act_on() -> None:
    case = make_case(language="en")
    mail, lines = make_mail([case])
    common = mails.letterhead(mail.round, "en")
    sealed = mails.message(mail, mails.write(mail, lines, common), lines, common, at=NOON)
    read = message_from_bytes(sealed.message().as_bytes(), policy=policy.default)
    assert read["From"] == '"The Innovation Barometer (exercise)" <barometer@example.org>'
    assert read["To"] == case.holders.get().email
    assert read["Reply-To"] == "help@example.org"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Content-Language"] == "en"
    assert read["Date"].datetime == NOON
    assert re.fullmatch(rf"<[^<>@\s]+mail{mail.pk}@example\.org>", read["Message-ID"])
    assert read["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "Lea <a@b.example>", "a"]
)
def test_a_mail_goes_to_one_address_or_nowhere(address: str) -> None:
    mail, lines = make_mail([make_case()])
    mail.address = address
    common = mails.letterhead(mail.round, "da")
    written = mails.write(mail, lines, common)
    with pytest.raises(Unwritable, match="bad_address: address"):
        mails.message(mail, written, lines, common, at=NOON)
