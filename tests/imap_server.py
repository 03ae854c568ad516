"""A small IMAP server that keeps folders of messages, for one connection at a time."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Imap:
    """``folders`` are messages by unique number, by folder. ``refuses`` names commands that are answered with NO."""

    folders: dict[str, dict[int, bytes]]
    moves: bool = True
    refuses: tuple[str, ...] = ()
    drops_at: str = ""
    commands: list[str] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    port: int = 0

    def answer(self, line: str) -> Iterator[bytes]:
        tag, _, rest = line.partition(" ")
        name = rest.removeprefix("UID ").partition(" ")[0].upper()
        self.commands.append(name)
        if name in self.refuses:
            yield f"{tag} NO not here".encode()
            return
        inbox = self.folders["INBOX"]
        uid = int(found[1]) if (found := re.match(r"UID \w+ (\d+)", rest)) else 0
        folder = re.findall(r'"([^"]*)"', rest)[-1:] or [""]
        if name == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1 MOVE" if self.moves else b"* CAPABILITY IMAP4rev1"
        elif name == "SELECT":
            yield f"* {len(inbox)} EXISTS".encode()
        elif name == "CREATE":
            self.folders.setdefault(folder[0], {})
        elif name == "SEARCH":
            yield b"* SEARCH " + " ".join(str(key) for key in sorted(inbox) if key not in self.deleted).encode()
        elif name == "FETCH":
            most = int(re.findall(r"<0\.(\d+)>", rest)[0])
            part = inbox[uid][:most]
            yield f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}".encode() + b"\r\n" + part + b")"
        elif name == "MOVE":
            self.folders[folder[0]][uid] = inbox.pop(uid)
        elif name == "COPY":
            self.folders[folder[0]][uid] = inbox[uid]
        elif name == "STORE":
            self.deleted.add(uid)
        yield f"{tag} OK done".encode()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        imap: Imap = self.server.imap  # type: ignore[attr-defined]
        with suppress(OSError):  # the client has gone
            self._talk(imap)

    def _talk(self, imap: Imap) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for raw in self.rfile:
            line = raw.decode("latin-1").strip()
            if imap.drops_at and imap.drops_at in line:
                return
            for answer in imap.answer(line):
                self.wfile.write(answer + b"\r\n")
            if "LOGOUT" in line:
                return


@contextmanager
def imap_server(*messages: bytes, tls: ssl.SSLContext | None = None) -> Iterator[Imap]:
    imap = Imap({"INBOX": dict(enumerate(messages, start=101))})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        server.imap = imap  # type: ignore[attr-defined]
        imap.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield imap
        server.shutdown()
