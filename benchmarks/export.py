"""How long the files of a round take, in every format, and how much memory: of 2,271 responses, and of 100,000.

    DATABASE_URL=postgresql://… python -m benchmarks.export [--large 100000]

Makes both rounds in a database of its own, with the shipped questionnaire and answers of which hardly two are alike:
two minutes. Each file is made by a process that has just started; then all formats are asked for at once, and made by
one worker that is at work already, and by two. Targets: all formats in 5 s together with two workers; CSV of the large
round in 8 s and 150 MB.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import Any

from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from benchmarks.cases import workplace
from benchmarks.memory import watched
from responses.actions import export
from responses.exports.formats import FORMATS
from responses.exports.making import Order
from responses.models import Case, ExportFile, Response
from responses.statistics.dispositions import Disposition
from responses.variables import Privacy
from surveys.models import Questionnaire, Round, SampleUnit, Stratum, Workplace
from surveys.questionnaire.definition import Questionnaire as Definition
from surveys.questionnaire.routing import Item, RouteScope, offered_item
from tests.factories import make_open_round, make_stratum
from tests.instruments import shipped

RESPONSES, LARGE = 2_271, 100_000
OF_A_LARGE_ROUND = ("csv",)
MAKE = r"""
import resource, sys, tempfile, time
from pathlib import Path
import django
django.setup()
from responses.exports.making import Order, make_file
from responses.variables import Privacy
from surveys.models import Round
round_ = Round.objects.select_related("questionnaire").get(slug=sys.argv[1])
clock, cpu = time.perf_counter(), time.process_time()
with tempfile.TemporaryDirectory() as folder:
    order = Order("responses", Privacy.STATISTICAL, sys.argv[2], "da")
    size = make_file(round_, order, Path(folder, "file"), lambda rows, of: None).size
forked = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = time.process_time() - cpu + forked.ru_utime + forked.ru_stime
print(time.perf_counter() - clock, cpu, size / 1e6)
"""
SWEEP = r"""
import importlib, sys, time
import django
django.setup()
from django.utils import timezone
from responses.actions import export
from responses.models import ExportFile
for library in sys.argv[1:]:
    importlib.import_module(library)
ExportFile.objects.exists()
print("ready", flush=True)
sys.stdin.readline()
cpu = time.process_time()
export.make_waiting(clock=timezone.now)
print(time.process_time() - cpu)
"""
OF_FORMATS = ("pandas", "pyreadstat")  # what a worker has imported when it has once made a file of every format


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """Yield the environment in which another process finds this database."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            name = str(connection.settings_dict["NAME"])
            here = os.environ["DATABASE_URL"]
            there = f"sqlite:///{name}" if connection.vendor == "sqlite" else f"{here.rpartition('/')[0]}/{name}"
            yield {**os.environ, "DATABASE_URL": there}
        finally:
            teardown_databases(databases, verbosity=0)


def make_round(slug: str, questionnaire: Questionnaire, number: int) -> Round:
    """Return a round with so many submitted responses, all in one stratum."""
    chance, now, definition = random.Random(2026), timezone.now(), questionnaire.definition()
    round_ = make_open_round(slug=slug, questionnaire=questionnaire)
    stratum = make_stratum(round_, code="all", population_size=3 * number, sample_size=number)
    for start in range(0, number, 5_000):
        places = range(start, min(start + 5_000, number))
        with transaction.atomic():
            works = Workplace.objects.bulk_create([workplace(round_, place, chance) for place in places])
            units = SampleUnit.objects.bulk_create([_unit(work, stratum) for work in works])
            cases = Case.objects.bulk_create([_case(round_, unit) for unit in units])
            given = (answers_of(definition, work.register(), chance) for work in works)
            Response.objects.bulk_create(
                Response(case=case, questionnaire=questionnaire, answers=answers, started_at=now, submitted_at=now)
                for case, answers in zip(cases, given, strict=True)
            )
    return round_


def _unit(work: Workplace, stratum: Stratum) -> SampleUnit:
    return SampleUnit(sample=stratum.sample, workplace=work, stratum=stratum, inclusion_probability=1 / 3)


def _case(round_: Round, unit: SampleUnit) -> Case:
    return Case(round=round_, sample_unit=unit, language="da", disposition=Disposition.SUBMITTED)


