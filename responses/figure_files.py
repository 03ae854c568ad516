"""A figure as files: the drawing as SVG and PNG, its numbers as CSV and as a workbook with a chart to edit."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence

import xlsxwriter
from django.utils.translation import get_language, gettext
from xlsxwriter.chart_bar import ChartBar
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from barometer import spreadsheet
from barometer.picture import png
from barometer.spreadsheet import Cell
from responses.estimate_files import basis_marks, fields, with_header
from responses.estimate_tables import GroupTest, Line
from responses.figure_drawing import WIDE, draw
from responses.figure_texts import notes, stamp
from responses.figures import FigureEstimate, Item
from responses.statistics.comparing import Difference

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FILLS: Sequence[Mapping[str, Mapping[str, str]]] = (  # as in templates/figures/drawing.svg
    {"fill": {"color": "#0b4f8a"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#2f78b7", "bg_color": "#e3eef8"}},
    {"pattern": {"pattern": "percent_20", "fg_color": "#555555", "bg_color": "#f4f4f4"}},
    {"pattern": {"pattern": "wide_downward_diagonal", "fg_color": "#b3561a", "bg_color": "#fdebdd"}},
    {"fill": {"color": "#8f3f0c"}},
    {"pattern": {"pattern": "small_grid", "fg_color": "#5b3f99", "bg_color": "#f2eefa"}},
)


def as_svg(round_slug: str, figure: FigureEstimate) -> bytes:
    return draw(figure, WIDE, alone=True).encode()


def as_png(round_slug: str, figure: FigureEstimate) -> bytes:
    return png(draw(figure, WIDE, alone=True))


def as_csv(round_slug: str, figure: FigureEstimate) -> bytes:
    """Return every number of the figure, what is not drawn among them: a line for each, as a spreadsheet opens it."""
    return "".join(spreadsheet.lines(with_header(rows(round_slug, figure)), get_language() or "en")).encode()


def as_workbook(round_slug: str, figure: FigureEstimate) -> bytes:
    """Return a workbook with the figure as a chart of its own, and all numbers on a second sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        _draw_sheet(book, figure)
        numbers = book.add_worksheet(gettext("Numbers"))
        for place, row in enumerate(with_header(rows(round_slug, figure))):
            for column, cell in enumerate(row):
                _write(numbers, place, column, cell)
    return out.getvalue()


KINDS: Mapping[str, tuple[str, Callable[[str, FigureEstimate], bytes]]] = {
    "svg": ("image/svg+xml", as_svg),
    "png": ("image/png", as_png),
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_workbook),
}


def rows(round_slug: str, figure: FigureEstimate) -> Iterator[dict[str, Cell]]:
    """Yield one row per number: shares 0–1, not rounded; ``drawn`` is 0 for answers that the figure leaves out."""
    marks: dict[str, Cell] = {
        "figure": figure.id,
        "title": figure.heading,
        "base": figure.base,
        "base_n": figure.base_n,
    }
    after = {**basis_marks(round_slug, figure.basis), "note": " ".join(notes(figure))}
    tests = {tested.label: tested.test for tested in figure.tests}
    for item in figure.items:
        test = figure.tests[0].test if figure.distribution and len(figure.tests) == 1 else tests.get(item.label)
        for drawn, lines in ((1, item.lines), (0, item.left_out)):
            for line in lines:
                yield {
                    **marks,
                    "bar": item.label,
                    "drawn": drawn,
                    **_numbers(line, item, figure),
                    **_test(test),
                    **after,
                }


def _numbers(line: Line, item: Item, figure: FigureEstimate) -> dict[str, Cell]:
    found = fields(line, figure.decimals)
    del found["option"]
    return {**found, "indicator": line.indicator or item.indicator}


def _test(test: GroupTest | None) -> dict[str, Cell]:
    """The test of the bar, or of the row that it is a part of."""
    found = test.found if test and isinstance(test.found, Difference) else None
    return {
        "difference": found.estimate if found else None,
        "difference_low": found.interval_low if found else None,
        "difference_high": found.interval_high if found else None,
        "p": test.p if test else None,
        "significant": None if test is None or test.significant is None else int(test.significant),
    }


