"""What a figure is: bars of indicators, or answers cut into parts, by groups, with a test and what its note says."""

from dataclasses import dataclass

from surveys.questionnaire.definition import Label
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.indicator_definition import Grouping

NONE, PER_ITEM, DISTRIBUTION = "none", "per_item", "distribution"
TESTS = (NONE, PER_ITEM, DISTRIBUTION)

BASE, WEIGHTED, LEFT_OUT, SIGNIFICANCE = "base", "weighted", "left_out", "significance"
PARTS_EXCEED_TOTAL, SEVERAL_ANSWERS = "parts_exceed_total", "several_answers"
MOST_PATTERNS = 6  # that templates/figures/drawing.svg has
NOTES = (BASE, WEIGHTED, LEFT_OUT, PARTS_EXCEED_TOTAL, SEVERAL_ANSWERS, SIGNIFICANCE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A bar, a row or a part by its code; ``label`` is None where indicator or questionnaire name it."""

    code: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """Bars drawn together, all of one base.

    Attributes:
        base: whose shares they are; None for bars, which have that of their indicators.
        bars: ids of indicators, a bar each, by the figure's groups and not by their own.
        rows: in the place of bars: questions with one answer, or rows of grids (question.row), a bar each that is cut
            into ``parts``.
        parts, left_out: codes of the answers drawn, in order, and of those that stay in the base but are not drawn.
        by: groups of the base; None for everybody together.
        test: none; per_item, of the groups' shares in each bar; distribution, of the groups over all answers of a row,
            those not drawn among them.
        note: what the note under the figure says (``NOTES``), in order.
    """

    id: str
    label: Label
    base: Expression | None
    bars: tuple[Entry, ...]
    rows: tuple[Entry, ...]
    parts: tuple[Entry, ...]
    left_out: tuple[Entry, ...]
    by: Grouping | None
    test: str
    note: tuple[str, ...]

    @property
    def expressions(self) -> tuple[str, ...]:
        """The text of everything that it reads beside its indicators."""
        groups = [group.when.text for group in self.by.groups] if self.by else []
        answers = [answer_text(row.code, part.code) for row in self.rows for part in (*self.parts, *self.left_out)]
        return (*([self.base.text] if self.base else []), *groups, *answers)


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole document; ``edition`` is the one that its figures were published in."""

    edition: str
    figures: tuple[Figure, ...]

    def number(self, id_: str) -> int | None:
        """Return the place of a figure, from 1; None for an unknown one."""
        return next((place for place, figure in enumerate(self.figures, start=1) if figure.id == id_), None)


def answer_text(row: str, code: str) -> str:
    """Return the expression that is true of those who gave one answer."""
    return f"{row} == '{code}'"
