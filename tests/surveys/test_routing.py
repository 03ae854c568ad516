"""What a respondent is asked, and which answers count; one tiny document per behaviour."""

from typing import Any

import pytest

from surveys.questionnaire.expression import parse
from surveys.questionnaire.routing import Item, Route, route
from tests.questionnaires import read


def taken(name: str, register: Any = None, **answers: Any) -> Route:
    return route(read(name), register or {}, answers)


def codes(route_: Route) -> list[str]:
    return [item.code for item in route_.items]


def item_of(route_: Route, code: str) -> Item:
    item = route_.item(code)
    assert item is not None
    return item


# ---- conditions


def test_a_question_is_asked_only_while_its_condition_is_true() -> None:
    assert codes(taken("ask_if", new="yes")) == ["new", "what", "happy"]
    assert codes(taken("ask_if", new="no")) == ["new", "thanks", "happy"]


def test_before_its_condition_is_known_a_question_is_not_asked() -> None:
    assert codes(taken("ask_if")) == ["new", "happy"]


def test_a_stranded_answer_neither_steers_nor_counts() -> None:
    changed_mind = taken("ask_if", new="no", what="product", whose="ours")
    assert codes(changed_mind) == ["new", "thanks", "happy"]
    assert changed_mind.answers == {"new": "no"}
    assert changed_mind.value("what") is None


def test_a_condition_on_the_register_holds_from_the_first_page() -> None:
    assert codes(taken("register", {"reg_employees": 50})) == ["welcome", "funding", "union"]
    assert codes(taken("register", {"reg_employees": 49})) == ["welcome", "funding"]
    assert codes(taken("register", {})) == ["welcome", "funding"]


def test_a_question_that_is_off_is_not_asked_and_its_answer_unknown() -> None:
    route_ = taken("scope", still_there="yes", extra="yes")
    assert "extra" not in codes(route_)
    assert route_.value("never_met") is None


# ---- pages


def test_a_page_with_nothing_to_ask_vanishes_and_numbers_stay() -> None:
    assert [(page.name, page.number) for page in taken("ask_if", new="no").pages] == [("first", 1), ("last", 4)]


def test_next_and_previous_skip_vanished_pages() -> None:
    route_ = taken("ask_if", new="no")
    following, previous = route_.next_page(1), route_.previous_page(4)
    assert following is not None and following.number == 4
    assert previous is not None and previous.number == 1
    assert route_.next_page(4) is None
    assert route_.previous_page(1) is None
    assert route_.page(2) is None


def test_the_page_of_a_question_is_found_only_on_the_route() -> None:
    route_ = taken("ask_if", new="yes")
    page = route_.page_of("what")
    assert page is not None and page.name == "what"
    assert route_.page_of("whose") is None


def test_a_page_with_only_a_text_to_read_stays() -> None:
    route_ = taken("ask_if", new="no")
    last = route_.page(4)
    assert last is not None and [item.question.type for item in last.items] == ["display", "single"]


# ---- marks


def test_marks_come_in_the_order_of_the_questionnaire_and_unknown_ones_go() -> None:
    assert taken("marks", partners=["companies", "nobody", "citizens"]).answers == {
        "partners": ["citizens", "companies"]
    }


@pytest.mark.parametrize(
    "stored",
    [["citizens", "companies", "other"], ["citizens", "none"], [], ["nobody"], "citizens", {"citizens": True}, 1],
)
def test_an_invalid_answer_counts_as_unanswered(stored: object) -> None:
    route_ = taken("marks", partners=stored)
    assert route_.answers == {}
    assert route_.first_unanswered == item_of(route_, "partners")
    assert route_.value("helped") is None


def test_exclusive_options_are_not_counted() -> None:
    assert taken("marks", partners=["none"]).evaluate(parse("count(partners)")) == 0
    assert taken("marks", partners=["citizens", "other"]).evaluate(parse("count(partners)")) == 2
    assert taken("marks").evaluate(parse("count(partners)")) is None


