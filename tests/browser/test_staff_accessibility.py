"""axe finds nothing wrong with any staff page, in both languages, on a wide screen and on a phone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from responses.actions import consent, contact, correction, wave
from responses.models import Case, LinkHolder, Mail, Response, Wave
from responses.statistics.dispositions import Disposition
from surveys.models import Round
from tests.browser.accessibility import Axe
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import choose_register, make_fieldwork
from tests.browser.leader import follow, owner
from tests.factories import NOON, make_frame, make_round, make_sample, register_rows
from tests.people import dana, finn, olga

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("language", ["da", "en"]),
]

BUTTON = "main form .button-primary"
CORRECTING = ("reopen", "refuse-correction")
OF_A_ROUND = ("round", "round-edit", "round-texts", "frame", "sample", "cases", "mails", "waves", "figures", "export")


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


def test_a_round_before_it_opens(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, "/rounds/new/")
    follow(page.locator(BUTTON))
    found += axe.faults(page)  # nothing filled in
    empty, drawn = make_round(rehearsal=False), make_round()
    names = ("round", "round-edit", "round-texts", "frame", "sample", "round-open")
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
    found += axe.faults_of(page, *pages_of(round_, "round", "figures"))
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
    reader.user_permissions.add(Permission.objects.get(codename="approve_wave"))
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
    reader.user_permissions.add(Permission.objects.get(codename="view_casecontact"))
    page = open_browser(language, staff=reader)
    asking = f"{reverse('cases', args=[round_.slug])}?disposition=asks-to-correct"
    case = reverse("case", args=[response.case_id])
    found = axe.faults_of(page, *pages_of(round_, "round", "case-contacts"), asking, case)
    found += axe.faults_of(page, *(reverse("case-act", args=[response.case_id, act]) for act in CORRECTING))
    assert found == [], "\n".join(found)
