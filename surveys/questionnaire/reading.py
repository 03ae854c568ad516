"""Plain values of a document to a ``Questionnaire``, with every structural problem on the way.

What cannot be read is left out and its name noted in ``unreadable``, so that the checks of meaning can still run over
the rest and a person sees all faults of a document at once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, cast, get_args

from barometer.problems import Problem
from surveys.questionnaire.definition import (
    Choice,
    Derived,
    Label,
    Page,
    Question,
    Questionnaire,
    QuestionType,
    RegisterType,
    RegisterVariable,
    SoftCheck,
    completed,
)
from surveys.questionnaire.expression import Expression, ExpressionError, parse

T = TypeVar("T")

TOP_KEYS = (
    *("code", "version", "country", "reference_period", "languages", "title"),
    *("texts", "register", "scales", "derived", "pages"),
)
QUESTION_KEYS = (
    *("code", "type", "label", "hint", "ask_if", "required", "max", "max_length", "enabled", "soft_check"),
    *("scale", "options", "rows", "rows_like", "rows_marked_in", "row_text"),
)
OPTION_KEYS = ("code", "value", "label", "hint", "ask_if", "exclusive", "open", "group", "enabled")
ROW_KEYS = ("code", "label", "hint", "ask_if", "enabled")
CODE_KEYS = ("code", "label")
TEXT_NAMES = ("mark_all", "open_hint", "wrong_person")

NO_LABEL = Label({})
NO_CONDITION = parse("0 == 1")


class DocumentReader:
    """Reads one document; ``unreadable`` are codes of questions and names of derived variables."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unreadable: set[str] = set()

    def questionnaire(self, document: object) -> Questionnaire | None:
        """None only when the document is no mapping at all."""
        if not isinstance(document, dict):
            self.say("not_a_mapping", "")
            return None
        top = self.mapping(document, "", TOP_KEYS, (*TOP_KEYS[:6], "pages"))
        start, end = self.period(top)
        scales = self.mapping(top.get("scales", {}), "scales")
        filled = {name: self.choices(scales, name, "scales", OPTION_KEYS, owner=f"scales.{name}") for name in scales}
        asked = [self.page(entry, where) for where, entry in self.entries(top, "pages", "")]
        return Questionnaire(
            code=self.text(top, "code", ""),
            version=self.number(top, "version", "", default=1),
            country=self.text(top, "country", ""),
            reference_start=start,
            reference_end=end,
            languages=self.texts_of(top, "languages", ""),
            title=self.label(top, "title", "") or NO_LABEL,
            texts=self.texts(top),
            register=tuple(self.register_variable(entry, where) for where, entry in self.entries(top, "register", "")),
            scales=filled,
            derived=tuple(self.derived(entry, where) for where, entry in self.entries(top, "derived", "")),
            pages=tuple(page for page, _ in asked),
            questions=completed(tuple(question for _, questions in asked for question in questions), filled),
        )

    # ---- parts

    def period(self, top: Mapping[str, object]) -> tuple[date, date]:
        days = {"start": date.min, "end": date.max}
        if "reference_period" in top:
            period = self.mapping(top["reference_period"], "reference_period", tuple(days), tuple(days))
            for key, otherwise in days.items():
                try:
                    days[key] = date.fromisoformat(self.text(period, key, "reference_period", str(otherwise)))
                except ValueError:
                    self.say("not_a_date", "reference_period", key=key)
        return days["start"], days["end"]

    def texts(self, top: Mapping[str, object]) -> dict[str, Label]:
        texts = self.mapping(top.get("texts", {}), "texts", TEXT_NAMES)
        return {name: self.label(texts, name, "texts") or NO_LABEL for name in texts}

    def register_variable(self, entry: object, where: str) -> RegisterVariable:
        where = named_place(entry, "name", "register", where)
        fields = self.mapping(entry, where, ("name", "type", "label", "codes"), ("name", "type", "label"))
        name = self.text(fields, "name", where)
        return RegisterVariable(
            name=name,
            type=cast(RegisterType, self.one_of(fields, "type", where, get_args(RegisterType)) or "text"),
            label=self.label(fields, "label", where) or NO_LABEL,
            codes=self.choices(fields, "codes", where, CODE_KEYS),
        )

    def derived(self, entry: object, where: str) -> Derived:
        where = named_place(entry, "name", "derived", where)
        fields = self.mapping(entry, where, ("name", "expression", "label"), ("name", "expression", "label"))
        name = self.text(fields, "name", where)
        expression = self.expression(fields, "expression", where)
        if expression is None:
            self.unreadable.add(name)
        return Derived(name, expression or NO_CONDITION, self.label(fields, "label", where) or NO_LABEL)

    def page(self, entry: object, where: str) -> tuple[Page, list[Question]]:
        where = named_place(entry, "name", "pages", where)
        fields = self.mapping(entry, where, ("name", "label", "questions"), ("name", "label", "questions"))
        name = self.text(fields, "name", where)
        questions = [self.question(entry, place) for place, entry in self.entries(fields, "questions", where)]
        questions = [question for question in questions if question.code]
        label = self.label(fields, "label", where) or NO_LABEL
        return Page(name, label, tuple(question.code for question in questions)), questions

    def question(self, entry: object, where: str) -> Question:
        where = named_place(entry, "code", "", where)
        fields = self.mapping(entry, where, QUESTION_KEYS, ("code", "type", "label"))
        code = self.text(fields, "code", where)
        type_ = cast(QuestionType | None, self.one_of(fields, "type", where, get_args(QuestionType)))
        self.only_one(fields, where, "scale", "options")
        self.only_one(fields, where, "rows", "rows_like", "rows_marked_in")
        ask_if = self.expression(fields, "ask_if", where)
        if type_ is None or ("ask_if" in fields and ask_if is None):
            self.unreadable.add(code)
        return Question(
            code=code,
            type=type_ or _likely_type(fields),
            label=self.label(fields, "label", where) or NO_LABEL,
            hint=self.label(fields, "hint", where),
            ask_if=ask_if,
            required=self.truth(fields, "required", where, default=type_ not in ("open", "display", None)),
            max_marks=self.number(fields, "max", where, default=None),
            max_length=self.number(fields, "max_length", where, default=None),
            enabled=self.truth(fields, "enabled", where, default=True),
            scale=self.text(fields, "scale", where) or None,
            options=self.choices(fields, "options", where, OPTION_KEYS),
            rows=self.choices(fields, "rows", where, ROW_KEYS),
            rows_like=self.text(fields, "rows_like", where) or None,
            rows_marked_in=self.text(fields, "rows_marked_in", where) or None,
            row_text=self.label(fields, "row_text", where),
            soft_check=self.soft_check(fields, where),
        )

    def soft_check(self, fields: Mapping[str, object], where: str) -> SoftCheck | None:
        if "soft_check" not in fields:
            return None
        where = f"{where}.soft_check"
        check = self.mapping(fields["soft_check"], where, ("when", "label"), ("when", "label"))
        when, label = self.expression(check, "when", where), self.label(check, "label", where)
        return SoftCheck(when, label) if when is not None and label is not None else None

    def choices(
        self, fields: Mapping[str, object], key: str, where: str, keys: Sequence[str], owner: str = ""
    ) -> tuple[Choice, ...]:
        entries = self.entries(fields, key, where)
        found = (self.choice(entry, owner or where, place, keys) for place, entry in entries)
        return tuple(choice for choice in found if choice.code)

    def choice(self, entry: object, owner: str, where: str, keys: Sequence[str]) -> Choice:
        where = named_place(entry, "code", owner, where)
        fields = self.mapping(entry, where, keys, ("code", "label"))
        code = self.text(fields, "code", where)
        ask_if = self.expression(fields, "ask_if", where)
        if "ask_if" in fields and ask_if is None:
            self.unreadable.add(owner)
        return Choice(
            code=code,
            value=self.number(fields, "value", where, default=None),
            label=self.label(fields, "label", where) or NO_LABEL,
            hint=self.label(fields, "hint", where),
            ask_if=ask_if,
            exclusive=self.truth(fields, "exclusive", where, default=False),
            open=self.truth(fields, "open", where, default=False),
            group=self.text(fields, "group", where) or None,
            enabled=self.truth(fields, "enabled", where, default=True),
        )

    def label(self, fields: Mapping[str, object], key: str, where: str) -> Label | None:
        """None when the key is absent or its value is no mapping of texts."""
        if key not in fields:
            return None
        value = fields[key]
        if not isinstance(value, dict) or not value:
            self.say("label_must_be_mapping", where, key=key)
            return None
        texts = {language: text for language, text in value.items() if language != "by"}
        for language, text in texts.items():
            parts = text.values() if isinstance(text, dict) else (text,)
            if not all(isinstance(part, str) for part in parts):
                self.say("label_must_be_text", where, key=key, language=language)
                return None
        return Label(texts=texts, by=self.text(value, "by", f"{where}.{key}") or None)

    # ---- values

    def say(self, problem: str, where: str, /, **params: object) -> None:
        self.problems.append(Problem(problem, where, params))

    def mapping(
        self, value: object, where: str, keys: Sequence[str] | None = None, required: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The value as a mapping, keys that do not belong there or are missing reported."""
        if not isinstance(value, dict):
            self.say("must_be_mapping", where)
            return {}
        for key in value:
            if keys is not None and key not in keys:
                self.say("unknown_key", where, key=key, keys=", ".join(keys))
        for key in required:
            if key not in value:
                self.say("missing_key", where, key=key)
        return value

    def entries(self, fields: Mapping[str, object], key: str, where: str) -> list[tuple[str, object]]:
        """The entries of a list, each with its place in the document; an absent list has none."""
        value = fields.get(key, [])
        if not isinstance(value, list):
            self.say("must_be_list", where, key=key)
            return []
        place = f"{where}.{key}" if where else key
        return [(f"{place}[{number}]", entry) for number, entry in enumerate(value, start=1)]

    def texts_of(self, fields: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
        """A list of texts, never an empty one; () when the key is missing."""
        value = fields.get(key, [])
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value) and (value or key not in fields):
            return tuple(value)
        self.say("must_be_list_of_texts", where, key=key)
        return ()

    def text(self, fields: Mapping[str, object], key: str, where: str, default: str = "") -> str:
        """A text, never an empty one."""
        return self._typed(fields, key, where, lambda value: isinstance(value, str) and value, "must_be_text", default)

    def number(self, fields: Mapping[str, object], key: str, where: str, default: T) -> int | T:
        fits = lambda value: type(value) is int  # noqa: E731
        return self._typed(fields, key, where, fits, "must_be_number", default)

    def truth(self, fields: Mapping[str, object], key: str, where: str, *, default: bool) -> bool:
        return self._typed(fields, key, where, lambda value: isinstance(value, bool), "must_be_true_or_false", default)

    def _typed(
        self,
        fields: Mapping[str, object],
        key: str,
        where: str,
        fits: Callable[[object], object],
        problem: str,
        default: T,
    ) -> T:
        if key not in fields:
            return default
        if not fits(fields[key]):
            self.say(problem, where, key=key)
            return default
        return cast(T, fields[key])

    def one_of(self, fields: Mapping[str, object], key: str, where: str, allowed: Sequence[str]) -> str | None:
        if key not in fields or fields[key] in allowed:
            return cast(str | None, fields.get(key))
        self.say("must_be_one_of", where, key=key, allowed=", ".join(allowed))
        return None

    def only_one(self, fields: Mapping[str, object], where: str, *keys: str) -> None:
        given = [key for key in keys if key in fields]
        if len(given) > 1:
            self.say("only_one_of", where, keys=", ".join(given))

    def expression(self, fields: Mapping[str, object], key: str, where: str) -> Expression | None:
        text = self.text(fields, key, where)
        if not text:
            return None
        try:
            return parse(text)
        except ExpressionError as error:
            code = "expression_part" if error.part else "expression_syntax"
            self.say(code, where, expression=text, part=error.part)
            return None


def named_place(entry: object, key: str, owner: str, where: str) -> str:
    """The place of an entry by its own name, or by its number as long as it has none."""
    name = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name:
        return where
    return f"{owner}.{name}" if owner else name


def _likely_type(fields: Mapping[str, object]) -> QuestionType:
    """What a question without a type is most likely meant to be, so that its other parts can be checked."""
    if any(key.startswith("row") for key in fields):
        return "grid_multi" if "max" in fields or "row_text" in fields else "grid"
    if "options" in fields or "scale" in fields:
        return "multi" if "max" in fields else "single"
    return "open"
