"""Whom the mails go to when the task is handed over, and what they say."""

import re
import smtplib
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from responses import links
from responses.actions import bounce, contact, events, hand_over, sending
from responses.actions import case as case_actions
from responses.models import Case, ContactAttempt, LinkHolder, Mail, Notice
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import NOTICES
from surveys.models import ContactStep, Round
from tests.factories import NOON, make_case, make_holder, make_open_round, refreshed
from tests.people import browser_of, finn
from tests.responses.test_mail_texts import visible

pytestmark = pytest.mark.django_db

INVITATION, REMINDER = ContactStep.MailName.INVITATION, ContactStep.MailName.REMINDER_1
Role, Standing = LinkHolder.Role, LinkHolder.Standing
LATER = NOON + timedelta(hours=1)
WEEK = timedelta(days=7)
LEA, DORTE, STRANGER = "lea@skole.example", "dorte@skole.example", "dorte@elsewhere.example"

HANDOVER_DA = """\
Øvelse – ikke en rigtig undersøgelse

Til Dorte Delegat

Lea Leder har bedt os give dig opgaven med at svare på Innovationsbarometeret for Skovbo, Skovvej 1. \
Innovationsbarometeret er statistikken over innovation i den offentlige sektor. Svar kun for den arbejdsplads, også \
hvis I ikke har indført noget nyt. Det er frivilligt og tager ca. 10-15 minutter.

Åbn spørgeskemaet:
⟦link:{holder}⟧

Vil du ikke klikke på links i mails? Skriv testserver/s i din browser, og indtast koden ⟦code:{holder}⟧. \
Undersøgelsen er omtalt på https://www.example.org/oevelse.

Svar senest torsdag den 6. februar 2020. Kan eller vil du ikke, så giv opgaven tilbage til Lea Leder: \
⟦return_link:{holder}⟧

Ingen uden for Innovationsbarometeret (øvelse), heller ikke Aarhus Kommune, får at vide, hvad I svarer. Alle, der har \
linket, kan se og ændre svarene, indtil de er sendt.

Vi har din adresse fra Lea Leder og bruger den kun til denne undersøgelse. Øvelsesstyrelsen (øvelse) er dataansvarlig. \
Om dine oplysninger: http://testserver/privacy/{slug}/?lang=da
Spørgsmål: 00 00 00 00 (kl. 9-15 på hverdage (øvelse)), hjaelp@example.org

Venlig hilsen
Innovationsbarometeret (øvelse)"""

TRANSFERRED_EN = """\
Rehearsal – not a real survey

To Lea Leder

The task of answering the Innovation Barometer for Skovbo has been passed on to Dorte Delegat. Your own link now shows \
only how far the task has come. If it was not you, or you have changed your mind, take the task back: \
⟦take_back_link:{owner}⟧

Answering is voluntary. About your data: http://testserver/privacy/{slug}/?lang=en
Questions: 00 00 00 00, help@example.org

Kind regards
The Innovation Barometer (exercise)"""


def a_case(round_: Round | None = None, *, email: str = LEA, **changes: str) -> Case:
    return make_case(round_, contact={"email": email}, name="Skovbo", address="Skovvej 1", **changes)  # type: ignore[arg-type]


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=Role.OWNER)


def given(case: Case, role: LinkHolder.Role = Role.DELEGATE, email: str = DORTE, **names: str) -> LinkHolder:
    wish = hand_over.Wish(**{"role": role, "given_by": "Lea Leder", "name": "Dorte Delegat", "email": email} | names)  # type: ignore[arg-type]
    return refreshed(hand_over.hand_over(owner=owner(case), wish=wish, at=LATER))  # type: ignore[no-any-return]


def queue(round_: Round, mail_name: str = REMINDER, at: object = None) -> list[str]:
    """Queue a step and return the addresses that it is to reach."""
    step = round_.contact_steps.get(mail_name=mail_name)
    contact.queue_step(step=step, at=at or LATER)  # type: ignore[arg-type]
    return sorted(step.mails.values_list("address", flat=True))


