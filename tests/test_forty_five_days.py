"""The mission of contact in one test: the 45 days of a round, from its plan to the thank-you, in fast-forward."""

import mailbox
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from responses.models import Case, LinkHolder, Mail
from surveys.actions.round import OPTIONAL
from surveys.models import RoundText, SampleUnit
from tests.factories import make_questionnaire, register_file
from tests.fieldwork_days import Browser, Clock, Days, Letter, Workplace, answer, local, shortest_gap, start
from tests.markup import Markup
from tests.people import dana, finn
from tests.returned import dsn
from tests.smtp_sink import smtp_sink

AARHUS, BORNHOLM, COPENHAGEN = "Aarhus Kommune", "Bornholms Regionskommune", "Københavns Kommune"
ROUND = "/rounds/dk-2018-19/"
SAID = {
    "help_phone": "87 65 43 21",
    "help_email": "hjaelp@barometer.example",
    "official_page": "https://barometer.example/om",
    "release": "i efteråret",
    "minutes": "15",
}
CONTACTS = (("751", "kontakt@aarhus.example", "da"), ("101", "contact@kbh.example", "en"))
OWN_WORDS = {"da": "Ring gerne til os, hvis I er i tvivl.", "en": "Do call us if you are in doubt."}
STARTED = {"da": "Spørgeskemaet er begyndt", "en": "The questionnaire has been started"}
WORDS = {
    "Invitation": OWN_WORDS,
    "First reminder": {"da": "Vi har ikke modtaget svar endnu", "en": "We have not received an answer yet"},
    "Second reminder": {"da": "Jeres svar tæller, også uden noget nyt", "en": "Nothing new? Your answer counts too"},
    "Third reminder": {"da": "Svar på nettet eller i telefonen", "en": "Answer online or by phone"},
    "Last mail": {"da": "den sidste mail, vi sender", "en": "the last mail we send"},
    "Thank-you": {"da": "Tak for jeres svar", "en": "Thank you for answering"},
}


def register() -> list[Workplace]:
    """Kindergartens of a city, some with English leaders; schools of an island; academies with English leaders."""
    aarhus = [
        Workplace(f"Børnehaven {n}", f"Åse Ø. {n}", f"leder{n}@aarhus.example", AARHUS, "da" if n % 5 else "en")
        for n in range(110, 140)
    ]
    same = [Workplace(f"Skolen {n}", "Maja Myhre", "maja@bornholm.example", BORNHOLM) for n in (201, 202, 203)]
    town_hall = Workplace("Skolen 204", "", "raadhus@bornholm.example", BORNHOLM, kind="Myndighed")
    others = [Workplace(f"Skolen {n}", f"Bo {n}", f"bo{n}@bornholm.example", BORNHOLM) for n in (205, 206)]
    office = Workplace("Academy 301", "", "office@kbh.example", COPENHAGEN, "en", kind="Arbejdsplads")
    academies = [
        Workplace(f"Academy {n}", f"Pat {n}", f"pat{n}@kbh.example", COPENHAGEN, "en") for n in range(302, 315)
    ]
    return [*aarhus, *same, town_hall, *others, office, *academies]


@pytest.fixture
def days(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Days]:
    """Monday 2 December 2019, with a mail server that takes everything and a mailbox for what comes back."""
    clock = Clock(local(12, 2, year=2019))
    monkeypatch.setattr("django.utils.timezone.now", clock)
    settings.MAIL_PER_DOMAIN_PER_MINUTE, settings.MAIL_FIRST_BATCH = 20, 100
    settings.BOUNCE_ADDRESS = "bounces@barometer.example"
    settings.RETURNS_URL = f"maildir://{tmp_path}/returns"
    mailbox.Maildir(tmp_path / "returns")
    with smtp_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield Days(clock, sink, tmp_path / "returns")


# What staff do


def make_the_round(staff: Browser) -> None:
    """Plan the round and write its texts."""
    dates = {"opens_on": "2020-01-07", "deadline": "2020-02-06", "closes_on": "2020-02-21"}
    staff.press("/rounds/new/", slug="dk-2018-19", questionnaire=str(make_questionnaire().pk), target="50", **dates)
    said = {field: SAID.get(field, f"Sagt om {field}") for field in RoundText.Field if field not in OPTIONAL}
    texts = {f"{field}_{language}": text for field, text in said.items() for language in ("da", "en")}
    assert "have been changed" in staff.press(f"{ROUND}texts/", **texts)


