"""The second edition as a file: its published indicators can be estimated from it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from responses.actions.importing import Fieldwork, Imported, import_round
from responses.estimates import estimate
from responses.importing.columns import answer_columns
from responses.importing.reading import Source
from responses.simulation.planted import cells, planted_codes, true_share
from responses.simulation.register import write_register
from responses.simulation.truth import plant
from surveys.actions.questionnaire import SHIPPED, shipped_document
from surveys.frame_file import read_frame
from surveys.questionnaire.definition import Questionnaire, Register
from surveys.questionnaire.document import from_yaml, to_yaml
from surveys.questionnaire.indicators import read_indicators
from surveys.questionnaire.routing import route

pytestmark = pytest.mark.django_db

INSTRUMENT = "innovation-barometer-dk-2018-19"
WITHOUT_COLUMNS = ("tech_degree", "tech_newness", "practice_break", "culture")
NUMBERS = ("01", "02", "03", "04a", "04b", "05", "06a", "06b", "06c", "07", "08a", "08b")
PUBLISHED = [f"R2-{number}" for number in NUMBERS]


def second_edition() -> Questionnaire:
    """The instrument for 2015 and 2016; the questions that the file has no columns for need no answer."""
    shipped, problems = from_yaml(shipped_document(INSTRUMENT) or "")
    assert shipped is not None, problems
    questions = tuple(replace(q, required=q.required and q.code not in WITHOUT_COLUMNS) for q in shipped.questions)
    first, last = date(2015, 1, 1), date(2016, 12, 31)
    return replace(shipped, version=2, questions=questions, reference_start=first, reference_end=last)


def file_of(questionnaire: Questionnaire, frame: Mapping[str, Register]) -> str:
    """A made-up file of the second edition: every workplace of a small frame has answered as it was planted."""
    asked = [q for q in questionnaire.questions if q.closed and q.enabled and q.code not in WITHOUT_COLUMNS]
    columns = [(q.code, *column) for q in asked for column in answer_columns(questionnaire, q)]
    levels = Counter(register["reg_level"] for register in frame.values())
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ["id", "reg_level", "reg_size_class", "stratum", "population", *(name for _, name, _, _ in columns)]
    )
    for register_id, answers in plant(frame.items(), seed=1).items():
        register = frame[register_id]
        level = register["reg_level"]
        taken = route(questionnaire, register, answers)
        cells_ = [cell(taken.answers.get(code), row, option) for code, _, row, option in columns]
        writer.writerow([register_id, level, register["reg_size_class"], level, levels[level], *cells_])
    return file.getvalue()


def cell(answer: object, row: str, option: str) -> str:
    """One cell of the file: a code, or 1 or 0 for an option."""
    if row:
        answer = answer.get(row) if isinstance(answer, dict) else None
    if option and answer is not None:
        assert isinstance(answer, list)
        return "1" if option in answer else "0"
    return str(answer or "")


@pytest.fixture
def frame() -> dict[str, Register]:
    rows = read_frame(write_register(430, seed=1)).rows
    return {row.register_id: {"reg_level": row.level, "reg_size_class": row.size_class} for row in rows}


@pytest.fixture
def imported(frame: dict[str, Register]) -> Iterator[Imported]:
    cache.clear()  # a rolled back round leaves its number to the next
    questionnaire = second_edition()
    yield import_round(
        document=to_yaml(questionnaire),
        responses=Source("dk-2015-16.csv", file_of(questionnaire, frame).encode()),
        strata=None,
        fieldwork=Fieldwork("dk-2015-16", date(2016, 10, 24), date(2016, 12, 16), rehearsal=True),
        by=None,
        at=datetime(2020, 5, 4, tzinfo=UTC),
    )


def test_every_published_indicator_of_the_second_edition_is_estimated(
    imported: Imported, frame: dict[str, Register]
) -> None:
    """The file has every workplace of its population, so each estimate is the truth, with nothing left to chance."""
    questionnaire = imported.round.questionnaire.definition()
    known, _problems = read_indicators((SHIPPED / f"{INSTRUMENT}.indicators.yaml").read_text("utf-8"), questionnaire)
    assert known is not None
    wanted = list(cells(questionnaire, known))
    assert list(dict.fromkeys(each.indicator for each in wanted)) == PUBLISHED
    codes = planted_codes(questionnaire, list(frame.items()), {text for each in wanted for text in each.texts}, seed=1)
    found = estimate(imported.round, ["all"], "en")
    lines = {(line.indicator, line.group): line for table in found.tables for line in table.lines}
    assert not found.basis.open and found.basis.ineligible > 10
    for each in wanted:
        line = lines[each.indicator, each.group]
        assert line.estimate.estimate == pytest.approx(true_share(each, codes), rel=1e-12)
        assert line.estimate.standard_error == 0
    assert lines["R2-01", ""].published == 0.80
    assert lines["R2-05", ""].published == 0.45
    assert {name.partition("__")[0] for name in imported.found.missing} == set(WITHOUT_COLUMNS)
