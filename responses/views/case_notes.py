"""Notes on a case: written, and corrected by another one."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from barometer import stale
from barometer.access import needs, staff
from barometer.form_helpers import shown_anew, with_seen
from barometer.roles import Right
from responses.actions import events
from responses.actions import note as actions
from responses.case_forms import NoteForm
from responses.models import Case, CaseNote


def form_of(case: Case, data: dict[str, object] | None = None, *, elsewhere: bool = False) -> NoteForm:
    """Return the form for a new note, which knows the last note that was there; on another page it says where to."""
    form = NoteForm(data)
    with_seen(form, last_note(case))
    if elsewhere:
        form.helper.form_action = reverse("case-notes", args=[case.pk])
    return form


def last_note(case: Case) -> str:
    return str(case.notes.order_by("-pk").values_list("pk", flat=True).first() or 0)


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, pk: int, note: int = 0) -> HttpResponse:
    """Show the notes of a case, and write another one, or one that corrects a note."""
    case = get_object_or_404(Case.objects.select_related("round", "sample_unit__workplace"), pk=pk)
    corrected = get_object_or_404(CaseNote.objects.select_related("by"), case=case, pk=note) if note else None
    form = NoteForm(request.POST if request.method == "POST" else None)
    if corrected and not form.is_bound:
        form.initial["text"] = corrected.text
    with_seen(form, last_note(case))
    status, fresh = HTTPStatus.OK, 0
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            _write(request, case, form, corrected)
        except stale.ChangedMeanwhile:
            seen = form.cleaned_data["seen"]
            fresh = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else 0
            form, status = form_of(case, dict(shown_anew(request.POST, last_note(case)).items())), HTTPStatus.CONFLICT
        else:
            return redirect("case", pk)
    context = {
        "round": case.round,
        "case": case,
        "workplace": case.sample_unit.workplace,
        "corrected": corrected,
        "notes": case.notes.select_related("by", "corrected_by").order_by("pk"),
        "fresh": fresh,
        "changed": status == HTTPStatus.CONFLICT,
        "form": form,
    }
    return render(request, "responses/cases/notes.html", context, status=status)


def _write(request: HttpRequest, case: Case, form: NoteForm, corrected: CaseNote | None) -> None:
    """Save the note and say so. Raises: ChangedMeanwhile, when somebody has written one since."""
    try:
        events.if_unchanged(
            case=case,
            seen=form.cleaned_data["seen"],
            now=lambda: last_note(case),
            do=lambda: actions.write(
                case=case, text=form.cleaned_data["text"], by=staff(request), at=timezone.now(), corrects=corrected
            ),
        )
    except actions.NoteCorrected:
        raise stale.ChangedMeanwhile from None
    messages.success(request, _("The note is saved."))
