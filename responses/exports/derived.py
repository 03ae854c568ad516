"""The cells of the derived variables: 1, 0, open where an answer they rest on is missing, else nothing."""

from collections.abc import Mapping

from responses.dataset import truth_code
from responses.exports.answers import Cells
from responses.statistics.estimation import NOT_ANSWERED, NOT_ASKED
from responses.variables import NO_ANSWER, Cell
from surveys.questionnaire.definition import OUTCOME, Questionnaire
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.routing import Route

CELLS: Mapping[int, Cell] = {NOT_ASKED: None, NOT_ANSWERED: NO_ANSWER}


class DerivedCells:
    """Gives the cells of all derived variables of a route."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.derived = tuple(
            (derived.name, sorted(reads(questionnaire, derived.expression)))
            for derived in questionnaire.derived
            if derived.name != OUTCOME
        )
        self.nothing: Cells = (None,) * len(self.derived)
        self.known: dict[Cells, Cells] = {}

    def of(self, route: Route) -> Cells:
        codes = [truth_code(route, route.value(name), questions) for name, questions in self.derived]
        found = tuple([CELLS.get(code, code) for code in codes])
        return self.known.setdefault(found, found)
