"""The questionnaire as a YAML document that people edit; the format is described in docs/questionnaire-format.md."""

from collections.abc import Mapping
from typing import Any

from barometer.problems import Problem
from surveys.questionnaire import yaml_text
from surveys.questionnaire.checks import WARNINGS, check
from surveys.questionnaire.definition import Choice, Label, Question, Questionnaire
from surveys.questionnaire.reading import DocumentReader
from surveys.questionnaire.yaml_text import OneLine


def from_yaml(text: str) -> tuple[Questionnaire | None, list[Problem]]:
    """Read and check a document.

    Returns: the questionnaire, or None when there is an error; and every problem found, in the order of the document
        as far as that goes. With a questionnaire the problems are warnings (``checks.WARNINGS``).
    """
    document, problems = yaml_text.read(text)
    if document is None and problems:
        return None, problems
    reader = DocumentReader()
    questionnaire = reader.questionnaire(document)
    problems = [*problems, *reader.problems]
    if questionnaire is None:
        return None, problems
    problems += check(questionnaire, unreadable=frozenset(reader.unreadable))
    return (None if any(problem.code not in WARNINGS for problem in problems) else questionnaire), problems


def to_yaml(questionnaire: Questionnaire) -> str:
    """Write the document; ``from_yaml`` gives an equal questionnaire back. Comments of an earlier document are lost."""
    document: dict[str, object] = {
        "code": questionnaire.code,
        "version": questionnaire.version,
        "country": questionnaire.country,
        "reference_period": OneLine(
            start=questionnaire.reference_start.isoformat(), end=questionnaire.reference_end.isoformat()
        ),
        "languages": list(questionnaire.languages),
        "title": label_to_plain(questionnaire.title),
        "texts": {name: label_to_plain(label) for name, label in sorted(questionnaire.texts.items())},
        "register": [
            _without_defaults(
                name=variable.name,
                type=variable.type,
                label=label_to_plain(variable.label),
                codes=[_choice(choice) for choice in variable.codes],
            )
            for variable in questionnaire.register
        ],
        "scales": {name: [_choice(choice) for choice in choices] for name, choices in questionnaire.scales.items()},
        "derived": [
            {"name": derived.name, "expression": derived.expression.text, "label": label_to_plain(derived.label)}
            for derived in questionnaire.derived
        ],
        "pages": [
            {
                "name": page.name,
                "label": label_to_plain(page.label),
                "questions": [_question(questionnaire.question(code)) for code in page.questions],
            }
            for page in questionnaire.pages
        ],
    }
    return yaml_text.write(document)


def from_snapshot(text: str) -> Questionnaire:
    """Read what ``to_yaml`` has written, unchecked: a draft may have problems and still be gone back to."""
    document, problems = yaml_text.read(text)
    reader = DocumentReader()
    questionnaire = reader.questionnaire(document)
    if questionnaire is None or problems or reader.problems:
        raise ValueError(f"not written by to_yaml: {[*problems, *reader.problems]}")
    return questionnaire


def label_to_plain(label: Label) -> OneLine:
    """``{da: …, en: …}``, or ``{by: …, da: {code: …}, …}``; keys sorted, as a database may not keep their order."""
    texts = {
        language: text if isinstance(text, str) else OneLine(sorted(text.items()))
        for language, text in sorted(label.texts.items())
    }
    return OneLine(texts) if label.by is None else OneLine(by=label.by, **texts)


def label_from_plain(plain: Mapping[str, Any]) -> Label:
    """The inverse of ``label_to_plain``."""
    return Label({language: text for language, text in plain.items() if language != "by"}, by=plain.get("by"))


def _question(question: Question) -> dict[str, object]:
    required_by_default = question.type not in ("open", "display")
    return _without_defaults(
        code=question.code,
        type=question.type,
        ask_if=question.ask_if and question.ask_if.text,
        enabled=question.enabled,
        required=None if question.required == required_by_default else question.required,
        max=question.max_marks,
        max_length=question.max_length,
        label=label_to_plain(question.label),
        hint=question.hint and label_to_plain(question.hint),
        soft_check=question.soft_check
        and {"when": question.soft_check.when.text, "label": label_to_plain(question.soft_check.label)},
        row_text=question.row_text and label_to_plain(question.row_text),
        scale=question.scale,
        rows_like=question.rows_like,
        rows_marked_in=question.rows_marked_in,
        rows=[] if question.rows_like else [_choice(row) for row in question.rows],
        options=[] if question.scale else [_choice(option) for option in question.options],
    )


def _choice(choice: Choice) -> OneLine:
    return OneLine(
        _without_defaults(
            code=choice.code,
            value=choice.value,
            group=choice.group,
            ask_if=choice.ask_if and choice.ask_if.text,
            exclusive=choice.exclusive or None,
            open=choice.open or None,
            enabled=choice.enabled,
            label=label_to_plain(choice.label),
            hint=choice.hint and label_to_plain(choice.hint),
        )
    )


def _without_defaults(**fields: object) -> dict[str, object]:
    """Leave out what is absent or empty, and ``enabled`` when it is on."""
    return {
        key: value
        for key, value in fields.items()
        if value is not None and value != [] and not (key == "enabled" and value is True)
    }
