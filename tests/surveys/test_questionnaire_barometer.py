"""The shipped instrument: complete, and known by what its public sources say of it."""

from collections import Counter
from typing import Any

import pytest

from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.indicator_definition import Indicators
from surveys.questionnaire.indicators import read_indicators
from surveys.questionnaire.routing import Item, Route, route
from tests.questionnaires import BAROMETER, document, read

QUESTIONNAIRE = read(BAROMETER)
REGISTER: dict[str, str | int] = {
    "reg_name": "Børnehave 0417 (øvelse)",
    "reg_address": "Øvelsesvej 7, 8000 Aarhus C",
    "reg_authority": "Aarhus Kommune",
    "reg_level": "municipality",
    "reg_industry_group": "childcare",
    "reg_employees": 23,
    "reg_size_class": "s10_24",
    "reg_region": "midtjylland",
}
INNOVATIVE: dict[str, Any] = {
    "unit_confirm": "yes",
    "respondent_role": "top_manager",
    "innov": {"product": "no", "service": "yes", "process": "dk", "comm": "no"},
}
STANDSTILL = INNOVATIVE | {"innov": dict.fromkeys(("product", "service", "process", "comm"), "no")}
LONGEST = INNOVATIVE | {
    "latest_type": ["service"],
    "core_task": "current",
    "practice_break": "break",
    "novelty": "copy",
    "insp_channel": ["media"],
    "initiators": ["legislation"],
    "collab": ["citizens", "abroad"],
    "finance": ["own_budget"],
    "collab_phase": {"citizens": ["test"], "abroad": ["dk"]},
    "tech_degree": "important",
    "tech_newness": "new",
    "values": ["quality"],
    "evaluated": "internal",
    "eval_purpose": ["learning"],
    "eval_elements": ["own_assessment"],
    "shared": "yes",
}


def taken(answers: dict[str, Any], **register: str) -> Route:
    return route(QUESTIONNAIRE, REGISTER | register, answers)


def codes(answers: dict[str, Any]) -> list[str]:
    return [item.code for item in taken(answers).items]


def item_of(route_: Route, code: str) -> Item:
    item = route_.item(code)
    assert item is not None
    return item


def labels(questionnaire: Questionnaire) -> list[Label]:
    """The labels of questions, options and rows, as they are asked."""
    return [
        label
        for question in questionnaire.questions
        for label in (question.label, *(choice.label for choice in (*question.options, *question.rows)))
    ]


# ---- complete


def test_it_is_version_2_of_the_third_danish_edition() -> None:
    assert QUESTIONNAIRE.name == "innovation-barometer-dk-2018-19@2"
    assert (QUESTIONNAIRE.country, QUESTIONNAIRE.languages) == ("DK", ("da", "en"))
    assert (str(QUESTIONNAIRE.reference_start), str(QUESTIONNAIRE.reference_end)) == ("2018-01-01", "2019-12-31")
    assert sorted(QUESTIONNAIRE.texts) == ["mark_all", "open_hint", "wrong_person"]


def test_it_has_every_part() -> None:
    assert len(QUESTIONNAIRE.questions) == 34
    assert len(QUESTIONNAIRE.pages) == 15
    assert len(QUESTIONNAIRE.derived) == 32
    assert len(QUESTIONNAIRE.register) == 8
    assert {name: len(choices) for name, choices in QUESTIONNAIRE.scales.items()} == {
        "yes_no_dk": 3,
        "promote_hinder": 7,
        "agree4": 6,
        "innovation_types": 4,
    }
    assert Counter(question.type for question in QUESTIONNAIRE.questions) == {
        "display": 3,
        "single": 12,
        "multi": 11,
        "grid": 4,
        "grid_multi": 1,
        "open": 3,
    }


def test_what_is_off_in_this_version_is_kept() -> None:
    off = [question.code for question in QUESTIONNAIRE.questions if not question.enabled]
    assert off == ["innov_count", "shared_with", "shared_how"]
    rows = {q.code: [row.code for row in q.rows if not row.enabled] for q in QUESTIONNAIRE.questions if q.rows}
    assert rows == {
        "innov": [],
        "factors": ["manager", "admin_leadership", "knowledge", "other_public"],
        "ongoing_factors": ["manager", "admin_leadership", "knowledge", "other_public"],
        "culture": ["learn_errors", "ask_ideas", "citizen_ideas", "time_for_new"],
    }
    values = QUESTIONNAIRE.question("values")
    assert [option.code for option in values.options if not option.enabled] == ["too_early"]


