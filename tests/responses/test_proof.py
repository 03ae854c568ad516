"""The proof of a wave: it passes what is right, and fails for every way in which a mailing can go wrong."""

import json
import re
from collections import Counter
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from responses import links, proof
from responses.actions import contact
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail, Wave
from responses.proof import Proof
from responses.proof_findings import Code
from responses.statistics.dispositions import EventKind
from surveys.models import MailText, Round, RoundText, Workplace
from tests.factories import NOON, make_case, make_holder, make_open_round

pytestmark = pytest.mark.django_db

SHARED = {"email": "post@skole.example"}
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def round_() -> Round:
    return make_open_round()


def prepare(round_: Round, mail_name: str = "invitation") -> Wave:
    step = round_.contact_steps.get(mail_name=mail_name)
    return contact.prepare_wave(step=step, at=NOON, for_day=step.date)


def proof_of(wave: Wave) -> Proof:
    return proof.prove(Wave.objects.select_related("step__round__questionnaire").get(pk=wave.pk), LATER)


def codes(wave: Wave) -> Counter[str]:
    return Counter(finding.code.value for finding in proof_of(wave).findings)


def errors(wave: Wave) -> set[str]:
    return {finding.code.value for finding in proof_of(wave).findings if finding.is_error}


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def swap(first: Any, second: Any, field: str) -> None:
    """Give each of two rows what the other has, as a slip of somebody in the database would."""
    ours, theirs = getattr(first, field), getattr(second, field)
    type(first).objects.filter(pk=first.pk).update(**{field: theirs})
    type(second).objects.filter(pk=second.pk).update(**{field: ours})


# What is right passes


