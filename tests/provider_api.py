"""A real HTTP server on this machine that plays the API of a mail provider, and can be told to refuse, drop or wait."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

DROP, TAKE_AND_DROP, TAKE_AND_WAIT = "drop", "take and drop", "take and wait"


@dataclass
class Api:
    """``taken`` is what it has accepted: headers of the request, and its body as a dictionary.

    ``answers`` scripts what is said to a recipient: an HTTP status, or one of the constants above; the others get
    ``ok``, as the provider says it.
    """

    ok: dict[str, Any]
    port: int = 0
    answers: dict[str, int | str] = field(default_factory=dict)
    words: dict[int, Any] = field(default_factory=dict)
    taken: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    requests: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3/"

    @property
    def recipients(self) -> list[str]:
        return [recipient_of(body) for _, body in self.taken]


def recipient_of(body: dict[str, Any]) -> str:
    """Return whom the mail is for, however the provider wants that said."""
    if "personalizations" in body:
        return str(body["personalizations"][0]["to"][0]["email"])
    if "recipients" in body:
        return str(body["recipients"][0]["address"]["email"])
    return str(body.get("To") or body["to"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: Api

    def do_POST(self) -> None:
        api = self.api
        api.requests += 1
        body = self._body()
        answer = api.answers.get(recipient_of(body), 200)
        if answer in (200, TAKE_AND_DROP, TAKE_AND_WAIT):
            api.taken.append((dict(self.headers), body))
        if answer == TAKE_AND_WAIT:
            time.sleep(1)
        if isinstance(answer, str):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        said = json.dumps(api.ok if answer == 200 else api.words.get(answer, {"message": "no"})).encode()
        self.send_response(answer)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _body(self) -> dict[str, Any]:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        if kind.startswith("application/json"):
            return dict(json.loads(content))
        if kind.startswith("multipart/form-data"):
            message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
            return {
                str(part.get_param("name", header="content-disposition")): part.get_content()
                for part in message.iter_parts()
            }
        return dict(parse_qsl(content.decode()))

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def provider_api(ok: dict[str, Any]) -> Iterator[Api]:
    """Run it on a free port, in threads."""
    api = Api(ok)
    handler = type("OurHandler", (Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