def to(mailoutbox: list[EmailMessage]) -> list[str]:
    return sorted(mail.to[0] for mail in mailoutbox)


def sent(mailoutbox: list[EmailMessage], name: str) -> str:
    (mail,) = Mail.objects.filter(name=name, status=Mail.Status.SENT)
    return mail.text_body


# At once


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.DELEGATE, {Notice.HANDOVER: DORTE, Notice.OWNER_TRANSFERRED: LEA}),
        (Role.SHARED, {Notice.SHARE: DORTE, Notice.OWNER_SHARED: LEA}),
    ],
)
def test_the_link_goes_to_whoever_got_it_and_the_owner_is_told(
    role: LinkHolder.Role, names: Mapping[str, str], mailoutbox: list[EmailMessage]
) -> None:
    case = a_case()
    holder = given(case, role)
    assert sending.send_due(at=LATER) == {"sent": 2}
    assert dict(Mail.objects.values_list("name", "address")) == names
    by_address = {mail.to[0]: mail.body for mail in mailoutbox}
    assert links.address(links.ANSWER, holder) in by_address[DORTE]
    assert links.typed_code(holder) in by_address[DORTE]
    assert links.address(links.GIVE_BACK, holder) in by_address[DORTE]
    assert links.address(links.TAKE_BACK, owner(case)) in by_address[LEA]
    for mine, theirs in ((DORTE, owner(case)), (LEA, holder)):
        assert all(links.token(purpose, theirs) not in by_address[mine] for purpose in links.PATHS)
    assert not case.events.filter(kind=EventKind.INVITED).exists()


def test_a_delegate_reads_in_danish_who_asks_for_what_and_how_to_give_it_back(mailoutbox: list[EmailMessage]) -> None:
    case = a_case()
    holder = given(case)
    sending.send_due(at=LATER)
    assert sent(mailoutbox, "handover") == HANDOVER_DA.format(holder=holder.pk, slug=case.round.slug)
    assert "Lea Leder giver dig opgaven: nye løsninger 2018-19" in [mail.subject for mail in mailoutbox]


def test_an_owner_reads_in_english_what_happened_and_how_to_take_it_back(mailoutbox: list[EmailMessage]) -> None:
    case = a_case(language="en")
    given(case)
    sending.send_due(at=LATER)
    expected = TRANSFERRED_EN.format(owner=owner(case).pk, slug=case.round.slug)
    assert sent(mailoutbox, "owner_transferred") == expected
    assert "The task has been passed on: Skovbo" in [mail.subject for mail in mailoutbox]


def test_a_colleague_reads_that_both_answer(mailoutbox: list[EmailMessage]) -> None:
    given(a_case(language="en"), Role.SHARED)
    sending.send_due(at=LATER)
    text = sent(mailoutbox, "share")
    assert "Lea Leder has asked us to share the questionnaire of the Innovation Barometer for Skovbo, Skovvej 1" in text
    assert "If you do not want to take part, remove your link: ⟦return_link:" in text
    told = sent(mailoutbox, "owner_shared")
    assert "has been shared with Dorte Delegat, who can now also see and change the answers." in told


def test_of_an_address_that_waits_only_the_owner_is_told_until_staff_have_said_yes(
    mailoutbox: list[EmailMessage],
) -> None:
    case = a_case()
    waiting = given(case, email=STRANGER)
    sending.send_due(at=LATER)
    assert to(mailoutbox) == [LEA]
    assert "Vi sender først et link, når en medarbejder hos os har set på ændringen." in mailoutbox[0].body
    hand_over.approve(holder=waiting, reason="known", by=finn(), at=LATER + WEEK)
    sending.send_due(at=LATER + WEEK)
    assert to(mailoutbox) == [STRANGER, LEA, LEA]


def test_staff_who_say_no_send_nothing(mailoutbox: list[EmailMessage]) -> None:
    waiting = given(a_case(), email=STRANGER)
    hand_over.refuse(holder=waiting, reason="unknown", by=finn(), at=LATER)
    sending.send_due(at=LATER)
    assert to(mailoutbox) == [LEA]


