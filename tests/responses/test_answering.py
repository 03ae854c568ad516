"""A leader answers the real questionnaire behind a personal link."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from barometer.models import User
from responses import links
from responses.actions import case as case_actions
from responses.actions import fieldwork
from responses.models import Case, CaseEvent, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import RoundText
from tests.factories import NOON, make_case, make_open_round, make_questionnaire
from tests.instruments import shipped
from tests.leaders import (
    LONG_WAY,
    SHORT_WAY,
    current_route,
    filled,
    link,
    owner_of,
    report_closed,
    stored_answers,
    submit,
    walk,
)
from tests.questionnaires import small


@pytest.fixture
def holder(db: None) -> LinkHolder:
    round_ = make_open_round(questionnaire=shipped(NOON))
    return owner_of(make_case(round_))


def events(holder: LinkHolder) -> list[str]:
    return list(CaseEvent.objects.filter(case=holder.case_id).order_by("pk").values_list("kind", flat=True))


def disposition(holder: LinkHolder) -> str:
    return Case.objects.values_list("disposition", flat=True).get(pk=holder.case_id)


def test_an_innovator_walks_all_pages_and_submits_once(client: Client, holder: LinkHolder) -> None:
    pages = list(walk(client, holder, LONG_WAY))
    assert pages == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15]
    review = client.get(link(holder, "answer-review"))
    assert "øl &amp; brød" in review.content.decode()
    went_to = [submit(client, holder) for _ in range(2)]
    assert went_to[0].startswith("/k/")
    assert went_to[1] == link(holder)
    assert disposition(holder) == Disposition.SUBMITTED
    assert events(holder).count(EventKind.SUBMITTED) == 1
    assert Response.objects.get(case=holder.case_id).submitted_at


def test_a_workplace_without_innovation_has_the_short_way(client: Client, holder: LinkHolder) -> None:
    assert list(walk(client, holder, SHORT_WAY)) == [1, 3, 13, 15]


@pytest.mark.parametrize("page_1, kind", [("closed", EventKind.REPORTED_CLOSED), ("merged", EventKind.REPORTED_MERGED)])
def test_a_workplace_that_is_gone_is_thanked_and_never_complete(
    client: Client, holder: LinkHolder, page_1: str, kind: EventKind
) -> None:
    assert list(walk(client, holder, {"unit_confirm": [page_1]})) == [1, 2]
    assert disposition(holder) == Disposition.INELIGIBLE_REPORTED
    assert events(holder)[-1] == kind
    assert client.get(link(holder)).templates[0].name == "respondent/out_of_scope_done.html"
    submit(client, holder)
    assert disposition(holder) == Disposition.INELIGIBLE_REPORTED


def test_a_report_of_closure_by_mistake_can_be_corrected(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, {"unit_confirm": ["closed"]}))
    page = current_route(holder).pages[0]
    client.post(link(holder, "answer-page", 1), filled(page, stored_answers(holder), {"unit_confirm": ["yes"]}))
    assert disposition(holder) == Disposition.STARTED


def test_coming_back_lands_on_the_first_unanswered_page(client: Client, holder: LinkHolder) -> None:
    walked = walk(client, holder, LONG_WAY)
    assert [next(walked), next(walked), next(walked)] == [1, 3, 4]
    elsewhere = Client(headers={"user-agent": "a phone"})
    assert elsewhere.get(link(holder))["Location"] == link(holder, "answer-page", 5) + "?left_off=here"


def test_an_answered_link_shows_no_answers_any_more(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    submit(client, holder)
    for path in (link(holder), link(holder, "answer-page", 4), link(holder, "answer-review")):
        answer = client.get(path)
        assert answer.templates[0].name == "respondent/received.html"
        assert "øl" not in answer.content.decode()


def test_a_submitted_questionnaire_can_not_be_changed(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    submit(client, holder)
    before = stored_answers(holder)
    assert client.post(link(holder, "answer-page", 15), {"comment": "for sent"}).status_code == 303
    assert stored_answers(holder) == before


def test_next_says_what_is_missing_and_keeps_the_rest(client: Client, holder: LinkHolder) -> None:
    answer = client.post(link(holder, "answer-page", 1), {"respondent_role": "employee", "next": "1"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'href="#id_unit_confirm_0"' in html
    assert stored_answers(holder) == {"respondent_role": "employee"}


def test_back_saves_what_is_valid_without_complaint(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "back": "1"})
    assert answer["Location"] == link(holder, "answer-page", 1)
    assert stored_answers(holder)["innov"] == {"product": "yes"}


def test_a_post_without_a_valid_answer_changes_no_row(client: Client, holder: LinkHolder) -> None:
    for data in ({}, {"next": "1"}, {"unit_confirm": "nonsense"}, {"unknown": "1"}, {"language": "en"}):
        client.post(link(holder, "answer-page", 1), data)
    assert not Response.objects.exists()
    assert events(holder) == [EventKind.OPENED]
    assert Case.objects.get(pk=holder.case_id).language == "da"


def test_a_workplace_that_staff_find_to_exist_comes_back_to_the_question(
    client: Client, holder: LinkHolder, admin_user: User
) -> None:
    report_closed(client, holder)
    case_actions.reject_ineligible(case=holder.case, reason="It is there.", by=admin_user, at=NOON)
    answer = client.get(link(holder), follow=True)
    assert answer.redirect_chain == [(link(holder, "answer-page", 1) + "?left_off=here", 303)]


def test_a_workplace_that_is_gone_has_nothing_to_decline(client: Client, holder: LinkHolder) -> None:
    report_closed(client, holder)
    for answer in (client.get(link(holder, "decline")), client.post(link(holder, "decline"), {"decision": "decline"})):
        assert answer["Location"] == link(holder)
    assert "declined" not in events(holder)


def test_a_closed_round_is_a_friendly_page(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    fieldwork.close_round(round_=holder.case.round, by=None, at=NOON)
    assert client.get(link(holder)).templates[0].name == "respondent/closed.html"
    submit(client, holder)
    assert Response.objects.get().submitted_at is None


def test_the_language_button_saves_first_and_stays_on_the_page(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "language": "en"})
    assert answer["Location"] == link(holder, "answer-page", 3) or "lang=en" in answer["Location"]
    page = client.get(answer["Location"])
    assert page["Content-Language"] == "en"
    assert "Products" in page.content.decode()
    assert stored_answers(holder)["innov"] == {"product": "yes"}
    assert Case.objects.get(pk=holder.case_id).language == "en"


def test_what_cannot_be_saved_is_told_in_the_language_that_was_chosen(client: Client, holder: LinkHolder) -> None:
    two = {"unit_confirm": ["yes", "closed"], "respondent_role": "top_manager", "language": "en"}
    page = client.post(link(holder, "answer-page", 1), two)
    assert (page.status_code, page["Content-Language"]) == (422, "en")
    assert "Give only one answer." in page.content.decode()
    assert '<html lang="en"' in page.content.decode()
    assert stored_answers(holder) == {"respondent_role": "top_manager"}


def test_two_browsers_on_one_case_overwrite_nothing_silently(client: Client, holder: LinkHolder) -> None:
    walked = walk(client, holder, LONG_WAY)
    next(walked), next(walked), next(walked)
    page = current_route(holder).page(5)
    assert page
    mine = filled(page, stored_answers(holder), {"practice_break": ["further_dev"], "novelty": ["first"]})
    theirs = filled(page, stored_answers(holder), {"practice_break": ["break"], "novelty": ["first"]})
    assert client.post(link(holder, "answer-page", 5), theirs).status_code == 303
    answer = client.post(link(holder, "answer-page", 5), mine)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Den bryder med det, vi gjorde før" in html
    assert stored_answers(holder)["practice_break"] == "break"
    again = {**mine, "_stored": re.search(r'name="_stored" value="(\w+)"', html)[1]}  # type: ignore[index]
    assert client.post(link(holder, "answer-page", 5), again).status_code == 303
    assert stored_answers(holder)["practice_break"] == "further_dev"


def test_a_typed_code_opens_the_questionnaire(client: Client, holder: LinkHolder) -> None:
    code = links.typed_code(holder)
    answer = client.post(reverse("typed-code"), {"code": code.lower().replace("-", " ")})
    assert answer["Location"] == link(holder)


def test_a_page_costs_few_queries(
    client: Client, holder: LinkHolder, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    next(walk(client, holder, LONG_WAY))
    with django_assert_max_num_queries(2):
        client.get(link(holder, "answer-page", 3))
    page = current_route(holder).page(3)
    assert page
    data = filled(page, stored_answers(holder), LONG_WAY)
    with django_assert_max_num_queries(6):
        client.post(link(holder, "answer-page", 3), data)


def test_the_privacy_page_is_open_and_speaks_both_languages(client: Client, holder: LinkHolder) -> None:
    path = reverse("privacy", args=[holder.case.round.slug])
    assert "dataansvarlig" in client.get(path).content.decode()
    english = client.get(path, {"lang": "en"})
    assert "data controller" in english.content.decode()
    assert not english.cookies


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_privacy_page_has_every_legal_field_of_the_round(client: Client, holder: LinkHolder, language: str) -> None:
    round_ = holder.case.round
    fields = list(RoundText.Field)
    legal = fields[fields.index(RoundText.Field.CONTROLLER) :]
    for field in legal:
        round_.texts.filter(field=field, language=language).update(text=f"({field} in {language})")
    html = client.get(reverse("privacy", args=[round_.slug]), {"lang": language}).content.decode()
    assert [field for field in legal if f"({field} in {language})" not in html] == []
    assert {"da": "ingen cookies", "en": "no cookie"}[language] in html


def test_the_first_page_says_what_a_leader_must_know(client: Client, holder: LinkHolder) -> None:
    html = client.get(link(holder)).content.decode()
    workplace = holder.case.sample_unit.workplace
    for words in (workplace.name, "frivilligt", "10-15 minutter", "Alle, der har linket", "Øvelse"):
        assert words in html


@pytest.mark.parametrize(
    ("texts", "danish", "english"),
    [
        ("", "Er du ikke den rette?", "Not the right person?"),
        ('texts: {wrong_person: {da: "Skal Bo svare?", en: "Is it Bo?"}}', "Skal Bo svare?", "Is it Bo?"),
    ],
)
@pytest.mark.django_db
def test_the_way_out_stands_on_every_page_in_the_words_of_the_questionnaire_if_it_has_some(
    client: Client, texts: str, danish: str, english: str
) -> None:
    document = small.questionnaire(
        small.page("one", small.question("first")), small.page("two", small.question("second")), head=texts
    )
    holder = owner_of(make_case(make_open_round(questionnaire=make_questionnaire(document)), language="da"))
    assert list(walk(client, holder, {})) == [1, 2]
    for language, words in (("", danish), ("?lang=en", english)):
        way_out = f'<a href="{link(holder, "not-me")}{language}">{words}</a>'
        for path in (link(holder, "answer-page", 1), link(holder, "answer-page", 2), link(holder, "answer-review")):
            assert way_out in client.get(f"{path}{language}").content.decode()
    assert f'<a href="{link(holder, "not-me")}">' in client.get(link(holder, "answer-left")).content.decode()
