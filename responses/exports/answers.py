"""The cells of one response's answers, question by question; what was asked before gives the same part again."""

from collections.abc import Mapping

from responses.exports.table import Part
from responses.variables import NO_ANSWER, Block, Cell
from surveys.questionnaire.definition import Answers
from surveys.questionnaire.known_routes import Step, Walk
from surveys.questionnaire.routing import Item, marked_texts


class BlockCells:
    """Gives the cells of one block. Equal answers give one and the same part, so that it need be rendered only once."""

    def __init__(self, block: Block) -> None:
        self.block, self.question, self.code = block, block.question, block.question.code
        self.nothing = Part((None,) * len(block.variables))
        self.has_words = self.question.type == "open" or bool(block.texts)

    def of(self, walk: Walk, stored: Answers, *, words: bool) -> Part:
        """Return the cells of a respondent; ``words``: whether what was written in ``stored`` may leave."""
        step = walk.steps.get(self.code)
        if step is None:
            return self.nothing
        if words and self.has_words:
            return Part(self._made(step.item, step.answer, self._own_words(step, stored)))
        found: Part | None = step.cells
        if found is None:
            found = step.cells = Part(self._made(step.item, step.answer, {}))
        return found

    def _own_words(self, step: Step, stored: Answers) -> dict[str, str]:
        """Return the texts of the open options that have one; of an open question under its own code."""
        item, answer = step.item, step.answer
        if self.question.type == "open":
            return {} if answer is None else {item.code: str(answer)}
        texts = marked_texts(item, answer, stored)
        return {option: texts[item.text_key(option)] for option in self.block.texts if item.text_key(option) in texts}

    def _made(self, item: Item, answer: object, own: Mapping[str, str]) -> list[Cell]:
        offered = frozenset(item.option_codes)
        found: list[Cell] = []
        match self.question.type:
            case "open":
                found = [own.get(item.code)]
            case "single":
                found = [answer if isinstance(answer, str) else NO_ANSWER]
                found += [own.get(option) for option in self.block.texts]
            case "multi":
                for option, cell in zip(self.block.options, self._marks(answer, offered), strict=True):
                    found.append(cell)
                    if option in self.block.texts:
                        found.append(own.get(option))
            case "grid" | "grid_multi":
                given = answer if isinstance(answer, dict) else {}
                asked = frozenset(item.row_codes)
                for row in self.block.rows:
                    found += self._row(given.get(row), offered, asked=row in asked)
        return found

    def _row(self, given: object, offered: frozenset[str], *, asked: bool) -> list[Cell]:
        if self.question.type == "grid":
            return [(given if isinstance(given, str) else NO_ANSWER) if asked else None]
        return self._marks(given, offered) if asked else [None] * len(self.block.options)

    def _marks(self, given: object, offered: frozenset[str]) -> list[Cell]:
        """Return 1 or 0 per option; None for one that was not offered, ``NO_ANSWER`` for all where none was marked."""
        if not isinstance(given, list):
            return [NO_ANSWER if option in offered else None for option in self.block.options]
        return [int(option in given) if option in offered else None for option in self.block.options]
