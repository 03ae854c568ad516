"""What is said about an expression that names something unknown: the fault, the nearest names, and all there are."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext, ngettext

from barometer.formats import language_name
from barometer.problems import Problem, sentence
from surveys.problem_texts import TEXTS
from surveys.questionnaire.definition import Label
from surveys.questionnaire.names import Name

MOST_LISTED = 40


def explained(problem: Problem, names: Sequence[Name]) -> str:
    """Return the problem in words, with what could have been meant."""
    told = sentence(Problem(problem.code, "", in_words(problem.params)), TEXTS)
    params = problem.params
    named = {name.name: name for name in names}
    known = named.get(str(params.get("name", "")).partition(".")[0])
    if problem.code in ("unknown_name", "forward_reference"):
        return " ".join([told, *_offered(str(params["name"]), list(named), gettext("Names that can stand here:"))])
    if problem.code == "unknown_code" and known is not None:
        codes = [choice.code for choice in known.codes]
        words = gettext("Codes of %(name)s:") % {"name": known.name}
        return " ".join([told, *_offered(str(params["code"]), codes, words)])
    if problem.code == "unknown_row" and known is not None:
        words = gettext("Rows of %(name)s:") % {"name": known.name}
        return " ".join([told, *_offered(str(params["row"]), known.rows, words)])
    if known is not None and known.example:
        return f"{told} {gettext('For example:')} {known.example}"
    return told


def in_words(params: Mapping[str, object]) -> dict[str, object]:
    """Return a problem's values with what only those know who write documents called as the forms call it."""
    keys = {
        "label": gettext("Wording"),
        "hint": gettext("Hint"),
        "title": gettext("Title"),
        "row_text": gettext("Question of each row"),
        "max": gettext("Most marks"),
        "max_length": gettext("Most characters"),
    }
    words = dict(params)
    if words.get("key") in keys:
        words["key"] = keys[str(words["key"])]
    if isinstance(words.get("language"), str):
        words["language"] = language_name(str(words["language"]))
    return words


def name_lines(names: Sequence[Name], language: str) -> list[dict[str, Any]]:
    """Return what the list beside the field of an expression shows, each name under the heading of its group."""
    lines: list[dict[str, Any]] = []
    for name in names:
        group = name.page or (name.kind if name.kind in ("derived", "register") else "")
        before = lines[-1]["group"] if lines else None
        lines.append(
            {
                "group": group,
                "begins_group": group != before,
                "kind": name.kind,
                "name": name.name,
                "text": _words(name.label, language),
                "codes": [(choice.code, _words(choice.label, language)) for choice in name.codes],
                "rows": name.rows,
                "example": name.example,
            }
        )
    return lines


def _words(label: Label, language: str) -> str:
    text = label.texts.get(language, "")
    return text if isinstance(text, str) else next(iter(text.values()), "")


def _offered(wanted: str, there: Sequence[str], heading: str) -> list[str]:
    """Say what is near and what there is; a long list is cut, as the whole of it stands beside the field."""
    near = get_close_matches(wanted, there, n=1, cutoff=0.6)
    said = [gettext("Did you mean “%(name)s”?") % {"name": near[0]}] if near else []
    if not there:
        return said
    number = len(there) - MOST_LISTED
    more = ngettext("and %(number)s more", "and %(number)s more", number) % {"number": number}
    listed = [*there[:MOST_LISTED], *([more] if len(there) > MOST_LISTED else [])]
    return [*said, f"{heading} {', '.join(listed)}."]
