"""The cells of the derived variables: 1, 0, open where an answer they rest on is missing, else nothing."""

from collections.abc import Iterable
from itertools import groupby

from responses.exports.table import Part
from responses.variables import NO_ANSWER, Cell
from surveys.questionnaire.definition import OUTCOME, Questionnaire
from surveys.questionnaire.expression_checks import rests_on
from surveys.questionnaire.known_routes import Kept, Step, Walks


def derived_cells(questionnaire: Questionnaire) -> "tuple[DerivedCells, ...]":
    """Return what gives the cells of all derived variables, in order; neighbours that rest on the same are one."""
    listed = [(d.name, rests_on(questionnaire, d.expression)) for d in questionnaire.derived if d.name != OUTCOME]
    return tuple(
        DerivedCells([name for name, _names in group], names, questionnaire)
        for names, group in groupby(listed, lambda each: each[1])
    )


class DerivedCells:
    """Gives the cells of derived variables that rest on the same; equal ones are one and the same part."""

    def __init__(self, derived: Iterable[str], names: frozenset[str], questionnaire: Questionnaire) -> None:
        self.derived = tuple(derived)
        self.questions = tuple(sorted(name for name in names if questionnaire.has_question(name)))
        self.nothing = Part((None,) * len(self.derived))
        self.known = Kept[Part]()

    def of(self, walks: Walks) -> list[Part]:
        """Return the cells of each respondent."""
        steps = [walks.steps_of(code) for code in self.questions]
        columns = []
        for name in self.derived:
            column: list[Cell] = [1 if value is True else None if value is None else 0 for value in walks.values(name)]
            if None in column:
                for place in (place for place, cell in enumerate(column) if cell is None):
                    column[place] = _unknown([of_question[place] for of_question in steps])
            columns.append(column)
        keys = list(zip(*columns, strict=True))
        return self.known.column(keys, lambda place: Part(keys[place]))


def _unknown(steps: Iterable[Step | None]) -> Cell:
    """As ``responses.dataset.truth_code``: an unknown value is open when a question that it rests on is."""
    return NO_ANSWER if any(step is not None and not step.complete for step in steps) else None
