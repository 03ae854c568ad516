"""axe finds nothing wrong with any staff page, in both languages, on a wide screen and on a phone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import FilePayload
from pytest_django.fixtures import Settings

from barometer import audit
from barometer.models import User
from responses.actions import call, case, consent, contact, correction, interview, letter, note, wave
from responses.models import Call, Case, LinkHolder, Mail, Response, Wave
from responses.statistics.dispositions import Disposition
from surveys.models import ContactStep, Round
from tests.browser.accessibility import Axe
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import choose_register, make_answers, make_fieldwork
from tests.browser.leader import LONG_WAY, follow, owner
from tests.factories import NOON, make_frame, make_round, make_sample, register_rows
from tests.people import audrey, dana, finn, olga

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("language", ["da", "en"]),
]

BUTTON = "main form .button-primary"
CORRECTING = ("reopen", "refuse-correction")
CONTACT = ("contact-plan", "quiet-weeks", "authority-contacts", "mail-texts", "waves", "address-repair")
FOLLOWED = ("round", "groups", "rates", "register-status", "representativity", "what-next")
NUMBERS = ("figures", "estimate-table", "export", "codebook")
OF_CASES = ("calls", "cases", "work", "bulk-acts", "mails", "retention", "own-words")
OF_A_ROUND = ("round-edit", "round-texts", "frame", "sample", *FOLLOWED, *NUMBERS, *OF_CASES, *CONTACT)


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> None:
    """Where lists of problems go."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": place}


def pages_of(round_: Round, *names: str) -> list[str]:
    return [reverse(name, args=[round_.slug]) for name in names]


