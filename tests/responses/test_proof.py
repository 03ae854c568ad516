"""The proof of a wave: it passes what is right, and fails for every way in which a mailing can go wrong."""

import json
import re
from collections import Counter
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from responses import links, proof
from responses.actions import contact, events
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail, Wave
from responses.proof import Proof
from responses.proof_findings import WARNINGS, Code, Finding
from responses.proof_texts import ADVICE, TEXTS
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


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EventKind.SUBMITTED, "submitted"),
        (EventKind.DECLINED, "declined"),
        (EventKind.REFUSED, "declined"),
        (EventKind.REPORTED_CLOSED, "not_eligible"),
        (EventKind.INELIGIBLE_CONFIRMED, "not_eligible"),
        (EventKind.REMINDERS_STOPPED, "reminders_stopped"),
        (EventKind.BOUNCED, "bounced"),
    ],
)
def test_somebody_who_is_not_to_be_written_to(kind: EventKind, reason: str, round_: Round) -> None:
    case = make_case(round_)
    wave = prepare(round_)
    events.record(events.lock(case.pk), kind=kind, at=LATER)
    [finding] = proof_of(wave).findings
    assert (finding.code, finding.case, finding.params) == (Code.NOT_TO_BE_WRITTEN_TO, case.pk, {"reason": reason})


def test_a_retired_link_and_a_task_that_is_elsewhere(round_: Round) -> None:
    retired, elsewhere = make_case(round_), make_case(round_)
    wave = prepare(round_)
    LinkHolder.objects.filter(case=retired).update(retired_at=NOON)
    make_holder(elsewhere, LinkHolder.Role.DELEGATE, at=LATER)
    found = {(finding.case, finding.params.get("reason")) for finding in proof_of(wave).findings}
    assert {(retired.pk, "link_retired"), (elsewhere.pk, "task_elsewhere")} <= found
    assert Code.LINK_OPENS_NOTHING in errors(wave)


def test_a_round_that_is_closed(round_: Round) -> None:
    make_case(round_)
    wave = prepare(round_)
    Round.objects.update(closed_at=LATER)
    assert errors(wave) == {Code.NOT_TO_BE_WRITTEN_TO}


@pytest.mark.parametrize("purpose", [links.ANSWER, links.OPT_OUT])
def test_a_text_with_somebody_elses_link(purpose: str, round_: Round) -> None:
    make_case(round_)
    stranger = owner(make_case(make_open_round()))
    RoundText.objects.filter(round=round_, field="official_page").update(text=links.address(purpose, stranger))
    assert errors(prepare(round_)) == {Code.LINK_OF_OTHER_CASE}


def test_a_text_with_somebody_elses_code(round_: Round) -> None:
    make_case(round_)
    stranger = owner(make_case(make_open_round()))
    RoundText.objects.filter(round=round_, field="help_phone").update(text=f"kode {links.typed_code(stranger)}")
    assert errors(prepare(round_)) == {Code.CODE_OF_OTHER_CASE}


@pytest.mark.parametrize(
    "path", ["s/tno-such-token-at-all-0000/", "nowhere/", "privacy/another-round/", "s/t1-AAAAAAAAAAAAAAAAAAAAAA/"]
)
def test_a_text_with_a_link_of_ours_that_opens_nothing(path: str, round_: Round) -> None:
    make_case(round_)
    RoundText.objects.filter(round=round_, field="official_page").update(text=f"http://testserver/{path}")
    assert errors(prepare(round_)) == {Code.LINK_OPENS_NOTHING}


def test_a_link_to_another_site_is_told_unless_it_is_the_official_page(round_: Round) -> None:
    make_case(round_)
    RoundText.objects.filter(round=round_, field="help_hours").update(text="se https://elsewhere.example/tider")
    found = proof_of(prepare(round_)).findings
    assert [(finding.code, finding.params) for finding in found] == [(Code.LINK_FOREIGN, {"host": "elsewhere.example"})]


