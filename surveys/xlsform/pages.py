"""Pages that a questionnaire here can have: none asks on a page what rests on an answer on the same page."""

from collections.abc import Sequence
from dataclasses import replace

from barometer.problems import Problem
from surveys.questionnaire.definition import Derived, Page, Question
from surveys.xlsform.names import Names


def split(
    pages: Sequence[tuple[Page, Sequence[Question]]], derived: Sequence[Derived], names: Names, remarks: list[Problem]
) -> tuple[list[Page], list[Question]]:
    """Go on on a new page, of the same title, before a question that rests on one of the page it stands on."""
    found: list[Page] = []
    asked: list[Question] = []
    by_name = {variable.name: variable for variable in derived}
    for page, questions in pages:
        parts: list[list[Question]] = [[]]
        for question in questions:
            here = {other.code for other in parts[-1]}
            if _reads(question, by_name) & here:
                parts.append([])
                remarks.append(Problem("xls_page_split", question.code, {"page": page.name}))
            parts[-1].append(question)
            asked.append(question)
        for place, part in enumerate(parts):
            name = page.name if place == 0 else names.new(page.name)
            found.append(replace(page, name=name, questions=tuple(question.code for question in part)))
    return found, asked


def _reads(question: Question, derived: dict[str, Derived]) -> set[str]:
    """The names that the conditions of a question rest on, also through derived variables."""
    waiting = [name for condition in question.conditions for name in condition.names]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += derived[name].expression.names if name in derived else ()
    return seen
