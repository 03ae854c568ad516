"""Files of a round, workers that help each other with them, and a case that is erased at the same time."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection

from responses.actions import erasure, export
from responses.exports.making import Order
from responses.models import ExportFile
from responses.variables import Privacy
from surveys.models import Round
from tests.conftest import free_port
from tests.every_type import FULL, every_type
from tests.factories import NOON, make_case, make_response, make_stratum
from tests.integration.test_worker import ROOT, order, worker
from tests.smtp_sink import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

FORMATS = ("csv", "jsonl", "csv-people")
SWEEP = "import django; django.setup(); from responses.tasks import make_exports; print(make_exports())"


def make_asked_round() -> Round:
    round_ = every_type()
    stratum = make_stratum(round_, population_size=4, sample_size=2)
    for _ in range(2):
        make_response(make_case(round_, stratum=stratum), FULL)
    ask(round_)
    return round_


def ask(round_: Round) -> None:
    orders = [Order("responses", Privacy.STATISTICAL, name, "da") for name in FORMATS]
    export.ask(round_=round_, orders=orders, reason="", by=None, at=NOON)


@pytest.fixture
def environment(process_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    (tmp_path / "broker").mkdir()
    folders = {"FILES_DIR": str(tmp_path / "files"), "BROKER_DIR": str(tmp_path / "broker")}
    return process_environment | folders | {"CELERY_BROKER_URL": "filesystem://"}


def test_a_worker_that_finds_several_files_lets_another_one_look_once(
    environment: dict[str, str], tmp_path: Path
) -> None:
    make_asked_round()
    log = tmp_path / "log"
    with worker(environment, log):
        order(environment, "make_exports")
        wait_until(lambda: log.read_text().count("succeeded") == 2)  # the second look finds nothing, and calls nobody
    assert ExportFile.objects.filter(finished_at__isnull=False).count() == len(FORMATS)
    assert log.read_text().count("received") == 2
    assert not list((tmp_path / "broker").iterdir())


def test_without_a_broker_a_sweep_makes_its_files_all_the_same(environment: dict[str, str]) -> None:
    make_asked_round()
    environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    command = [sys.executable, "-c", SWEEP]
    swept = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert swept.stdout == f"{len(FORMATS)}\n"
    assert "No other worker was called" in swept.stderr


def erase_slowly(round_: Round, withdrawn: Event) -> None:
    """Erase a case on a connection of its own, and pause when its files have been withdrawn: nobody sees it yet."""

    def pausing(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if "responses_exportfile" in sql:
            withdrawn.set()
            time.sleep(0.3)
        return result

    try:
        with connection.execute_wrapper(pausing):
            case = round_.cases.order_by("pk")[0]
            erasure.erase_case(case=case, reason="asked for it", by=None, at=NOON)
    finally:
        connection.close()


def rows_of_files() -> list[int | None]:
    return list(ExportFile.objects.kept(NOON).values_list("rows", flat=True))


@pytest.mark.postgresql
@pytest.mark.usefixtures("storage")
def test_rows_read_before_an_erasure_was_over_are_in_no_file() -> None:
    round_, withdrawn = make_asked_round(), Event()
    with ThreadPoolExecutor(1) as pool:

        def meanwhile() -> None:
            """The first file has been claimed, and its rows will be read now."""
            pool.submit(erase_slowly, round_, withdrawn)
            assert withdrawn.wait(10)

        made = export.make_waiting(clock=lambda: NOON, call=meanwhile)
    made += export.make_waiting(clock=lambda: NOON)
    assert made == len(FORMATS)
    assert rows_of_files() == [1] * len(FORMATS)


@pytest.mark.postgresql
@pytest.mark.usefixtures("storage")
def test_a_file_asked_for_before_an_erasure_is_over_is_made_after_it() -> None:
    round_, withdrawn = make_asked_round(), Event()
    export.make_waiting(clock=lambda: NOON)
    with ThreadPoolExecutor(1) as pool:
        erasing = pool.submit(erase_slowly, round_, withdrawn)
        assert withdrawn.wait(10)
        ask(round_)
        assert export.make_waiting(clock=lambda: NOON) == len(FORMATS)
        erasing.result(timeout=10)
    assert rows_of_files() == [1] * len(FORMATS)
