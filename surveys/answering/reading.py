"""A POST of one page → the answers that may be stored, and what is wrong with the rest."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from barometer.problems import Problem
from surveys.answering.controls import Control, controls
from surveys.questionnaire.definition import Answers
from surveys.questionnaire.routing import Item, Route, RoutePage, route

STORED_FIELD, SHOWN_FIELD = "_stored", "_soft"
WRITING_LENGTH = 2000  # of an open question without a max_length of its own
OWN_WORDS_LENGTH = 200
LINE_BREAK = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
UNREADABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd-\uffff]")


class Posted(Protocol):
    """What is used of Django's ``QueryDict``."""

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class PageInput:
    """What was sent, sorted.

    Attributes:
        answers: the stored answers with what is valid here merged in; as stored when there is nothing to save.
        problems: by field name, at most one each.
        conflicts: names of fields where somebody else has stored something different since the page was made.
        remarks: codes of the questions whose soft check is to be shown now.
        typed: by field name, as sent, without characters that no page can show.
        shown: keys of all remarks shown so far, for the page to carry.
        accepted: codes of the questions whose remark was shown before and whose answer was sent again all the same.
    """

    answers: Answers
    problems: Mapping[str, Problem]
    conflicts: frozenset[str]
    remarks: tuple[str, ...]
    typed: Mapping[str, tuple[str, ...]]
    shown: tuple[str, ...]
    accepted: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Nothing to mend, to look at again or to choose between: the page may be left."""
        return not (self.problems or self.conflicts or self.remarks)


def page_hash(page: RoutePage, stored: Answers) -> str:
    """Return the sha256 of what is stored for the questions of one page, for the page to carry."""
    codes = {item.code for item in page.items}
    return _digest({key: value for key, value in stored.items() if key.partition(".")[0] in codes})


def read_page(page: RoutePage, route_: Route, stored: Answers, data: Posted, *, complete: bool) -> PageInput:
    """Read one page's fields from a POST; what else is in it is ignored.

    Args:
        stored: all answers as they are stored now; those off the route are kept.
        complete: whether required questions must be answered and soft checks are raised ("next", not "back").

    An answer taken away (no mark, empty text) is removed only if the POST carries the hash of what is stored now.
    """
    found = _Found(data, complete)
    for item in page.items:
        for control in controls(item):
            found.read(control)
    answers, conflicts = _merge(page, stored, found)
    checks = _checks(page, route_, answers, found) if complete else {}
    shown = data.getlist(SHOWN_FIELD)
    remarks = {code: key for code, key in checks.items() if key not in shown}
    return PageInput(
        answers=answers,
        problems=found.problems,
        conflicts=conflicts,
        remarks=tuple(remarks),
        typed=found.typed,
        shown=tuple(dict.fromkeys([*shown, *remarks.values()])),
        accepted=tuple(code for code in checks if code not in remarks),
    )


class _Found:
    """The fields of a page as they are read, one by one; a value of None is an answer taken away."""

    def __init__(self, data: Posted, complete: bool) -> None:
        self.data = data
        self.complete = complete
        self.values: list[tuple[Control, object]] = []
        self.problems: dict[str, Problem] = {}
        self.typed: dict[str, tuple[str, ...]] = {}

    def read(self, control: Control) -> None:
        sent = self.data.getlist(control.name)
        self.typed[control.name] = tuple(UNREADABLE.sub("", text) for text in sent)
        match control.kind:
            case "one":
                self._one(control, [text for text in sent if text])
            case "several":
                self._several(control, [text for text in sent if text])
            case "writing" | "own_words":
                self._text(control, sent)

    def _refuse(self, control: Control, code: str, **params: object) -> None:
        self.problems[control.name] = Problem(code, control.name, params)

    def _one(self, control: Control, codes: list[str]) -> None:
        if not codes:
            self._missing(control, "answer_missing_choice")  # a radio button cannot be taken away
        elif len(codes) > 1:
            self._refuse(control, "answer_not_one")
        elif codes[0] not in control.item.option_codes:
            self._refuse(control, "answer_unknown")
        else:
            self.values.append((control, codes[0]))

    def _several(self, control: Control, codes: list[str]) -> None:
        offered, most = control.item.option_codes, control.item.question.max_marks
        marks = [code for code in offered if code in codes]
        alone = [code for code in marks if code in control.item.exclusive_codes]
        if len(marks) < len(set(codes)):
            self._refuse(control, "answer_unknown")
        elif alone and len(marks) > 1:
            self._refuse(control, "answer_exclusive", option=alone[0])
        elif most is not None and len(marks) > most:
            self._refuse(control, "answer_too_many", most=most, marked=len(marks))
        elif marks:
            self.values.append((control, marks))
        else:
            self.values.append((control, None))
            self._missing(control, "answer_missing_mark")

    def _text(self, control: Control, sent: list[str]) -> None:
        text = LINE_BREAK.sub("\n", sent[-1]).strip() if sent else ""
        most = control.item.question.max_length or WRITING_LENGTH
        if control.kind == "own_words":
            text, most = text.replace("\n", " "), OWN_WORDS_LENGTH
        if len(sent) > 1:
            self._refuse(control, "answer_not_one")
        elif UNREADABLE.search(text):
            self._refuse(control, "answer_unreadable")
        elif len(text) > most:
            self._refuse(control, "answer_too_long", most=most, length=len(text))
        elif text and control.option and control.option not in self.data.getlist(control.item.code):
            self._refuse(control, "answer_text_without_mark", option=control.option)
        else:
            self.values.append((control, text or None))
            if not text and control.kind == "writing":
                self._missing(control, "answer_missing_text")

    def _missing(self, control: Control, code: str) -> None:
        if self.complete and control.item.question.required:
            self._refuse(control, code)


def _merge(page: RoutePage, stored: Answers, found: _Found) -> tuple[Answers, frozenset[str]]:
    """Put what was found into a copy of the stored answers; fields that somebody else changed stay as stored."""
    hashes = found.data.getlist(STORED_FIELD)
    same = bool(hashes) and hashes[-1] == page_hash(page, stored)
    merged, conflicts = dict(stored), set()
    for control, value in found.values:
        if value is None:
            if same:
                _take_away(merged, control)
            continue
        before = _stored_value(control, stored) if hashes and not same else None
        if before is not None and before != value:
            conflicts.add(control.name)
        else:
            _put(merged, control, value)
    return merged, frozenset(conflicts)


def _stored_value(control: Control, stored: Answers) -> object:
    if control.kind == "own_words":
        return stored.get(control.item.text_key(control.option or ""))
    answer = control.item.cut(stored.get(control.item.code))
    if control.row is None:
        return answer
    return answer.get(control.row) if isinstance(answer, dict) else None


def _put(answers: dict[str, object], control: Control, value: object) -> None:
    code, before = control.item.code, answers.get(control.item.code)
    if control.kind == "own_words":
        answers[control.item.text_key(control.option or "")] = value
    elif control.row is not None:
        answers[code] = {**(before if isinstance(before, dict) else {}), control.row: value}
    elif isinstance(value, list) and isinstance(before, list):
        answers[code] = _with_marks_not_offered(control.item, value, before)
    else:
        answers[code] = value


def _with_marks_not_offered(item: Item, marks: list[str], before: list[object]) -> list[str]:
    """Keep stored marks of options that are off the route at present, unless an option stands alone."""
    kept = [code for code in before if code not in item.option_codes]
    if not kept or not item.question.exclusive_codes.isdisjoint([*marks, *kept]):
        return marks
    return [option.code for option in item.question.options_on if option.code in marks or option.code in kept]


def _take_away(answers: dict[str, object], control: Control) -> None:
    code, cells = control.item.code, answers.get(control.item.code)
    if control.kind == "own_words":
        answers.pop(control.item.text_key(control.option or ""), None)
    elif control.row is None:
        answers.pop(code, None)
    elif isinstance(cells, dict):
        answers[code] = {row: cell for row, cell in cells.items() if row != control.row}


def _checks(page: RoutePage, route_: Route, answers: Answers, found: _Found) -> dict[str, str]:
    """Return the soft checks that hold for what was sent: by question code a key, which changes with the answer."""
    given = {control.item.code for control, value in found.values if value is not None}
    checked = [item for item in page.items if item.question.soft_check is not None and item.code in given]
    if not checked:
        return {}
    after = route(route_.questionnaire, route_.register, answers)
    keys = {item.code: f"{item.code}.{_digest(item.cut(answers[item.code]))[:16]}" for item in checked}
    return {code: key for code, key in keys.items() if _holds(after, code)}


def _holds(after: Route, code: str) -> bool:
    item: Item | None = after.item(code)
    check = item.question.soft_check if item else None
    return check is not None and after.evaluate(check.when) is True


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
