"""A proof finds who is not to be written to, links and codes of others, and addresses that cannot be right."""

import pytest

from responses import links
from responses.actions import events
from responses.models import ContactAttempt, LinkHolder, Mail, Wave
from responses.proof_findings import WARNINGS, Code, Finding
from responses.proof_texts import ADVICE, TEXTS
from responses.statistics.dispositions import EventKind
from surveys.models import Round, RoundText
from tests.factories import NOON, make_case, make_holder, make_open_round
from tests.responses.test_proof import LATER, SHARED, codes, errors, owner, prepare, proof_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    return make_open_round()


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
