"""What the pages that change a draft say alike."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext, ngettext

from surveys.actions.draft import Draft
from surveys.forms.texts import Shape
from surveys.models import Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire import definition
from surveys.questionnaire.yaml_text import write
from surveys.views.outline import said

MOST_TOLD = 5


def sorry(request: HttpRequest, questionnaire: Questionnaire, refused: Exception) -> HttpResponse:
    """Say why nothing was changed, on the outline."""
    if isinstance(refused, QuestionnaireFrozen):
        messages.error(request, gettext("It is published, so it no longer changes. Start a new version."))
    else:
        messages.error(request, gettext("Somebody else has deleted or renamed it meanwhile. Nothing was changed."))
    return redirect("questionnaire", questionnaire.pk)


def tell_elsewhere(request: HttpRequest, draft: Draft) -> None:
    """Say what follows a new name, and which problems a change makes in other parts; the outline shows them there."""
    if draft.followed:
        words = gettext("The new name has been put in here too: %(names)s.")
        messages.info(request, words % {"names": ", ".join(draft.followed)})
    new = [said(problem) for problem in draft.elsewhere]
    if not new:
        return
    shown = " ".join(f"{one.name}: {one.text}" if one.name else one.text for one in new[:MOST_TOLD])
    words = ngettext(
        "The change makes a problem elsewhere.", "The change makes %(number)s problems elsewhere.", len(new)
    )
    messages.warning(request, f"{words % {'number': len(new)}} {shown}")


def tell_dropped(request: HttpRequest, draft: Draft) -> None:
    """Say what was left out because it does not go with the question's type or with where its choices come from."""
    titles = {
        "max_marks": gettext("the number of marks"),
        "max_length": gettext("the number of characters"),
        "row_text": gettext("the question of each row"),
        "options": gettext("its own options"),
        "rows": gettext("its own rows"),
    }
    if draft.dropped:
        words = gettext("Left out, since it does not go with the rest: %(parts)s. The way back: History and undo.")
        messages.warning(request, words % {"parts": ", ".join(titles[name] for name in draft.dropped)})


def page_language(request: HttpRequest, row: Questionnaire) -> str:
    """The language of the questionnaire that is asked for, or that of the page, or the first."""
    wanted = (request.GET.get("texts", ""), get_language() or "", row.languages[0])
    return next(language for language in wanted if language in row.languages)


def shape_of(found: definition.Questionnaire) -> Shape:
    """The languages of the texts, and the register variables that they can go by."""
    language = get_language() or ""
    variables = {
        variable.name: [
            (code.code, str(code.label.texts.get(language) or code.code)) for code in variable.codes if code.code
        ]
        for variable in found.register
        if variable.type == "code" and variable.codes
    }
    return Shape(found.languages, variables)


def retold(data: QueryDict, mark: str) -> QueryDict:
    """What was sent, now based on another state."""
    copy = data.copy()
    copy["based_on"] = mark
    return copy


def differences(now: Mapping[str, Any], typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What somebody else has stored, where that differs from what was typed: name and value as in a document."""
    names = [name for name in {**now, **typed} if now.get(name) != typed.get(name)]
    return [(name, write({name: _plain(now.get(name))}).strip()) for name in names]


def _plain(value: Any) -> Any:
    """Values of a document are texts, numbers, truth values, lists and mappings."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items() if entry not in (None, "", False)}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
