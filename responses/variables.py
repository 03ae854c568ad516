"""The variable list of a round's files: one list from the questionnaire, from which every format takes its columns.

What a cell holds, whatever the format (docs/export-format.md): None where nothing was asked, ``NO_ANSWER`` where
something was asked and left open, else a code, a mark (1 or 0), a number or a text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.answering.conditions import ConditionWords
from surveys.answering.whole import stand_in
from surveys.answering.wording import Wording
from surveys.models import IndustryGroup, Level, Region, SizeClass
from surveys.questionnaire.definition import OUTCOME, Choice, Label, Question, Questionnaire, Register
from surveys.questionnaire.expression import Expression

Cell: TypeAlias = str | int | float | None
Texts: TypeAlias = Mapping[str, str]

NO_ANSWER: Final = "not-answered"  # no code of a questionnaire can hold a hyphen
NO_ANSWER_NUMBER: Final = -2
MISSING_CODES = ("dk", "not_relevant")  # of an option: an answer, but none of those asked about
NO_ANSWER_TEXT = _("Asked, not answered")
MARKS = ((0, _("Not marked")), (1, _("Marked")))
TRUTHS = ((0, _("No")), (1, _("Yes")))


class Privacy(StrEnum):
    """How much a file tells of a workplace; each tells what the one before it tells, and more."""

    STATISTICAL = "statistical"
    RESEARCH = "research"
    FULL = "full"


class Kind(StrEnum):
    """What stands in the cells of a variable."""

    CODE = "code"
    MARK = "mark"  # 1 or 0
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"  # 2020-01-20 14:32:05 in Copenhagen


@dataclass(frozen=True, slots=True)
class Value:
    """One code of a variable, the number that stands for it in statistics programs, and its label by language."""

    code: str
    number: int
    label: Texts
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """One column.

    Attributes:
        label: by language; in grids and lists of marks what tells it from its neighbours comes first.
        values: of codes and marks, those that are missing values among them.
        question: the question as asked, by language; empty for what was not asked.
        base: who was asked, by language; empty for everybody.
    """

    name: str
    kind: Kind
    label: Texts
    values: tuple[Value, ...] = ()
    question: Texts = field(default_factory=dict)
    base: Texts = field(default_factory=dict)
    numbers: Mapping[Cell, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        codes: Iterable[Cell] = (
            int(v.code) if v.number >= 0 and self.kind is Kind.MARK else v.code for v in self.values
        )
        numbers = dict(zip(codes, (value.number for value in self.values), strict=True))
        object.__setattr__(self, "numbers", numbers)

    @property
    def missing(self) -> tuple[Value, ...]:
        return tuple(value for value in self.values if value.missing)

    def labels(self, language: str) -> dict[Cell, str]:
        """Return the label of every code that a cell can hold."""
        return {code: in_language(v.label, language) for code, v in zip(self.numbers, self.values, strict=True)}


@dataclass(frozen=True, slots=True)
class Block:
    """The variables of one question, with what its cells need: rows and options as they have columns."""

    question: Question
    rows: tuple[str, ...]
    options: tuple[str, ...]
    texts: tuple[str, ...]
    variables: tuple[Variable, ...]


def in_language(texts: Texts, language: str) -> str:
    """Return a text in a language, in another one where it is missing; "" for none."""
    return texts.get(language) or next(iter(texts.values()), "")


def said(text: Promise | str, languages: Sequence[str]) -> Texts:
    """Return a text of the program in several languages."""
    found = {}
    for language in languages:
        with translation.override(language):
            found[language] = str(text)
    return found


def written(label: Label, languages: Sequence[str], shown: Mapping[str, Register] = MappingProxyType({})) -> Texts:
    """Return a text of the questionnaire; where it differs by register code, the texts one after the other.

    ``shown``: what stands in the place of braces, by language.
    """
    found = {}
    for language in languages:
        chosen = label.texts[language if language in label.texts else min(label.texts)]
        text = chosen if isinstance(chosen, str) else " / ".join(dict.fromkeys(chosen.values()))
        found[language] = label.filled(text, shown[language]) if language in shown else text
    return found


def no_answer(languages: Sequence[str]) -> Value:
    return Value(NO_ANSWER, NO_ANSWER_NUMBER, said(NO_ANSWER_TEXT, languages), missing=True)


def truths(languages: Sequence[str], labels: Iterable[tuple[int, Promise]] = TRUTHS) -> tuple[Value, ...]:
    """Return the values of a variable that is 1 or 0."""
    return tuple(Value(str(number), number, said(label, languages)) for number, label in labels)


def coded(choices: Sequence[Choice], languages: Sequence[str], shown: Mapping[str, Register]) -> tuple[Value, ...]:
    """Return codes with their numbers: those of the questionnaire where all have one of their own, else 1, 2, 3 …

    What is switched off keeps its place, so that switching it on or off changes no other number.
    """
    given = [choice.value for choice in choices]
    own = None not in given and NO_ANSWER_NUMBER not in given and len(set(given)) == len(given)
    return tuple(
        Value(
            choice.code,
            choice.value if own and choice.value is not None else place,
            written(choice.label, languages, shown),
            missing=choice.code in MISSING_CODES,
        )
        for place, choice in enumerate(choices, start=1)
    )


REGISTER_CODES = {
    "reg_level": (_("Level of government"), Level),
    "reg_industry_group": (_("Industry group"), IndustryGroup),
    "reg_size_class": (_("Size class"), SizeClass),
    "reg_region": (_("Region"), Region),
}


def register_variables(languages: Sequence[str]) -> tuple[Variable, ...]:
    """Return the coarse register variables, in every file: the codes are the program's own."""
    return tuple(
        Variable(
            name,
            Kind.CODE,
            said(label, languages),
            tuple(
                Value(str(code), place, said(text, languages))
                for place, (code, text) in enumerate(codes.choices, start=1)
            ),
        )
        for name, (label, codes) in REGISTER_CODES.items()
    )


