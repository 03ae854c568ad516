"""The cells of one response's answers, question by question; what was asked before gives the same tuple again."""

from collections.abc import Mapping
from typing import TypeAlias

from responses.variables import NO_ANSWER, Block, Cell
from surveys.questionnaire.routing import Item, Route

Cells: TypeAlias = tuple[Cell, ...]
MOST_KEPT = 4_000  # tuples of one block: beyond that, what a few respondents share is not worth the memory


class BlockCells:
    """Gives the cells of one block. Equal answers give one and the same tuple, so that it need be rendered only once.

    ``words``: whether what this respondent wrote may leave.
    """

    def __init__(self, block: Block) -> None:
        self.block, self.question = block, block.question
        self.nothing: Cells = (None,) * len(block.variables)
        self.varies = block.question.options_vary or block.question.rows_vary or bool(block.question.rows_marked_in)
        self.known: dict[object, Cells] = {}

    def of(self, route: Route, *, words: bool) -> Cells:
        item = route.scope.items.get(self.question.code)
        return self.nothing if item is None else self.cells(item, route.answers, words=words)

    def cells(self, item: Item, answers: Mapping[str, object], *, words: bool) -> Cells:
        """Return the cells of a question that was asked, from the answers that count."""
        answer = answers.get(self.question.code)
        if self.question.type == "open":
            return (str(answer),) if answer is not None and words else (None,)
        own = self._own_words(item, answers) if words and self.block.texts else {}
        key = _key(answer), tuple(own.items()), (item.row_codes, item.option_codes) if self.varies else None
        found = self.known.get(key)
        if found is None:
            found = self._made(item, answer, own)
            if len(self.known) >= MOST_KEPT:
                self.known.clear()
            self.known[key] = found
        return found

    def _own_words(self, item: Item, answers: Mapping[str, object]) -> dict[str, str]:
        """Return the texts of the open options that have one."""
        texts = ((option, answers.get(item.text_key(option))) for option in self.block.texts)
        return {option: str(text) for option, text in texts if text}

    def _made(self, item: Item, answer: object, own: Mapping[str, str]) -> Cells:
        offered = frozenset(item.option_codes)
        found: list[Cell] = []
        match self.question.type:
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
        return tuple(found)

    def _row(self, given: object, offered: frozenset[str], *, asked: bool) -> list[Cell]:
        if self.question.type == "grid":
            return [(given if isinstance(given, str) else NO_ANSWER) if asked else None]
        return self._marks(given, offered) if asked else [None] * len(self.block.options)

    def _marks(self, given: object, offered: frozenset[str]) -> list[Cell]:
        """Return 1 or 0 per option; None for one that was not offered, ``NO_ANSWER`` for all where none was marked."""
        if not isinstance(given, list):
            return [NO_ANSWER if option in offered else None for option in self.block.options]
        return [int(option in given) if option in offered else None for option in self.block.options]


def _key(answer: object) -> object:
    """Return something that can be a key of a dictionary and tells one answer from every other."""
    match answer:
        case list():
            return tuple(answer)
        case dict():
            return tuple((row, tuple(cell) if isinstance(cell, list) else cell) for row, cell in answer.items())
    return answer
