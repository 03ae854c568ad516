"""A fieldwork in fast-forward: a clock that is put forward, staff at their pages, and leaders who get mail.

Staff and leaders do what a browser lets them do: they open a page, fill in fields that it has, and press one of its
buttons. What leaves is read from a real mail server; what the program does by itself every minute is done when
something is due.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.test import Client

from barometer.models import User
from responses import links, tasks
from responses.actions import sending
from responses.models import LinkHolder, Mail
from tests.leaders import submit, walk
from tests.markup import Element, Markup
from tests.people import browser_of
from tests.smtp_sink import Sink

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
PERSONAL = re.compile(r"http://testserver(/s/([\w-]+)/)")
AUTHORITIES = {
    "Aarhus Kommune": {
        "Myndighedskode": "751",
        "Forvaltningsniveau": "Kommune",
        "Branche": "889130",
        "Ansatte": "12",
        "Region": "Midtjylland",
    },
    "Bornholms Regionskommune": {
        "Myndighedskode": "400",
        "Forvaltningsniveau": "Kommune",
        "Branche": "852010",
        "Ansatte": "120",
        "Region": "Hovedstaden",
    },
    "Københavns Kommune": {
        "Myndighedskode": "101",
        "Forvaltningsniveau": "Kommune",
        "Branche": "852010",
        "Ansatte": "120",
        "Region": "Hovedstaden",
    },
}
NAME = re.compile(r"(?:Børnehaven|Skolen|Academy) \d{3}")
HOUR_OF_THE_STEPS = time(10)


def local(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2020) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=COPENHAGEN)


@dataclass
class Clock:
    """What every part of the program takes for the time."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Browser:
    """Somebody at a page. What is typed must be a field of the form, and what is pressed a button of it."""

    client: Client = field(default_factory=Client)
    user: User | None = None
    page: str = ""
    status: int = 0

    @classmethod
    def of(cls, user: User, language: str = "en") -> "Browser":
        return cls(browser_of(user, language), user)

    def open(self, path: str) -> str:
        """Return the words of a page; staff log in first, for weeks may have passed."""
        if self.user:
            self.client.force_login(self.user)
        return self._read(self.client.get(path, follow=True))

    def press(self, path: str, button: str = "", **typed: Any) -> str:
        """Open a page, and send its form with the button, or with these fields; return what then stands there."""
        self.open(path)
        return self.send(path, button, **typed)

    def send(self, path: str, button: str = "", **typed: Any) -> str:
        """Send the form of the page that is open. Fields that are not typed in keep what stands in them."""
        data = self._form_with(button, typed)
        return self._read(self.client.post(path, {**data, **typed}, follow=True))

    def by_hand(self, path: str, **sent: str) -> str:
        """Send what the page does not offer."""
        return self._read(self.client.post(path, sent, follow=True))

    def offers(self, button: str) -> bool:
        return any(each.get("value") == button for each in Markup(self.page).all("button"))

    def _read(self, response: Any) -> str:
        self.page, self.status = response.content.decode(), response.status_code
        return words(self.page)

    def _form_with(self, button: str, typed: Iterable[str]) -> dict[str, Any]:
        markup = Markup(self.page)
        content = markup.one("main")
        for form in markup.all("form"):
            if form.get("method") != "post" or not any(around is content for around in form.within):
                continue
            inside = [each for each in markup.elements if any(around is form for around in each.within)]
            fields = [each for each in inside if each.tag in ("input", "select", "textarea") and each.get("name")]
            pressed = [each for each in inside if each.tag == "button" and each.get("value") == button]
            if {each.get("name") for each in fields} >= set(typed) and (pressed or not button):
                stands = {each.get("name"): value for each in fields if (value := _value(each, inside)) is not None}
                return stands | {each.get("name"): button for each in pressed}
        raise AssertionError(f"no form with {button or 'a button'} and {sorted(typed)} in: {words(self.page)[:1500]}")


def _value(control: Element, inside: Iterable[Element]) -> str | None:
    """Return what a browser sends for a control that nobody has touched; None for nothing."""
    kind = control.get("type")
    if control.tag == "textarea":
        return unescape(control.text).removeprefix("\n")
    if control.tag == "select":
        options = [each for each in inside if each.tag == "option" and any(one is control for one in each.within)]
        chosen = [each for each in options if "selected" in each.attributes] or options[:1]
        return chosen[0].get("value") if chosen else None
    if kind in ("checkbox", "radio"):
        return (control.get("value") or "on") if "checked" in control.attributes else None
    return None if kind in ("file", "submit") else control.get("value")


