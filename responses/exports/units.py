"""What a row tells of its workplace beside the answers: identity, design, register, case; by privacy level."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses import weight_sets
from responses.contact_days import zone
from responses.dataset import Weighting, weigh
from responses.exports.table import Part
from responses.models import Response
from responses.models.case import OUTCOME_LABELS
from responses.variables import REGISTER_CODES, Cell, Kind, Privacy, Value, Variable, register_variables, said, truths
from surveys.calendar import is_late
from surveys.models import Round
from surveys.questionnaire.numbering import MOST_KEPT

Row: TypeAlias = Mapping[str, Any]
WORKPLACE = "sample_unit__workplace__"
FIELDS = {
    "case": "pk",
    "language": "language",
    "outcome": "outcome",
    "stratum": "sample_unit__stratum_id",
    "probability": "sample_unit__inclusion_probability",
    "reg_id": f"{WORKPLACE}register_id",
    "reg_name": f"{WORKPLACE}name",
    "reg_address": f"{WORKPLACE}address",
    "reg_authority_code": f"{WORKPLACE}authority_code",
    "reg_authority": f"{WORKPLACE}authority",
    "reg_level": f"{WORKPLACE}level",
    "reg_industry_group": f"{WORKPLACE}industry_group",
    "reg_employees": f"{WORKPLACE}employees",
    "reg_size_class": f"{WORKPLACE}size_class",
    "reg_region": f"{WORKPLACE}region",
    "answers": "response__answers",
    "mode": "response__mode",
    "proxy": "response__proxy",
    "started_at": "response__started_at",
    "submitted_at": "response__submitted_at",
    "passes": "response__screening__passes",
}
REGISTER = (
    "reg_name",
    "reg_address",
    "reg_authority",
    "reg_level",
    "reg_industry_group",
    "reg_employees",
    "reg_size_class",
    "reg_region",
)
COARSE = tuple(REGISTER_CODES)
OF_MANY = ("submitted", "stratum", "probability", *COARSE)
# name, kind, label, from which level of privacy on
DESIGN: tuple[tuple[str, Kind, Promise], ...] = (
    ("case_stratum", Kind.TEXT, _("Stratum of the sample")),
    ("case_population_size", Kind.INTEGER, _("Workplaces of the stratum in the frame (N_h)")),
    ("case_sample_size", Kind.INTEGER, _("Workplaces drawn in the stratum (n_h)")),
    ("case_inclusion_probability", Kind.NUMBER, _("Inclusion probability (n_h / N_h)")),
    ("case_weighting_stratum", Kind.TEXT, _("Stratum of the weight and of the variance")),
    ("case_weighting_population", Kind.INTEGER, _("Workplaces of that stratum in the frame, for the fpc")),
    ("case_base_weight", Kind.NUMBER, _("Weight before calibration; the weight itself without one")),
    ("case_weight", Kind.NUMBER, _("Weight: workplaces that the row stands for")),
)
CASE: tuple[tuple[str, Kind, Promise], ...] = (
    ("case_language", Kind.TEXT, _("Language of the case's mails and pages")),
    ("case_mode", Kind.CODE, _("How the answers were submitted")),
    ("case_proxy", Kind.MARK, _("Somebody else than the addressee answered by telephone")),
    ("case_started_at", Kind.TIME, _("First answer saved (time in Copenhagen)")),
    ("case_submitted_at", Kind.TIME, _("Submitted (time in Copenhagen)")),
    ("case_late", Kind.MARK, _("Submitted after the day of the printed deadline")),
)
NAMED: tuple[tuple[str, Kind, Promise], ...] = (
    ("case_outcome", Kind.CODE, _("Outcome of the case")),
    ("reg_id", Kind.TEXT, _("Register number of the workplace")),
    ("reg_name", Kind.TEXT, _("Name of the workplace")),
    ("reg_authority_code", Kind.TEXT, _("Code of the municipality, region or ministry")),
    ("reg_authority", Kind.TEXT, _("Municipality, region or ministry")),
    ("reg_employees", Kind.INTEGER, _("Average number of employees in the register year")),
)
CODES: dict[str, Iterable[tuple[str, Promise]]] = {
    "case_mode": [(value, Response.Mode(value).label) for value in Response.Mode.values],
    "case_outcome": [(code.value, label) for code, label in OUTCOME_LABELS.items()],
}


def pseudonym(round_: Round, case: int) -> str:
    """Return what a case is called in the files of its round: 16 hexadecimal digits, which only the key links to it."""
    mac = _begun(settings.SAMPLING_KEY, round_.slug).copy()
    mac.update(str(case).encode())
    return mac.hexdigest()[:16]


@lru_cache(maxsize=2)
def _begun(key: bytes, slug: str) -> hmac.HMAC:
    """What the names of all cases of a round begin with."""
    return hmac.new(key, f"export:{slug}:".encode(), "sha256")


class Unit(NamedTuple):
    """A case with its pseudonym, what a row of ``FIELDS`` says of it, and its answers, if it has any."""

    case: int
    name: str
    row: Row
    answers: Any


class CaseWeight(NamedTuple):
    """The stratum of a row for weight and variance, its N_h, and the weight ``before`` calibration and after."""

    stratum: str | None
    population: int | None
    before: float | None
    value: float | None


UNKNOWN = CaseWeight(None, None, None, None)


@dataclass(frozen=True)
class UnitCells:
    """Gives the first cells of a row, up to the answers; weights are read with the first row."""

    round: Round
    privacy: Privacy
    languages: Sequence[str]

    @cached_property
    def weighting(self) -> Weighting:
        return weigh(self.round)

    @cached_property
    def stored(self) -> Mapping[int, CaseWeight] | None:
        return stored_weights(self.round)

    def variables(self) -> tuple[Variable, ...]:
        first = (
            Variable("case_id", Kind.TEXT, said(_("Pseudonym of the workplace in this round"), self.languages)),
            Variable(
                "in_scope",
                Kind.MARK,
                said(_("Eligible and answered (1), or known not to be eligible (0)"), self.languages),
                truths(self.languages),
            ),
        )
        register = register_variables(self.languages)
        return (*first, *self._listed(DESIGN), *register, *self._listed(self._more()))

    def fields(self) -> set[str]:
        """Return the names of ``FIELDS`` that the cells are made of beside ``OF_MANY``."""
        of_case = {"language", "mode", "proxy", "started_at", "submitted_at"}
        more = of_case if self.privacy is not Privacy.STATISTICAL else set()
        named = {"outcome", *(name for name, *_rest in NAMED[1:])} if self.privacy is Privacy.FULL else set()
        return {*more, *named}

    def parts(self, unit: Unit) -> list[Part]:
        """Return the cells of a case; one part for what many cases have in common."""
        row = unit.row
        stratum, probability, coarse = row["stratum"], row["probability"], [row[name] for name in COARSE]
        weight = None if self.stored is None else self.stored.get(unit.case, UNKNOWN)
        common = (stratum, probability, weight, *coarse)
        found = self._common.get(common)
        if found is None:
            if len(self._common) >= MOST_KEPT:
                self._common.clear()
            weight = weight or weight_of(self.weighting, stratum)  # the same in the whole stratum
            found = self._common[common] = Part((*self._drawn[stratum], probability, *weight, *coarse))
        first = Part((unit.name, int(row["submitted"])))
        if self.privacy is Privacy.STATISTICAL:
            return [first, found]
        return [first, found, Part([*self._of_case(row), *self._named(row)])]

    def _named(self, row: Row) -> list[Cell]:
        if self.privacy is not Privacy.FULL:
            return []
        return [str(row["outcome"]), *[row[name] for name, *_rest in NAMED[1:]]]

    @cached_property
    def _common(self) -> dict[object, Part]:
        return {}

    @cached_property
    def _drawn(self) -> Mapping[int, tuple[Cell, ...]]:
        """What the draw says of each stratum."""
        return {each.pk: (each.code, each.population_size, each.sample_size) for each in self.weighting.strata}

    def _more(self) -> tuple[tuple[str, Kind, Promise], ...]:
        match self.privacy:
            case Privacy.STATISTICAL:
                return ()
            case Privacy.RESEARCH:
                return CASE
        return (*CASE, *NAMED)

    def _listed(self, listed: Iterable[tuple[str, Kind, Promise]]) -> tuple[Variable, ...]:
        return tuple(
            Variable(name, kind, said(label, self.languages), self._codes(name, kind)) for name, kind, label in listed
        )

    def _codes(self, name: str, kind: Kind) -> tuple[Value, ...]:
        if kind is Kind.MARK:
            return truths(self.languages)
        codes = CODES.get(name, ())
        return tuple(Value(code, place, said(label, self.languages)) for place, (code, label) in enumerate(codes, 1))

    def _of_case(self, row: Row) -> list[Cell]:
        """In the order of ``CASE``."""
        started, submitted = row["started_at"], row["submitted_at"]
        if not isinstance(submitted, datetime):
            return [str(row["language"]), *[None] * (len(CASE) - 1)]
        late = int(is_late(submitted, self.round.deadline, zone()))
        return [
            str(row["language"]),
            str(row["mode"]),
            int(bool(row["proxy"])),
            second(started),
            second(submitted),
            late,
        ]


def weight_of(weighting: Weighting, stratum: int) -> CaseWeight:
    """Return the live weight of the units of a drawn stratum; nothing while too little is known."""
    found = weighting.of(stratum)
    if found is None or weighting.collapsed is None:
        return UNKNOWN
    number = weighting.collapsed.stratum[weighting.place[stratum]]
    return CaseWeight(found[0], int(weighting.collapsed.populations[number]), found[1], found[1])


def stored_weights(round_: Round) -> dict[int, CaseWeight] | None:
    """Return the weight of each case in the set that the figures use; None where nobody has chosen one."""
    used = weight_sets.used(round_)
    if used is None:
        return None
    design = used.design
    rows = zip(used.cases.tolist(), design.stratum.tolist(), used.base_weights, design.weights, strict=True)
    return {
        case: CaseWeight(used.strata[stratum], int(design.populations[stratum]), float(before), float(value))
        for case, stratum, before, value in rows
    }


def second(at: object) -> str:
    """Return a moment as it is written in files."""
    assert isinstance(at, datetime)
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")
