"""Mail through a provider's API: the same promises as with a mail server, against a real HTTP server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from pytest_django import Settings

from barometer.provider import KEYS, EmailBackend
from responses.actions import contact, sending
from responses.models import Mail
from surveys.models import Round
from tests.conftest import free_port
from tests.factories import NOON, make_case, make_open_round
from tests.provider_api import DROP, TAKE_AND_DROP, TAKE_AND_WAIT, Api, provider_api

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

OK: dict[str, Any] = {
    "mailgun": {"id": "<1@mailgun.example>", "message": "Queued. Thank you."},
    "postmark": {
        "ErrorCode": 0,
        "Message": "OK",
        "MessageID": "b7bc2f4a",
        "To": "x@y.example",
        "SubmittedAt": "2020-01-07",
    },
    "sparkpost": {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": "11"}},
}
FIRST, SECOND, THIRD = "first@skole.example", "second@skole.example", "third@skole.example"


@pytest.fixture(params=sorted(KEYS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def api(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Api]:
    """The API of the test's provider, or of Mailgun."""
    provider = request.getfixturevalue("provider") if "provider" in request.fixturenames else "mailgun"
    with provider_api(OK[provider]) as running:
        settings.EMAIL_PROVIDER, settings.EMAIL_PROVIDER_KEY = provider, "key-of-the-test"
        settings.EMAIL_PROVIDER_URL, settings.EMAIL_TIMEOUT = running.url, 5
        yield running


@pytest.fixture(autouse=True)
def round_() -> Round:
    round_ = make_open_round()
    for address in (FIRST, SECOND, THIRD):
        make_case(round_, contact={"email": address})
    round_.texts.filter(field="sender", language="da").update(text='Øresunds "Analyse" ApS')
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    return round_


def send(minutes: int = 0) -> dict[str, int]:
    return sending.send_due(at=NOON + timedelta(minutes=minutes), connection=EmailBackend())


def mail_to(address: str) -> Mail:
    return Mail.objects.get(address=address)


def test_mails_leave_through_every_provider_that_can_be_chosen(api: Api, provider: str) -> None:
    assert send() == {"sent": 3}
    assert api.recipients == [FIRST, SECOND, THIRD]
    assert "key-of-the-test" in str(api.taken[0][0]) or provider == "mailgun"  # which has it encoded
    body = str(api.taken[1][1])
    kept = mail_to(SECOND)
    assert kept.subject in body
    assert kept.message_id in body, "so that what the provider tells of the mail finds it"
    assert "http://testserver/s/" in body
    assert "List-Unsubscribe=One-Click" in body
    assert "auto-generated" in body
    assert "=?utf-8?" not in body, "providers encode for themselves"
    assert "Øresunds" in body


def test_what_mailgun_is_given(api: Api) -> None:
    send()
    body = api.taken[0][1]
    assert body["from"] == '"Øresunds \\"Analyse\\" ApS" <barometer@example.org>'
    assert body["to"] == FIRST
    assert body["h:Message-Id"] == body["v:message_id"] == mail_to(FIRST).message_id
    assert body["h:Reply-To"]
    assert body["h:Content-Language"] == "da"
    assert body["h:List-Unsubscribe"].startswith("<http://testserver/u/")
    assert body["o:tracking-clicks"] == body["o:tracking-opens"] == "no"
    assert "<html" in body["html"] and "<html" not in body["text"]


