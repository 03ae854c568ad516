"""`dev.py run` as a whole, on a small demonstration: build, serve, stop, serve again, start over."""

import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

import psutil
import pytest

from tests.conftest import free_port

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent
# The environment and the look are there already, for the tests run in them.
PROGRAM = """
import signal
import sys
from pathlib import Path
import dev
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background inherits that it is ignored
dev.RUN = Path(sys.argv.pop(1))
dev.DATABASE = dev.RUN / "db.sqlite3"
dev.DEMONSTRATION = ("simulate_round", "demo", "--until-day", "2", "--size", "300", "--population", "900")
dev.environment = dev.frontend = lambda *names: None
sys.exit(dev.main())
"""


class QuickStart:
    """A running `dev.py run`, and what it has printed until the addresses are there."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.printed = ""
        assert process.stdout is not None
        for line in process.stdout:
            self.printed += line
            if line.strip().startswith("Mails, logs"):
                break
        self.browser: OpenerDirector = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def line(self, name: str) -> str:
        found = re.search(rf"^  {name} +(.*)$", self.printed, re.MULTILINE)
        assert found, self.printed
        return found[1]

    def page(self, address: str, fields: dict[str, str] | None = None) -> str:
        data = urlencode(fields).encode() if fields else None
        with self.browser.open(address, data, timeout=30) as answer:
            return str(answer.read().decode())

    def log_in(self) -> str:
        """Return the page that a member of staff comes to."""
        name, password = self.line("Staff login").split()
        address = self.line("Staff pages").rstrip("/") + "/login/?next=/rounds/demo/"
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page(address))
        assert token
        return self.page(address, {"csrfmiddlewaretoken": token[1], "login": name, "password": password})

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def quick_start(folder: Path, *options: str) -> Iterator[QuickStart]:
    """Run it until the block ends, then press Ctrl-C; nothing of it is left over."""
    command = [sys.executable, "-c", PROGRAM, str(folder), "run", "--port", str(free_port()), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            running = QuickStart(process)
            children = running.children()
            yield running
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
            assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
        finally:
            process.kill()


def test_the_quick_start_builds_serves_and_keeps_the_data_until_it_is_told_to_start_over(tmp_path: Path) -> None:
    folder = tmp_path / "kørsel æøå"
    with quick_start(folder) as first:
        assert "Building the demonstration round" in first.printed
        assert {"runserver", "celery"} <= {word for child in first.children() for word in child.cmdline()}
        link, login = first.line("Personal link"), first.line("Staff login")
        assert 'method="post"' in first.page(link)
        dashboard = first.log_in()
        assert "300" in dashboard
        assert stat.S_IMODE((folder / "keys.env").stat().st_mode) == 0o600
    with quick_start(folder) as second:
        assert "Building" not in second.printed
        assert second.line("Staff login") == login
        assert second.line("Personal link").partition("/s/")[2] == link.partition("/s/")[2]
    (folder / "mail" / "left-over").mkdir(parents=True)
    with quick_start(folder, "--fresh") as third:
        assert "Building the demonstration round" in third.printed
        assert third.line("Staff login") == login
        assert not (folder / "mail" / "left-over").exists()
