"""The mailbox that mails come back to, on a mail server or on disk.

Nothing in it is ever deleted: what was read goes into one folder, what is for people into another. A message found
twice, because a run broke off in between, is recorded once (``actions.returns``).
"""

import imaplib
import mailbox
import re
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from responses.returns import MOST_BYTES

HANDLED, FOR_PEOPLE = "Handled", "Inbox kept"
TIMEOUT = 30  # seconds that a mail server may take for an answer


class MailboxUnavailable(Exception):
    """There is no such mailbox, or the server does not let us in, or not now."""


@dataclass(frozen=True, slots=True)
class Message:
    """``content`` is the beginning of it, at most ``MOST_BYTES``."""

    key: str
    content: bytes


class Mailbox(Protocol):
    def messages(self, limit: int) -> Iterator[Message]:
        """Yield so many messages, the oldest first."""

    def put_away(self, message: Message, *, for_people: bool) -> None:
        """Move a message into the folder where it belongs."""


@contextmanager
def open_mailbox(url: str) -> Iterator[Mailbox]:
    """Open the mailbox at an address as in ``settings.RETURNS_URL``.

    Raises: MailboxUnavailable, also from what is done with the mailbox.
    """
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    try:
        if parts.scheme in ("imap", "imaps"):
            with _logged_in(url) as connection:
                yield _ImapMailbox(connection)
        elif parts.scheme == "maildir":
            yield _Maildir(path)
        elif parts.scheme == "mbox":
            with _mbox(path) as box:
                yield box
        else:
            yield _Folder(path)
    except (OSError, imaplib.IMAP4.error, mailbox.Error) as error:
        raise MailboxUnavailable(type(error).__name__) from error


@contextmanager
def _logged_in(url: str) -> Iterator[imaplib.IMAP4]:
    """Yield a connection with the folder of the address open."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: imaplib.IMAP4
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        connection = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=TIMEOUT)
    else:
        connection = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
    try:
        connection.login(unquote(parts.username or ""), unquote(parts.password or ""))
        _answer(connection.select(_quoted(unquote(parts.path).strip("/") or "INBOX")))
        yield connection
    finally:
        with suppress(OSError, imaplib.IMAP4.error):  # a server that is gone need not be told goodbye
            connection.logout()
        with suppress(OSError):
            connection.shutdown()


class _ImapMailbox:
    """Messages are known by their unique number, which stays when others are moved away."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection
        self._folders: set[str] = set()

    def messages(self, limit: int) -> Iterator[Message]:
        found = _answer(self._connection.uid("SEARCH", "UNDELETED"))
        for key in b" ".join(part for part in found if isinstance(part, bytes)).split()[:limit]:
            uid = key.decode("ascii", errors="replace")
            if uid.isdecimal():
                yield Message(uid, self._beginning(uid))

    def put_away(self, message: Message, *, for_people: bool) -> None:
        folder = FOR_PEOPLE if for_people else HANDLED
        if folder not in self._folders:
            self._connection.create(_quoted(folder))  # "NO" where it is there already
            self._folders.add(folder)
        if "MOVE" in self._connection.capabilities:
            _answer(self._connection.uid("MOVE", message.key, _quoted(folder)))
            return
        _answer(self._connection.uid("COPY", message.key, _quoted(folder)))
        _answer(self._connection.uid("STORE", message.key, "+FLAGS.SILENT", r"(\Deleted)"))

    def _beginning(self, uid: str) -> bytes:
        """Return what is looked at of a message, without marking it as read."""
        parts = _answer(self._connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")[:MOST_BYTES]


class _Maildir:
    def __init__(self, path: Path) -> None:
        self._box = mailbox.Maildir(path, create=False)

    def messages(self, limit: int) -> Iterator[Message]:
        for key in sorted(self._box.keys())[:limit]:
            with suppress(KeyError, FileNotFoundError):  # another run has put it away
                yield Message(key, _read(self._box.get_file(key)))

    def put_away(self, message: Message, *, for_people: bool) -> None:
        with suppress(KeyError, FileNotFoundError):
            folder = self._box.add_folder(FOR_PEOPLE if for_people else HANDLED)
            with closing(self._box.get_file(message.key)) as file:
                folder.add(file)
            self._box.discard(message.key)


class _Mbox:
    def __init__(self, box: mailbox.mbox, path: Path) -> None:
        self._box = box
        self._path = path

    def messages(self, limit: int) -> Iterator[Message]:
        for key in list(islice(self._box.iterkeys(), limit)):
            yield Message(str(key), _read(self._box.get_file(key)))

    def put_away(self, message: Message, *, for_people: bool) -> None:
        key: Any = int(message.key)  # its stubs say text
        folder = mailbox.mbox(f"{self._path}.{FOR_PEOPLE if for_people else HANDLED}")
        folder.lock()
        try:
            folder.add(self._box.get_bytes(key))
        finally:
            folder.close()
        self._box.discard(key)


@contextmanager
def _mbox(path: Path) -> Iterator[_Mbox]:
    """Yield the mailbox, locked against the mail server until it is written anew."""
    box = mailbox.mbox(path, create=False)
    box.lock()
    try:
        yield _Mbox(box, path)
    finally:
        box.close()


class _Folder:
    """A folder of files, one message in each."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def messages(self, limit: int) -> Iterator[Message]:
        files = sorted(path for path in self._path.iterdir() if path.suffix == ".eml" and path.is_file())
        for path in files[:limit]:
            with suppress(FileNotFoundError), path.open("rb") as file:
                yield Message(path.name, file.read(MOST_BYTES))

    def put_away(self, message: Message, *, for_people: bool) -> None:
        folder = self._path / (FOR_PEOPLE if for_people else HANDLED)
        folder.mkdir(exist_ok=True)
        target = folder / message.key
        for number in range(2, 1000):
            if not target.exists():
                break
            target = folder / f"{Path(message.key).stem}-{number}.eml"
        with suppress(FileNotFoundError):
            (self._path / message.key).rename(target)


def _read(file: Any) -> bytes:
    with file:
        return bytes(file.read(MOST_BYTES))


def _answer(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what a server says. Raises: imaplib.IMAP4.error for a no."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("the server said no")
    return answer[1]


def _quoted(folder: str) -> str:
    """Return the name of a folder as the protocol writes it."""
    escaped = re.sub(r'(["\\])', r"\\\1", folder)
    return f'"{escaped}"'
