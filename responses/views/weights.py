"""Weights of a closed round: made stage by stage, looked at, compared, and chosen for the figures."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from barometer.access import needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from responses.actions.weighting import (
    CannotWeight,
    adjust_for_non_response,
    calibrate_weights,
    choose_weights,
    make_design_weights,
)
from responses.models import WeightSet
from responses.models.weighting import IMPORTED, INVERSE
from responses.problem_texts import TEXTS
from responses.small_cells import SmallCell, SmallCells
from responses.weight_sets import lineage
from responses.weight_tables import tables
from responses.weight_units import VARIABLES, cell_label, read_units
from responses.weighting_forms import (
    CALIBRATION_METHODS,
    NON_RESPONSE_METHODS,
    CalibrationForm,
    NonResponseForm,
    StageForm,
)
from surveys.models import Round, Stratum

METHODS: dict[str, str | Promise] = {
    INVERSE: _("The inverse of the chance of being drawn"),
    IMPORTED: _("As they stood in an imported file"),
    **dict(NON_RESPONSE_METHODS),
    **dict(CALIBRATION_METHODS),
}


@needs(Right.SEE_FIGURES)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every set of the round, and which one its figures use."""
    round_ = get_object_or_404(Round, slug=slug)
    context = {
        "round": round_,
        "sets": WeightSet.objects.of_round(round_).select_related("parent"),
        "used": WeightSet.objects.used(round_),
        "closed": round_.closed_at is not None,
    }
    return render(request, "responses/weights/weights.html", context)


@needs(Right.SEE_FIGURES)
@require_safe
def weight_set(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show how a set was made and what it looks like, beside the frame."""
    found = _set(slug, pk)
    sets = [*lineage(found)]
    context = {
        "round": found.round,
        "set": found,
        "stages": sets,
        "used": WeightSet.objects.used(found.round),
        "tables": tables(read_units(found.round), sets),
        "joined": _joins(found),
        "method": METHODS[found.method],
        "variables": ", ".join(str(VARIABLES[name][0]) for name in found.settings.get("variables", ())),
    }
    return render(request, "responses/weights/weight_set.html", context)


@needs(Right.SEE_FIGURES)
@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Show two sets side by side; ``one`` and ``other`` in the address are their keys."""
    round_ = get_object_or_404(Round, slug=slug)
    sets = list(WeightSet.objects.of_round(round_))
    by_key = {str(each.pk): each for each in sets}
    pair = [by_key[key] for key in (request.GET.get(name, "") for name in ("one", "other")) if key in by_key]
    context = {
        "round": round_,
        "sets": sets,
        "pair": pair,
        "tables": tables(read_units(round_), pair) if len(pair) == 2 else [],
    }
    return render(request, "responses/weights/compare.html", context)


@needs(Right.SEE_FIGURES, write=Right.MAKE_WEIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Make design weights."""
    round_ = get_object_or_404(Round, slug=slug)
    form = StageForm(request.POST or None, initial={"name": gettext("Design weights")})

    def make(decided: dict[str, str]) -> WeightSet:
        return make_design_weights(
            round_=round_, name=form.cleaned_data["name"], decided=decided, by=staff(request), at=timezone.now()
        )

    return _stage(request, round_, form, make, {"stage": WeightSet.Stage.DESIGN})


@needs(Right.SEE_FIGURES, write=Right.MAKE_WEIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Adjust design weights for non-response."""
    parent = _set(slug, pk, WeightSet.Stage.DESIGN)
    form = NonResponseForm(request.POST or None)

    def make(decided: dict[str, str]) -> WeightSet:
        given = {name: form.cleaned_data[name] for name in ("name", "method", "variables", "count")}
        return adjust_for_non_response(parent=parent, decided=decided, by=staff(request), at=timezone.now(), **given)

    return _stage(request, parent.round, form, make, {"stage": WeightSet.Stage.NON_RESPONSE, "parent": parent})


@needs(Right.SEE_FIGURES, write=Right.MAKE_WEIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def calibrate(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Calibrate weights to the frame."""
    parent = _set(slug, pk, WeightSet.Stage.DESIGN, WeightSet.Stage.NON_RESPONSE)
    form = CalibrationForm(request.POST or None)

    def make(decided: dict[str, str]) -> WeightSet:
        given = {name: form.cleaned_data[name] for name in ("name", "method", "variables", "employees")}
        bounds = form.cleaned_data["smallest"], form.cleaned_data["largest"]
        return calibrate_weights(
            parent=parent, bounds=bounds, decided=decided, by=staff(request), at=timezone.now(), **given
        )

    return _stage(request, parent.round, form, make, {"stage": WeightSet.Stage.CALIBRATION, "parent": parent})


@needs(Right.MAKE_WEIGHTS, write=Right.MAKE_WEIGHTS)
@require_POST
def choose(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let the figures rest on a set from now on."""
    found = _set(slug, pk)
    try:
        choose_weights(weight_set=found, by=staff(request), at=timezone.now())
    except CannotWeight as refused:
        messages.error(request, sentence(refused.problem, TEXTS))
        return redirect("weight-set", slug, pk)
    messages.success(request, gettext("The figures now use the weights “%(name)s”.") % {"name": found.name})
    return redirect("weight-set", slug, pk)


def _set(slug: str, pk: int, *stages: str) -> WeightSet:
    of_round = WeightSet.objects.filter(round__slug=slug).select_related("round", "parent__parent")
    return get_object_or_404(of_round.filter(stage__in=stages) if stages else of_round, pk=pk)


def _stage(
    request: HttpRequest,
    round_: Round,
    form: StageForm,
    make: Callable[[dict[str, str]], WeightSet],
    context: dict[str, object],
) -> HttpResponse:
    """Show the form of a stage; make the set, or say what is in the way or ask about small cells."""
    small: tuple[SmallCell, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            made = make(form.decided())
        except CannotWeight as refused:
            form.add_error(None, sentence(refused.problem, TEXTS))
        except SmallCells as found:
            small = found.cells
            form.ask_about(small, _labels(round_, [one for cell in small for one in (cell.cell, *cell.others)]))
        else:
            messages.success(request, gettext("The weights “%(name)s” are made.") % {"name": made.name})
            return redirect("weight-set", round_.slug, made.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    names = {stage.value: stage.label for stage in WeightSet.Stage}
    context |= {"round": round_, "form": form, "small": small, "stage_name": names[str(context["stage"])]}
    context["closed"] = round_.closed_at is not None
    return render(request, "responses/weights/stage.html", context, status=status)


def _labels(round_: Round, cells: list[str]) -> dict[str, str]:
    """Return cells in words: strata as they are called elsewhere, others by their codes."""
    strata = {stratum.code: stratum.label() for stratum in Stratum.objects.filter(sample__round=round_)}
    return {cell: strata.get(cell) or cell_label(cell) for cell in cells}


def _joins(found: WeightSet) -> list[tuple[str, str]]:
    decided: dict[str, str] = found.settings.get("joined", {})
    labels = _labels(found.round, [cell for pair in decided.items() for cell in pair])
    return [(labels[one], labels[other]) for one, other in decided.items()]
