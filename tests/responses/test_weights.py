"""The weights of a closed round: three stages, small cells that a person joins, and the figures that rest on them."""

import csv
import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from barometer.models import AuditEvent
from responses import weight_sets
from responses.actions import erasure
from responses.actions.weighting import (
    CannotWeight,
    adjust_for_non_response,
    calibrate_weights,
    choose_weights,
    make_design_weights,
    take_over_weights,
)
from responses.models import Case, Weight, WeightSet
from responses.small_cells import SmallCells
from responses.statistics.dispositions import Disposition, EventKind
from responses.weight_units import read_units
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round
from tests.factories import (
    NOON,
    make_case,
    make_open_round,
    make_questionnaire,
    make_response,
    make_stratum,
    make_workplace,
    refreshed,
)
from tests.people import ana, browser_of

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
INELIGIBLE = [EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED]
YES = {"unit_confirm": "yes", "innov": {"product": "yes", "service": "no", "process": "no", "comm": "no"}}
NO = {"unit_confirm": "yes", "innov": {"product": "no", "service": "no", "process": "no", "comm": "no"}}
DRAWN = {  # by industry and size: workplaces in the frame, drawn, saying yes, saying no, closed down
    ("childcare", "s10_24"): (12, 6, 2, 1, 1),
    ("childcare", "s25_49"): (8, 4, 1, 2, 0),
    ("health", "s10_24"): (10, 5, 1, 0, 0),
    ("health", "s25_49"): (10, 5, 2, 2, 0),
}


@pytest.fixture
def round_() -> Round:
    """A closed round of four strata; that of small health workplaces has one answer."""
    cache.clear()
    document = (SHIPPED / "innovation-barometer-dk-2018-19.yaml").read_text(encoding="utf-8")
    made = make_open_round(questionnaire=make_questionnaire(document))
    for (industry, size), (population, drawn, yes, no, gone) in DRAWN.items():
        stratum = make_stratum(
            made, population_size=population, sample_size=drawn, industry_groups=[industry], size_classes=[size]
        )
        for number in range(drawn):
            closed = yes + no <= number < yes + no + gone
            case = make_case(
                made, stratum=stratum, industry_group=industry, size_class=size, events=INELIGIBLE if closed else ()
            )
            if number < yes + no:
                make_response(case, YES if number < yes else NO)
        for _ in range(population - drawn):
            make_workplace(made, industry_group=industry, size_class=size)
    Round.objects.filter(pk=made.pk).update(closed_at=NOON)
    found: Round = refreshed(made)
    return found


SMALL, LIKE_IT = "municipality.health.s10_24", "municipality.health.s25_49"
JOINED = {SMALL: LIKE_IT}


def design(round_: Round, name: str = "design") -> WeightSet:
    return make_design_weights(round_=round_, name=name, decided=JOINED, by=ana(), at=NOON)


def adjusted(round_: Round) -> WeightSet:
    return adjust_for_non_response(parent=design(round_), name="adjusted", method="strata", by=ana(), at=NOON)


def erase(case: Case) -> EventKind:
    return erasure.erase_case(case=case, reason="asked in writing", by=ana(), at=NOON)


def values(weight_set: WeightSet) -> list[float]:
    return sorted(Weight.objects.filter(weight_set=weight_set).values_list("value", flat=True))


def test_a_stratum_with_one_row_is_refused_until_a_person_joins_it(round_: Round) -> None:
    with pytest.raises(SmallCells) as refused:
        make_design_weights(round_=round_, name="design", by=ana(), at=NOON)
    (small,) = refused.value.cells
    assert (small.cell, small.known, small.drawn, small.proposal) == (SMALL, 1, 5, LIKE_IT)
    assert not WeightSet.objects.exists()
    assert design(round_).settings == {"joined": JOINED}


def test_design_weights_are_the_inverse_of_the_chance_and_keep_the_ineligible(round_: Round) -> None:
    made = design(round_)
    assert values(made) == [2.0] * 12
    assert made.diagnostics["n"] == 12
    assert made.diagnostics["in_scope_rows"] == 11
    assert Weight.objects.filter(weight_set=made, in_scope=False).count() == 1


