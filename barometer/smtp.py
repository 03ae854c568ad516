"""Django's SMTP back end, which also tells when a broken connection cannot have left a mail behind."""

import re
import smtplib
import socket
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend
from django.core.mail.message import sanitize_address

# An address that stands in the envelope as it is written. All others are Django's to put there.
PLAIN = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
CHARSET = "utf-8"


class LostBeforeData(smtplib.SMTPServerDisconnected):
    """The connection broke before the message itself was begun: the server cannot have accepted it."""


class _Dialogue(smtplib.SMTP):
    """Keeps in mind whether the server may have the message, and what it said when it took it."""

    data_begun = False
    accepted = ""

    def connect(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Connect without Nagle's delay: waiting for acknowledgements costs up to 40 ms per mail."""
        answer = super().connect(*args, **kwargs)
        if self.sock is not None:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return answer

    def sendmail(
        self,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: Any,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> dict[str, tuple[int, bytes]]:
        self.data_begun = False
        try:
            return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)
        except smtplib.SMTPServerDisconnected as error:
            if self.data_begun:
                raise
            raise LostBeforeData(*error.args) from error

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        """Name a recipient; a plain address is not taken apart once more."""
        if options or not PLAIN.fullmatch(recip):
            return super().rcpt(recip, options)
        self.putcmd("rcpt", f"TO:<{recip}>")
        return self.getreply()

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.data_begun = True
        code, words = super().data(msg)
        self.accepted = f"{code} {words.decode(errors='replace')}"
        return code, words


class _SecureDialogue(_Dialogue, smtplib.SMTP_SSL):
    """The same, inside TLS from the start."""


@lru_cache(maxsize=100)
def _sanitized(address: str) -> str:
    """Return an address as Django puts it into the envelope; the sender's is the same for every mail of a round."""
    return sanitize_address(address, CHARSET)


def in_envelope(address: str) -> str:
    """Return an address as it stands in the envelope: to take one apart and put it together costs as much as the text.

    Raises: ValueError for what is no address.
    """
    return address if PLAIN.fullmatch(address) else _sanitized(address)


class EmailBackend(DjangoEmailBackend):
    """Sends with settings.EMAIL_*. ``LostBeforeData`` says that a mail may safely be sent once more."""

    def _send(self, email_message: EmailMessage) -> bool:
        """Send one message as Django does, but with ``in_envelope``."""
        recipients = [in_envelope(address) for address in email_message.recipients()]
        if not recipients:
            return False
        message: Any = email_message.message()
        assert self.connection is not None
        try:
            sender = in_envelope(email_message.from_email)
            self.connection.sendmail(sender, recipients, message.as_bytes(linesep="\r\n"))
        except smtplib.SMTPException:
            if not self.fail_silently:
                raise
            return False
        return True

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SecureDialogue if self.use_ssl else _Dialogue
