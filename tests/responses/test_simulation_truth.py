"""What simulated leaders know: over the whole frame it is what was published for 2018-19.

Routing 14,297 workplaces takes some seconds; a part of them would not have the published values.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from responses.simulation.register import FULL_SIZE, write_register
from responses.simulation.truth import plant
from surveys.frame_file import read_frame
from surveys.questionnaire.definition import Answers, Questionnaire, Register
from surveys.questionnaire.document import from_yaml
from surveys.questionnaire.expression import parse
from surveys.questionnaire.routing import Route, route

pytestmark = pytest.mark.once

SHIPPED = Path("surveys/questionnaires/innovation-barometer-dk-2018-19.yaml")
Frame = Mapping[str, Register]

# What, of whom, and the published per cent. "about": printed only roughly.
PUBLISHED = [
    ("innovative", "in_scope", 81),
    ("innovative", "in_scope and reg_level == 'municipality'", 80),
    ("innovative", "in_scope and reg_level == 'state'", 84),
    ("innovative", "in_scope and reg_level == 'region'", 85),
    ("hindered_pol_leadership", "innovative", 6),
    ("hindered_legislation", "innovative", 12),
    ("novelty == 'copy'", "pol_init", 17),
    ("novelty == 'copy'", "other_init", 12),
    ("novelty == 'dk'", "pol_init", 12),
    ("novelty == 'dk'", "other_init", 9),
    ("'political_goals' in values", "pol_init", 57),
    ("'political_goals' in values", "other_init", 25),
    ("'employee_satisfaction' in values", "pol_init", 37),
    ("'employee_satisfaction' in values", "other_init", 51),
    ("'employee_satisfaction' in values", "innovative", 47),
    ("'citizen_involvement' in values", "init_pol_leadership", 37),
    ("'citizen_involvement' in values", "init_legislation", 29),
    ("'citizen_involvement' in values", "other_init", 29),
    ("'quality' in values", "innovative", 68),
    ("collaborated", "pol_init", 75),  # about
    ("collaborated", "other_init", 67),  # about
    ("core_linked", "innovative", 91),
    ("core_task == 'dk'", "innovative", 1),
    ("reused", "innovative", 72),
    ("novelty == 'dk'", "innovative", 10),
    ("novelty == 'first'", "innovative", 18),
    ("practice_break == 'dk'", "innovative", 10),
    ("factors.employees in ('promoted_high', 'promoted_some')", "innovative", 83),
    ("citizens_positive", "innovative", 57),
    ("foundations_positive", "innovative", 10),
    ("'process' in latest_type", "innovative", 80),  # about
    ("several_types", "innovative", 50),  # about
    ("tech_degree == 'is_tech'", "innovative", 11),
    ("tech_degree == 'important'", "innovative", 26),
    ("tech_newness == 'dk'", "technological", 4),
    ("'own_budget' in finance", "innovative", 55),  # about
    ("'dk' in finance", "innovative", 2),
    ("is_evaluated", "innovative", 40),  # about
    ("'other' in eval_purpose", "is_evaluated", 5),
    ("'other' in eval_elements", "is_evaluated", 9),
    ("'other' in insp_channel", "reused", 14),
    ("'dk' in insp_channel", "reused", 1),
    ("phase_other", "collaborated", 8),
    ("phase_dk", "collaborated", 7),
    ("ongoing_dev", "non_innovative", 25),  # about
    ("ongoing == 'dk'", "non_innovative", 23),
    ("culture.recognise_ideas in ('agree_full', 'agree_part')", "in_scope", 86),
    ("factors.safe_operations in ('hindered_high', 'hindered_some')", "collaborated", 20),  # about
]
FIGURE_1 = [
    ("politically_positive", "innovative", 59),
    ("promoted_pol_leadership", "innovative", 41),
    ("promoted_legislation", "innovative", 35),
    ("init_pol_leadership", "innovative", 11),
    ("init_legislation", "innovative", 18),
    ("pol_init", "innovative", 27),
    ("pol_init", "innovative and reg_level == 'state'", 35),
    ("pol_init", "innovative and reg_level == 'municipality'", 27),
    ("pol_init", "innovative and reg_level == 'region'", 13),
]
# What is oftener true of the first than of the second, where only that is printed.
HIGHER = [
    ("core_linked", "innovative and novelty in ('first', 'adapted')", "novelty == 'copy'"),
    ("novelty == 'first'", "other_init", "pol_init"),
    ("'efficiency' in values", "other_init", "pol_init"),
    ("promoted_legislation", "init_pol_leadership", "other_init"),
    ("promoted_pol_leadership", "init_legislation", "other_init"),
    ("'own_org' in collab", "pol_init", "other_init"),
    ("several_values", "core_linked", "core_task == 'no'"),
    ("factors.employees in ('promoted_high', 'promoted_some')", "core_linked", "core_task == 'no'"),
    ("innovative", "in_scope and reg_size_class == 's100_plus'", "in_scope and reg_size_class == 's1_9'"),
]


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    read, problems = from_yaml(SHIPPED.read_text(encoding="utf-8"))
    assert read is not None, problems
    return read


@pytest.fixture(scope="module")
def frame() -> Frame:
    rows = read_frame(write_register(FULL_SIZE, seed=1)).rows
    return {row.register_id: {"reg_level": row.level, "reg_size_class": row.size_class} for row in rows}


@pytest.fixture(scope="module")
def truth(frame: Frame) -> Mapping[str, Answers]:
    return plant(frame.items(), seed=1)


@pytest.fixture(scope="module")
def routes(questionnaire: Questionnaire, frame: Frame, truth: Mapping[str, Answers]) -> dict[str, Route]:
    return {register_id: route(questionnaire, frame[register_id], truth[register_id]) for register_id in frame}


def share(routes: Mapping[str, Route], what: str, of_whom: str) -> float:
    """Return the per cent; unknown counts in neither."""
    wanted, base = parse(what), parse(of_whom)
    values = [found.evaluate(wanted) for found in routes.values() if found.evaluate(base) is True]
    known = [value for value in values if value is not None]
    return 100 * sum(value is True for value in known) / len(known)


@pytest.mark.parametrize(("what", "of_whom", "published"), PUBLISHED)
def test_the_population_has_the_published_value(
    routes: Mapping[str, Route], what: str, of_whom: str, published: float
) -> None:
    assert share(routes, what, of_whom) == pytest.approx(published, abs=0.7)


@pytest.mark.parametrize(("what", "of_whom", "published"), FIGURE_1)
def test_the_population_has_the_values_of_figure_1(
    routes: Mapping[str, Route], what: str, of_whom: str, published: float
) -> None:
    assert share(routes, what, of_whom) == pytest.approx(published, abs=0.5)


@pytest.mark.parametrize(("what", "first", "second"), HIGHER)
def test_where_only_a_direction_is_published_the_population_has_it(
    routes: Mapping[str, Route], what: str, first: str, second: str
) -> None:
    assert share(routes, what, first) > share(routes, what, second) + 2


def test_the_share_of_closed_and_merged_workplaces_is_four_per_cent(routes: Mapping[str, Route]) -> None:
    assert share(routes, "not in_scope", "answered(unit_confirm)") == pytest.approx(4, abs=0.1)


def test_every_workplace_can_answer_everything_that_it_is_asked_and_nothing_else(
    routes: Mapping[str, Route], truth: Mapping[str, Answers]
) -> None:
    assert [found for found in routes.values() if found.first_unanswered is not None] == []
    for register_id, found in routes.items():
        assert sorted_marks(found.answers) == sorted_marks(truth[register_id])


def test_the_truth_depends_on_the_frame_and_the_seed_alone(frame: Frame) -> None:
    part = list(frame.items())[:500]
    assert plant(part, seed=1) == plant(part[::-1], seed=1)
    assert plant(part, seed=1) != plant(part, seed=2)


def sorted_marks(answers: object) -> object:
    """The same answers with every list of marks in the order of the alphabet."""
    if isinstance(answers, Mapping):
        return {key: sorted_marks(value) for key, value in answers.items()}
    return sorted(answers) if isinstance(answers, list) else answers
