"""The audience of a contact step: an expression in the one language over register, case and progress.

Names and codes are held against a list of their own, so that a mistake is found when the plan is saved and not when a
wave is prepared. A case is in the audience only when the expression is true: what is unknown leaves it out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext_lazy as _

from barometer.formats import language_name
from barometer.problems import Problem
from surveys.models import AddressKind, IndustryGroup, Level, Region, SizeClass
from surveys.questionnaire.definition import Choice, Label, Questionnaire, RegisterVariable
from surveys.questionnaire.expression import Expression, ExpressionError, parse
from surveys.questionnaire.expression_checks import check_condition
from surveys.questionnaire.names import Name, names_for_page

CONTACTS = "case_contacts"
PRIORITY = "case_priority"
PROGRESS = (("not_started", _("Not started")), ("started", _("Started, not submitted")))
YES_NO = (("yes", _("Yes")), ("no", _("No")))

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

    @property
    def ranks_cases(self) -> bool:
        """Whether it has to be known whom following up gains most."""
        return self.expression is not None and PRIORITY in self.expression.names


def case_values(
    *, language: str, address_kind: str, contacts: int, delegated: bool, started: bool, priority: int | None
) -> dict[str, str | int]:
    """Return the variables of a case by name; those of the register are ``Workplace.register()``.

    Args:
        contacts: mails and letters to the case so far.
        delegated: somebody else than the leader has the task.
        started: an answer is saved, and nothing is submitted.
        priority: 1 for the first fifth of the work list to 5 for the last; None for who is not on it: unknown.
    """
    values: dict[str, str | int] = {
        "case_language": language,
        "case_address_kind": address_kind,
        CONTACTS: contacts,
        "case_delegated": "yes" if delegated else "no",
        "case_progress": "started" if started else "not_started",
    }
    return values if priority is None else values | {PRIORITY: priority}


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
        _coded("reg_level", _("Level"), Level.choices),
        _coded("reg_industry_group", _("Industry group"), IndustryGroup.choices),
        _coded("reg_size_class", _("Size class"), SizeClass.choices),
        _plain("reg_employees", _("Employees"), "integer"),
        _coded("reg_region", _("Region"), Region.choices),
        _plain("reg_name", _("Name of the workplace"), "text"),
        _plain("reg_address", _("Address"), "text"),
        _plain("reg_authority", _("Authority"), "text"),
        _coded("case_language", _("Language"), [(code, language_name(code)) for code in languages]),
        _coded("case_address_kind", _("Who reads the address"), AddressKind.choices),
        _plain(CONTACTS, _("Mails and letters so far"), "integer"),
        _plain(PRIORITY, _("Fifth of “What next”: 1 gains most, 5 least"), "integer"),
        _coded("case_delegated", _("Whether somebody else has the task"), YES_NO),
        _coded("case_progress", _("How far the answers have come"), PROGRESS),
    )
    day = date.min
    nothing = Label({"en": ""})
    return Questionnaire("audience", 1, "DK", day, day, tuple(languages), nothing, {}, variables, {}, (), (), ())


def _coded(name: str, label: object, codes: Iterable[tuple[str, object]]) -> RegisterVariable:
    choices = tuple(Choice(code, None, _label(words)) for code, words in codes)
    return RegisterVariable(name, "code", _label(label), choices)


def _plain(name: str, label: object, kind: Literal["text", "integer"]) -> RegisterVariable:
    return RegisterVariable(name, kind, _label(label))


def _label(words: object) -> Label:
    """Return words in the active language; they are shown at once and kept nowhere."""
    return Label({"en": str(words)}, verbatim=True)
