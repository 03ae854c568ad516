"""The design that a round's estimates rest on, and where each of its submitted responses stands in it."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext
from numpy.typing import ArrayLike, NDArray

from responses import weight_sets
from responses.dataset import Dataset, Weighting, weigh
from responses.statistics.estimation import Design
from responses.weight_sets import StoredWeights
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Joined:
    """``count`` strata made one, named by what they have in common."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class RoundDesign:
    """What ``round_design`` finds.

    Attributes:
        design: the rows that carry weight; None while all strata together hold fewer than two.
        place: the row of the design of each row of the dataset; −1 for a response without a weight.
        weight_set: name of the stored weights that are used; "" for the live weights of today.
        responding, ineligible: rows that are submitted responses, and cases known not to be eligible.
        population: workplaces in the frame.
        joined: strata joined because one of them had too few units; live weights only.
    """

    design: Design | None
    place: NDArray[np.int64]
    weight_set: str
    responding: int
    ineligible: int
    population: int
    joined: tuple[Joined, ...] = ()

    @property
    def without_weight(self) -> int:
        """Submitted responses that the stored weights do not know; they are in no estimate."""
        return int(np.count_nonzero(self.place < 0))

    @property
    def without_answers(self) -> int:
        """Rows of the stored weights whose answers have been erased since; they are in no base."""
        return self.responding - int(np.count_nonzero(self.place >= 0))

    def spread(self, values: ArrayLike, elsewhere: int) -> NDArray[np.int8]:
        """Return a column of the dataset as one value per row of the design; ``elsewhere`` where there is no response.

        Raises: ValueError while there is no design.
        """
        if self.design is None:
            raise ValueError("no design to spread a column over")
        found = np.full(self.design.stratum.size, elsewhere, dtype=np.int8)
        weighted = self.place >= 0
        found[self.place[weighted]] = np.asarray(values, dtype=np.int8)[weighted]
        return found


def round_design(round_: Round, data: Dataset) -> RoundDesign:
    """Return the design of the weights in use: the chosen stored ones, else those that follow from today's answers."""
    chosen = weight_sets.used(round_)
    return _live(weigh(round_, data.by_stratum()), data) if chosen is None else _stored(chosen, data)


def _stored(weights: StoredWeights, data: Dataset) -> RoundDesign:
    row_of = {case: row for row, case in enumerate(weights.cases.tolist())}
    responding = int(np.count_nonzero(weights.in_scope))
    return RoundDesign(
        design=weights.design,
        place=np.array([row_of.get(case, -1) for case in data.cases.tolist()], dtype=np.int64),
        weight_set=weights.name,
        responding=responding,
        ineligible=weights.cases.size - responding,
        population=int(weights.design.populations.sum()),
    )


def _live(weighting: Weighting, data: Dataset) -> RoundDesign:
    """The rows are the responses in the dataset's order, then the known ineligible."""
    design = None
    if collapsed := weighting.collapsed:
        number = {stratum.pk: collapsed.stratum[place] for place, stratum in enumerate(weighting.strata)}
        responding = [number[stratum] for stratum in data.strata.tolist()]
        ineligible = np.repeat(collapsed.stratum, weighting.ineligible)
        design = Design.of(np.concatenate([responding, ineligible]), collapsed.populations)
    return RoundDesign(
        design=design,
        place=np.arange(data.strata.size),
        weight_set="",
        responding=data.strata.size,
        ineligible=sum(weighting.ineligible),
        population=sum(stratum.population_size for stratum in weighting.strata),
        joined=_joined(weighting),
    )


def _joined(weighting: Weighting) -> tuple[Joined, ...]:
    if weighting.collapsed is None:
        return ()
    found = []
    for collapse in weighting.collapsed.collapses:
        stratum = weighting.strata[collapse.strata[0]]
        level, sizes = stratum.get_level_display(), " + ".join(stratum.size_class_labels())
        label = {"level_size": f"{level}, {sizes}", "level": level, "all": gettext("All levels")}[collapse.to]
        found.append(Joined(str(label), len(collapse.strata)))
    return tuple(found)
