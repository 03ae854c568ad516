"""Small documents put together in a test."""

from surveys.questionnaire.document import from_yaml

HEAD = """
code: test
version: 1
country: DK
reference_period: {start: "2018-01-01", end: "2019-12-31"}
languages: [da, en]
title: {da: "Prøve", en: "Test"}
"""
YES_NO = """
        options:
          - {code: "yes", label: {da: "Ja", en: "Yes"}}
          - {code: "no", label: {da: "Nej", en: "No"}}
"""


def page(name: str, *questions: str) -> str:
    return f"  - name: {name}\n    label: {{da: Side, en: Page}}\n    questions:\n" + "".join(questions)


def question(code: str, extra: str = "", kind: str = "single", choices: str = YES_NO) -> str:
    text = f"      - code: {code}\n        type: {kind}\n        label: {{da: Spørgsmål, en: Question}}\n"
    return text + (f"        {extra}\n" if extra else "") + choices.lstrip("\n")


def questionnaire(*pages: str, head: str = "") -> str:
    return f"{HEAD}{head}\npages:\n{''.join(pages)}"


def derived(*expressions: str) -> str:
    """derived: d1, d2, … with these expressions."""
    lines = [
        f'  - {{name: d{number}, expression: "{text}", label: {{da: Afledt, en: Derived}}}}'
        for number, text in enumerate(expressions, start=1)
    ]
    return "\n".join(["derived:", *lines])


def found(text: str) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in from_yaml(text)[1]]