def test_the_text_of_an_open_option_counts_only_while_it_is_marked() -> None:
    with_text: dict[str, Any] = {"partners.other": " KL "}
    assert taken("marks", partners=["other"], **with_text).answers == {"partners": ["other"], "partners.other": "KL"}
    assert taken("marks", partners=["citizens"], **with_text).answers == {"partners": ["citizens"]}
    assert taken("marks", partners=["other"], **{"partners.other": "  "}).answers == {"partners": ["other"]}
    assert taken("marks", partners=["other"], **{"partners.citizens": "x"}).answers == {"partners": ["other"]}


def test_the_text_of_an_open_option_is_not_required() -> None:
    route_ = taken("marks", partners=["other"], how="x")
    assert route_.first_unanswered is None


def test_an_item_says_what_may_be_marked() -> None:
    partners = item_of(taken("marks"), "partners")
    assert partners.option_codes == ("citizens", "companies", "other", "none")
    assert partners.exclusive_codes == {"none"}
    assert partners.open_codes == ("other",)
    assert partners.question.max_marks == 2


# ---- grids


def test_any_row_is_true_at_the_first_match_and_false_only_when_all_rows_are_answered() -> None:
    assert taken("grid", innov={"product": "yes"}).value("innovative") is True
    assert taken("grid", innov={"product": "no"}).value("innovative") is None
    assert taken("grid", innov={"product": "no", "service": "no"}).value("innovative") is False
    assert taken("grid").value("innovative") is None


def test_a_row_with_a_condition_is_waited_for_only_where_it_is_offered() -> None:
    nothing_yet = {"product": "no", "service": "no"}
    assert taken("grid", {"reg_level": "state"}, innov=nothing_yet).value("innovative") is None
    assert taken("grid", {"reg_level": "region"}, innov=nothing_yet).value("innovative") is False


def test_rows_that_are_off_or_not_offered_are_cut_out_of_the_answer() -> None:
    stored = {"product": "no", "service": "perhaps", "law": "yes", "old": "yes"}
    route_ = taken("grid", {"reg_level": "region"}, innov=stored)
    assert route_.answers == {"innov": {"product": "no"}}
    assert item_of(route_, "innov").row_codes == ("product", "service")


def test_a_row_is_read_by_its_name() -> None:
    assert "product_name" in codes(taken("grid", innov={"product": "yes"}))
    assert "product_name" not in codes(taken("grid", innov={"service": "yes"}))


def test_a_grid_is_unanswered_until_every_row_is_answered() -> None:
    half = taken("grid", innov={"product": "yes"})
    assert half.first_unanswered == item_of(half, "innov")
    whole = taken("grid", innov={"product": "yes", "service": "no"})
    assert whole.first_unanswered == item_of(whole, "proud")


def test_copied_rows_follow_the_rows_of_the_other_grid() -> None:
    assert item_of(taken("grid", {"reg_level": "state"}), "planned").row_codes == ("product", "service", "law")
    assert item_of(taken("grid"), "planned").row_codes == ("product", "service")


# ---- rows taken from marks


def test_the_marked_options_become_the_rows_and_exclusive_ones_do_not() -> None:
    assert item_of(taken("rows_marked_in", who=["eu", "citizens"]), "part").row_codes == ("citizens", "eu")
    assert "part" not in codes(taken("rows_marked_in", who=["none"]))
    assert "part" not in codes(taken("rows_marked_in"))


def test_a_row_loses_its_answer_when_its_mark_goes() -> None:
    part = {"citizens": ["test"], "eu": ["idea"]}
    assert taken("rows_marked_in", who=["eu"], part=part).answers == {"who": ["eu"], "part": {"eu": ["idea"]}}
    assert taken("rows_marked_in", who=["eu"], part=part).value("tested") is False


def test_every_row_needs_a_mark_and_any_row_looks_into_all() -> None:
    half = taken("rows_marked_in", who=["citizens", "eu"], part={"eu": ["idea"]})
    assert half.first_unanswered == item_of(half, "part")
    assert half.value("tested") is None
    assert taken("rows_marked_in", who=["citizens", "eu"], part={"eu": ["idea", "test"]}).value("tested") is True


def test_a_row_with_an_invalid_set_of_marks_is_unanswered() -> None:
    assert taken("rows_marked_in", who=["eu"], part={"eu": ["dk", "idea"]}).answers == {"who": ["eu"]}


