"""Two versions of a questionnaire side by side, question by question."""

from collections import Counter
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from barometer.access import needs
from barometer.formats import language_name
from barometer.problems import Problem
from barometer.roles import Right
from surveys.actions.checking import earlier_editions, findings
from surveys.actions.draft import definition_of
from surveys.models import Questionnaire
from surveys.problem_texts import TEXTS, mark_name
from surveys.questionnaire.comparison import MINOR, Compared, Mark, compare

MARKS: tuple[Mark, ...] = ("changed", "new", "gone", "comparable")


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
def compare_versions(request: HttpRequest) -> HttpResponse:
    """Choose two versions; ``before`` and ``after`` in the address are keys of questionnaires."""
    rows = list(Questionnaire.objects.order_by("code", "version"))
    by_key = {str(row.pk): row for row in rows}
    before, after = (by_key.get(request.GET.get(name, "")) for name in ("before", "after"))
    if after and "before" not in request.GET:
        before = _earlier(after, rows)
    context: dict[str, object] = {
        "choices": [(row.pk, _name(row)) for row in rows],
        "before": before,
        "after": after,
    }
    if before and after:
        faulty = [row for row in (before, after) if findings(row).hidden]
        context |= {"faulty": faulty} if faulty else _compared(before, after)
    return render(request, "surveys/comparison/compare.html", context)


def _name(row: Questionnaire) -> str:
    """The version first: on a phone the rest is cut off."""
    title = row.title.get(get_language() or "", row.code)
    return gettext("Version %(version)s – %(title)s") % {"version": row.version, "title": title}


def _earlier(after: Questionnaire, rows: Sequence[Questionnaire]) -> Questionnaire | None:
    """The latest published edition of the same instrument before it."""
    found = definition_of(after)
    earlier = earlier_editions(found) if found else []
    latest = max(earlier, key=lambda one: (one.reference_end, one.version), default=None)
    return next((row for row in rows if latest is not None and str(row) == latest.name), None)


def _compared(before: Questionnaire, after: Questionnaire) -> dict[str, object]:
    found = compare(before.definition(), after.definition())
    counts = Counter(one.mark for one in found.questions)
    return {
        "counts": [(mark, mark_name(mark), counts[mark]) for mark in MARKS],
        "questions": _shown(found.questions),
        "derived": _shown(found.derived),
    }


def _shown(compared: Sequence[Compared]) -> dict[str, list[dict[str, object]]]:
    """Those with something to tell, and those without any difference."""
    shown: list[dict[str, object]] = [
        {
            "code": one.code,
            "mark": one.mark,
            "mark_name": mark_name(one.mark),
            "label": one.label.text(get_language() or "", {}),
            "differences": [_difference(one.code, difference) for difference in one.differences],
        }
        for one in compared
    ]
    return {
        "different": [one for one in shown if one["differences"] or one["mark"] != "comparable"],
        "same": [one for one in shown if not one["differences"] and one["mark"] == "comparable"],
    }


def _difference(code: str, difference: Problem) -> dict[str, object]:
    params = difference.params
    language = str(params.get("language", ""))
    return {
        "part": difference.where.removeprefix(code).removeprefix("."),
        "text": str(TEXTS[difference.code]) % params,
        "minor": difference.code in MINOR,
        "language": language_name(language) if language else "",
        "code": language,
        "sides": "before" in params or "after" in params,
        "before": params.get("before", ""),
        "after": params.get("after", ""),
    }
