"""What estimates say in words: notes, tests, and how what was printed came out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.translation import gettext, ngettext

from barometer.formats import number, percent, points
from responses.estimate_tables import HELD, NOT_HELD, NOT_SIGNIFICANT, GroupTest, Line, Table
from responses.estimates import Basis, Estimates
from responses.statistics.comparing import Difference
from surveys.questionnaire.indicator_definition import DIFFERS, HIGHER, LOWER, SAME

Rows: TypeAlias = tuple[tuple[Line, str, str], ...]

SMALLEST_P = 0.0001


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as a page shows it: each line with why it is uncertain and what was printed, and notes below."""

    table: Table
    rows: Rows
    notes: tuple[str, ...]

    @property
    def parts(self) -> tuple[tuple[str, Rows], ...]:
        return (("", self.rows),)


def shown(table: Table) -> Shown:
    return Shown(table, rows_of(table.lines), tuple(table_notes(table)))


def rows_of(lines: Iterable[Line]) -> Rows:
    """Return each line with why it is uncertain and what was printed."""
    return tuple((line, uncertain_text(line), printed_text(line)) for line in lines)


def basis_notes(basis: Basis) -> Iterator[str]:
    """Yield who stands for whom: the rows, the weights, and what was joined."""
    yield gettext(
        "%(submitted)s submitted, and %(gone)s known not to be eligible, stand for %(population)s workplaces."
    ) % {
        "submitted": number(basis.responding),
        "gone": number(basis.ineligible),
        "population": number(basis.population),
    }
    if basis.weight_set:
        yield gettext("The weights are the stored ones, “%(name)s”.") % {"name": basis.weight_set}
    else:
        yield gettext("The weights are those of today: the workplaces of a stratum divided by those known in it.")
    if basis.without_weight:
        said = ngettext(
            "%(n)s submitted questionnaire has no weight in them and is in no number.",
            "%(n)s submitted questionnaires have no weight in them and are in no number.",
            basis.without_weight,
        )
        yield said % {"n": number(basis.without_weight)}
    if basis.without_answers:
        said = ngettext(
            "The answers of %(n)s workplace with a weight have been erased since; it is in no number.",
            "The answers of %(n)s workplaces with a weight have been erased since; they are in no number.",
            basis.without_answers,
        )
        yield said % {"n": number(basis.without_answers)}
    for joined in basis.joined:
        said = gettext("Joined, because too little is known in one of them: %(label)s, %(count)s strata.")
        yield said % {"label": joined.label, "count": joined.count}


def notes(found: Estimates) -> Iterator[str]:
    """Yield what holds for all tables; whether they are provisional and made up is said by ``watermark``."""
    yield from basis_notes(found.basis)
    if found.where:
        yield gettext("Only those for whom this holds: %(condition)s") % {"condition": "; ".join(found.where_words)}
    if found.left_out:
        said = gettext("Left out, as of another edition: %(ids)s. Ask for them by name.")
        yield said % {"ids": ", ".join(found.left_out)}
    if found.adjusted:
        said = gettext("The p values of all %(n)s tests are adjusted for each other by Holm's method.")
        yield said % {"n": number(found.adjusted)}
    elif any(table.tests for table in found.tables):
        yield gettext("Each test stands by itself at 0.05: of many, some are significant by chance.")
    yield gettext("The interval covers random uncertainty, not bias from non-response.")


def watermark(basis: Basis) -> str:
    """Return why the numbers are provisional; "" when they are not."""
    if basis.open:
        return gettext("Provisional: the round is not closed, and each new answer changes the numbers.")
    return gettext("Provisional: no stored weights are chosen for the round.") if basis.provisional else ""


def table_notes(table: Table) -> Iterator[str]:
    """Yield what holds for one table."""
    if table.not_answered_by:
        said = ngettext(
            "%(n)s has left out the question behind the groups and is in none of them.",
            "%(n)s have left out the question behind the groups and are in none of them.",
            table.not_answered_by,
        )
        yield said % {"n": number(table.not_answered_by)}
    if table.other_edition:
        said = gettext("Printed for the edition %(edition)s; its values do not stand beside these.")
        yield said % {"edition": table.other_edition}
    if table.series_note:
        yield gettext("Not comparable between editions: %(note)s") % {"note": table.series_note}
    for test in table.tests:
        yield test_text(test)
    if said := verdict_text(table):
        yield said


def test_text(test: GroupTest) -> str:
    """Return a test in one sentence, or why there is none."""
    compared = (
        gettext("All groups together")
        if test.over_all
        else gettext("%(first)s less %(last)s") % {"first": test.first, "last": test.last}
    )
    difference = _difference_text(test.found) if isinstance(test.found, Difference) else ""
    if test.p is None:
        return f"{compared}: {difference + '. ' if difference else ''}{test.reason}"
    significant = gettext("significant") if test.significant else gettext("not significant")
    return f"{compared}: {difference + '; ' if difference else ''}{p_text(test.p)}, {significant}."


def _difference_text(found: Difference) -> str:
    if found.estimate is None:
        return ""
    said = gettext("%(points)s points") % {"points": signed(found.estimate)}
    if found.interval_low is None or found.interval_high is None:
        return said
    limits = {"low": signed(found.interval_low), "high": signed(found.interval_high)}
    return f"{said} (" + gettext("95%% interval from %(low)s to %(high)s") % limits + ")"


def p_text(p: float) -> str:
    """Return a p value, never as 0."""
    return f"p < {number(SMALLEST_P, 4)}" if p < SMALLEST_P else f"p = {number(p, 4)}"


def signed(share: float) -> str:
    """Return a difference of shares in points with its sign."""
    return f"+{points(share)}" if share > 0 else points(share).replace("-", "−")


def verdict_text(table: Table) -> str:
    """Return what was printed of the groups in words, and whether it holds here; "" where nothing was."""
    if not table.verdict:
        return ""
    expected = {
        HIGHER: gettext("higher in the first group than in the last"),
        LOWER: gettext("lower in the first group than in the last"),
        SAME: gettext("no significant difference"),
        DIFFERS: gettext("a significant difference between the groups"),
    }
    labels = {line.option: line.label.rpartition(": ")[2] for line in table.lines if line.option}
    said = expected.get(table.expect) or gettext("“%(option)s” is the most common") % {
        "option": labels.get(table.expect, table.expect)
    }
    came_out = {
        HELD: gettext("it holds here"),
        NOT_HELD: gettext("it does not hold here"),
        NOT_SIGNIFICANT: gettext("here the difference is not significant"),
    }
    outcome = came_out.get(table.verdict, gettext("it cannot be tested here"))
    return gettext("Printed: %(said)s; %(outcome)s.") % {"said": said, "outcome": outcome}


def uncertain_text(line: Line) -> str:
    """Return why a number is too uncertain to lean on; "" when it is not."""
    if not line.uncertain:
        return ""
    if line.wide and line.few:
        return gettext("uncertain: wider than ±10 points, and fewer than 30 effective answers")
    return (
        gettext("uncertain: wider than ±10 points")
        if line.wide
        else gettext("uncertain: fewer than 30 effective answers")
    )


def printed_text(line: Line) -> str:
    """Return the printed value, marked where it was printed only roughly; "" where nothing was."""
    if line.published is not None:
        return percent(line.published)
    return gettext("about %(percent)s") % {"percent": percent(line.about)} if line.about is not None else ""