def test_the_way_in_and_where_it_ends(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    page = open_browser(language)
    found = axe.faults_of(page, "/login/")
    follow(page.locator(BUTTON))
    found += axe.faults(page)
    page = open_browser(language, staff=olga())
    found += axe.faults_of(page, "/")  # not for her
    page = open_browser(language, staff=finn())
    found += axe.faults_of(page, "/", "/nowhere/")
    assert found == [], "\n".join(found)


def test_ones_own_account_the_people_and_the_audit_log(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    boss = User.objects.create_superuser("boss", password="a long way to Skagen")
    audit.record("act", target="round:1", by=boss, at=NOON, reason="said so", facts={"rows": 3})
    page = open_browser(language, staff=boss)
    names = ("account", "mfa_index", "usersessions_list", "account_change_password", "people", "person-new", "audit")
    found = axe.faults_of(page, *map(reverse, names), reverse("person", args=[finn().pk]))
    reader = open_browser(language, staff=audrey())
    found += axe.faults_of(reader, reverse("round-edit", args=[make_round().slug]))
    assert found == [], "\n".join(found)


def test_a_round_before_it_opens(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, "/rounds/new/")
    follow(page.locator(BUTTON))
    found += axe.faults(page)  # nothing filled in
    empty, drawn = make_round(rehearsal=False), make_round()
    names = ("round", "round-edit", "round-texts", "frame", "sample", "round-open", *CONTACT)
    found += axe.faults_of(page, *pages_of(empty, *names))
    make_sample(drawn)
    found += axe.faults_of(page, *pages_of(drawn, "round", "sample", "round-open"))
    assert found == [], "\n".join(found)


@pytest.mark.usefixtures("files")
def test_its_frame_and_the_plan_of_its_sample(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_round()
    frame, sample = pages_of(round_, "frame", "sample")
    page = open_browser(language, staff=finn())
    page.goto(frame)
    choose_register(page, register_rows(3, Ansatte="mange"))
    follow(page.locator(BUTTON))
    assert page.locator("main tbody tr").count() == 3
    found = axe.faults(page)
    make_frame(round_, [*register_rows(40), *register_rows(5, first=100, Ansatte="60")])
    found += axe.faults_of(page, frame, f"{sample}?size=20&start=0.25&minimum=10")
    follow(page.locator(BUTTON).last)
    found += axe.faults(page)  # the merged cells are not accepted
    found += axe.faults_of(page, f"{sample}?size=20&start=7&minimum=")
    assert found == [], "\n".join(found)


def test_a_round_in_the_field(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, "/", *pages_of(round_, *OF_A_ROUND, "round-close"))
    assert found == [], "\n".join(found)


def test_its_cases_and_mails(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    page = open_browser(language, staff=finn())
    reported = Case.objects.get(disposition=Disposition.INELIGIBLE_REPORTED)
    confirm = f"/cases/{reported.pk}/confirm-not-eligible/"
    mails = Mail.objects.filter(round=round_).exclude(text_body="").order_by("status", "pk")
    by_status = {mail.status: f"/mails/{mail.pk}/" for mail in mails}
    assert len(by_status) == 2
    found = axe.faults_of(page, f"/cases/{reported.pk}/", *by_status.values(), confirm)
    follow(page.locator(BUTTON))
    found += axe.faults(page)  # no reason given
    round_.closed_at = round_.opened_at
    round_.save(update_fields=["closed_at"])
    found += axe.faults_of(page, *pages_of(round_, "round", "figures", "representativity", "what-next"))
    (table,) = pages_of(round_, "estimate-table")
    found += axe.faults_of(page, *(reverse("figure", args=[round_.slug, each]) for each in ("fig1", "fig3", "fig4")))
    found += axe.faults_of(page, f"{table}?indicator=R3-05&by=reg_level", f"{table}?indicator=R3-05&where=novelty")
    assert found == [], "\n".join(found)


def test_its_waves(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    Round.objects.update(second_person=True)
    with_address = LinkHolder.objects.filter(case__disposition=Disposition.NOT_STARTED).exclude(email="")
    swapped = list(with_address.order_by("pk")[:2])
    addresses = [holder.email for holder in swapped]
    for holder, address in zip(swapped, reversed(addresses), strict=True):
        LinkHolder.objects.filter(pk=holder.pk).update(email=address)
    step = round_.contact_steps.get(mail_name="reminder_1")
    held = contact.prepare_wave(step=step, at=timezone.now() - timedelta(minutes=10), by=finn())
    assert wave.prove(wave=held, by=finn(), at=timezone.now()).has_errors
    reader = dana()
    page = open_browser(language, staff=reader)
    with_errors = reverse("wave", args=[held.pk])
    mail = reverse("wave-mail", args=[held.pk, held.mails.order_by("pk")[0].pk])
    left = reverse("wave", args=[Wave.objects.get(step__mail_name="invitation").pk])
    found = axe.faults_of(page, *pages_of(round_, "waves", "round"), with_errors, mail, left)
    for holder, address in zip(swapped, addresses, strict=True):
        LinkHolder.objects.filter(pk=holder.pk).update(email=address)
    held = contact.prepare_anew(wave=held, by=finn(), at=timezone.now())
    assert not wave.prove(wave=held, by=finn(), at=timezone.now()).has_errors
    page.goto(reverse("wave", args=[held.pk]))
    found += axe.faults(page)
    follow(page.locator("main .button-primary"))
    assert page.locator("button[value=pause]").count() == 1
    found += axe.faults(page)
    assert found == [], "\n".join(found)


def test_what_was_left_beside_the_answers_and_a_request_to_correct(
    open_browser: OpenBrowser, axe: Axe, language: str
) -> None:
    round_ = make_fieldwork()
    response = Response.objects.submitted(round_).select_related("case__round").first()
    assert response is not None
    fields = {"name": "Lea", "workplace": "Skovbo", "email": "a@b.example", "phone": "", "innovation": "Brød"}
    given = consent.Given(language, "Eksempelsamlingen")
    for _ in range(2):
        left = consent.leave_contact(response=response, fields=fields, given=given, at=NOON)
    consent.withdraw_contact(pk=left.pk, at=NOON)
    correction.request(holder=owner(response.case), at=timezone.now())
    reader = dana()
    page = open_browser(language, staff=reader)
    asking = f"{reverse('cases', args=[round_.slug])}?disposition=asks-to-correct"
    page_of_case = reverse("case", args=[response.case_id])
    found = axe.faults_of(page, *pages_of(round_, "round", "case-contacts"), asking, page_of_case)
    found += axe.faults_of(page, *(reverse("case-act", args=[response.case_id, act]) for act in CORRECTING))
    assert found == [], "\n".join(found)


def test_what_waits_and_what_is_done_to_many_cases_at_once(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    case_ = Case.objects.filter(disposition=Disposition.NOT_STARTED).order_by("pk")[0]
    note.write(case=case_, text="Ring efter kl. 14", by=finn(), at=NOON)
    code = case_.sample_unit.workplace.authority_code
    page = open_browser(language, staff=finn())
    of_case = [reverse(name, args=[case_.pk]) for name in ("case", "case-notes", "case-link")]
    authority = reverse("authority-page", args=[round_.slug, code])
    found = axe.faults_of(page, *of_case, authority, *pages_of(round_, *OF_CASES))
    page.goto(f"{reverse('cases', args=[round_.slug])}?q=%C3%B8velse")
    page.locator("main tbody input[type=checkbox]").first.check()
    page.select_option("#id_act", "address")
    follow(page.locator(".bulk-choice button"))
    found += axe.faults(page)
    follow(page.locator(BUTTON))
    found += axe.faults(page)  # nothing filled in
    page.locator("#id_email").fill("faelles@kommune.example")
    page.locator("#id_reason").fill("told by the authority")
    follow(page.locator(BUTTON))
    found += axe.faults(page)
    follow(page.locator("main form .button-secondary"))
    found += axe.faults(page)  # undone
    assert found == [], "\n".join(found)


def test_the_words_of_its_mails(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    page = open_browser(language, staff=finn())
    reminder = reverse("mail-text", args=[round_.slug, "reminder_1"])
    started = reverse("mail-text-started", args=[round_.slug, "reminder_1"])
    letter = reverse("mail-text", args=[round_.slug, "letter"])
    found = axe.faults_of(page, started, letter, reminder)
    page.locator("main summary").click()
    found += axe.faults(page)
    page.locator("#id_subject__da").fill("{navn} [links]")
    page.locator("#id_body__en").fill("")
    follow(page.locator("main button[value=save]"))
    found += axe.faults(page)  # nothing of it is right
    assert found == [], "\n".join(found)


def test_the_repair_of_addresses(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    page = open_browser(language, staff=finn())
    [case, *_] = Case.objects.filter(disposition=Disposition.BOUNCED)
    number = case.sample_unit.workplace.register_id
    [repair] = pages_of(round_, "address-repair")
    found = axe.faults_of(page, f"/cases/{case.pk}/address/")
    follow(page.locator(BUTTON))
    found += axe.faults(page)  # no reason given
    for email in ("nobody", "ny@boernehave.example"):
        page.goto(repair)
        content = f"register_id;name;email\n{number};Nina Ny;{email}".encode()
        file: FilePayload = {"name": "a.csv", "mimeType": "text/csv", "buffer": content}
        page.locator("input[type=file]").set_input_files(files=file)
        follow(page.locator(BUTTON))
        found += axe.faults(page)  # refused, then to be confirmed
    page.locator("textarea").fill("told by the authority")
    follow(page.locator(BUTTON))
    assert LinkHolder.objects.filter(case=case, email="ny@boernehave.example").exists()
    assert found == [], "\n".join(found)


def test_calls_and_an_interview(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    LinkHolder.objects.update(phone="86 12 34 56")
    waiting = list(Case.objects.of_round(round_).filter(disposition=Disposition.NOT_STARTED).order_by("pk")[:3])
    now = timezone.now()
    tomorrow = now + timedelta(days=1)
    back = Call.Outcome.CALL_BACK
    call.record_call(case=waiting[0], outcome=back, call_back_at=tomorrow, note="Kl. 10", by=finn(), at=now)
    call.claim(case=waiting[1], by=dana(), at=now)
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, *pages_of(round_, "calls"))
    found += axe.faults_of(page, *(reverse(name, args=[waiting[0].pk]) for name in ("case", "call", "case-phone")))
    page.goto(reverse("call", args=[waiting[1].pk]))
    follow(page.locator("main form .button-primary"))
    found += axe.faults(page)  # nothing chosen
    page.locator("input[name=outcome][value=refused]").check(force=True)
    follow(page.locator("main form .button-primary"))
    found += axe.faults(page)  # what happens
    begin = reverse("interview", args=[waiting[2].pk])
    found += axe.faults_of(page, begin)
    follow(page.locator("main form .button-primary"))
    found += axe.faults(page)  # the first page
    follow(page.locator("main form .button-primary"))
    found += axe.faults(page)  # nothing answered
    make_answers(waiting[2], LONG_WAY)
    found += axe.faults_of(page, begin)  # answers are there
    interview.begin(holder=owner(waiting[2]), agreed=True, by=finn(), at=timezone.now())
    found += axe.faults_of(page, reverse("interview-review", args=[waiting[2].pk]))
    assert found == [], "\n".join(found)


def test_letters(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    step = ContactStep.objects.create(round=round_, day=23, channel="letter", mail_name="letter")
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, *pages_of(round_, "letters"))
    wave = letter.prepare(step=step, by=finn(), at=timezone.now())
    at = reverse("letter-wave", args=[wave.pk])
    found += axe.faults_of(page, *pages_of(round_, "letters"), at, reverse("letter", args=[wave.pk, 1]))
    letter.note_printed(wave=wave, by=finn(), at=timezone.now())
    first = wave.attempts.order_by("pk")[0]
    case.record_refusal(case=first.case, reason="x", by=finn(), at=timezone.now())
    found += axe.faults_of(page, at)
    assert found == [], "\n".join(found)
