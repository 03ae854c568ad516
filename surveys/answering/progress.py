"""How far a respondent has come, told truthfully while the route is still open."""

from dataclasses import dataclass

from surveys.questionnaire.definition import OUTCOME, Question
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.routing import Route


@dataclass(frozen=True, slots=True)
class Progress:
    """Page ``page`` of ``pages``, both counted along the route from 1."""

    page: int
    pages: int


def progress(route: Route, number: int) -> Progress:
    """Return how far the page with this number is along the route, open conditions counted as true.

    So the long way is announced until the question that decides it is answered, and nobody sees beforehand which
    answer makes the questionnaire short. Answers that would end it as out of scope are not counted on.
    """
    outlook = _Outlook(route)
    before = sum(page.number < number for page in route.pages)
    after = 0
    for place, page in enumerate(route.questionnaire.pages, start=1):
        asked = [outlook.ask(route.questionnaire.question(code)) for code in page.questions]
        after += place > number and any(asked)
    return Progress(before + 1, before + 1 + after)


class _Outlook:
    """What conditions see when everything still open leads on (an ``expression.Scope``)."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.open: dict[str, Question] = {}  # asked, or perhaps to be asked, and not answered in full
        self.supposed: dict[str, object] = {}
        self.derived: dict[str, object] = {}

    def ask(self, question: Question) -> bool:
        """Whether the question is on the route or may come to be; call in questionnaire order."""
        item = self.route.item(question.code)
        asked = item is not None or (question.enabled and self._may_hold(question.ask_if))
        if asked and (item is None or not item.complete(self.route.answers.get(question.code))):
            self.open[question.code] = question
        return asked

    def _may_hold(self, condition: Expression | None) -> bool:
        if condition is None:
            return False  # asked always, and yet not on the route: there is nothing to mark
        value = condition.evaluate(self)
        return value is True or (value is None and self._is_open(condition))

    def _is_open(self, condition: Expression) -> bool:
        """Whether answers still to come can make the condition true without ending the questionnaire."""
        names = [name for name in condition.names if name in self.open]
        if len(names) != 1 or self.open[names[0]].type != "single":
            return bool(names)
        return any(self._leads_on(condition, names[0], option.code) for option in self.open[names[0]].options_on)

    def _leads_on(self, condition: Expression, question: str, code: str) -> bool:
        outcome = self.route.questionnaire.derived_named.get(OUTCOME)
        self.supposed = {question: code}
        try:
            return condition.evaluate(self) is not False and (
                outcome is None or outcome.expression.evaluate(self) is not False
            )
        finally:
            self.supposed = {}

    def lookup(self, name: str, /) -> object:
        if name in self.supposed:
            return self.supposed[name]
        value = self.route.scope.lookup(name)
        derived = self.route.questionnaire.derived_named.get(name)
        if value is not None or derived is None:
            return value
        if name in self.derived:
            return self.derived[name]
        found = derived.expression.evaluate(self)
        if self.supposed:
            return found
        self.derived[name] = True if found is None and self._is_open(derived.expression) else found
        return self.derived[name]

    def cell(self, question: str, row: str, /) -> object:
        return self.route.scope.cell(question, row)

    def any_row(self, question: str, codes: frozenset[str], /) -> bool | None:
        return self.route.scope.any_row(question, codes)

    def count(self, question: str, /) -> int | None:
        return self.route.scope.count(question)

    def answered(self, question: str, /) -> bool:
        return self.route.scope.answered(question)