def test_what_each_answer_means_for_its_mail(api: Api, round_: Round) -> None:
    certainly_not = {400, 401, 422, 429, 413, 403, 404, 503}
    perhaps = {500, 502, 504, DROP, TAKE_AND_DROP}
    answers = (
        400,
        401,
        500,
        429,
        403,
        502,
        404,
        503,
        504,
        413,
        422,
        DROP,
        TAKE_AND_DROP,
    )  # never three faults in a row
    assert set(answers) == certainly_not | perhaps
    for answer in answers:
        address = f"a{answer}@skole.example".replace(" ", "-")
        make_case(round_, contact={"email": address})
        api.answers[address] = answer
    round_.contact_steps.update(queued_at=None)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    assert send() == {"sent": 3, "queued": len(certainly_not), "unknown": len(perhaps)}
    for address, answer in api.answers.items():
        mail = mail_to(address)
        assert mail.status == ("queued" if answer in certainly_not else "unknown"), answer
        assert (mail.attempts, bool(mail.outcome)) == (1, True)
    api.answers.clear()
    assert send(minutes=5) == {"sent": len(certainly_not)}
    assert len(set(api.recipients)) == len(api.recipients)


def test_an_api_that_answers_too_late_may_have_the_mail(api: Api, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    api.answers[SECOND] = TAKE_AND_WAIT
    assert send() == {"sent": 2, "unknown": 1}
    assert send(minutes=600) == {}
    assert api.recipients.count(SECOND) == 1


def test_an_api_that_cannot_be_reached_puts_mails_off_and_ends_the_batch(api: Api, settings: Settings) -> None:
    settings.EMAIL_PROVIDER_URL = f"http://127.0.0.1:{free_port()}/"
    assert send() == {"queued": 3}
    assert set(Mail.objects.values_list("status", flat=True)) == {"queued"}
    settings.EMAIL_PROVIDER_URL = api.url
    assert send(minutes=5) == {"sent": 3}


def test_an_answer_of_the_right_kind_that_cannot_be_read_leaves_the_mail_unknown(api: Api) -> None:
    api.ok = {"surprise": True}
    assert send() == {"unknown": 3}


def test_an_answer_that_the_library_stumbles_over_leaves_the_mail_unknown(api: Api, settings: Settings) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    api.ok = {**OK["postmark"], "To": "not an address <"}
    assert send() == {"unknown": 3}


def test_a_wrong_key_ends_the_batch_after_three_mails_and_none_is_lost(
    api: Api, round_: Round, caplog: pytest.LogCaptureFixture
) -> None:
    Mail.objects.update(scheduled_for=NOON)
    api.answers = dict.fromkeys((FIRST, SECOND, THIRD), 401)
    assert send() == {"queued": 3}
    assert api.requests == 3
    assert "key-of-the-test" not in caplog.text


def test_a_recipient_that_the_provider_refuses_has_failed(api: Api, settings: Settings) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    api.ok = OK["postmark"]
    api.answers[SECOND] = 422
    words = f"Found inactive addresses: {SECOND}. Inactive recipients are ones that have generated a hard bounce."
    api.words[422] = {"ErrorCode": 406, "Message": words}
    assert send() == {"sent": 2, "failed": 1}
    assert mail_to(SECOND).outcome.startswith("422")


def test_a_refusal_in_words_that_the_library_does_not_know_is_not_taken_for_a_yes(api: Api, settings: Settings) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    api.ok = OK["postmark"]
    api.answers[SECOND] = 422
    api.words[422] = {"ErrorCode": 406, "Message": "You shall not pass."}
    assert send() == {"sent": 2, "queued": 1}


def test_a_provider_that_repeats_the_link_does_not_get_it_into_the_database(api: Api) -> None:
    api.answers[SECOND] = 400
    api.words[400] = {"message": "bad http://testserver/s/t1-abcdefghijklmnopqrstuv/ link"}
    send()
    assert "[secret]" in mail_to(SECOND).outcome


def test_the_same_message_keeps_its_id_when_it_is_tried_again(api: Api) -> None:
    api.answers[SECOND] = 429
    send()
    before = mail_to(SECOND).message_id
    api.answers.clear()
    send(minutes=5)
    assert api.taken[-1][1]["h:Message-Id"] == before


def test_other_mails_of_the_program_go_the_same_way(api: Api, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "barometer.provider.EmailBackend"
    with django_mail.get_connection() as connection:
        connection.send_messages([EmailMessage("Subject", "Body", to=[FIRST])])
    assert api.recipients == [FIRST]
