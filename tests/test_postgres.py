"""The tests' own PostgreSQL: it is there, it speaks UTF-8, and it never outlives the tests."""

import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

START = "import sys; from tests import postgres; print(postgres.start(), flush=True); sys.stdin.read()"


def test_the_server_is_ready_and_leaves_nothing_behind_even_when_the_tests_are_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        url = tests.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT upper('æøå')").fetchone() == ("ÆØÅ",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        tests.kill()
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
