"""What the longest journey of a respondent costs: CPU of the server, waiting time, bytes, memory.

    DATABASE_URL=postgresql://… python -m benchmarks.journeys
    DATABASE_URL=postgresql://… python -m benchmarks.journeys --document benchmarks/questionnaires/eight-pages.yaml

Makes cases in a database of its own, starts gunicorn as the Dockerfile does and walks through it over loopback:
personal link, every page, review, submission, receipt. Without thinking time: eight clients here are far more than
eight people. Every box is marked that may be, so that every page and every row is asked. Targets: README.md.
"""

import argparse
import gzip
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import django
import psutil
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests import environment

os.environ.setdefault("DATABASE_URL", "sqlite:///benchmark.sqlite3")  # replaced by a file in a temporary folder
assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from responses import links  # noqa: E402
from responses.models import LinkHolder, Response  # noqa: E402
from surveys.actions.questionnaire import shipped_document  # noqa: E402
from surveys.models import Questionnaire  # noqa: E402
from tests.conftest import free_port  # noqa: E402
from tests.factories import make_case, make_open_round, make_questionnaire  # noqa: E402
from tests.instruments import BAROMETER  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LEADING_ON = {"novelty": "copy", "evaluated": "internal"}  # elsewhere the first option leads on
MOST_PAGES = 40
FORM = re.compile(r'<form[^>]*\bmethod="post"[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r"<(input|textarea|button)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
STYLE_SHEET_OR_ICON = re.compile(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"')
FONT = re.compile(r"@font-face\s*\{[^{}]*url\(\"?([^\")]+)")

Marks = Mapping[str, Sequence[str]]  # by question, what to mark where it is offered


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, as it was sent, and after how many seconds."""

    status: int
    location: str
    body: bytes
    encoding: str
    seconds: float

    @property
    def text(self) -> str:
        return (gzip.decompress(self.body) if self.encoding == "gzip" else self.body).decode()


@dataclass(slots=True)
class Walked:
    """What all journeys of one level came to; pages in seconds, redirects included."""

    journeys: int = 0
    pages: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Client:
    """A browser without pictures: one connection, gzip, no cookies."""

    def __init__(self, address: str) -> None:
        self.connection = HTTPConnection(urlsplit(address).netloc, timeout=30)

    def get(self, path: str) -> Answer:
        return self._request("GET", path)

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        return self._request("POST", path, urlencode(fields))

    def _request(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - begun
        location, encoding = response.getheader("Location", ""), response.getheader("Content-Encoding", "")
        return Answer(response.status, location, content, encoding, seconds)


def walk(client: Client, link: str, marks: Marks, walked: Walked) -> None:
    """One journey from the link to the receipt, which is the first page without a form."""
    page, waited = client.get(link), 0.0
    for _ in range(MOST_PAGES):
        waited += page.seconds
        if page.status == 303:
            page = client.get(page.location)
            continue
        if page.status != 200:
            raise RuntimeError(f"status {page.status}")
        walked.pages.append(waited)
        walked.sizes.append(len(page.body))
        form = FORM.search(page.text)
        if form is None:
            walked.journeys += 1
            return
        page, waited = client.post(unescape(form[1]), filled(form[2], marks)), 0.0
    raise RuntimeError(f"no end after {MOST_PAGES} requests")


def filled(form: str, marks: Marks) -> list[tuple[str, str]]:
    """Return what a browser posts of a page: hidden fields, marks, a sentence where one is asked for."""
    fields: list[tuple[str, str]] = []
    offered: dict[str, list[str]] = {}
    for tag, inside in FIELD.findall(form):
        attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(inside)}
        name, value, kind = attributes.get("name", ""), attributes.get("value", ""), attributes.get("type", tag)
        if kind == "hidden":
            fields.append((name, value))
        elif kind in ("radio", "checkbox"):
            offered.setdefault(name, []).append(value)
        elif kind == "textarea":
            fields.append((name, "Vi tog os tid fra begyndelsen, og det gjorde hele forskellen."))
        elif (tag, name) == ("button", "next"):
            fields.append((name, value))
    for name, values in offered.items():
        wanted = marks.get(name.partition("__")[0], [])
        fields += [(name, value) for value in values if value in wanted] or [(name, values[0])]
    return fields


def marks_of(questionnaire: Questionnaire) -> Marks:
    """Return what leads through the whole questionnaire: as many marks as may be, else what leads on."""
    marks: dict[str, list[str]] = {}
    for question in questionnaire.definition().questions:
        alone = LEADING_ON.get(question.code, next((option.code for option in question.options_on), ""))
        several = [option.code for option in question.options_on if not (option.exclusive or option.open)]
        marks[question.code] = several[: question.max_marks] if question.many_marks else [alone]
    return marks


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """The program as in production, on a free port; yield its address and its main process."""
    name = str(connection.settings_dict["NAME"])
    database = f"sqlite:///{quote(name)}"
    if connection.vendor == "postgresql":
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    address = f"http://127.0.0.1:{free_port()}"
    production = {"DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1", "SITE_URL": address, "DATABASE_URL": database}
    variables = os.environ | production
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=variables, check=True)
    command = [sys.executable, "-m", "gunicorn", "barometer.wsgi", "--bind", urlsplit(address).netloc]
    server = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.DEVNULL)
    try:
        _wait_for(address)
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            if Client(address).get("/healthz").status == 200:
                return
        except ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


class Meter:
    """CPU seconds since it was made: web processes, the database's processes that work for them, all else.

    All else is what others do on the machine: where it is much, the same work costs more, and waits are longer.
    """

    def __init__(self, server: psutil.Process) -> None:
        self.server = server
        self.web: dict[int, float] = {}
        self.database: dict[int, float] = {}
        self.read()
        self.begun = time.perf_counter()
        self.before = self._spent(self.web), self._spent(self.database), self._busy()

    def read(self) -> None:
        """Look again; often, because a connection that has ended takes its time with it."""
        self._read(self.web, [process.pid for process in self.server.children()])
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                self._read(self.database, [pid for (pid,) in cursor])

    def since(self) -> tuple[float, float, float]:
        self.read()
        web, database = self._spent(self.web) - self.before[0], self._spent(self.database) - self.before[1]
        return web, database, self._busy() - self.before[2] - web - database

    def _read(self, spent: dict[int, float], pids: Sequence[int]) -> None:
        for pid in pids:
            with suppress(psutil.NoSuchProcess):
                times = psutil.Process(pid).cpu_times()
                spent[pid] = times.user + times.system

    def _spent(self, spent: Mapping[int, float]) -> float:
        return sum(spent.values())

    def _busy(self) -> float:
        """Of the whole machine, without this process."""
        machine, own = psutil.cpu_times(), psutil.Process().cpu_times()
        return machine.user + machine.nice + machine.system - own.user - own.system


def level(address: str, server: psutil.Process, paths: Sequence[str], clients: int, marks: Marks) -> Walked:
    """Walk every path once, with so many clients at a time, and print what it cost."""
    walked, meter, waiting = Walked(), Meter(server), iter(paths)

    def work() -> None:
        for path in waiting:
            try:
                walk(Client(address), path, marks, walked)
            except (OSError, RuntimeError) as error:
                walked.problems.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.5)
        meter.read()
    _report(walked, meter, clients)
    return walked


def _report(walked: Walked, meter: Meter, clients: int) -> None:
    wall, done = time.perf_counter() - meter.begun, max(walked.journeys, 1)
    web, database, others = meter.since()
    waits = sorted(seconds * 1000 for seconds in walked.pages)
    p50, p95, p99 = (waits[round(share * (len(waits) - 1))] for share in (0.50, 0.95, 0.99))
    whole, largest = sum(walked.sizes) / done / 1000, max(walked.sizes) / 1000
    print(
        f"\n{clients} client(s): {walked.journeys} journeys, {len(walked.problems)} failed; {done / wall:.1f} a second"
    )
    print(f"  server CPU  {(web + database) * 1000 / done:.0f} ms a journey", end=" ")
    print(f"(web {web * 1000 / done:.0f}, database {database * 1000 / done:.0f})")
    print(f"  page        p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms")
    print(f"  HTML        {whole:.1f} kB a journey of {len(waits) / done:.0f} pages; the largest {largest:.1f} kB")
    print(f"  other work on the machine: {others / wall / (psutil.cpu_count() or 1):.0%} of its cores")
    for problem in walked.problems[:5]:
        print(f"  failed: {problem}")


def first_visit(address: str, path: str) -> None:
    """Print what a browser with an empty cache loads: the page, its style sheets, their fonts, the icon."""
    client = Client(address)
    page = client.get(path)
    sizes = {"page": len(page.body)}
    for linked in STYLE_SHEET_OR_ICON.findall(page.text):
        answer = client.get(linked)
        sizes[linked] = len(answer.body)
        if linked.endswith(".css"):
            for font in FONT.findall(answer.text):
                sizes[font] = len(client.get(urljoin(linked, font)).body)
    print(f"first visit: {len(sizes)} requests, {sum(sizes.values()) / 1000:.1f} kB")
    for name, size in sizes.items():
        print(f"  {size / 1000:7.1f} kB  {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--document", type=Path, help="a questionnaire in YAML; the shipped one unless given")
    parser.add_argument("--journeys", type=int, default=60, help="per level")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8], help="levels")
    options = parser.parse_args()
    document = options.document.read_text(encoding="utf-8") if options.document else shipped_document(BAROMETER)
    questionnaire = make_questionnaire(document or "")
    round_ = make_open_round(questionnaire=questionnaire)
    count = min(options.journeys, 1000)
    for _ in range(count * len(options.clients) + 8):
        make_case(round_, language=questionnaire.languages[0])
    holders = LinkHolder.objects.order_by("pk")
    paths = [f"/{links.PATHS[links.ANSWER]}/{links.token(links.ANSWER, holder)}/" for holder in holders]
    marks, walked = marks_of(questionnaire), []
    with served() as (address, server):
        print(f"{questionnaire} on {connection.vendor}, {psutil.cpu_count()} cores")
        first_visit(address, paths[0])
        for path in paths[:8]:  # so that each process has compiled its templates and the questionnaire
            walk(Client(address), path, marks, Walked())
        for place, clients in enumerate(options.clients):
            chosen = paths[8 + place * count : 8 + (place + 1) * count]
            walked.append(level(address, server, chosen, clients, marks))
        sizes = [process.memory_info().rss / 1e6 for process in server.children()]
        print(f"\nweb worker: {max(sizes):.0f} MB resident")
        _check_stored(8 + sum(each.journeys for each in walked))


def _check_stored(journeys: int) -> None:
    """A receipt is no proof: count what was submitted."""
    submitted = Response.objects.filter(submitted_at__isnull=False)
    answers = Counter(len(response.answers) for response in submitted)
    print(f"stored: {answers.total()} of {journeys} journeys; number of answers: {', '.join(map(str, answers))}")
    if answers.total() != journeys or len(answers) != 1:
        sys.exit("Not every journey was stored, or not all alike.")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            main()
        finally:
            teardown_databases(databases, verbosity=0)
