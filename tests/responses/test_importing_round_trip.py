"""What is exported from a round and imported again gives the same estimates."""

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from responses.actions.fieldwork import close_round
from responses.dataset import weigh
from responses.estimate_tables import Line
from responses.estimates import estimate
from responses.former_rounds import find, groups_of
from responses.monitoring import monitor
from surveys.models import Round

pytestmark = pytest.mark.django_db

CLOSED = datetime(2020, 1, 19, 12, tzinfo=UTC)
SMALL = ("--population", "430", "--size", "140", "--today", "2020-01-19", "--until-day", "12")


@pytest.fixture(scope="module")
def rounds(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Round, Round]]:
    """A simulated round and its copy: exported and imported."""
    folder = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        call_command("simulate_round", "held", *SMALL, stdout=StringIO())
        held = Round.objects.get(slug="held")
        close_round(round_=held, by=None, at=CLOSED)
        call_command("export", "held", "--level", "research", "--out", str(folder / "copy.csv"), stdout=StringIO())
        (folder / "strata.csv").write_text(strata_of(held), encoding="utf-8")
        files = [held.questionnaire.code, str(folder / "copy.csv"), "--strata", str(folder / "strata.csv")]
        dates = ["--opens", "2020-01-07", "--deadline", "2020-02-16", "--closes", "2020-02-21"]
        call_command("import_round", *files, *dates, "--without-weights", stdout=StringIO())
        held.refresh_from_db()
        yield held, Round.objects.get(slug="copy")
        transaction.set_rollback(True)


def strata_of(round_: Round) -> str:
    """The strata of a round as a file; its known ineligible units have rows of their own."""
    weighting = weigh(round_)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["stratum", "population", "sample"])
    for stratum in weighting.strata:
        writer.writerow([stratum.code, stratum.population_size, stratum.sample_size])
    return file.getvalue()


def test_every_indicator_has_the_same_estimate(rounds: tuple[Round, Round]) -> None:
    expected, found = (estimate(round_, ["all"], "en") for round_ in rounds)
    assert (found.basis.responding, found.basis.ineligible, found.basis.population) == (
        expected.basis.responding,
        expected.basis.ineligible,
        expected.basis.population,
    )
    lines = [{key(line): line.estimate for table in each.tables for line in table.lines} for each in (expected, found)]
    assert len(lines[0]) > 150 and lines[0].keys() == lines[1].keys()
    for cell, one in lines[0].items():
        for field in fields(one):
            value, again = getattr(one, field.name), getattr(lines[1][cell], field.name)
            assert again == (pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value), cell


def key(line: Line) -> tuple[str, str, str]:
    return line.indicator, line.group, line.option


def test_the_response_rate_is_the_same_and_a_later_round_is_compared_with_it(rounds: tuple[Round, Round]) -> None:
    held, copy = rounds
    assert copy.status == Round.Status.CLOSED and copy.rehearsal
    expected, found = monitor(held).overall, monitor(copy).overall
    assert (found.sampled, found.submitted, found.not_eligible) == (
        expected.sampled,
        expected.submitted,
        expected.not_eligible,
    )
    assert groups_of([held, copy])[copy.pk] == groups_of([held])[held.pk]
    later = Round(
        questionnaire=held.questionnaire, opens_on=datetime(2021, 1, 1, tzinfo=UTC).date(), rehearsal=True, pk=-1
    )
    assert copy in find(later, datetime(2021, 6, 1, tzinfo=UTC))
    copy.imported.timed = False
    copy.imported.save(update_fields=["timed"])
    assert copy not in find(later, datetime(2021, 6, 1, tzinfo=UTC))
