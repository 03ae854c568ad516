"""How shares have changed from one round to another, with the covariance of the workplaces that are in both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from responses.estimates import chosen, edition_of, expressions_of, indicators_of
from responses.estimator import NO_DIFFERENCE, NO_ESTIMATE, Estimator
from responses.models import Case
from responses.statistics.comparing import Difference, holm
from responses.statistics.estimation import ShareEstimate, share
from responses.statistics.rounds import RoundShare, change
from surveys.models import Round, Stratum, Workplace
from surveys.questionnaire.indicator_definition import Indicator


@dataclass(frozen=True, slots=True)
class RoundChange:
    """One share in two rounds.

    Attributes:
        indicator, was: its id in the later and in the earlier round.
        group: a code of the indicator's groups; "" for everybody.
        change: the later share less the earlier one.
        holm: p adjusted for all changes together; None where that was not asked for, or nothing was tested.
    """

    indicator: str
    was: str
    label: str
    group: str
    earlier: ShareEstimate
    later: ShareEstimate
    change: Difference
    holm: float | None = None


@dataclass(frozen=True, slots=True)
class RoundChanges:
    """Attributes:
    common_units: workplaces whose answers are in both rounds.
    common_workplaces: workplaces that are in both frames.
    not_comparable: ids asked for that the earlier round has nothing comparable to.
    provisional: one of the rounds is not closed, or has no stored weights.
    """

    lines: tuple[RoundChange, ...]
    common_units: int
    common_workplaces: int
    not_comparable: tuple[str, ...]
    provisional: bool


def round_changes(
    earlier: Round, later: Round, ids: Sequence[str], language: str, *, adjust: bool = False
) -> RoundChanges:
    """Compare indicators of the later round with those of the earlier one that measure the same.

    The same is what stands in the same series, or has the same id in the same questionnaire. Groups are compared where
    both have them. Rankings are left out.

    Raises: NoIndicators, UnknownIndicator, as ``estimates.estimate``.
    """
    before, after = _Side(earlier), _Side(later)
    asked, _ = chosen(after.known, ids, edition_of(after.questionnaire))
    pairs = [(before.same_as(indicator, after), indicator) for indicator in asked]
    common = _common_workplaces(before, after)
    lines = [line for was, now in pairs if was for line in _lines(before, was, after, now, common, language)]
    if adjust:
        adjusted = holm([line.change.p for line in lines])
        lines = [replace(line, holm=p) for line, p in zip(lines, adjusted, strict=True)]
    return RoundChanges(
        lines=tuple(lines),
        common_units=len(before.answered & after.answered),
        common_workplaces=int(common.sum()),
        not_comparable=tuple(now.id for was, now in pairs if was is None),
        provisional=any(
            side.round.closed_at is None or not side.estimator.basis.weight_set for side in (before, after)
        ),
    )


class _Side:
    """One of the two rounds: its indicators, its estimates, and which workplace each row of its design is."""

    def __init__(self, round_: Round) -> None:
        self.round, self.questionnaire = round_, round_.questionnaire.definition()
        self.known = indicators_of(self.questionnaire)
        self.estimator = Estimator(round_, expressions_of(self.questionnaire, self.known))
        cases = Case.objects.of_round(round_).filter(pk__in=self.estimator.data.cases.tolist()).order_by()
        register_id = dict(cases.values_list("pk", "sample_unit__workplace__register_id"))
        ids = np.array([register_id[pk] for pk in self.estimator.data.cases.tolist()], dtype=np.str_)
        self.answered = frozenset(ids.tolist())
        self.units = self._units(ids)

    def _units(self, ids: NDArray[np.str_]) -> NDArray[np.str_]:
        """Return the register id of each row. One known not to be eligible has none: the other round lacks it."""
        design, place = self.estimator.design, self.estimator.basis.place
        rows = design.stratum.size if design else 0
        units = np.array([f"{self.round.pk}:{row}" for row in range(rows)], dtype="U32")
        units[place[place >= 0]] = ids[place >= 0]
        return units

    def same_as(self, indicator: Indicator, other: "_Side") -> Indicator | None:
        """Return the indicator of this round that measures the same as one of the other; None if there is none."""
        if self.questionnaire.code == other.questionnaire.code:
            return self.known.indicator(indicator.id)
        same = [
            each for each in self.known.indicators if each.comparable(indicator) and bool(each.by) == bool(indicator.by)
        ]
        edition = edition_of(self.questionnaire)
        return min(same, key=lambda each: (each.edition != edition, each.id != indicator.id), default=None)

    def strata(self) -> dict[str, int]:
        """Return the stratum of the design of each workplace of the frame, by register id.

        A drawn unit is where it was drawn; the others are where their level, industry and size put them. Strata that no
        answer has come from hold no common unit, and are left out.
        """
        data, design = self.estimator.data, self.estimator.design
        if design is None:
            return {}
        weighted = self.estimator.basis.place >= 0
        rows = self.estimator.basis.place[weighted]
        number = dict(zip(data.strata[weighted].tolist(), design.stratum[rows].tolist(), strict=True))
        cells = {
            (stratum.level, group, size): number[stratum.pk]
            for stratum in Stratum.objects.filter(sample__round=self.round, pk__in=number)
            for group in stratum.industry_groups
            for size in stratum.size_classes
        }
        fields = ("register_id", "sample_unit__stratum", "level", "industry_group", "size_class")
        workplaces = Workplace.objects.of_round(self.round).order_by().values_list(*fields)
        found = (
            (id_, number.get(drawn, cells.get(cell))) for id_, drawn, *rest in workplaces for cell in [tuple(rest)]
        )
        return {id_: stratum for id_, stratum in found if stratum is not None}

    def rests_on(self, indicator: Indicator, group: str) -> RoundShare | None:
        """Return what the share of a group ("" for everybody) rests on; None while nothing can be estimated."""
        estimator, design = self.estimator, self.estimator.design
        if design is None or indicator.share is None:
            return None
        within = [each.when.text for each in (indicator.by.groups if indicator.by else ()) if each.code == group]
        base = indicator.base.text
        return RoundShare(
            design, estimator.codes(indicator.share.text, base), estimator.domain(base, *within), self.units
        )


def _common_workplaces(before: _Side, after: _Side) -> NDArray[np.float64]:
    """Return how many workplaces are in both frames, by stratum of the earlier and of the later design."""
    sizes = [side.estimator.design.counts.size if side.estimator.design else 0 for side in (before, after)]
    common, later = np.zeros(sizes), after.strata()
    for id_, stratum in before.strata().items():
        if id_ in later:
            common[stratum, later[id_]] += 1
    return common


def _lines(
    before: _Side, was: Indicator, after: _Side, now: Indicator, common: NDArray[np.float64], language: str
) -> Iterator[RoundChange]:
    """Yield the change of everybody, or of each group that both have."""
    groups = {group.code: group.label.text(language, {}) for group in now.by.groups} if now.by else {"": ""}
    had = {group.code for group in was.by.groups} if was.by else {""}
    for code in (code for code in groups if code in had and now.share):
        rounds = before.rests_on(was, code), after.rests_on(now, code)
        shares = [share(each.design, each.indicator, each.domain) if each else NO_ESTIMATE for each in rounds]
        first, last = rounds
        yield RoundChange(
            indicator=now.id,
            was=was.id,
            label=" – ".join(filter(None, (now.label.text(language, {}), groups[code]))),
            group=code,
            earlier=shares[0],
            later=shares[1],
            change=change(first, last, common) if first and last else NO_DIFFERENCE,
        )
