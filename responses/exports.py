"""The answers of a round as a CSV file, one row per submitted response (docs/export-format.md)."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from barometer.spreadsheet import BYTE_ORDER_MARK, Cell, for_spreadsheet
from responses.contact_days import zone
from responses.dataset import Weighting, weigh
from responses.models import Response, Screening
from surveys.calendar import is_late
from surveys.models import Round
from surveys.questionnaire.definition import Choice, Question, Questionnaire
from surveys.questionnaire.routing import Item, Route, route

ROWS_PER_CHUNK = 200

CASE_COLUMNS = (
    "case_round",
    "case_rehearsal",
    "case_questionnaire",
    "case_language",
    "case_mode",
    "case_proxy",
    "case_started_at",
    "case_submitted_at",
    "case_late",
    "case_stratum",
    "case_population_size",
    "case_sample_size",
    "case_inclusion_probability",
    "case_weighting_stratum",
    "case_weight",
)
REGISTER_COLUMNS = (
    "reg_id",
    "reg_level",
    "reg_authority_code",
    "reg_authority",
    "reg_industry_group",
    "reg_employees",
    "reg_size_class",
    "reg_region",
)


@dataclass(frozen=True, slots=True)
class Style:
    """How the file is to look.

    Attributes:
        labels: the options' texts instead of their codes.
        language: of the labels, and of the spreadsheet that opens the file: English takes commas and decimal points,
            the others semicolons and decimal commas.
        raw: for a program: no byte order mark, commas and decimal points, texts exactly as they are.
        texts: with open answers and the texts of open options.
    """

    labels: bool = False
    language: str = "en"
    raw: bool = False
    texts: bool = True

    @property
    def decimal_comma(self) -> bool:
        return not self.raw and self.language != "en"


def file_name(round_: Round, style: Style) -> str:
    return round_.file_name("labels" if style.labels else "codes")


def rows(round_: Round, style: Style) -> Iterator[list[Cell]]:
    """Yield the header, then one row per submitted response; the columns come from the questionnaire alone.

    What somebody wrote in their own words is left empty until it has been screened.
    """
    questionnaire = round_.questionnaire.definition()
    blocks, labels = _blocks(questionnaire, style), _register_labels(questionnaire, style)
    yield [*REGISTER_COLUMNS, *CASE_COLUMNS, *(name for block in blocks for name in block.names)]
    weighting = weigh(round_)
    responses = Response.objects.submitted(round_).select_related("case__sample_unit__workplace", "screening")
    for response in responses.iterator(chunk_size=ROWS_PER_CHUNK):
        taken = route(questionnaire, response.case.sample_unit.workplace.register(), response.answers)
        cells = _register_cells(response, labels) + _case_cells(round_, response, weighting)
        for block in blocks:
            cells += block.cells(taken, words=may_leave(response))
        yield cells


def may_leave(response: Response) -> bool:
    """Return whether the response's own words have been read, and name nobody; needs ``screening`` selected."""
    screening: Screening | None = getattr(response, "screening", None)
    return screening is not None and screening.passes


