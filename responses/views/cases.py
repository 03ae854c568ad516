"""The cases of a round: found by what somebody says, filtered, and taken out as a file."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from barometer import spreadsheet
from barometer.access import may, needs, staff
from barometer.formats import language_name
from barometer.roles import Right
from responses import case_filters
from responses.actions import case_export
from responses.case_filters import IN_WAVE, Filters
from responses.models import BulkAct, Case
from responses.models.case import DISPOSITION_LABELS
from responses.work_lists import LISTS
from surveys.models import Level, Round, Stratum, Workplace

CASES_PER_PAGE = 50


@needs(Right.SEE_CASES)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the cases that the address asks for; from here some are ticked for an act on many."""
    round_ = get_object_or_404(Round, slug=slug)
    filters, at = Filters.of(request.GET.dict()), timezone.now()
    found = case_filters.find(round_, filters, at, with_addresses=may(request, Right.SEE_CONTACTS))
    can_act = may(request, Right.RUN_FIELDWORK)
    context = {
        "round": round_,
        "page": found.page(request.GET.get("page"), CASES_PER_PAGE),
        "more": found.more,
        "filters": filters,
        "work": LISTS.get(filters.work),
        "works": [(code, work.label) for code, work in LISTS.items()],
        "dispositions": DISPOSITION_LABELS.items(),
        "asking": Case.objects.of_round(round_).asking_to_correct().count(),
        "acts": BulkAct.Kind.choices if round_.status == Round.Status.OPEN and can_act else [],
        **_choices(round_, filters),
    }
    return render(request, "responses/cases/list.html", context)


def _choices(round_: Round, filters: Filters) -> dict[str, object]:
    """Return what the less common filters can be set to; the authority alone is read only where it is set."""
    authority = ""
    if filters.authority:
        of_code = Workplace.objects.filter(round=round_, authority_code=filters.authority)
        authority = of_code.values_list("authority", flat=True).first() or filters.authority
    strata = Stratum.objects.filter(sample__round=round_).order_by("pk")
    return {
        "levels": Level.choices,
        "strata": tuple((stratum.pk, stratum.label()) for stratum in strata),
        "authority": authority,
        "languages": [(code, language_name(code)) for code in round_.languages],
        "waves": case_filters.waves_of(round_),
        "states": IN_WAVE.items(),
    }


@needs(Right.SEE_CASES)
@require_POST
def export(request: HttpRequest, slug: str, what: str) -> HttpResponseBase:
    """Give the cases that the address asks for as a file, or the notes of the round, which are for fieldwork."""
    if what not in ("cases", "notes"):
        raise Http404
    if what == "notes" and not may(request, Right.RUN_FIELDWORK):
        raise PermissionDenied
    round_ = get_object_or_404(Round, slug=slug)
    by, at, language = staff(request), timezone.now(), get_language() or "en"
    filters = Filters.of(request.GET.dict())
    if what == "notes":
        pieces = case_export.take_notes(round_=round_, language=language, by=by, at=at)
    else:
        found = case_filters.find(round_, filters, at, with_addresses=may(request, Right.SEE_CONTACTS))
        pieces = case_export.take_cases(round_=round_, cases=found.cases, language=language, by=by, at=at)
    return spreadsheet.attachment(pieces, round_.file_name(what))
