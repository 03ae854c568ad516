"""The main table of a round: one row per submitted response, and per unit that is known not to be eligible."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby
from typing import TypeAlias

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from barometer.bulk import one_of
from responses.exports.about import CONSTANTS, about_of, constant_variables, constants
from responses.exports.answers import BlockCells, RowCells, answer_cells
from responses.exports.derived import DerivedCells, derived_cells
from responses.exports.study import study_of
from responses.exports.table import About, Part, Parts, Table
from responses.exports.units import FIELDS, REGISTER, Row, UnitCells, pseudonym
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

Cases: TypeAlias = NDArray[np.int64]  # a hundred thousand of them take a megabyte


def responses_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return the table; its rows are in the order of the pseudonyms, which tells nothing of the workplaces.

    A handful of queries here, and one per 500 rows.
    """
    about = about_of(round_, "responses", privacy, language)
    made = _Responses(round_, privacy, about)
    cases = made.ordered_cases()
    pieces = [partial(made.rows, cases[start : start + AT_ONCE]) for start in range(0, len(cases), AT_ONCE)]
    return Table(
        about,
        made.variables,
        len(cases),
        lambda: chain.from_iterable(piece() for piece in pieces),
        pieces=pieces,
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
        """Return the numbers of the cases in the order of their pseudonyms."""
        cases = np.fromiter(self.cases().values_list("pk", flat=True).iterator(), np.int64)
        names = np.fromiter((int(pseudonym(self.round, case), 16) for case in cases), np.uint64, len(cases))
        return cases[np.argsort(names)]

    def rows(self, of: Cases) -> Iterator[Parts]:
        """Yield the rows of the cases, in their order; what the file does not need of them is not read."""
        cases: list[int] = of.tolist()
        more = {"answers", "passes"} if self.privacy is Privacy.FULL else {"answers"}
        names = sorted({*self.units.fields(), *self.register, *more})
        columns = [FIELDS.get(name, name) for name in names]
        values = self.cases().filter(pk__in=one_of(cases)).values_list("pk", *columns)
        found = {case: dict(zip(names, row, strict=True)) for case, *row in values}
        yield from self._rows([(case, found[case]) for case in cases if case in found])

    def _rows(self, rows: list[tuple[int, Row]]) -> Iterator[list[Part]]:
        submitted = [row for _case, row in rows if row["submitted"]]
        registers = [{name: row[name] for name in self.register} for row in submitted]
        walks = self.routes.walk(registers, [row["answers"] for row in submitted])
        words = [bool(row.get("passes")) for row in submitted]
        columns = [answer.of(walks, words) for answer in self.answers]
        columns += [derived.of(walks) for derived in self.derived]
        answers = zip(*columns, strict=True)
        nothing = [each.nothing for each in (*self.answers, *self.derived)]
        for case, row in rows:
            given = next(answers) if row["submitted"] else nothing
            yield [*self.units.parts(case, row), *given, self.constants]