def answers_of(questionnaire: Definition, register: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return the answers of somebody who fills everything in, the first option most often."""
    scope = RouteScope(questionnaire, register)
    answers: dict[str, Any] = {}
    for question in questionnaire.questions:
        if question.enabled and (question.ask_if is None or question.ask_if.evaluate(scope) is True):
            item = offered_item(question, scope, answers)
            if item is not None and question.type != "display":
                answers[question.code] = _answer(item, chance)
                scope.add(item, answers[question.code])
    return answers


def _answer(item: Item, chance: random.Random) -> Any:
    codes = item.option_codes
    together = [code for code in codes if code not in item.exclusive_codes]

    def one() -> str:
        return codes[min(int(chance.expovariate(1.2)), len(codes) - 1)]

    def some() -> list[str]:
        marks = chance.sample(together, min(len(together), 1 + int(chance.expovariate(0.7))))
        return [code for code in together if code in marks]  # in the order of the questionnaire, as a page saves them

    match item.question.type:
        case "single":
            return one()
        case "multi":
            return some()
        case "grid":
            return {row: one() for row in item.row_codes}
        case "grid_multi":
            return {row: some() for row in item.row_codes}
    return f"Noget med egne ord, nummer {chance.randrange(10**9)}"


def made(round_: Round, format_: str, environment: dict[str, str]) -> None:
    """Make a file in a process of its own and print what it took."""
    command = [sys.executable, "-c", MAKE, round_.slug, format_]
    start = subprocess.Popen(command, env=environment, stdout=PIPE, text=True)
    with start as process, watched(process.pid) as memory:
        clock, cpu, size = map(float, process.communicate()[0].split())
    took = f"{clock:6.2f} s, {cpu:6.2f} s of CPU, {memory.most:4.0f} MB at most"
    print(f"{format_:<16} {took}, {size:6.1f} MB", flush=True)


def swept(round_: Round, formats: Sequence[str], environment: dict[str, str], workers: int) -> None:
    """Ask for files, let workers look for them at the same moment, and print what it took to the end of the last."""
    orders = [Order("responses", Privacy.STATISTICAL, name, "da") for name in formats]
    command = [sys.executable, "-c", SWEEP, *OF_FORMATS, *filter(None, (FORMATS[name].needs for name in formats))]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        start = partial(subprocess.Popen[str], command, env=environment | {"FILES_DIR": folder}, text=True)
        running = [stack.enter_context(start(stdin=PIPE, stdout=PIPE)) for _ in range(workers)]
        for process in running:
            assert process.stdout and process.stdout.readline() == "ready\n"
        files = export.ask(round_=round_, orders=orders, reason="", by=None, at=timezone.now())
        memories = [stack.enter_context(watched(process.pid)) for process in running]
        signal = timezone.now()
        for process in running:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        cpu = [float(process.communicate()[0]) for process in running]
    finished = ExportFile.objects.filter(pk__in=[file.pk for file in files]).values_list("finished_at", flat=True)
    clock = max(at for at in finished if at) - signal
    assert all(finished), "a file has not been made"
    name, took = f"all, {workers} worker{'s' * (workers > 1)}", clock.total_seconds()
    most = max(memory.most for memory in memories)
    print(f"{name:<16} {took:6.2f} s, {sum(cpu):6.2f} s of CPU, {most:4.0f} MB at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=LARGE, help="responses of the large round")
    large = parser.parse_args().large
    with database() as environment:
        questionnaire = shipped(timezone.now())
        begun = time.perf_counter()
        rounds = [make_round(slug, questionnaire, number) for slug, number in (("usual", RESPONSES), ("large", large))]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: rounds made in {time.perf_counter() - begun:.0f} s", flush=True)
        print(f"\n{RESPONSES} responses", flush=True)
        formats = [name for name in FORMATS if FORMATS[name].available]
        for name in formats:
            made(rounds[0], name, environment)
        for workers in (1, 2):
            swept(rounds[0], formats, environment, workers)
        print(f"\n{large} responses")
        for name in OF_A_LARGE_ROUND:
            made(rounds[1], name, environment)


if __name__ == "__main__":
    main()
