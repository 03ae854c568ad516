"""The main table of a round: one row per submitted response, and per unit that is known not to be eligible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

import numpy as np
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray
from orjson import loads

from barometer.bulk import one_of
from responses.exports.about import CONSTANTS, about_of, constant_variables, constants
from responses.exports.answers import BlockCells, RowCells, answer_cells
from responses.exports.derived import DerivedCells, derived_cells
from responses.exports.study import study_of
from responses.exports.table import About, Part, Parts, Table
from responses.exports.units import FIELDS, OF_MANY, REGISTER, Row, Unit, UnitCells, pseudonym
from responses.models import Case
from responses.statistics.dispositions import Disposition
from responses.variables import (
    Block,
    Privacy,
    Texts,
    Variable,
    answer_blocks,
    derived_variables,
    said,
    written,
)
from surveys.models import Round
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.known_routes import KnownRoutes

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases in the order of their pseudonyms, a hundred thousand in some 3 MB.

    ``numbers``, ``names`` (the pseudonyms as numbers) and ``kinds`` have one entry per case; ``rows[kind]`` is what
    all cases of a kind have in common: ``OF_MANY``.
    """

    numbers: NDArray[np.int64]
    names: NDArray[np.uint64]
    kinds: NDArray[np.int64]
    rows: Sequence[Row]

    def piece(self, start: int) -> "Cases":
        here = slice(start, start + AT_ONCE)
        return Cases(self.numbers[here], self.names[here], self.kinds[here], self.rows)


def responses_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return the table; its rows are in the order of the pseudonyms, which tells nothing of the workplaces.

    A handful of queries here, and one per 500 rows.
    """
    about = about_of(round_, "responses", privacy, language)
    made = _Responses(round_, privacy, about)
    cases = made.ordered_cases()
    return Table(
        about,
        made.variables,
        len(cases.numbers),
        [partial(made.rows, cases.piece(start)) for start in range(0, len(cases.numbers), AT_ONCE)],
        sections=made.sections(),
        study=study_of(round_, made.definition.languages),
    )


@dataclass(slots=True)
class _Responses:
    """Makes the rows; one for one file."""

    round: Round
    privacy: Privacy
    about: About
    definition: Questionnaire = field(init=False)
    variables: tuple[Variable, ...] = field(init=False)
    units: UnitCells = field(init=False)
    blocks: tuple[Block, ...] = field(init=False)
    answers: tuple[BlockCells | RowCells, ...] = field(init=False)
    derived: tuple[DerivedCells, ...] = field(init=False)
    routes: KnownRoutes = field(init=False)
    register: tuple[str, ...] = field(init=False)
    constants: Part = field(init=False)

    def __post_init__(self) -> None:
        self.definition = definition = self.round.questionnaire.definition()
        self.blocks = answer_blocks(definition, texts=self.privacy is Privacy.FULL)
        self.answers = answer_cells(self.blocks)
        self.units = UnitCells(self.round, self.privacy, definition.languages)
        self.derived = derived_cells(definition)
        self.routes = KnownRoutes(definition, texts=self.privacy is Privacy.FULL)
        self.register = tuple(name for name in REGISTER if name in self.routes.read)
        self.constants = constants(self.about)
        self.variables = (
            *self.units.variables(),
            *(variable for block in self.blocks for variable in block.variables),
            *derived_variables(definition),
            *constant_variables(definition.languages),
        )

    def sections(self) -> tuple[tuple[Texts, int], ...]:
        """Return the headings of the codebook: the questionnaire's pages, and what stands before and after them."""
        languages = self.definition.languages
        pages: list[tuple[Texts, int]] = []
        for label, blocks in groupby(self.blocks, lambda block: self.definition.page_of(block.question.code).label):
            pages.append((written(label, languages), sum(len(block.variables) for block in blocks)))
        return (
            (said(_("Workplace, design and weights"), languages), len(self.units.variables())),
            *pages,
            (said(_("Derived variables"), languages), len(derived_variables(self.definition))),
            (said(_("The same in all rows"), languages), len(CONSTANTS)),
        )

    def cases(self) -> QuerySet[Case]:
        submitted = Q(response__submitted_at__isnull=False)
        cases = Case.objects.of_round(self.round).filter(submitted | Q(disposition=Disposition.INELIGIBLE))
        return cases.annotate(submitted=submitted).order_by()

    def ordered_cases(self) -> Cases:
        """Read all cases, but not their answers."""
        kinds: dict[tuple[object, ...], int] = {}
        columns = [FIELDS.get(name, name) for name in OF_MANY]
        read = self.cases().values_list("pk", *columns).iterator()
        numbered = ((case, kinds.setdefault(tuple(kind), len(kinds))) for case, *kind in read)
        found = np.fromiter(numbered, np.dtype((np.int64, 2)))
        named = (int(pseudonym(self.round, case), 16) for case in found[:, 0].tolist())
        names = np.fromiter(named, np.uint64, len(found))
        order = np.argsort(names)
        rows = [dict(zip(OF_MANY, kind, strict=True)) for kind in kinds]
        return Cases(found[order, 0], names[order], found[order, 1], rows)

    def rows(self, cases: Cases) -> Iterator[Parts]:
        """Yield the rows of the cases, in their order; what the file does not need of them is not read."""
        numbers: list[int] = cases.numbers.tolist()
        more = {"passes"} if self.privacy is Privacy.FULL else set()
        names = sorted({*self.units.fields(), *self.register, *more} - set(OF_MANY))
        as_text = Cast(FIELDS["answers"], TextField())  # for a parser that is faster than Django's
        columns: list[str | Cast] = [as_text, *(FIELDS[name] for name in names)]
        read = self.cases().filter(pk__in=one_of(numbers)).values_list("pk", *columns)
        found = {case: row for case, *row in read}
        units = []
        for case, name, kind in zip(numbers, cases.names.tolist(), cases.kinds.tolist(), strict=True):
            of_many = cases.rows[kind]
            if case in found:
                text, *row = found[case]
                if text is not None or not of_many["submitted"]:
                    of_all = {**of_many, **dict(zip(names, row, strict=True))} if row else of_many
                    units.append(Unit(case, f"{name:016x}", of_all, text and loads(text)))
        yield from self._rows(units)

    def _rows(self, units: list[Unit]) -> Iterator[list[Part]]:
        submitted = [unit for unit in units if unit.row["submitted"]]
        registers = [{name: unit.row[name] for name in self.register} for unit in submitted]
        walks = self.routes.walk(registers, [unit.answers for unit in submitted])
        words = [bool(unit.row.get("passes")) for unit in submitted]
        columns = [answer.of(walks, words) for answer in self.answers]
        columns += [derived.of(walks) for derived in self.derived]
        answers = zip(*columns, strict=True)
        nothing = [each.nothing for each in (*self.answers, *self.derived)]
        for unit in units:
            given = next(answers) if unit.row["submitted"] else nothing
            yield [*self.units.parts(unit), *given, self.constants]
