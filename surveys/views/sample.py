"""The sample of a round: what a draw would be, and the one that was drawn."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.models import AuditEvent
from barometer.problems import sentence
from barometer.roles import Right
from surveys.actions.sample import Merge, MergesNotAccepted, SampleRefused, draw_sample, plan_sample
from surveys.forms import DrawForm, SampleForm
from surveys.models import FrameFile, IndustryGroup, Level, Round, Sample, SizeClass, Stratum
from surveys.problem_texts import TEXTS


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_ROUND, write=Right.RUN_FIELDWORK)
def sample(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sample; before it is drawn, plan it (GET with the sizes) and draw it (POST)."""
    round_ = get_object_or_404(Round, slug=slug)
    drawn = Sample.objects.filter(round=round_).select_related("drawn_by").first()
    if drawn is not None:
        return render(request, "surveys/sample/drawn.html", {"round": round_, **_drawn(drawn)})
    if request.method == "POST":
        return _draw(request, round_)
    form = SampleForm(request.GET if "size" in request.GET else None)
    return _planning(request, round_, form, _plan(round_, form) if form.is_valid() else {})


def _draw(request: HttpRequest, round_: Round) -> HttpResponse:
    form = SampleForm(request.POST)
    if not form.is_valid():
        return _planning(request, round_, form, {})
    accepted = "accept_merges" in request.POST
    try:
        draw_sample(round_=round_, **form.cleaned_data, accept_merges=accepted, by=staff(request), at=timezone.now())
    except MergesNotAccepted:
        return _planning(request, round_, form, _plan(round_, form, request.POST))
    except SampleRefused as refused:
        messages.error(request, " ".join(sentence(problem, TEXTS) for problem in refused.problems))
    else:
        messages.success(request, gettext("The sample has been drawn."))
    return redirect("sample", round_.slug)


def _plan(round_: Round, form: SampleForm, data: QueryDict | None = None) -> dict[str, object]:
    """Return what the draw would be, and the form that draws it."""
    values = form.cleaned_data
    plan = plan_sample(round_=round_, size=values["size"], minimum=values["minimum"], take_all=values["take_all"])
    if plan.problems:
        return {"problems": [sentence(problem, TEXTS) for problem in plan.problems]}
    draw_form = DrawForm(data, initial=values, merged=bool(plan.merges))
    return {"draw_form": draw_form, **_strata(plan.strata, plan.merges)}


def _planning(request: HttpRequest, round_: Round, form: SampleForm, context: dict[str, object]) -> HttpResponse:
    has_frame = FrameFile.objects.filter(round=round_).exists()
    context = {"round": round_, "form": form, "has_frame": has_frame, **context}
    return render(request, "surveys/sample/plan.html", context)


def _drawn(drawn: Sample) -> dict[str, object]:
    audit_event = AuditEvent.objects.filter(what="sample.drawn", target=f"round:{drawn.round_id}").first()
    strata = drawn.strata.order_by("pk")
    return {"sample": drawn, "audit_event": audit_event, **_strata(list(strata), drawn.merges)}


def _strata(strata: Sequence[Stratum], merges: Sequence[Merge]) -> dict[str, object]:
    population_size = sum(stratum.population_size for stratum in strata)
    sample_size = sum(stratum.sample_size for stratum in strata)
    totals = {"population_size": population_size, "sample_size": sample_size, "fraction": sample_size / population_size}
    merged = {merge["stratum"] for merge in merges}
    return {
        "strata": [(stratum, stratum.code in merged) for stratum in strata],
        "totals": totals,
        "merges": [(Level(merge["level"]).label, [_cell(*cell) for cell in merge["cells"]]) for merge in merges],
    }


def _cell(industry_group: str, size_class: str, population: int) -> tuple[str, str, int]:
    return str(IndustryGroup(industry_group).label), str(SizeClass(size_class).label), population
