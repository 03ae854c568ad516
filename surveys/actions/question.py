"""Add, change, copy, move and delete the questions of a draft."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from barometer.models import User
from barometer.problems import Problem
from surveys.actions.choices import refuse_twins, write_choices
from surveys.actions.draft import (
    ChangedMeanwhile,
    Draft,
    DraftRefused,
    PartGone,
    changing,
    refuse_taken,
    refuse_unreadable,
    save_row,
)
from surveys.actions.plain import QUESTION_FIELDS, Values, mark, question_values
from surveys.actions.rename import rename_in
from surveys.models import Act, Choice, Page, Part, Question, Questionnaire
from surveys.questionnaire.checks import FITTING_TYPES, MOST_CODE_CHARACTERS

# What goes with some types of question only: as the checks call it, the field, and its value when there is none.
OF_TYPES: Sequence[tuple[str, str, Any]] = (
    ("max", "max_marks", None),
    ("max_length", "max_length", None),
    ("row_text", "row_text", None),
    ("options", "options", []),
    ("rows", "rows", []),
)


def save_question(
    *, questionnaire: Questionnaire, code: str | None, values: Values, based_on: str, by: User | None, at: datetime
) -> Draft:
    """Write a question with its options and rows; ``code`` None adds one at the end of its page.

    When the code changes, conditions and rows that call the question by it follow: ``followed`` names them.

    Args:
        values: as ``question_values`` gives them. What does not go with the type is left out, and named in
            ``dropped`` of what is returned.
        based_on: the ``mark`` of the question as the form was opened on it.

    Raises: DraftRefused; ChangedMeanwhile; PartGone; QuestionnaireFrozen.
    """
    values, dropped = fitted(values)
    with changing(questionnaire, by=by, at=at) as draft:
        row = question_of(draft.questionnaire, code) if code else Question(questionnaire=draft.questionnaire)
        before: Values = question_values(row) if code else {}
        if code and mark(before) != based_on:
            raise ChangedMeanwhile
        page = draft.questionnaire.pages.filter(name=values["page"]).first()
        if page is None:
            raise PartGone
        _refuse(draft.questionnaire, row, values)
        if row.pk is None or row.page_id != page.pk:
            row.page, row.position = page, _next_position(page)
        _write(row, values)
        changed = sorted(name for name in values if values[name] != before.get(name))
        draft.dropped = dropped
        facts: dict[str, object] = {"changed": changed} if code else {}
        if code and code != row.code:
            draft.followed = rename_in(draft.questionnaire, code, row.code)
            facts |= {"was": code, "followed": draft.followed}
        draft.did(Act.CHANGED if code else Act.ADDED, Part.QUESTION, row.code, **facts)
    return draft


def move_question(*, questionnaire: Questionnaire, name: str, up: bool, by: User | None, at: datetime) -> Draft:
    """One place up or down; from the edge of a page to the page beside it. At the very edge nothing happens."""
    with changing(questionnaire, by=by, at=at) as draft:
        row = question_of(draft.questionnaire, name)
        pages = list(draft.questionnaire.pages.order_by("position", "pk"))
        lists = [list(page.questions.order_by("position", "pk")) for page in pages]
        number = next(place for place, page in enumerate(pages) if page.pk == row.page_id)
        place = lists[number].index(row)
        inside = place - 1 if up else place + 1
        beside = number - 1 if up else number + 1
        lists[number].remove(row)
        if 0 <= inside <= len(lists[number]):
            lists[number].insert(inside, row)
        elif 0 <= beside < len(pages):
            lists[beside].insert(len(lists[beside]) if up else 0, row)
        else:
            lists[number].insert(place, row)
        for page, questions in zip(pages, lists, strict=True):
            _order(page, questions)
        draft.did(Act.MOVED, Part.QUESTION, name)
    return draft


def copy_question(*, questionnaire: Questionnaire, name: str, by: User | None, at: datetime) -> Draft:
    """Put a copy, with a code of its own, right below the question."""
    with changing(questionnaire, by=by, at=at) as draft:
        row = question_of(draft.questionnaire, name)
        values = question_values(row) | {"code": free_code(draft.questionnaire, name)}
        siblings = list(row.page.questions.order_by("position", "pk"))
        copy = Question(questionnaire=draft.questionnaire, page=row.page, position=len(siblings) + 1)
        _write(copy, values)
        siblings.insert(siblings.index(row) + 1, copy)
        _order(row.page, siblings)
        draft.did(Act.COPIED, Part.QUESTION, copy.code, copy_of=name)
    return draft


def copy_questions(page: Page, to: Page) -> None:
    """Copy what stands on a page of a locked draft to another, each question with a code of its own."""
    for position, row in enumerate(page.questions.order_by("position", "pk"), start=1):
        values = question_values(row) | {"code": free_code(page.questionnaire, row.code)}
        _write(Question(questionnaire=page.questionnaire, page=to, position=position), values)


def delete_question(*, questionnaire: Questionnaire, name: str, based_on: str, by: User | None, at: datetime) -> Draft:
    """Raises: ChangedMeanwhile; PartGone; QuestionnaireFrozen."""
    with changing(questionnaire, by=by, at=at) as draft:
        row = question_of(draft.questionnaire, name)
        if mark(question_values(row)) != based_on:
            raise ChangedMeanwhile
        row.delete()
        draft.did(Act.DELETED, Part.QUESTION, name)
    return draft


def question_of(questionnaire: Questionnaire, code: str) -> Question:
    """Return the question of that code; ``PartGone`` when there is none."""
    row = questionnaire.questions.select_related("page", "scale").filter(code=code).first()
    if row is None:
        raise PartGone
    return row


def free_code(questionnaire: Questionnaire, code: str) -> str:
    """Return a code that no question, derived variable or scale of the draft has."""
    taken = {
        *questionnaire.questions.values_list("code", flat=True),
        *questionnaire.derived_variables.values_list("name", flat=True),
    }
    return free_name(taken, code)


def free_name(taken: set[str], name: str) -> str:
    """Return the name with the first number that is not taken."""
    stem = name[: MOST_CODE_CHARACTERS - 5].rstrip("_")
    return next(f"{stem}_{number}" for number in range(2, len(taken) + 3) if f"{stem}_{number}" not in taken)


def fitted(values: Values) -> tuple[dict[str, Any], list[str]]:
    """Return the values without what does not go with the question's type, and the names of what was left out."""
    kept, dropped = dict(values), []
    for key, name, empty in OF_TYPES:
        if kept[name] not in (None, []) and kept["type"] not in FITTING_TYPES[key]:
            kept[name] = empty
            dropped.append(name)
    kept |= {"required": kept["required"] and kept["type"] in FITTING_TYPES["required"]}
    closed, grid = kept["type"] in FITTING_TYPES["options"], kept["type"] in FITTING_TYPES["rows"]
    kept["scale"] = kept["scale"] if closed else ""
    kept["rows_like"] = kept["rows_like"] if grid else ""
    kept["rows_marked_in"] = kept["rows_marked_in"] if grid and not kept["rows_like"] else ""
    if kept["type"] not in FITTING_TYPES["soft_check"]:
        kept |= {"soft_check_when": "", "soft_check_text": None}
    for name, source in (("options", kept["scale"]), ("rows", kept["rows_like"] or kept["rows_marked_in"])):
        if source and kept[name]:
            kept[name] = []
            dropped.append(name)
    kept["options"] = [_fitted_option(option, kept["type"]) for option in kept["options"]]
    return kept, dropped


