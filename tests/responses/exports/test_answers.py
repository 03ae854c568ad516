"""The main file: one row per submitted response and per unit known not to be eligible, one column per answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from responses.exports import responses_table as responses_table_module
from responses.exports import table
from responses.exports.responses_table import responses_table
from responses.exports.units import pseudonym
from responses.models import Case
from responses.statistics.dispositions import EventKind
from responses.variables import Privacy, answer_blocks
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round
from tests.every_type import ANSWER_COLUMNS, FULL, every_type
from tests.exported import file_of, rows_of, screened, text_of
from tests.factories import make_case, make_questionnaire, make_response, make_stratum

pytestmark = pytest.mark.django_db

GONE = (EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED)
OPEN = "not-answered"


@pytest.fixture
def round_() -> Round:
    return every_type()


def answers(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name in ANSWER_COLUMNS and cell}


def test_every_answer_has_its_column_and_its_code(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    screened(round_)
    assert answers(rows_of(round_)[0]) == {
        "new": "yes",
        "partners__own": "1",
        "partners__other": "1",
        "partners__other__text": "The neighbours",
        "partners__dk": "0",
        "mood__start": "good",
        "mood__end": "bad",
        "remark": "Blåbærgrød; æ, ø\nog å",
        "part__own__idea": "1",
        "part__own__test": "0",
        "part__other__idea": "1",
        "part__other__test": "1",
    }


@pytest.mark.parametrize("privacy", list(Privacy))
def test_the_columns_are_those_of_the_questionnaire_also_without_any_response(round_: Round, privacy: Privacy) -> None:
    header = text_of(round_, privacy=privacy.value).strip().split(",")
    words = {"new__other__text", "partners__other__text", "remark"}
    wanted = [name for name in ANSWER_COLUMNS if privacy is Privacy.FULL or name not in words]
    start = header.index("new")
    assert header[start : start + len(wanted)] == wanted
    assert header[start + len(wanted)] == "happy"
    assert header[:2] == ["case_id", "in_scope"]
    assert len(set(header)) == len(header)
    make_response(make_case(round_), FULL)
    assert text_of(round_, privacy=privacy.value).split("\r\n")[0].split(",") == header


def test_an_option_that_was_not_offered_is_empty_and_one_that_was_is_0(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    state = make_stratum(round_, level="state")
    make_response(
        make_case(round_, level="state", stratum=state), FULL | {"partners": ["own"], "part": {"own": ["test"]}}
    )
    municipal, national = rows_of(round_)
    assert (municipal["partners__state"], national["partners__state"]) == ("", "0")
    assert (national["partners__other"], national["partners__other__text"]) == ("0", "")
    assert national["part__other__idea"] == ""


def test_answers_that_a_change_of_mind_left_behind_are_not_exported(round_: Round) -> None:
    make_response(make_case(round_), FULL | {"new": "no", "new.other": "left behind"})
    screened(round_)
    assert answers(rows_of(round_)[0]) == {"new": "no", "remark": FULL["remark"]}


def test_what_was_asked_and_left_open_is_told_from_what_was_not_asked(round_: Round) -> None:
    make_response(make_case(round_), {"new": "yes", "mood": {"start": "dk"}})
    row = rows_of(round_)[0]
    assert answers(row) == {
        "new": "yes",
        "partners__own": OPEN,
        "partners__other": OPEN,
        "partners__dk": OPEN,
        "mood__start": "dk",
        "mood__end": OPEN,
    }
    assert (row["partners__state"], row["part__own__idea"], row["happy"]) == ("", "", OPEN)


def test_a_derived_variable_is_1_or_0_or_open_or_was_not_asked(round_: Round) -> None:
    grumpy = FULL | {"mood": {"start": "bad", "end": "dk"}}
    stratum = make_stratum(round_, population_size=9, sample_size=9)
    for given in (FULL, grumpy, FULL | {"mood": {"start": "bad"}}, {"new": "no"}):
        make_response(make_case(round_, stratum=stratum), given)
    assert [row["happy"] for row in rows_of(round_)] == ["1", "0", OPEN, ""]


def test_only_submitted_responses_are_exported(round_: Round) -> None:
    response = make_response(make_case(round_, events=[EventKind.STARTED]), FULL)
    response.submitted_at = None
    response.save()
    assert rows_of(round_) == []


def test_a_unit_known_not_to_be_eligible_is_a_row_without_answers(round_: Round) -> None:
    stratum = make_stratum(round_, population_size=10, sample_size=4)
    for _ in range(2):
        make_response(make_case(round_, stratum=stratum), FULL)
    make_case(round_, stratum=stratum, events=GONE)
    make_case(round_, stratum=stratum)
    rows = rows_of(round_)
    assert [row["in_scope"] for row in rows] == ["1", "1", "0"]
    assert answers(rows[2]) == {}
    assert (rows[2]["case_outcome"], rows[2]["case_submitted_at"]) == ("closed", "")
    assert {row["case_weight"] for row in rows} == {str(10 / 3)}


def test_design_register_and_case_stand_in_the_row(round_: Round) -> None:
    stratum = make_stratum(round_, population_size=10, sample_size=4)
    for _ in range(2):
        make_response(make_case(round_, stratum=stratum), FULL)
    row = rows_of(round_)[0]
    wanted = {
        "reg_level": "municipality",
        "reg_authority": "Aarhus Kommune",
        "reg_employees": "12",
        "reg_size_class": "s10_24",
        "case_round": round_.slug,
        "case_rehearsal": "1",
        "case_questionnaire": "every-type@3",
        "case_language": "da",
        "case_mode": "web",
        "case_proxy": "0",
        "case_outcome": "complete",
        "case_started_at": "2020-01-07 12:00:00",
        "case_stratum": "municipality.childcare.s10_24",
        "case_population_size": "10",
        "case_sample_size": "4",
        "case_inclusion_probability": "0.4",
        "case_weighting_stratum": "municipality.childcare.s10_24",
        "case_weighting_population": "10",
        "case_weight": "5.0",
        "file_privacy": "full",
        "file_weights": "live",
    }
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("submitted_at", "late"),
    [
        (datetime(2020, 2, 6, 22, 59, tzinfo=UTC), "0"),  # a minute to midnight in Denmark, on the day of the deadline
        (datetime(2020, 2, 6, 23, 1, tzinfo=UTC), "1"),
    ],
)
def test_an_answer_after_the_danish_day_of_the_deadline_is_late(
    round_: Round, submitted_at: datetime, late: str
) -> None:
    make_response(make_case(round_), FULL, at=submitted_at)
    assert rows_of(round_)[0]["case_late"] == late


IDENTIFYING = {"reg_id", "reg_name", "reg_authority", "reg_authority_code", "reg_employees", "case_outcome"}
OF_THE_CASE = {"case_language", "case_mode", "case_proxy", "case_started_at", "case_submitted_at", "case_late"}


def test_each_level_tells_what_the_one_before_tells_and_more(round_: Round) -> None:
    make_response(make_case(round_, name="Solsikken", authority="Aarhus Kommune"), FULL)
    screened(round_)
    statistical, research, full = (set(rows_of(round_, privacy=level.value)[0]) for level in Privacy)
    assert research - statistical == OF_THE_CASE
    assert full - research == IDENTIFYING | {"new__other__text", "partners__other__text", "remark"}
    assert not statistical - research
    text = text_of(round_, privacy="research")
    assert "Solsikken" not in text
    assert "Aarhus" not in text
    assert "grød" not in text


def test_the_pseudonym_is_of_one_round_and_one_key(round_: Round, settings: object) -> None:
    case = make_case(round_)
    make_response(case, FULL)
    ours = rows_of(round_, privacy="statistical")[0]["case_id"]
    assert ours == pseudonym(round_, case.pk) == rows_of(round_)[0]["case_id"]
    assert pseudonym(every_type_again(round_), case.pk) != ours
    settings.SAMPLING_KEY = b"another key of 32 bytes or more.."  # type: ignore[attr-defined]
    assert pseudonym(round_, case.pk) != ours


def every_type_again(round_: Round) -> Round:
    return Round(slug=f"{round_.slug}-2")


def test_the_order_of_the_rows_tells_nothing_of_the_order_in_which_cases_came(round_: Round) -> None:
    stratum = make_stratum(round_, population_size=12, sample_size=12)
    for _ in range(12):
        make_response(make_case(round_, stratum=stratum), FULL)
    text = text_of(round_, privacy="statistical")
    numbers = [line.split(",")[0] for line in text.split("\r\n")[1:-1]]
    assert numbers == sorted(numbers)
    assert numbers != [pseudonym(round_, pk) for pk in Case.objects.order_by("pk").values_list("pk", flat=True)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_is_given_no_formula(round_: Round, text: str) -> None:
    make_response(make_case(round_, authority=text), FULL | {"partners.other": text, "remark": text})
    screened(round_)
    for language in ("da", "en"):
        row = rows_of(round_, format="csv-people", language=language)[0]
        assert row["reg_authority"] == f"'{text}"
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert rows_of(round_)[0]["reg_authority"] == text


def test_a_file_for_people_has_labels_in_its_language(round_: Round) -> None:
    make_response(make_case(round_, stratum=make_stratum(round_, population_size=8, sample_size=1)), FULL)
    english, danish = (text_of(round_, format="csv-people", language=language) for language in ("en", "da"))
    assert english.startswith("\ufeffcase_id,in_scope,")
    assert danish.startswith("\ufeffcase_id;in_scope;")
    assert ";0,125;" in danish
    row = rows_of(round_, format="csv-people", language="da")[0]
    assert (row["new"], row["mood__end"], row["partners__own"], row["reg_level"]) == (
        "Ja",
        "Skidt",
        "Afkrydset",
        "Kommune",
    )
    raw = text_of(round_)
    assert raw.startswith("case_id,in_scope,")
    assert ",0.125," in raw


def test_numbers_for_statistics_programs_are_those_of_the_questionnaire_and_never_change_places(round_: Round) -> None:
    variables = {variable.name: variable for variable in responses_table(round_, Privacy.STATISTICAL, "da").variables}
    assert {v.code: v.number for v in variables["new"].values} == {"yes": 1, "no": 0, "other": 97, OPEN: -2}
    assert [v.number for v in variables["reg_level"].values] == [1, 2, 3]
    assert [v.code for v in variables["mood__end"].missing] == ["dk", "not_relevant", OPEN]
    assert variables["mood__end"].label["en"] == "Last – How?"
    assert variables["mood__end"].base["en"].startswith("Only if")
    assert not variables["new"].base


def test_a_label_says_in_brackets_what_differs_from_workplace_to_workplace() -> None:
    asked = make_questionnaire((SHIPPED / "innovation-barometer-dk-2018-19.yaml").read_text(encoding="utf-8"))
    blocks = {block.question.code: block.variables for block in answer_blocks(asked.definition(), texts=False)}
    registered = (
        "We have your workplace registered as [Name of the workplace], [Address of the workplace]. Is that correct?"
    )
    assert blocks["unit_confirm"][0].label["en"] == registered
    assert registered in blocks["closed_when"][0].base["en"]
    said = [text for variables in blocks.values() for v in variables for text in (*v.label.values(), *v.base.values())]
    assert not [text for text in said if "{" in text or " ," in text]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_long_file_made_by_two_processes_is_the_file_that_one_makes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    round_ = every_type()
    stratum = make_stratum(round_, code="all", population_size=20, sample_size=10)
    for place in range(7):
        make_response(make_case(round_, stratum=stratum), FULL if place % 2 else {"new": "no"})
    alone = file_of(round_, tmp_path / "alone")
    monkeypatch.setattr(responses_table_module, "AT_ONCE", 2)
    monkeypatch.setattr(table, "LONG", 7)
    shared = file_of(round_, tmp_path / "shared")
    assert shared == alone
    assert (tmp_path / "shared").read_bytes() == (tmp_path / "alone").read_bytes()
