"""Two rounds beside each other: the same workplaces in both, and words where nothing can be compared."""

import json
from collections.abc import Mapping
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import translation

from barometer.models import AuditEvent
from responses.actions import weighting
from responses.round_changes import RoundChange, RoundChanges, round_changes
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round
from tests.factories import (
    NOON,
    make_case,
    make_open_round,
    make_questionnaire,
    make_response,
    make_round,
    make_stratum,
    make_workplace,
)

pytestmark = pytest.mark.django_db

Answers = Mapping[str, object]
FACTORS = {"pol_leadership": "neither", "legislation": "neither"}
TYPES = {"product": "yes", "service": "no", "process": "no", "comm": "no"}
BY_LAW: Answers = {"unit_confirm": "yes", "innov": TYPES, "factors": FACTORS, "initiators": ["legislation"]}
BY_STAFF: Answers = {**BY_LAW, "initiators": ["employees"]}


@pytest.fixture
def rounds() -> tuple[Round, Round]:
    """Two rounds of one questionnaire, each with one stratum of ten workplaces, of which the same ten are in both."""
    cache.clear()  # a rolled back round leaves its number to the next
    document = (SHIPPED / "innovation-barometer-dk-2018-19.yaml").read_text(encoding="utf-8")
    questionnaire = make_questionnaire(document)
    return make_open_round(questionnaire=questionnaire), make_open_round(questionnaire=questionnaire)


def fill(round_: Round, answers: Mapping[int, Answers]) -> None:
    """Ten workplaces with the register ids 1 … 10; those with answers are drawn."""
    stratum = make_stratum(round_, population_size=10, sample_size=len(answers))
    for id_ in range(1, 11):
        if id_ in answers:
            make_response(make_case(round_, stratum=stratum, register_id=f"{id_:010}"), answers[id_])
        else:
            make_workplace(round_, register_id=f"{id_:010}")


def whole(found: RoundChanges, indicator: str = "R3-02") -> RoundChange:
    return next(line for line in found.lines if (line.indicator, line.group) == (indicator, ""))


def command(*arguments: str) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command("compare_rounds", *arguments, stdout=out)
    return out.getvalue()


def test_the_change_has_the_covariance_of_the_workplaces_in_both_rounds(rounds: tuple[Round, Round]) -> None:
    earlier, later = rounds
    fill(earlier, {1: BY_LAW, 2: BY_STAFF, 3: BY_LAW, 4: BY_STAFF})
    fill(later, {3: BY_LAW, 4: BY_STAFF, 5: BY_LAW, 6: BY_LAW})
    found = round_changes(earlier, later, ["R3-02"], "en")
    line = whole(found)
    assert [line.earlier.estimate, line.later.estimate, line.change.estimate] == pytest.approx([0.5, 0.75, 0.25])
    # z = (y − p) / 4. Variances 0.6 · 4/3 · (0.0625 and 0.046875); workplaces 3 and 4 are in both:
    # 0.125 · 0.0625 + 0.125 · 0.1875, times 1 − 0.4 · 0.4 · 10/2, over 1 − 1/4 − 1/4 + 2/16.
    covariance = 0.03125 * 0.2 / 0.625
    assert line.change.standard_error == pytest.approx((0.05 + 0.0375 - 2 * covariance) ** 0.5)
    assert (found.common_units, found.common_workplaces, found.provisional) == (2, 10, True)


def test_the_stored_weights_of_both_rounds_carry_the_change(rounds: tuple[Round, Round]) -> None:
    earlier, later = rounds
    fill(earlier, {1: BY_LAW, 2: BY_STAFF, 3: BY_LAW, 4: BY_STAFF})
    fill(later, {3: BY_LAW, 4: BY_STAFF, 5: BY_LAW, 6: BY_LAW})
    live = whole(round_changes(earlier, later, ["R3-02"], "en"))
    for round_ in rounds:
        round_.closed_at = NOON
        round_.save(update_fields=["closed_at"])
        design = weighting.make_design_weights(round_=round_, name="design", by=None, at=NOON)
        adjusted = weighting.adjust_for_non_response(parent=design, name="strata", method="strata", by=None, at=NOON)
        weighting.choose_weights(weight_set=adjusted, by=None, at=NOON)
    found = round_changes(earlier, later, ["R3-02"], "en")
    assert (found.common_units, found.common_workplaces, found.provisional) == (2, 10, False)
    stored = whole(found)
    assert stored.change.estimate == pytest.approx(live.change.estimate)
    assert stored.change.standard_error == pytest.approx(live.change.standard_error)


def test_groups_are_compared_too_and_several_tests_adjusted(rounds: tuple[Round, Round]) -> None:
    earlier, later = rounds
    fill(earlier, {1: BY_LAW, 2: BY_STAFF, 3: BY_LAW, 4: BY_STAFF})
    fill(later, {3: BY_LAW, 4: BY_STAFF, 5: BY_LAW, 6: BY_LAW})
    found = round_changes(earlier, later, ["R3-02"], "en", adjust=True)
    by_level = {line.group: line for line in found.lines if line.indicator == "R3-02f"}
    assert set(by_level) == {"municipality", "region", "state"}
    assert by_level["region"].change.problem is not None
    tested = [line for line in found.lines if line.change.p is not None]
    assert all(line.holm is not None and line.change.p is not None and line.holm >= line.change.p for line in tested)
    assert all(line.holm is None for line in found.lines if line.change.p is None)


def test_a_round_without_answers_gives_words(rounds: tuple[Round, Round]) -> None:
    earlier, later = rounds
    fill(earlier, {1: BY_LAW, 2: BY_STAFF})
    assert whole(round_changes(earlier, later, ["R3-02"], "en")).change.problem is not None
    assert "R3-02" in command(earlier.slug, later.slug, "R3-02")


def test_the_command_says_the_change_as_text_and_as_json_and_is_logged(rounds: tuple[Round, Round]) -> None:
    earlier, later = rounds
    fill(earlier, {1: BY_LAW, 2: BY_STAFF, 3: BY_LAW, 4: BY_STAFF})
    fill(later, {3: BY_LAW, 4: BY_STAFF, 5: BY_LAW, 6: BY_LAW})
    text = command(earlier.slug, later.slug, "R3-02")
    assert "50.0% → 75.0%  change 25.0 points" in text
    assert "2 workplaces have answered in both rounds, of 10" in text
    assert text.startswith("Provisional")
    document = json.loads(command(earlier.slug, later.slug, "R3-02", "--format", "json"))
    assert document["lines"][0]["change"]["estimate"] == pytest.approx(0.25)
    assert AuditEvent.objects.filter(what="figures.seen_live").count() == 4


def test_an_unknown_indicator_or_a_questionnaire_without_any_is_refused(rounds: tuple[Round, Round]) -> None:
    with pytest.raises(CommandError, match="R9-99"):
        command(rounds[0].slug, rounds[1].slug, "R9-99")
    with pytest.raises(CommandError, match="without indicators"):
        command(make_round().slug, rounds[1].slug, "R3-02")
