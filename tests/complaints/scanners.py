"""What machines do to the addresses in a mail, as a table, and the machine that does it.

Mail scanners, link previews, prefetching browsers and office programs fetch links, follow them, and some press the
buttons that they find. None of them fills anything in, so none of it may change a row.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client

from tests.markup import CONTROLS, Element, Markup

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
HOST = "http://testserver"


@dataclass(frozen=True)
class Behaviour:
    """What one machine does with an address.

    Attributes:
        levels: how many links deep it goes on from the page that it was sent to.
        presses: whether it sends every form with the values that stand in it, by each of its buttons in turn.
        body: what it posts, where it posts without having seen a form.
    """

    name: str
    method: str = "get"
    headers: Mapping[str, str] = field(default_factory=dict)
    follows: bool = False
    levels: int = 0
    presses: bool = False
    body: str = ""

    @property
    def is_disguise(self) -> bool:
        """Whether only its headers tell it from another: fetching is fetching, whoever one says one is."""
        return self.method == "get" and bool(self.headers) and self.headers != {"user-agent": BROWSER}


def _agent(name: str) -> Behaviour:
    return Behaviour(name, headers={"user-agent": name}, follows=True)


BEHAVIOURS = (
    Behaviour("asks whether the link is alive", "head"),
    Behaviour("asks whether the link is alive, and follows redirects", "head", follows=True),
    Behaviour("fetches", headers={"user-agent": BROWSER}),
    Behaviour("fetches, and follows redirects", headers={"user-agent": BROWSER}, follows=True),
    Behaviour("fetches a part of the page", headers={"range": "bytes=0-1023"}, follows=True),
    Behaviour("fetches what it knows already", headers={"if-none-match": "*", "if-modified-since": "x"}),
    Behaviour("prefetches", headers={"purpose": "prefetch", "sec-purpose": "prefetch;prerender"}, follows=True),
    Behaviour("prefetches as Firefox did", headers={"x-moz": "prefetch", "x-purpose": "preview"}, follows=True),
    _agent("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0; SafeLinks)"),
    _agent("Mozilla/5.0 (compatible; BarracudaCentral)"),
    _agent("Mozilla/5.0 (compatible; Mimecast URL Protection)"),
    _agent("ProofpointURLDefense/1.0"),
    _agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    _agent("facebookexternalhit/1.1"),
    _agent("Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5"),
    _agent("python-requests/2.31.0"),
    _agent("curl/8.5.0"),
    Behaviour("looks for an office server", "options", {"user-agent": "Microsoft Office Protocol Discovery"}),
    Behaviour("looks for a folder", "propfind", {"user-agent": "Microsoft-WebDAV-MiniRedir/10.0.19045"}),
    Behaviour("posts nothing", "post"),
    Behaviour("posts what no form has", "post", body="x=1&submit=Submit"),
    Behaviour("posts an object", "post", {"content-type": "application/json"}, body='{"decision": "decline"}'),
    Behaviour("follows every link, two deep", follows=True, levels=2),
    Behaviour("presses every button", follows=True, presses=True),
    Behaviour("presses every button of every page, two links deep", follows=True, levels=2, presses=True),
)


@dataclass
class Machine:
    """Something with no eyes and a list of addresses; ``wrote`` holds what it made the database write, and where."""

    behaviour: Behaviour
    client: Client = field(default_factory=Client)
    seen: set[str] = field(default_factory=set)
    pressed: set[tuple[str, str, str]] = field(default_factory=set)
    wrote: list[str] = field(default_factory=list)
    place: str = ""

    def note(self, execute: Callable[..., Any], sql: str, params: object, many: bool, context: object) -> Any:
        """Look at a statement on its way to the database (``connection.execute_wrapper``)."""
        if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            self.wrote.append(f"{self.behaviour.name}: {self.place}: {sql[:60]}")
        return execute(sql, params, many, context)

    def visit(self, address: str, levels: int | None = None) -> None:
        """Do to an address what this machine does."""
        levels = self.behaviour.levels if levels is None else levels
        if address in self.seen or (self.behaviour.presses and address.endswith(".pdf")):
            return
        self.seen.add(address)
        self.place = address
        answer = self.ask(self.behaviour.method, address, self.behaviour.body)
        assert answer.status_code < 500, address
        place = urlsplit(answer.wsgi_request.get_full_path()).geturl()
        if not answer["Content-Type"].startswith("text/html") or not (levels or self.behaviour.presses):
            return
        page = Markup(answer.content.decode())
        if self.behaviour.presses:
            for press in presses(page, place):
                self.press(*press)
        if levels:
            for linked in dict.fromkeys(links(page, place)):
                self.visit(linked, levels - 1)

    def press(self, address: str, button: str, fields: tuple[tuple[str, str], ...]) -> None:
        """Press a button, once on all pages that look the same to it."""
        key = (address, button, repr(fields))
        if key in self.pressed:
            return
        self.pressed.add(key)
        self.place = f"{address} by the button {button}"
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        answer = self.client.post(address, data, follow=True)
        assert answer.status_code < 500, address

    def ask(self, method: str, address: str, body: str) -> Any:
        """Return the answer of the test client."""
        headers = dict(self.behaviour.headers)
        kind = headers.pop("content-type", "application/x-www-form-urlencoded")
        follow = self.behaviour.follows
        if method in ("get", "head"):
            return getattr(self.client, method)(address, headers=headers, follow=follow)
        return self.client.generic(method.upper(), address, body, content_type=kind, headers=headers)


def links(page: Markup, place: str) -> Iterator[str]:
    """Every address of this site that the page leads to."""
    for element in page.all("a", "link", "form"):
        target = element.get("href") or (element.get("action") if element.tag == "form" else "")
        address = urldefrag(urljoin(HOST + place, target)).url
        if target and address.startswith(f"{HOST}/") and "/static/" not in address:
            yield address.removeprefix(HOST)


def presses(page: Markup, place: str) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Every button of every form: where it posts, its name, and the fields as they stand in the page."""
    for form in (form for form in page.all("form") if form.get("method") == "post"):
        action = urljoin(place, form.get("action") or place)
        inside = [element for element in page.elements if _belongs(element, form)]
        fields = tuple(given for element in inside for given in _given(element, page))
        yield action, "", fields
        for button in (each for each in inside if each.tag == "button" or each.get("type") == "submit"):
            name = button.get("name")
            yield action, f"{name}={button.get('value')}", (*fields, *([(name, button.get("value"))] if name else []))


def _belongs(element: Element, form: Element) -> bool:
    tied = element.get("form")
    return tied == form.get("id") if tied else form in element.within


def _given(element: Element, page: Markup) -> Iterator[tuple[str, str]]:
    name, kind = element.get("name"), element.get("type")
    if element.tag not in CONTROLS or not name or kind == "submit":
        return
    if element.tag == "select":
        options = [each for each in page.all("option") if element in each.within]
        chosen = [each for each in options if "selected" in each.attributes] or options[:1]
        yield from ((name, each.get("value")) for each in chosen)
    elif kind not in ("radio", "checkbox") or "checked" in element.attributes:
        yield name, element.text if element.tag == "textarea" else element.attributes.get("value", "on")
