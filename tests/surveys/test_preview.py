"""Trying out a questionnaire: the pages of the respondents, with a made-up workplace, and nothing stored."""

import html
import re

import pytest
from django.test import Client

from surveys.models import Question, Questionnaire
from tests.factories import NOON, make_questionnaire
from tests.instruments import shipped
from tests.leaders import all_rows
from tests.people import browser_of, dana, olga
from tests.questionnaires import document

pytestmark = pytest.mark.django_db

WORKPLACE = {
    "language": "en",
    "reg_name": "Skovbrynet",
    "reg_address": "Vej 1",
    "reg_authority": "Aarhus",
    "reg_level": "region",
    "reg_industry_group": "health",
    "reg_employees": "40",
    "reg_size_class": "s25_49",
    "reg_region": "midtjylland",
}
FIRST_PAGE = {"unit_confirm": "yes", "respondent_role": "employee"}


def address(questionnaire: Questionnaire) -> str:
    return f"/questionnaires/{questionnaire.pk}/preview/"


class Walk:
    """Somebody who tries a questionnaire out: each post carries the state of the page before it."""

    def __init__(self, questionnaire: Questionnaire, **workplace: str) -> None:
        self.client: Client = browser_of(dana())
        self.address = address(questionnaire)
        self.page = self.client.post(self.address, workplace)

    def post(self, **fields: str) -> str:
        found = re.search(r'name="_preview" value="([^"]*)"', self.text)
        assert found, self.text
        self.page = self.client.post(self.address, {"_preview": html.unescape(found[1]), **fields})
        return self.text

    @property
    def text(self) -> str:
        content: bytes = self.page.content
        return content.decode()

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text)
        return html.unescape(found[1]) if found else ""


def test_a_made_up_workplace_sees_the_pages_as_its_leader_would() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    assert (walk.page.status_code, walk.title) == (200, "Welcome")
    assert "We have your workplace registered as Skovbrynet, Vej 1. Is that correct?" in walk.text
    assert "Preview – nothing is stored" in walk.text
    walk.post(next="1", **FIRST_PAGE)
    assert walk.title == "New at your workplace in 2018 and 2019"
    walk.post(next="1", **{f"innov__{row}": "no" for row in ("product", "service", "process", "comm")})
    assert walk.title == "Development work"  # the short way


def test_the_register_decides_which_options_there_are() -> None:
    questionnaire = shipped(NOON)
    pages = questionnaire.definition().pages
    number = next(number for number, page in enumerate(pages, start=1) if "collab" in page.questions)
    walk = Walk(questionnaire, **WORKPLACE)
    walk.post(go="1", _page=str(number))
    assert 'value="x_municipality"' in walk.text
    assert 'value="x_region"' not in walk.text


def test_what_is_wrong_is_said_as_to_a_respondent() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    walk.post(next="1", unit_confirm="yes")
    assert walk.page.status_code == 422
    assert walk.title == "Welcome"
    assert 'href="#id_respondent_role_0"' in walk.text
    assert re.search(r'value="yes" checked', walk.text)


def test_going_back_keeps_what_was_answered() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    walk.post(next="1", **FIRST_PAGE)
    walk.post(back="1")
    assert walk.title == "Welcome"
    assert re.search(r'value="employee" checked', walk.text)


def test_any_page_can_be_shown_with_answers_that_lead_to_it() -> None:
    questionnaire = shipped(NOON)
    found = questionnaire.definition()
    for number, page in enumerate(found.pages, start=1):
        walk = Walk(questionnaire, **WORKPLACE)
        walk.post(go="1", _page=str(number))
        if walk.title == page.label.text("en", {}):
            assert ("Made-up answers have been added" in walk.text) is (number > 1)
        else:
            assert "No answers lead to this page" in walk.text
            assert not any(found.question(code).enabled for code in page.questions)


def test_the_language_is_changed_without_losing_answers() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    walk.post(go="1", _page="1", _language="da", **FIRST_PAGE)
    assert walk.title == "Velkommen"
    assert '<div lang="da">' in walk.text
    assert re.search(r'value="employee" checked', walk.text)
    assert "Preview – nothing is stored" in walk.text  # what stands around it stays in the language of staff


def test_the_end_shows_the_answers_and_what_is_missing() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    walk.post(go="1", _page="0")
    assert walk.title == "Check your answers"
    assert "could not be submitted yet" in walk.text
    walk.post(back="1")
    assert walk.title == "Welcome"
    tiny = Walk(make_questionnaire(), language="en")
    tiny.post(next="1", new="yes")
    assert "Here the answers could be submitted." in tiny.text
    assert "<dd>Yes" in tiny.text


def test_a_route_out_of_scope_says_so_at_its_end() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    walk.post(next="1", unit_confirm="closed", respondent_role="employee")
    walk.post(next="1", closed_when="dk")
    assert "ends without a submission" in walk.text


def test_a_soft_check_is_asked_once() -> None:
    walk = Walk(make_questionnaire(document("soft_check")), language="en")
    first = Question.objects.exclude(soft_check_when="").get()
    assert first.soft_check_text is not None
    text = first.soft_check_text["en"]
    definition = Questionnaire.objects.get().definition().question(first.code)
    option = next(o.code for o in definition.options if f"'{o.code}'" in first.soft_check_when)
    before = walk.title
    walk.post(next="1", **{first.code: option})
    assert html.escape(text) in walk.text
    shown = re.findall(r'name="_soft" value="([^"]*)"', walk.text)
    assert shown
    walk.post(next="1", **{first.code: option, "_soft": shown[0]})
    assert walk.title != before


