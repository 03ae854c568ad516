"""One act on many cases: seen before it is done, done, and undone."""

from collections import Counter
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from barometer.access import may, needs, staff
from barometer.formats import number
from barometer.roles import Right
from responses import case_filters
from responses.actions import bulk as actions
from responses.actions import bulk_undo
from responses.actions.bulk import MOST_CASES, Planned, Wish
from responses.actions.case import CaseClosed
from responses.actions.pause import PauseRefused
from responses.bulk_forms import BulkForm
from responses.bulk_texts import EXPLANATIONS, WHY_NOT
from responses.case_filters import Filters
from responses.models import BulkAct
from surveys.models import Round

ACTS_PER_PAGE = 50
NAMES_SHOWN = 100
MOST_DIGITS = 18


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show which cases an act would change, what it does, and who is left out and why; nothing is changed."""
    round_ = get_object_or_404(Round, slug=slug)
    act = _act(request.POST.get("act", ""))
    if round_.status != Round.Status.OPEN:
        messages.error(request, _("The round is not in the field, so nothing can be changed here."))
        return redirect("cases", slug)
    chosen = _chosen(request, round_)
    if not chosen:
        messages.error(request, _("Choose at least one case."))
        return redirect("cases", slug)
    try:
        planned = actions.plan(round_=round_, kind=act, cases=chosen, wish=Wish(), at=timezone.now())
    except actions.TooMany:
        messages.error(request, _too_many())
        return redirect("cases", slug)
    return _page(request, round_, act, planned, None)


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_POST
def apply(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """Do it to the cases that were shown, and go to what was done."""
    round_, act = get_object_or_404(Round, slug=slug), _act(act)
    form = BulkForm(request.POST, act=act, round_=round_)
    problem = ""
    if form.is_valid():
        try:
            done = _apply(request, round_, act, form)
        except PauseRefused:
            form.add_error("until", _("Choose a day after today, and not after the end of the fieldwork."))
        except actions.NothingLeft:
            problem = _("Nothing was done: it applies to none of these cases, or all have changed since you looked.")
        except actions.TooMany:
            problem = _too_many()
        except CaseClosed:
            problem = _("The round is not in the field, so nothing can be changed here.")
        else:
            return redirect("bulk-act", slug, done.pk)
    if problem or "seen" in form.errors:
        messages.error(request, problem or str(form.errors["seen"][0]))
        return redirect("cases", slug)
    pks = list(form.cleaned_data["seen"])[:MOST_CASES]
    planned = actions.plan(round_=round_, kind=act, cases=pks, wish=Wish(), at=timezone.now())
    return _page(request, round_, act, planned, form)


def _apply(request: HttpRequest, round_: Round, act: BulkAct.Kind, form: BulkForm) -> BulkAct:
    """Raises: what ``actions.apply`` raises."""
    said = form.cleaned_data
    return actions.apply(
        round_=round_,
        kind=act,
        seen=said["seen"],
        wish=form.wish,
        reason=said["reason"],
        by=staff(request),
        at=timezone.now(),
    )


def _act(text: str) -> BulkAct.Kind:
    if text not in BulkAct.Kind.values:
        raise Http404
    return BulkAct.Kind(text)


def _chosen(request: HttpRequest, round_: Round) -> list[int]:
    """Return the cases that were ticked, or all that the list shows; one more than allowed where there are too many."""
    if request.POST.get("which") == "found":
        filters = Filters.of(QueryDict(request.POST.get("query", "")).dict())
        with_addresses = may(request, Right.SEE_CONTACTS)
        found = case_filters.find(round_, filters, timezone.now(), with_addresses=with_addresses)
        return list(found.keys[: MOST_CASES + 1]) + ([0] if found.more else [])
    ticked = request.POST.getlist("case")[: MOST_CASES + 1]
    return [int(each) for each in ticked if each.isascii() and each.isdecimal() and len(each) <= MOST_DIGITS]


def _too_many() -> str:
    return _("At most %(number)s cases at a time. Narrow the list down with the filters.") % {
        "number": number(MOST_CASES)
    }


def _page(
    request: HttpRequest, round_: Round, act: BulkAct.Kind, planned: list[Planned], form: BulkForm | None
) -> HttpResponse:
    to_do = [each for each in planned if not each.why_not]
    out = [(each.case, WHY_NOT[each.why_not]) for each in planned if each.why_not]
    seen = ",".join(f"{each.case.pk}:{each.seen}" for each in to_do)
    shown = form or BulkForm(act=act, round_=round_, initial={"seen": seen})
    shown.helper.form_action = reverse("bulk-apply", args=[round_.slug, act.value])
    context = {
        "round": round_,
        "act": act,
        "explanation": EXPLANATIONS[act],
        "cases": to_do[:NAMES_SHOWN],
        "total": len(to_do),
        "out": out[:NAMES_SHOWN],
        "total_out": len(out),
        "form": shown,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return render(request, "responses/bulk/preview.html", context, status=status)


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List what was done to many cases at once, the latest first."""
    round_ = get_object_or_404(Round, slug=slug)
    acts = BulkAct.objects.filter(round=round_).select_related("by", "undone_by").annotate(cases=Count("changes"))
    page = Paginator(acts.order_by("-pk"), ACTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "responses/bulk/list.html", {"round": round_, "page": page})


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one act, and what undoing it would restore; undo it."""
    acts = BulkAct.objects.select_related("round", "by", "undone_by")
    act_ = get_object_or_404(acts, pk=pk, round__slug=slug)
    if request.method == "POST":
        _undo(request, act_)
        return redirect("bulk-act", slug, pk)
    undoing = bulk_undo.look(act_) if not act_.undone_at else None
    left_out = Counter(act_.left_out)
    context = {
        "round": act_.round,
        "act": act_,
        "left_out": [(WHY_NOT[code], cases) for code, cases in sorted(left_out.items())],
        "undoing": undoing,
        "standing": undoing.standing[:NAMES_SHOWN] if undoing else [],
        "moved_on": undoing.moved_on[:NAMES_SHOWN] if undoing else [],
        "changes": act_.changes.select_related("case__sample_unit__workplace").order_by("pk")[:NAMES_SHOWN],
        "total": act_.changes.count(),
    }
    return render(request, "responses/bulk/act.html", context)


def _undo(request: HttpRequest, act_: BulkAct) -> None:
    try:
        found = bulk_undo.undo(act=act_, by=staff(request), at=timezone.now())
    except (bulk_undo.ActUndone, CaseClosed):
        messages.error(request, _("It cannot be undone: it has been already, or the round is over."))
        return
    restored = len(found.standing)
    text = ngettext("%(number)s case is as it was.", "%(number)s cases are as they were.", restored)
    messages.success(request, text % {"number": number(restored)})
    if found.moved_on:
        names = ", ".join(change.case.sample_unit.workplace.name for change in found.moved_on[:NAMES_SHOWN])
        messages.warning(request, _("Left alone, because they have moved on since: %(names)s.") % {"names": names})
