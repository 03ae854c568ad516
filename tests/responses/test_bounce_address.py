"""Every mail has an address of its own that it comes back to, and nobody else can make one up."""

import pytest
from django.core.mail import EmailMessage
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from barometer.smtp import EmailBackend
from responses import bounce_address
from responses.actions import contact, sending
from responses.models import Mail
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import smtp_sink

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def bounces(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@bounce.example"


@pytest.mark.parametrize("mail", [1, 35, 36, 4711, 2**63 - 1])
def test_the_address_leads_back_to_its_mail_also_in_capitals(mail: int) -> None:
    address = bounce_address.of(mail)
    assert bounce_address.mail_of(address) == mail
    assert bounce_address.mail_of(address.upper()) == mail
    assert bounce_address.mail_of(f" {address} ") == mail
    assert address == address.lower()


def test_the_longest_has_room_before_the_at(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "b" * 30 + "@bounce.example"
    assert len(bounce_address.of(2**63 - 1).partition("@")[0]) <= 64


def test_no_other_mail_can_be_named() -> None:
    address = bounce_address.of(4711)
    number, mac = address.partition("+")[2].partition("@")[0].split("-")
    for other in (
        f"bounces+{bounce_address.token(4712).split('-')[0]}-{mac}@bounce.example",
        f"bounces+{number}-{'a' * 16}@bounce.example",
        f"bounces+{number}-{mac[:-1]}@bounce.example",
        f"bounces+{number}-{mac}x@bounce.example",
        f"bounces+{number}-{mac}@other.example",
        f"others+{number}-{mac}@bounce.example",
        f"{number}-{mac}@bounce.example",
        "bounces@bounce.example",
        f"bounces+{'z' * 13}-{mac}@bounce.example",
        "",
    ):
        assert bounce_address.mail_of(other) is None, other


@given(st.text(max_size=80))
def test_any_text_is_an_address_of_ours_or_not(text: str) -> None:
    assert bounce_address.mail_of(text) is None
    assert bounce_address.mail_of(f"bounces+{text}@bounce.example") is None
    assert bounce_address.mail_of_token(text) is None


def test_mails_on_the_way_come_back_after_the_key_has_been_changed(settings: Settings) -> None:
    settings.LINK_KEYS = {"a": OLD}
    before = bounce_address.of(7)
    settings.LINK_KEYS = {"b": NEW, "a": OLD}
    assert bounce_address.of(7) != before
    assert bounce_address.mail_of(before) == 7
    settings.LINK_KEYS = {"b": NEW}
    assert bounce_address.mail_of(before) is None


def test_without_a_bounce_address_mails_come_back_to_the_sender(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = ""
    assert bounce_address.of(7) == ""
    assert bounce_address.mail_of("+7-abcdefghijklmnop@") is None


def test_a_provider_that_puts_its_own_address_there_is_given_none(settings: Settings) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    assert bounce_address.of(7) == ""


@pytest.mark.django_db(transaction=True)
def test_a_mail_leaves_with_its_own_envelope_sender_and_the_same_sender_to_see() -> None:
    round_ = make_open_round()
    for number in range(2):
        make_case(round_, contact={"email": f"leder{number}@skole.example"})
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    with smtp_sink() as server:
        sending.send_due(at=NOON, connection=EmailBackend(host="127.0.0.1", port=server.port, timeout=5))
    assert {bounce_address.mail_of(sender) for sender in server.senders} == set(
        Mail.objects.values_list("pk", flat=True)
    )
    for recipient, sender in zip(server.recipients, server.senders, strict=True):
        assert Mail.objects.get(address=recipient).pk == bounce_address.mail_of(sender)
        assert server.mail_to(recipient)["From"].addresses[0].addr_spec == "barometer@example.org"
        assert "bounce.example" not in str(server.mail_to(recipient))


@pytest.mark.django_db
def test_a_provider_is_told_the_signed_number_of_the_mail(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    sending.send_due(at=NOON)
    [message] = mailoutbox
    metadata: dict[str, str] = getattr(message, "metadata", {})
    assert bounce_address.mail_of_token(metadata["mail"]) == Mail.objects.get().pk
