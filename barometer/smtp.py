"""Django's SMTP back end, which also tells when a broken connection cannot have left a mail behind."""

import smtplib
import socket
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend


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

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.data_begun = True
        code, words = super().data(msg)
        self.accepted = f"{code} {words.decode(errors='replace')}"
        return code, words


class _SecureDialogue(_Dialogue, smtplib.SMTP_SSL):
    """The same, inside TLS from the start."""


class EmailBackend(DjangoEmailBackend):
    """Sends with settings.EMAIL_*. ``LostBeforeData`` says that a mail may safely be sent once more."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SecureDialogue if self.use_ssl else _Dialogue
