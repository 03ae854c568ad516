"""A questionnaire of 300 questions, ten to a page, many of them asked only under a condition."""

from collections.abc import Iterator

QUESTIONS, PER_PAGE = 300, 10

HEAD = """code: large
version: 1
country: DK
reference_period: {start: "2018-01-01", end: "2019-12-31"}
languages: [da, en]
title: {da: "Stort skema", en: "Large questionnaire"}
derived:
  - {name: d_first, expression: "q1 == 'yes'", label: {da: "Første", en: "First"}}
pages:
"""
YES_NO = """        options:
          - {code: "yes", value: 1, label: {da: "Ja", en: "Yes"}}
          - {code: "no", value: 0, label: {da: "Nej", en: "No"}}
          - {code: dk, value: 98, label: {da: "Ved ikke", en: "Don't know"}}
"""
MANY = """        options:
          - {code: a, value: 1, label: {da: "Medarbejdere", en: "Employees"}}
          - {code: b, value: 2, label: {da: "Borgere", en: "Citizens"}}
          - {code: c, value: 3, open: true, label: {da: "Andre", en: "Others"}}
          - {code: none, value: 96, exclusive: true, label: {da: "Ingen", en: "Nobody"}}
"""
GRID = """        rows:
          - {code: x, label: {da: "Ledelsen", en: "The management"}}
          - {code: y, label: {da: "Medarbejderne", en: "The employees"}}
""" + YES_NO.replace("options:", "options:", 1)


def document(questions: int = QUESTIONS) -> str:
    return HEAD + "".join(_lines(questions))


def _lines(questions: int) -> Iterator[str]:
    for number in range(1, questions + 1):
        if number % PER_PAGE == 1:
            page = number // PER_PAGE + 1
            yield f'  - name: p{page}\n    label: {{da: "Side {page}", en: "Page {page}"}}\n    questions:\n'
        kind, choices = {3: ("multi", MANY), 6: ("grid", GRID), 9: ("open", "")}.get(number % 10, ("single", YES_NO))
        label = f'{{da: "Spørgsmål {number}: hvordan gik det?", en: "Question {number}: how did it go?"}}'
        yield f"      - code: q{number}\n        type: {kind}\n        required: {str(kind != 'open').lower()}\n"
        yield f"        label: {label}\n"
        if condition := _condition(number):
            yield f'        ask_if: "{condition}"\n'
        yield choices


def _condition(number: int) -> str:
    """On every page but the first, three questions rest on the page before it, or on the first question of all."""
    if number <= PER_PAGE:
        return ""
    before = number - PER_PAGE
    if number % 10 == 5:
        return f"q{before - 1} == 'yes'"
    if number % 10 == 8:
        return f"any_of(q{before - 5}, 'a', 'b') or q{before - 1} == 'yes'"
    return "d_first" if number % 10 == 0 else ""
