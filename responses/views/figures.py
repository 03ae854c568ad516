"""The figures of a round: all of them, one with its numbers, and each as a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions import figures_seen
from responses.estimate_texts import Rows, basis_notes, rows_of, test_text, watermark
from responses.figure_drawing import NARROW, WIDE, draw
from responses.figure_files import KINDS
from responses.figure_texts import notes
from responses.figures import FigureEstimate, NoFigures, UnknownFigure, estimate_figures
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as a page shows it: drawn for wide and for narrow screens, with its note, numbers and tests."""

    figure: FigureEstimate
    wide: SafeString
    narrow: SafeString
    notes: tuple[str, ...]
    parts: tuple[tuple[str, Rows], ...]
    tests: tuple[tuple[str, str], ...]


@needs(Right.SEE_FIGURES)
@require_safe
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every figure of the instrument, estimated from what is submitted."""
    round_ = _round(slug)
    try:
        found = _estimated(request, round_, [])
    except NoFigures:
        found = ()
    return render(request, "responses/figures/figures.html", _context(round_, found))


@needs(Right.SEE_FIGURES)
@require_safe
def figure(request: HttpRequest, slug: str, figure: str) -> HttpResponse:
    """Show one figure with its numbers, its tests and its files."""
    round_ = _round(slug)
    found = _one(request, round_, figure)
    return render(request, "responses/figures/figure.html", {**_context(round_, [found]), "kinds": list(KINDS)})


@needs(Right.SEE_FIGURES)
@require_safe
def file(request: HttpRequest, slug: str, figure: str, kind: str) -> HttpResponse:
    """Give a figure as a file."""
    round_ = _round(slug)
    if kind not in KINDS:
        raise Http404
    media_type, write = KINDS[kind]
    found = _one(request, round_, figure)
    response = HttpResponse(write(round_.slug, found), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{round_.file_name(found.id)}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def _round(slug: str) -> Round:
    return get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)


def _one(request: HttpRequest, round_: Round, id_: str) -> FigureEstimate:
    try:
        return _estimated(request, round_, [id_])[0]
    except (NoFigures, UnknownFigure) as error:
        raise Http404 from error


def _estimated(request: HttpRequest, round_: Round, ids: Sequence[str]) -> tuple[FigureEstimate, ...]:
    """Estimate, and write down who looks at what is not final."""
    found = estimate_figures(round_, ids, get_language() or "en")
    if any(each.basis.provisional for each in found):
        shown = [each.id for each in found]
        figures_seen.record(round_=round_, shown=shown, by=staff(request), at=timezone.now())
    return found


def _context(round_: Round, found: Sequence[FigureEstimate]) -> dict[str, object]:
    basis = found[0].basis if found else None
    return {
        "round": round_,
        "figures": [_shown(each) for each in found],
        "basis": basis,
        "watermark": watermark(basis) if basis else "",
        "basis_notes": list(basis_notes(basis)) if basis else [],
    }


def _shown(found: FigureEstimate) -> Shown:
    wide, narrow = (mark_safe(draw(found, layout, alone=False)) for layout in (WIDE, NARROW))
    return Shown(
        figure=found,
        wide=wide,
        narrow=narrow,
        notes=tuple(notes(found)),
        parts=_parts(found),
        tests=tuple((tested.label, test_text(tested.test)) for tested in found.tests),
    )


def _parts(found: FigureEstimate) -> tuple[tuple[str, Rows], ...]:
    """The numbers under each bar's name; bars of one line are lines of one table."""
    if not found.legend:
        return (("", rows_of(replace(item.lines[0], label=item.label) for item in found.items)),)
    return tuple((item.label, rows_of((*item.lines, *item.left_out))) for item in found.items)
