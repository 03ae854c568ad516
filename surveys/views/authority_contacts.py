"""The contact persons of authorities: listed, loaded from a file, written down, removed."""

from http import HTTPStatus

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from surveys.actions import authority_contact as actions
from surveys.actions.quiet_weeks import TableRefused
from surveys.forms.small_tables import AuthorityContactForm, TableForm
from surveys.models import AuthorityContact, Round, SampleUnit
from surveys.problem_texts import TEXTS

MOST_PROBLEMS_SHOWN = 50


@needs(Right.SEE_CONTACTS, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who is written to about all workplaces of an authority; change that."""
    round_ = get_object_or_404(Round, slug=slug)
    if request.method == "POST" and request.POST.get("remove", "").isdecimal():
        return _remove(request, round_, int(request.POST["remove"][:18]))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    authorities = actions.authorities_of(round_)
    file_form = TableForm(*((request.POST, request.FILES) if act == "load" else ()))
    form = AuthorityContactForm(round_, authorities, request.POST if act == "save" else None)
    problems: list[str] = []
    if act == "load" and file_form.is_valid():
        problems = _load(request, round_, file_form.cleaned_data["file"].read())
    elif act == "save" and form.is_valid():
        actions.save_contact(round_=round_, by=staff(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, gettext("The contact person has been saved."))
    if act and not problems and not file_form.errors and not form.errors:
        return redirect("authority-contacts", slug)
    context = {"round": round_, "contacts": _listed(round_), "file_form": file_form, "form": form}
    context |= {"problems": problems, "has_frame": bool(authorities)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "surveys/contact/authorities.html", context, status=status)


def _load(request: HttpRequest, round_: Round, data: bytes) -> list[str]:
    """Load the file; return what is wrong with it, nothing when it is loaded."""
    try:
        rows = actions.load_contacts(round_=round_, data=data, by=staff(request), at=timezone.now())
    except TableRefused as refused:
        return [sentence(problem, TEXTS) for problem in refused.problems[:MOST_PROBLEMS_SHOWN]]
    said = ngettext("%(rows)s contact person has been loaded.", "%(rows)s contact persons have been loaded.", rows)
    messages.success(request, said % {"rows": rows})
    return []


def _remove(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    """Twice removed is once removed."""
    contact = AuthorityContact.objects.filter(round=round_, pk=pk).select_related("round").first()
    if contact is not None:
        actions.remove_contact(contact=contact, by=staff(request), at=timezone.now())
        messages.success(request, gettext("The contact person has been removed."))
    return redirect("authority-contacts", round_.slug)


def _listed(round_: Round) -> list[tuple[AuthorityContact, int]]:
    units = SampleUnit.objects.filter(sample__round=round_).order_by().values_list("workplace__authority_code")
    counts = dict(units.annotate(Count("pk")))
    found = AuthorityContact.objects.filter(round=round_).order_by("authority")
    return [(contact, counts.get(contact.authority_code, 0)) for contact in found]
