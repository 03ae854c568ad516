"""The audience of a contact step: an expression in the one language over register, case and progress.

Names and codes are held against a list of their own, so that a mistake is found when the plan is saved and not when a
wave is prepared. A case is in the audience only when the expression is true: what is unknown leaves it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from barometer.problems import Problem
from surveys.models import AddressKind, IndustryGroup, Level, Region, SizeClass
from surveys.questionnaire.definition import Choice, Label, Questionnaire, RegisterVariable
from surveys.questionnaire.expression import Expression, ExpressionError, parse
from surveys.questionnaire.expression_checks import check_condition
from surveys.questionnaire.names import Name, names_for_page

CONTACTS = "case_contacts"
PROGRESS = ("not_started", "started")
YES_NO = ("yes", "no")

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What an expression reads of one case. Names of questions mean nothing here."""

    values: Values

    def lookup(self, name: str, /) -> object:
        return self.values.get(name)

    def cell(self, question: str, row: str, /) -> object:
        return None

    def any_row(self, question: str, codes: frozenset[str], /) -> bool | None:
        return None

    def count(self, question: str, /) -> int | None:
        return None

    def answered(self, question: str, /) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a step is for. Without an expression it is for all."""

    expression: Expression | None = None

    @classmethod
    def of(cls, text: str) -> "Audience":
        """Raises: ExpressionError; what has been saved has been checked."""
        return cls(parse(text) if text.strip() else None)

    def holds(self, values: Values) -> bool:
        return self.expression is None or self.expression.value(Facts(values)) is True

    @property
    def counts_contacts(self) -> bool:
        """Whether it has to be known how often a case has been written to."""
        return self.expression is not None and CONTACTS in self.expression.names


def case_values(
    *, language: str, address_kind: str, contacts: int, delegated: bool, started: bool
) -> dict[str, str | int]:
    """Return the variables of a case by name; those of the register are ``Workplace.register()``.

    Args:
        contacts: mails and letters to the case so far.
        delegated: somebody else than the leader has the task.
        started: an answer is saved, and nothing is submitted.
    """
    return {
        "case_language": language,
        "case_address_kind": address_kind,
        CONTACTS: contacts,
        "case_delegated": "yes" if delegated else "no",
        "case_progress": "started" if started else "not_started",
    }


def problems_of(text: str, languages: Sequence[str]) -> list[Problem]:
    """Return what is wrong with an audience; nothing for an empty one."""
    if not text.strip():
        return []
    try:
        expression = parse(text)
    except ExpressionError as error:
        code = "expression_part" if error.part else "expression_syntax"
        return [Problem(code, "", {"expression": error.text, "part": error.part})]
    return check_condition(expression, _vocabulary(languages), "")


def names(languages: Sequence[str]) -> list[Name]:
    """Return every name that an audience may use, with its codes and an example."""
    return names_for_page(_vocabulary(languages), "")


def _vocabulary(languages: Sequence[str]) -> Questionnaire:
    """Return a questionnaire without questions that knows the variables of an audience: one checker serves all."""
    variables = (
        _variable("reg_level", Level.values),
        _variable("reg_industry_group", IndustryGroup.values),
        _variable("reg_size_class", SizeClass.values),
        _variable("reg_employees"),
        _variable("reg_region", Region.values),
        _text("reg_name"),
        _text("reg_address"),
        _text("reg_authority"),
        _variable("case_language", languages),
        _variable("case_address_kind", AddressKind.values),
        _variable(CONTACTS),
        _variable("case_delegated", YES_NO),
        _variable("case_progress", PROGRESS),
    )
    day = date.min
    nothing = Label({"en": ""})
    return Questionnaire("audience", 1, "DK", day, day, tuple(languages), nothing, {}, variables, {}, (), (), ())


def _variable(name: str, codes: Sequence[str] = ()) -> RegisterVariable:
    """Return a variable with codes, or a number without any."""
    kind: Literal["code", "integer"] = "code" if codes else "integer"
    return RegisterVariable(
        name, kind, Label({"en": name}), tuple(Choice(code, None, Label({"en": code})) for code in codes)
    )


def _text(name: str) -> RegisterVariable:
    return RegisterVariable(name, "text", Label({"en": name}))
