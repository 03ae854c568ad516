"""Answers in words, as each page that shows them prints them.

In Python, because a template takes six times as long, and the page to look the answers through has a hundred lines.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()


class Line(Protocol):
    """One line of an answer (``surveys.answering.wording.AnswerLine``)."""

    @property
    def row(self) -> str: ...

    @property
    def texts(self) -> Sequence[str]: ...


@register.filter
def answer_list(items: Iterable[tuple[str, Sequence[Line]]]) -> SafeString:
    """Return questions with their answers as the groups of a ``<dl>``."""
    return SafeString("\n".join([_group(question, lines) for question, lines in items]))


def _group(question: str, lines: Sequence[Line]) -> str:
    answer = "\n".join([_answer(line) for line in lines])
    nothing = f'<dd class="form-hint">{escape(gettext("Not answered"))}</dd>'
    return f"<div>\n<dt>{escape(question)}</dt>\n{answer or nothing}\n</div>"


def _answer(line: Line) -> str:
    if line.row:
        texts = escape(", ".join(line.texts))
        return f'<dd class="review-row"><span>{escape(line.row)}</span> <strong>{texts}</strong></dd>'
    return f"<dd>{'<br>'.join([escape(text) for text in line.texts])}</dd>"