def test_within_strata_the_known_carry_their_stratum_and_stand_for_the_whole_frame(round_: Round) -> None:
    made = adjusted(round_)
    assert values(made) == pytest.approx([8 / 3] * 3 + [3.0] * 4 + [4.0] * 5)
    assert made.diagnostics["total"] == pytest.approx(40)
    assert made.diagnostics["in_scope_population"] == pytest.approx(37)


def test_calibrated_weights_meet_the_frame_over_responding_and_ineligible_rows(round_: Round) -> None:
    made = calibrate_weights(
        parent=adjusted(round_),
        name="raked",
        method="raking",
        variables=["industry_group", "size_class"],
        by=ana(),
        at=NOON,
    )
    stored = weight_sets.stored(made)
    assert made.diagnostics["totals_missed_by"] < 1e-9
    assert stored.design.weights.sum() == pytest.approx(40)
    ones = stored.design.weights  # a total that is calibrated to is known
    assert stored.design.variance_of_total(ones) == pytest.approx(0, abs=1e-12)


def test_classes_other_than_the_strata_are_a_second_phase_of_the_variance(round_: Round) -> None:
    made = adjust_for_non_response(
        parent=design(round_), name="by size", method="register", variables=["size_class"], by=ana(), at=NOON
    )
    stored = weight_sets.stored(made)
    assert values(made) == pytest.approx([18 / 7] * 7 + [22 / 5] * 5)
    assert stored.design.response is not None
    assert stored.design.response.counts.tolist() == [5, 7]


def test_propensity_classes_are_made_anew_alike_when_they_are_read(round_: Round) -> None:
    made = adjust_for_non_response(
        parent=design(round_),
        name="propensity",
        method="propensity",
        variables=["industry_group", "size_class"],
        count=2,
        by=ana(),
        at=NOON,
    )
    assert made.diagnostics["total"] == pytest.approx(40)
    assert weight_sets.stored(made).design.variance_of_total(np.ones(12)) > 0


def test_the_figures_rest_on_the_set_that_was_chosen_last(round_: Round) -> None:
    first = adjusted(round_)
    assert weight_sets.used(round_) is None
    choose_weights(weight_set=first, by=ana(), at=NOON)
    raked = calibrate_weights(parent=first, name="raked", method="linear", variables=["size_class"], by=ana(), at=NOON)
    choose_weights(weight_set=raked, by=ana(), at=NOON + timedelta(hours=1))
    used = weight_sets.used(round_)
    assert used is not None
    assert used.name == "raked"
    weight = dict(Weight.objects.filter(weight_set=raked).values_list("case", "value"))
    yes = Weight.objects.filter(weight_set=raked, case__response__answers__innov__product="yes")
    scope = Weight.objects.filter(weight_set=raked, in_scope=True)
    expected = sum(weight[row.case_id] for row in yes) / sum(weight[row.case_id] for row in scope)
    out = StringIO()
    call_command("estimate", round_.slug, "R3-01", "--format", "json", stdout=out)
    lines = [line for table in json.loads(out.getvalue())["tables"] for line in table["lines"]]
    assert lines[0]["estimate"] == pytest.approx(expected)
    assert AuditEvent.objects.filter(what="weights.chosen").count() == 2


def test_the_weights_of_the_draw_are_not_for_figures(round_: Round) -> None:
    with pytest.raises(CannotWeight) as refused:
        choose_weights(weight_set=design(round_), by=ana(), at=NOON)
    assert refused.value.problem.code == "weights_of_the_draw"
    assert weight_sets.used(round_) is None


def test_ready_weights_of_an_imported_round_are_not_adjusted_again(round_: Round) -> None:
    silent = Case.objects.filter(sample_unit__stratum__code=SMALL, response__isnull=True)
    make_response(silent[0], NO)  # no stratum has a single row
    units = read_units(round_)
    ready = dict.fromkeys(units.cases[units.known].tolist(), 3.0)
    imported = take_over_weights(round_=round_, name="of the file", values=ready, by=ana(), at=NOON)
    with pytest.raises(CannotWeight) as refused:
        adjust_for_non_response(parent=imported, name="again", method="strata", by=ana(), at=NOON)
    assert refused.value.problem.code == "weights_ready_made"


