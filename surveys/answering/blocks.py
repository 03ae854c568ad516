"""The questions of a page as their templates get them: words, values and errors, ready to print.

A question is one template render with plain dictionaries, however many options it has: Django's own widgets
render a template per option, and a grid of 84 radio buttons would cost more than the rest of the request.
"""

import marshal
from functools import lru_cache
from typing import Any

from django.template import Context, Template
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from surveys.answering.controls import Control, controls
from surveys.answering.reading import WRITING_LENGTH, PageInput
from surveys.answering.wording import Wording
from surveys.problem_texts import ANSWERING
from surveys.questionnaire.definition import Answers, Choice
from surveys.questionnaire.routing import Item

SMALL_SCALE = 5  # a grid with more columns stands like a table only on wider screens
CHARACTERS_PER_LINE, MOST_LINES = 120, 8  # of an open question: the field shows how much is expected
TEMPLATES = {
    "display": "display",
    "single": "marks",
    "multi": "marks",
    "grid": "grid",
    "grid_multi": "grid_multi",
    "open": "writing",
}
PLAIN = 2  # the format of marshal in which equal values have equal bytes, and three times as fast to write as JSON
MOST_KEPT = 500  # questions as HTML, of some kB each


class Block:
    """One question as a layout object of crispy forms; one that is ``blank`` holds nobody's answers."""

    def __init__(self, template: str, context: dict[str, Any], *, blank: bool = False) -> None:
        self.template = template
        self.context = context
        self.blank = blank

    def render(self, form: object, context: object, template_pack: str = "dkfds", **kwargs: object) -> SafeString:
        """Called by crispy forms, whose context a question does not need."""
        template = get_template(f"surveys/answering/{self.template}.html")
        if self.blank:
            return _rendered(template.template, marshal.dumps(self.context, PLAIN), get_language())  # type: ignore[attr-defined]
        return SafeString(template.render(self.context))


@lru_cache(maxsize=MOST_KEPT)
def _rendered(template: Template, context: bytes, language: str | None) -> SafeString:
    """Render a question once for all to whom it looks the same: for a blank one, nearly everybody.

    Rendering the questions would be a third of the work for a page. What is kept here stays in memory, so it must
    not hold answers.
    """
    return template.render(Context(marshal.loads(context)))


