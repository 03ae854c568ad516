"""What the estimate of an indicator consists of: shares with their uncertainty, tests, and what was printed of them."""

from dataclasses import dataclass

from responses.statistics.comparing import Difference, DistributionTest
from responses.statistics.estimation import ShareEstimate
from surveys.questionnaire.indicator_definition import DIFFERS, HIGHER, SAME

WIDEST, FEWEST = 0.20, 30  # an interval of ± 10 points, and effective answers
SIGNIFICANT = 0.05

HELD, NOT_HELD, NOT_SIGNIFICANT, UNTESTED = "held", "not_held", "not_significant", "untested"


@dataclass(frozen=True, slots=True)
class Line:
    """One share.

    Attributes:
        group: a code of the table's groups; "" for everybody.
        option: the option of a ranking; "" for a share.
        effective_n: how many answers of equal weight would tell as much (Kish).
        published, about: as printed, exactly or roughly, 0–1; None where nothing was.
        reason: why a part of the estimate is missing; "" when all of it is there.
    """

    indicator: str
    label: str
    group: str
    option: str
    estimate: ShareEstimate
    effective_n: float
    published: float | None
    about: float | None
    reason: str

    @property
    def cv(self) -> float | None:
        """The standard error as a part of the share; None without a share above 0."""
        if not self.estimate.estimate or self.estimate.standard_error is None:
            return None
        return self.estimate.standard_error / self.estimate.estimate

    @property
    def wide(self) -> bool:
        low, high = self.estimate.interval_low, self.estimate.interval_high
        return low is None or high is None or high - low > WIDEST

    @property
    def few(self) -> bool:
        return self.effective_n < FEWEST

    @property
    def uncertain(self) -> bool:
        """There is an estimate, but its interval is wider than ± 10 points or it rests on fewer than 30 answers."""
        return self.estimate.estimate is not None and (self.wide or self.few)


@dataclass(frozen=True, slots=True)
class GroupTest:
    """One test of the groups of a table.

    Attributes:
        first, last: labels of the two groups whose difference is tested; "" for a test over all groups.
        holm: p adjusted for all tests printed together; None where that was not asked for.
        reason: why there is no test; "" when there is one.
    """

    first: str
    last: str
    found: Difference | DistributionTest
    holm: float | None
    reason: str

    @property
    def p(self) -> float | None:
        """The p that decides."""
        return self.found.p if self.holm is None else self.holm

    @property
    def significant(self) -> bool | None:
        return None if self.p is None else self.p < SIGNIFICANT

    @property
    def over_all(self) -> bool:
        return isinstance(self.found, DistributionTest)


@dataclass(frozen=True, slots=True)
class Table:
    """One indicator; in a grouped table the first line is everybody and the others are the groups.

    Attributes:
        base: whose share it is, in words.
        by: name of the variable whose values are the groups; "" for the indicator's own groups or none.
        decimals: of the per cent when printed.
        expect: what was printed of the groups in words (``Indicator.expect``); "" where it says nothing.
        verdict: how that came out; "" where nothing is expected.
        not_answered_by: answers in no group because the question behind the groups was left out.
        other_edition: the edition that the indicator was printed for, where it is not this round's.
        series_note: why its versions in different editions may not be compared; "" where nothing is known.
        disclosure: rule, and the fewest workplaces that it lets a published cell rest on.
        base_n: n of the base as printed; None where none was.
    """

    indicator: str
    title: str
    base: str
    by: str
    grouped: bool
    decimals: int
    lines: tuple[Line, ...]
    tests: tuple[GroupTest, ...] = ()
    expect: str = ""
    verdict: str = ""
    not_answered_by: int = 0
    other_edition: str = ""
    series_note: str = ""
    disclosure: str = ""
    minimum_n: int = 1
    base_n: int | None = None


def verdict(expect: str, tests: tuple[GroupTest, ...]) -> str:
    """Return how an expectation of groups came out: the first group against the last, or all of them."""
    if not expect:
        return ""
    test = next((test for test in tests if test.over_all == (expect == DIFFERS)), None)
    if test is None or test.significant is None:
        return UNTESTED
    if expect == SAME:
        return NOT_HELD if test.significant else HELD
    if not test.significant:
        return NOT_SIGNIFICANT
    if isinstance(test.found, Difference) and test.found.estimate is not None:
        return HELD if (test.found.estimate > 0) == (expect == HIGHER) else NOT_HELD
    return HELD


def top_options(lines: tuple[Line, ...]) -> dict[str, str]:
    """Return the option with the largest share, by group of a ranking; none for a group without estimates."""
    best: dict[str, Line] = {}
    for line in lines:
        share = line.estimate.estimate
        before = best[line.group].estimate.estimate if line.group in best else None
        if share is not None and (before is None or share > before):
            best[line.group] = line
    return {group: line.option for group, line in best.items()}


def rank_verdict(expect: str, lines: tuple[Line, ...]) -> str:
    """Return whether the expected option is the largest in every group; the order is estimated, not tested."""
    if not expect:
        return ""
    top = top_options(lines)
    if set(top) != {line.group for line in lines}:
        return UNTESTED
    return HELD if set(top.values()) == {expect} else NOT_HELD