def test_the_owner_is_told_when_the_task_is_given_back_with_the_link_to_go_on(mailoutbox: list[EmailMessage]) -> None:
    case = a_case()
    delegate, colleague = make_holder(case, Role.DELEGATE), make_holder(case)
    hand_over.give_back(holder=colleague, at=LATER)
    sending.send_due(at=LATER)
    assert mailoutbox == [], "a colleague who leaves takes nothing along"
    hand_over.give_back(holder=delegate, at=LATER)
    sending.send_due(at=LATER)
    (mail,) = mailoutbox
    assert mail.to == [LEA]
    assert "Dorte Delegat har givet opgaven med at svare på Innovationsbarometeret for Skovbo tilbage." in mail.body
    assert links.address(links.ANSWER, owner(case)) in mail.body


def test_a_link_taken_back_before_its_mail_has_left_is_not_sent(mailoutbox: list[EmailMessage]) -> None:
    case = a_case()
    delegate = given(case)
    hand_over.take_back(owner=owner(case), holder_pk=delegate.pk, at=LATER)
    assert sending.send_due(at=LATER) == {"sent": 1, "cancelled": 1}
    assert to(mailoutbox) == [LEA]
    assert ContactAttempt.objects.get(mail__name="handover").left_out == "task_elsewhere"


def test_an_authority_mailbox_that_hands_over_is_told_too(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"kind": "authority", "email": "post@skole.example", "leader": ""})
    given(case)
    sending.send_due(at=LATER)
    assert to(mailoutbox) == [DORTE, "post@skole.example"]


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.SHARED])
@pytest.mark.parametrize("quick", [EventKind.SUBMITTED, EventKind.REPORTED_CLOSED])
def test_the_owner_is_told_however_quick_the_other_is(
    mailoutbox: list[EmailMessage], role: LinkHolder.Role, quick: EventKind
) -> None:
    """Whoever has got hold of the owner's link does not end the case unnoticed within the minute."""
    case = a_case()
    events.record(case, kind=quick, at=LATER, holder=given(case, role))
    sending.send_due(at=LATER)
    assert to(mailoutbox) == [LEA]


def test_an_owner_without_an_address_hands_over_all_the_same(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"email": ""})
    waiting = given(case)
    assert waiting.standing == Standing.WAITING, "nothing proves that the address belongs to the workplace"
    hand_over.approve(holder=waiting, reason="known", by=finn(), at=LATER)
    sending.send_due(at=LATER)
    assert to(mailoutbox) == [DORTE]


def test_text_and_html_of_every_notice_say_the_same(mailoutbox: list[EmailMessage]) -> None:
    for language in ("da", "en"):
        round_ = make_open_round()
        hand_over.give_back(holder=given(a_case(round_, language=language)), at=LATER)
        given(a_case(round_, language=language), Role.SHARED)
        given(a_case(round_, language=language))
        given(a_case(round_, language=language), email=STRANGER)
    sending.send_due(at=LATER)
    names = [name for name in NOTICES if name.startswith(("owner_", "handover", "share"))]
    found = Mail.objects.filter(status=Mail.Status.SENT)
    assert {mail.name for mail in found} == set(names)
    for mail in found:
        assert re.sub(r"[ \n]+", " ", visible(mail.html_body)) == re.sub(r"[ \n]+", " ", mail.text_body), mail.name


def test_no_name_makes_a_subject_longer_than_78_or_breaks_a_mail(mailoutbox: list[EmailMessage]) -> None:
    for number, name in enumerate(("W" * 60, "Anne " * 11, "Ø-" * 29 + "Å", "O'Brien")):
        round_ = make_open_round()
        given(a_case(round_, language="da" if number % 2 else "en"), given_by=name, name=name)
    assert sending.send_due(at=LATER) == {"sent": 8}
    assert max(len(mail.subject) for mail in mailoutbox) <= 78


# Who is reminded