def test_the_pages_hold_the_questions_in_order() -> None:
    assert {page.name: page.questions for page in QUESTIONNAIRE.pages} == {
        "start": ("welcome", "unit_confirm", "respondent_role"),
        "out_of_scope": ("closed_when", "merged_into"),
        "new": ("intro", "innov"),
        "latest": ("innov_count", "latest_intro", "latest_desc", "latest_type", "core_task"),
        "origin": ("practice_break", "novelty"),
        "beginning": ("insp_channel", "initiators"),
        "partners": ("collab", "finance"),
        "course": ("collab_phase", "tech_degree"),
        "influences": ("tech_newness", "factors"),
        "results": ("values", "evaluated"),
        "evaluation": ("eval_purpose", "eval_elements", "shared"),
        "sharing": ("shared_with", "shared_how"),
        "unfinished": ("ongoing",),
        "unfinished_more": ("ongoing_type", "ongoing_factors"),
        "culture": ("culture", "comment"),
    }


def test_every_text_is_there_for_every_level_in_both_languages() -> None:
    for label in labels(QUESTIONNAIRE):
        for language in QUESTIONNAIRE.languages:
            for level in ("municipality", "region", "state"):
                assert label.text(language, REGISTER | {"reg_level": level}).strip()


def test_every_don_t_know_has_the_value_98_and_every_other_97() -> None:
    values = {"dk": 98, "other": 97, "not_relevant": 99}
    for question in QUESTIONNAIRE.questions:
        for option in question.options:
            assert option.value == values.get(option.code, option.value), (question.code, option.code)


def test_initiators_take_at_most_three_marks() -> None:
    assert QUESTIONNAIRE.question("initiators").max_marks == 3
    assert [question.code for question in QUESTIONNAIRE.questions if question.max_marks] == ["initiators"]


# ---- the ways through it


def test_the_first_page_is_asked_of_everybody() -> None:
    assert codes({}) == ["welcome", "unit_confirm", "respondent_role"]


@pytest.mark.parametrize(("answer", "asked"), [("closed", "closed_when"), ("merged", "merged_into")])
def test_a_closed_or_merged_workplace_is_asked_one_thing_more(answer: str, asked: str) -> None:
    route_ = taken({"unit_confirm": answer, "respondent_role": "administration"})
    assert [item.code for item in route_.items] == ["welcome", "unit_confirm", "respondent_role", asked]
    assert route_.in_scope is False
    assert route_.first_unanswered == item_of(route_, asked)


def test_without_innovation_the_way_is_short() -> None:
    start = ["welcome", "unit_confirm", "respondent_role", "intro", "innov", "ongoing"]
    assert codes(STANDSTILL) == [*start, "culture", "comment"]
    assert codes(STANDSTILL | {"ongoing": "yes"}) == [*start, "ongoing_type", "ongoing_factors", "culture", "comment"]
    assert taken(STANDSTILL).value("non_innovative") is True


def test_with_innovation_the_longest_way_has_26_items_on_11_pages() -> None:
    route_ = taken(LONGEST)
    assert (len(route_.items), len(route_.pages)) == (26, 11)
    assert [page.name for page in route_.pages][-2:] == ["evaluation", "culture"]
    assert {"ongoing", "closed_when", "shared_with", "innov_count"}.isdisjoint(item.code for item in route_.items)


def test_one_open_row_keeps_an_innovation_unknown() -> None:
    half = INNOVATIVE | {"innov": {"product": "no", "service": "no", "process": "dk"}}
    assert taken(half).value("innovative") is None
    assert "ongoing" not in codes(half)
    assert "latest_type" not in codes(half)


def test_partners_of_the_own_level_are_not_offered_twice() -> None:
    offered = {
        level: [code for code in item_of(taken(INNOVATIVE, reg_level=level), "collab").option_codes if code[:2] == "x_"]
        for level in ("municipality", "region", "state")
    }
    assert offered == {
        "municipality": ["x_region", "x_state"],
        "region": ["x_municipality", "x_state"],
        "state": ["x_municipality", "x_region"],
    }


def test_partners_are_named_one_by_one() -> None:
    route_ = taken(INNOVATIVE | {"collab": ["own_org", "abroad", "other"], "collab.other": "Naboskolen"})
    phase = item_of(route_, "collab_phase")
    assert [phase.row_label(row, "en", REGISTER) for row in phase.rows] == [
        "What did other workplaces in our own municipality take part in?",
        "What did partners abroad take part in?",
        "What did Naboskolen take part in?",
    ]


def test_whoever_worked_alone_is_not_asked_about_partners() -> None:
    assert "collab_phase" not in codes(INNOVATIVE | {"collab": ["none"]})
    assert "collab_phase" not in codes(INNOVATIVE | {"collab": ["dk"]})


