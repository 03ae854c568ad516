"""A posted page: what may be stored, what is wrong, and what somebody else has changed meanwhile."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from surveys.answering.controls import controls
from surveys.answering.reading import PageInput, page_hash, read_page
from surveys.questionnaire.routing import route
from tests.questionnaires import read

STATE = {"reg_level": "state"}
Sent = Mapping[str, list[str]]


def posted(
    name: str,
    sent: Sent,
    stored: Mapping[str, object] | None = None,
    *,
    page: int = 1,
    complete: bool = True,
    seen: Mapping[str, object] | None = None,
    register: Mapping[str, str | int] | None = None,
) -> PageInput:
    """Post to a page of a tiny document; ``seen`` is what was stored when the page was made."""
    answers = dict(stored or {})
    route_ = route(read(name), register or STATE, answers)
    found = route_.page(page)
    assert found is not None
    page_seen = page_hash(found, answers if seen is None else seen)
    return read_page(found, route_, answers, MultiValueDict({"_stored": [page_seen], **sent}), complete=complete)


def problems(read_: PageInput) -> dict[str, str]:
    return {name: problem.code for name, problem in read_.problems.items()}


# ---- valid answers


def test_valid_answers_are_merged_into_what_is_stored() -> None:
    found = posted("marks", {"partners": ["citizens"]}, {"elsewhere": "kept"})
    assert found.answers == {"elsewhere": "kept", "partners": ["citizens"]}
    assert found.clean


def test_marks_are_stored_in_the_order_of_the_questionnaire() -> None:
    assert posted("marks", {"partners": ["companies", "citizens"]}).answers == {"partners": ["citizens", "companies"]}


def test_a_grid_is_stored_row_by_row() -> None:
    found = posted("grid", {"innov__product": ["yes"], "innov__service": ["no"], "innov__law": ["no"]})
    assert found.answers == {"innov": {"product": "yes", "service": "no", "law": "no"}}
    assert found.clean


def test_rows_off_the_route_stay_stored() -> None:
    stored = {"innov": {"product": "no", "law": "yes"}}
    found = posted("grid", {"innov__product": ["yes"]}, stored, register={"reg_level": "region"}, complete=False)
    assert found.answers == {"innov": {"product": "yes", "law": "yes"}}


def test_marks_of_options_off_the_route_stay_stored() -> None:
    stored = {"funding": ["state_pool"]}
    assert posted("register", {"funding": ["central"]}, stored).answers == {"funding": ["central", "state_pool"]}


def test_a_grid_of_several_marks_is_stored_row_by_row() -> None:
    sent = {"part__citizens": ["test", "idea"], "part__eu": ["dk"]}
    found = posted("rows_marked_in", sent, {"who": ["citizens", "eu"]}, page=2)
    assert found.answers["part"] == {"citizens": ["idea", "test"], "eu": ["dk"]}


def test_own_words_are_stored_under_the_option() -> None:
    found = posted("marks", {"partners": ["other"], "partners__other__text": [" Genboerne "]})
    assert found.answers == {"partners": ["other"], "partners.other": "Genboerne"}


def test_own_words_may_be_left_out() -> None:
    found = posted("marks", {"partners": ["other"], "partners__other__text": [""]})
    assert found.answers == {"partners": ["other"]}
    assert found.clean


def test_a_text_keeps_its_lines_and_loses_its_margins() -> None:
    found = posted("marks", {"how": ["  To\r\nlinjer\x0bog \u2028tre "]}, {"partners": ["companies"]}, page=2)
    assert found.answers["how"] == "To\nlinjer\nog \ntre"


def test_fields_that_are_not_on_the_page_are_ignored() -> None:
    found = posted("marks", {"partners": ["none"], "how": ["smuglet"], "reg_level": ["state"], "partners__x": ["1"]})
    assert found.answers == {"partners": ["none"]}


# ---- wrong answers


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"partners": ["bogus"]}, {"partners": "answer_unknown"}),
        ({"partners": ["citizens", "bogus"]}, {"partners": "answer_unknown"}),
        ({"partners": ["citizens", "none"]}, {"partners": "answer_exclusive"}),
        ({"partners": ["citizens", "companies", "other"]}, {"partners": "answer_too_many"}),
        ({"partners": []}, {"partners": "answer_missing_mark"}),
        ({"partners": ["none"], "partners__other__text": ["x"]}, {"partners__other__text": "answer_text_without_mark"}),
        ({"partners": ["other"], "partners__other__text": ["x" * 201]}, {"partners__other__text": "answer_too_long"}),
        ({"partners": ["other"], "partners__other__text": ["x", "y"]}, {"partners__other__text": "answer_not_one"}),
    ],
)
def test_wrong_marks_are_named_and_not_stored(sent: Sent, problem: dict[str, str]) -> None:
    found = posted("marks", sent)
    assert problems(found) == problem
    assert not found.clean
    assert found.answers == {code: sent[code] for code in ("partners",) if "partners" not in problem}


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (["yes", "no"], "answer_not_one"),
        (["maybe"], "answer_unknown"),
        (["YES"], "answer_unknown"),
        ([""], "answer_missing_choice"),
        ([], "answer_missing_choice"),
    ],
)
def test_a_wrong_choice_is_named_by_its_row_and_the_others_are_kept(sent: list[str], problem: str) -> None:
    found = posted("grid", {"innov__product": ["yes"], "innov__service": sent, "innov__law": ["no"]})
    assert problems(found) == {"innov__service": problem}
    assert found.answers == {"innov": {"product": "yes", "law": "no"}}


def test_the_cap_and_the_number_of_marks_are_told() -> None:
    found = posted("marks", {"partners": ["citizens", "companies", "other"]})
    assert found.problems["partners"].params == {"most": 2, "marked": 3}


def test_going_back_asks_for_nothing() -> None:
    assert problems(posted("marks", {}, complete=False)) == {}
    assert problems(posted("grid", {"innov__product": ["bogus"]}, complete=False)) == {
        "innov__product": "answer_unknown"
    }


def test_only_a_required_text_is_missed() -> None:
    stored = {"partners": ["citizens"]}
    assert problems(posted("marks", {"how": ["  "], "citizens_how": [""]}, stored, page=2)) == {
        "how": "answer_missing_text"
    }


def test_a_text_that_is_too_long_comes_back_whole() -> None:
    text = "å" * 101
    found = posted("marks", {"how": [text]}, {"partners": ["companies"]}, page=2)
    assert problems(found) == {"how": "answer_too_long"}
    assert found.problems["how"].params == {"most": 100, "length": 101}
    assert found.typed["how"] == (text,)
    assert "how" not in found.answers


@pytest.mark.parametrize("unreadable", ["\x00", "\x08", "\x1b", "\x7f", "\x9f", "\ud800", "\ufffd"])
def test_what_cannot_be_stored_is_refused_and_taken_out_of_what_is_shown(unreadable: str) -> None:
    found = posted("marks", {"how": [f"før{unreadable}efter"]}, {"partners": ["companies"]}, page=2)
    assert problems(found) == {"how": "answer_unreadable"}
    assert found.typed["how"] == ("førefter",)
    assert "how" not in found.answers


def test_a_post_without_a_valid_answer_starts_nothing() -> None:
    for sent in ({}, {"partners": ["bogus"]}, {"partners__other__text": ["x"]}, {"other": ["1"]}):
        found = posted("marks", sent)
        assert found.answers == {}


NAMES = st.sampled_from(["partners", "partners__other__text", "partners__none__text", "how", "citizens_how", "best"])
VALUES = st.sampled_from(["citizens", "companies", "other", "none", "first", ""]) | st.text(max_size=120)
ANYTHING = st.dictionaries(NAMES, st.lists(VALUES, max_size=5))


@given(sent=ANYTHING, page=st.sampled_from([1, 2]), complete=st.booleans(), known=st.booleans())
def test_whatever_is_sent_only_valid_answers_are_stored(sent: Sent, page: int, complete: bool, known: bool) -> None:
    stored: dict[str, Any] = {"partners": ["citizens", "companies"], "how": "Sammen"}
    found = posted("marks", sent, stored, page=page, complete=complete, seen=None if known else {})
    after = route(read("marks"), STATE, found.answers)
    before = route(read("marks"), STATE, stored)
    for item in before.page(page).items:  # type: ignore[union-attr]
        assert item.cut(found.answers.get(item.code)) == found.answers.get(item.code)
        assert {control.name for control in controls(item)} <= set(found.typed)
    assert set(after.answers) <= set(found.answers) <= {"partners", "partners.other", "how", "citizens_how", "best"}


# ---- taking an answer away


def test_marks_and_texts_can_be_taken_away() -> None:
    stored = {"partners": ["citizens"], "how": "Sammen", "citizens_how": "Godt"}
    assert posted("marks", {}, stored, complete=False).answers == {"how": "Sammen", "citizens_how": "Godt"}
    found = posted("marks", {"how": ["Sammen"], "citizens_how": [""]}, stored, page=2)
    assert found.answers == {"partners": ["citizens"], "how": "Sammen"}


def test_marks_in_a_row_can_be_taken_away() -> None:
    stored = {"who": ["citizens", "eu"], "part": {"citizens": ["idea"], "eu": ["dk"]}}
    found = posted("rows_marked_in", {"part__citizens": ["test"]}, stored, page=2, complete=False)
    assert found.answers["part"] == {"citizens": ["test"]}


def test_unmarking_an_option_takes_its_text_with_it() -> None:
    stored = {"partners": ["other"], "partners.other": "Genboerne"}
    found = posted("marks", {"partners": ["none"], "partners__other__text": [""]}, stored)
    assert found.answers == {"partners": ["none"]}


def test_a_choice_that_is_not_sent_stays_stored() -> None:
    stored = {"innov": {"product": "yes", "service": "no", "law": "no"}}
    assert posted("grid", {"innov__product": ["no"]}, stored, complete=False).answers == {
        "innov": {"product": "no", "service": "no", "law": "no"}
    }


def test_an_empty_post_that_does_not_know_what_is_stored_takes_nothing_away() -> None:
    stored = {"partners": ["citizens"]}
    assert posted("marks", {}, stored, complete=False, seen={}).answers == stored
    assert posted("marks", {"_stored": []}, stored, complete=False).answers == stored


# ---- remarks


def test_a_remark_is_made_once_and_the_same_answer_sent_again_is_accepted() -> None:
    first = posted("soft_check", {"value": ["dk"]})
    assert first.remarks == ("value",)
    assert not first.clean
    assert first.answers == {"value": ["dk"]}
    again = posted("soft_check", {"value": ["dk"], "_soft": list(first.shown)})
    assert again.remarks == ()
    assert again.clean
    assert (first.accepted, again.accepted) == ((), ("value",))


def test_another_answer_that_gives_cause_is_remarked_on_anew() -> None:
    shown = list(posted("soft_check", {"value": ["dk"]}).shown)
    assert posted("soft_check", {"value": ["nothing"], "_soft": shown}).remarks == ("value",)
    assert posted("soft_check", {"value": ["quality"], "_soft": shown}).clean


def test_going_back_makes_no_remark() -> None:
    assert posted("soft_check", {"value": ["dk"]}, complete=False).remarks == ()


# ---- two people on one case


def test_an_answer_stored_meanwhile_is_not_overwritten() -> None:
    found = posted("marks", {"partners": ["citizens"]}, {"partners": ["none"]}, seen={})
    assert found.conflicts == {"partners"}
    assert found.answers == {"partners": ["none"]}
    assert not found.clean


def test_having_seen_it_one_may_store_one_s_own() -> None:
    found = posted("marks", {"partners": ["citizens"]}, {"partners": ["none"]})
    assert found.answers == {"partners": ["citizens"]}
    assert found.clean


def test_the_same_answer_twice_is_no_conflict() -> None:
    assert posted("marks", {"partners": ["none"]}, {"partners": ["none"]}, seen={}).clean


def test_only_the_rows_that_both_have_answered_conflict() -> None:
    stored = {"innov": {"product": "yes"}}
    sent = {"innov__product": ["no"], "innov__service": ["yes"], "innov__law": ["no"]}
    found = posted("grid", sent, stored, seen={})
    assert found.conflicts == {"innov__product"}
    assert found.answers == {"innov": {"product": "yes", "service": "yes", "law": "no"}}


def test_what_is_stored_on_other_pages_does_not_concern_a_page() -> None:
    questionnaire = read("marks")
    page = route(questionnaire, STATE, {}).pages[0]
    assert page_hash(page, {"partners": ["none"], "how": "x"}) == page_hash(page, {"partners": ["none"]})
    assert page_hash(page, {"partners": ["other"], "partners.other": "x"}) != page_hash(page, {"partners": ["other"]})
