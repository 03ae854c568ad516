"""axe finds nothing wrong with any staff page, in both languages, on a wide screen and on a phone."""

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from responses.models import Case, Mail
from responses.statistics.dispositions import Disposition
from surveys.models import Round
from tests.browser.accessibility import Axe
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_fieldwork
from tests.factories import make_frame, make_round, make_sample, register_rows
from tests.people import finn, olga

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("language", ["da", "en"]),
]

OF_A_ROUND = ("round", "round-edit", "round-texts", "frame", "sample", "cases", "mails", "figures", "export")


def pages_of(round_: Round, *names: str) -> list[str]:
    return [reverse(name, args=[round_.slug]) for name in names]


def test_the_way_in_and_where_it_ends(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    page = open_browser(language)
    found = axe.faults_of(page, "/login/")
    page.locator("main button").click()
    found += axe.faults(page)
    page = open_browser(language, staff=olga())
    found += axe.faults_of(page, "/")  # not for her
    page = open_browser(language, staff=finn())
    assert found + axe.faults_of(page, "/", "/nowhere/") == []


def test_a_round_before_it_opens(
    open_browser: OpenBrowser, axe: Axe, settings: Settings, tmp_path: object, language: str
) -> None:
    settings.STORAGES = {**settings.STORAGES}
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, "/rounds/new/")
    page.locator("main form button, main form input[type=submit]").click()
    found += axe.faults(page)  # nothing filled in
    empty, loaded, drawn = make_round(rehearsal=False), make_round(), make_round()
    found += axe.faults_of(
        page, *pages_of(empty, "round", "round-edit", "round-texts", "frame", "sample", "round-open")
    )
    few = register_rows(5, first=100, Ansatte="60")
    make_frame(loaded, [*register_rows(40), *few])
    plan = f"{pages_of(loaded, 'sample')[0]}?size=20&start=0.25&minimum=10"
    found += axe.faults_of(page, *pages_of(loaded, "frame"), plan)
    make_sample(drawn)
    found += axe.faults_of(page, *pages_of(drawn, "round", "sample", "round-open"))
    assert found == []


def test_a_round_in_the_field(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    page = open_browser(language, staff=finn())
    found = axe.faults_of(page, "/", *pages_of(round_, *OF_A_ROUND, "round-close"))
    assert found == []


def test_its_cases_and_mails(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    round_ = make_fieldwork()
    page = open_browser(language, staff=finn())
    reported = Case.objects.get(disposition=Disposition.INELIGIBLE_REPORTED)
    confirm = f"/cases/{reported.pk}/confirm-not-eligible/"
    mails = Mail.objects.filter(round=round_).exclude(text_body="").order_by("status", "pk")
    by_status = {mail.status: f"/mails/{mail.pk}/" for mail in mails}
    assert len(by_status) == 2
    found = axe.faults_of(page, f"/cases/{reported.pk}/", *by_status.values(), confirm)
    page.locator("main form button, main form input[type=submit]").click()
    found += axe.faults(page)  # no reason given
    round_.closed_at = round_.opened_at
    round_.save(update_fields=["closed_at"])
    found += axe.faults_of(page, *pages_of(round_, "round", "figures"))
    assert found == []
