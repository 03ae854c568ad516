"""The audit log: to search, to check, to take along."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from barometer import audit
from barometer.access import needs, staff
from barometer.models import AuditEvent
from barometer.roles import Right
from barometer.spreadsheet import for_spreadsheet
from surveys.forms.people import AuditSearchForm

LINES_PER_PAGE = 100
COLUMNS = ("number", "at", "who", "what", "target", "facts", "reason", "reason_digest", "previous_digest", "digest")


@require_safe
@needs(Right.SEE_AUDIT)
@cache_control(no_store=True)
def log(request: HttpRequest) -> HttpResponse:
    """Show the lines that are asked for, newest first; check the chain if the address says so."""
    form = AuditSearchForm(request.GET)
    found = _found(form)
    checked = "check" in request.GET
    broken = audit.first_break() if checked else None
    context = {
        "form": form,
        "page": Paginator(found.order_by("-number"), LINES_PER_PAGE).get_page(request.GET.get("page")),
        "kinds": AuditEvent.objects.order_by("what").values_list("what", flat=True).distinct(),
        "checked": checked,
        "broken": broken,
        "why": audit.BREAKS[broken.code] if broken else "",
    }
    return render(request, "surveys/audit/log.html", context)


@require_POST
@needs(Right.SEE_AUDIT)
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the lines that are asked for as CSV, oldest first; that they were taken is a line too."""
    form = AuditSearchForm(request.POST)
    found = _found(form)
    searched = {name: str(value) for name, value in form.cleaned_data.items() if value and name != "who"}
    audit.record("audit.exported", target="audit", by=staff(request), at=timezone.now(), facts=searched)
    response = StreamingHttpResponse(_csv(found.order_by("number")), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _found(form: AuditSearchForm) -> QuerySet[AuditEvent]:
    """Return the lines that a search asks for; what is no date is no condition."""
    form.is_valid()
    asked, found = form.cleaned_data, AuditEvent.objects.all()
    for name in ("who", "what", "target"):
        if words := asked.get(name, "").replace("\0", ""):
            found = found.filter(**{name if name != "what" else "what__startswith": words})
    if since := asked.get("since"):
        found = found.filter(at__gte=_begin(since))
    if until := asked.get("until"):
        found = found.filter(at__lt=_begin(until + timedelta(days=1)))
    return found


def _begin(day: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _csv(events: QuerySet[AuditEvent]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=2000):
        values = {name: getattr(event, name) for name in COLUMNS}
        values |= {"at": event.at.isoformat(), "facts": json.dumps(event.facts, ensure_ascii=False, sort_keys=True)}
        writer.writerow([for_spreadsheet(str(value), decimal_comma=False) for value in values.values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
