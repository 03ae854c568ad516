"""A real SMTP server that keeps what it is given, and can be told to refuse, drop or wait.

As a program (``python -m tests.smtp_sink``) it prints its port, and when standard input closes how many mails it got,
over how many connections, their bytes, and its seconds of processor time.
"""

import asyncio
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

DROP = "drop the connection"
TAKE_AND_DROP = "keep the message, then drop the connection"
OK = "250 OK"
CERTIFICATE = Path(__file__).parent / "tls" / "certificate.pem"


class QuickSMTP(SMTP):
    """Acknowledges packets at once: delayed acknowledgement would be measured instead of the client."""

    def data_received(self, data: bytes) -> None:
        if hasattr(socket, "TCP_QUICKACK") and self.transport is not None:
            self.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        super().data_received(data)

    async def _handle_client(self) -> None:
        if greeting := self.event_handler.greeting:
            await self.push(greeting)
            assert self.transport is not None
            self.transport.close()
        else:
            await super()._handle_client()


class SinkController(Controller):
    def factory(self) -> SMTP:
        return QuickSMTP(self.handler, **self.SMTP_kwargs)


def server_certificate() -> ssl.SSLContext:
    """For localhost; a client trusts it when SSL_CERT_FILE names ``CERTIFICATE``."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    return context


@dataclass
class Sink:
    """``answers`` scripts what is said to (stage, recipient), stage being RCPT or DATA; what is not scripted is OK.

    ``once`` does so for the first time only. ``greeting``, which ends the connection, and ``mail_from`` are said to
    everybody instead of OK; ``most`` mails are taken over one connection, then 421 is said and ends it. While ``held``,
    the server keeps what it is given but does not answer; ``slow`` is how many seconds it takes over a recipient.
    """

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    once: dict[tuple[str, str], str] = field(default_factory=dict)
    greeting: str = ""
    mail_from: str = ""
    most: int = 0
    slow: float = 0
    sessions: dict[int, int] = field(default_factory=dict)
    contents: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)  # of the envelopes, in the order of contents
    connections: int = 0
    held: bool = False
    port: int = 0

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.contents]

    def mail_to(self, recipient: str) -> EmailMessage:
        """Return the only mail to this address, parsed."""
        (content,) = [content for address, content in self.contents if address == recipient]
        return message_from_bytes(content, policy=policy.default)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions[id(session)] = self.sessions.get(id(session), 0) + 1
        if self.mail_from:
            return self.mail_from
        if self.most and self.sessions[id(session)] > self.most:
            return self._say(server, "421 4.3.2 Too many mails over this connection")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return OK

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.slow)
        answer = self._answer("RCPT", address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return self._say(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        answer = self._answer("DATA", recipient)
        if answer in (OK, TAKE_AND_DROP):
            self.contents.append((recipient, bytes(cast(Any, envelope.content))))
            self.senders.append(str(envelope.mail_from))
        while self.held:
            await asyncio.sleep(0.005)
        return self._say(server, answer)

    def _answer(self, stage: str, recipient: str) -> str:
        return self.once.pop((stage, recipient), "") or self.answers.get((stage, recipient), OK)

    def _say(self, server: SMTP, answer: str) -> str:
        if answer in (DROP, TAKE_AND_DROP):
            cast(Any, server.transport).abort()
            return OK
        if answer.startswith("421"):
            asyncio.get_running_loop().call_soon(cast(Any, server.transport).close)
        return answer


@contextmanager
def smtp_sink(*, starttls: bool = False, tls: bool = False, password: str = "") -> Iterator[Sink]:
    """Run a sink on a free port of this machine, in a thread.

    With ``starttls`` it takes mail only after STARTTLS, and with a ``password`` only from who has logged in with it;
    with ``tls`` it speaks TLS from the start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        sink = Sink(port=probe.getsockname()[1])

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == password.encode())

    options: dict[str, Any] = {}
    if starttls:
        options |= {"tls_context": server_certificate(), "require_starttls": True}
    if password:
        options |= {"authenticator": authenticate, "auth_required": True}
    ssl_context = server_certificate() if tls else None
    controller = SinkController(sink, hostname="127.0.0.1", port=sink.port, ssl_context=ssl_context, **options)
    controller.start()
    try:
        yield sink
    finally:
        sink.held = False
        controller.stop()


def wait_until(holds: Any, seconds: float = 30) -> None:
    """Wait for what another thread or process does; fail if it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


if __name__ == "__main__":
    with smtp_sink() as running:
        print(running.port, flush=True)
        sys.stdin.read()
        size = sum(len(content) for _, content in running.contents)
        print(len(running.contents), running.connections, size, time.process_time())
