"""What is rendered once for everybody holds nothing about anybody."""

import gc

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from barometer.templatetags.once import MOST_KEPT, OnceNode
from surveys.actions.questionnaire import shipped_document
from tests.factories import make_case, make_open_round, make_questionnaire
from tests.instruments import BAROMETER
from tests.leaders import LONG_WAY, link, owner_of, submit, walk


def once(inside: str) -> Template:
    return Template(f"{{% load i18n once %}}{{% once_per a %}}{inside}{{% end_once_per %}}")


def test_it_is_rendered_once_for_a_language_and_values() -> None:
    calls: list[int] = []
    template = once("{% translate 'Next' %} {{ say }}")
    printed = []
    for language, a in [("da", 1), ("da", 2), ("en", 1), ("da", 1), ("en", 1)]:

        def say(a: int = a) -> int:
            calls.append(a)
            return a

        with translation.override(language):
            printed.append(template.render(Context({"a": a, "say": say})))
    assert printed == ["Næste 1", "Næste 2", "Next 1", "Næste 1", "Next 1"]
    assert calls == [1, 2, 1]


def test_only_so_much_is_kept() -> None:
    template = once("{{ a }}")
    [node] = template.nodelist.get_nodes_by_type(OnceNode)
    for a in range(3 * MOST_KEPT):
        assert template.render(Context({"a": a})) == str(a)
    assert isinstance(node, OnceNode)
    assert len(node.kept) <= MOST_KEPT


@pytest.mark.django_db
def test_what_is_kept_of_a_whole_journey_holds_nothing_about_the_workplace_and_no_answer() -> None:
    questionnaire = make_questionnaire(shipped_document(BAROMETER) or "")
    holder = owner_of(
        make_case(make_open_round(questionnaire=questionnaire), name="Xylofonskolen", address="Ypsilonvej 9")
    )
    client = Client()
    pages = [client.get(link(holder))]
    pages += [client.get(link(holder, "answer-page", number)) for number in walk(client, holder, LONG_WAY)]
    pages += [client.get(link(holder, "answer-review")), client.get(submit(client, holder))]
    assert all("Xylofonskolen" in page.content.decode() for page in pages)
    kept = "".join(text for node in gc.get_objects() if type(node) is OnceNode for text in node.kept.values())
    assert "page-buttons" in kept
    secret = link(holder).split("/")[2]
    for word in ("Xylofonskolen", "Ypsilonvej", secret, holder.name, holder.email, "checked", "<textarea"):
        assert word not in kept