def test_the_delegate_is_reminded_instead_of_the_owner_and_a_colleague_is_not() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    make_holder(case, email="karl@boernehave.example")
    make_holder(case, Role.DELEGATE, email=DORTE)
    assert queue(round_) == [DORTE]
    assert ContactAttempt.objects.get().holder.role == Role.DELEGATE


def test_a_delegates_reminder_is_written_to_the_delegate(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = make_holder(case, Role.DELEGATE, email=DORTE)
    queue(round_)
    assert sending.send_due(at=LATER) == {"sent": 1}
    (mail,) = mailoutbox
    text = " ".join(mail.body.split())
    assert "Kære Dorte Delegat Skovbo, Skovvej 1, er udtrukket" in text
    assert "Lea Leder har givet opgaven videre til dig. Vi beder dig svare, også hvis I ikke" in text
    assert "Vi har din adresse fra Lea Leder og bruger den kun til denne undersøgelse." in text
    assert "øverste leder" not in text
    assert links.address(links.ANSWER, delegate) in mail.body
    assert links.address(links.OPT_OUT, delegate) in mail.body
    assert links.token(links.ANSWER, owner(case)) not in mail.body
    assert case.events.get(kind=EventKind.INVITED).holder == delegate


@pytest.mark.parametrize(
    ("after", "address"),
    [(timedelta(0), DORTE), (WEEK - timedelta(seconds=1), DORTE), (WEEK, LEA), (WEEK * 3, LEA)],
)
def test_after_seven_silent_days_the_owner_is_reminded_again(after: timedelta, address: str) -> None:
    round_ = make_open_round()
    make_holder(a_case(round_), Role.DELEGATE, email=DORTE)
    assert queue(round_, at=NOON + after) == [address]


def test_the_owner_then_reads_to_whom_and_when_and_can_take_it_back(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = make_holder(case, Role.DELEGATE)
    queue(round_, at=NOON + WEEK)
    sending.send_due(at=NOON + WEEK)
    (mail,) = mailoutbox
    text = " ".join(mail.body.split())
    assert (
        "Svarfristen er torsdag den 6. februar 2020. Du gav opgaven videre til Dorte Delegat tirsdag den 7. januar "
        "2020. Vi har ikke modtaget svar endnu. Du kan tage opgaven tilbage her: http://testserver/t/"
    ) in text
    path = links.address(links.TAKE_BACK, owner(case)).removeprefix("http://testserver")
    assert path in mail.body
    Client().post(path, {"decision": delegate.pk})
    assert owner(case).standing == Standing.WORKS


def test_an_ordinary_reminder_says_nothing_of_a_delegate(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    hand_over.give_back(holder=make_holder(case, Role.DELEGATE), at=NOON)
    queue(round_, at=NOON + WEEK)
    sending.send_due(at=NOON + WEEK)
    reminder = next(mail for mail in mailoutbox if mail.subject.startswith("Innovation 2018-19"))
    assert reminder.to == [LEA]
    assert "Du gav opgaven videre" not in reminder.body


def test_after_taking_back_the_owner_is_reminded() -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = make_holder(case, Role.DELEGATE)
    hand_over.take_back(owner=owner(case), holder_pk=delegate.pk, at=NOON)
    assert queue(round_) == [LEA]


def test_while_an_address_waits_the_owner_is_reminded() -> None:
    round_ = make_open_round()
    given(a_case(round_), email=STRANGER)
    assert queue(round_) == [LEA]


def test_a_delegate_is_reminded_also_where_only_the_authority_was_known() -> None:
    round_ = make_open_round()
    case = make_case(round_, contact={"kind": "authority"})
    make_holder(case, Role.DELEGATE, email=DORTE)
    assert queue(round_) == [DORTE]


def test_a_delegate_is_reminded_though_the_owners_address_does_not_work() -> None:
    round_ = make_open_round()
    case = make_case(round_, events=[EventKind.INVITED, EventKind.BOUNCED])
    make_holder(case, Role.DELEGATE, email=DORTE)
    assert refreshed(case).disposition == Disposition.BOUNCED
    assert queue(round_) == [DORTE]


def test_a_task_passed_on_while_the_reminder_waits_in_the_queue_reminds_nobody_twice(
    mailoutbox: list[EmailMessage],
) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    assert queue(round_) == [LEA]
    delegate = make_holder(case, Role.DELEGATE, at=LATER)
    assert sending.send_due(at=LATER) == {"cancelled": 1}
    assert ContactAttempt.objects.get().left_out == "task_elsewhere"
    hand_over.take_back(owner=owner(case), holder_pk=delegate.pk, at=LATER)
    assert mailoutbox == []


def test_a_reminder_to_a_delegate_who_has_given_the_task_back_is_not_sent(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = make_holder(case, Role.DELEGATE)
    queue(round_)
    hand_over.take_back(owner=owner(case), holder_pk=delegate.pk, at=LATER)
    sending.send_due(at=LATER)
    assert mailoutbox == []


# Bounces


def test_a_mail_to_a_delegate_that_came_back_brings_the_owners_reminders_at_once_and_staff_see_it() -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = given(case)
    sending.send_due(at=LATER)
    bounce.record_bounce(mail=Mail.objects.get(name="handover"), by=finn(), at=LATER)
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert (owner(case).standing, refreshed(delegate).standing) == (Standing.WATCHES, Standing.WORKS)
    assert queue(round_, at=LATER) == [LEA]
    for name, args in (("hand-overs", [round_.slug]), ("round", [round_.slug]), ("case", [case.pk])):
        page = browser_of(finn()).get(reverse(name, args=args)).content.decode()
        assert re.search("came back|Came back", page), name


class RefusesDorte(locmem.EmailBackend):
    """A mail server that knows no such user."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if messages[0].to == [DORTE]:
            raise smtplib.SMTPRecipientsRefused({DORTE: (550, b"no such user")})
        return super().send_messages(messages)


def test_an_address_that_the_server_refuses_for_good_counts_as_one_that_came_back() -> None:
    case = a_case()
    delegate = given(case)
    assert sending.send_due(at=LATER, connection=RefusesDorte()) == {"sent": 1, "failed": 1}
    assert refreshed(delegate).hand_over.bounced_at == LATER
    assert case.events.filter(kind=EventKind.DELEGATE_BOUNCED, holder=delegate).count() == 1
    assert queue(case.round, at=LATER) == [LEA]


# No more reminders


def test_no_more_reminders_of_a_delegate_concerns_their_own_address(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = make_holder(case, Role.DELEGATE, email=DORTE)
    case_actions.stop_reminders(holder=delegate, at=NOON)
    sending.send_due(at=NOON)
    assert to(mailoutbox) == [DORTE], "the confirmation goes to whoever said it"
    assert queue(round_, at=LATER) == []
    assert case_actions.reminders_stopped(delegate)
    assert not case_actions.reminders_stopped(owner(case))


def test_the_owner_is_reminded_after_a_week_though_the_delegate_wants_no_reminders() -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate, colleague = make_holder(case, Role.DELEGATE), make_holder(case)
    case_actions.stop_reminders(holder=delegate, at=NOON)
    case_actions.stop_reminders(holder=colleague, at=NOON)
    assert queue(round_, at=NOON + WEEK) == [LEA]


def test_no_more_reminders_of_the_owner_is_for_the_case() -> None:
    round_ = make_open_round()
    case = a_case(round_)
    case_actions.stop_reminders(holder=owner(case), at=NOON)
    make_holder(case, Role.DELEGATE)
    assert queue(round_) == []


def test_a_delegate_cannot_take_back_the_owners_no() -> None:
    case = a_case()
    delegate = make_holder(case, Role.DELEGATE)
    case_actions.decline(holder=owner(case), at=NOON)
    for purpose, name in ((links.OPT_OUT, "o"), (links.ANSWER, "s")):
        path = f"/{name}/{links.token(purpose, delegate)}/"
        Client().post(path, {"decision": "undo"})
        Client().post(f"{path}decline/", {"decision": "undo"})
    assert refreshed(case).disposition == Disposition.DECLINED


# Bundles


def test_tasks_passed_on_to_one_person_share_a_mail(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    cases = [make_case(round_, name=name) for name in ("Skovbo", "Strandbo")]
    for case in cases:
        make_holder(case, Role.DELEGATE, email=DORTE)
    assert queue(round_) == [DORTE]
    sending.send_due(at=LATER)
    text = " ".join(mailoutbox[0].body.split())
    assert "Kære Dorte Delegat 2 arbejdspladser, som du skal svare for, er udtrukket" in text
    assert "Vi har din adresse fra dem, der gav opgaverne videre til dig" in text


def test_a_leader_who_has_got_a_task_beside_their_own_gets_one_mail(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_, contact={"email": DORTE, "leader": "Dorte Delegat"})
    make_holder(make_case(round_), Role.DELEGATE, email=DORTE)
    assert queue(round_) == [DORTE]
    sending.send_due(at=LATER)
    text = " ".join(mailoutbox[0].body.split())
    assert "2 arbejdspladser, som du skal svare for" in text
    assert "Vi har din adresse fra et opdigtet øvelsesregister og fra den, der gav en opgave videre til dig." in text


def test_in_a_bundle_the_line_of_a_silent_delegate_says_so(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    shared = {"email": "post@skole.example", "kind": "workplace"}
    passed_on, own = (make_case(round_, name=name, contact=shared) for name in ("Skovbo", "Strandbo"))
    make_holder(passed_on, Role.DELEGATE)
    queue(round_, at=NOON + WEEK)
    sending.send_due(at=NOON + WEEK)
    (mail,) = mailoutbox
    assert mail.body.count("Du gav opgaven videre til Dorte Delegat") == 1
    assert links.address(links.TAKE_BACK, owner(passed_on)) in mail.body
    assert links.token(links.TAKE_BACK, owner(own)) not in mail.body


# Cost and secrets


def queries(cases: int, *, delegates: bool, silent: bool) -> tuple[int, int]:
    """Return how many queries it takes to queue a reminder to so many cases, and to send it."""
    round_ = make_open_round()
    for number in range(cases):
        case = make_case(round_)
        if delegates and number % 2 == 0:
            make_holder(case, Role.DELEGATE)
    at = NOON + WEEK if silent else LATER
    with CaptureQueriesContext(connection) as queueing:
        assert len(queue(round_, at=at)) == cases
    with CaptureQueriesContext(connection) as leaving:
        assert sending.send_due(at=at, round_=round_) == {"sent": cases}
    return len(queueing), len(leaving)


@pytest.mark.parametrize("silent", [False, True])
def test_delegates_cost_no_query_per_case_and_none_per_mail(silent: bool) -> None:
    (queue_one, send_one), (queue_five, send_five) = (queries(cases, delegates=True, silent=silent) for cases in (1, 5))
    _, plain_one = queries(1, delegates=False, silent=silent)
    _, plain_five = queries(5, delegates=False, silent=silent)
    assert queue_one == queue_five
    assert send_five - send_one == plain_five - plain_one
    assert send_one - plain_one == silent  # one query for a batch with lines of owners who are reminded again


def test_no_secret_of_a_notice_stands_in_the_database() -> None:
    case = a_case()
    holder = given(case)
    sending.send_due(at=LATER)
    stored = " ".join(f"{mail.subject} {mail.text_body} {mail.html_body} {mail.outcome}" for mail in Mail.objects.all())
    for each in (owner(case), holder):
        assert links.typed_code(each) not in stored
        for purpose in links.PATHS:
            assert links.token(purpose, each).partition("-")[2] not in stored


def test_an_event_of_the_delegate_is_seen_when_a_mail_is_about_to_leave(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = a_case(round_)
    delegate = make_holder(case, Role.DELEGATE, email=DORTE)
    queue(round_)
    events.record(events.lock(case.pk), kind=EventKind.REMINDERS_STOPPED, at=LATER, holder=delegate)
    assert sending.send_due(at=LATER) == {"cancelled": 1}
    assert ContactAttempt.objects.get().left_out == "reminders_stopped"
