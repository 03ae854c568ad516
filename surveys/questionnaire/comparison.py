"""Two versions question by question: can their answers stand in one series? See docs/methods/comparison.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from barometer.problems import Problem
from surveys.questionnaire.conditions import Both, Condition, Conditions, Either, Fact
from surveys.questionnaire.definition import Choice, Derived, Label, Question, Questionnaire
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.meaning import same_words, texts_in_both
from surveys.questionnaire.reach import derived_names

Mark: TypeAlias = Literal["comparable", "changed", "new", "gone"]

# Differences that leave the answers comparable; all others make the question "changed".
MINOR = frozenset(
    {
        *("diff_punctuation", "diff_hint", "diff_required", "diff_max_length", "diff_soft_check", "diff_moved"),
        *("diff_option_order", "diff_option_value", "diff_option_open", "diff_row_order", "diff_label"),
    }
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One question or derived variable.

    Attributes:
        label: its text in the later version, in the earlier one when it is gone.
        differences: ``where`` is the question, or "question.option"; see ``MINOR``.
    """

    code: str
    mark: Mark
    label: Label
    differences: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """``questions`` in the order of the later version, those that are gone at the end; ``derived`` likewise."""

    before: str
    after: str
    questions: tuple[Compared, ...]
    derived: tuple[Compared, ...]

    def mark(self, code: str) -> Mark | None:
        """The mark of a question or derived variable, for a series; None when neither version asks it."""
        return next((found.mark for found in (*self.questions, *self.derived) if found.code == code), None)


def compare(before: Questionnaire, after: Questionnaire) -> Comparison:
    """Compare two versions that have passed their checks. What is switched off counts as not there."""
    return _Comparer(before, after).comparison()


class _Comparer:
    def __init__(self, before: Questionnaire, after: Questionnaire) -> None:
        self.before, self.after = before, after
        self.conditions = Conditions(before, {}), Conditions(after, {})
        asked = [[q for q in each.questions if q.enabled and q.type != "display"] for each in (before, after)]
        self.old = {question.code: question for question in asked[0]}
        self.new = {question.code: question for question in asked[1]}
        self.moved = frozenset(_moved([code for code in self.old if code in self.new], list(self.new)))
        self.own: dict[str, list[Problem]] = {
            code: list(self.differences(self.old[code], self.new[code])) for code in self.new if code in self.old
        }

    def comparison(self) -> Comparison:
        questions = [self.question(question) for question in self.new.values()]
        questions += [Compared(code, "gone", old.label) for code, old in self.old.items() if code not in self.new]
        old = {derived.name: derived for derived in self.before.derived}
        derived = [self.derived(one, old.get(one.name)) for one in self.after.derived]
        gone = (one for one in old.values() if one.name not in self.after.derived_named)
        derived += [Compared(one.name, "gone", one.label) for one in gone]
        return Comparison(self.before.name, self.after.name, tuple(questions), tuple(derived))

    def question(self, new: Question) -> Compared:
        if new.code not in self.old:
            return Compared(new.code, "new", new.label)
        differences = [*self.own[new.code], *self.base(new)]
        return Compared(new.code, _mark(differences), new.label, tuple(differences))

    def derived(self, new: Derived, old: Derived | None) -> Compared:
        if old is None:
            return Compared(new.name, "new", new.label)
        differences = list(_wording(new.name, old.label, new.label, "diff_label", "diff_label"))
        if not self.same_condition(old.expression, new.expression):
            differences.append(Problem("diff_expression", new.name, self.said(old.expression, new.expression)))
        differences += self.rests_on(new.name, reads(self.after, new.expression))
        return Compared(new.name, _mark(differences), new.label, tuple(differences))

    # ---- of one question

    def differences(self, old: Question, new: Question) -> Iterator[Problem]:
        """What differs in the question itself; its base is looked at when all of them are known."""
        code = new.code
        yield from _wording(code, old.label, new.label, "diff_wording", "diff_punctuation")
        yield from _wording(code, old.hint, new.hint, "diff_hint", "diff_hint")
        yield from _wording(code, old.row_text, new.row_text, "diff_wording", "diff_punctuation")
        yield from _value("diff_type", code, old.type, new.type)
        yield from _value("diff_cap", code, old.max_marks, new.max_marks)
        yield from _value("diff_rows_source", code, old.rows_marked_in, new.rows_marked_in)
        yield from _value("diff_required", code, old.required, new.required)
        yield from _value("diff_max_length", code, old.max_length, new.max_length)
        checks = [question.soft_check and question.soft_check.when.text for question in (old, new)]
        yield from _value("diff_soft_check", code, *checks)
        yield from self.choices("option", code, old.options_on, new.options_on)
        yield from self.choices("row", code, old.rows_on, new.rows_on)
        if code in self.moved:
            yield Problem("diff_moved", code)
        if not self.same_condition(old.ask_if, new.ask_if):
            yield Problem("diff_routing", code, self.said(old.ask_if, new.ask_if))

    def choices(self, kind: str, code: str, old: Sequence[Choice], new: Sequence[Choice]) -> Iterator[Problem]:
        before = {choice.code: choice for choice in old}
        after = {choice.code: choice for choice in new}
        for choice in new:
            if choice.code not in before:
                yield Problem(f"diff_{kind}_new", f"{code}.{choice.code}", {"after": _some_text(choice.label)})
            else:
                yield from self.choice(kind, f"{code}.{choice.code}", before[choice.code], choice)
        for choice in old:
            if choice.code not in after:
                yield Problem(f"diff_{kind}_gone", f"{code}.{choice.code}", {"before": _some_text(choice.label)})
        if _moved([one for one in before if one in after], list(after)):
            yield Problem(f"diff_{kind}_order", code)

    def choice(self, kind: str, where: str, old: Choice, new: Choice) -> Iterator[Problem]:
        yield from _wording(where, old.label, new.label, f"diff_{kind}_wording", "diff_punctuation")
        yield from _wording(where, old.hint, new.hint, "diff_hint", "diff_hint")
        if not self.same_condition(old.ask_if, new.ask_if):
            yield Problem(f"diff_{kind}_offered", where, self.said(old.ask_if, new.ask_if))
        yield from _value("diff_option_exclusive", where, old.exclusive, new.exclusive)
        yield from _value("diff_option_open", where, old.open, new.open)
        yield from _value("diff_option_value", where, old.value, new.value)

    # ---- the base

    def same_condition(self, old: Expression | None, new: Expression | None) -> bool:
        """Whether two conditions say the same, each with the derived variables of its own version."""
        if (old is None) != (new is None):
            return False
        if old is not None and new is not None and old.text.startswith("count(") and new.text.startswith("count("):
            return old.text == new.text
        before, after = self.conditions
        return _canonical(before.of(old)) == _canonical(after.of(new))

    def said(self, *expressions: Expression | None) -> dict[str, object]:
        """Both conditions as written, with the derived variables in them that do not say the same."""
        texts = []
        for version, other, expression in zip(
            (self.before, self.after), (self.after, self.before), expressions, strict=True
        ):
            names = sorted(derived_names(version, [expression])) if expression else []
            found = [version.derived_named[name] for name in names]
            differing = [
                f"{one.name}: {one.expression.text}"
                for one in found
                if one.name not in other.derived_named or other.derived_named[one.name].expression != one.expression
            ]
            texts.append("; ".join([expression.text if expression else "–", *differing]))
        return {"before": texts[0], "after": texts[1]}

    def base(self, new: Question) -> Iterator[Problem]:
        sources = reads(self.after, new.ask_if) if new.ask_if else frozenset()
        yield from self.rests_on(new.code, sources | ({new.rows_marked_in} if new.rows_marked_in else set()))

    def rests_on(self, where: str, sources: frozenset[str]) -> Iterator[Problem]:
        """Questions below that have changed, or whose own base has: who is asked may be somebody else."""
        changed = sorted(code for code in self.closure(sources) if _mark(self.own.get(code, ())) == "changed")
        new = sorted(code for code in sources if code in self.new and code not in self.old)
        if changed or new:
            yield Problem("diff_base", where, {"names": ", ".join([*changed, *new])})

    def closure(self, sources: frozenset[str]) -> set[str]:
        """The questions and all that those rest on in turn."""
        found: set[str] = set()
        waiting = list(sources)
        while waiting:
            code = waiting.pop()
            if code not in found and code in self.new:
                found.add(code)
                question = self.new[code]
                waiting += reads(self.after, question.ask_if) if question.ask_if else ()
        return found


