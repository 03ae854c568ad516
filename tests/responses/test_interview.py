"""A telephone interview: by staff who are logged in, with the pages of the questionnaire, and never by a link."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from responses import links
from responses.actions import answering, interview, sending
from responses.actions import case as case_actions
from responses.actions.case import CaseClosed
from responses.models import Call, Case, LinkHolder, Mail, Notice, Response
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.exported import rows_of
from tests.factories import NOON, make_case, make_holder, make_open_round, refreshed
from tests.instruments import shipped
from tests.leaders import LONG_WAY, Given, current_route, filled, link, stored_answers, walk
from tests.people import browser_of, dana, finn, olga

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def case() -> Case:
    return make_case(make_open_round(questionnaire=shipped(NOON)))


@pytest.fixture
def owner(case: Case) -> LinkHolder:
    return case.holders.select_related("case__round__questionnaire", "case__sample_unit__workplace").get()


def at(case: Case, name: str = "interview", *args: object) -> str:
    return reverse(name, args=[case.pk, *args])


def begun(case: Case, browser: Client | None = None, **data: str) -> Client:
    browser = browser or browser_of(finn())
    answer = browser.post(at(case), data)
    assert answer.status_code == 303, answer.content.decode()
    return browser


def fill_in(browser: Client, owner: LinkHolder, given: Given = LONG_WAY) -> None:
    """Answer page after page, as the interviewer's browser does."""
    number: int | None = 1
    while number:
        page = current_route(owner).page(number)
        assert page is not None
        path = at(owner.case, "interview-page", number)
        answer = browser.post(path, filled(page, stored_answers(owner), given))
        assert answer.status_code == 303, answer.content.decode()
        match = re.search(r"/interview/(\d+)/", answer["Location"])
        number = int(match[1]) if match else None


def submitted(browser: Client, case: Case, **data: str) -> Any:
    seen = re.search(r'name="seen" value="([^"]+)"', browser.get(at(case, "interview-review")).content.decode())
    assert seen is not None
    return browser.post(at(case, "interview-submit"), {"seen": seen[1], **data})


def kinds(case: Case) -> list[str]:
    return list(case.events.order_by("pk").values_list("kind", flat=True))


def test_an_interview_from_the_first_question_to_the_receipt(
    case: Case, owner: LinkHolder, mailoutbox: list[EmailMessage]
) -> None:
    browser = begun(case)
    fill_in(browser, owner)
    answer = submitted(browser, case, answered_by="addressee")
    assert answer["Location"] == reverse("case", args=[case.pk])
    response = Response.objects.get()
    assert (response.mode, response.proxy, response.submitted_at is None) == ("phone", False, False)
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert kinds(case)[1:] == [
        EventKind.INTERVIEW_BEGUN,
        EventKind.STARTED,
        EventKind.SUBMITTED,
        EventKind.REACHED,
    ]
    assert set(case.events.exclude(kind=EventKind.OPENED).values_list("by__username", flat=True)) == {"finn"}
    assert Call.objects.get().outcome == Call.Outcome.ANSWERED
    sending.send_due(at=timezone.now())
    assert [mail.name for mail in Mail.objects.all()] == [Notice.RECEIPT]
    assert [mail.to for mail in mailoutbox] == [[owner.email]]


def test_the_answers_are_those_that_a_respondent_would_have_saved(
    client: Client, case: Case, owner: LinkHolder
) -> None:
    fill_in(begun(case), owner)
    other = make_case(case.round)
    other_owner = other.holders.select_related("case__round__questionnaire", "case__sample_unit__workplace").get()
    list(walk(client, other_owner, LONG_WAY))
    assert stored_answers(owner) == stored_answers(other_owner)


