"""What a figure says in words: its note, its description for those who do not see it, and its numbers."""

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext

from barometer.formats import NO_BREAK_SPACE, number, percent
from responses.estimate_tables import Line
from responses.estimate_texts import p_text, watermark
from responses.figures import FigureEstimate, Item, Tested
from surveys.questionnaire.figure_definition import (
    BASE,
    LEFT_OUT,
    PARTS_EXCEED_TOTAL,
    SEVERAL_ANSWERS,
    SIGNIFICANCE,
    WEIGHTED,
)

SIGNIFICANT_MARK = "*"


def stamp(figure: FigureEstimate) -> Iterator[str]:
    """Yield what must be read before the numbers are."""
    if figure.basis.rehearsal:
        yield gettext("Rehearsal – not a real survey")
    if mark_ := watermark(figure.basis):
        yield mark_


def notes(figure: FigureEstimate) -> Iterator[str]:
    """Yield the note under the figure, a sentence or two for each thing that it must say."""
    sentences = {
        BASE: _base,
        WEIGHTED: _weighted,
        LEFT_OUT: _left_out,
        PARTS_EXCEED_TOTAL: _parts_exceed_total,
        SEVERAL_ANSWERS: _several_answers,
        SIGNIFICANCE: _significance,
    }
    for name in figure.note:
        if said := sentences[name](figure):
            yield said
    if said := _not_answered(figure):
        yield said
    if figure.uncertain:
        yield gettext(
            "Numbers in brackets are uncertain: their 95% interval is wider than ±10 points, or they rest on fewer "
            "than 30 effective answers."
        )
    if not figure.stacked:
        yield gettext("The thin line at the end of a bar is the 95% interval.")
    yield gettext("The interval covers random uncertainty, not bias from non-response.")


def _base(figure: FigureEstimate) -> str:
    said = gettext("Base: %(base)s, %(n)s (unweighted).") % {"base": figure.base, "n": counted(figure.base_n)}
    if figure.groups:
        groups = "; ".join(f"{label}, {counted(n)}" for label, n in figure.groups)
        said += " " + gettext("Groups: %(groups)s.") % {"groups": groups}
    return said


def _weighted(figure: FigureEstimate) -> str:
    return gettext("The answers are weighted to represent all workplaces of the public sector.")


def _left_out(figure: FigureEstimate) -> str:
    """Which answers are not drawn, with their shares in each bar."""
    bars = []
    for item in figure.items:
        shares = ", ".join(f"{line.label} {percent(line.estimate.estimate)}" for line in item.left_out)
        bars.append(f"{item.label}: {shares}" if len(figure.items) > 1 else shares)
    said = gettext("The parts sum to less than 100%%, because these answers are not drawn: %(answers)s.")
    return said % {"answers": "; ".join(bars)}


def _parts_exceed_total(figure: FigureEstimate) -> str:
    return gettext("Several parts can be true of the same innovation, so they add up to more than the whole.")


def _several_answers(figure: FigureEstimate) -> str:
    return gettext("Several answers could be given, so the shares can add up to more than 100%.")


def _significance(figure: FigureEstimate) -> str:
    """Which differences are significant at 0.05, each test by itself."""
    if figure.distribution:
        return " ".join(map(_distribution, figure.tests))
    significant = [tested.label for tested in figure.tests if tested.test.significant]
    untested = [tested.label for tested in figure.tests if tested.test.significant is None]
    if significant:
        said = gettext("%(mark)s The groups differ significantly at 0.05, each test by itself: %(bars)s.")
        said %= {"mark": SIGNIFICANT_MARK, "bars": "; ".join(significant)}
    else:
        said = gettext("No difference between the groups is significant at 0.05.")
    if untested:
        said += " " + gettext("Not tested: %(bars)s.") % {"bars": "; ".join(untested)}
    return said


def _distribution(tested: Tested) -> str:
    if tested.test.p is None:
        return f"{tested.label}: {tested.test.reason}"
    said = (
        gettext("%(row)s: the groups differ significantly over all answers, those not drawn among them (%(p)s).")
        if tested.test.significant
        else gettext("%(row)s: no significant difference over all answers, those not drawn among them (%(p)s).")
    )
    return said % {"row": tested.label, "p": p_text(tested.test.p)}


def _not_answered(figure: FigureEstimate) -> str:
    """Who was asked and did not answer, in neither the shares nor their base."""
    counts = {item.label: max((line.estimate.not_answered for line in item.lines), default=0) for item in figure.items}
    left = [f"{label} {number(count)}" for label, count in counts.items() if count]
    if not left:
        return ""
    return gettext("Asked and not answered, and in no share: %(bars)s.") % {"bars": "; ".join(left)}


def described(figure: FigureEstimate) -> str:
    """Return the figure in words, for its description."""
    names = figure.legend or ("",)
    bars = []
    for item in figure.items:
        values = [f"{name} {_said(line, figure)}".strip() for name, line in zip(names, item.lines, strict=True)]
        bars.append(f"{item.label}: {', '.join(values)}.")
    shape = (
        ngettext("One bar cut into parts.", "%(n)s bars cut into parts.", len(bars))
        if figure.stacked
        else ngettext("One bar.", "%(n)s bars.", len(bars) * len(names))
    )
    counted = number(len(bars) if figure.stacked else len(bars) * len(names))
    return " ".join([shape % {"n": counted}, *bars, gettext("The numbers stand in the table.")])


def _said(line: Line, figure: FigureEstimate) -> str:
    return mark(line) if line.estimate.estimate is None else value_text(line, figure.decimals)


def marked_label(item: Item, figure: FigureEstimate) -> str:
    """Return a bar's label, marked where its groups differ significantly."""
    significant = not figure.distribution and any(
        tested.label == item.label and tested.test.significant for tested in figure.tests
    )
    return f"{item.label}{NO_BREAK_SPACE}{SIGNIFICANT_MARK}" if significant else item.label


def counted(n: int) -> str:
    """Return an unweighted number of answers as "n = 1,877" that no line break parts."""
    return NO_BREAK_SPACE.join(("n", "=", number(n)))


def value_text(line: Line, decimals: int) -> str:
    """Return a share rounded as it is printed, in brackets where it is uncertain."""
    text = percent(line.estimate.estimate, decimals)
    return f"({text})" if line.uncertain else text


def mark(line: Line) -> str:
    """Return why there is no number."""
    return line.reason or gettext("no number")
