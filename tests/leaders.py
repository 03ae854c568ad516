"""Leaders of workplaces, as the tests need them: they fill in a page the way a browser would post it."""

import re
from collections.abc import Iterator, Mapping

from django.apps import apps
from django.test import Client
from django.urls import reverse

from responses import links
from responses.actions import answering
from responses.models import Case, LinkHolder, Response
from surveys.answering.controls import controls
from surveys.answering.reading import page_hash
from surveys.questionnaire.routing import Route, RoutePage

Given = Mapping[str, list[str]]
LONG_WAY: Given = {
    "innov__product": ["yes"],
    "novelty": ["copy"],
    "collab": ["own_org", "citizens"],
    "evaluated": ["internal"],
}
SHORT_WAY: Given = {f"innov__{row}": ["no"] for row in ("product", "service", "process", "comm")} | {"ongoing": ["no"]}


def filled(page: RoutePage, stored: Mapping[str, object], given: Given | None = None) -> dict[str, list[str]]:
    """Return a post of the page: the given fields, elsewhere the first option, and a word in every text field.

    As Django's test client takes it: a ``MultiValueDict`` would lose all marks but the last.
    """
    given = given or {}
    fields: dict[str, list[str]] = {"_stored": [page_hash(page, stored)], "next": ["1"]}
    for item in page.items:
        for control in controls(item):
            if control.kind in ("one", "several"):
                fields[control.name] = given.get(control.name, [item.option_codes[0]])
            elif control.kind == "writing":
                fields[control.name] = given.get(control.name, ["øl & brød"])
    return {**fields, **{name: values for name, values in given.items() if name in fields}}


def stored_answers(holder: LinkHolder) -> dict[str, object]:
    response = Response.objects.filter(case=holder.case_id).first()
    return dict(response.answers) if response else {}


def current_route(holder: LinkHolder) -> Route:
    return answering.route_of(holder.case, stored_answers(holder))


def owner_of(case: Case) -> LinkHolder:
    return LinkHolder.objects.select_related("case__round__questionnaire", "case__sample_unit__workplace").get(
        case=case
    )


def link(holder: LinkHolder, name: str = "answer", *args: object) -> str:
    return reverse(name, args=[links.token(links.ANSWER, holder), *args])


def walk(client: Client, holder: LinkHolder, given: Given) -> Iterator[int]:
    """Answer page after page as a browser does; yield each page's number when it has been posted."""
    number: int | None = 1
    while number:
        page = current_route(holder).page(number)
        assert page is not None
        answer = client.post(link(holder, "answer-page", number), filled(page, stored_answers(holder), given))
        assert answer.status_code == 303, answer.content.decode()
        yield number
        match = re.search(r"/(\d+)/", answer["Location"].removeprefix(link(holder)[:-1]))
        number = int(match[1]) if match else None


def submit(client: Client, holder: LinkHolder, **more: str) -> str:
    """Mark that the answers can be submitted, press the button, and return where that leads."""
    answer = client.post(link(holder, "answer-submit"), {"looked_through": "on", **more})
    assert answer.status_code == 303
    return str(answer["Location"])


def all_rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the program."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("barometer", "surveys", "responses")]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


def report_closed(client: Client, holder: LinkHolder) -> None:
    """Say that the workplace has closed."""
    list(walk(client, holder, {"unit_confirm": ["closed"]}))
