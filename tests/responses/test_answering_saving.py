"""Nothing that a leader has typed is lost: drafts, leaving, coming back, remarks that are answered the same again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from responses import links
from responses.models import LinkHolder, Response
from tests.factories import NOON, make_case, make_open_round, make_questionnaire
from tests.instruments import shipped
from tests.leaders import (
    LONG_WAY,
    SHORT_WAY,
    all_rows,
    current_route,
    filled,
    link,
    owner_of,
    report_closed,
    stored_answers,
    submit,
    walk,
)

TINY = Path(__file__).resolve().parent.parent / "questionnaires"


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


def begin(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))


def test_leaving_saves_what_is_valid_asks_for_no_more_and_says_how_to_come_back(
    client: Client, holder: LinkHolder
) -> None:
    begin(client, holder)
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "leave": "1"}, follow=True)
    assert answer.redirect_chain == [(link(holder, "answer-left"), 303)]
    html = answer.content.decode()
    assert "Jeres svar er gemt" in html
    assert reverse("typed-code") in html
    assert stored_answers(holder)["innov"] == {"product": "yes"}


def test_leaving_with_something_wrong_on_the_page_says_so_first(client: Client, holder: LinkHolder) -> None:
    begin(client, holder)
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "perhaps", "leave": "1"})
    assert answer.status_code == 422


def test_the_page_of_leaving_says_what_has_become_of_a_finished_case(client: Client, holder: LinkHolder) -> None:
    report_closed(client, holder)
    assert client.get(link(holder, "answer-left")).templates[0].name == "respondent/out_of_scope_done.html"


def test_who_comes_back_is_told_where_they_left_off(client: Client, holder: LinkHolder) -> None:
    assert "Her slap I" not in client.get(link(holder)).content.decode()
    begin(client, holder)
    back = client.get(link(holder), follow=True)
    assert "Her slap I" in back.content.decode()
    assert "left_off" not in back.context["post_url"]
    assert "Her slap I" not in client.get(link(holder, "answer-page", 3)).content.decode()


def test_a_draft_stores_what_is_valid_and_says_what_is_stored(client: Client, holder: LinkHolder) -> None:
    begin(client, holder)
    page = link(holder, "answer-page", 3)
    first = client.post(page, {"innov__product": "yes", "innov__service": "perhaps", "draft": "1"})
    assert first.status_code == 200
    assert stored_answers(holder)["innov"] == {"product": "yes"}
    stored = json.loads(first.content)["stored"]
    assert f'name="_stored" value="{stored}"' in client.get(page).content.decode()
    last = client.post(page, {"innov__product": "no", "_stored": stored, "draft": "1"})
    assert last.status_code == 200
    assert stored_answers(holder)["innov"] == {"product": "no"}


def test_a_draft_overwrites_nothing_of_somebody_else(client: Client, holder: LinkHolder) -> None:
    begin(client, holder)
    page = link(holder, "answer-page", 3)
    before = json.loads(client.post(page, {"innov__product": "yes", "draft": "1"}).content)["stored"]
    client.post(page, {"innov__product": "no", "_stored": before, "draft": "1"})
    answer = client.post(page, {"innov__product": "yes", "_stored": before, "draft": "1"})
    assert json.loads(answer.content)["stored"] is None
    assert stored_answers(holder)["innov"] == {"product": "no"}


def test_opening_the_link_offers_no_drafts_until_the_first_page_is_sent(client: Client, holder: LinkHolder) -> None:
    assert "data-draft" not in client.get(link(holder)).content.decode()
    begin(client, holder)
    assert "data-draft" in client.get(link(holder, "answer-page", 3)).content.decode()


def test_a_draft_after_submission_changes_nothing(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    submit(client, holder)
    before = all_rows()
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "draft": "1"})
    assert answer.status_code == 303
    assert all_rows() == before


def test_an_answer_kept_after_a_remark_is_logged_with_its_question(client: Client, db: None) -> None:
    document = (TINY / "soft_check.yaml").read_text(encoding="utf-8")
    holder = owner_of(make_case(make_open_round(questionnaire=make_questionnaire(document))))
    page = link(holder, "answer-page", 1)
    asked = client.post(page, {"value": "dk", "next": "1"})
    assert Response.objects.get().accepted_checks == []
    key = re.search(r'name="_soft" value="([^"]+)"', asked.content.decode())
    assert key
    for _ in range(2):
        client.post(page, {"value": "dk", "_soft": key[1], "next": "1"})
    assert Response.objects.get().accepted_checks == ["value"]


def review_after(client: Client, holder: LinkHolder, fields: dict[str, Any]) -> str:
    """Send the last page and return the review's address that it leads to."""
    last = current_route(holder).pages[-1]
    data: dict[str, Any] = {**filled(last, stored_answers(holder)), **fields}
    return str(client.post(link(holder, "answer-page", last.number), data)["Location"])


def test_who_has_just_answered_submits_with_one_button(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    page = client.get(review_after(client, holder, {"comment": "And one more thing"})).content.decode()
    assert "looked_through" not in page
    by_hand = re.search(r'name="by_hand" value="([^"]+)"', page)
    assert by_hand
    client.post(link(holder, "answer-submit"), {"by_hand": by_hand[1]})
    assert Response.objects.get().submitted_at


def test_who_comes_back_to_finished_answers_marks_them_first(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    page = client.get(link(holder), follow=True).content.decode()
    assert "looked_through" in page
    for data in ({}, {"by_hand": ""}, {"by_hand": links.token(links.ANSWER, holder)}):
        assert client.post(link(holder, "answer-submit"), data).status_code == 422
    assert Response.objects.get().submitted_at is None


def test_a_page_sent_as_it_was_stored_is_no_proof_of_a_hand(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    assert review_after(client, holder, {}) == link(holder, "answer-review")


def test_the_proof_of_one_case_is_none_for_another(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    other = owner_of(make_case(holder.case.round))
    client.post(link(holder, "answer-submit"), {"by_hand": links.signed(links.BY_HAND, other.pk)})
    assert Response.objects.get().submitted_at is None


def test_a_draft_is_a_proof_of_a_hand(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    last = current_route(holder).pages[-1]
    draft = {**filled(last, stored_answers(holder)), "comment": ["More"], "draft": ["1"]}
    saved = json.loads(client.post(link(holder, "answer-page", last.number), draft).content)
    again = review_after(
        client, holder, {"comment": ["More"], "_stored": [saved["stored"]], "by_hand": [saved["by_hand"]]}
    )
    assert "by_hand" in again
