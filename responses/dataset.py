"""What estimates and exports read: a round's live weights, and its submitted responses as columns of numbers."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.core.cache import cache
from django.db.models import Count, Max
from numpy.typing import NDArray

from responses.models import Case, Response
from responses.statistics.dispositions import Disposition
from responses.statistics.estimation import NOT_ANSWERED, NOT_ASKED
from responses.statistics.weighting import Collapsed, TooFewUnits, collapse_strata, design_weights
from surveys.models import Round, Stratum
from surveys.questionnaire.expression import parse
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.routing import Route, route

CACHED_SECONDS = 24 * 3600
REGISTER = ("reg_level", "reg_industry_group", "reg_size_class", "reg_region")


@dataclass(frozen=True, slots=True)
class Weighting:
    """The live weights of a round: N_h / (r_h + i_h) in strata collapsed where too little is known yet.

    Attributes:
        strata: the drawn strata in order; ``ineligible`` goes with them, i_h of each.
        place: the number of a drawn stratum by its primary key.
        collapsed: how strata were joined; None while all together hold too few units.
        weights: workplaces that one unit stands for, by collapsed stratum.
    """

    strata: tuple[Stratum, ...]
    place: Mapping[int, int]
    ineligible: tuple[int, ...]
    collapsed: Collapsed | None
    weights: tuple[float, ...]

    def of(self, stratum: int) -> tuple[str, float] | None:
        """Return the collapsed stratum and the weight of the units of a drawn stratum, by its primary key."""
        if self.collapsed is None:
            return None
        number = self.collapsed.stratum[self.place[stratum]]
        return self.collapsed.labels[number], self.weights[number]


def weigh(round_: Round, responding: Mapping[int, int] | None = None) -> Weighting:
    """Return the weights that follow from what is submitted and confirmed as not eligible by now; three queries.

    ``responding``: the responses by primary key of their stratum, where they have been read already.
    """
    strata = tuple(Stratum.objects.filter(sample__round=round_).order_by("pk"))
    gone = Case.objects.of_round(round_).filter(disposition=Disposition.INELIGIBLE).order_by()
    if responding is None:
        submitted = Response.objects.submitted(round_).order_by().values_list("case__sample_unit__stratum")
        responding = dict(submitted.annotate(Count("pk")))
    ineligible = dict(gone.values_list("sample_unit__stratum").annotate(Count("pk")))
    r = [responding.get(stratum.pk, 0) for stratum in strata]
    i = [ineligible.get(stratum.pk, 0) for stratum in strata]
    cells = [
        (stratum.level, "+".join(stratum.industry_groups) or stratum.code, "+".join(stratum.size_classes))
        for stratum in strata
    ]
    try:
        known = [sum(pair) for pair in zip(r, i, strict=True)]
        collapsed = collapse_strata(cells, [stratum.population_size for stratum in strata], known)
    except TooFewUnits:
        collapsed = None
    return Weighting(
        strata=strata,
        place={stratum.pk: number for number, stratum in enumerate(strata)},
        ineligible=tuple(i),
        collapsed=collapsed,
        weights=_weights(collapsed, r, i) if collapsed else (),
    )


def _weights(collapsed: Collapsed, responding: list[int], ineligible: list[int]) -> tuple[float, ...]:
    r, i = Counter[int](), Counter[int]()
    for number, ours, gone in zip(collapsed.stratum, responding, ineligible, strict=True):
        r[number] += ours
        i[number] += gone
    numbers = range(len(collapsed.populations))
    return design_weights(collapsed.populations, [r[number] for number in numbers], [i[number] for number in numbers])


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The submitted responses of a round, one row each.

    Attributes:
        cases: primary key of each row's case.
        strata: primary key of each row's stratum.
        register: codes of the frame's register variables, by their names in ``REGISTER``.
        columns: by the text of an expression: 1 it holds, 0 it does not, −1 not asked, −2 asked and not answered.
    """

    cases: NDArray[np.int64]
    strata: NDArray[np.int64]
    register: Mapping[str, NDArray[np.str_]]
    columns: Mapping[str, NDArray[np.int8]]

    def by_stratum(self) -> dict[int, int]:
        """Return the number of rows of each stratum, by its primary key."""
        return Counter(self.strata.tolist())


def dataset(round_: Round, expressions: Iterable[str]) -> Dataset:
    """Return the round's dataset, made anew when something was submitted since; one query when it was not."""
    texts = sorted(set(expressions))
    at = Response.objects.submitted(round_).aggregate(count=Count("pk"), last=Max("submitted_at"))
    asked = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    last = at["last"].timestamp() if at["last"] else 0
    key = f"dataset:{round_.pk}:{round_.questionnaire_id}:{at['count']}:{last}:{asked}"
    made: Dataset | None = cache.get(key)
    if made is None:
        made = make_dataset(round_, texts)
        cache.set(key, made, CACHED_SECONDS)
    return made


def make_dataset(round_: Round, texts: Iterable[str]) -> Dataset:
    """Evaluate every expression on the route of every submitted response, by the evaluator that routes."""
    questionnaire = round_.questionnaire.definition()
    expressions = {text: parse(text) for text in texts}
    rests_on = {text: reads(questionnaire, expression) for text, expression in expressions.items()}
    cases: list[int] = []
    strata: list[int] = []
    register: dict[str, list[object]] = {name: [] for name in REGISTER}
    columns: dict[str, list[int]] = {text: [] for text in expressions}
    responses = Response.objects.submitted(round_).select_related("case__sample_unit__workplace")
    for response in responses.iterator(chunk_size=500):
        unit = response.case.sample_unit
        known = unit.workplace.register()
        taken = route(questionnaire, known, response.answers)
        cases.append(response.case_id)
        strata.append(unit.stratum_id)
        for name, values in register.items():
            values.append(known.get(name, ""))
        for text, expression in expressions.items():
            columns[text].append(truth_code(taken, taken.evaluate(expression), rests_on[text]))
    return Dataset(
        cases=np.array(cases, dtype=np.int64),
        strata=np.array(strata, dtype=np.int64),
        register={name: np.array(values, dtype=np.str_) for name, values in register.items()},
        columns={text: np.array(codes, dtype=np.int8) for text, codes in columns.items()},
    )


def truth_code(taken: Route, value: object, questions: Iterable[str]) -> int:
    """Return a value on a route as 1 or 0; an unknown one as −2 when a question it rests on is open, else −1."""
    if value is not None:
        return int(value is True)
    asked = (item for code in questions if (item := taken.item(code)))
    open_ = any(not item.complete(taken.answers.get(item.code)) for item in asked)
    return NOT_ANSWERED if open_ else NOT_ASKED
