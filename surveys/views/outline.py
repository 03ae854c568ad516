"""A questionnaire laid out for its authors: every part with its texts, its routing and the problems found in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from barometer.problems import Problem, sentence
from surveys.actions.checking import IMPORT
from surveys.forms.expressions import in_words
from surveys.models import Part
from surveys.models.questionnaire import Question as QuestionRow
from surveys.models.questionnaire import RegisterVariable as RegisterVariableRow
from surveys.problem_texts import TEXTS
from surveys.questionnaire.checks import is_error
from surveys.questionnaire.definition import Choice, Label, Question, Questionnaire

SECTIONS = {
    "register": Part.REGISTER,
    "scales": Part.SCALE,
    "derived": Part.DERIVED,
    "pages": Part.PAGE,
    "texts": Part.TEXTS,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A problem in words; ``part`` and ``name`` say whose it is, ``inside`` which piece of that."""

    text: str
    is_warning: bool
    part: str
    name: str
    inside: str

    @property
    def target(self) -> str:
        """The id of that part on the outline; "" for the questionnaire as a whole."""
        return anchor(self.part, self.name) if self.part != Part.QUESTIONNAIRE else ""


@dataclass(slots=True)
class Line:
    """One part of the outline, a choice being one too; ``notes`` are short marks such as "required"."""

    part: str
    name: str
    text: str = ""
    notes: list[str] = field(default_factory=list)
    condition: str = ""
    problems: list[Said] = field(default_factory=list)
    choices: list["Line"] = field(default_factory=list)
    rows: list["Line"] = field(default_factory=list)
    parts: list["Line"] = field(default_factory=list)
    enabled: bool = True

    @property
    def id(self) -> str:
        return anchor(self.part, self.name)


def anchor(part: str, name: str) -> str:
    return f"{part}-{name}" if name else part


def said(problem: Problem) -> Said:
    """Return the problem in the active language, taken apart by where it lies."""
    first, _, rest = problem.where.partition(".")
    if first in SECTIONS and (rest or first == "texts"):
        part = str(SECTIONS[first])
        name, _, inside = rest.partition(".") if first != "texts" else ("", "", rest)
    elif first in ("", "reference_period") or problem.code.startswith(IMPORT):
        part, name, inside = str(Part.QUESTIONNAIRE), "", first
    else:
        part, name, inside = str(Part.QUESTION), first, rest
    text = sentence(Problem(problem.code, "", in_words(problem.params)), TEXTS)
    return Said(text, not is_error(problem), part, name, inside)


def outline(questionnaire: Questionnaire, problems: Iterable[Problem], language: str) -> dict[str, Any]:
    """Return what the page of a questionnaire shows, in one of its languages."""
    found = [said(problem) for problem in problems]
    make = _Outline(questionnaire, found, language)
    return {
        "pages": make.pages(),
        "scales": make.scales(),
        "derived": make.derived(),
        "register": make.register(),
        "texts": make.texts(),
        "problems": found,
        "errors": sum(not one.is_warning for one in found),
        "warnings": sum(one.is_warning for one in found),
        "own_problems": [one for one in found if one.part == Part.QUESTIONNAIRE],
    }


class _Outline:
    def __init__(self, questionnaire: Questionnaire, found: Sequence[Said], language: str) -> None:
        self.questionnaire = questionnaire
        self.found = found
        self.language = language

    def line(self, part: str, name: str, text: Label | None, **values: Any) -> Line:
        problems = [one for one in self.found if (one.part, one.name) == (part, name)]
        return Line(part=part, name=name, text=shown(text, self.language), problems=problems, **values)

    def pages(self) -> list[Line]:
        return [
            self.line(
                Part.PAGE,
                page.name,
                page.label,
                parts=[self.question(self.questionnaire.question(code)) for code in page.questions],
            )
            for page in self.questionnaire.pages
        ]

    def question(self, question: Question) -> Line:
        choices = [] if question.scale else self.choices(question.options)
        rows = [] if question.rows_like else self.choices(question.rows)
        return self.line(
            Part.QUESTION,
            question.code,
            question.label,
            notes=list(_notes(question)),
            condition=question.ask_if.text if question.ask_if else "",
            choices=choices,
            rows=rows,
            enabled=question.enabled,
        )

    def choices(self, choices: Iterable[Choice]) -> list[Line]:
        return [
            Line(
                part="choice",
                name=choice.code,
                text=shown(choice.label, self.language),
                notes=list(_choice_notes(choice)),
                condition=choice.ask_if.text if choice.ask_if else "",
                enabled=choice.enabled,
            )
            for choice in choices
        ]

    def scales(self) -> list[Line]:
        lines = []
        for name, choices in self.questionnaire.scales.items():
            users = [question.code for question in self.questionnaire.questions if question.scale == name]
            used = gettext("used by %(names)s") % {"names": ", ".join(users)} if users else gettext("not used")
            lines.append(self.line(Part.SCALE, name, None, notes=[used], choices=self.choices(choices)))
        return lines

    def derived(self) -> list[Line]:
        return [
            self.line(Part.DERIVED, derived.name, derived.label, condition=derived.expression.text)
            for derived in self.questionnaire.derived
        ]

    def register(self) -> list[Line]:
        types = dict(RegisterVariableRow.Type.choices)
        return [
            self.line(
                Part.REGISTER,
                variable.name,
                variable.label,
                notes=[str(types[variable.type])],
                choices=self.choices(variable.codes),
            )
            for variable in self.questionnaire.register
        ]

    def texts(self) -> Line:
        line = self.line(Part.TEXTS, "", None)
        line.parts = [Line("text", name, shown(text, self.language)) for name, text in self.questionnaire.texts.items()]
        return line


def shown(label: Label | None, language: str) -> str:
    """Return the text as written, braces and all; the first of several that go by the register."""
    text = label.texts.get(language, "") if label is not None else ""
    if not isinstance(text, str):
        return next(iter(text.values()), "")
    return text


def _notes(question: Question) -> Iterable[str]:
    yield str(dict(QuestionRow.Type.choices)[question.type])
    if question.type != "display" and not question.required:
        yield gettext("optional")
    if question.max_marks:
        yield gettext("at most %(most)s marks") % {"most": question.max_marks}
    if question.max_length:
        yield gettext("at most %(most)s characters") % {"most": question.max_length}
    if question.scale:
        yield gettext("scale %(name)s") % {"name": question.scale}
    if question.rows_like:
        yield gettext("rows as in %(name)s") % {"name": question.rows_like}
    if question.rows_marked_in:
        yield gettext("rows marked in %(name)s") % {"name": question.rows_marked_in}
    if question.soft_check:
        yield gettext("soft check")
    if question.label.by:
        yield gettext("by %(name)s") % {"name": question.label.by}
    if not question.enabled:
        yield gettext("switched off")


def _choice_notes(choice: Choice) -> Iterable[str]:
    if choice.exclusive:
        yield gettext("alone")
    if choice.open:
        yield gettext("with text field")
    if choice.label.by:
        yield gettext("by %(name)s") % {"name": choice.label.by}
    if choice.group:
        yield gettext("group %(name)s") % {"name": choice.group}
    if not choice.enabled:
        yield gettext("switched off")
