"""What the mail provider tells: believed only with its signature, recorded once, and only of mails of ours."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from responses import bounce_address
from responses.models import Case, CaseEvent, Mail, MailReturn
from responses.statistics.dispositions import Disposition, EventKind
from tests.factories import make_case, make_open_round, refreshed
from tests.responses.test_bounce import send_step

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]

ADDRESS, KEY, PASSWORD = "/mail-events/", "signing-key", "provider:s3cret"
JSON = "application/json"
Event = dict[str, Any]


@pytest.fixture
def case() -> Case:
    return make_case(make_open_round(), contact={"email": "lea@skole.example"})


@pytest.fixture
def mail(case: Case) -> Mail:
    return send_step(case.round)[0]


@pytest.fixture
def mailgun(settings: Settings) -> None:
    settings.EMAIL_PROVIDER, settings.WEBHOOK_SECRET = "mailgun", KEY


def use(settings: Settings, provider: str) -> None:
    settings.EMAIL_PROVIDER, settings.WEBHOOK_SECRET = provider, PASSWORD


def post(event: object, *, password: str = PASSWORD) -> Any:
    """Call as a provider with a password does."""
    return Client().post(ADDRESS, json.dumps(event), content_type=JSON, headers=basic(password))


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(password.encode()).decode()}"}


def signed(data: Event, *, at: float | None = None, key: str = KEY, token: str = "t" * 50) -> Event:
    timestamp = str(int(time.time() if at is None else at))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": data}


def failed(mail: Mail, **changes: Any) -> Event:
    """A permanent failure, as Mailgun tells it."""
    return {
        "event": "failed",
        "severity": "permanent",
        "timestamp": time.time(),
        "recipient": "lea@skole.example",
        "message": {"headers": {"message-id": refreshed(mail).message_id.strip("<>")}},
        "user-variables": {"mail": bounce_address.token(mail.pk)},
        "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
    } | changes


def call(event: object) -> Any:
    return Client().post(ADDRESS, json.dumps(event), content_type=JSON)


def recorded() -> list[tuple[str, int | None]]:
    return list(MailReturn.objects.order_by("pk").values_list("kind", "mail"))


@pytest.mark.usefixtures("mailgun")
def test_a_signed_failure_marks_the_address(mail: Mail, case: Case) -> None:
    assert call(signed(failed(mail))).status_code == 200
    assert list(MailReturn.objects.values_list("kind", "source", "status_code")) == [("hard", "webhook", "5.1.1")]
    assert refreshed(case).disposition == Disposition.BOUNCED


@pytest.mark.usefixtures("mailgun")
def test_the_number_of_the_mail_is_enough_and_so_is_our_signed_number(mail: Mail) -> None:
    call(signed(failed(mail, **{"user-variables": {}}), token="a" * 50))
    call(signed(failed(mail, message={"headers": {}}), token="b" * 50))
    assert recorded() == [("hard", mail.pk)] * 2


@pytest.mark.usefixtures("mailgun")
def test_the_same_event_twice_counts_once(mail: Mail) -> None:
    event = signed(failed(mail))
    assert [call(event).status_code for _ in range(3)] == [200, 200, 200]
    assert recorded() == [("hard", mail.pk)]
    assert CaseEvent.objects.filter(kind=EventKind.BOUNCED).count() == 1


FORGED: dict[str, Any] = {
    "another key": lambda mail: signed(failed(mail), key="guessed"),
    "no signature": lambda mail: {"event-data": failed(mail)},
    "signature of another token": lambda mail: {
        **signed(failed(mail)),
        "signature": signed(failed(mail))["signature"] | {"token": "u" * 50},
    },
    "old": lambda mail: signed(failed(mail), at=time.time() - 13 * 3600),
    "of tomorrow": lambda mail: signed(failed(mail), at=time.time() + 13 * 3600),
    "a list": lambda mail: [],
    "a text": lambda mail: "hard",
    "nothing": lambda mail: None,
    "a number for a signature": lambda mail: {**signed(failed(mail)), "signature": 5},
    "signed, without data": lambda mail: signed({}),
    "signed, of wrong types": lambda mail: signed(failed(mail, timestamp={"a": 1}, message=[], event=["failed"])),
    "signed, at the end of time": lambda mail: signed(failed(mail, timestamp=1e300)),
    "a megabyte": lambda mail: signed(failed(mail, padding="x" * 1_000_000)),
    "three megabytes": lambda mail: signed(failed(mail, padding="x" * 3_000_000)),
}


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_call_is_refused_and_changes_nothing(mail: Mail, case: Case, name: str) -> None:
    assert call(FORGED[name](mail)).status_code in (400, 403)
    assert recorded() == []
    assert refreshed(case).disposition == Disposition.NOT_STARTED


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"\xff\xfe", JSON),
        (b"[" * 100_000, JSON),
        (b"timestamp=1&token=a&signature=b", "application/x-www-form-urlencoded"),
        (b"x", "multipart/form-data; boundary=x"),
        (b"x", "text/plain"),
    ],
)
def test_a_body_that_is_none_of_the_providers_is_refused(mail: Mail, body: bytes, content_type: str) -> None:
    assert Client().post(ADDRESS, body, content_type=content_type).status_code in (400, 403)
    assert recorded() == []


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    "changes",
    [
        {"user-variables": {"mail": "7-abcdefghijklmnop"}, "message": {"headers": {"message-id": "other@x.example"}}},
        {"user-variables": {}, "message": {"headers": {}}},
        {"user-variables": ["mail"], "message": {"headers": {}}},
        {"recipient": "somebody@else.example"},
    ],
)
def test_what_is_signed_but_about_no_mail_of_ours_changes_nothing(mail: Mail, case: Case, changes: Event) -> None:
    assert call(signed(failed(mail, **changes))).status_code == 200, "the provider need not try again"
    assert recorded() == []
    assert refreshed(case).disposition == Disposition.NOT_STARTED


@pytest.mark.usefixtures("mailgun")
def test_a_failure_of_a_mail_that_never_left_changes_nothing(mail: Mail) -> None:
    event = signed(failed(mail))
    Mail.objects.update(status="failed", handed_over_at=None)
    assert call(event).status_code == 200
    assert recorded() == []


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"delivery-status": {"code": 552, "message": "5.2.2 full"}}, ["soft"]),
        ({"delivery-status": {"code": 554, "message": "5.7.1 spam"}}, ["soft"]),
        ({"delivery-status": None}, ["hard"]),
        ({"severity": "temporary"}, []),
        ({"event": "complained"}, ["complaint"]),
        ({"event": "unsubscribed"}, ["complaint"]),
        ({"event": "delivered"}, []),
        ({"event": "opened"}, []),
        ({"event": "of another world"}, []),
        ({"event": "rejected", "reject": {"reason": "spam"}}, ["soft"]),
    ],
)
def test_each_kind_of_event_has_its_meaning(mail: Mail, changes: Event, kinds: list[str]) -> None:
    assert call(signed(failed(mail, **changes))).status_code == 200
    assert [kind for kind, _ in recorded()] == kinds


@pytest.mark.usefixtures("mailgun")
def test_an_unknown_mail_that_was_delivered_is_known_to_have_left(mail: Mail, case: Case) -> None:
    event = signed(failed(mail, event="delivered"))
    Mail.objects.update(status=Mail.Status.UNKNOWN)
    assert call(event).status_code == call(event).status_code == 200
    assert (refreshed(mail).status, refreshed(mail).outcome) == ("sent", "sent_per_log")


def postmark(mail: Mail, **changes: Any) -> Event:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 42,
        "Email": "lea@skole.example",
        "Details": "smtp;550 5.1.1 user unknown",
        "BouncedAt": "2020-01-07T12:00:00Z",
        "Metadata": {"mail": bounce_address.token(mail.pk)},
    } | changes


def sparkpost(mail: Mail, **changes: Any) -> list[Event]:
    event = {
        "type": "bounce",
        "bounce_class": "10",
        "raw_rcpt_to": "lea@skole.example",
        "timestamp": str(int(time.time())),
        "raw_reason": "550 5.1.1 unknown",
        "event_id": "e1",
        "rcpt_meta": {"mail": bounce_address.token(mail.pk)},
    }
    return [{"msys": {"message_event": event | changes}}]


@pytest.mark.parametrize(
    ("provider", "make", "changes", "kind"),
    [
        ("postmark", postmark, {}, "hard"),
        ("postmark", postmark, {"Type": "SoftBounce"}, "soft"),
        ("postmark", postmark, {"Type": "AutoResponder"}, "auto_reply"),
        ("postmark", postmark, {"Type": "SpamComplaint"}, "complaint"),
        ("sparkpost", sparkpost, {}, "hard"),
        ("sparkpost", sparkpost, {"bounce_class": "22", "raw_reason": "552 mailbox full"}, "soft"),
        ("sparkpost", sparkpost, {"bounce_class": "60"}, "auto_reply"),
        ("sparkpost", sparkpost, {"type": "spam_complaint"}, "complaint"),
    ],
)
def test_every_provider_is_understood(
    settings: Settings, mail: Mail, provider: str, make: Any, changes: Event, kind: str
) -> None:
    use(settings, provider)
    body = make(mail, **changes)
    assert [post(body).status_code for _ in range(2)] == [200, 200]
    assert recorded() == [(kind, mail.pk)]


@pytest.mark.parametrize(("provider", "make"), [("postmark", postmark), ("sparkpost", sparkpost)])
def test_without_the_password_nobody_is_believed(settings: Settings, mail: Mail, provider: str, make: Any) -> None:
    use(settings, provider)
    assert post(make(mail), password="provider:guess").status_code == 403
    assert call(make(mail)).status_code == 403
    settings.WEBHOOK_SECRET = ""
    assert post(make(mail), password="").status_code == 403
    assert recorded() == []


def test_too_many_events_at_once_are_refused(settings: Settings, mail: Mail) -> None:
    use(settings, "sparkpost")
    assert post(sparkpost(mail, type="open") * 2001).status_code == 400


def test_there_is_no_such_page_without_a_provider(mail: Mail) -> None:
    assert call(signed(failed(mail))).status_code == 404


@pytest.mark.usefixtures("mailgun")
def test_a_provider_may_try_the_address_out() -> None:
    assert Client().head(ADDRESS).status_code == 200
    assert Client().get(ADDRESS).status_code == 405