def derived_variables(questionnaire: Questionnaire) -> tuple[Variable, ...]:
    """Return the variables that follow from answers; what tells who is in scope is a column of the design already."""
    languages = questionnaire.languages
    values = (*truths(languages), no_answer(languages))
    return tuple(
        Variable(derived.name, Kind.MARK, written(derived.label, languages), values)
        for derived in questionnaire.derived
        if derived.name != OUTCOME
    )


def answer_blocks(questionnaire: Questionnaire, *, texts: bool) -> tuple[Block, ...]:
    """Return the variables of every question, in order; what is switched off in this version has none.

    ``texts``: with what is written in own words.
    """
    maker = _Blocks(questionnaire, texts)
    made = (maker.block(q) for q in questionnaire.questions if q.enabled and q.type != "display")
    return tuple(block for block in made if block.variables)


def rows_of(questionnaire: Questionnaire, question: Question) -> tuple[Choice, ...]:
    """Return the rows that a grid can have: where they come from another question, one per option that can be a row."""
    if question.rows_marked_in is None:
        return question.rows_on
    source = questionnaire.question(question.rows_marked_in)
    return tuple(option for option in source.options_on if not option.exclusive)


class _Blocks:
    """Makes the variables of a questionnaire's questions."""

    def __init__(self, questionnaire: Questionnaire, texts: bool) -> None:
        self.questionnaire, self.texts, self.languages = questionnaire, texts, questionnaire.languages
        self.open_end = no_answer(self.languages)
        self.marks = (*truths(self.languages, MARKS), self.open_end)
        self.shown: dict[str, Register] = {
            language: {variable.name: stand_in(variable, language) for variable in questionnaire.register}
            for language in self.languages
        }
        self.words = {
            language: ConditionWords(Wording(questionnaire, shown, language), {}, {})
            for language, shown in self.shown.items()
        }

    def block(self, question: Question) -> Block:
        rows = rows_of(self.questionnaire, question)
        return Block(
            question=question,
            rows=tuple(row.code for row in rows),
            options=tuple(option.code for option in question.options_on),
            texts=question.open_codes if self.texts else (),
            variables=tuple(self._variables(question, rows)),
        )

    def _variables(self, question: Question, rows: Sequence[Choice]) -> Iterator[Variable]:
        code, asked = question.code, self._written(question.label)
        values = (*coded(question.options, self.languages, self.shown), self.open_end)
        base = self._base([question.ask_if])
        match question.type:
            case "single":
                yield Variable(code, Kind.CODE, asked, values, asked, base)
                for option in question.options_on:
                    yield from self._text(question, option)
            case "multi":
                for option in question.options_on:
                    yield self._mark(question, option)
                    yield from self._text(question, option)
            case "grid":
                for row in rows:
                    label = self._before(row, asked)
                    row_base = self._base([question.ask_if, row.ask_if])
                    yield Variable(f"{code}__{row.code}", Kind.CODE, label, values, asked, row_base)
            case "grid_multi":
                for row in rows:
                    for option in question.options_on:
                        yield self._mark(question, option, row)
            case "open" if self.texts:
                yield Variable(code, Kind.TEXT, asked, (), asked, base)

    def _mark(self, question: Question, option: Choice, row: Choice | None = None) -> Variable:
        asked = self._written(question.label)
        label = self._before(option, self._before(row, asked) if row else asked)
        name = "__".join([question.code, *([row.code] if row else []), option.code])
        base = self._base([question.ask_if, row.ask_if if row else None, option.ask_if])
        return Variable(name, Kind.MARK, label, self.marks, asked, base)

    def _text(self, question: Question, option: Choice) -> Iterator[Variable]:
        if self.texts and option.open:
            asked = self._written(question.label)
            label = {
                language: f"{text} ({own})"
                for (language, text), own in zip(
                    self._before(option, asked).items(), said(_("in own words"), self.languages).values(), strict=True
                )
            }
            base = self._base([question.ask_if, option.ask_if])
            yield Variable(f"{question.code}__{option.code}__text", Kind.TEXT, label, (), asked, base)

    def _before(self, choice: Choice, asked: Texts) -> Texts:
        own = self._written(choice.label)
        return {language: f"{own[language]} – {text}" for language, text in asked.items()}

    def _written(self, label: Label) -> Texts:
        return written(label, self.languages, self.shown)

    def _base(self, conditions: Iterable[Expression | None]) -> Texts:
        """Put who is asked into words."""
        found = {}
        given = [condition for condition in conditions if condition is not None]
        for language, words in self.words.items():
            with translation.override(language):
                sentences = (words.sentence(words.condition(condition)) for condition in given)
                if text := " ".join(sentence for sentence in sentences if sentence):
                    found[language] = text
        return found
