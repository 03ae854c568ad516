"""Lays a figure out: whole numbers in the units of the viewBox, for templates/figures/drawing.svg."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext

from barometer.formats import percent
from responses.estimate_tables import Line
from responses.figure_texts import counted, described, mark, marked_label, notes, stamp, value_text
from responses.figures import FigureEstimate, Item

BAR, BETWEEN_BARS, BETWEEN_ITEMS, TEXT, ROW = 20, 4, 16, 15, 20
CHARACTER = 0.53  # mean width of a character as a part of its size, in the sans-serif faces that the file names
QUARTERS = (0, 25, 50, 75, 100)
NARROWEST_VALUE = 36  # a part must be this wide for its number to stand in it


@dataclass(frozen=True, slots=True)
class Layout:
    """``labels`` is the width of the column of labels on the left; 0 puts them above the bars."""

    name: str
    width: int
    labels: int

    @property
    def left(self) -> int:
        return self.labels + 12 if self.labels else 4

    @property
    def right(self) -> int:
        """Where 100 % is; a value can stand right of it."""
        return self.width - 78

    def x(self, share: float) -> int:
        return self.left + round((self.right - self.left) * share)


WIDE, NARROW = Layout("wide", 720, 250), Layout("narrow", 340, 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; ``pattern`` counts from 0. ``uncertain`` ones are drawn as an outline."""

    x: int
    y: int
    width: int
    pattern: int = 0
    uncertain: bool = False
    height: int = BAR


@dataclass(frozen=True, slots=True)
class Text:
    x: int
    y: int
    text: str
    anchor: str = "start"
    bold: bool = False
    size: int = TEXT


@dataclass(frozen=True, slots=True)
class Interval:
    low: int
    high: int
    y: int


@dataclass(slots=True)
class Drawing:
    """Everything on one picture, and ``y``, how far down it has come."""

    id: str
    layout: Layout
    title: str
    description: str
    language: str
    watermark: str
    bars: list[Bar] = field(default_factory=list)
    plates: list[Bar] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    ticks: list[tuple[int, str]] = field(default_factory=list)
    top: int = 0
    bottom: int = 0
    y: int = 0

    @property
    def width(self) -> int:
        return self.layout.width

    @property
    def middle(self) -> tuple[int, int]:
        return (self.layout.left + self.layout.right) // 2, (self.top + self.bottom) // 2

    def write(self, text: str, *, width: int, bold: bool = False, size: int = TEXT) -> None:
        """Write a text below what is there, in as many lines as it needs."""
        for line in wrapped(text, width, size):
            self.y += size + 5
            self.texts.append(Text(4, self.y, line, bold=bold, size=size))


def draw(figure: FigureEstimate, layout: Layout, *, alone: bool) -> str:
    """Return a figure as SVG; ``alone`` with its title and notes in it, as a file that goes its own way.

    The same numbers and language give the same bytes.
    """
    drawing = Drawing(
        id=f"{figure.id}-{layout.name}",
        layout=layout,
        title=figure.heading,
        description=described(figure),
        language=get_language() or "en",
        watermark=gettext("provisional") if figure.basis.provisional else "",
    )
    if alone:
        for remark in stamp(figure):
            drawing.write(remark, width=layout.width - 8, bold=True)
        drawing.write(figure.heading, width=layout.width - 8, bold=True, size=18)
        drawing.y += 8
    _legend(drawing, figure)
    drawing.top = drawing.y + 6
    drawing.y = drawing.top + 4
    for item in figure.items:
        _item(drawing, item, figure)
    _axis(drawing)
    if alone:
        for note in notes(figure):
            drawing.write(note, width=layout.width - 8, size=13)
    drawing.y += 12
    return render_to_string("figures/drawing.svg", {"drawing": drawing, "alone": alone}).strip() + "\n"


def wrapped(text: str, width: int, size: int = TEXT) -> Sequence[str]:
    """Break a text into lines that fit; a word that is too long stands on a line of its own."""
    return textwrap.wrap(text, max(8, int(width / (size * CHARACTER))), break_long_words=False)