def test_row_text_names_the_partner_with_a_small_first_letter_but_leaves_abbreviations() -> None:
    route_ = taken("rows_marked_in", who=["citizens", "eu"])
    part = item_of(route_, "part")
    assert [part.row_label(row, "en", {}) for row in part.rows] == [
        "What did citizens take part in?",
        "What did EU take part in?",
    ]


def test_the_row_of_an_open_option_is_called_by_its_text_as_it_was_typed() -> None:
    part = item_of(taken("rows_marked_in", who=["other"], **{"who.other": "Naboen {reg_name}"}), "part")
    assert part.rows[0].label.text("da", {"reg_name": "X"}) == "Naboen {reg_name}"
    assert part.row_label(part.rows[0], "da", {"reg_name": "X"}) == "Hvad var Naboen {reg_name} med til?"


def test_without_a_text_the_row_keeps_the_label_of_the_option() -> None:
    part = item_of(taken("rows_marked_in", who=["other"]), "part")
    assert part.row_label(part.rows[0], "da", {}) == "Hvad var andre med til?"


# ---- the register


def test_labels_take_the_text_of_the_register_value_and_fill_braces() -> None:
    register: dict[str, str | int] = {"reg_name": "Børnehave 1", "reg_level": "state", "reg_employees": 12}
    route_ = taken("register", register)
    assert item_of(route_, "welcome").question.label.text("da", register) == "Velkommen, Børnehave 1 (12 ansatte)."
    assert item_of(route_, "funding").options[0].label.text("en", register) == "Funds of the ministry"


def test_a_brace_in_a_register_value_is_not_filled_again() -> None:
    label = read("register").question("welcome").label
    assert (
        label.text("en", {"reg_name": "{reg_employees}", "reg_employees": 3})
        == "Welcome, {reg_employees} (3 employees)."
    )


def test_options_are_offered_by_register_value_and_cut_out_of_answers() -> None:
    marks = ["central", "state_pool", "gone"]
    assert taken("register", {"reg_level": "municipality"}, funding=marks).answers == {
        "funding": ["central", "state_pool"]
    }
    assert taken("register", {"reg_level": "state"}, funding=marks).answers == {"funding": ["central"]}


# ---- the end


def test_the_first_unanswered_question_is_the_first_required_one() -> None:
    route_ = taken("ask_if", what="product", happy="yes")
    assert route_.first_unanswered == item_of(route_, "new")


def test_optional_questions_hold_nobody_up() -> None:
    assert taken("scope", still_there="yes").first_unanswered is None


def test_a_required_text_must_be_given_and_not_be_blank() -> None:
    for text in ({}, {"closed_when": "   "}, {"closed_when": ["2019"]}):
        route_ = taken("scope", still_there="closed", **text)
        assert route_.first_unanswered == item_of(route_, "closed_when")
    assert taken("scope", still_there="closed", closed_when="2019").first_unanswered is None


def test_in_scope_is_unknown_until_answered_and_ends_the_questions_when_false() -> None:
    assert taken("scope").in_scope is None
    assert taken("scope", still_there="yes").in_scope is True
    closed = taken("scope", still_there="closed")
    assert closed.in_scope is False
    assert [page.name for page in closed.pages] == ["start", "closed"]


def test_without_a_variable_of_that_name_in_scope_says_nothing() -> None:
    assert taken("ask_if", new="yes").in_scope is None


def test_answered_is_never_unknown() -> None:
    answered = parse("answered(mood)")
    assert taken("scope", still_there="yes").evaluate(answered) is False
    assert taken("scope", still_there="yes", mood="good").evaluate(answered) is True
    assert taken("scope", still_there="closed", mood="good").evaluate(answered) is False
    assert "silent" not in codes(taken("scope", still_there="yes", mood="good"))


def test_values_are_read_by_name_from_register_questions_and_derived_variables() -> None:
    route_ = taken("grid", {"reg_level": "state"}, innov={"product": "yes"}, proud="no")
    assert route_.value("reg_level") == "state"
    assert route_.value("proud") == "no"
    assert route_.value("innovative") is True
    assert route_.value("no_such_name") is None