def _fitted_option(option: Mapping[str, Any], type_: str) -> dict[str, Any]:
    """``exclusive`` is for several marks only."""
    return {**option, "exclusive": option["exclusive"] and type_ in FITTING_TYPES["max"]}


def _refuse(questionnaire: Questionnaire, row: Question, values: Values) -> None:
    """Raises DraftRefused with all that is wrong, so that it can be mended at one go."""
    code = values["code"]
    choices = {f"{code}.{choice['code']}": choice["ask_if"] for choice in (*values["options"], *values["rows"])}
    expressions = {code: values["ask_if"], f"{code}.soft_check": values["soft_check_when"], **choices}
    checks: tuple[Callable[[], None], ...] = (
        lambda: refuse_taken(questionnaire.questions.exclude(pk=row.pk), "code", code, code),
        lambda: refuse_twins(values["options"], code),
        lambda: refuse_twins(values["rows"], code),
        lambda: refuse_unreadable(expressions),
    )
    problems: list[Problem] = []
    for check in checks:
        try:
            check()
        except DraftRefused as refused:
            problems += refused.problems
    if problems:
        raise DraftRefused(problems)


def _write(row: Question, values: Values) -> None:
    for name in QUESTION_FIELDS:
        setattr(row, name, values[name])
    scale = row.questionnaire.scales.filter(name=values["scale"]).first()
    if values["scale"] and scale is None:
        raise PartGone
    row.scale = scale
    save_row(row)
    write_choices(row.choices.all(), values["options"], Choice.Kind.OPTION, question=row)
    write_choices(row.choices.all(), values["rows"], Choice.Kind.ROW, question=row)


def _next_position(page: Page) -> int:
    last: int | None = page.questions.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _order(page: Page, questions: Sequence[Question]) -> None:
    for position, question in enumerate(questions, start=1):
        if (question.page_id, question.position) != (page.pk, position):
            question.page, question.position = page, position
            question.save(update_fields=["page", "position"])
