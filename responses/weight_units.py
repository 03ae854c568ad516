"""The drawn units of a round and the known totals of its frame, as weighting reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Sum
from django.db.models.enums import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from numpy.typing import NDArray

from responses import groups
from responses.models import Case
from responses.statistics.dispositions import Disposition
from surveys.models import Round, Stratum, Workplace

VARIABLES: Mapping[str, tuple[str | Promise, type[TextChoices]]] = {
    name: (variable.label, variable.codes) for name, variable in groups.VARIABLES.items() if variable.codes
}
JOINT = " + "  # between the names of joined cells
SEPARATOR = " × "
Cells = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """All drawn units of a round, in the order of their cases; every array has one value per unit.

    Attributes:
        cases: primary keys.
        strata: codes.
        design_weights: N_h / n_h.
        in_scope: submitted.
        known: submitted, or known not to be eligible: the units that carry weight.
        register: codes of the frame's variables, by the names in ``VARIABLES``.
        employees: yearly average.
        populations: N_h by code of the stratum.
    """

    cases: NDArray[np.int64]
    strata: Cells
    design_weights: NDArray[np.float64]
    in_scope: NDArray[np.bool_]
    known: NDArray[np.bool_]
    register: Mapping[str, Cells]
    employees: NDArray[np.float64]
    populations: Mapping[str, int]

    def cells(self, variables: Sequence[str]) -> Cells:
        """Return each unit's cell of these variables, named by its codes."""
        return crossed([self.register[name] for name in variables], self.cases.size)


def crossed(columns: Sequence[Cells], length: int) -> Cells:
    if not columns:
        return np.full(length, "", dtype=np.str_)
    return np.array([SEPARATOR.join(codes) for codes in zip(*columns, strict=True)], dtype=np.str_)


def read_units(round_: Round) -> Units:
    """Read every drawn unit of a round; two queries."""
    place = "sample_unit__workplace__"
    rows = list(
        Case.objects.of_round(round_)
        .order_by("pk")
        .values_list(
            "pk",
            "sample_unit__stratum__code",
            "sample_unit__inclusion_probability",
            "response__submitted_at",
            "disposition",
            *(place + name for name in VARIABLES),
            f"{place}employees",
        )
    )
    submitted = np.array([row[3] is not None for row in rows], dtype=np.bool_)
    gone = np.array([row[4] == Disposition.INELIGIBLE for row in rows], dtype=np.bool_)
    strata = Stratum.objects.filter(sample__round=round_).values_list("code", "population_size")
    return Units(
        cases=np.array([row[0] for row in rows], dtype=np.int64),
        strata=np.array([row[1] for row in rows], dtype=np.str_),
        design_weights=np.array([1 / row[2] for row in rows], dtype=np.float64),
        in_scope=submitted,
        known=submitted | gone,
        register={
            name: np.array([row[5 + number] for row in rows], dtype=np.str_) for number, name in enumerate(VARIABLES)
        },
        employees=np.array([row[-1] for row in rows], dtype=np.float64),
        populations=dict(strata),
    )


def frame_totals(round_: Round, variables: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the workplaces and the employees of the frame by cell of these variables; one query."""
    found = Workplace.objects.of_round(round_).order_by().values_list(*variables)
    counted = found.annotate(Count("pk"), Sum("employees"))
    if not variables:
        whole = Workplace.objects.of_round(round_).aggregate(count=Count("pk"), employees=Sum("employees"))
        return {"": (whole["count"], whole["employees"] or 0)}
    return {SEPARATOR.join(row[:-2]): (row[-2], row[-1] or 0) for row in counted}


def cell_label(cell: str) -> str:
    """Return a cell of register variables, or joined ones, in words: its codes where they have words."""
    words = {code: str(label) for _label, codes in VARIABLES.values() for code, label in codes.choices}
    parts = [
        ", ".join(words.get(code, code) or gettext("Not known") for code in one.split(SEPARATOR))
        for one in cell.split(JOINT)
    ]
    return JOINT.join(parts)