def test_the_same_settings_give_the_same_weights_under_another_name(round_: Round) -> None:
    one, other = design(round_), design(round_, "again")
    assert one.diagnostics["digest"] == other.diagnostics["digest"]


@pytest.mark.parametrize(
    ("method", "more", "code"),
    [
        ("post_stratify", {"variables": []}, "weights_no_variables"),
        ("post_stratify", {"variables": ["level"], "employees": True}, "weights_employees_in_cells"),
        ("logit", {"variables": ["size_class"], "bounds": (0.999, 1.001)}, "calibration_not_met"),
        ("logit", {"variables": ["size_class"], "bounds": (1.2, 1.5)}, "calibration_bounds"),
    ],
)
def test_what_cannot_be_met_is_refused_and_nothing_is_stored(
    round_: Round, method: str, more: dict[str, object], code: str
) -> None:
    parent = design(round_)
    with pytest.raises(CannotWeight) as refused:
        calibrate_weights(parent=parent, name="x", method=method, by=ana(), at=NOON, **more)  # type: ignore[arg-type]
    assert refused.value.problem.code == code
    assert WeightSet.objects.count() == 1


def test_a_name_stands_for_one_set_for_good(round_: Round) -> None:
    design(round_)
    with pytest.raises(CannotWeight) as refused:
        design(round_)
    assert refused.value.problem.code == "weights_name_taken"


def test_an_open_round_has_no_weights(round_: Round) -> None:
    Round.objects.filter(pk=round_.pk).update(closed_at=None)
    with pytest.raises(CannotWeight) as refused:
        make_design_weights(round_=refreshed(round_), name="design", by=ana(), at=NOON)
    assert refused.value.problem.code == "weights_round_not_closed"


def test_an_analyst_makes_calibrated_weights_on_the_pages_and_lets_the_figures_use_them(round_: Round) -> None:
    browser = browser_of(ana())
    new = reverse("weights-new", args=[round_.slug])
    asked = browser.post(new, {"name": "design"})
    assert asked.status_code == 422
    assert f'name="join:{SMALL}"' in asked.content.decode()
    assert f'value="{LIKE_IT}" selected' in asked.content.decode()
    made = browser.post(new, {"name": "design", f"join:{SMALL}": LIKE_IT}, follow=True)
    assert made.status_code == 200
    base = WeightSet.objects.get(name="design")
    answer = {"name": "adjusted", "method": "strata", "count": 5}
    browser.post(reverse("weights-adjust", args=[round_.slug, base.pk]), answer)
    parent = WeightSet.objects.get(name="adjusted")
    answer = {"name": "raked", "method": "raking", "variables": ["size_class"], "smallest": "0.5", "largest": "2"}
    browser.post(reverse("weights-calibrate", args=[round_.slug, parent.pk]), answer)
    raked = WeightSet.objects.get(name="raked")
    page = browser.get(reverse("weight-set", args=[round_.slug, raked.pk])).content.decode()
    assert "nan" not in page.lower().replace("finance", "")
    browser.post(reverse("weights-choose", args=[round_.slug, raked.pk]))
    assert WeightSet.objects.used(round_) == raked
    figures = browser.get(reverse("figures", args=[round_.slug])).content.decode()
    assert "The weights are the stored ones, “raked”." in figures
    assert "raked" in browser.get(reverse("weights", args=[round_.slug])).content.decode()
    compared = browser.get(reverse("weights-compare", args=[round_.slug]), {"one": parent.pk, "other": raked.pk})
    assert compared.status_code == 200


def test_a_stage_that_is_refused_says_why_and_keeps_what_was_chosen(round_: Round) -> None:
    parent = design(round_)
    answer = {"name": "x", "method": "logit", "variables": ["size_class"], "smallest": "0.999", "largest": "1.001"}
    page = browser_of(ana()).post(reverse("weights-calibrate", args=[round_.slug, parent.pk]), answer)
    assert page.status_code == 422
    assert "0.999" in page.content.decode() or "0,999" in page.content.decode()
    assert not WeightSet.objects.filter(name="x").exists()


