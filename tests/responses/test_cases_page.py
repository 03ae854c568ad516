"""The cases of a round, and what staff do to one of them."""

import re

import pytest
from django.urls import reverse

from barometer.models import AuditEvent
from responses import links
from responses.actions import case as actions
from responses.actions.events import record
from responses.models import Case, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from responses.views.case_acts import ACTS
from tests.factories import NOON, make_case, make_open_round, make_response, refreshed
from tests.instruments import shipped
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db

REASON = "Told by the municipality by telephone."


def words(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.decode()).split())


def read_list(case: Case, **query: str) -> str:
    return words(browser_of(finn()).get(reverse("cases", args=[case.round.slug]), query).content)


def read(case: Case) -> str:
    response = browser_of(finn()).get(reverse("case", args=[case.pk]))
    assert response.status_code == 200
    return words(response.content)


def act(case: Case, name: str, reason: str = REASON) -> int:
    return browser_of(finn()).post(reverse("case-act", args=[case.pk, name]), {"reason": reason}).status_code


def test_the_list_shows_the_workplaces_with_their_status() -> None:
    case = make_case(name="Vuggestuen Ærø")
    assert "Vuggestuen Ærø Not started" in read_list(case)


def test_the_list_is_filtered_by_status_in_the_address() -> None:
    round_ = make_open_round()
    make_case(round_, name="Started school", events=[EventKind.STARTED])
    case = make_case(round_, name="Silent school")
    assert "Silent school" not in read_list(case, disposition="started")
    assert "Started school" in read_list(case, disposition="started")
    assert "2 cases" in read_list(case, disposition="no such status")


def test_a_case_is_found_by_a_part_of_its_name_or_its_register_number() -> None:
    round_ = make_open_round()
    make_case(round_, name="Elm school")
    case = make_case(round_, name="Oak school", register_id="9000000042")
    for words_ in ("oak", "9000000042"):
        assert "Oak school" in read_list(case, q=words_)
        assert "Elm school" not in read_list(case, q=words_)
    assert "No case matches." in read_list(case, q="beech")


def test_a_search_for_what_no_name_can_hold_finds_nothing() -> None:
    assert "Børnehave" not in read_list(make_case(), q="\0x")


def test_a_long_list_comes_in_pages_that_keep_the_search() -> None:
    round_ = make_open_round()
    for _ in range(51):
        make_case(round_, name="Oak school")
    page = browser_of(finn()).get(reverse("cases", args=[round_.slug]), {"q": "oak"}).content.decode()
    assert 'href="?q=oak&amp;page=2"' in page
    second = browser_of(finn()).get(reverse("cases", args=[round_.slug]), {"q": "oak", "page": "2"})
    assert words(second.content).count("Oak school") == 1


def test_a_case_page_tells_in_plain_words_what_happened_and_who_did_it() -> None:
    case = make_case(name="Oak school", events=[EventKind.INVITED, EventKind.REPORTED_CLOSED])
    act(case, "confirm-not-eligible")
    text = read(case)
    assert "Oak school Not eligible" in text
    assert "A mail was sent" in text
    assert "Reported as closed down" in text
    assert f"Confirmed as not eligible (Finn Friis): “{REASON}”" in text


def test_a_case_page_shows_no_answer() -> None:
    case = make_case()
    make_response(case, {"new": "no answer that staff may see"})
    assert "no answer that staff may see" not in read(case)


def test_the_personal_link_is_shown_in_a_rehearsal_and_never_in_a_real_round() -> None:
    case = make_case()
    holder = LinkHolder.objects.get(case=case)
    assert links.token(links.ANSWER, holder) in read(case)
    case.round.rehearsal = False
    case.round.save()
    assert links.token(links.ANSWER, holder) not in read(case)


@pytest.mark.parametrize(
    ("name", "events", "disposition"),
    [
        ("confirm-not-eligible", [EventKind.REPORTED_MERGED], Disposition.INELIGIBLE),
        ("confirm-not-eligible", [EventKind.BOUNCED], Disposition.INELIGIBLE),
        ("eligible", [EventKind.STARTED, EventKind.REPORTED_CLOSED], Disposition.STARTED),
        ("eligible", [EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED], Disposition.NOT_STARTED),
        ("refusal", [EventKind.STARTED], Disposition.DECLINED),
        ("bounce", [EventKind.INVITED], Disposition.BOUNCED),
    ],
)
def test_what_staff_record_moves_the_case_and_leaves_a_line_with_the_reason(
    name: str, events: list[EventKind], disposition: Disposition
) -> None:
    case = make_case(events=events)
    assert act(case, name) == 302
    assert refreshed(case).disposition == disposition
    line = AuditEvent.objects.get(target=f"case:{case.pk}")
    assert (line.who, line.reason) == ("finn", REASON)


