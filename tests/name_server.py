"""A domain name server on this machine, with the records that a test gives it."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

# By (name, type); a TXT longer than 255 characters is given as pieces.
Records = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass
class NameServer:
    """``silent`` names are never answered, ``broken`` ones with SERVFAIL; ``asked`` counts the questions."""

    records: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        [question] = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        found = self.records.get((name, kind), ())
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *map(_quoted(kind), found)))
        elif not any(each == name for each, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


def _quoted(kind: str) -> Any:
    def quoted(text: str) -> str:
        pieces = [text[start : start + 250] for start in range(0, len(text), 250)]
        if kind == "TXT":
            return " ".join(f'"{piece}"' for piece in pieces)
        return f"{text}." if kind in ("MX", "PTR") else text

    return quoted


@contextmanager
def name_server(records: Records) -> Iterator[NameServer]:
    """Run a name server on a free port of 127.0.0.1, in a thread."""
    running = NameServer(dict(records))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            answer = running.answer(wire)
            if answer is not None:
                sock.sendto(answer, self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        running.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
