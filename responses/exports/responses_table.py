"""The main table of a round: one row per submitted response, and per unit that is known not to be eligible."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from responses.exports.about import about_of
from responses.exports.answers import BlockCells
from responses.exports.derived import DerivedCells
from responses.exports.study import study_of
from responses.exports.table import About, Part, Parts, Table
from responses.exports.units import FIELDS, REGISTER, Row, UnitCells, pseudonym
from responses.models import Case
from responses.statistics.dispositions import Disposition
from responses.variables import (
    Kind,
    Privacy,
    Texts,
    Variable,
    answer_blocks,
    derived_variables,
    said,
    truths,
    written,
)
from surveys.models import Round
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.routing import route

AT_ONCE = 500
CONSTANTS = (
    ("case_round", Kind.TEXT, _("Round")),
    ("case_rehearsal", Kind.MARK, _("Rehearsal: made-up data")),
    ("case_questionnaire", Kind.TEXT, _("Questionnaire and its version")),
    ("file_privacy", Kind.TEXT, _("Privacy level of the file")),
    ("file_weights", Kind.TEXT, _("Which weights: a weight set, or live (of what is known today)")),
    ("file_program", Kind.TEXT, _("Program that made the file")),
)


def responses_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return the table; its rows are in the order of the pseudonyms, which tells nothing of the workplaces.

    A handful of queries here, and two per 500 rows.
    """
    about = about_of(round_, "responses", privacy, language)
    made = _Responses(round_, privacy, about)
    cases = sorted(made.cases().values_list("pk", flat=True), key=lambda pk: pseudonym(round_, pk))
    return Table(
        about,
        made.variables,
        len(cases),
        lambda: made.rows(cases),
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
    blocks: tuple[BlockCells, ...] = field(init=False)
    derived: DerivedCells = field(init=False)
    constants: Part = field(init=False)

    def __post_init__(self) -> None:
        self.definition = definition = self.round.questionnaire.definition()
        blocks = answer_blocks(definition, texts=self.privacy is Privacy.FULL)
        self.units = UnitCells(self.round, self.privacy, definition.languages)
        self.blocks = tuple(BlockCells(block) for block in blocks)
        self.derived = DerivedCells(definition)
        about = self.about
        self.constants = (
            about.round,
            int(about.rehearsal),
            about.questionnaire,
            about.privacy,
            about.weights,
            about.program,
        )
        self.variables = (
            *self.units.variables(),
            *(variable for block in blocks for variable in block.variables),
            *derived_variables(definition),
            *(
                Variable(name, kind, said(label, languages), truths(languages) if kind is Kind.MARK else ())
                for languages in [definition.languages]
                for name, kind, label in CONSTANTS
            ),
        )

    def sections(self) -> tuple[tuple[Texts, int], ...]:
        """Return the headings of the codebook: the questionnaire's pages, and what stands before and after them."""
        languages = self.definition.languages
        pages: list[tuple[Texts, int]] = []
        for label, blocks in groupby(self.blocks, lambda made: self.definition.page_of(made.question.code).label):
            pages.append((written(label, languages), sum(len(made.block.variables) for made in blocks)))
        return (
            (said(_("Workplace, design and weights"), languages), len(self.units.variables())),
            *pages,
            (said(_("Derived variables"), languages), len(derived_variables(self.definition))),
            (said(_("The same in all rows"), languages), len(CONSTANTS)),
        )

    def cases(self) -> QuerySet[Case]:
        submitted = Q(response__submitted_at__isnull=False)
        return Case.objects.of_round(self.round).filter(submitted | Q(disposition=Disposition.INELIGIBLE)).order_by()

    def rows(self, cases: list[int]) -> Iterator[Parts]:
        for start in range(0, len(cases), AT_ONCE):
            chunk = cases[start : start + AT_ONCE]
            found = {
                values[0]: dict(zip(FIELDS, values, strict=True))
                for values in self.cases().filter(pk__in=chunk).values_list(*FIELDS.values())
            }
            yield from (self._row(found[case]) for case in chunk if case in found)

    def _row(self, row: Row) -> list[Part]:
        unit = self.units.cells(row)
        if row["submitted_at"] is None:
            return [unit, *(block.nothing for block in self.blocks), self.derived.nothing, self.constants]
        register = {name: row[name] for name in REGISTER}
        taken = route(self.definition, register, row["answers"])  # type: ignore[arg-type]
        words = bool(row["passes"])
        answers = [block.of(taken, words=words) for block in self.blocks]
        return [unit, *answers, self.derived.of(taken), self.constants]