class Blocks:
    """Makes the blocks of one page.

    Args:
        stored: all stored answers, shown where nothing has been sent.
        posted: what was sent, to be shown as it was typed, with what is wrong with it.
    """

    def __init__(self, words: Wording, stored: Answers, posted: PageInput | None) -> None:
        self.words = words
        self.stored = stored
        self.posted = posted
        self.labels: dict[str, str] = {}  # by field name, for the error summary
        self.errors: dict[str, str] = {}  # by field name

    def block(self, item: Item) -> Block:
        """Return one question; notes the labels and errors of its fields."""
        context = self._question(item)
        match item.question.type:
            case "open":
                context |= self._writing(item, context)
            case "grid" | "grid_multi":
                context |= self._grid(item, context)
            case "single" | "multi":
                context |= self._marks(item, context)
        return Block(TEMPLATES[item.question.type], context, blank=self._is_blank(item))

    def _is_blank(self, item: Item) -> bool:
        """Whether nothing that anybody has said stands in the question, be it as an answer or as the name of a row."""
        keys = (item.code, *map(item.text_key, item.open_codes))
        said = any(key in self.stored for key in keys) or any(row.label.verbatim for row in item.rows)
        return self.posted is None and not said

    def _question(self, item: Item) -> dict[str, Any]:
        question = item.question
        remark = question.soft_check if self.posted and item.code in self.posted.remarks else None
        return {
            "id": f"id_{item.code}",
            "title": self.words.text(question.label),
            "hint": self.words.text(question.hint),
            "marking": self._marking(item),
            "required": question.required,
            "remark": self.words.text(remark.label) if remark else "",
        }

    def _marking(self, item: Item) -> str:
        """How many marks are wanted, unless the question's own hint says so."""
        question = item.question
        if not question.many_marks or (question.max_marks and question.hint):
            return ""
        if question.max_marks:
            return gettext("Mark at most %(most)s.") % {"most": question.max_marks}
        return self.words.general("mark_all")

    def _field(self, control: Control, label: str) -> dict[str, Any]:
        """What every field has."""
        self.labels[control.name] = label
        return {
            "id": f"id_{control.name}",
            "name": control.name,
            "error": self._error(control),
            "conflict": self._conflict(control, label),
        }

    def _error(self, control: Control) -> str:
        problem = self.posted.problems.get(control.name) if self.posted else None
        if problem is None:
            return ""
        params = dict(problem.params)
        if "option" in params:
            params["option"] = self.words.option(control.item, str(params["option"]))
        self.errors[control.name] = str(ANSWERING[problem.code]) % params
        return self.errors[control.name]

    def _conflict(self, control: Control, label: str) -> str:
        """What somebody else has stored in the field meanwhile, in words, or ""."""
        if self.posted is None or control.name not in self.posted.conflicts:
            return ""
        if control.option:
            return str(self.stored.get(control.item.text_key(control.option), ""))
        lines = self.words.answer(control.item, self.stored)
        return "; ".join(text for line in lines if line.row in ("", label) for text in line.texts)

    def _values(self, control: Control, answer: object) -> tuple[str, ...]:
        """The codes or the text to show in a field: as sent, else as stored (``answer``)."""
        if self.posted is not None:
            return self.posted.typed.get(control.name, ())
        if isinstance(answer, list):
            return tuple(answer)
        return (answer,) if isinstance(answer, str) else ()

    def _marks(self, item: Item, question: dict[str, Any]) -> dict[str, Any]:
        control, *own_words = controls(item)
        field = self._field(control, question["title"])
        values = self._values(control, item.cut(self.stored.get(item.code)))
        texts = {str(own.option): self._own_words(own, item) for own in own_words}
        return {
            **field,
            "type": _input_type(item),
            "options": self._options(item, field["id"], values, texts),
            "described_by": _described_by(field | question),
        }

    def _options(
        self, item: Item, field_id: str, values: tuple[str, ...], own_words: dict[str, dict[str, Any]]
    ) -> list[dict[str, Any]]:
        last_of_others = max((place for place, option in enumerate(item.options) if not option.exclusive), default=-1)
        return [
            {
                "id": f"{field_id}_{place}",
                "value": option.code,
                "label": self.words.text(option.label),
                "hint": self.words.text(option.hint),
                "checked": option.code in values,
                "apart": place == last_of_others + 1 and place > 0,
                "own_words": own_words.get(option.code),
            }
            for place, option in enumerate(item.options)
        ]

    def _own_words(self, control: Control, item: Item) -> dict[str, Any]:
        """The text field of an open option."""
        field = self._field(control, self.words.option(item, control.option or ""))
        values = self._values(control, self.stored.get(item.text_key(control.option or "")))
        field["hint"] = self.words.general("open_hint")
        return field | {"value": "".join(values[-1:]), "described_by": _described_by(field)}

    def _grid(self, item: Item, question: dict[str, Any]) -> dict[str, Any]:
        answer = item.cut(self.stored.get(item.code))
        cells = answer if isinstance(answer, dict) else {}
        rows = zip(controls(item), item.rows, strict=True)
        return {
            "type": _input_type(item),
            "options": [
                {"end": f"_{place}", "value": option.code, "label": self.words.text(option.label)}
                for place, option in enumerate(item.options)
            ],
            "rows": [self._row(control, row, cells.get(row.code)) for control, row in rows],
            "described_by": _described_by(question),
            "size": "small" if len(item.options) <= SMALL_SCALE else "large",
        }

    def _row(self, control: Control, row: Choice, answer: object) -> dict[str, Any]:
        legend = self.words.row(control.item, row)
        field = self._field(control, legend)
        field["hint"] = self.words.text(row.hint)
        values = self._values(control, answer)
        field |= {"legend": legend, "described_by": _described_by(field)}
        if control.kind == "one":
            return field | {"value": values[-1] if values else None}
        return field | {"options": self._options(control.item, field["id"], values, {})}

    def _writing(self, item: Item, question: dict[str, Any]) -> dict[str, Any]:
        [control] = controls(item)
        field = self._field(control, question["title"])
        values = self._values(control, item.cut(self.stored.get(item.code)))
        most = item.question.max_length or WRITING_LENGTH
        limit = gettext("At most %(most)s characters.") % {"most": most}
        return {
            **field,
            "limit": limit,
            "value": "".join(values[-1:]),
            "lines": min(MOST_LINES, -(-most // CHARACTERS_PER_LINE)),
            "described_by": _described_by(field | question | {"limit": limit}),
        }


def _input_type(item: Item) -> str:
    return "checkbox" if item.question.many_marks else "radio"


def _described_by(parts: dict[str, Any]) -> str:
    """Return the ids of the texts that explain a field or question."""
    ends = {"hint": "helptext", "marking": "marking", "limit": "limit", "remark": "remark"}
    ends |= {"conflict": "conflict", "error": "error"}
    return " ".join(f"{parts['id']}_{end}" for part, end in ends.items() if parts.get(part))
