"""What a question and an answer are called, for one respondent in one language."""

from dataclasses import dataclass

from surveys.questionnaire.definition import Answers, Choice, Label, Questionnaire, Register
from surveys.questionnaire.routing import Item, Route


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of an answer in words; ``row`` is the label of the grid row that it belongs to, or ""."""

    row: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The questionnaire's own words in ``language``, for the workplace that ``register`` describes."""

    questionnaire: Questionnaire
    register: Register
    language: str

    @classmethod
    def of(cls, route: Route, language: str) -> "Wording":
        return cls(route.questionnaire, route.register, language)

    def text(self, label: Label | None) -> str:
        return label.text(self.language, self.register) if label else ""

    def general(self, name: str) -> str:
        """A text that belongs to the whole questionnaire (``texts:``), or ""."""
        return self.text(self.questionnaire.texts.get(name))

    def row(self, item: Item, row: Choice) -> str:
        return item.row_label(row, self.language, self.register)

    def option(self, item: Item, code: str) -> str:
        return next((self.text(option.label) for option in item.options if option.code == code), code)

    def answer(self, item: Item, answers: Answers) -> tuple[AnswerLine, ...]:
        """The stored answer in words, a line per row of a grid; () when there is none."""
        answer = item.cut(answers.get(item.code))
        match answer:
            case dict():
                rows = (row for row in item.rows if row.code in answer)
                return tuple(AnswerLine(self.row(item, row), self._marks(item, answer[row.code], {})) for row in rows)
            case str() if item.question.type == "open":
                return (AnswerLine("", (answer,)),)
            case None:
                return ()
            case _:
                return (AnswerLine("", self._marks(item, answer, answers)),)

    def _marks(self, item: Item, answer: object, answers: Answers) -> tuple[str, ...]:
        codes = answer if isinstance(answer, list) else [answer]
        return tuple(self._mark(item, option, answers) for option in item.options if option.code in codes)

    def _mark(self, item: Item, option: Choice, answers: Answers) -> str:
        own_words = answers.get(item.text_key(option.code)) if option.open else None
        label = self.text(option.label)
        return f"{label}: {own_words}" if isinstance(own_words, str) and own_words.strip() else label
