"""A mail back end that sends through a provider's API, by way of django-anymail.

It says what barometer.smtp says: ``LostBeforeData`` when the provider cannot have the message, ``Refused`` when it has
said no. Whatever else goes wrong may have left a mail behind: a time-out after the request, an answer that cannot be
read, and 500, 502 and 504, which a gateway also gives when it has passed the request on and lost the answer.
"""

from collections.abc import Sequence
from enum import Enum, auto

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string
from urllib3.exceptions import MaxRetryError, NewConnectionError

from barometer.sealed_message import SealedMessage
from barometer.smtp import LostBeforeData

# The name of the key among the back end's options. Only providers that need one key, and that can be told with each
# mail to rewrite no link and put no pixel in.
KEYS = {"mailgun": "api_key", "postmark": "server_token", "sparkpost": "api_key"}
OF_ONE_MAIL = {400, 413, 422}
NOT_HANDLED = 503


class Refused(Exception):
    """The provider has said no: ``args`` are its status code and its words."""

    class Why(Enum):
        RECIPIENT = auto()
        MAIL = auto()
        ACCOUNT = auto()  # the key, the sender or the rate: every other mail would be refused too

    def __init__(self, why: Why, *args: object) -> None:
        super().__init__(*args)
        self.why = why


class EmailBackend(BaseEmailBackend):
    """Sends with settings.EMAIL_PROVIDER, its key, and its address where it has several."""

    def __init__(self, fail_silently: bool = False, **kwargs: object) -> None:
        super().__init__(fail_silently=fail_silently)
        name = settings.EMAIL_PROVIDER
        self.status = 0  # of the provider's answer to the mail in hand
        options = {KEYS[name]: settings.EMAIL_PROVIDER_KEY, "timeout": settings.EMAIL_TIMEOUT}
        if settings.EMAIL_PROVIDER_URL:
            options["api_url"] = settings.EMAIL_PROVIDER_URL
        self.provider: AnymailRequestsBackend = import_string(f"anymail.backends.{name}.EmailBackend")(**options)

    def open(self) -> bool | None:
        opened: bool = self.provider.open()
        if opened:
            self.provider.session.hooks["response"].append(self._note_answer)
        return opened

    def _note_answer(self, response: requests.Response, **options: object) -> None:
        self.status = response.status_code

    def close(self) -> None:
        self.provider.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.open()
        for message in email_messages:
            self._send(_plain(message))
        return len(email_messages)

    def _send(self, message: EmailMessage) -> None:
        self.status = 0
        try:
            self.provider.send_messages([message])
        except AnymailError as error:
            raise _meaning(error, answered=bool(self.status)) from error
        if not 200 <= self.status < 300:  # Postmark's 422 with words that the library does not know
            raise Refused(Refused.Why.MAIL, self.status)


def _plain(message: EmailMessage) -> EmailMessage:
    """Return the message in parts, as providers want it; a sealed one has its headers encoded already."""
    if not isinstance(message, SealedMessage):
        return message
    name, address = message.sender
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    headers = {field: value for field, value in message.extra_headers.items() if field != "From"}
    if settings.EMAIL_PROVIDER == "postmark":
        headers["X-PM-KeepID"] = "true"  # or it puts a Message-ID of its own
    plain = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body,
        from_email=f'"{escaped}" <{address}>',
        to=message.to,
        reply_to=message.reply_to,
        headers=headers,
    )
    for alternative in message.alternatives:
        plain.attach_alternative(str(alternative[0]), str(alternative[1]))
    for attribute, value in (
        (
            "metadata",
            {"message_id": headers["Message-ID"], **message.metadata},
        ),  # comes back with what the provider tells of the mail
        ("track_clicks", False),
        ("track_opens", False),
    ):
        setattr(plain, attribute, value)
    return plain


def _meaning(error: AnymailError, *, answered: bool) -> Exception:
    """Return what the failure means for the mail: an ``OSError`` when the provider may have taken it.

    An error that is not of the request comes from before it was made, or from reading the answer.
    """
    if isinstance(error, AnymailRecipientsRefused):
        return Refused(Refused.Why.RECIPIENT, *_words(error))
    if isinstance(error, requests.RequestException):
        status: int | None = getattr(error, "status_code", None)
        if status is None:
            return LostBeforeData(_kind(error)) if _never_connected(error) else OSError(_kind(error))
        if status in OF_ONE_MAIL:
            return Refused(Refused.Why.MAIL, *_words(error))
        if 400 <= status < 500 or status == NOT_HANDLED:
            return Refused(Refused.Why.ACCOUNT, *_words(error))
        return OSError(" ".join(_words(error)))
    return OSError(_name(error)) if answered else Refused(Refused.Why.MAIL, _name(error))


def _never_connected(error: AnymailError) -> bool:
    cause = error.__cause__
    if isinstance(cause, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    tries = cause.args[0] if isinstance(cause, requests.ConnectionError) and cause.args else None
    return isinstance(tries, MaxRetryError) and isinstance(tries.reason, NewConnectionError)


def _name(error: BaseException) -> str:
    return type(error).__name__


def _kind(error: AnymailError) -> str:
    """Return the kind of a failure: its words hold the address of the API, and may hold the mail."""
    return _name(error.__cause__ or error)


def _words(error: AnymailError) -> tuple[str, str]:
    response = error.response
    return (str(response.status_code), response.text[:500]) if response is not None else ("", "")
