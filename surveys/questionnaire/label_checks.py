"""Texts held against a questionnaire: every language, every code of ``by``, and only known names in braces."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Label, Question, Questionnaire
from surveys.questionnaire.reading import NO_LABEL

Place: TypeAlias = tuple[Label, str, str]  # the text, where it stands, under which key


def check_labels(questionnaire: Questionnaire) -> Iterator[Problem]:
    for label, where, key in _places(questionnaire):
        yield from check_label(questionnaire, label, where, key)


def _places(questionnaire: Questionnaire) -> Iterator[Place]:
    """Every text of the questionnaire once: those of scales and copied rows where they are written."""
    yield questionnaire.title, "", "title"
    for name, label in questionnaire.texts.items():
        yield label, "texts", name
    for variable in questionnaire.register:
        yield variable.label, f"register.{variable.name}", "label"
        yield from _choices(variable.codes, f"register.{variable.name}")
    for name, choices in questionnaire.scales.items():
        yield from _choices(choices, f"scales.{name}")
    for derived in questionnaire.derived:
        yield derived.label, f"derived.{derived.name}", "label"
    for page in questionnaire.pages:
        yield page.label, f"pages.{page.name}", "label"
    for question in questionnaire.questions:
        yield from _question(question)


def _question(question: Question) -> Iterator[Place]:
    texts = {"label": question.label, "hint": question.hint, "row_text": question.row_text}
    yield from ((label, question.code, key) for key, label in texts.items() if label is not None)
    if question.soft_check is not None:
        yield question.soft_check.label, f"{question.code}.soft_check", "label"
    if question.scale is None:
        yield from _choices(question.options, question.code)
    if question.rows_like is None:
        yield from _choices(question.rows, question.code)


def _choices(choices: Sequence[Choice], owner: str) -> Iterator[Place]:
    for choice in choices:
        yield choice.label, f"{owner}.{choice.code}", "label"
        if choice.hint is not None:
            yield choice.hint, f"{owner}.{choice.code}", "hint"


def check_label(questionnaire: Questionnaire, label: Label, where: str, key: str) -> Iterator[Problem]:
    if label is NO_LABEL:  # reported when it was read
        return
    for language in questionnaire.languages:
        text = label.texts.get(language)
        if text is None or (isinstance(text, str) and not text.strip()):
            yield Problem("missing_translation", where, {"key": key, "language": language})
    for language in label.texts:
        if language not in questionnaire.languages:
            yield Problem("unknown_language", where, {"key": key, "language": language})
    names = {variable.name for variable in questionnaire.register} | ({"partner"} if key == "row_text" else set())
    for brace in sorted(label.braces - names):
        yield Problem("unknown_brace", where, {"key": key, "name": brace})
    yield from _check_by(questionnaire, label, where, key)


def _check_by(questionnaire: Questionnaire, label: Label, where: str, key: str) -> Iterator[Problem]:
    """One text for all, or with ``by`` one text per code of that register variable."""
    variable = questionnaire.register_variable(label.by) if label.by else None
    if label.by is not None and (variable is None or variable.type != "code"):
        yield Problem("unknown_by", where, {"key": key, "name": label.by})
        return
    codes = [choice.code for choice in variable.codes] if variable else []
    for language, text in label.texts.items():
        if isinstance(text, str) is (variable is not None):
            yield Problem("by_and_texts_differ", where, {"key": key, "language": language})
        elif not isinstance(text, str):
            for code in codes:
                if not text.get(code, "").strip():
                    params = {"key": key, "language": language, "code": code, "by": label.by}
                    yield Problem("missing_translation_of_code", where, params)
            for code in text:
                if code not in codes:
                    yield Problem(
                        "unknown_code", where, {"code": code, "name": label.by, "expression": f"by: {label.by}"}
                    )
