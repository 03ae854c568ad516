"""To say no, and to want no more reminders: two acts, both chosen by a person, both taken back as easily."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from responses import links
from responses.actions import fieldwork, hand_over
from responses.models import Case, CaseEvent, DeclineReason, LinkHolder, Mail
from responses.statistics.dispositions import Disposition, EventKind
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.leaders import LONG_WAY, link, owner_of, report_closed, submit, walk
from tests.people import browser_of, finn

SHOWN_AGAIN = 422


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


def opt_out(holder: LinkHolder) -> str:
    return reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])


def decide(client: Client, path: str, decision: str, **more: str) -> int:
    return client.post(path, {"decision": decision, **more}).status_code


def disposition(holder: LinkHolder) -> str:
    return Case.objects.values_list("disposition", flat=True).get(pk=holder.case_id)


def kinds(holder: LinkHolder) -> list[str]:
    return list(CaseEvent.objects.filter(case=holder.case_id).order_by("pk").values_list("kind", flat=True))


def test_a_no_is_chosen_told_to_the_owner_and_taken_back(client: Client, holder: LinkHolder) -> None:
    page = link(holder, "decline")
    assert client.post(page, {"decision": "decline"})["Location"] == page
    assert disposition(holder) == Disposition.DECLINED
    assert Mail.objects.get().name == "declined_confirmed"
    assert client.get(link(holder))["Location"] == page
    assert decide(client, link(holder, "answer-page", 1), "", unit_confirm="yes") == 303
    assert client.post(page, {"decision": "undo"})["Location"] == link(holder)
    assert disposition(holder) == Disposition.NOT_STARTED


@pytest.mark.parametrize("data", [{}, {"decision": ""}, {"decision": "x"}, {"decline": "1"}, {"code": "no_time"}])
def test_a_post_that_chooses_nothing_says_so_and_declines_nothing(
    client: Client, holder: LinkHolder, data: dict[str, str]
) -> None:
    answer = client.post(link(holder, "decline"), data)
    assert answer.status_code == SHOWN_AGAIN
    assert 'href="#id_decision_0"' in answer.content.decode()
    assert kinds(holder) == [EventKind.OPENED]


def test_whoever_goes_on_with_the_questionnaire_has_said_nothing(client: Client, holder: LinkHolder) -> None:
    assert client.post(link(holder, "decline"), {"decision": "stay"})["Location"] == link(holder)
    assert kinds(holder) == [EventKind.OPENED]


def test_a_reason_is_kept_apart_shown_to_staff_and_gone_when_the_no_is(client: Client, holder: LinkHolder) -> None:
    decide(client, link(holder, "decline"), "decline", code="no_time", words="Vi er kun <to>")
    reason = DeclineReason.objects.get(case=holder.case_id)
    assert (reason.code, reason.words) == ("no_time", "Vi er kun <to>")
    page = browser_of(finn()).get(f"/cases/{holder.case_id}/").content.decode()
    assert "We do not have the time: “Vi er kun &lt;to&gt;”" in page
    decide(client, link(holder, "decline"), "undo")
    assert not DeclineReason.objects.exists()


def test_no_reason_is_asked_for(client: Client, holder: LinkHolder) -> None:
    decide(client, link(holder, "decline"), "decline")
    assert disposition(holder) == Disposition.DECLINED
    assert not DeclineReason.objects.exists()


@pytest.mark.parametrize("more", [{"code": "none of these"}, {"words": "x" * 501}, {"words": "a\0b"}])
def test_a_reason_that_cannot_be_kept_is_said_and_declines_nothing(
    client: Client, holder: LinkHolder, more: dict[str, str]
) -> None:
    assert decide(client, link(holder, "decline"), "decline", **more) == SHOWN_AGAIN
    assert disposition(holder) == Disposition.NOT_STARTED


def test_stopping_reminders_is_no_refusal_and_is_taken_back(client: Client, holder: LinkHolder) -> None:
    for _ in range(2):
        assert decide(client, opt_out(holder), "stop") in (303, SHOWN_AGAIN)
    assert kinds(holder) == [EventKind.OPENED, EventKind.REMINDERS_STOPPED]
    assert disposition(holder) == Disposition.NOT_STARTED
    assert Mail.objects.get().name == "opt_out_confirmed"
    assert "Påmindelserne er stoppet" in client.get(opt_out(holder)).content.decode()
    decide(client, opt_out(holder), "resume")
    assert kinds(holder)[-1] == EventKind.REMINDERS_RESUMED


def test_the_page_that_stops_reminders_also_takes_a_no_and_takes_it_back(client: Client, holder: LinkHolder) -> None:
    decide(client, opt_out(holder), "decline")
    assert disposition(holder) == Disposition.DECLINED
    decide(client, opt_out(holder), "undo")
    assert disposition(holder) == Disposition.NOT_STARTED


@pytest.mark.parametrize("decisions", [[], ["stop"], ["decline"], ["", "stop"]])
def test_the_page_that_stops_reminders_never_shows_the_way_to_the_answers(
    client: Client, holder: LinkHolder, decisions: list[str]
) -> None:
    pages = [client.post(opt_out(holder), {"decision": decision}) for decision in decisions]
    for page in [*pages, client.get(opt_out(holder)), client.get(opt_out(holder), {"lang": "en"})]:
        text = page.content.decode() + page.get("Location", "")
        assert links.token(links.ANSWER, holder) not in text
        assert links.typed_code(holder) not in text


def test_whoever_has_submitted_is_told_that_nothing_is_left_to_stop(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    submit(client, holder)
    assert "I får ikke flere påmindelser" in client.get(opt_out(holder)).content.decode()
    for decision in ("stop", "decline", "undo"):
        decide(client, opt_out(holder), decision)
    assert disposition(holder) == Disposition.SUBMITTED
    assert EventKind.REMINDERS_STOPPED not in kinds(holder)


def test_after_the_close_nothing_is_decided(client: Client, holder: LinkHolder) -> None:
    decide(client, link(holder, "decline"), "decline")
    fieldwork.close_round(round_=holder.case.round, by=None, at=NOON)
    page = client.get(link(holder, "decline")).content.decode()
    assert "<form" not in page
    for path in (link(holder, "decline"), opt_out(holder)):
        for decision in ("undo", "stop", "resume", "decline"):
            decide(client, path, decision)
    assert disposition(holder) == Disposition.DECLINED
    assert kinds(holder)[-1] == EventKind.DECLINED


class Machine(HTMLParser):
    """A mail scanner: fills nothing in, but presses every button of every form that it finds."""

    def __init__(self) -> None:
        super().__init__()
        self.presses: list[tuple[str, dict[str, str]]] = []
        self._fields: dict[str, str] = {}
        self._action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields, self._action = {}, given.get("action", "")
        elif tag == "input" and given.get("type") not in ("radio", "checkbox"):
            self._fields[given.get("name", "")] = given.get("value", "")
        elif tag == "input" and "checked" in given:
            self._fields[given["name"]] = given.get("value", "on")
        elif tag == "button":
            name = given.get("name", "")
            self.presses.append((self._action, self._fields | ({name: given.get("value", "")} if name else {})))

    def press_all(self, client: Client, path: str) -> int:
        self.feed(client.get(path, follow=True).content.decode())
        for action, fields in self.presses:
            client.post(action or path, fields, follow=True)
        return len(self.presses)


@pytest.mark.parametrize("before", ["", "stop", "decline"])
def test_a_machine_that_presses_every_button_decides_nothing(client: Client, holder: LinkHolder, before: str) -> None:
    if before:
        decide(client, opt_out(holder), before)
    happened = kinds(holder)
    pressed = [Machine().press_all(client, path) for path in (link(holder, "decline"), opt_out(holder))]
    assert all(pressed)
    assert kinds(holder) == happened


def test_a_workplace_that_is_gone_is_not_asked_again(client: Client, holder: LinkHolder) -> None:
    report_closed(client, holder)
    assert client.get(link(holder, "decline"))["Location"] == link(holder)
    decide(client, opt_out(holder), "decline")
    assert disposition(holder) == Disposition.INELIGIBLE_REPORTED


@pytest.mark.parametrize("language", ["da", "en"])
def test_nothing_is_chosen_beforehand(client: Client, holder: LinkHolder, language: str) -> None:
    for path in (link(holder, "decline"), opt_out(holder)):
        page = client.get(path, {"lang": language}).content.decode()
        assert len(re.findall(r'type="radio"', page)) >= 2
        assert "checked" not in page


def test_only_the_owner_says_no_and_takes_it_back(client: Client, holder: LinkHolder) -> None:
    colleague = LinkHolder.objects.create(
        case=holder.case, role="shared", name="Bo", email="bo@skole.example", address_kind="person"
    )
    for path in (link(colleague, "decline"), opt_out(colleague)):
        decide(client, path, "decline")
    assert disposition(holder) == Disposition.NOT_STARTED
    decide(client, link(holder, "decline"), "decline")
    page = client.get(link(colleague), follow=True)
    assert page.templates[0].name == "respondent/declined.html"
    assert "<form" not in page.content.decode()
    decide(client, link(colleague, "decline"), "undo")
    assert disposition(holder) == Disposition.DECLINED


def test_an_owner_who_has_passed_the_task_on_can_still_stop_the_reminders_and_is_shown_no_way_to_the_answers(
    client: Client, holder: LinkHolder
) -> None:
    wish = hand_over.Wish(
        role=LinkHolder.Role.DELEGATE, given_by="Lea", name="Bo", email=holder.email.replace("leder", "bo")
    )
    hand_over.hand_over(owner=holder, wish=wish, at=NOON)
    page = client.get(opt_out(holder)).content.decode()
    assert links.token(links.ANSWER, holder) not in page
    decide(client, opt_out(holder), "stop")
    assert kinds(holder)[-1] == EventKind.REMINDERS_STOPPED
