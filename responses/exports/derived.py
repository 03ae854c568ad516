"""The cells of the derived variables: 1, 0, open where an answer they rest on is missing, else nothing."""

from responses.exports.table import Part
from responses.variables import NO_ANSWER, Cell
from surveys.questionnaire.definition import OUTCOME, Questionnaire
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.known_routes import MOST_KEPT, Walk


class DerivedCells:
    """Gives the cells of all derived variables of a respondent; equal ones are one and the same part."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.derived = tuple(
            (derived.name, tuple(sorted(reads(questionnaire, derived.expression))))
            for derived in questionnaire.derived
            if derived.name != OUTCOME
        )
        self.nothing = Part((None,) * len(self.derived))
        self.known: dict[tuple[Cell, ...], Part] = {}

    def of(self, walk: Walk) -> Part:
        values, lookup = walk.values, walk.lookup
        cells: list[Cell] = []
        for name, questions in self.derived:
            value = values[name] if name in values else lookup(name)
            cells.append(1 if value is True else _unknown(walk, questions) if value is None else 0)
        found = tuple(cells)
        part = self.known.get(found)
        if part is None:
            if len(self.known) >= MOST_KEPT:
                self.known.clear()
            part = self.known[found] = Part(found)
        return part


def _unknown(walk: Walk, questions: tuple[str, ...]) -> Cell:
    """As ``responses.dataset.truth_code``: an unknown value is open when a question that it rests on is."""
    for code in questions:
        step = walk.steps.get(code)
        if step is not None and not step.complete:
            return NO_ANSWER
    return None
