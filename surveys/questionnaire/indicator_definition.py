"""What an indicator is: a share of a base, by groups, with what was printed of it and what it may be compared with."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.questionnaire.definition import Label
from surveys.questionnaire.expression import Expression

HIGHER, LOWER, SAME, DIFFERS = "higher", "lower", "same", "differs"
EXPECTATIONS = (HIGHER, LOWER, SAME, DIFFERS)
WHOLE = ""  # the code of everybody together
MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Those of the base for whom ``when`` is true; ``code`` is a code of a register variable, or the expression."""

    code: str
    label: Label
    when: Expression


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of an indicator, in order.

    Attributes:
        variable: the register variable whose codes they are: everybody is in one of them. "" for a list of expressions,
            which may overlap and leave some out.
    """

    variable: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """What is measured, across editions; another ``version`` was asked or put together differently."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share: of those for whom ``base`` is true, how many have ``share`` true; unknown counts in neither.

    Attributes:
        share: None for a ranking.
        rank: the multi-choice question whose options are ranked by their shares of the base; "" for a share.
        by: groups of the base; None for everybody together.
        decimals: of the per cent, as printed; rounded once, at the end.
        published, about: per cent as printed, exactly or roughly, by code of the group, or under "" without groups.
        n: the unweighted number in the base as printed.
        expect: what is said of the first group against the last (``EXPECTATIONS``; "differs" is over all of them), or
            for a ranking the option with the largest share; "" for nothing.
        disclosure: the rule by which a published cell is too small to be shown (``Indicators.disclosure``).
        edition: the edition that was printed, such as "2018-19".
    """

    id: str
    label: Label
    share: Expression | None
    rank: str
    base: Expression
    by: Grouping | None
    decimals: int
    published: Mapping[str, float]
    about: Mapping[str, float]
    n: int | None
    expect: str
    series: Series | None
    disclosure: str
    edition: str

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Everything it reads but the options of a ranking."""
        groups = self.by.groups if self.by else ()
        return (*((self.share,) if self.share else ()), self.base, *(group.when for group in groups))

    def comparable(self, other: "Indicator") -> bool:
        """Whether it may stand beside another one, of this or of another edition, as the same thing measured twice."""
        return self.series is not None and self.series == other.series


@dataclass(frozen=True, slots=True)
class Indicators:
    """A whole document.

    Attributes:
        disclosure: by name of a rule, the fewest workplaces that a published cell may rest on; applied on release.
        series_notes: by name of a series, what sets its versions apart.
    """

    edition: str
    disclosure: Mapping[str, int]
    series_notes: Mapping[str, Label]
    indicators: tuple[Indicator, ...]

    def indicator(self, id_: str) -> Indicator | None:
        return next((indicator for indicator in self.indicators if indicator.id == id_), None)
