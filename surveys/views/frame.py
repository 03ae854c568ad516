"""The frame of a round: load a register file, see what is in it."""

from collections.abc import Sequence
from typing import TypeAlias

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.formats import number
from barometer.models import AuditEvent
from barometer.roles import Right
from surveys import exports
from surveys.actions.frame import FrameChange, FrameRefused, load_frame
from surveys.forms import FrameForm
from surveys.models import AddressKind, FrameFile, IndustryGroup, Level, Round, SizeClass, Workplace
from surveys.register_headers import HEADERS, REQUIRED

MOST_PROBLEMS_SHOWN = 50
_NEEDED = {field for alternatives in REQUIRED for field in alternatives}
COLUMNS = [(names, field in _NEEDED) for field, names in HEADERS.items()]
Choices: TypeAlias = Sequence[tuple[str, object]]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_ROUND, write=Right.RUN_FIELDWORK)
def frame(request: HttpRequest, slug: str) -> HttpResponse:
    """Load a register file into the round's frame, and see what is in the frame."""
    round_ = get_object_or_404(Round, slug=slug)
    file = FrameFile.objects.filter(round=round_).select_related("loaded_by").first()
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FrameForm(*sent, replaces=file is not None)
    context = {"round": round_, "form": form, "file": file, "drawn": hasattr(round_, "sample"), "columns": COLUMNS}
    if request.method == "POST" and form.is_valid():
        refused = _load(request, round_, form.cleaned_data["file"])
        if refused is None:
            return redirect("frame", slug)
        context |= refused
    return render(request, "surveys/frame/frame.html", context | (_content(round_) if file else {}))


@require_safe
@needs(Right.RUN_FIELDWORK)
def problems(request: HttpRequest, slug: str) -> HttpResponse:
    """All problems of the round's last refused file, as CSV."""
    content = exports.problem_list(get_object_or_404(Round, slug=slug))
    if content is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{slug}-problems.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _load(request: HttpRequest, round_: Round, upload: "UploadedFile[bytes]") -> dict[str, object] | None:
    """Load the file; return what the page says when it is refused, None when it is loaded."""
    name = upload.name or ""
    try:
        change = load_frame(round_=round_, name=name, data=upload.read(), by=staff(request), at=timezone.now())
    except FrameRefused as refused:
        exports.save_problem_list(round_, refused.problems)
        shown = list(exports.problem_rows(refused.problems[:MOST_PROBLEMS_SHOWN]))
        return {"problems": shown, "number_of_problems": len(refused.problems), "refused_name": name}
    exports.delete_problem_list(round_)
    messages.success(request, _said(change))
    return None


def _said(change: FrameChange) -> str:
    said = gettext("The frame has been loaded: %(rows)s workplaces.") % {"rows": number(change.rows)}
    if change.replaced:
        counts = {"new": number(change.new), "gone": number(change.gone), "changed": number(change.changed)}
        said += " " + gettext("Compared with before: %(new)s new, %(gone)s gone, %(changed)s changed.") % counts
    return said


def _content(round_: Round) -> dict[str, object]:
    """Return what the frame holds, as tables of (label, count, share); five queries."""
    workplaces = Workplace.objects.of_round(round_)
    levels, kinds = workplaces.count_by("level"), workplaces.reachable().count_by("contact__kind")
    without = {"": sum(levels.values()) - sum(kinds.values())}
    tables: list[tuple[str, Choices, dict[str, int]]] = [
        (gettext("Level"), Level.choices, levels),
        (gettext("Industry"), IndustryGroup.choices, workplaces.count_by("industry_group")),
        (gettext("Size"), SizeClass.choices, workplaces.count_by("size_class")),
        (gettext("Kind of address"), [*AddressKind.choices, ("", gettext("No e-mail address"))], kinds | without),
    ]
    loaded = AuditEvent.objects.filter(what="frame.loaded", target=f"round:{round_.pk}").order_by("-number").first()
    return {"tables": [_table(*table) for table in tables], "audit_event": loaded}


def _table(heading: str, choices: Choices, counts: dict[str, int]) -> dict[str, object]:
    total = sum(counts.values())
    rows = [(label, counts.get(code, 0), counts.get(code, 0) / total) for code, label in choices]
    return {"heading": heading, "rows": rows, "total": total}