def load_and_draw(staff: Browser) -> list[Workplace]:
    """Load the register, draw 44 of its 50 workplaces, and say who the contact persons are; return those drawn."""
    frame = register()
    rows = [workplace.row() for workplace in frame]
    staff.press(f"{ROUND}frame/", file=SimpleUploadedFile("register.csv", register_file(rows)))
    said = staff.press(f"{ROUND}sample/?size=44&start=0.25&minimum=5&take_all=s100_plus")
    assert "The sample has been drawn" in said
    drawn = set(SampleUnit.objects.values_list("workplace__name", flat=True))
    for code, email, language in CONTACTS:
        staff.press(f"{ROUND}contact/authorities/", "save", authority_code=code, email=email, language=language)
    return [workplace for workplace in frame if workplace.name in drawn]


def plan_the_contacts(staff: Browser) -> None:
    """Give Bornholm a quiet week, try an order that cannot be, correct it, and add a step anew."""
    quiet = "myndighedskode;år;uge\n400;2020;3\n400;2020;10\n".encode()
    staff.press(f"{ROUND}contact/quiet-weeks/", file=SimpleUploadedFile("quiet.csv", quiet))
    page, days = f"{ROUND}contact/", {"reminder_1-day": "6", "last-day": "36", "thank_you-day": "48"}
    days["reminder_3-remove"] = "on"
    said = staff.press(page, "steps", **days, **{"reminder_2-day": "5"})
    assert staff.status == 422
    assert "First reminder" in said
    assert "has been saved" in staff.press(page, "steps", **days, **{"reminder_2-day": "13"})
    said = staff.press(page, "add", **{"new-mail_name": "reminder_3", "new-day": "20"})
    assert "The step has been added" in said
    assert "5 move: 5 because of a quiet week" in said


def write_the_invitation(staff: Browser) -> None:
    """Say one thing more in both languages, and look at it as a leader of either would read it."""
    page = f"{ROUND}contact/texts/invitation/"
    staff.open(page)
    bodies = {name: Markup(staff.page).by_id(f"id_{name}").text.lstrip("\n") for name in ("body__da", "body__en")}
    typed = {name: f"{body}\n\n{OWN_WORDS[name[-2:]]}" for name, body in bodies.items()}
    for language, workplace in (("da", "Skolen 205"), ("en", "Academy 302")):
        said = staff.press(page, "preview", **typed, **{"for-case": workplace})
        assert OWN_WORDS[language] in said.partition(f"{workplace}, Skolevej")[2]
    assert "The words have been saved" in staff.press(page, "save", **typed)


def wave_of(staff: Browser, step: str, number: int = 1) -> str:
    """Return the address of the page of a wave, as the list of waves links to it."""
    staff.open(f"{ROUND}waves/")
    of_step = staff.page.partition(f">{step}</h2>")[2].partition("</section>")[0]
    links: list[str] = re.findall(r'href="(/waves/\d+/)"', of_step)
    return links[number - 1]


def approve(staff: Browser, step: str, number: int = 1) -> str:
    return staff.press(wave_of(staff, step, number), "approve")


def approve_by_hand(staff: Browser, wave: str) -> str:
    """Send what the button would, from a page that has none."""
    proof = re.search(r'class="digest">(\w+)', staff.open(wave) and staff.page)
    assert proof
    return staff.by_hand(wave, act="approve", proof=proof[1])


def correct_address(staff: Browser, workplace: Workplace, **typed: str) -> str:
    case = Case.objects.get(sample_unit__workplace__name=workplace.name)
    return staff.press(f"/cases/{case.pk}/address/", email=workplace.email, reason="Spurgt kommunen", **typed)


def record_refusal_by_phone(staff: Browser, workplace: Workplace) -> None:
    """Somebody calls, is told no, and says so on the page of the call."""
    case = Case.objects.get(sample_unit__workplace__name=workplace.name)
    path = f"/cases/{case.pk}/call/"
    assert workplace.name in staff.press(path, outcome="refused", note="Har ikke tid")
    assert "The call is recorded" in staff.send(path, confirmed="1")


def come_back(days: Days, letter: Letter, status: str, own_id: str) -> None:
    """A mail server says why it could not deliver a mail, to the address that its envelope gave."""
    message = dsn(status, f"smtp; {status[0]}50 {status}", sent_to=letter.sender, message_id="<x>", own_id=own_id)
    mailbox.Maildir(days.returns).add(message)


