"""Addresses that do not work, and their repair."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from barometer import spreadsheet, stale
from barometer.access import needs, staff
from barometer.form_helpers import shown_anew, with_seen
from barometer.formats import number
from barometer.roles import Right
from responses import address_repair
from responses.actions import address as actions
from responses.actions import events
from responses.actions.case import AddressRefused, CaseClosed, change_address, contact_of
from responses.address_forms import AddressChangeForm, ConfirmCorrectionsForm, CorrectionsForm
from responses.address_texts import FAULTS, FILE_PROBLEMS
from responses.models import Case, LinkHolder, MailReturn
from surveys.models import AddressKind, Round

ROWS_PER_PAGE = 50
AWAY_SHOWN = 50
PROBLEMS_SHOWN = 50


@needs(Right.SEE_CONTACTS)
@cache_control(no_store=True)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the cases that no mail reaches, and who is out of the office."""
    round_ = get_object_or_404(Round, slug=slug)
    page = Paginator(address_repair.to_repair(round_), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    unreadable = MailReturn.objects.filter(kind=MailReturn.Kind.UNREADABLE)
    context = {
        "round": round_,
        "page": page,
        "rows": address_repair.rows(list(page)),
        "away": address_repair.away(round_, timezone.localdate())[:AWAY_SHOWN],
        "unreadable": unreadable.count(),
        "form": CorrectionsForm(action=reverse("address-corrections", args=[slug]))
        if round_.status == Round.Status.OPEN
        else None,
    }
    return render(request, "responses/addresses/list.html", context)


@needs(Right.RUN_FIELDWORK)
@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the list as a file that an authority can fill in."""
    round_ = get_object_or_404(Round, slug=slug)
    pieces = actions.export_list(round_=round_, language=get_language() or "en", by=staff(request), at=timezone.now())
    return spreadsheet.attachment(pieces, round_.file_name("addresses"))


@needs(Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a case a new name, address or telephone number."""
    case = get_object_or_404(Case.objects.select_related("round", "sample_unit__workplace"), pk=pk)
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    if case.round.status != Round.Status.OPEN:
        messages.error(request, _("That cannot be done to this case now: it has moved on."))
        return redirect("case", pk)
    known = {"name": owner.name, "email": owner.email, "kind": owner.address_kind, "phone": owner.phone}
    form = AddressChangeForm(request.POST or None, initial=known, rehearsal=case.round.rehearsal)
    with_seen(form, stale.digest(contact_of(owner)))
    if request.method == "POST" and form.is_valid():
        try:
            return _changed(request, case, form)
        except stale.ChangedMeanwhile:
            return _stale(request, case)
    return _form_page(request, case, form, HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK)


def _stale(request: HttpRequest, case: Case) -> HttpResponse:
    """Show what somebody else has saved meanwhile beside what was written, which can be saved all the same."""
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    data = shown_anew(request.POST, stale.digest(contact_of(owner)))
    form = AddressChangeForm(data, rehearsal=case.round.rehearsal)
    with_seen(form, "")
    return _form_page(request, case, form, HTTPStatus.CONFLICT, owner)


def _form_page(
    request: HttpRequest, case: Case, form: AddressChangeForm, status: HTTPStatus, stored: LinkHolder | None = None
) -> HttpResponse:
    context = {"round": case.round, "case": case, "workplace": case.sample_unit.workplace, "form": form}
    context |= {"stored": stored, "stored_kind": AddressKind(stored.address_kind).label if stored else ""}
    return render(request, "responses/addresses/change.html", context, status=status)


def _changed(request: HttpRequest, case: Case, form: AddressChangeForm) -> HttpResponse:
    """Save the address and say so. Raises: ChangedMeanwhile."""
    data = form.cleaned_data
    try:
        new = events.if_unchanged(
            case=case,
            seen=data["seen"],
            now=lambda: stale.digest(contact_of(case.holders.get(role=LinkHolder.Role.OWNER))),
            do=lambda: change_address(
                case=case,
                contact=form.contact,
                reason=data["reason"],
                wrong_person=data["wrong_person"],
                send_now=data["send_now"],
                by=staff(request),
                at=timezone.now(),
            ),
        )
    except CaseClosed:
        messages.error(request, _("That cannot be done to this case now: it has moved on."))
    except AddressRefused as refused:  # the round has become a real one in the meantime, or the other way round
        messages.error(request, str(FAULTS[refused.code]))
    else:
        messages.success(request, _("The address is saved.") if new else _("Nothing was new."))
    return redirect("case", case.pk)


@needs(Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def corrections(request: HttpRequest, slug: str) -> HttpResponse:
    """Look a file of corrected addresses through; then change them, all or none."""
    round_ = get_object_or_404(Round, slug=slug)
    if "content" in request.POST:
        return _confirmed(request, round_)
    form = CorrectionsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        return _preview(request, round_, form.cleaned_data["file"].read())
    return _page(request, round_, {"form": form}, failed=form.is_bound)


def _preview(request: HttpRequest, round_: Round, data: bytes) -> HttpResponse:
    try:
        planned = actions.plan_corrections(round_=round_, data=data)
    except actions.CorrectionsRefused as refused:
        return _page(request, round_, {"form": CorrectionsForm(), **_problems(refused)}, failed=True)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    form = ConfirmCorrectionsForm(initial={"content": text})
    return _page(request, round_, {"form": form, "planned": planned}, failed=False)


def _confirmed(request: HttpRequest, round_: Round) -> HttpResponse:
    form = ConfirmCorrectionsForm(request.POST)
    data = request.POST["content"].encode()
    try:
        if not form.is_valid():
            planned = actions.plan_corrections(round_=round_, data=data)
            return _page(request, round_, {"form": form, "planned": planned}, failed=True)
        changed = actions.apply_corrections(
            round_=round_,
            data=data,
            reason=form.cleaned_data["reason"],
            send_now=form.cleaned_data["send_now"],
            by=staff(request),
            at=timezone.now(),
        )
    except actions.CorrectionsRefused as refused:
        return _page(request, round_, {"form": CorrectionsForm(), **_problems(refused)}, failed=True)
    except CaseClosed:
        messages.error(request, _("The round is not in the field, so no address was changed."))
        return redirect("address-repair", round_.slug)
    told = ngettext("%(number)s address is changed.", "%(number)s addresses are changed.", changed)
    messages.success(request, told % {"number": number(changed)})
    return redirect("address-repair", round_.slug)


def _problems(refused: actions.CorrectionsRefused) -> dict[str, object]:
    shown = [
        (problem.where, str(FILE_PROBLEMS[problem.code]) % problem.params)
        for problem in refused.problems[:PROBLEMS_SHOWN]
    ]
    return {"problems": shown, "number_of_problems": len(refused.problems)}


def _page(request: HttpRequest, round_: Round, context: dict[str, object], *, failed: bool) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    kinds = dict(AddressKind.choices)
    context = {"round": round_, "kinds": kinds, **context}
    return render(request, "responses/addresses/corrections.html", context, status=status)
