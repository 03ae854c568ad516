"""Leaders of workplaces, as the tests need them: they fill in a page the way a browser would post it."""

from collections.abc import Mapping

from django.utils.datastructures import MultiValueDict

from responses.actions import answering
from responses.models import LinkHolder, Response
from surveys.answering.controls import controls
from surveys.answering.reading import page_hash
from surveys.questionnaire.routing import Route, RoutePage

Given = Mapping[str, list[str]]


def filled(page: RoutePage, stored: Mapping[str, object], given: Given | None = None) -> MultiValueDict[str, str]:
    """Return a post of the page: the given fields, elsewhere the first option, and a word in every text field."""
    given = given or {}
    fields: dict[str, list[str]] = {"_stored": [page_hash(page, stored)], "next": ["1"]}
    for item in page.items:
        for control in controls(item):
            if control.kind in ("one", "several"):
                fields[control.name] = given.get(control.name, [item.option_codes[0]])
            elif control.kind == "writing":
                fields[control.name] = given.get(control.name, ["øl & brød"])
    return MultiValueDict({**fields, **{name: values for name, values in given.items() if name in fields}})


def stored_answers(holder: LinkHolder) -> dict[str, object]:
    response = Response.objects.filter(case=holder.case_id).first()
    return dict(response.answers) if response else {}


def current_route(holder: LinkHolder) -> Route:
    return answering.route_of(holder.case, stored_answers(holder))