def test_the_rows_of_ongoing_work_are_those_of_the_factors() -> None:
    factors, ongoing = QUESTIONNAIRE.question("factors"), QUESTIONNAIRE.question("ongoing_factors")
    assert ongoing.rows == factors.rows
    assert ongoing.options == factors.options


def test_politically_positive_follows_from_initiators_or_factors() -> None:
    factors = dict.fromkeys((row.code for row in QUESTIONNAIRE.question("factors").rows_on), "neither")
    answers = INNOVATIVE | {"initiators": ["employees"], "factors": factors}
    assert taken(answers).value("politically_positive") is False
    assert taken(answers | {"initiators": ["legislation"]}).value("politically_positive") is True
    promoted = answers | {"factors": factors | {"pol_leadership": "promoted_some"}}
    assert taken(promoted).value("politically_positive") is True
    assert taken(promoted).value("promoted_pol_leadership") is True
    assert taken(INNOVATIVE | {"initiators": ["employees"]}).value("politically_positive") is None


def test_no_condition_rests_on_a_text() -> None:
    expressions = [condition for question in QUESTIONNAIRE.questions for condition in question.conditions]
    read_questions = {QUESTIONNAIRE.question(code).type for code in reads(QUESTIONNAIRE, *expressions)}
    assert "open" not in read_questions


# ---- its indicators


def indicators() -> Indicators:
    found, problems = read_indicators(document(f"{BAROMETER}.indicators"), QUESTIONNAIRE)
    assert found is not None, problems
    return found


# As printed, without those that are printed by groups or only in words ("about half").
PRINTED = {
    **{"R3-01": 81, "R3-02": 59, "R3-02a": 41, "R3-02b": 35, "R3-02c": 11, "R3-02d": 18, "R3-02e": 27},
    **{"R3-03a": 6, "R3-03b": 12, "R3-10": 91, "R3-10a": 1, "R3-11": 72, "R3-11a": 10, "R3-11b": 18, "R3-12a": 10},
    **{"R3-13": 83, "R3-15": 57, "R3-16": 10, "R3-19": 68, "R3-19a": 47, "R3-23": 4, "R3-24a": 2, "R3-25a": 5},
    **{"R3-25b": 9, "R3-26": 14, "R3-26a": 1, "R3-27": 8, "R3-27a": 7, "R3-28a": 23, "R3-29": 86},
    **{"R2-01": 80, "R2-02": 79, "R2-03": 63, "R2-04a": 8, "R2-04b": 14, "R2-05": 45},
}
PRINTED_BY_GROUPS = {
    "R3-01a": [80, 85, 84],
    "R3-02f": [27, 13, 35],
    "R3-04": [17, 12],
    "R3-04a": [12, 9],
    "R3-05": [57, 25],
    "R3-06": [37, 51],
    "R3-07": [37, 29, 29],
}


def test_the_95_indicators_have_the_printed_values_and_no_others() -> None:
    found = indicators()
    assert len(found.indicators) == 95
    whole = {i.id: i.published[""] for i in found.indicators if "" in i.published}
    by_groups = {i.id: list(i.published.values()) for i in found.indicators if i.by and i.published}
    assert (whole, by_groups) == (PRINTED, PRINTED_BY_GROUPS)
    about = {
        "R3-02g",
        "R3-08",
        "R3-09",
        "R3-12",
        "R3-20",
        "R3-21",
        "R3-22",
        "R3-22a",
        "R3-24",
        "R3-25",
        "R3-28",
        "R3-30",
    }
    assert {i.id for i in found.indicators if i.about} == about
    assert {i.edition for i in found.indicators if i.id.startswith("R2")} == {"2015-16"}
    assert {i.edition for i in found.indicators if i.id.startswith("R3")} == {found.edition} == {"2018-19"}


def test_what_is_said_of_groups_is_expected_of_them() -> None:
    expected = Counter(i.expect for i in indicators().indicators)
    assert expected == {"": 50, "higher": 24, "lower": 5, "same": 12, "differs": 2, "own_org": 1, "quality": 1}


def test_collaboration_and_the_political_role_are_not_comparable_between_the_editions() -> None:
    found = {indicator.id: indicator for indicator in indicators().indicators}
    assert not found["R2-02"].comparable(found["R3-08"])
    assert not found["R2-03"].comparable(found["R3-02"])
    assert found["R2-01"].comparable(found["R3-01"])
    assert found["R2-05"].comparable(found["R3-25"])
    assert set(indicators().series_notes) == {"collaboration", "political_role"}