def test_nothing_is_stored() -> None:
    questionnaire = shipped(NOON)
    walk = Walk(questionnaire, **WORKPLACE)
    before = all_rows()
    walk.post(next="1", **FIRST_PAGE)
    walk.post(go="1", _page="0")
    assert all_rows() == before


def test_a_draft_can_be_tried_out_and_one_that_cannot_be_shown_says_why() -> None:
    draft = make_questionnaire(published=False)
    assert "Have you introduced anything new?" in Walk(draft, language="en").text
    Question.objects.filter(questionnaire=draft).update(ask_if="nosuch == 'yes'")
    page = browser_of(dana()).get(address(draft)).content.decode()
    assert "names “nosuch”" in page
    assert '<form method="post" novalidate' not in page


@pytest.mark.parametrize(
    "state", ["", "nonsense", "[]", "{}", '[{}, {}, "sv", 1]', '[[], {}, "en", 1]', '[{}, {}, "en", "1"]']
)
def test_a_state_that_no_page_has_written_begins_again(state: str) -> None:
    page = browser_of(dana()).post(address(make_questionnaire()), {"_preview": state, "next": "1"})
    assert page.status_code == 200
    assert "Show the first page" in page.content.decode()


def test_a_page_number_that_does_not_exist_changes_nothing() -> None:
    walk = Walk(make_questionnaire(), language="en")
    for number in ("99", "-1", "x", ""):
        walk.post(go="1", _page=number)
        assert (walk.page.status_code, walk.title) == (200, "Questions")


def test_a_register_value_that_does_not_fit_is_refused() -> None:
    walk = Walk(shipped(NOON), **WORKPLACE | {"reg_level": "county", "reg_employees": "x"})
    assert walk.text.count("form-error-message") >= 2


def test_the_preview_fits_into_a_frame_of_the_same_site_and_no_other_page_does() -> None:
    questionnaire = make_questionnaire()
    browser = browser_of(dana())
    framed = browser.get(address(questionnaire))
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
    phone = browser.get(f"{address(questionnaire)}phone/")
    assert f'src="{address(questionnaire)}"' in phone.content.decode()
    assert "frame-src 'self'" in phone["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in phone["Content-Security-Policy"]


def test_in_the_frame_nothing_of_ours_stands_around_the_page() -> None:
    questionnaire = make_questionnaire()
    browser = browser_of(dana())
    for question in ("", "new"):
        framed, alone = (
            browser.get(address(questionnaire), {"question": question}, headers={"sec-fetch-dest": asked_by})
            for asked_by in ("iframe", "document")
        )
        for ours in ("Log out", "At the width of a phone", f'href="/questionnaires/{questionnaire.pk}/"', "/was/"):
            assert (ours in framed.content.decode(), ours in alone.content.decode()) == (False, True), ours


@pytest.mark.parametrize("page", ["", "phone/"])
def test_only_staff_can_try_a_questionnaire_out(page: str) -> None:
    there = address(make_questionnaire()) + page
    assert browser_of(dana()).get(there).status_code == 200
    assert browser_of(None).get(there)["Location"].startswith("/login/")
    assert browser_of(olga()).get(there).status_code == 403
    assert browser_of(dana()).put(there).status_code == 405


def test_a_question_is_shown_at_once_with_answers_that_lead_to_it() -> None:
    questionnaire = shipped(NOON)
    shown = browser_of(dana()).get(address(questionnaire), {"question": "insp_channel"}).content.decode()
    assert 'name="insp_channel"' in shown
    assert '<a href="#id_insp_channel_0">' in shown
    assert 'id="id_insp_channel_0"' in shown
    assert "Made-up answers have been added" in shown
    first = browser_of(dana()).get(address(questionnaire), {"question": "unit_confirm"}).content.decode()
    assert 'name="unit_confirm"' in first
    assert "Made-up answers" not in first


@pytest.mark.parametrize(("code", "said"), [("innov_count", "No answers lead to this page"), ("nothing", "first page")])
def test_a_question_that_is_switched_off_or_unknown_shows_the_beginning(code: str, said: str) -> None:
    questionnaire = shipped(NOON)
    page = browser_of(dana()).get(address(questionnaire), {"question": code})
    assert page.status_code == 200
    assert said in page.content.decode()


def test_the_phone_shows_the_question_that_was_asked_for() -> None:
    questionnaire = shipped(NOON)
    page = browser_of(dana()).get(f"{address(questionnaire)}phone/", {"question": "novelty"})
    assert f'src="{address(questionnaire)}?question=novelty"' in page.content.decode()


@pytest.mark.parametrize("state", ["[" * 100_000, "9" * 5000, '[{}, {}, "en", 1e999]', "[{}, {}, [], 1]", "\0"])
def test_a_state_that_no_page_wrote_begins_anew(state: str) -> None:
    page = browser_of(dana()).post(address(shipped(NOON)), {"_preview": state, **WORKPLACE})
    assert page.status_code == 200


@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1", "99999"])
def test_a_page_number_that_nobody_can_choose_leads_nowhere(number: str) -> None:
    walk = Walk(shipped(NOON), **WORKPLACE)
    walk.post(go="1", _page=number, **FIRST_PAGE)
    assert (walk.page.status_code, walk.title) == (200, "Welcome")


@pytest.mark.parametrize("code", ["novelty", "latest_desc", "innov", "collab_phase"])
def test_the_way_to_a_question_of_any_type_ends_at_its_first_control(code: str) -> None:
    shown = browser_of(dana()).get(address(shipped(NOON)), {"question": code}).content.decode()
    found = re.search(r'<a href="#(id_\w+)">Go to the question', shown)
    assert found, shown
    assert f'id="{found[1]}"' in shown
    assert found[1].startswith(f"id_{code}")
