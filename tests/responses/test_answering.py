"""A leader answers the real questionnaire behind a personal link."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from barometer.models import User
from responses import links
from responses.actions import case as case_actions
from responses.actions import fieldwork
from responses.models import Case, CaseEvent, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.leaders import Given, current_route, filled, stored_answers

LONG_WAY: Given = {
    "innov__product": ["yes"],
    "novelty": ["copy"],
    "collab": ["own_org", "citizens"],
    "evaluated": ["internal"],
}
SHORT_WAY: Given = {f"innov__{row}": ["no"] for row in ("product", "service", "process", "comm")} | {"ongoing": ["no"]}


@pytest.fixture
def holder(db: None) -> LinkHolder:
    round_ = make_open_round(questionnaire=shipped(NOON))
    return owner_of(make_case(round_))


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


def events(holder: LinkHolder) -> list[str]:
    return list(CaseEvent.objects.filter(case=holder.case_id).order_by("pk").values_list("kind", flat=True))


def disposition(holder: LinkHolder) -> str:
    return Case.objects.values_list("disposition", flat=True).get(pk=holder.case_id)


def test_an_innovator_walks_all_pages_and_submits_once(client: Client, holder: LinkHolder) -> None:
    pages = list(walk(client, holder, LONG_WAY))
    assert pages == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15]
    review = client.get(link(holder, "answer-review"))
    assert "øl &amp; brød" in review.content.decode()
    for _ in range(2):
        answer = client.post(link(holder, "answer-submit"))
        assert answer["Location"] == link(holder)
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
    client.post(link(holder, "answer-submit"))
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
    assert elsewhere.get(link(holder))["Location"] == link(holder, "answer-page", 5)


def test_an_answered_link_shows_no_answers_any_more(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    client.post(link(holder, "answer-submit"))
    for path in (link(holder), link(holder, "answer-page", 4), link(holder, "answer-review")):
        answer = client.get(path)
        assert answer.templates[0].name == "respondent/receipt.html"
        assert "øl" not in answer.content.decode()


def test_a_submitted_questionnaire_can_not_be_changed(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    client.post(link(holder, "answer-submit"))
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


def all_rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the program."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("barometer", "surveys", "responses")]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


def untouched(client: Client, holder: LinkHolder) -> None:
    """Nothing happens."""


def begin(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))


def finish(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))


def hand_in(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    client.post(link(holder, "answer-submit"))


def say_no(client: Client, holder: LinkHolder) -> None:
    client.post(link(holder, "decline"), {"decline": "1"})


def report_closed(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, {"unit_confirm": ["closed"]}))


def close_the_round(client: Client, holder: LinkHolder) -> None:
    begin(client, holder)
    fieldwork.close_round(round_=holder.case.round, by=None, at=NOON)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    "bring_there",
    [untouched, begin, finish, hand_in, say_no, report_closed, close_the_round],
    ids=lambda act: act.__name__,
)
def test_get_and_head_change_no_row_wherever_the_case_stands(
    client: Client, holder: LinkHolder, bring_there: Callable[[Client, LinkHolder], None], method: str
) -> None:
    bring_there(client, holder)
    before = all_rows()
    opt_out = reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])
    pages = [link(holder, "answer-page", number) for number in range(17)]
    others = [link(holder, name) for name in ("answer", "answer-review", "answer-submit", "not-me", "decline")]
    for path in [*pages, *others, opt_out, reverse("typed-code"), reverse("privacy", args=[holder.case.round.slug])]:
        for address in (path, f"{path}?lang=en"):
            assert getattr(client, method)(address, follow=True).status_code == 200
    assert all_rows() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(client: Client, holder: LinkHolder, method: str) -> None:
    assert getattr(client, method)(link(holder, "answer-page", 1)).status_code == 405


def test_no_cookie_is_set_and_the_address_is_not_passed_on(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    for path in (link(holder), link(holder, "answer-review"), link(holder, "decline"), link(holder)[:-4] + "/"):
        answer = client.get(path)
        assert not answer.cookies
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"


def test_no_answer_under_a_personal_address_passes_it_on(holder: LinkHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    client, page = Client(raise_request_exception=False), link(holder, "answer-page", 1)
    form = "application/x-www-form-urlencoded"
    answers = {
        301: client.get(link(holder).rstrip("/")),
        400: client.post(page, "&".join(f"f{number}=x" for number in range(2_001)), content_type=form),
        404: client.get(f"{page}nowhere/"),
        405: client.put(page),
    }
    monkeypatch.setattr("responses.views.answering.show", None)
    answers[500] = client.get(page)
    for status, answer in answers.items():
        assert answer.status_code == status
        assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
        assert not answer.cookies


def test_a_workplace_that_staff_find_to_exist_comes_back_to_the_question(
    client: Client, holder: LinkHolder, admin_user: User
) -> None:
    report_closed(client, holder)
    case_actions.reject_ineligible(case=holder.case, reason="It is there.", by=admin_user, at=NOON)
    answer = client.get(link(holder), follow=True)
    assert answer.redirect_chain == [(link(holder, "answer-page", 1), 303)]


def test_a_workplace_that_is_gone_has_nothing_to_decline(client: Client, holder: LinkHolder) -> None:
    report_closed(client, holder)
    for answer in (client.get(link(holder, "decline")), client.post(link(holder, "decline"), {"decline": "1"})):
        assert answer["Location"] == link(holder)
    assert "declined" not in events(holder)


def test_an_unknown_and_a_retired_link_look_the_same(client: Client, holder: LinkHolder, admin_user: User) -> None:
    path = link(holder)
    case_actions.retire_link(holder=holder, reason="", by=admin_user, at=NOON)
    retired = client.get(path)
    unknown = client.get(path[:-3] + "AA/")
    assert retired.status_code == unknown.status_code == 404
    assert retired.content == unknown.content


def test_a_link_opens_its_own_case_and_no_other(client: Client, holder: LinkHolder) -> None:
    other = owner_of(make_case(holder.case.round))
    number, _, _ = links.token(links.ANSWER, holder).partition("-")
    _, _, proof = links.token(links.ANSWER, other).partition("-")
    forged = f"{number}-{proof}"
    assert client.post(f"/s/{forged}/1/", {"unit_confirm": "yes"}).status_code == 404
    assert not Response.objects.exists()


def test_a_link_for_stopping_reminders_opens_no_questionnaire(client: Client, holder: LinkHolder) -> None:
    assert client.get(f"/s/{links.token(links.OPT_OUT, holder)}/").status_code == 404


def test_a_closed_round_is_a_friendly_page(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, LONG_WAY))
    fieldwork.close_round(round_=holder.case.round, by=None, at=NOON)
    assert client.get(link(holder)).templates[0].name == "respondent/closed.html"
    client.post(link(holder, "answer-submit"))
    assert Response.objects.get().submitted_at is None


def test_declining_takes_a_button_and_can_be_undone(client: Client, holder: LinkHolder) -> None:
    client.get(link(holder, "decline"))
    assert disposition(holder) == Disposition.NOT_STARTED
    client.post(link(holder, "decline"), {"decline": "1"})
    assert disposition(holder) == Disposition.DECLINED
    assert client.post(link(holder, "answer-page", 1), {"unit_confirm": "yes"}).status_code == 303
    assert not Response.objects.exists()
    client.post(link(holder, "decline"), {"undo": "1"})
    assert disposition(holder) == Disposition.NOT_STARTED


def test_a_post_that_presses_no_button_declines_nothing(client: Client, holder: LinkHolder) -> None:
    client.post(link(holder, "decline"))
    assert disposition(holder) == Disposition.NOT_STARTED


def test_a_post_that_presses_no_button_stops_no_reminders(client: Client, holder: LinkHolder) -> None:
    assert client.post(reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])).status_code == 200
    assert events(holder) == [EventKind.OPENED]


def test_stopping_reminders_is_no_refusal(client: Client, holder: LinkHolder) -> None:
    path = reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])
    for _ in range(2):
        client.post(path, {"stop": "1"})
    assert events(holder) == [EventKind.OPENED, EventKind.REMINDERS_STOPPED]
    assert disposition(holder) == Disposition.NOT_STARTED


def test_the_language_button_saves_first_and_stays_on_the_page(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    answer = client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "language": "en"})
    assert answer["Location"] == link(holder, "answer-page", 3) or "lang=en" in answer["Location"]
    page = client.get(answer["Location"])
    assert page["Content-Language"] == "en"
    assert "Products" in page.content.decode()
    assert stored_answers(holder)["innov"] == {"product": "yes"}
    assert Case.objects.get(pk=holder.case_id).language == "en"


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


def test_wrong_codes_are_slowed_down_for_their_network_only(client: Client, holder: LinkHolder) -> None:
    path, code = reverse("typed-code"), links.typed_code(holder)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for _ in range(5):
        assert client.post(path, {"code": wrong}, REMOTE_ADDR="192.0.2.1").status_code == 422
    assert client.post(path, {"code": code}, REMOTE_ADDR="192.0.2.2").status_code == 429
    assert client.post(path, {"code": code}, REMOTE_ADDR="198.51.100.1").status_code == 302


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


@pytest.mark.parametrize("text", ["x" * 900_000, "nul\0byte", "\ud800"])
def test_text_that_cannot_be_stored_comes_back_with_a_word(client: Client, holder: LinkHolder, text: str) -> None:
    walked = walk(client, holder, LONG_WAY)
    next(walked), next(walked)
    fields = {"latest_desc": text.encode("utf-8", "surrogatepass"), "latest_type": "product", "core_task": "current"}
    body = urlencode({**fields, "next": "1"})
    answer = client.post(link(holder, "answer-page", 4), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "latest_desc" not in stored_answers(holder)
    assert stored_answers(holder)["latest_type"] == ["product"]


def test_an_oversized_post_is_refused_and_stores_nothing(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))
    before = stored_answers(holder)
    assert client.post(link(holder, "answer-page", 3), {"innov__product": "y" * 3_000_000}).status_code in (400, 413)
    assert stored_answers(holder) == before


def test_the_privacy_page_is_open_and_speaks_both_languages(client: Client, holder: LinkHolder) -> None:
    path = reverse("privacy", args=[holder.case.round.slug])
    assert "dataansvarlig" in client.get(path).content.decode()
    english = client.get(path, {"lang": "en"})
    assert "data controller" in english.content.decode()
    assert not english.cookies


def test_the_first_page_says_what_a_leader_must_know(client: Client, holder: LinkHolder) -> None:
    html = client.get(link(holder)).content.decode()
    workplace = holder.case.sample_unit.workplace
    for words in (workplace.name, "frivilligt", "10-15 minutter", "Alle, der har linket", "Øvelse"):
        assert words in html
