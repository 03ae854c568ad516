"""What no browser sends by itself: nothing of it is stored, nothing stored is lost, and it is never our crash."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from responses import links
from responses.models import LinkHolder, Response
from surveys.questionnaire.routing import route
from tests.factories import NOON, make_case, make_open_round, make_questionnaire
from tests.instruments import shipped
from tests.leaders import LONG_WAY, all_rows, current_route, link, owner_of, stored_answers, submit, walk

pytestmark = pytest.mark.once

TINY = Path(__file__).resolve().parent.parent / "questionnaires"
FORM = "application/x-www-form-urlencoded"
EXPECTED = (200, 303, 400, 404, 405, 409, 413, 422, 429)
MEGABYTE = "x" * 1_000_000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "fields that no page has": b"is_staff=1&pk=1&case=2&_stored=&_soft=&next=1",
    "the same field many times": b"unit_confirm=yes&unit_confirm=closed&innov__product=yes&innov__product=no&next=1",
    "codes that do not exist": b"unit_confirm=x&innov__product=maybe&innov__none=yes&collab=zz&decision=zz&next=1",
    "codes with odd characters": b"unit_confirm=yes%20&innov__product=Y%C3%89S&collab=../../etc&next=1",
    "a megabyte of text": f"latest_desc={MEGABYTE}&name={MEGABYTE}&code={MEGABYTE}&next=1".encode(),
    "three megabytes": f"latest_desc={MEGABYTE * 3}".encode(),
    "ten thousand fields": "&".join(f"a{number}=1" for number in range(10_000)).encode(),
    "null bytes": b"latest_desc=a%00b&words=a%00b&name=a%00b&email=a%00b&code=%00&unit_confirm=yes%00&next=1",
    "broken UTF-8": b"latest_desc=%ff%fe%c3&words=%c3%28&name=%ff&code=%ff&unit_confirm=%ff&next=1",
    "half of a surrogate pair": b"latest_desc=%ed%a0%80&name=%ed%a0%80&next=1",
    "broken percent signs": b"latest_desc=100%&unit_confirm=%zz&=&&&next",
    "a bidirectional override": b"latest_desc=%E2%80%AEevil&name=%E2%80%AEevil&next=1",
    "hashes that are none": b"_stored=%00&_stored=x&_soft=%00&unit_confirm=no&seen=%00&looked_through=maybe&next=1",
    "a language that does not exist": b"language=xx%00&unit_confirm=zz",
    "every button at once": b"next=1&back=1&leave=1&draft=1&language=da&unit_confirm=zz",
}
KINDS = (FORM, f"{FORM}; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain")


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


def addresses(holder: LinkHolder) -> Iterator[str]:
    for number in (0, 1, 3, 4, 5, 7, 13, 16, 99, 10**30):
        yield link(holder, "answer-page", number)
    for name in ("answer", "answer-left", "answer-review", "answer-submit", "decline", "correct"):
        yield link(holder, name)
    for name in ("not-me", "pass-on", "share", "take-back", "give-back"):
        yield link(holder, name)
    yield reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])
    yield reverse("take-back-by-mail", args=[links.token(links.TAKE_BACK, holder)])
    yield reverse("typed-code")


def valid(holder: LinkHolder) -> dict[str, object]:
    """The stored answers; those that the questionnaire would have given itself, and no others."""
    stored = stored_answers(holder)
    assert dict(current_route(holder).answers) == stored
    return stored


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_whatever_is_posted_stores_nothing_invalid_loses_nothing_and_crashes_nothing(
    client: Client, holder: LinkHolder, body: bytes
) -> None:
    walked = walk(client, holder, LONG_WAY)
    assert [next(walked) for _ in range(5)] == [1, 3, 4, 5, 6]
    before = valid(holder)
    for kind in KINDS:
        for path in addresses(holder):
            answer = client.generic("POST", path, body, content_type=kind)
            assert answer.status_code in EXPECTED, f"{path} as {kind}"
    after = valid(holder)
    assert {key: after.get(key) for key in before if key != "latest_desc"} == {
        key: each for key, each in before.items() if key != "latest_desc"
    }
    assert "\0" not in str(after)
    assert after["latest_desc"] in (before["latest_desc"], "100%", "\u202eevil")


@pytest.mark.parametrize("number", [0, 2, 12, 13, 14, 16, 17, 999, 10**30])
def test_a_page_that_is_not_on_the_route_sends_back_to_the_way_and_stores_nothing(
    client: Client, holder: LinkHolder, number: int
) -> None:
    walked = walk(client, holder, LONG_WAY)
    next(walked), next(walked)
    before = all_rows()
    fields = {"closed_when": "by_2019", "ongoing": "yes", "merged_into": "X", "comment": "x", "next": "1"}
    for answer in (
        client.get(link(holder, "answer-page", number)),
        client.post(link(holder, "answer-page", number), fields),
    ):
        assert (answer.status_code, answer["Location"]) == (303, link(holder))
    assert all_rows() == before


def test_a_mark_that_the_register_takes_off_the_route_is_kept_and_neither_shown_nor_counted(
    client: Client, holder: LinkHolder
) -> None:
    """A municipality is not asked about x_municipality; the register said "region" when it was marked."""
    list(walk(client, holder, LONG_WAY))
    response = Response.objects.get()
    response.answers["collab"] = ["x_municipality", "citizens"]
    response.answers["collab_phase"] |= {"x_municipality": ["test"]}
    response.save()
    found = current_route(holder)
    assert found.answers["collab"] == ["citizens"]
    assert "x_municipality" not in str(found.answers["collab_phase"])
    for path in (link(holder, "answer-page", 7), link(holder, "answer-page", 8), link(holder, "answer-review")):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "x_municipality" not in answer.content.decode()
    client.post(link(holder, "answer-page", 7), {"collab": ["citizens"], "finance": ["own_budget"], "next": "1"})
    assert stored_answers(holder)["collab"] == ["x_municipality", "citizens"]
    assert submit(client, holder).startswith("/k/")


def test_marks_that_are_all_off_the_route_are_asked_again(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    response = Response.objects.get()
    response.answers["collab"] = ["x_municipality"]
    response.save()
    assert client.get(link(holder))["Location"].startswith(link(holder, "answer-page", 7))
    assert client.post(link(holder, "answer-submit"), {"looked_through": "on"})["Location"] == link(holder)


@pytest.mark.parametrize(
    "rubbish",
    [None, 7, True, "text", ["list"], {"row": "x"}, {"row": ["x"]}, [["nested"]], {"product": {"deep": "x"}}, [None]],
)
def test_stored_answers_of_any_shape_neither_crash_a_page_nor_count(
    client: Client, holder: LinkHolder, rubbish: Any
) -> None:
    list(walk(client, holder, LONG_WAY))
    definition = current_route(holder).questionnaire
    answers = dict.fromkeys((question.code for question in definition.questions), rubbish)
    Response.objects.update(
        answers={"unit_confirm": "yes", "innov": {"product": "yes"}, **answers} | {"collab.other": 7}
    )
    for path in (link(holder), *(link(holder, "answer-page", number) for number in range(16))):
        assert client.get(path, follow=True).status_code == 200
    assert client.post(link(holder, "answer-submit"), {"looked_through": "on"}).status_code == 303
    assert not Response.objects.filter(submitted_at__isnull=False).exists()


def test_every_tiny_questionnaire_takes_rubbish_for_no_answer(client: Client, db: None) -> None:
    documents = sorted(TINY.glob("*.yaml"))
    assert len(documents) >= 6
    for document in documents:
        text = document.read_text(encoding="utf-8")
        holder = owner_of(make_case(make_open_round(questionnaire=make_questionnaire(text))))
        first = current_route(holder).pages[0]
        names = {item.code for item in first.items}
        client.post(link(holder, "answer-page", first.number), urlencode(dict.fromkeys(names, "zz\x00")), FORM)
        found = current_route(holder)
        assert all(isinstance(each, str) for each in found.answers.values()), document.name
        assert route(found.questionnaire, found.register, stored_answers(holder)).answers == found.answers