@pytest.mark.parametrize("mail_name", ["invitation", "reminder_1"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_wave_of_every_kind_of_reader_is_proven(mail_name: str, language: str, round_: Round) -> None:
    make_case(round_, language=language)
    make_case(round_, language=language, events=[EventKind.STARTED])
    make_case(round_, language=language, contact={"kind": "workplace", "leader": ""})
    make_case(round_, language=language, contact={"kind": "authority", "leader": ""})
    for number in range(3):
        make_case(round_, language=language, contact=SHARED, name=f"Skovbo{' Nord' * number}")
        make_case(round_, language=language, contact={"email": "mail@by.example", "kind": "workplace", "leader": ""})
    make_holder(make_case(round_, language=language), LinkHolder.Role.DELEGATE)
    make_holder(make_case(round_, language=language), LinkHolder.Role.DELEGATE, at=NOON - timedelta(days=30))
    found = proof_of(prepare(round_, mail_name))
    assert found.findings == ()
    assert len(found.digests) == (8 if mail_name == "invitation" else 7)
    assert found.lines == (12 if mail_name == "invitation" else 11)


def test_a_name_that_holds_brackets_or_another_name_is_no_fault(round_: Round) -> None:
    for name in ("Skole [afd. 2] {x}", "Skole", "Skole & <Søn>", "Børnehave\u200b  «Ø»"):
        make_case(round_, name=name, contact=SHARED)
        make_case(round_, name=name)
    assert errors(prepare(round_)) == set()


def test_two_workplaces_of_one_name_are_told_apart_by_their_addresses(round_: Round) -> None:
    for _ in range(2):
        make_case(round_, name="Børnehaven", contact=SHARED)
    assert errors(prepare(round_)) == set()


def test_a_proof_is_the_same_twice_and_needs_no_more_queries_for_more_mails(
    round_: Round,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        make_case(round_, contact=SHARED if number % 3 == 0 else None)
    wave = prepare(round_)
    with django_assert_max_num_queries(14):
        first = proof_of(wave)
    assert proof_of(wave).sha256 == first.sha256


def test_a_proof_changes_nothing(round_: Round) -> None:
    make_case(round_)
    wave = prepare(round_)
    before = [list(model.objects.values()) for model in (Wave, Mail, ContactAttempt, CaseEvent)]
    proof_of(wave)
    assert [list(model.objects.values()) for model in (Wave, Mail, ContactAttempt, CaseEvent)] == before


def test_what_is_kept_holds_no_address_no_link_and_no_code(round_: Round) -> None:
    cases = [make_case(round_, contact=SHARED, name=f"Skovbo {number}") for number in range(6)]
    RoundText.objects.filter(round=round_, field="official_page").update(
        text=links.address(links.ANSWER, owner(make_case(round_, events=[EventKind.SUBMITTED])))
    )
    swap(owner(cases[0]), owner(make_case(round_)), "email")
    wave = prepare(round_)
    LinkHolder.objects.filter(pk=owner(cases[1]).pk).update(email="en@anden.example")
    kept = json.dumps([finding.stored() for finding in proof_of(wave).findings])
    assert {Code.LINK_OF_OTHER_CASE, Code.ADDRESS_OF_OTHER, Code.ADDRESS_NOT_OF_HOLDER} <= errors(wave)
    assert "@" not in kept
    assert not re.search(links.TOKEN.pattern.strip("^$"), kept)


# Mutations: the proof fails each time


def test_a_column_shifted_by_one_row(round_: Round) -> None:
    """Names, addresses, or links, each one row too far down, before or after the wave was prepared."""
    for field in ("name", "email"):
        fresh = make_open_round()
        for number in range(4):
            make_case(fresh, contact={"leader": f"Leder {number}", "email": f"leder{number}@skole.example"})
        holders = list(LinkHolder.objects.filter(case__round=fresh).order_by("pk"))
        values = [getattr(holder, field) for holder in holders]
        for holder, value in zip(holders, values[1:] + values[:1], strict=True):
            LinkHolder.objects.filter(pk=holder.pk).update(**{field: value})
        before = Wave.objects.get(pk=prepare(fresh).pk)
        expected = Code.NAME_NOT_OF_FRAME if field == "name" else Code.ADDRESS_OF_OTHER
        assert codes(before)[expected] == 4


def test_the_links_of_a_wave_shifted_by_one_row(round_: Round) -> None:
    for _ in range(4):
        make_case(round_)
    wave = prepare(round_)
    lines = list(ContactAttempt.objects.order_by("pk"))
    for line, other in zip(lines, lines[1:] + lines[:1], strict=True):
        ContactAttempt.objects.filter(pk=line.pk).update(holder=other.holder)
    assert {Code.LINK_OF_OTHER_CASE, Code.LINK_MISSING, Code.ADDRESS_NOT_OF_HOLDER} <= errors(wave)


def test_the_addresses_of_prepared_mails_shifted_by_one_row(round_: Round) -> None:
    for _ in range(4):
        make_case(round_)
    wave = prepare(round_)
    mails = list(Mail.objects.order_by("pk"))
    Mail.objects.update(resend=1)
    for mail, other in zip(mails, mails[1:] + mails[:1], strict=True):
        Mail.objects.filter(pk=mail.pk).update(address=other.address, resend=0)
    assert codes(wave)[Code.ADDRESS_NOT_OF_HOLDER] == 4


@pytest.mark.parametrize("together", [True, False])
def test_two_links_swapped(together: bool, round_: Round) -> None:
    for name in ("Skovbo", "Strandbo"):
        make_case(round_, name=name, contact=SHARED if together else None)
    wave = prepare(round_)
    first, second = ContactAttempt.objects.order_by("pk")
    swap(first, second, "holder")
    assert (Code.NAME_NOT_BEHIND_LINK if together else Code.LINK_OF_OTHER_CASE) in errors(wave)


@pytest.mark.parametrize("names", list(permutations(["Skovbo", "Skovbo Nord", "Skovbo Nord 2"], 2)))
def test_two_links_swapped_between_names_that_begin_alike(names: tuple[str, str], round_: Round) -> None:
    for name in names:
        make_case(round_, name=name, contact=SHARED, address="Skovvej 1")
    wave = prepare(round_)
    first, second = ContactAttempt.objects.order_by("pk")
    swap(first, second, "holder")
    assert Code.NAME_NOT_BEHIND_LINK in errors(wave)


@pytest.mark.parametrize("written", ["Nordre Skolen", "Nordre Skolen, Skovvej 1", "Nordskolen", "Skolens Have"])
def test_a_name_that_stands_only_inside_a_longer_one(written: str, round_: Round) -> None:
    make_case(round_, name="Skolen", address="Skovvej 1")
    for name in ("Nordre Skolen", "Skolens Have"):
        make_case(round_, name=name, events=[EventKind.SUBMITTED])
    own = MailText(round=round_, name="invitation", language="da", subject="x", edited_at=NOON)
    own.body = f"[opening]\n\nI {written} er der brug for svar: {{link}}"
    own.save()
    found = errors(prepare(round_))
    assert Code.NAME_MISSING in found
    own.body = own.body.replace(written, f"{written} og Skolens afdelinger")
    own.save()
    assert Code.NAME_MISSING not in errors(Wave.objects.get())


@pytest.mark.parametrize("changed_by_staff", [False, True])
def test_two_addresses_swapped(changed_by_staff: bool, round_: Round) -> None:
    first, second, _ = make_case(round_), make_case(round_), make_case(round_)
    swap(owner(first), owner(second), "email")
    if changed_by_staff:
        for case in (first, second):
            case.events.create(kind=EventKind.ADDRESS_CHANGED, at=NOON)
    found = [finding for finding in proof_of(prepare(round_)).findings if finding.is_error]
    assert {(finding.code, finding.case) for finding in found} == {
        (Code.ADDRESS_OF_OTHER, first.pk),
        (Code.ADDRESS_OF_OTHER, second.pk),
    }


def test_an_address_of_another_workplace_stands_once_staff_have_checked_it(round_: Round) -> None:
    one, other = make_case(round_, contact=SHARED), make_case(round_)
    LinkHolder.objects.filter(case=other).update(email=SHARED["email"])
    other.events.create(kind=EventKind.ADDRESS_CHANGED, at=NOON)
    other.events.create(kind=EventKind.ADDRESS_CHECKED, at=NOON)
    assert errors(prepare(round_)) == set()
    other.events.create(kind=EventKind.ADDRESS_CHANGED, at=NOON)
    assert errors(Wave.objects.get()) == {Code.ADDRESS_OF_OTHER}
    assert one.pk != other.pk


def test_an_address_that_nobody_is_known_to_have_changed(round_: Round) -> None:
    case = make_case(round_)
    LinkHolder.objects.filter(case=case).update(email="ny@anden.example")
    wave = prepare(round_)
    assert errors(wave) == {Code.ADDRESS_NOT_OF_FRAME}
    case.events.create(kind=EventKind.ADDRESS_CHANGED, at=NOON)
    assert errors(wave) == set()


@pytest.mark.parametrize(
    ("model", "field", "named"),
    [(LinkHolder, "name", "leader"), (Workplace, "name", "subject_name"), (Workplace, "address", "address")],
)
def test_a_field_left_blank(model: Any, field: str, named: str, round_: Round) -> None:
    make_case(round_)
    wave = prepare(round_)
    model.objects.update(**{field: ""})
    [finding] = [finding for finding in proof_of(wave).findings if finding.code == Code.EMPTY_FIELD]
    assert finding.params == {"field": named}


def test_a_text_of_the_round_left_blank_in_one_language(round_: Round) -> None:
    for language in ("da", "en"):
        make_case(round_, language=language)
    wave = prepare(round_)
    RoundText.objects.filter(round=round_, field="help_phone", language="en").delete()
    assert codes(wave) == {Code.EMPTY_FIELD: 1}


def test_the_wrong_language(round_: Round) -> None:
    make_case(round_, language="da")
    wave = prepare(round_)
    Mail.objects.update(language="en")
    assert errors(wave) == {Code.LANGUAGE_NOT_OF_CASE}


def test_a_language_that_the_program_does_not_speak(round_: Round) -> None:
    make_case(round_, language="sv")
    for text in RoundText.objects.filter(round=round_, language="en"):
        RoundText.objects.create(round=round_, language="sv", field=text.field, text=text.text)
    wave = prepare(round_)
    assert Code.LANGUAGE_INCOMPLETE_IN_REHEARSAL in codes(wave)
    Round.objects.update(rehearsal=False)
    assert Code.LANGUAGE_INCOMPLETE in errors(wave)


def test_a_text_of_staff_in_one_language_only_is_told(round_: Round) -> None:
    for language in ("da", "en"):
        make_case(round_, language=language)
    MailText.objects.create(
        round=round_, name="invitation", language="da", subject="x", body="[opening]", edited_at=NOON
    )
    found = [finding for finding in proof_of(prepare(round_)).findings if finding.code == Code.TEXT_NOT_IN_LANGUAGE]
    assert [(finding.params["language"], finding.is_error) for finding in found] == [("en", False)]


def test_mixed_authorities(round_: Round) -> None:
    make_case(round_, contact=SHARED)
    other = make_case(round_, contact=SHARED)
    wave = prepare(round_)
    Workplace.objects.filter(sample_unit__case=other).update(authority_code="101")
    assert errors(wave) == {Code.AUTHORITIES_MIXED}
