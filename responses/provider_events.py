"""What a mail provider tells of our mails by calling an address of ours, read by django-anymail.

Its views check who calls and know each provider's words. They are used as plain readers: what they have read would
otherwise go out as a signal.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import punycode

from responses.bounce_address import METADATA
from responses.returns import Kind, kind_of_status, status_in

MOST_BYTES, MOST_EVENTS = 1_000_000, 2000
LONGEST_ON_THE_WAY = timedelta(hours=12)  # providers try again for so long when nobody answers

VIEWS: dict[str, Callable[[], AnymailBaseWebhookView]] = {
    "mailgun": lambda: MailgunTrackingWebhookView(webhook_signing_key=settings.WEBHOOK_SECRET, webhook_secret=""),
    "postmark": lambda: PostmarkTrackingWebhookView(webhook_secret=settings.WEBHOOK_SECRET),
    "sparkpost": lambda: SparkPostTrackingWebhookView(webhook_secret=settings.WEBHOOK_SECRET),
}
# SparkPost: soft bounce, DNS, mailbox full, too large, time-out, policy, unspecified, blocks, transient.
SOFT_CLASSES = {"20", "21", "22", "23", "24", "25", "40", "50", "51", "52", "53", "54", "70"}
KINDS = {
    EventType.DEFERRED: Kind.NOTICE,  # the provider goes on trying
    EventType.FAILED: Kind.SOFT,
    EventType.COMPLAINED: Kind.COMPLAINT,
    EventType.UNSUBSCRIBED: Kind.COMPLAINT,
    EventType.AUTORESPONDED: Kind.AUTO_REPLY,
}
KINDS_OF_REJECTION = {
    RejectReason.INVALID: Kind.HARD,
    RejectReason.BOUNCED: Kind.HARD,
    RejectReason.SPAM: Kind.COMPLAINT,
    RejectReason.UNSUBSCRIBED: Kind.COMPLAINT,
}
# What the readers stumble over in a body that is none of the provider's.
_PUZZLED = (AnymailError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, RecursionError)


class Forged(Exception):
    """It does not come from the provider, or is too old to be believed."""


class Unreadable(Exception):
    """It is not what the provider would send."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """What became of one mail. ``token`` is our signed number of it, ``message_id`` what the provider calls it."""

    kind: Kind
    digest: str
    token: str
    message_id: str
    recipient: str
    status_code: str
    delivered: bool

    def is_to(self, address: str) -> bool:
        """Whether it is about this address; providers that name none are believed."""
        return not self.recipient or _comparable(self.recipient) == _comparable(address)


def events_of(request: HttpRequest) -> list[ProviderEvent]:
    """Return what the provider tells.

    Raises: Forged; Unreadable.
    """
    if len(request.body) > MOST_BYTES:
        raise Unreadable
    if not settings.WEBHOOK_SECRET:
        raise Forged
    view = VIEWS[settings.EMAIL_PROVIDER]()
    try:
        view.run_validators(request)
        _check_age(request)
        events = view.parse_events(request)[: MOST_EVENTS + 1]
        if len(events) > MOST_EVENTS:
            raise Unreadable
        return [_event(each) for each in events]
    except AnymailWebhookValidationFailure as error:
        raise Forged from error
    except _PUZZLED as error:
        raise Unreadable from error


def _check_age(request: HttpRequest) -> None:
    """Refuse what was signed long ago, or for a later day; only Mailgun's signature tells when."""
    if settings.EMAIL_PROVIDER != "mailgun":
        return
    legacy = request.content_type != "application/json"
    signed = request.POST if legacy else json.loads(request.body)["signature"]
    if abs(time.time() - float(signed["timestamp"])) > LONGEST_ON_THE_WAY.total_seconds():
        raise Forged


def _event(event: AnymailTrackingEvent) -> ProviderEvent:
    words = f"{_text(event.mta_response)} {_text(event.description)}"
    raw = event.esp_event if isinstance(event.esp_event, dict) else dict(event.esp_event.lists())
    identity = event.event_id or json.dumps(raw, sort_keys=True)
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    code = status_in(f"{_text(raw.get('status'))} {words}")
    return ProviderEvent(
        kind=_kind(event, raw, code),
        digest=hashlib.sha256(f"{settings.EMAIL_PROVIDER} {identity}".encode()).hexdigest(),
        token=_text(metadata.get(METADATA)),
        message_id=_text(event.message_id)[:120],
        recipient=_text(event.recipient),
        status_code=code,
        delivered=event.event_type == EventType.DELIVERED,
    )


def _kind(event: AnymailTrackingEvent, raw: dict[str, object], code: str) -> Kind:
    if event.event_type == EventType.BOUNCED:
        return Kind.SOFT if _is_soft(raw) else kind_of_status(code) if code else Kind.HARD
    if event.event_type == EventType.REJECTED:
        return KINDS_OF_REJECTION.get(event.reject_reason, Kind.SOFT)
    return KINDS.get(event.event_type, Kind.NOTICE)


def _is_soft(raw: dict[str, object]) -> bool:
    """Whether the provider itself says that the address may work another time; django-anymail does not tell."""
    if settings.EMAIL_PROVIDER == "sparkpost":
        inner = next(iter(raw["msys"].values()))  # type: ignore[attr-defined]  # as the library has read it
        return inner.get("bounce_class") in SOFT_CLASSES
    return raw.get("Type") in ("SoftBounce", "VirusNotification")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _comparable(address: str) -> str:
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local}@{punycode(domain)}"