def _mark(differences: Sequence[Problem]) -> Mark:
    return "comparable" if all(difference.code in MINOR for difference in differences) else "changed"


def _wording(where: str, old: Label | None, new: Label | None, changed: str, punctuation: str) -> Iterator[Problem]:
    """One difference per language and level."""
    if old is None or new is None:
        if old is not new:
            params = {"language": "", "before": _some_text(old), "after": _some_text(new)}
            yield Problem(changed, where, params)
        return
    for language, text, before in texts_in_both(new, old):
        if text != before:
            code = punctuation if same_words(text, before) else changed
            yield Problem(code, where, {"language": language, "before": before, "after": text})


def _value(code: str, where: str, before: object, after: object) -> Iterator[Problem]:
    if before != after:
        yield Problem(code, where, {"before": _said(before), "after": _said(after)})


def _said(value: object) -> object:
    return "–" if value is None else value


def _canonical(found: Condition) -> object:
    """The same for conditions that differ only in the order of their parts and codes."""
    match found:
        case Fact():
            return replace(found, values=tuple(sorted(found.values, key=str)))
        case Both(parts=parts) | Either(parts=parts):
            return type(found).__name__, frozenset(_canonical(part) for part in parts)
    return found


def _some_text(label: Label | None) -> str:
    """One text, for a line that names the choice; "" when there is none."""
    if label is None or not label.texts:
        return ""
    first: str | Mapping[str, str] = label.texts[min(label.texts)]
    return first if isinstance(first, str) else next(iter(first.values()), "")


def _moved(before: list[str], after: list[str]) -> list[str]:
    """The codes of both that follow another one than before, when those of only one version are left out."""
    common = [code for code in after if code in before]
    follows = dict(pairwise(["", *before]))
    return [new for old, new in pairwise(["", *common]) if follows.get(old) != new]
