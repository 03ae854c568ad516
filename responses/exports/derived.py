"""The cells of the derived variables: 1, 0, open where an answer they rest on is missing, else nothing."""

from collections.abc import Iterable
from itertools import groupby

import numpy as np

from responses.exports.table import Part
from responses.variables import NO_ANSWER, Cell
from surveys.questionnaire.definition import OUTCOME, Questionnaire
from surveys.questionnaire.expression_checks import rests_on
from surveys.questionnaire.known_routes import Walks
from surveys.questionnaire.numbering import Joint

CELLS: tuple[Cell, ...] = (0, 1, None, NO_ANSWER)


def derived_cells(questionnaire: Questionnaire) -> "tuple[DerivedCells, ...]":
    """Return what gives the cells of all derived variables, in order; neighbours that rest on the same are one."""
    listed = [(d.name, rests_on(questionnaire, d.expression)) for d in questionnaire.derived if d.name != OUTCOME]
    return tuple(
        DerivedCells([name for name, _names in group], names, questionnaire)
        for names, group in groupby(listed, lambda each: each[1])
    )


class DerivedCells:
    """Gives the cells of derived variables that rest on the same; equal ones are one and the same part.

    As in ``responses.dataset.truth_code``, an unknown value is open when a question that it rests on is.
    """

    def __init__(self, derived: Iterable[str], names: frozenset[str], questionnaire: Questionnaire) -> None:
        self.derived = tuple(derived)
        self.questions = tuple(sorted(name for name in names if questionnaire.has_question(name)))
        self.nothing = Part((None,) * len(self.derived))
        self.known = Joint()

    def of(self, walks: Walks) -> list[Part]:
        """Return the cells of each respondent."""
        is_open = np.zeros(len(walks.answers), bool)
        for question in self.questions:
            is_open |= walks.incomplete(question)
        unknown = np.where(is_open, CELLS.index(NO_ANSWER), CELLS.index(None))
        values = [walks.values(name).of("truth", _truth, np.intp) for name in self.derived]
        columns = [np.where(value == CELLS.index(None), unknown, value) for value in values]

        def made(place: int) -> Part:
            return Part([CELLS[column[place]] for column in columns])

        numbers = self.known.together(columns, len(walks.answers), made)
        found: list[Part] = self.known.of(numbers, "part", lambda part: part).tolist()
        return found


def _truth(value: object) -> int:
    return CELLS.index(None if value is None else int(value is True))
