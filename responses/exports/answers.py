"""The cells of responses' answers, question by question; what was asked before gives the same part again."""

from collections.abc import Iterable, Mapping, Sequence

from responses.exports.table import Part
from responses.variables import NO_ANSWER, Block, Cell
from surveys.questionnaire.definition import Answers
from surveys.questionnaire.known_routes import Step, Walks
from surveys.questionnaire.routing import marked_texts


def answer_cells(blocks: Iterable[Block]) -> "tuple[BlockCells | RowCells, ...]":
    """Return what gives the cells of the blocks, in order; those of a grid row by row."""
    found: list[BlockCells | RowCells] = []
    for block in blocks:
        found += [RowCells(block, row) for row in block.rows] if block.question.has_rows else [BlockCells(block)]
    return tuple(found)


class RowCells:
    """Gives the cells of one row of a grid: few answers to it differ, though hardly two grids are alike."""

    def __init__(self, block: Block, row: str) -> None:
        self.block, self.row = block, row
        self.nothing = Part((None,) * (len(block.variables) // len(block.rows)))

    def of(self, walks: Walks, _words: Sequence[bool]) -> list[Part]:
        """Return the cells of each respondent."""
        found: list[Part] = walks.row(self.block.question.code, self.row).of(self, self._part).tolist()
        return found

    def _part(self, step: Step | None) -> Part:
        if step is None:
            return self.nothing
        cell = None if step.answer is None else step.answer[self.row]
        if self.block.question.type == "grid":
            return Part((NO_ANSWER if cell is None else cell,))
        return Part(_marks(self.block, cell, step.offered.options))


class BlockCells:
    """Gives the cells of one block. Equal answers give one and the same part, so that it need be rendered only once."""

    def __init__(self, block: Block) -> None:
        self.block, self.question, self.code = block, block.question, block.question.code
        self.nothing = Part((None,) * len(block.variables))
        self.has_words = self.question.type == "open" or bool(block.texts)

    def of(self, walks: Walks, words: Sequence[bool]) -> list[Part]:
        """Return the cells of each respondent; ``words``: whether what somebody wrote may leave."""
        steps = walks.steps_of(self.code)
        found: list[Part] = steps.of(self, self._part).tolist()
        if self.has_words:
            for place in (place for place, leaves in enumerate(words) if leaves):
                if (step := steps.at(place)) is not None:
                    own = self._own_words(step, walks.answers[place])
                    found[place] = Part(self._made(step, own))
        return found

    def _part(self, step: Step | None) -> Part:
        return self.nothing if step is None else Part(self._made(step, {}))

    def _own_words(self, step: Step, stored: Answers) -> dict[str, str]:
        """Return the texts of the open options that have one; of an open question under its own code."""
        item, answer = step.item, step.answer
        if self.question.type == "open":
            return {} if answer is None else {item.code: str(answer)}
        texts = marked_texts(item, answer, stored)
        return {option: texts[item.text_key(option)] for option in self.block.texts if item.text_key(option) in texts}

    def _made(self, step: Step, own: Mapping[str, str]) -> list[Cell]:
        match self.question.type:
            case "open":
                return [own.get(self.code)]
            case "single":
                answer = step.answer if isinstance(step.answer, str) else NO_ANSWER
                return [answer, *(own.get(option) for option in self.block.texts)]
        found: list[Cell] = []
        for option, cell in zip(self.block.options, _marks(self.block, step.answer, step.offered.options), strict=True):
            found.append(cell)
            if option in self.block.texts:
                found.append(own.get(option))
        return found


def _marks(block: Block, given: object, offered: tuple[str, ...]) -> list[Cell]:
    """Return 1 or 0 per option; None for one that was not offered, ``NO_ANSWER`` for all where none was marked."""
    if not isinstance(given, list | tuple):
        return [NO_ANSWER if option in offered else None for option in block.options]
    return [int(option in given) if option in offered else None for option in block.options]
