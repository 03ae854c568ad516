"""The five figures: their numbers by hand, their tests and notes, their pages and files."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from barometer.models import AuditEvent
from responses.estimates import estimate
from responses.figure_files import KINDS, as_csv, as_svg
from responses.figure_texts import notes
from responses.figures import FigureEstimate, NoFigures, UnknownFigure, estimate_figures
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round, Stratum
from tests.factories import make_case, make_open_round, make_questionnaire, make_response, make_stratum
from tests.people import ana, browser_of, finn, olga

pytestmark = pytest.mark.django_db

ALL = ("fig1", "fig2", "fig3", "fig4", "fig5")


def innovator(initiator: str, **answers: object) -> dict[str, object]:
    types = {"product": "yes", "service": "no", "process": "no", "comm": "no"}
    factors = {"pol_leadership": answers.pop("leadership", "neither"), "legislation": "neither"}
    return {"unit_confirm": "yes", "innov": types, "initiators": [initiator], "factors": factors, **answers}


@pytest.fixture
def round_() -> Round:
    cache.clear()  # a rolled back round leaves its number to the next
    document = (SHIPPED / "innovation-barometer-dk-2018-19.yaml").read_text(encoding="utf-8")
    return make_open_round(questionnaire=make_questionnaire(document))


@pytest.fixture
def answered(round_: Round) -> Round:
    """Ten in a stratum of 20 in which everybody weighs 2: four initiated by a law, six by employees."""
    stratum = make_stratum(round_, population_size=20, sample_size=10)
    by_law = ["copy", "copy", "first", "dk"]
    by_staff = ["adapted", "adapted", "adapted", "first", "first", "dk"]
    for novelty in by_law:
        answer(stratum, innovator("legislation", novelty=novelty, values=["political_goals", "quality"]))
    for place, novelty in enumerate(by_staff):
        values = ["quality"] if place else ["political_goals"]
        answer(stratum, innovator("employees", novelty=novelty, values=values, leadership="promoted_high"))
    return round_


def answer(stratum: Stratum, given: dict[str, object]) -> None:
    level, group = stratum.level, stratum.industry_groups[0]
    case = make_case(stratum.sample.round, stratum=stratum, level=level, industry_group=group)
    make_response(case, given)


def figure(round_: Round, id_: str, language: str = "en") -> FigureEstimate:
    with translation.override(language):
        return estimate_figures(round_, [id_], language)[0]


def shares(found: FigureEstimate, label: str) -> list[float | None]:
    return [line.estimate.estimate for item in found.items if item.label == label for line in item.lines]


def test_bars_are_the_indicators_that_the_document_names(answered: Round) -> None:
    found = figure(answered, "fig1")
    assert [item.indicator for item in found.items] == ["R3-02", "R3-02a", "R3-02b", "R3-02c", "R3-02d"]
    assert [item.lines[0].estimate.estimate for item in found.items] == pytest.approx([1, 0.6, 0, 0, 0.4])
    assert [item.lines[0].published for item in found.items] == [0.59, 0.41, 0.35, 0.11, 0.18]
    assert (found.base_n, found.legend, found.tests) == (10, (), ())
    with translation.override("en"):
        alone = estimate(answered, ["R3-02a"], "en").tables[0].lines[0]
    assert found.items[1].lines[0].estimate == alone.estimate


def test_parts_of_a_row_leave_dont_know_in_the_base_and_out_of_the_drawing(answered: Round) -> None:
    found = figure(answered, "fig2")
    assert found.items[0].label == "The nearest political leadership"
    assert [line.label for line in found.items[0].left_out] == ["Don't know", "Not relevant"]
    assert shares(found, "The nearest political leadership") == pytest.approx([0.6, 0, 0.4, 0, 0])
    assert shares(found, "New legislation or new national requirements") == pytest.approx([0, 0, 1, 0, 0])


def test_groups_are_compared_over_all_answers_those_not_drawn_among_them(answered: Round) -> None:
    found = figure(answered, "fig3")
    assert [item.label for item in found.items] == ["Initiated by political decisions", "Initiated for other reasons"]
    assert found.groups == (("Initiated by political decisions", 4), ("Initiated for other reasons", 6))
    assert shares(found, "Initiated by political decisions") == pytest.approx([1 / 4, 0, 1 / 2])
    assert shares(found, "Initiated for other reasons") == pytest.approx([2 / 6, 3 / 6, 0])
    assert [item.left_out[0].estimate.estimate for item in found.items] == pytest.approx([1 / 4, 1 / 6])
    assert [item.lines[2].published for item in found.items] == [0.17, 0.12]  # those of the indicator R3-04
    [tested] = found.tests
    # By hand: X² = 10 · Σ (p − e)² / e over the four answers, "don't know" among them.
    table = [(1, 2), (0, 3), (2, 0), (1, 1)]
    chi_square = sum(
        (cell - sum(row) * total / 10) ** 2 / (sum(row) * total / 10)
        for row in table
        for cell, total in zip(row, (4, 6), strict=True)
    )
    assert tested.test.found.chi_square == pytest.approx(chi_square)  # type: ignore[union-attr]


def test_each_bar_has_the_test_of_its_indicator(answered: Round) -> None:
    found = figure(answered, "fig4")
    [goals] = [tested.test for tested in found.tests if tested.label == "Political goals have been met"]
    assert goals.found.estimate == pytest.approx(1 - 1 / 6)  # type: ignore[union-attr]
    with translation.override("en"):
        alone = estimate(answered, ["R3-05"], "en").tables[0].tests[0]
        said = list(notes(found))
    assert (goals.p, goals.significant) == (alone.p, True)
    assert any("each test by itself" in note and "Political goals have been met" in note for note in said)


def test_what_the_note_says_follows_from_the_document_and_the_answers(answered: Round) -> None:
    with translation.override("en"):
        said = {id_: " ".join(notes(figure(answered, id_))) for id_ in ALL}
    assert all("Base: Innovative workplace, n\xa0=\xa010 (unweighted)." in note for note in said.values())
    assert all("weighted to represent all workplaces of the public sector" in note for note in said.values())
    assert all("The interval covers random uncertainty, not bias from non-response." in note for note in said.values())
    assert [id_ for id_ in ALL if "add up to more than the whole" in said[id_]] == ["fig1"]
    assert [id_ for id_ in ALL if "are not drawn" in said[id_]] == ["fig2", "fig3"]
    assert [id_ for id_ in ALL if "Several answers could be given" in said[id_]] == ["fig4", "fig5"]
    assert (
        "Initiated by political decisions: Don't know 25%; Initiated for other reasons: Don't know 17%" in said["fig3"]
    )
    assert "brackets" in said["fig1"]  # ten answers are few


def test_who_did_not_answer_is_counted_in_the_note_and_in_no_share(answered: Round) -> None:
    stratum = Stratum.objects.get(sample__round=answered)
    without = innovator("employees", novelty="copy")
    del without["factors"]
    answer(stratum, without)
    found = figure(answered, "fig2")
    assert found.base_n == 11
    assert shares(found, "The nearest political leadership") == pytest.approx([0.6, 0, 0.4, 0, 0])
    with translation.override("en"):
        assert any("Asked and not answered" in note and "leadership 1" in note for note in notes(found))


def test_a_figure_of_nobody_gets_words_and_no_number(round_: Round) -> None:
    make_stratum(round_, population_size=20, sample_size=10)
    for id_ in ALL:
        found = figure(round_, id_)
        assert {line.estimate.estimate for line in found.lines} == {None}
        with translation.override("en"):
            for kind in ("svg", "csv"):
                text = KINDS[kind][1](round_.slug, found).decode()
                assert not re.search(r"\bnan\b|\bNone\b", text)


def test_the_same_answers_give_the_same_bytes(answered: Round) -> None:
    def files() -> Iterator[bytes]:
        for language in ("da", "en"):
            with translation.override(language):
                for found in estimate_figures(answered, [], language):
                    yield as_svg(answered.slug, found)
                    yield as_csv(answered.slug, found)

    first = list(files())
    cache.clear()
    assert list(files()) == first
    assert len(set(first)) == 20


def test_the_csv_holds_every_number_also_those_not_drawn(answered: Round) -> None:
    found = figure(answered, "fig3")
    with translation.override("en"):
        text = as_csv(answered.slug, found).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["bar"], row["label"], row["drawn"]) for row in rows[:4]] == [
        ("Initiated by political decisions", "The first of its kind", "1"),
        ("Initiated by political decisions", "Adapted from others", "1"),
        ("Initiated by political decisions", "A copy of others’ solution", "1"),
        ("Initiated by political decisions", "Don't know", "0"),
    ]
    assert [float(row["estimate"]) for row in rows[:4]] == pytest.approx([0.25, 0, 0.5, 0.25])
    assert {row["p"] for row in rows} == {str(found.tests[0].test.p)}
    assert {(row["rehearsal"], row["provisional"], row["figure"]) for row in rows} == {("1", "1", "fig3")}


def test_the_workbook_has_the_figure_as_a_chart_and_all_numbers(answered: Round) -> None:
    found = figure(answered, "fig4")
    with translation.override("en"):
        content = KINDS["xlsx"][1](answered.slug, found)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Chart", "Numbers"]
    sheet = book.get_sheet_by_name("Chart").to_python()
    assert sheet[0][0] == "Figure 4. Values created by the innovation"
    labels = [row[0] for row in sheet]
    place = labels.index("Higher quality")
    assert sheet[place][1:3] == pytest.approx(shares(found, "Higher quality"))
    assert labels[-1] == "The interval covers random uncertainty, not bias from non-response."
    assert len(book.get_sheet_by_name("Numbers").to_python()) == 1 + 5 * 2
    with ZipFile(io.BytesIO(content)) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert chart.count("<c:ser>") == 2 and "pattFill" in chart
    # error bars are taken from cells: LibreOffice draws none of numbers that stand in the chart alone
    assert re.findall(r"<c:(?:plus|minus)><c:numRef><c:f>Chart!\$([A-Z])\$6:\$\1\$10</c:f>", chart) == list("EDGF")
    found_lines = [line.estimate for item in found.items if item.label == "Higher quality" for line in item.lines]
    ends = [(line.interval_low, line.interval_high) for line in found_lines]
    numbers = [float(str(cell)) for cell in sheet[place][1:]]
    drawn = zip(numbers[:2], numbers[2::2], numbers[3::2], strict=True)
    assert [end for share, down, up in drawn for end in (share - down, share + up)] == pytest.approx(
        [*ends[0], *ends[1]]
    )


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_figure_can_be_taken_as_every_kind_of_file(answered: Round, language: str) -> None:
    with translation.override(language):
        for found in estimate_figures(answered, [], language):
            assert all(len(write(answered.slug, found)) > 1000 for _type, write in KINDS.values())


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_pages_show_each_figure_with_its_numbers(answered: Round, language: str) -> None:
    browser = browser_of(ana(), language)
    whole = browser.get(reverse("figures", args=[answered.slug])).content.decode()
    heading = {"da": "Figur 4. Værdier, som innovationen har skabt", "en": "Figure 4. Values created by the innovation"}
    assert heading[language] in whole
    assert whole.count('role="img"') == 10  # five figures, each for wide and for narrow screens
    assert "style=" not in whole
    for id_ in ALL:
        page = browser.get(reverse("figure", args=[answered.slug, id_])).content.decode()
        assert page.count('role="img"') == 2
        assert {f"/{kind}/" in page for kind in KINDS} == {True}
        assert not re.search(r"\bnan\b|\bNone\b", page)
    drawn = re.findall(r"<svg xmlns.*?</svg>", whole, re.DOTALL)
    ids = [element.get("id") for svg in drawn for element in ElementTree.fromstring(svg).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_each_kind_of_file_comes_with_its_type_and_name(answered: Round) -> None:
    browser = browser_of(ana(), "en")
    begins = {"svg": b"<svg ", "png": b"\x89PNG", "csv": b"\xef\xbb\xbf", "xlsx": b"PK"}
    for kind, (media_type, _write) in KINDS.items():
        response = browser.get(reverse("figure-file", args=[answered.slug, "fig2", kind]))
        assert (response.status_code, response["Content-Type"]) == (200, media_type)
        assert response.content.startswith(begins[kind])
        assert f'fig2.{kind}"' in response["Content-Disposition"]
        assert response["Cache-Control"] == "no-store"
    for wrong in (["fig9", "svg"], ["fig2", "pdf"]):
        assert browser.get(reverse("figure-file", args=[answered.slug, *wrong])).status_code == 404


def test_who_looks_at_what_is_not_final_is_written_down(answered: Round) -> None:
    browser = browser_of(ana(), "en")
    browser.get(reverse("figures", args=[answered.slug]))
    browser.get(reverse("figure-file", args=[answered.slug, "fig2", "csv"]))
    seen = [event.facts["shown"] for event in AuditEvent.objects.filter(what="figures.seen_live").order_by("number")]
    assert seen == [list(ALL), ["fig2"]]


def test_the_pages_are_for_those_who_may_see_figures(answered: Round) -> None:
    address = reverse("figure", args=[answered.slug, "fig1"])
    assert browser_of(None).get(address).status_code == 302
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).post(address).status_code == 405
    assert browser_of(finn()).get(reverse("figure", args=[answered.slug, "fig9"])).status_code == 404


def test_a_questionnaire_without_figures_has_a_page_that_says_so() -> None:
    round_ = make_open_round()
    with pytest.raises(NoFigures):
        estimate_figures(round_, [], "en")
    page = browser_of(finn(), "en").get(reverse("figures", args=[round_.slug]))
    assert "comes without figures" in page.content.decode()
    assert browser_of(finn()).get(reverse("figure", args=[round_.slug, "fig1"])).status_code == 404


def test_the_command_writes_the_file_of_the_page(answered: Round, tmp_path: Path) -> None:
    call_command("figure", answered.slug, "fig4", "--out", str(tmp_path / "a.svg"), "--language", "en")
    assert (tmp_path / "a.svg").read_bytes() == browser_of(ana(), "en").get(
        reverse("figure-file", args=[answered.slug, "fig4", "svg"])
    ).content
    with translation.override("en"):
        with pytest.raises(CommandError, match="fig1, fig2, fig3, fig4, fig5"):
            call_command("figure", answered.slug, "fig9", "--out", str(tmp_path / "b.svg"))
        with pytest.raises(CommandError, match=r"\.svg, \.png, \.csv, \.xlsx"):
            call_command("figure", answered.slug, "fig4", "--out", str(tmp_path / "b.pdf"))
        with pytest.raises(CommandError, match="cannot be written"):
            call_command("figure", answered.slug, "fig4", "--out", str(tmp_path / "no" / "b.svg"))
    with pytest.raises(UnknownFigure):
        estimate_figures(answered, ["fig1", "fig9"], "en")