# What has left


def by_address(letters: Iterable[Letter]) -> dict[str, list[str]]:
    """Return which questionnaires the links in the mails open, by address; nobody has got two mails."""
    letters = list(letters)
    assert len({letter.to for letter in letters}) == len(letters)
    return {letter.to: sorted(letter.opens()) for letter in letters}


def due(workplaces: Iterable[Workplace]) -> dict[str, list[str]]:
    """Return what ``by_address`` must be when exactly these workplaces are written to."""
    found: dict[str, list[str]] = defaultdict(list)
    for workplace in workplaces:
        found[workplace.email].append(workplace.name)
    return dict(found)


def assert_words(letters: Iterable[Letter], workplaces: Iterable[Workplace], step: str) -> None:
    """Each mail is in its reader's language, and has the words of the step, or those for who has started."""
    readers = {workplace.email: workplace for workplace in workplaces}
    for letter in (letter for letter in letters if letter.to in readers):
        reader = readers[letter.to]
        said = STARTED if reader.started and "reminder" in step else WORDS[step]
        assert letter.language == reader.language
        assert said[reader.language] in f"{letter.subject} {letter.text}"


# The days


def invite(days: Days, staff: Browser, second: Browser, sampled: Sequence[Workplace]) -> list[Letter]:
    """The invitation, two of whose addresses a bad hand has swapped, leaves when they are right again."""
    one, other = (LinkHolder.objects.get(email=workplace.email) for workplace in sampled[:2])
    LinkHolder.objects.filter(pk=one.pk).update(email=other.email)
    LinkHolder.objects.filter(pk=other.pk).update(email=one.email)
    days.until(local(1, 6))
    assert "held back until they are corrected" in staff.press(f"{ROUND}waves/", "planned")
    wave = wave_of(staff, "Invitation")
    for person in (staff, second):
        assert "44 workplaces, 2 errors" in person.open(wave)
        assert sampled[0].name in person.page and sampled[1].name in person.page
        assert not person.offers("approve")
        assert "The wave is not released" in approve_by_hand(person, wave)
    assert days.until(local(1, 6, 12)) == []

    for workplace in sampled[:2]:
        assert "The address is saved" in correct_address(staff, workplace)
    assert "no error was found" in staff.press(wave, "prove")
    assert "so somebody else approves it" in staff.open(wave)
    assert not staff.offers("approve")
    assert "waits to be released" in approve_by_hand(staff, wave)
    assert "42 mails are released" in second.press(wave, "approve")

    assert days.until(local(1, 7, 9, 59)) == []
    first = days.until(local(1, 7, 10, 29))
    assert sorted(letter.to.partition("@")[2] for letter in first) == [
        "aarhus.example",
        "bornholm.example",
        "kbh.example",
    ]
    days.until(local(1, 7, 10, 30) + timedelta(seconds=20))
    assert "3 of 42" not in staff.open(wave)
    assert "The wave is paused" in staff.press(wave, "pause")
    assert days.until(local(1, 7, 10, 50)) == []
    assert "The wave goes on" in staff.press(wave, "resume")
    days.until(local(1, 7, 13))
    assert "44 of 44 forecast" in staff.open(wave)
    return days.letters[-42:]


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_the_right_mail_reaches_the_right_leader_at_most_once_through_45_days(days: Days) -> None:
    staff, second = (Browser.of(person) for person in (finn(), dana()))
    make_the_round(staff)
    sampled = load_and_draw(staff)
    plan_the_contacts(staff)
    write_the_invitation(staff)
    at = {workplace.name: workplace for workplace in sampled}
    aarhus = [workplace for workplace in sampled if workplace.authority == AARHUS and workplace.language == "da"]
    english = [workplace for workplace in sampled if workplace.authority == AARHUS and workplace.language == "en"]

    # The authorities are told first.
    days.until(local(12, 9, year=2019))
    assert "The round is open: 44 cases" in staff.press(f"{ROUND}open/")
    assert days.until(local(12, 10, 10, 5, year=2019)) == []
    approve(second, "Kick-off to the authorities")
    told = days.until(local(12, 11, year=2019))
    assert {(letter.to, letter.language) for letter in told} == {(email, code) for _, email, code in CONTACTS}
    assert not any(letter.opens() for letter in told)

    # Every leader is invited once, in the right language, to the right questionnaires, and no domain is hurried.
    invited = invite(days, staff, second, sampled)
    assert by_address(invited) == due(sampled)
    assert_words(invited, sampled, "Invitation")
    assert shortest_gap(invited) >= timedelta(seconds=3)
    link = {name: path for letter in invited for name, path in letter.opens().items()}
    letter_to = {letter.to: letter for letter in invited}

    # Two mails come back; one of the addresses does not work, and is repaired.
    gone, full = aarhus[2:4]
    come_back(days, letter_to[gone.email], "5.1.1", "<gone@mx.example>")
    come_back(days, letter_to[full.email], "4.2.2", "<full@mx.example>")
    assert days.until(local(1, 8)) == []
    said = staff.open(f"{ROUND}addresses/")
    assert gone.name in said
    assert full.name not in said
    gone.email = "ny.leder@aarhus.example"
    assert "The address is saved" in correct_address(staff, gone, send_now="on")
    assert by_address(days.until(local(1, 8, 10))) == due([gone])
    assert gone.name not in staff.open(f"{ROUND}addresses/")

    # Leaders answer, begin, say no on the page, by their mail program's button, and on the telephone.
    answering = [aarhus[4], english[0], at["Skolen 201"], at["Academy 302"]]
    for workplace in answering:
        answer(link[workplace.name])
        workplace.answered = True
    for workplace in (aarhus[5], at["Academy 303"]):
        start(link[workplace.name])
        workplace.started = True
    no, button, phone = aarhus[6:9]
    Browser().press(f"{link[no.name]}decline/", decision="decline")
    one_click = str(letter_to[button.email].mail["List-Unsubscribe"]).strip("<>")
    assert Client().post(one_click, {"List-Unsubscribe": "One-Click"}).status_code == 200
    record_refusal_by_phone(staff, phone)
    no.silent = button.silent = phone.silent = True
    confirmed = days.until(local(1, 9))
    assert sorted(letter.to for letter in confirmed) == sorted(each.email for each in [*answering, no, button])

    # The reminders reach those who are to be reminded, Bornholm a week later, and nobody else.
    mainland = [workplace for workplace in sampled if workplace.authority != BORNHOLM]
    island = [workplace for workplace in sampled if workplace.authority == BORNHOLM]
    calendar = [
        (local(1, 13), [("First reminder", 1, mainland)]),
        (local(1, 20), [("First reminder", 2, island), ("Second reminder", 1, mainland)]),
        (local(1, 27), [("Second reminder", 2, island), ("Third reminder", 1, mainland)]),
        (local(2, 3), [("Third reminder", 2, island)]),
        (local(2, 17), [("Last mail", 1, mainland)]),
        (local(2, 19), [("Last mail", 2, island)]),
    ]
    later = iter([*aarhus[9:12], english[1], at["Skolen 205"], at["Academy 303"], at["Academy 304"], at["Academy 305"]])
    for day, waves in calendar:
        assert days.until(day.replace(hour=10, minute=5)) == []
        for step, number, _ in waves:
            approve(second, step, number)
        reminded = days.until(day.replace(hour=15))
        readers = [each for _, _, workplaces in waves for each in workplaces if each.waits]
        assert by_address(reminded) == due(readers)
        for step, _, workplaces in waves:
            assert_words(reminded, workplaces, step)
        workplace = next(later)
        answer(link[workplace.name])
        workplace.answered = True
        assert [letter.to for letter in days.until(day.replace(hour=16))] == [workplace.email]

    # After the close those who have answered are thanked, and then nothing more leaves.
    assert days.until(local(2, 21, 20)) == []
    assert "no more mails are sent" in staff.press(f"{ROUND}close/")
    assert days.until(local(2, 24, 10, 5)) == []
    approve(second, "Thank-you")
    thanked = days.until(local(2, 25))
    answered = [workplace for workplace in sampled if workplace.answered]
    assert sorted(letter.to for letter in thanked) == sorted(due(answered))
    assert_words(thanked, sampled, "Thank-you")
    assert days.until(local(3, 16)) == []
    accounted = Counter(Mail.objects.values_list("status", flat=True))
    assert set(accounted) <= {"sent", "failed", "cancelled", "unknown"}
    assert accounted["sent"] == len(days.letters)
    assert set(Mail.objects.filter(status="sent").values_list("message_id", flat=True)) == {
        letter.mail["Message-ID"] for letter in days.letters
    }
