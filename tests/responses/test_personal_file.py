"""Everything that is known about one workplace or person, for whoever asks."""

import json

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from barometer.personal_data import FIELDS
from responses import personal_file
from responses.data_protection_texts import SECTIONS
from responses.references import reference
from tests.factories import make_authority_contact, make_case, make_open_round
from tests.people import browser_of, finn
from tests.responses.test_erasure import SECRET, make_known_case

pytestmark = pytest.mark.django_db


def found(words: str) -> dict[str, list[dict[str, object]]]:
    cases = personal_file.cases_of(words)
    sections = personal_file.sections(cases, words if "@" in words else "", with_answers=True)
    document: dict[str, list[dict[str, object]]] = personal_file.document(cases, sections)["data"]
    return document


def test_every_model_with_personal_fields_is_accounted_for() -> None:
    personal = {label for label, fields in FIELDS.items() if fields.personal}
    assert personal_file.models_known() == personal


def test_every_section_has_a_name() -> None:
    assert set(SECTIONS) == personal_file.OF_A_CASE.keys() | personal_file.OF_AN_ADDRESS.keys()
    with translation.override("da"):
        assert str(SECTIONS["responses.Mail"]) == "Mail"
        assert str(SECTIONS["responses.Response"]) == "Svar"
    assert all(apps.get_model(label) for label in SECTIONS)


@pytest.mark.parametrize("by", ["address", "address in capitals", "register number", "reference"])
def test_a_workplace_is_found_by_address_number_and_reference(by: str) -> None:
    case = make_known_case()
    make_case(case.round)
    words = {
        "address": SECRET,
        "address in capitals": SECRET.upper(),
        "register number": case.sample_unit.workplace.register_id,
        "reference": reference(case.pk),
    }[by]
    assert list(personal_file.cases_of(words)) == [case]
    data = found(words)
    assert data["responses.LinkHolder"][0]["name"] == "Signe Sårbar"
    assert data["responses.Response"][0]["answers"] == {"new": "yes"}
    assert data["responses.Mail"][0]["subject"] == "Til Signe Sårbar"
    assert data["responses.Call"][0]["note"] == "Signe Sårbar er på ferie"
    assert len(data["responses.CaseContact"]) == 1


def test_who_is_behind_no_case_is_found_by_the_address() -> None:
    contact = make_authority_contact(make_open_round())
    assert found(contact.email)["surveys.AuthorityContact"][0]["name"] == "Karen Kontakt"


def test_no_password_and_nobody_else_is_given() -> None:
    staff = finn()
    staff.email = "finn@example.org"
    staff.save()
    data = found("finn@example.org")
    assert data["barometer.User"][0]["username"] == "finn"
    assert "password" not in data["barometer.User"][0]
    assert found("ingen@example.org") == {}


def test_the_page_shows_it_and_notes_that_it_was_shown_without_saying_who_was_asked_for() -> None:
    case = make_known_case()
    browser = browser_of(finn())
    page = browser.post(reverse("personal-data"), {"words": SECRET})
    assert "Signe Sårbar er på ferie" in page.content.decode()
    assert page["Cache-Control"].count("no-store") == 1
    noted = AuditEvent.objects.get(what="personal_data.viewed")
    assert noted.facts == {"cases": [case.pk], "file": False}
    file = browser.post(reverse("personal-data"), {"words": SECRET, "file": "1"})
    assert json.loads(file.content)["cases"][0]["reference"] == reference(case.pk)
    assert browser.post(reverse("personal-data"), {"words": " "}).status_code == 422