def words(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())


@dataclass
class Workplace:
    """A workplace of the register and what its leader has done. ``silent``: nobody is to remind it any more."""

    name: str
    leader: str
    email: str
    authority: str
    language: str = "da"
    kind: str = "Person"
    started: bool = False
    answered: bool = False
    silent: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is to be reminded: a mailbox of the authority never is."""
        return not (self.answered or self.silent or self.kind == "Myndighed")

    def row(self) -> dict[str, str]:
        """Return its line of the register file."""
        number = int(self.name.split()[1])
        return {
            "Arbejdsstedsnummer": f"{number:010}",
            "Navn": self.name,
            "Adresse": f"Skolevej {number}, 8000 Aarhus C",
            "Leder": self.leader,
            "E-mail": self.email,
            "Telefon": "86 12 34 56",
            "Adressetype": self.kind,
            "Sprog": self.language,
            "Myndighed": self.authority,
            **AUTHORITIES[self.authority],
        }


@dataclass(frozen=True)
class Letter:
    """A mail as its reader gets it. ``sender`` is the one of the envelope."""

    at: datetime
    to: str
    sender: str
    mail: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def language(self) -> str:
        return str(self.mail["Content-Language"])

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return " ".join(str(body.get_content()).split())

    def opens(self) -> dict[str, str]:
        """Return the address of each questionnaire that its links open, by the workplace that the page names."""
        found = {}
        for path in dict.fromkeys(path for path, _token in PERSONAL.findall(self.text)):
            names = set(NAME.findall(words(Client().get(path, follow=True).content.decode())))
            assert len(names) == 1
            found[names.pop()] = path
        return found


@dataclass
class Days:
    """The days of a fieldwork. ``letters`` are all that have left, in their order."""

    clock: Clock
    sink: Sink
    returns: Path
    letters: list[Letter] = field(default_factory=list)
    looked_at: datetime | None = None

    def until(self, moment: datetime) -> list[Letter]:
        """Let the time pass, with all that the program does in it; return what has left."""
        first = len(self.letters)
        self._pass()
        while self.clock.at < moment:
            then = min(filter(None, (self._next_mail(), self._next_step(), moment)))
            self.clock.at = max(then, min(moment, self.clock.at + timedelta(seconds=1)))
            self._pass()
        return self.letters[first:]

    def _next_mail(self) -> datetime | None:
        queued = Mail.objects.filter(status=Mail.Status.QUEUED).aggregate(first=Min("scheduled_for"))
        first: datetime | None = queued["first"]
        return first

    def _next_step(self) -> datetime:
        today = self.clock.at.astimezone(COPENHAGEN)
        then = datetime.combine(today.date(), HOUR_OF_THE_STEPS, COPENHAGEN)
        return then if then > today else then + timedelta(days=1)

    def _pass(self) -> None:
        """Send what is due, and once a minute do what else the program does every minute."""
        if self.looked_at is None or self.clock.at >= self.looked_at + timedelta(minutes=1):
            self.looked_at = self.clock.at
            tasks.queue_due_steps()
            tasks.read_returns()
            tasks.check_waves()
        sending.send_due(at=self.clock.at)
        for (to, content), sender in list(zip(self.sink.contents, self.sink.senders, strict=True))[len(self.letters) :]:
            self.letters.append(Letter(self.clock.at, to, sender, message_from_bytes(content, policy=policy.default)))


def holder_at(path: str) -> LinkHolder:
    found = links.holder_of(links.ANSWER, path.split("/")[2])
    assert found is not None
    return found


def start(path: str, word: str = "yes") -> LinkHolder:
    """Fill in the questionnaire of a link, without submitting it."""
    holder = holder_at(path)
    list(walk(Client(), holder, {"new": [word]}))
    return holder


def answer(path: str) -> None:
    submit(Client(), start(path))


def shortest_gap(letters: Iterable[Letter]) -> timedelta:
    """Return the shortest time between two mails to one mail domain."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for letter in letters:
        times[letter.to.rpartition("@")[2]].append(letter.at)
    return min(after - before for of_domain in times.values() for before, after in pairwise(sorted(of_domain)))