def _legend(drawing: Drawing, figure: FigureEstimate) -> None:
    """What each pattern is, one after the other in as few rows as they need."""
    sizes = dict(figure.groups)
    x, last = 4, drawing.layout.width - 4
    if figure.legend:
        drawing.y += 6
    for pattern, label in enumerate(figure.legend):
        text = label if figure.stacked else f"{label} ({counted(sizes[label])})"
        lines = wrapped(text, last - 34)
        width = 30 + round(max(map(len, lines)) * TEXT * CHARACTER) + 22
        if pattern and x + width > last:
            x, drawing.y = 4, drawing.y + ROW + 4
        drawing.bars.append(Bar(x, drawing.y, 22, pattern, height=14))
        for place, line in enumerate(lines):
            drawing.texts.append(Text(x + 30, drawing.y + 12 + place * ROW, line))
        drawing.y += (len(lines) - 1) * ROW
        x += width
    if figure.legend:
        drawing.y += ROW + 4


def _item(drawing: Drawing, item: Item, figure: FigureEstimate) -> None:
    layout = drawing.layout
    rows = 1 if figure.stacked else len(item.lines)
    label = wrapped(marked_label(item, figure), layout.labels or layout.width - 8)
    height = rows * BAR + (rows - 1) * BETWEEN_BARS
    if layout.labels:
        beside = len(label) * ROW
        first = drawing.y + max(0, (height - beside) // 2) + TEXT
        place_bars = drawing.y + max(0, (beside - height) // 2)
        height = max(height, beside)
    else:
        first, place_bars = drawing.y + TEXT, drawing.y + len(label) * ROW + 2
        height += len(label) * ROW + 2
    drawing.texts += [Text(4, first + place * ROW, line) for place, line in enumerate(label)]
    if figure.stacked:
        _parts(drawing, item.lines, place_bars, figure.decimals)
    else:
        for place, line in enumerate(item.lines):
            _bar(drawing, line, place, place_bars + place * (BAR + BETWEEN_BARS), figure.decimals)
    drawing.y += height + BETWEEN_ITEMS


def _bar(drawing: Drawing, line: Line, pattern: int, y: int, decimals: int) -> None:
    layout, found = drawing.layout, line.estimate
    if found.estimate is None:
        drawing.texts.append(Text(layout.left + 6, y + TEXT, mark(line), size=13))
        return
    drawing.bars.append(Bar(layout.left, y, layout.x(found.estimate) - layout.left, pattern, line.uncertain))
    end = layout.x(found.estimate)
    if found.interval_low is not None and found.interval_high is not None:
        drawing.intervals.append(Interval(layout.x(found.interval_low), layout.x(found.interval_high), y + BAR // 2))
        end = max(end, layout.x(found.interval_high))
    drawing.texts.append(Text(end + 6, y + TEXT, value_text(line, decimals), bold=True))


def _parts(drawing: Drawing, lines: Sequence[Line], y: int, decimals: int) -> None:
    layout, before = drawing.layout, 0.0
    if all(line.estimate.estimate is None for line in lines):
        drawing.texts.append(Text(layout.left + 6, y + TEXT, mark(lines[0]), size=13))
    for pattern, line in enumerate(lines):
        share = line.estimate.estimate or 0.0
        x, end = layout.x(before), layout.x(before + share)
        before += share
        if end > x:
            drawing.bars.append(Bar(x, y, end - x, pattern, line.uncertain))
        if end - x >= NARROWEST_VALUE:
            text = value_text(line, decimals)
            width = round(len(text) * TEXT * CHARACTER) + 8
            drawing.plates.append(Bar((x + end - width) // 2, y + 2, width, height=BAR - 4))
            drawing.texts.append(Text((x + end) // 2, y + TEXT, text, "middle", bold=True, size=13))


def _axis(drawing: Drawing) -> None:
    drawing.bottom = drawing.y - BETWEEN_ITEMS + 8
    for quarter in QUARTERS:
        x = drawing.layout.x(quarter / 100)
        drawing.ticks.append((x, percent(quarter / 100)))
    drawing.y = drawing.bottom + ROW
