"""The environment variables of the tests; a pytest plugin, because Django reads its settings before any conftest."""

import os
from collections.abc import Generator

import pytest

from tests import postgres

VARIABLES = {
    "DEBUG": "1",  # plain static files, no HTTPS; pytest-django itself turns settings.DEBUG off
    "QUICK_START": "0",
    "DJANGO_SECRET_KEY": "only-for-tests",
    "LINK_KEYS": "t:" + "5e" * 32,
    "SAMPLING_KEY": "a7" * 32,
    "SITE_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DEFAULT_FROM_EMAIL": "barometer@example.org",
    "CELERY_BROKER_URL": "memory://",
    "CACHE_URL": "locmem://",
    "MAIL_FOLDER": "",
    "EMAIL_PROVIDER": "smtp",
    "BOUNCE_ADDRESS": "",
    "RETURNS_URL": "",
    "WEBHOOK_SECRET": "",
    "DNS_SERVER": "off",  # no test asks the network's
    "MAIL_PER_DOMAIN_PER_MINUTE": "0",  # tests that are not about the pace want everything due at once
    "MAIL_FIRST_BATCH": "0",
    "TRUSTED_PROXIES": "0",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's own event loop runs in the test's thread
}
os.environ.update(VARIABLES)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Start a PostgreSQL of our own unless DATABASE_URL names a database; xdist's workers inherit the address."""
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = postgres.start()
    return (yield)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--ci", action="store_true", help="a skipped test is an error")


class NoSkips:
    """Fails the session when a test was skipped, and lists which."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped.append(f"{report.nodeid}: {reason}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("Skipped, which --ci does not allow", red=True, bold=True)
            for line in self.skipped:
                terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--ci") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips())
