"""Draw a round's stratified sample: once, and the same from the same inputs."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from barometer.models import AuditEvent
from surveys.actions.sample import MergesNotAccepted, SampleRefused, draw_sample, plan_sample
from surveys.models import Round, Sample, SampleUnit, Stratum
from tests.factories import NOON, make_frame, make_round, make_sample, register_rows
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db


def cell(first: int, workplaces: int, db07: str, employees: int) -> list[dict[str, str]]:
    return register_rows(workplaces, first=first, Branche=db07, Ansatte=str(employees))


def three_strata(round_: Round | None = None, *, reverse_order: bool = False) -> Round:
    """100 small and 60 larger kindergartens, and 20 hospitals."""
    rows = cell(1, 100, "889130", 12) + cell(101, 60, "889130", 30) + cell(201, 20, "861000", 500)
    return make_frame(round_, rows[::-1] if reverse_order else rows).round


def with_a_small_cell() -> Round:
    """40 small kindergartens, and 5 larger ones: too few for a stratum of their own."""
    return make_frame(rows=cell(1, 40, "889130", 12) + cell(101, 5, "889130", 30)).round


def drawn(round_: Round, **changes: object) -> Sample:
    arguments: dict[str, object] = {"size": 60, "start": 0.25, "minimum": 10, "by": None, "at": NOON}
    return draw_sample(round_=round_, **arguments | changes)  # type: ignore[arg-type]


def identifiers(sample: Sample) -> list[str]:
    return list(sample.units.order_by("pk").values_list("workplace__register_id", flat=True))


# What a draw is


def test_a_sample_is_shared_out_over_the_strata_in_proportion() -> None:
    sample = drawn(three_strata())
    strata = sample.strata.order_by("pk").values_list("code", "population_size", "sample_size")
    assert list(strata) == [
        ("municipality.childcare.s10_24", 100, 31),
        ("municipality.childcare.s25_49", 60, 19),
        ("municipality.health.s100_plus", 20, 10),  # by proportion 7, at least 10
    ]
    assert sample.units.count() == 60


def test_every_drawn_unit_carries_the_probability_of_its_stratum() -> None:
    for unit in drawn(three_strata()).units.select_related("stratum", "workplace"):
        assert unit.inclusion_probability == unit.stratum.sample_size / unit.stratum.population_size
        assert unit.workplace.size_class in unit.stratum.size_classes


def test_a_stratum_with_fewer_than_the_minimum_is_taken_all() -> None:
    sample = drawn(three_strata(), size=70, minimum=20)
    stratum = sample.strata.get(industry_groups=["health"])
    assert stratum.takes_all
    assert {unit.inclusion_probability for unit in stratum.units.all()} == {1.0}


def test_the_units_are_the_first_after_the_start_by_permanent_random_number() -> None:
    sample = drawn(make_frame().round, size=10, start=0.25)
    in_order = sample.round.workplaces.filter(permanent_random_number__gte=0.25).order_by("permanent_random_number")
    assert sorted(identifiers(sample)) == sorted(workplace.register_id for workplace in in_order[:10])


def test_the_same_inputs_give_the_same_sample_in_another_round_and_in_any_order_of_the_file() -> None:
    first, second = three_strata(), three_strata(reverse_order=True)
    assert identifiers(drawn(first)) == identifiers(drawn(second))


def test_another_start_gives_another_sample() -> None:
    first, second = drawn(three_strata(), start=0.25), drawn(three_strata(), start=0.75)
    assert len(set(identifiers(first)) & set(identifiers(second))) < 40


def test_the_sample_and_the_audit_log_remember_the_inputs() -> None:
    round_ = three_strata()
    sample = drawn(round_, by=finn())
    round_.refresh_from_db()
    assert (sample.size, sample.start, sample.minimum_per_stratum) == (60, 0.25, 10)
    assert (sample.drawn_by, sample.drawn_at) == (finn(), NOON)
    event = AuditEvent.objects.get(what="sample.drawn")
    assert (event.who, event.target) == ("finn", f"round:{round_.pk}")
    assert event.facts == {
        "size": 60,
        "start": 0.25,
        "minimum": 10,
        "take_all": [],
        "frame_sha256": round_.frame_file.sha256,
        "key_fingerprint": round_.sampling_key_fingerprint,
        "strata": 3,
    }


# Merged cells


def test_too_small_cells_are_merged_only_when_somebody_accepts_it() -> None:
    round_ = with_a_small_cell()
    with pytest.raises(MergesNotAccepted) as refused:
        drawn(round_, size=20)
    assert [merge["cells"] for merge in refused.value.plan.merges] == [
        [("childcare", "s10_24", 40), ("childcare", "s25_49", 5)]
    ]
    assert not Sample.objects.exists()
    sample = drawn(round_, size=20, accept_merges=True)
    assert list(sample.strata.values_list("code", "population_size")) == [("municipality.childcare.s10_24+s25_49", 45)]
    assert sample.merges[0]["stratum"] == "municipality.childcare.s10_24+s25_49"


def test_cells_that_are_large_enough_need_no_acceptance() -> None:
    assert plan_sample(round_=three_strata(), size=60).merges == ()


# What is refused


def refusal(round_: Round, **changes: object) -> list[str]:
    with pytest.raises(SampleRefused) as refused:
        drawn(round_, **changes)
    return [problem.code for problem in refused.value.problems]


def test_a_sample_is_drawn_once() -> None:
    sample = make_sample()
    before = identifiers(sample)
    assert refusal(sample.round, size=30, start=0.5) == ["sample_drawn_before"]
    assert identifiers(Sample.objects.get()) == before


def test_nothing_is_drawn_without_a_frame() -> None:
    assert refusal(make_round()) == ["sample_without_frame"]


@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        ({"size": 181}, "sample_size_above_population"),
        ({"size": 29}, "sample_size_below_minimum"),
        ({"size": 30, "minimum": 11}, "sample_size_below_minimum"),
    ],
)
def test_impossible_sizes_are_refused(sizes: dict[str, int], code: str) -> None:
    assert refusal(three_strata(), **sizes) == [code]
    assert not Sample.objects.exists()


def test_a_level_too_small_for_a_stratum_is_refused() -> None:
    rows = register_rows(40) + register_rows(5, first=101, Forvaltningsniveau="Stat")
    assert refusal(make_frame(rows=rows).round, size=20) == ["sample_level_too_small"]


def test_a_drawn_sample_keeps_its_round_frame_and_workplaces() -> None:
    sample = make_sample()
    for kept in (sample.round, sample, sample.units.order_by("pk")[0].workplace):
        with pytest.raises(ProtectedError), transaction.atomic():
            kept.delete()


@pytest.mark.each_database
@pytest.mark.parametrize("probability", [0, 1.1])
def test_the_database_knows_what_an_inclusion_probability_is(probability: float) -> None:
    unit = make_sample().units.order_by("pk")[0]
    with pytest.raises(IntegrityError, match="sampleunit_inclusion_probability_in_0_1"), transaction.atomic():
        SampleUnit.objects.filter(pk=unit.pk).update(inclusion_probability=probability)


# The command


def run(*arguments: str) -> tuple[str, str]:
    out = StringIO()
    with translation.override("en"):
        try:
            call_command("draw_sample", *arguments, stdout=out)
        except CommandError as error:
            assert error.returncode == 1
            return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_the_command_draws() -> None:
    round_ = three_strata()
    assert run(round_.slug, "--size", "60", "--start", "0.25") == ("60 workplaces have been drawn in 3 strata.\n", "")
    assert (Sample.objects.get().start, Sample.objects.get().minimum_per_stratum) == (0.25, 10)


def test_the_command_shows_the_merges_and_how_to_accept_them() -> None:
    round_ = with_a_small_cell()
    out, error = run(round_.slug, "--size", "20", "--start", "0.25")
    assert out.splitlines() == [
        "Cells with too few workplaces are merged:",
        "- Municipality: Child care, 10–24 employees (40) + Child care, 25–49 employees (5)",
    ]
    assert error == "Nothing has been drawn. Add --accept-merges to draw with these cells merged."
    assert not Sample.objects.exists()
    assert run(round_.slug, "--size", "20", "--start", "0.25", "--accept-merges")[1] == ""
    assert Sample.objects.exists()


def test_the_command_refuses_a_second_draw() -> None:
    error = run(make_sample().round.slug, "--size", "20", "--start", "0.5")[1]
    assert error == "The sample has been drawn before. It never changes."


@pytest.mark.parametrize(
    ("size", "start", "minimum", "said"),
    [
        ("0", "0.25", "10", "Size of the sample: Ensure this value is greater than or equal to 1."),
        ("60", "1", "10", "Start point: The start point must lie below 1."),
        ("60", "-0.1", "10", "Start point: Ensure this value is greater than or equal to 0."),
        ("60", "nan", "10", "Start point: Enter a number."),
        ("60", "0.25", "0", "At least per stratum: Ensure this value is greater than or equal to 1."),
    ],
)
def test_the_command_refuses_sizes_that_make_no_sense(size: str, start: str, minimum: str, said: str) -> None:
    error = run(three_strata().slug, f"--size={size}", f"--start={start}", f"--minimum={minimum}")[1]
    assert error == said


# The page

SIZES = {"size": "60", "start": "0.25", "minimum": "10"}


def address(round_: Round) -> str:
    return reverse("sample", args=[round_.slug])


def test_staff_see_the_strata_before_they_draw() -> None:
    round_ = three_strata()
    text = browser_of(finn()).get(address(round_), SIZES).content.decode()
    for shown in ("Child care", "10–24 employees", ">100<", ">31<", "31.0%", "60 of 180 workplaces are drawn"):
        assert shown in text
    assert "I accept" not in text
    assert not Sample.objects.exists()


def test_staff_draw_and_see_what_was_drawn() -> None:
    round_ = three_strata()
    text = browser_of(finn()).post(address(round_), SIZES, follow=True).content.decode()
    sample = Sample.objects.get()
    assert sample.drawn_by == finn()
    for shown in ("The sample has been drawn.", "Finn Friis", sample.frame_sha256, ": Sample drawn", "3 strata"):
        assert shown in text


def test_a_stratum_taken_all_is_marked() -> None:
    round_ = three_strata()
    drawn(round_, size=70, minimum=20)
    assert browser_of(finn()).get(address(round_)).content.decode().count("All taken") == 1


def test_the_start_may_be_written_with_a_danish_comma() -> None:
    round_ = three_strata()
    browser_of(finn(), language="da").post(address(round_), SIZES | {"start": "0,25"})
    assert Sample.objects.get().start == 0.25


def test_merged_cells_are_shown_and_must_be_accepted() -> None:
    round_ = with_a_small_cell()
    browser = browser_of(finn())
    sizes = SIZES | {"size": "20"}
    text = browser.get(address(round_), sizes).content.decode()
    assert "Child care, 10–24 employees (40) + Child care, 25–49 employees (5)" in text
    assert "I accept that these cells are merged" in text
    refused = browser.post(address(round_), sizes).content.decode()
    assert "Accept the merged cells, or change the frame." in refused
    assert not Sample.objects.exists()
    browser.post(address(round_), sizes | {"accept_merges": "on"})
    assert Sample.objects.get().merges != []


def test_impossible_sizes_are_said_on_the_page() -> None:
    round_ = three_strata()
    browser = browser_of(finn())
    assert "the frame has 180 workplaces" in browser.get(address(round_), SIZES | {"size": "181"}).content.decode()
    assert "must lie below 1" in browser.get(address(round_), SIZES | {"start": "1.5"}).content.decode()
    assert (
        "the frame has 180 workplaces"
        in browser.post(address(round_), SIZES | {"size": "181"}, follow=True).content.decode()
    )
    assert "must lie below 1" in browser.post(address(round_), SIZES | {"start": "1.5"}).content.decode()
    assert not Sample.objects.exists()


def test_without_a_frame_the_page_leads_to_it() -> None:
    round_ = make_round()
    assert reverse("frame", args=[round_.slug]) in browser_of(finn()).get(address(round_)).content.decode()


def test_a_second_draw_on_the_page_shows_the_first() -> None:
    sample = make_sample()
    text = browser_of(finn()).post(address(sample.round), SIZES).content.decode()
    assert "Workplaces drawn" in text
    assert Sample.objects.get().size == 20


def test_looking_takes_the_same_queries_for_every_frame(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    round_ = three_strata()
    browser = browser_of(finn())
    with django_assert_max_num_queries(7):
        browser.get(address(round_), SIZES)
    drawn(round_)
    with django_assert_max_num_queries(7):
        browser.get(address(round_))


def test_the_page_needs_a_login_as_staff() -> None:
    target = address(make_round())
    assert browser_of(None).get(target).headers["Location"] == f"/login/?next={target}"
    assert browser_of(olga()).get(target).status_code == 403
    assert browser_of(olga()).post(target, SIZES).status_code == 403


def test_the_page_rejects_other_methods() -> None:
    assert browser_of(finn()).delete(address(make_round())).status_code == 405


def test_the_database_knows_that_no_more_are_drawn_than_there_are() -> None:
    stratum = Stratum.objects.get(sample=make_sample())
    with pytest.raises(IntegrityError, match="stratum_sample_size_within_population"), transaction.atomic():
        Stratum.objects.filter(pk=stratum.pk).update(sample_size=stratum.population_size + 1)


def test_size_classes_can_be_taken_all() -> None:
    round_ = three_strata()
    call_command("draw_sample", round_.slug, size="60", start="0.25", take_all=["s100_plus"], stdout=StringIO())
    sample = Sample.objects.get(round=round_)
    sizes = [(stratum.population_size, stratum.sample_size) for stratum in sample.strata.order_by("code")]
    assert sizes == [(100, 25), (60, 15), (20, 20)]
    assert AuditEvent.objects.get(what="sample.drawn").facts["take_all"] == ["s100_plus"]


def test_an_unknown_size_class_is_refused() -> None:
    with pytest.raises(CommandError, match="s500"):
        call_command("draw_sample", three_strata().slug, size="60", start="0.25", take_all=["s500"], stdout=StringIO())


def test_the_page_draws_with_the_size_classes_shown() -> None:
    path = reverse("sample", args=[three_strata().slug])
    values = {"size": "60", "start": "0.25", "minimum": "10", "take_all": "s100_plus"}
    page = browser_of(finn()).get(path, values).content.decode()
    assert '<input type="hidden" name="take_all" value="s100_plus"' in page
    browser_of(finn()).post(path, values)
    assert Sample.objects.get().take_all == ["s100_plus"]
