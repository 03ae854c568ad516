"""The names that an expression can use at one place of a questionnaire, with their codes and an example of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from surveys.questionnaire.definition import Choice, Label, Question, Questionnaire
from surveys.questionnaire.expression_checks import reads, row_codes


@dataclass(frozen=True, slots=True)
class Name:
    """``kind`` is register, derived, or the type of a question; ``page`` that of a question."""

    name: str
    kind: str
    label: Label
    codes: tuple[Choice, ...] = ()
    rows: tuple[str, ...] = ()
    page: str = ""
    example: str = ""


def names_for_page(questionnaire: Questionnaire, page: str) -> list[Name]:
    """What the condition of a question on this page may read: all that stands on earlier pages."""
    earlier: set[str] = set()
    for one in questionnaire.pages:
        if one.name == page:
            break
        earlier.update(one.questions)
    return [*_derived(questionnaire, earlier), *_questions(questionnaire, earlier), *_register(questionnaire)]


def names_for_derived(questionnaire: Questionnaire, name: str) -> list[Name]:
    """What a derived variable may read: every question, and the derived variables above it ("" for a new one)."""
    everything = {question.code for question in questionnaire.questions}
    above: list[Name] = []
    for derived in _derived(questionnaire, everything):
        if derived.name == name:
            break
        above.append(derived)
    return [*above, *_questions(questionnaire, everything), *_register(questionnaire)]


def _register(questionnaire: Questionnaire) -> Iterator[Name]:
    for variable in questionnaire.register:
        example = f"{variable.name} < 50" if variable.type == "integer" else f"{variable.name} == '…'"
        if variable.codes:
            example = f"{variable.name} == '{variable.codes[0].code}'"
        yield Name(variable.name, "register", variable.label, variable.codes, example=example)


def _derived(questionnaire: Questionnaire, readable: set[str]) -> Iterator[Name]:
    for derived in questionnaire.derived:
        if reads(questionnaire, derived.expression) <= readable:
            yield Name(derived.name, "derived", derived.label, example=derived.name)


def _questions(questionnaire: Questionnaire, readable: set[str]) -> Iterator[Name]:
    for question in questionnaire.questions:
        if question.code in readable and question.type != "display":
            rows = tuple(sorted(row_codes(question, questionnaire))) if question.has_rows else ()
            page = questionnaire.page_of(question.code).name
            yield Name(question.code, question.type, question.label, question.options, rows, page, _example(question))


def _example(question: Question) -> str:
    if question.type == "open" or not question.options:
        return f"answered({question.code})"
    code = question.options[0].code
    return {
        "single": f"{question.code} == '{code}'",
        "multi": f"'{code}' in {question.code}",
        "grid": f"any_row({question.code}, '{code}')",
        "grid_multi": f"any_row({question.code}, '{code}')",
    }[question.type]
