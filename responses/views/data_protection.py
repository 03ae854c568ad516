"""What the law asks of whoever keeps data about people: show everything, erase it, and delete it in time."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from barometer import audit
from barometer.access import may, needs, staff
from barometer.roles import Right
from responses import personal_file
from responses.actions import erasure, retention, screening
from responses.data_protection_forms import EraseForm, PersonForm, RetentionForm
from responses.data_protection_texts import CLOCKS, SECTIONS
from responses.models import Case, Response
from responses.statistics.dispositions import EventKind
from surveys.models import Round

TEXTS_PER_PAGE = 20


@needs(Right.SEE_CONTACTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest) -> HttpResponseBase:
    """Show everything about one workplace or person, or give it as a file; the address never says who it is."""
    form = PersonForm(request.POST or None)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "responses/data_protection/person.html", {"form": form}, status=status)
    words = form.cleaned_data["words"]
    cases = personal_file.cases_of(words)
    with_answers = may(request, Right.SEE_ANSWERS)
    found = list(personal_file.sections(cases, words if "@" in words else "", with_answers=with_answers))
    facts = {"cases": [case.pk for case in cases], "file": "file" in request.POST}
    audit.record("personal_data.viewed", target="person", by=staff(request), at=timezone.now(), facts=facts)
    if "file" in request.POST:
        response = JsonResponse(personal_file.document(cases, iter(found)), json_dumps_params={"ensure_ascii": False})
        response["Content-Disposition"] = 'attachment; filename="personal-data.json"'
        return response
    sections = [(SECTIONS[section.model], section) for section in found]
    context = {"form": form, "words": words, "cases": cases, "sections": sections}
    return render(request, "responses/data_protection/person.html", context)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason; delete contact data and, before the publication, answers of one case."""
    case = get_object_or_404(Case.objects.select_related("round", "sample_unit__workplace"), pk=pk)
    form = EraseForm(request.POST or None, button=_("Erase"))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        kind = erasure.erase_case(case=case, reason=reason, by=staff(request), at=timezone.now())
        erased = _("Contact data and answers are erased. The case counts as not submitted.")
        messages.success(request, erased if kind is EventKind.ERASED else _("The contact data are erased."))
        return redirect("case", pk)
    context = {
        "round": case.round,
        "case": case,
        "workplace": case.sample_unit.workplace,
        "form": form,
        "with_answers": erasure.answers_may_be_withdrawn(case.round),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/data_protection/erase.html", context, status=status)


@needs(Right.SEE_ROUND, write=Right.EDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def clocks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what will be deleted of a round and when; set the months."""
    round_ = get_object_or_404(Round, slug=slug)
    kept = retention.retention_of(round_)
    months = {"contacts": kept.contacts_months, "key": kept.key_months, "answers": kept.answers_months}
    form = RetentionForm(request.POST or None, initial=months)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        retention.set_clocks(
            round_=round_,
            contacts=data["contacts"],
            key=data["key"],
            answers=data["answers"],
            by=staff(request),
            at=timezone.now(),
        )
        messages.success(request, _("The months are saved."))
        return redirect("retention", slug)
    context = {
        "round": round_,
        "form": form,
        "plan": [(CLOCKS[planned.clock], planned) for planned in retention.plan(round_)],
        "archive_decided": retention.archive_decided(round_),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/data_protection/retention.html", context, status=status)


@needs(Right.SEE_ANSWERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_words(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what respondents wrote in their own words, twenty responses at a time; note which may leave."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    if request.method == "POST":
        given = {key.removeprefix("r"): value for key, value in request.POST.items() if key[:1] == "r"}
        decisions = {int(key): value == "passes" for key, value in given.items() if key.isascii() and key.isdigit()}
        count = screening.screen(round_=round_, decisions=decisions, by=staff(request), at=timezone.now())
        said = ngettext("%(count)d response is noted.", "%(count)d responses are noted.", count)
        messages.success(request, said % {"count": count})
        return redirect("own-words", slug)
    submitted = Response.objects.submitted(round_).order_by()
    language = get_language() or "en"
    context = {
        "round": round_,
        "waiting": [(each.response, each.in_words(language)) for each in screening.to_screen(round_, TEXTS_PER_PAGE)],
        "not_screened": submitted.filter(screening__isnull=True).count(),
        "passed": submitted.filter(screening__passes=True).count(),
        "held": submitted.filter(screening__passes=False).count(),
    }
    return render(request, "responses/data_protection/own_words.html", context)
