"""The list of rounds; a round's plan and texts."""

from itertools import groupby
from operator import itemgetter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from barometer import stale
from barometer.access import access_of, for_staff, needs, staff
from barometer.formats import language_name
from barometer.roles import Right
from surveys.actions import round as actions
from surveys.forms import RoundForm, RoundPlanForm, TextsForm, questionnaire_title
from surveys.models import Round


@require_safe
@for_staff
def listing(request: HttpRequest) -> HttpResponse:
    """The front page of staff: the rounds in which one has a role."""
    rounds = Round.objects.select_related("questionnaire").order_by("-opens_on", "slug")
    if (known := access_of(request).rounds(Right.SEE_ROUND)) is not None:
        rounds = rounds.filter(pk__in=known)
    named = [(round_, questionnaire_title(round_.questionnaire)) for round_ in rounds]
    return render(request, "surveys/round/list.html", {"rounds": named})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_PLAN)
def create(request: HttpRequest) -> HttpResponse:
    chosen = {"questionnaire": request.GET.get("questionnaire", "")}
    form = RoundForm(request.POST if request.method == "POST" else None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        round_ = actions.create_round(
            slug=form.cleaned_data["slug"],
            rehearsal=form.cleaned_data["rehearsal"],
            by=staff(request),
            at=timezone.now(),
            **form.plan(),
        )
        messages.success(request, gettext("The round %(slug)s has been created.") % {"slug": round_.slug})
        return redirect("round-texts", round_.slug)
    return render(request, "surveys/round/create.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_ROUND, write=Right.EDIT_PLAN)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the plan of a draft round; show that of any other."""
    round_, form = _plan_form(slug, request)
    if request.method == "POST" and form.is_valid():
        seen = stale.seen(request.POST)
        try:
            actions.edit_round(round_=round_, by=staff(request), at=timezone.now(), seen=seen, **form.plan())
        except stale.ChangedMeanwhile:
            round_, form = _plan_form(slug, request)
            stale.refuse(form)
        except actions.RoundFrozen:
            messages.error(request, gettext("The round has been opened: its plan no longer changes."))
        else:
            messages.success(request, gettext("The round has been saved."))
        if not form.errors:
            return redirect("round-edit", slug)
    context = {"round": round_, "questionnaire": questionnaire_title(round_.questionnaire), "form": form}
    return render(request, "surveys/round/edit.html", context)


def _plan_form(slug: str, request: HttpRequest) -> tuple[Round, RoundPlanForm]:
    """Return a round as it is stored now, and the form for its plan."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    form = RoundPlanForm(request.POST if request.method == "POST" else None, initial=_plan(round_))
    stale.watch(form, actions.plan_seen(round_))
    return round_, form


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_ROUND, write=Right.EDIT_PLAN)
def texts(request: HttpRequest, slug: str) -> HttpResponse:
    """The texts of a round, its languages side by side."""
    round_ = get_object_or_404(Round, slug=slug)
    form = _texts_form(round_, request)
    if request.method == "POST" and form.is_valid():
        seen = stale.seen(request.POST)
        try:
            changed = actions.save_texts(
                round_=round_, texts=form.texts(), by=staff(request), at=timezone.now(), seen=seen
            )
        except stale.ChangedMeanwhile:
            form = _texts_form(round_, request)
            stale.refuse(form)
        except actions.RoundFrozen:
            messages.error(request, gettext("The round is closed: its texts no longer change."))
        else:
            saved = ngettext("%(number)s text has been changed.", "%(number)s texts have been changed.", len(changed))
            messages.success(request, saved % {"number": len(changed)})
        if not form.errors:
            return redirect("round-texts", slug)
    return render(request, "surveys/round/texts.html", {"round": round_, "form": form, **_missing(round_)})


def _texts_form(round_: Round, request: HttpRequest) -> TextsForm:
    form = TextsForm(round_, request.POST if request.method == "POST" else None)
    stale.watch(form, actions.texts_seen(round_))
    return form


def _missing(round_: Round) -> dict[str, object]:
    """Return which texts are empty: of each field the first language, for a link, and the names of all."""
    missing = actions.missing_texts(round_)
    by_field = [(field, [language for _, language in of_field]) for field, of_field in groupby(missing, itemgetter(0))]
    return {
        "number_missing": len(missing),
        "missing": [(field, languages[0], list(map(language_name, languages))) for field, languages in by_field],
    }


def _plan(round_: Round) -> dict[str, object]:
    return {
        "questionnaire": round_.questionnaire_id,
        "opens_on": round_.opens_on,
        "deadline": round_.deadline,
        "closes_on": round_.closes_on,
        "target": int(round_.target_response_rate * 100),
    }