@pytest.mark.parametrize("left", ["{help_phone}", "[opening]", "{x y}"])
def test_a_placeholder_that_nobody_has_filled_in(left: str, round_: Round) -> None:
    make_case(round_)
    RoundText.objects.filter(round=round_, field="help_hours").update(text=f"kl. 9-15 {left}")
    [finding] = proof_of(prepare(round_)).findings
    assert (finding.code, finding.params) == (Code.PLACEHOLDER_LEFT, {"placeholder": left})


def test_a_rehearsal_that_would_write_to_a_real_address(round_: Round) -> None:
    make_case(round_, contact={"email": "leder@aarhus.dk"})
    assert errors(prepare(round_)) == {Code.ADDRESS_NOT_RESERVED}


def test_an_address_that_is_none(round_: Round) -> None:
    make_case(round_, contact={"email": "leder@skole..example"})
    assert Code.BAD_ADDRESS in errors(prepare(round_))


def test_a_case_that_is_written_to_twice_in_one_step(round_: Round) -> None:
    case = make_case(round_)
    first = prepare(round_)
    again = Wave.objects.create(step=first.step, number=2, scheduled_for=NOON, forecast=1, prepared_at=NOON)
    mail = Mail.objects.get()
    line = ContactAttempt.objects.get()
    mail.pk, mail.resend, mail.wave = None, 1, again
    mail.save()
    line.pk, line.resend, line.wave, line.mail = None, 1, again, mail
    line.save()
    assert errors(again) == {Code.CASE_TWICE}
    [finding] = proof_of(again).findings
    assert finding.case == case.pk


def test_a_mail_without_a_line(round_: Round) -> None:
    make_case(round_)
    wave = prepare(round_)
    ContactAttempt.objects.all().delete()
    assert errors(wave) == {Code.WITHOUT_LINES}


def test_a_link_of_another_person_of_the_same_case(round_: Round) -> None:
    case = make_case(round_)
    wave = prepare(round_)
    colleague = make_holder(case, email=owner(case).email)
    RoundText.objects.filter(round=round_, field="official_page").update(text=links.address(links.ANSWER, colleague))
    assert errors(wave) == {Code.LINK_OF_OTHER_PERSON}


# What a person should look at


def test_shared_mailboxes_and_an_address_that_gets_several_mails_are_listed(round_: Round) -> None:
    for number in range(6):
        make_case(round_, contact=SHARED, authority_code="751" if number < 5 else "101")
    found = {finding.code: finding for finding in proof_of(prepare(round_)).findings}
    assert not any(finding.is_error for finding in found.values())
    assert found[Code.SHARED_MAILBOX].params == {"workplaces": 6}
    assert len(found[Code.ADDRESS_IN_SEVERAL_MAILS].params["mails"]) == 2


def test_a_mail_domain_that_is_unusual_for_the_authority_is_a_warning(round_: Round) -> None:
    for _ in range(6):
        make_case(round_)
    odd = make_case(round_, contact={"email": "lea@gmail.example"})
    [finding] = proof_of(prepare(round_)).findings
    assert (finding.code, finding.is_error) == (Code.DOMAIN_UNUSUAL, False)
    assert Mail.objects.get(lines__case=odd).pk == finding.mail


def test_a_bundle_in_two_languages_is_a_warning(round_: Round) -> None:
    for language in ("da", "en"):
        make_case(round_, contact=SHARED, language=language)
    assert codes(prepare(round_)) == {Code.LANGUAGES_MIXED: 1}


def test_errors_come_first() -> None:
    findings = [Finding(Code.DOMAIN_UNUSUAL, 1), Finding(Code.CASE_TWICE, None, 3), Finding(Code.EMPTY_FIELD, 2)]
    ordered = sorted(findings, key=lambda finding: finding.place)
    assert [finding.code for finding in ordered] == [Code.EMPTY_FIELD, Code.CASE_TWICE, Code.DOMAIN_UNUSUAL]


def test_every_finding_has_words_and_says_what_to_do() -> None:
    assert set(TEXTS) == set(ADVICE) == set(Code)
    assert set(Code) > WARNINGS
    assert [Finding.of(Finding(code).stored()).code for code in Code] == list(Code)