def test_the_same_rules_hold_as_for_a_respondent(case: Case) -> None:
    browser = begun(case)
    answer = browser.post(at(case, "interview-page", 1), {"next": "1"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Telefoninterview med" in html or "Telephone interview with" in html
    assert not Response.objects.exists()
    browser.post(at(case, "interview-page", 1), {"next": "1", "_stored": "x", "nothing": "1"})
    assert not Response.objects.exists()


@pytest.mark.parametrize("role", ["", "  "])
def test_a_proxy_needs_a_role_and_is_marked(case: Case, owner: LinkHolder, role: str) -> None:
    browser = begun(case)
    fill_in(browser, owner)
    assert submitted(browser, case).status_code == 422
    assert submitted(browser, case, answered_by="somebody_else", role=role).status_code == 422
    assert submitted(browser, case, answered_by="somebody_else", role="souschef").status_code == 302
    assert Response.objects.get().proxy is True
    assert Call.objects.get().note == "souschef"


def test_the_export_tells_mode_and_proxy(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    fill_in(browser, owner)
    submitted(browser, case, answered_by="somebody_else", role="souschef")
    (row,) = rows_of(case.round)
    assert (row["case_mode"], row["case_proxy"]) == ("phone", "1")


# Privacy


def test_staff_see_answers_given_on_the_web_only_when_the_respondent_asks_to_go_on_by_telephone(
    client: Client, case: Case, owner: LinkHolder
) -> None:
    for number in walk(client, owner, LONG_WAY):
        if number == 3:
            break
    browser = browser_of(finn())
    for name, args in (("interview-page", [1]), ("interview-page", [3]), ("interview-review", [])):
        answer = browser.get(at(case, name, *args))
        assert (answer.status_code, answer["Location"]) == (303, at(case))
    assert browser.post(at(case, "interview-page", 1), {"next": "1"})["Location"] == at(case)
    assert browser.post(at(case)).status_code == 422
    assert EventKind.INTERVIEW_BEGUN not in kinds(case)
    begun(case, browser, agreed="on")
    assert kinds(case)[-1] == EventKind.INTERVIEW_BEGUN
    html = browser.get(at(case, "interview-page", 3)).content.decode()
    assert re.search(r'name="innov__product" value="yes" checked', html)
    page = browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()
    assert "A telephone interview began" in page


def test_as_soon_as_somebody_goes_on_by_the_link_the_interviewer_has_to_ask_again(
    client: Client, case: Case, owner: LinkHolder
) -> None:
    browser = begun(case)
    first = current_route(owner).page(1)
    assert first is not None
    browser.post(at(case, "interview-page", 1), filled(first, {}))
    assert browser.get(at(case, "interview-page", 3)).status_code == 200
    third = current_route(owner).page(3)
    assert third is not None
    client.post(link(owner, "answer-page", 3), filled(third, stored_answers(owner)))
    assert Response.objects.get().mode == "web"
    assert browser.get(at(case, "interview-page", 3)).status_code == 303
    assert browser.get(at(case)).status_code == 200
    assert browser.post(at(case)).status_code == 422
    begun(case, browser, agreed="on")
    assert browser.get(at(case, "interview-page", 3)).status_code == 200


def test_one_interviewers_interview_is_no_other_ones_and_ends_after_four_hours(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    first = current_route(owner).page(1)
    assert first is not None
    browser.post(at(case, "interview-page", 1), filled(first, {}))
    other = browser_of(dana())
    assert other.get(at(case, "interview-page", 1)).status_code == 303
    assert other.post(at(case)).status_code == 422
    response, now = Response.objects.get(), timezone.now()
    assert interview.may_go_on(case=case, response=response, by=finn(), at=now + 3 * HOUR)
    assert not interview.may_go_on(case=case, response=response, by=finn(), at=now + 5 * HOUR)
    assert not interview.may_go_on(case=case, response=response, by=dana(), at=now)


def test_looking_at_the_beginning_begins_nothing(case: Case) -> None:
    browser = browser_of(finn())
    assert browser.get(at(case)).status_code == 200
    assert browser.get(at(case, "interview-page", 1))["Location"] == at(case)
    assert kinds(case) == [EventKind.OPENED]


def test_the_mode_is_that_of_the_submission(client: Client, case: Case, owner: LinkHolder) -> None:
    fill_in(begun(case), owner)
    assert Response.objects.get().mode == "phone"
    answering.submit(holder=owner, at=timezone.now())
    assert Response.objects.get().mode == "web"


# The staff session


def test_no_personal_link_leads_to_an_interview_and_no_interview_shows_one(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    assert Client().get(at(case))["Location"].startswith("/login/")
    assert browser_of(olga()).get(at(case)).status_code == 403
    html = browser.get(at(case, "interview-page", 1)).content.decode()
    assert links.token(links.ANSWER, owner) not in html
    assert "/s/" not in html
    assert browser.get(at(case, "interview-page", 1))["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_post_of_another_site_saves_nothing(case: Case, owner: LinkHolder) -> None:
    begun(case)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(finn())
    page = current_route(owner).page(1)
    assert page is not None
    assert strict.post(at(case, "interview-page", 1), filled(page, {})).status_code == 403
    assert not Response.objects.exists()


def test_every_form_of_an_interview_carries_its_proof_of_origin(case: Case, owner: LinkHolder) -> None:
    browser = browser_of(finn())
    assert 'name="csrfmiddlewaretoken"' in main(browser.get(at(case)).content.decode())
    begun(case, browser)
    assert main(browser.get(at(case, "interview-page", 1)).content.decode()).count("csrfmiddlewaretoken") == 1
    fill_in(browser, owner)
    assert main(browser.get(at(case, "interview-review")).content.decode()).count("csrfmiddlewaretoken") == 1


def main(html: str) -> str:
    return html.partition("<main")[2].partition("</main>")[0]


# Where it ends


@pytest.mark.parametrize("events", [[EventKind.SUBMITTED], [EventKind.DECLINED], [EventKind.INELIGIBLE_CONFIRMED]])
def test_a_case_that_takes_no_answers_gives_no_interview(case: Case, events: list[EventKind]) -> None:
    other = make_case(case.round, events=events)
    browser = browser_of(finn())
    for name, args in (("interview", []), ("interview-page", [1]), ("interview-review", []), ("interview-submit", [])):
        assert browser.get(at(other, name, *args))["Location"] == reverse("case", args=[other.pk])
    with pytest.raises(CaseClosed):
        interview.begin(holder=other.holders.get(), agreed=True, by=finn(), at=NOON)


def test_the_owner_of_a_task_that_was_passed_on_gives_no_interview(case: Case, owner: LinkHolder) -> None:
    make_holder(case, LinkHolder.Role.DELEGATE)
    assert browser_of(finn()).get(at(case))["Location"] == reverse("case", args=[case.pk])
    with pytest.raises(answering.NotTheirTask):
        interview.begin(holder=owner, agreed=True, by=finn(), at=NOON)


def test_a_round_that_closes_ends_the_interview(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    Round.objects.filter(pk=case.round_id).update(closed_at=timezone.now())
    page = current_route(owner).page(1)
    assert page is not None
    browser.post(at(case, "interview-page", 1), filled(page, {}))
    assert not Response.objects.exists()


def test_answers_that_changed_after_they_were_read_aloud_are_not_submitted(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    fill_in(browser, owner)
    data = {"answered_by": "addressee"}
    for seen in ("", "x"):
        answer = browser.post(at(case, "interview-submit"), {**data, "seen": seen})
        assert answer["Location"] == f"{at(case, 'interview-review')}?changed=1"
    assert Response.objects.get().submitted_at is None
    assert submitted(browser, case, **data).status_code == 302


def test_a_workplace_that_is_said_to_be_gone_ends_the_interview_as_a_report(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    fill_in(browser, owner, {"unit_confirm": ["closed"]})
    assert refreshed(case).disposition == Disposition.INELIGIBLE_REPORTED
    assert browser.get(at(case, "interview-review"))["Location"] == reverse("case", args=[case.pk])
    assert case.events.get(kind=EventKind.REPORTED_CLOSED).by == finn()


def test_submitting_twice_is_recorded_once(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    fill_in(browser, owner)
    for _ in range(2):
        interview.submit(holder=owner, seen="", proxy=False, role="", by=finn(), at=timezone.now())
    assert Call.objects.count() == 1
    assert kinds(case).count(EventKind.SUBMITTED) == 1
    assert browser.get(at(case, "interview-review")).status_code == 302


def test_the_language_can_be_switched_and_the_case_keeps_it(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    page = current_route(owner).page(1)
    assert page is not None
    data = {name: value for name, value in filled(page, {}).items() if name != "next"} | {"language": ["en"]}
    answer = browser.post(at(case, "interview-page", 1), data)
    assert answer.status_code == 303
    assert refreshed(case).language == "en"
    assert '<html lang="en">' in browser.get(at(case, "interview-page", 1)).content.decode()


def test_saving_and_stopping_leads_back_to_the_case(case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    page = current_route(owner).page(1)
    assert page is not None
    data = {name: value for name, value in filled(page, {}).items() if name != "next"} | {"leave": ["1"]}
    assert browser.post(at(case, "interview-page", 1), data)["Location"] == reverse("case", args=[case.pk])
    assert Response.objects.exists()


def test_a_respondent_who_hangs_up_goes_on_by_the_link(client: Client, case: Case, owner: LinkHolder) -> None:
    browser = begun(case)
    page = current_route(owner).page(1)
    assert page is not None
    browser.post(at(case, "interview-page", 1), filled(page, {}))
    assert client.get(link(owner))["Location"].startswith(link(owner, "answer-page", 3))
    case_actions.decline(holder=owner, at=timezone.now())
    assert browser.get(at(case, "interview-page", 3))["Location"] == reverse("case", args=[case.pk])
