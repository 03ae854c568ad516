"""Import of an XLSForm, and what is left to settle afterwards."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from surveys.actions.questionnaire import DocumentRefused, VersionTaken
from surveys.actions.xlsform import import_xlsform, settle_remarks
from surveys.forms.xlsform import SettleForm, XlsFormForm
from surveys.models import Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.problem_texts import TEXTS
from surveys.questionnaire.checks import is_error
from surveys.views.drafts import sorry


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def upload(request: HttpRequest) -> HttpResponse:
    """Make a draft of a file."""
    form = XlsFormForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    problems: list[str] = []
    if form.is_valid():
        data, at = form.cleaned_data["file"], timezone.now()
        try:
            draft = import_xlsform(data=data, header=form.header(), by=staff(request), at=at)
        except DocumentRefused as refused:
            problems = [sentence(problem, TEXTS) for problem in refused.problems]
        except VersionTaken as taken:
            said = gettext("%(name)s is there already. Choose another code or version.")
            form.add_error("version", said % {"name": taken.questionnaire})
        else:
            messages.success(request, gettext("The draft %(name)s has been created.") % {"name": draft})
            return redirect("questionnaire-import-remarks", draft.pk)
    return render(request, "surveys/xlsform/upload.html", {"form": form, "problems": problems})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def remarks(request: HttpRequest, pk: int) -> HttpResponse:
    """List what could not be taken over, and settle it."""
    row = get_object_or_404(Questionnaire, pk=pk)
    found = [(remark, sentence(remark.problem, TEXTS)) for remark in row.import_remarks.order_by("number")]
    lost = [(remark, said) for remark, said in found if is_error(remark.problem)]
    waiting = [(remark, said) for remark, said in lost if remark.settled_at is None]
    form = SettleForm(waiting, request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = {"numbers": form.cleaned_data["numbers"], "reason": form.cleaned_data["reason"]}
        try:
            number = settle_remarks(questionnaire=row, **given, by=staff(request), at=timezone.now())
        except QuestionnaireFrozen as refused:
            return sorry(request, row, refused)
        said = ngettext("%(number)s remark has been settled.", "%(number)s remarks have been settled.", number)
        messages.success(request, said % {"number": number})
        return redirect("questionnaire-import-remarks", pk)
    context = {
        "questionnaire": row,
        "form": form if waiting and row.published_at is None else None,
        "waiting": [said for _remark, said in waiting],
        "settled": [said for remark, said in lost if remark.settled_at],
        "changed": [said for remark, said in found if not is_error(remark.problem)],
    }
    return render(request, "surveys/xlsform/remarks.html", context)