def exported(round_: Round, folder: Path) -> list[dict[str, str]]:
    path = folder / "answers.csv"
    call_command("export", round_.slug, "--format", "csv", "--level", "statistical", "--out", str(path))
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_r_counts(rows: list[dict[str, str]], margin: str = "") -> tuple[float, float]:
    """svymean of "innovative" in scope with its standard error, as the lines of R in docs/export-format.md say it.

    ``margin``: the register variable that the weights were calibrated to, as ``calibrate`` takes it into account.
    """
    weight, base = (np.array([float(row[name]) for row in rows]) for name in ("case_weight", "case_base_weight"))
    inside = np.array([row["in_scope"] == "1" and row["innovative"] in ("0", "1") for row in rows])
    y = np.array([float(row["innovative"] == "1") for row in rows])
    mean = float((weight * y)[inside].sum() / weight[inside].sum())
    z = np.where(inside, y - mean, 0) / weight[inside].sum()
    if margin:
        x = np.array([[row[margin] == code for code in sorted({row[margin] for row in rows})] for row in rows], float)
        root = np.sqrt(base)
        z = z - x @ np.linalg.lstsq(x * root[:, None], z * root, rcond=None)[0]
    variance = 0.0
    for stratum in {row["case_weighting_stratum"] for row in rows}:
        here = np.array([row["case_weighting_stratum"] == stratum for row in rows])
        population = {
            float(row["case_weighting_population"]) for row in rows if row["case_weighting_stratum"] == stratum
        }
        m, (size,), values = here.sum(), population, (weight * z)[here]
        variance += (1 - m / size) * m / (m - 1) * float(((values - values.mean()) ** 2).sum())
    return mean, variance**0.5


@pytest.mark.parametrize("calibrated", [False, True])
def test_three_lines_of_r_get_the_same_standard_error_from_the_exported_file(
    round_: Round, tmp_path: Path, calibrated: bool
) -> None:
    chosen = adjusted(round_)
    if calibrated:
        variables = ["size_class"]
        chosen = calibrate_weights(
            parent=chosen, name="linear", method="linear", variables=variables, by=ana(), at=NOON
        )
    choose_weights(weight_set=chosen, by=ana(), at=NOON)
    rows = exported(round_, tmp_path)
    assert {row["file_weights"] for row in rows} == {f"{chosen.name} {chosen.diagnostics['digest'][:16]}"}
    out = StringIO()
    call_command("estimate", round_.slug, "R3-01", "--format", "json", stdout=out)
    line = json.loads(out.getvalue())["tables"][0]["lines"][0]
    found = as_r_counts(rows, "reg_size_class" if calibrated else "")
    assert (line["estimate"], line["standard_error"]) == pytest.approx(found, rel=1e-9)
    assert line["standard_error"] > 0
    said = (ROOT / "docs" / "export-format.md").read_text(encoding="utf-8").split("## Standard errors in R")[1]
    named = set(re.findall(r"(?:~|x\$)([a-z]\w*)", said)) | {"in_scope"}
    assert len(named) > 6
    assert named <= set(rows[0])


def test_answers_can_be_withdrawn_until_the_figures_rest_on_weights(round_: Round) -> None:
    first, second = Case.objects.filter(round=round_, disposition=Disposition.SUBMITTED).order_by("pk")[:2]
    before = adjusted(round_)
    assert erase(first) is EventKind.ERASED
    with pytest.raises(CannotWeight):  # the answers that are gone count in them
        choose_weights(weight_set=before, by=ana(), at=NOON)
    made = adjust_for_non_response(parent=design(round_, "again"), name="after", method="strata", by=ana(), at=NOON)
    choose_weights(weight_set=made, by=ana(), at=NOON)
    assert erase(second) is EventKind.FORGOTTEN
    second = refreshed(second)
    assert (second.disposition, second.holders.get().email) == (Disposition.SUBMITTED, "")