def lines(round_: Round, style: Style) -> Iterator[str]:
    """Yield the file in pieces of many rows."""
    buffer = io.StringIO()
    decimal_comma = style.decimal_comma
    writer = csv.writer(buffer, delimiter=";" if decimal_comma else ",", lineterminator="\r\n")
    if not style.raw:
        buffer.write(BYTE_ORDER_MARK)
    for number, row in enumerate(rows(round_, style)):
        writer.writerow(row if style.raw else [cell and for_spreadsheet(cell, decimal_comma) for cell in row])
        if number % ROWS_PER_CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Block:
    """The columns of one question, in order; ``names`` is empty for a question without any."""

    question: Question
    style: Style
    rows: tuple[str, ...]
    options: Mapping[str, Choice]
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self._names()))

    def _names(self) -> Iterator[str]:
        code = self.question.code
        match self.question.type:
            case "single":
                yield code
                yield from (f"{code}__{option}__text" for option in self._open_options())
            case "multi":
                for option in self.options:
                    yield f"{code}__{option}"
                    if option in self._open_options():
                        yield f"{code}__{option}__text"
            case "grid":
                yield from (f"{code}__{row}" for row in self.rows)
            case "grid_multi":
                yield from (f"{code}__{row}__{option}" for row in self.rows for option in self.options)
            case "open" if self.style.texts:
                yield code

    def _open_options(self) -> tuple[str, ...]:
        return self.question.open_codes if self.style.texts else ()

    def cells(self, taken: Route, *, words: bool) -> Sequence[Cell]:
        """Return what this respondent answered, cell by cell; empty where nothing was asked or answered.

        ``words``: their own words may leave.
        """
        item, answer = taken.item(self.question.code), taken.answers.get(self.question.code)
        if item is None or answer is None:
            return [""] * len(self.names)
        match self.question.type, answer:
            case "single", str():
                return [
                    self._choice(answer, taken),
                    *(self._text(item, option, taken, words) for option in self._open_options()),
                ]
            case "multi", list():
                return list(self._marks(item, answer, taken, words))
            case "grid", dict():
                return [self._choice(answer.get(row), taken) for row in self.rows]
            case "grid_multi", dict():
                return self._grid_marks(item, answer)
        return [str(answer) if words else ""]

    def _choice(self, code: str | None, taken: Route) -> Cell:
        if code is None or not self.style.labels:
            return code or ""
        return self.options[code].label.text(self.style.language, taken.register)

    def _marks(self, item: Item, marks: list[str], taken: Route, words: bool) -> Iterator[Cell]:
        offered, open_options = item.option_codes, self._open_options()
        for option in self.options:
            yield int(option in marks) if option in offered else ""
            if option in open_options:
                yield self._text(item, option, taken, words)

    def _grid_marks(self, item: Item, cells: Mapping[str, list[str]]) -> list[Cell]:
        """Return 1 or 0 per row and option; empty in a row that was not asked."""
        offered = item.option_codes
        return [
            int(option in cells[row]) if row in cells and option in offered else ""
            for row in self.rows
            for option in self.options
        ]

    def _text(self, item: Item, option: str, taken: Route, words: bool) -> Cell:
        return str(taken.answers.get(item.text_key(option), "")) if words else ""


def _blocks(questionnaire: Questionnaire, style: Style) -> list[Block]:
    """Return the columns of this version: what is switched off has none."""
    blocks = []
    for question in questionnaire.questions:
        if question.enabled and question.type != "display":
            rows = _rows(questionnaire, question)
            blocks.append(Block(question, style, rows, {option.code: option for option in question.options_on}))
    return [block for block in blocks if block.names]


def _rows(questionnaire: Questionnaire, question: Question) -> tuple[str, ...]:
    """Return the rows that a grid can have: where they come from another question, one per option that can be a row."""
    if question.rows_marked_in is None:
        return tuple(row.code for row in question.rows_on)
    source = questionnaire.question(question.rows_marked_in)
    return tuple(option.code for option in source.options_on if not option.exclusive)


def _register_cells(response: Response, labels: Mapping[str, Mapping[str, str]]) -> list[Cell]:
    """``labels`` holds the labels of the codes of a register variable, by its name; without any, codes are written."""
    workplace = response.case.sample_unit.workplace
    cells: dict[str, Cell] = {
        "reg_id": workplace.register_id,
        "reg_level": workplace.level,
        "reg_authority_code": workplace.authority_code,
        "reg_authority": workplace.authority,
        "reg_industry_group": workplace.industry_group,
        "reg_employees": workplace.employees,
        "reg_size_class": workplace.size_class,
        "reg_region": workplace.region,
    }
    return [labels.get(name, {}).get(str(cells[name]), cells[name]) for name in REGISTER_COLUMNS]


def _register_labels(questionnaire: Questionnaire, style: Style) -> dict[str, dict[str, str]]:
    if not style.labels:
        return {}
    return {
        variable.name: {choice.code: choice.label.text(style.language, {}) for choice in variable.codes}
        for variable in questionnaire.register
    }


def _case_cells(round_: Round, response: Response, weighting: Weighting) -> list[Cell]:
    unit = response.case.sample_unit
    stratum = weighting.strata[weighting.place[unit.stratum_id]]
    assert response.submitted_at is not None
    return [
        round_.slug,
        int(round_.rehearsal),
        str(round_.questionnaire),
        response.case.language,
        response.mode,
        int(response.proxy),
        _second(timezone.localtime(response.started_at)),
        _second(timezone.localtime(response.submitted_at)),
        int(is_late(response.submitted_at, round_.deadline, zone())),
        stratum.code,
        stratum.population_size,
        stratum.sample_size,
        unit.inclusion_probability,
        *(weighting.of(unit.stratum_id) or ("", "")),
    ]


def _second(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
