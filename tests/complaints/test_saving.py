"""Complaints 3, 4, 5 and 9: answers lost, saving that submits, a second session, sending that fails."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from responses import links
from responses.models import Case, CaseEvent, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from tests.complaints.scanners import presses
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.leaders import LONG_WAY, current_route, filled, link, owner_of, stored_answers, walk
from tests.markup import Markup

WELCOME = {"unit_confirm": "yes", "respondent_role": "employee"}


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


def hidden(html: str) -> dict[str, str]:
    """What the page carries along with what somebody fills in."""
    fields = [element for element in Markup(html).all("input") if element.get("type") == "hidden"]
    return {element.get("name"): element.get("value") for element in fields}


def pass_time(monkeypatch: pytest.MonkeyPatch, days: int) -> datetime:
    later = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    return later


def test_complaint_3_a_page_left_open_for_a_week_still_saves(
    holder: LinkHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client(enforce_csrf_checks=True)
    opened = browser.get(link(holder))
    later = pass_time(monkeypatch, days=7)
    answer = browser.post(link(holder, "answer-page", 1), WELCOME | hidden(opened.content.decode()) | {"next": "1"})
    assert (answer.status_code, answer["Location"]) == (303, link(holder, "answer-page", 3))
    assert stored_answers(holder) == WELCOME
    assert Response.objects.get().started_at == later


def test_complaint_3_the_link_alone_restores_everything_in_a_browser_that_knows_nothing(
    client: Client, holder: LinkHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = walk(client, holder, LONG_WAY)
    assert [next(walked) for _ in range(3)] == [1, 3, 4]
    pass_time(monkeypatch, days=30)
    elsewhere = Client(enforce_csrf_checks=True)
    page = elsewhere.get(link(holder, "answer-page", 4)).content.decode()
    assert "øl &amp; brød" in page
    assert not elsewhere.cookies


def test_complaint_3_what_is_wrong_on_a_page_does_not_cost_what_is_right(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "innov__service": "x", "next": "1"})
    assert answer.status_code == 422
    assert stored_answers(holder)["innov"] == {"product": "yes"}


def test_complaint_4_no_button_of_any_page_of_the_questionnaire_submits_it(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    pages = [link(holder, "answer-page", page.number) for page in current_route(holder).pages]
    for path in pages:
        html = client.get(path).content.decode()
        buttons = list(presses(Markup(html), path))
        assert len(buttons) >= 4, path  # next, language, leave or back
        for action, button, fields in buttons:
            assert "submit" not in action, f"{path}: {button}"
            client.post(action, dict(fields))
    assert Case.objects.get(pk=holder.case_id).disposition == Disposition.STARTED
    assert not CaseEvent.objects.filter(kind=EventKind.SUBMITTED).exists()


def test_complaint_4_save_and_continue_later_saves_and_leaves_the_questionnaire_open(
    client: Client, holder: LinkHolder
) -> None:
    list(walk(client, holder, LONG_WAY))
    last = current_route(holder).pages[-1]
    fields = filled(last, stored_answers(holder), {"comment": ["Mere en anden gang"]})
    del fields["next"]
    answer = client.post(link(holder, "answer-page", last.number), {**fields, "leave": "1"})
    assert answer["Location"] == link(holder, "answer-left")
    assert stored_answers(holder)["comment"] == "Mere en anden gang"
    assert Case.objects.get(pk=holder.case_id).disposition == Disposition.STARTED


def test_complaint_5_every_way_in_leads_to_one_and_the_same_response(client: Client, holder: LinkHolder) -> None:
    walked = walk(client, holder, LONG_WAY)
    assert [next(walked) for _ in range(3)] == [1, 3, 4]
    left_off = f"{link(holder, 'answer-page', 5)}?left_off=here"
    typed = Client().post(reverse("typed-code"), {"code": links.typed_code(holder)}, follow=True)
    on_a_phone = Client(headers={"user-agent": "a phone"}).get(link(holder), follow=True)
    assert typed.redirect_chain[-1][0] == on_a_phone.redirect_chain[-1][0] == left_off
    Client().post(link(holder, "answer-page", 1), WELCOME | {"next": "1"})
    assert Response.objects.count() == 1
    assert CaseEvent.objects.filter(kind=EventKind.STARTED).count() == 1


def test_complaint_5_leaving_ends_on_a_page_that_says_where_the_link_is(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    page = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "leave": "1"}, follow=True)
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page.content.decode())).split())
    assert "Åbn linket i mailen om undersøgelsen igen" in text or "linket i mailen" in text
    assert client.get(link(holder), follow=True).redirect_chain  # and the link does lead back


def test_complaint_9_when_saving_fails_what_was_typed_stands_on_the_page_with_a_button_to_try_again(
    holder: LinkHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client(raise_request_exception=False)
    next(walk(browser, holder, LONG_WAY))
    text = "Vi har <bygget> en båd"
    with monkeypatch.context() as broken:
        broken.setattr("barometer.prepared.PreparedSave.save", None)  # the database is gone
        failed = browser.post(
            f"{link(holder, 'answer-page', 3)}?return=review",
            {"innov__product": ["yes"], "latest_desc": text, "next": "1"},
        )
    assert failed.status_code == 500
    page = Markup(failed.content.decode())
    assert [quote.text for quote in page.all("blockquote")] == [text]
    [(action, _button, fields), *_others] = presses(page, "/")
    assert action == f"{link(holder, 'answer-page', 3)}?return=review"
    assert {"innov__product": "yes", "latest_desc": text, "next": "1"}.items() <= dict(fields).items()
    assert browser.post(action, dict(fields)).status_code in (303, 422)
    assert stored_answers(holder)["innov"] == {"product": "yes"}


def test_complaint_9_a_failure_anywhere_else_repeats_nothing_that_was_sent(
    holder: LinkHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.account.views.LoginView.post", None)
    failed = Client(raise_request_exception=False).post("/login/", {"login": "a", "password": "geheim"})
    assert failed.status_code == 500
    assert "geheim" not in failed.content.decode()