def _draw_sheet(book: xlsxwriter.Workbook, figure: FigureEstimate) -> None:
    """Write the shares that are drawn as a table, the chart of them, and the note below."""
    sheet, bold = book.add_worksheet(gettext("Chart")), book.add_format({"bold": True})
    head = book.add_format({"bold": True, "text_wrap": True, "align": "right", "valign": "bottom"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    whole = book.add_format({"num_format": "0" + ("." + "0" * figure.decimals if figure.decimals else "") + "%"})
    sheet.set_column(0, 0, 48)
    sheet.write_string(0, 0, figure.heading, bold)
    for place, remark in enumerate(stamp(figure), start=1):
        sheet.write_string(place, 0, remark, bold)
    top, names = 4, figure.legend or (gettext("Estimate"),)
    sheet.set_row(top, 48)  # three lines
    sheet.set_column(1, len(names) * (1 if figure.stacked else 3), 16)
    for column, name in enumerate(names, start=1):
        sheet.write_string(top, column, name, head)
    for row, item in enumerate(figure.items, start=top + 1):
        sheet.write_string(row, 0, item.label)
        for column, line in enumerate(item.lines, start=1):
            _write(sheet, row, column, line.estimate.estimate, whole)
    if not figure.stacked:
        _write_intervals(sheet, figure, names, top, (head, book.add_format({"num_format": "0.0%"})))
    last = top + len(figure.items)
    chart = _chart(book, figure, names, sheet.get_name(), top, last)
    sheet.insert_chart(last + 2, 0, chart, {"description": figure.heading})
    height = 8 + 3 * len(figure.items)
    for place, note in enumerate(notes(figure), start=last + height + 2):
        sheet.write_string(place, 0, note)


def _chart(
    book: xlsxwriter.Workbook, figure: FigureEstimate, names: Sequence[str], sheet: str, top: int, last: int
) -> ChartBar:
    chart = book.add_chart({"type": "bar", "subtype": "stacked"} if figure.stacked else {"type": "bar"})
    for place in range(len(names)):
        column = place + 1
        series: dict[str, object] = {
            "name": [sheet, top, column],
            "categories": [sheet, top + 1, 0, last, 0],
            "values": [sheet, top + 1, column, last, column],
            "border": {"color": "#1a1a1a"},
            **FILLS[place],
        }
        if not figure.stacked:
            first = len(names) + 1 + 2 * place
            series["x_error_bars"] = {
                "type": "custom",
                "minus_values": f"={_cells(sheet, top, last, first)}",
                "plus_values": f"={_cells(sheet, top, last, first + 1)}",
            }
        chart.add_series(series)
    chart.set_title({"name": figure.heading, "overlay": False})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "label_position": "high"})
    chart.set_legend({"position": "bottom"} if figure.legend else {"none": True})
    chart.set_size({"width": 900, "height": 140 + 60 * len(figure.items)})
    return chart


def _write_intervals(
    sheet: Worksheet, figure: FigureEstimate, names: Sequence[str], top: int, formats: tuple[Format, Format]
) -> None:
    """Write how far the 95 % intervals, which lie unevenly around the shares, reach down and up, for the error bars.

    In cells, because LibreOffice draws no error bars of numbers that stand in the chart alone.
    """
    head, precise = formats
    for place, name in enumerate(names):
        column = len(names) + 1 + 2 * place
        for number, text in enumerate((gettext("%(name)s: interval down"), gettext("%(name)s: interval up"))):
            sheet.write_string(top, column + number, text % {"name": name}, head)
        for row, item in enumerate(figure.items, start=top + 1):
            e = item.lines[place].estimate
            if e.estimate is not None and e.interval_low is not None and e.interval_high is not None:
                sheet.write_number(row, column, e.estimate - e.interval_low, precise)
                sheet.write_number(row, column + 1, e.interval_high - e.estimate, precise)


def _cells(sheet: str, top: int, last: int, column: int) -> str:
    """Return the address of the cells of all bars in a column."""
    cells: str = xl_range_abs(top + 1, column, last, column)
    return f"{quote_sheetname(sheet)}!{cells}"


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, format_: Format | None = None) -> None:
    if isinstance(cell, str) and cell:
        sheet.write_string(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, format_)
