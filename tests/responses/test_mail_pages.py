"""The outbox, as staff see it, and what they decide there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from barometer.models import AuditEvent
from responses import links
from responses.actions import contact, events, sending
from responses.models import Mail
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db


def make_mail(*, sent: bool = True, **changes: Any) -> Mail:
    """An invitation to one workplace in a round of its own, sent at NOON unless it still waits; then changed."""
    round_ = make_open_round()
    make_case(round_, name="Skovbo")
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    if sent:
        sending.send_due(at=NOON)
    mail = Mail.objects.filter(round=round_)
    if changes:
        mail.update(**changes)
    return mail.get()


def make_unknown_mail() -> Mail:
    """A mail whose worker died during the dialogue, an hour ago."""
    mail = make_mail(status=Mail.Status.HANDED_OVER, ended_at=None)
    mail.lines.get().case.events.filter(kind=EventKind.INVITED).delete()
    sending.recover_stale(at=NOON + timedelta(hours=1))
    mail.refresh_from_db()
    return mail


def page_of(mail: Mail, language: str = "en") -> str:
    response = browser_of(finn(), language).get(f"/mails/{mail.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def press(mail: Mail, act: str) -> int:
    return browser_of(finn()).post(f"/mails/{mail.pk}/", {"act": act}).status_code


def test_the_outbox_lists_the_mails_of_its_round_and_what_became_of_them() -> None:
    mail, other = make_mail(), make_mail()
    page = browser_of(finn()).get(f"/rounds/{mail.round.slug}/mails/").content.decode()
    assert mail.address in page
    assert other.address not in page
    assert re.search(r"Sent \(1\)", page)


def test_the_outbox_can_be_narrowed_to_a_status_and_a_kind_of_mail() -> None:
    mail = make_mail()
    browser, address = browser_of(finn()), f"/rounds/{mail.round.slug}/mails/"
    assert mail.address in browser.get(address, {"status": "sent", "name": "invitation"}).content.decode()
    for query in ({"status": "failed"}, {"name": "reminder_1"}, {"name": "receipt"}):
        assert mail.address not in browser.get(address, query).content.decode()


@pytest.mark.parametrize("query", [{"status": "x"}, {"step": "x"}, {"step": "9" * 30}, {"step": "²"}, {"page": "x"}])
def test_a_strange_address_of_the_outbox_is_taken_as_no_choice(query: dict[str, str]) -> None:
    mail = make_mail()
    assert browser_of(finn()).get(f"/rounds/{mail.round.slug}/mails/", query).status_code == 200


def test_the_outbox_names_the_workplaces_that_no_mail_reaches() -> None:
    round_ = make_open_round()
    make_case(round_, name="Uden adresse", contact={"email": ""})
    page = browser_of(finn(), "da").get(f"/rounds/{round_.slug}/mails/").content.decode()
    assert "1 arbejdsplads har ingen mailadresse" in page
    assert "Uden adresse" in page


def test_a_mail_is_shown_as_it_was_sent_without_its_secrets() -> None:
    mail = make_mail()
    Round.objects.update(rehearsal=False)
    page = page_of(mail)
    assert "Kære Lea Leder" in page
    assert "<strong>personal link</strong>" in page
    assert "<strong>personal code</strong>" in page
    holder = mail.lines.get().holder
    for secret in (links.token(links.ANSWER, holder), links.token(links.OPT_OUT, holder), links.typed_code(holder)):
        assert secret not in page


def test_in_a_rehearsal_the_link_can_be_followed() -> None:
    mail = make_mail()
    address = links.address(links.ANSWER, mail.lines.get().holder)
    assert f'<a href="{address}">{address}</a>' in page_of(mail)


def test_no_browser_keeps_the_page_of_a_mail() -> None:
    assert "no-store" in browser_of(finn()).get(f"/mails/{make_mail().pk}/")["Cache-Control"]


def test_a_mail_that_waits_says_that_it_is_not_written_yet() -> None:
    assert "It is written at the moment it is sent." in page_of(make_mail(sent=False))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("empty_field: help_phone", "Not sent, because this text is empty: Telephone of the help desk."),
        ("empty_field: leader", "Not sent, because this text is empty: the leader&#x27;s name."),
        ("not_reserved", "Not sent: a rehearsal writes only to addresses reserved for examples"),
        ("550 5.1.1 No such user: x", "The mail server said: 550 5.1.1 No such user: x"),
        ("connection_lost: timed out", "The connection to the mail server broke while it was being sent: timed out"),
    ],
)
def test_what_became_of_a_mail_is_said_in_words(outcome: str, words: str) -> None:
    assert words in page_of(make_mail(outcome=outcome))


def test_an_unknown_mail_found_in_the_servers_log_is_recorded_as_sent() -> None:
    mail = make_unknown_mail()
    assert mail.message_id.strip("<>") in page_of(mail)
    assert press(mail, "sent") == 302
    assert refreshed(mail).status == Mail.Status.SENT
    assert mail.lines.get().case.events.filter(kind=EventKind.INVITED, by=finn()).count() == 1
    assert AuditEvent.objects.get(what="mail.confirmed_sent").who == "finn"


def test_an_unknown_mail_is_sent_again_by_a_person_once(mailoutbox: list[EmailMessage]) -> None:
    mail = make_unknown_mail()
    mailoutbox.clear()
    assert press(mail, "again") == 302
    again = Mail.objects.get(resend=1)
    assert (again.address, again.lines.get().case) == (mail.address, mail.lines.get().case)
    sending.send_due(at=again.scheduled_for)
    assert [message.to for message in mailoutbox] == [[mail.address]]
    assert f"Sent again as mail {again.pk}." in page_of(mail)
    for act in ("again", "sent"):
        press(mail, act)
        assert Mail.objects.count() == 2
        assert refreshed(mail).status == Mail.Status.UNKNOWN


def test_whoever_answered_meanwhile_gets_no_second_mail_even_when_a_person_asks(mailoutbox: list[EmailMessage]) -> None:
    mail = make_unknown_mail()
    mailoutbox.clear()
    case = mail.lines.get().case
    events.record(case, kind=EventKind.SUBMITTED, at=NOON)
    press(mail, "again")
    sending.send_due(at=Mail.objects.get(resend=1).scheduled_for)
    assert mailoutbox == []


@pytest.mark.parametrize("status", ["queued", "sent", "failed"])
def test_only_an_unknown_mail_can_be_decided(status: str) -> None:
    mail = make_mail(sent=status != "queued", status=status)
    assert 'value="again"' not in page_of(mail)
    press(mail, "again")
    press(mail, "sent")
    assert (refreshed(mail).status, Mail.objects.count()) == (status, 1)


def test_a_mail_that_came_back_is_recorded_by_staff() -> None:
    mail = make_mail()
    assert press(mail, "bounced") == 302
    assert refreshed(mail).bounced_at is not None
    assert mail.lines.get().case.disposition == Disposition.BOUNCED
    assert 'value="bounced"' not in page_of(refreshed(mail))


def test_a_mail_that_has_not_left_cannot_have_come_back() -> None:
    mail = make_mail(sent=False)
    assert press(mail, "bounced") == 400
    assert refreshed(mail).bounced_at is None


def test_an_unknown_button_is_refused() -> None:
    assert press(make_mail(), "delete") == 400


@pytest.mark.parametrize("address", ["/rounds/{slug}/mails/", "/mails/{pk}/"])
def test_the_outbox_is_for_staff(address: str) -> None:
    mail = make_mail()
    address = address.format(slug=mail.round.slug, pk=mail.pk)
    assert browser_of(None).get(address)["Location"].startswith("/login/")
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).get(address).status_code == 200
    assert browser_of(finn()).put(address).status_code == 405


@pytest.mark.parametrize("address", ["/rounds/nowhere/mails/", "/mails/0/"])
def test_what_does_not_exist_is_not_found(address: str) -> None:
    assert browser_of(finn()).get(address).status_code == 404


def test_looking_changes_nothing() -> None:
    mail = make_unknown_mail()
    before = list(Mail.objects.values())
    browser_of(finn()).head(f"/mails/{mail.pk}/", {"act": "again"})
    browser_of(finn()).get(f"/mails/{mail.pk}/", {"act": "again"})
    assert list(Mail.objects.values()) == before
