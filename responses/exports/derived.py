"""The cells of the derived variables: 1, 0, open where an answer they rest on is missing, else nothing."""

from responses.exports.answers import Cells
from responses.variables import NO_ANSWER, Cell
from surveys.questionnaire.definition import OUTCOME, Questionnaire
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.routing import Route


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
        found = tuple([self._cell(route, name, questions) for name, questions in self.derived])
        return self.known.setdefault(found, found)

    def _cell(self, route: Route, name: str, questions: list[str]) -> Cell:
        value = route.value(name)
        if value is not None:
            return int(value is True)
        asked = (item for code in questions if (item := route.item(code)))
        open_ = any(not item.complete(route.answers.get(item.code)) for item in asked)
        return NO_ANSWER if open_ else None
