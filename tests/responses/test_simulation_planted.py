"""Estimates held to what was planted: at small size here, at full size by ``python -m benchmarks.truth``."""

from collections.abc import Sequence
from io import StringIO

import numpy as np
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from scipy.special import expit, logit, stdtrit

from responses.simulation.behaviour import leader
from responses.simulation.planted import SURE, Cell, cells, covers, hold, interval, planted_codes, true_share
from responses.statistics.estimation import CONFIDENCE, Design, share
from surveys.actions.questionnaire import SHIPPED, shipped_document
from surveys.models import Round
from surveys.questionnaire.definition import Answers, Questionnaire
from surveys.questionnaire.document import from_yaml
from surveys.questionnaire.indicators import read_indicators
from tests.planted_rounds import draw, estimated, population

INSTRUMENT = "innovation-barometer-dk-2018-19"
INNOVATIVE = Cell("R3-01", "", "", "innovative", "in_scope", None)


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    read, problems = from_yaml(shipped_document(INSTRUMENT) or "")
    assert read is not None, problems
    return read


@pytest.fixture(scope="module")
def wanted(questionnaire: Questionnaire) -> Sequence[Cell]:
    known, problems = read_indicators((SHIPPED / f"{INSTRUMENT}.indicators.yaml").read_text("utf-8"), questionnaire)
    assert known is not None, problems
    return list(cells(questionnaire, known))


def test_before_the_bias_is_switched_on_intervals_cover_the_planted_values_as_often_as_they_say(
    questionnaire: Questionnaire, wanted: Sequence[Cell]
) -> None:
    of = population(questionnaire, wanted, size=2000, sample=700, biased=False)
    truths = {cell: truth for cell in wanted if (truth := of.truth(cell)) is not None}
    rng = np.random.default_rng(1)
    covered, surely = [], []
    for _ in range(20):
        drawn = draw(of, rng)
        for cell, truth in truths.items():
            found = estimated(of, drawn, cell)
            if found.interval_low is not None:
                covered.append(covers(found, truth, CONFIDENCE))
                surely.append(covers(found, truth, SURE))
    assert len(truths) > 100
    assert 0.93 < np.mean(covered) < 0.97
    assert np.mean(surely) > 0.997


def test_the_truth_is_the_share_of_the_population_and_unknown_counts_in_neither_part() -> None:
    codes = {"in_scope": np.array([1, 1, 1, 1, 0], np.int8), "innovative": np.array([1, 0, 0, -1, 1], np.int8)}
    assert true_share(INNOVATIVE, codes) == pytest.approx(1 / 3)
    assert true_share(INNOVATIVE, codes | {"in_scope": np.zeros(5, np.int8)}) is None


def test_planted_codes_are_what_the_route_says_of_the_planted_answers(questionnaire: Questionnaire) -> None:
    register = {"reg_level": "municipality", "reg_size_class": "s10_24"}
    frame = [(f"9{number:09d}", register) for number in range(200)]
    codes = planted_codes(questionnaire, frame, INNOVATIVE.texts, seed=1)
    assert codes["in_scope"].sum() == 192  # 96 % of every level
    truth = true_share(INNOVATIVE, codes)
    assert truth is not None and truth == pytest.approx(0.80, abs=0.01)


def test_an_interval_of_another_confidence_keeps_its_scale() -> None:
    design = Design.of([0] * 40, [400])
    some = share(design, [1] * 10 + [0] * 30, [True] * 40)
    none = share(design, [0] * 40, [True] * 40)
    assert interval(some, CONFIDENCE) == pytest.approx((some.interval_low, some.interval_high))
    assert some.estimate is not None and some.standard_error is not None
    half = stdtrit(39, 0.9995) * some.standard_error / (some.estimate * (1 - some.estimate))
    assert interval(some, SURE) == pytest.approx(tuple(expit(logit(0.25) + half * np.array([-1, 1]))))
    assert interval(none, SURE) == pytest.approx((0, 1 - 0.0005 ** (1 / 40)))


def test_without_the_bias_leaders_react_and_decline_alike_whatever_they_have_to_tell() -> None:
    register = {"reg_level": "municipality", "reg_size_class": "s10_24"}
    answers: tuple[Answers, Answers] = {"latest_type": ["process"]}, {}
    ids = [f"9{number:09d}" for number in range(400)]
    for biased in (False, True):
        pairs = [[leader(id_, register, each, "person", 1, biased=biased) for each in answers] for id_ in ids]
        assert (pairs[0][0].reaction == pairs[0][1].reaction) is not biased
        declines = [sum(pair[place].visit.declines for pair in pairs) for place in (0, 1)]
        assert (declines[0] == declines[1]) is not biased


@pytest.mark.django_db
def test_the_command_shows_what_was_planted_beside_the_estimates_of_the_program() -> None:
    cache.clear()  # a rolled back round leaves its number to the next
    size = ("--population", "430", "--size", "140", "--today", "2020-01-13", "--until-day", "6")
    call_command("simulate_round", "demo", *size, "--without-bias", stdout=StringIO())
    said = StringIO()
    call_command("planted_values", "demo", stdout=said)
    head, _line, *rows, _empty, last = said.getvalue().splitlines()
    held = list(hold(Round.objects.get(slug="demo"), 1, "en"))
    assert len(rows) == len(held) > 100 and head.count("|") == rows[0].count("|")
    assert rows[0].startswith("| R3-01 | all | 81 | ")
    assert f"{sum(each.covered for each in held)} cover what was planted" in last
    assert np.mean([each.covered for each in held]) > 0.9
    assert all(each.surely_covered for each in held)
    with pytest.raises(CommandError, match="--seed"):
        call_command("planted_values", "demo", "--seed", "2")


@pytest.mark.django_db
def test_nothing_is_planted_in_a_real_round() -> None:
    call_command("simulate_round", "real", "--population", "430", "--size", "140", "--until-day", "0")
    Round.objects.update(rehearsal=False)
    with pytest.raises(CommandError):
        call_command("planted_values", "real")
