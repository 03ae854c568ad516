"""The input fields of a question, named as the columns of the export are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from surveys.questionnaire.routing import Item

TEXT_OF_OPTION = "text"


@dataclass(frozen=True, slots=True)
class Control:
    """One field of a page's form.

    Attributes:
        name: ``question``, ``question__row`` or ``question__option__text``.
        kind: one mark (radio buttons), several marks (checkboxes), an answer in writing, or the text of an open option.
        row, option: the code that the field belongs to, where there is one.
    """

    name: str
    item: Item
    kind: Literal["one", "several", "writing", "own_words"]
    row: str | None = None
    option: str | None = None


def controls(item: Item) -> Iterator[Control]:
    """Yield the fields of one question in the order of the page; a display question has none."""
    code = item.code
    match item.question.type:
        case "single":
            yield Control(code, item, "one")
        case "multi":
            yield Control(code, item, "several")
        case "grid":
            yield from (Control(f"{code}__{row}", item, "one", row) for row in item.row_codes)
        case "grid_multi":
            yield from (Control(f"{code}__{row}", item, "several", row) for row in item.row_codes)
        case "open":
            yield Control(code, item, "writing")
    if item.question.type in ("single", "multi"):
        for option in item.open_codes:
            yield Control(f"{code}__{option}__{TEXT_OF_OPTION}", item, "own_words", option=option)
