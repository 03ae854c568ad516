"""What every test may ask for: the database by address, a Redis, a Chromium, and no network."""

import gc
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import hypothesis
import pytest
from django.core.cache import cache
from django.core.files.storage import Storage, storages
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from surveys.models import questionnaire
from tests.emptying import empty_database

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

gc.set_threshold(50_000, 50, 50)  # thousands of short tests leave little garbage behind
hypothesis.settings.register_profile("patient", deadline=None)  # two busy cores are no fault of the code
hypothesis.settings.load_profile("patient")


NEEDS_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what the pass on SQLite leaves out: ``once`` and ``further``, see docs/development.md."""
    functions: set[str] = set()
    for item in items:
        if not item.get_closest_marker("django_db") and not NEEDS_DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("once")
        function = item.nodeid.partition("[")[0]
        if function in functions and not item.get_closest_marker("each_database"):
            item.add_marker("further")
        functions.add(function)
    if connection.vendor != "postgresql":
        for item in items:
            if "postgresql" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give every run a test database of its own; SQLite's is a file, so that other processes can open it."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        settings["TEST"]["NAME"] = str(tmp_path_factory.getbasetemp() / "test.sqlite3")
    else:
        name = settings["TEST"]["NAME"] or f"test_{settings['NAME']}"
        settings["TEST"]["NAME"] = f"{name}_{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Before the test database is dropped, end the sessions that killed processes and server threads left open."""
    yield
    if connection.vendor == "postgresql":
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a process of the program's own that works on the test database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{quote(name)}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "barometer.settings"}


@pytest.fixture
def storage(settings: Settings) -> Storage:
    """Where the files of rounds are kept: in memory."""
    settings.STORAGES = settings.STORAGES | {"files": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    return storages["files"]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of the tests' own, unless REDIS_URL names one that they may use."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _server):
        yield url


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a Redis that keeps nothing; skip the test when there is none."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("neither redis-server nor valkey-server is installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(port, server, folder / "log")
        yield f"redis://127.0.0.1:{port}/0", server
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Let Playwright drive the Chromium that is installed instead of one of its own."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        pytest.skip(f"no Chromium is installed (looked for {', '.join(CHROMIUM_NAMES)})")
    return {**browser_type_launch_args, "executable_path": program, "args": CHROMIUM_SWITCHES}


@pytest.fixture(autouse=True)
def no_second_factor(settings: Settings) -> None:
    """Most tests are about what comes behind the login; those about it ask for the second factor themselves."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Refuse connections from Python to anything but this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def quickly_emptied() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_database())
        yield


@pytest.fixture(autouse=True)
def only_definitions_of_this_test() -> Iterator[None]:
    """Forget compiled questionnaires: SQLite gives the next test the same keys for other rows."""
    yield
    questionnaire._compiled.clear()


@pytest.fixture(autouse=True)
def no_language_of_another_test() -> Iterator[None]:
    """A test of Python alone begins in the language of the settings, whichever a request before it has left."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def an_empty_cache() -> Iterator[None]:
    yield
    cache.clear()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"redis-server did not start: {log.read_text(errors='replace')}")