def test_a_new_link_ends_the_old_one_and_a_retired_one_opens_nothing() -> None:
    case = make_case()
    old = links.token(links.ANSWER, LinkHolder.objects.get(case=case))
    act(case, "new-link")
    new = links.token(links.ANSWER, LinkHolder.objects.get(case=case))
    assert links.holder_of(links.ANSWER, old) is None
    assert links.holder_of(links.ANSWER, new) is not None
    act(case, "retire-link")
    assert links.holder_of(links.ANSWER, new) is None
    assert "Retired" in read(case)
    assert "retire-link" not in browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()


HAPPENED_BEFORE = {
    "eligible": [EventKind.REPORTED_CLOSED],
    "reopen": [EventKind.SUBMITTED],
    "refuse-correction": [EventKind.SUBMITTED, EventKind.CORRECTION_REQUESTED],
}


@pytest.mark.parametrize("name", sorted(set(ACTS) - {"resume"}))
def test_an_act_is_explained_before_it_is_done_and_wants_a_reason(name: str) -> None:
    case = make_case(events=HAPPENED_BEFORE.get(name, []))
    if name == "outcome-by-rules":
        record(case, kind=EventKind.OUTCOME_SET, outcome="other", at=NOON)
    before = refreshed(case).disposition
    page = browser_of(finn()).get(reverse("case-act", args=[case.pk, name]))
    assert page.status_code == 200
    refused = browser_of(finn()).post(reverse("case-act", args=[case.pk, name]), {"reason": " "})
    assert refused.status_code == 422
    assert "Write the reason." in refused.content.decode()
    assert refreshed(case).disposition == before
    assert not AuditEvent.objects.filter(target__startswith="case:").exists()


@pytest.mark.parametrize("name", ["confirm-not-eligible", "refusal", "bounce"])
def test_a_submitted_case_can_no_longer_be_ended(name: str) -> None:
    case = make_case(events=[EventKind.STARTED, EventKind.SUBMITTED])
    assert act(case, name) == 302
    assert refreshed(case).disposition == Disposition.SUBMITTED


def test_once_the_round_is_closed_only_eligibility_is_still_decided() -> None:
    case = make_case(events=[EventKind.REPORTED_CLOSED])
    case.round.closed_at = NOON
    case.round.save()
    act(case, "refusal")
    assert refreshed(case).disposition == Disposition.INELIGIBLE_REPORTED
    act(case, "confirm-not-eligible")
    assert refreshed(case).disposition == Disposition.INELIGIBLE
    act(case, "eligible")
    assert refreshed(case).disposition == Disposition.NOT_STARTED


def test_whoever_confirms_a_closure_sees_what_the_workplace_reported() -> None:
    case = make_case(
        make_open_round(questionnaire=shipped(NOON)), events=[EventKind.STARTED, EventKind.REPORTED_CLOSED]
    )
    answers = {"unit_confirm": "closed", "respondent_role": "administration", "closed_when": "after_2019"}
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, started_at=NOON, answers=answers)
    assert "After 31 December 2019" in read(case)


def test_other_answers_are_not_shown_on_the_case_page() -> None:
    case = make_case(make_open_round(questionnaire=shipped(NOON)), events=[EventKind.STARTED])
    answers = {"unit_confirm": "yes", "respondent_role": "administration"}
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, started_at=NOON, answers=answers)
    assert "shared administrative unit" not in read(case)


def test_a_case_that_moves_on_while_staff_write_the_reason_is_left_alone() -> None:
    case = make_case()
    stale = Case.objects.select_related("round", "sample_unit__workplace").get(pk=case.pk)
    make_response(case, {"new": "yes"})
    with pytest.raises(actions.CaseClosed):
        actions.record_refusal(case=stale, reason=REASON, by=finn(), at=NOON)
    assert refreshed(case).disposition == Disposition.SUBMITTED


@pytest.mark.parametrize("page", ["cases", "case", "case-act"])
def test_the_pages_are_for_staff(page: str) -> None:
    case = make_case()
    addresses = {
        "cases": reverse("cases", args=[case.round.slug]),
        "case": reverse("case", args=[case.pk]),
        "case-act": reverse("case-act", args=[case.pk, "refusal"]),
    }
    address = addresses[page]
    assert browser_of(finn()).get(address).status_code == 200
    assert browser_of(None).get(address)["Location"].startswith(reverse("account_login"))
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).put(address).status_code == 405


def test_an_unknown_case_or_act_is_not_found() -> None:
    case = make_case()
    assert browser_of(finn()).get(reverse("case", args=[case.pk + 1])).status_code == 404
    assert browser_of(finn()).post(reverse("case-act", args=[case.pk, "delete"])).status_code == 404
