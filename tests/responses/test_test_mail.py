"""A test mail meets a real mail server, outside any transaction."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from barometer.models import AuditEvent
from responses.actions import mail_text
from responses.mail import Written
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round
from tests.people import browser_of, finn
from tests.smtp_sink import Sink, smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)

FINN = "finn@office.example"


@pytest.fixture
def server(settings: Settings) -> Iterator[Sink]:
    with smtp_sink() as sink:
        settings.EMAIL_BACKEND = "barometer.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.fixture
def round_() -> Round:
    user = finn()
    user.email = FINN
    user.save(update_fields=["email"])
    round_ = make_open_round()
    make_case(round_, name="Skovbo", language="en")
    return round_


def ask_for_a_test(round_: Round) -> str:
    browser = browser_of(finn())
    address = f"/rounds/{round_.slug}/contact/texts/invitation/"
    texts = mail_text.texts_in_effect(round_, "invitation", started=False)
    data = {f"subject__{language}": words.subject for language, words in texts.items()}
    data |= {f"body__{language}": words.body for language, words in texts.items()}
    return browser.post(address, data | {"act": "test", "seen": ""}).content.decode()


def test_it_arrives_as_text_and_html_with_the_words_that_were_typed(server: Sink, round_: Round) -> None:
    assert "The test mail has been sent" in ask_for_a_test(round_)
    mail = server.mail_to(FINN)
    assert mail["Subject"] == "[Test] New solutions 2018-19: questionnaire for Skovbo"
    assert mail["Content-Language"] == "en"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert "example-link-opens-nothing" in str(mail.get_body(("plain",)))


def test_a_server_that_refuses_it_is_told_in_its_own_words(server: Sink, round_: Round) -> None:
    server.answers["RCPT", FINN] = "550 5.1.1 No such user"
    assert "550 5.1.1 No such user" in ask_for_a_test(round_)
    assert not AuditEvent.objects.filter(what="mail_text.tested").exists()


def test_a_server_that_is_down_is_told(settings: Settings, server: Sink, round_: Round) -> None:
    settings.EMAIL_PORT = 9
    page = ask_for_a_test(round_)
    assert "The test mail has been sent" not in page
    assert "alert-error" in page


def test_it_is_never_sent_inside_a_transaction(server: Sink, round_: Round) -> None:
    written = Written("x", "y", "<p>y</p>")
    with pytest.raises(ValueError, match="inside a transaction"), transaction.atomic():
        mail_text.send_test(round_=round_, written=written, language="da", by=finn(), at=NOON)
    assert server.recipients == []
