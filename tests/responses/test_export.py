"""The file of answers: one row per submitted response, one column per answer."""

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from barometer.models import AuditEvent
from responses.exports import Style, lines, rows
from responses.models import Response, Screening
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_questionnaire, make_response, make_stratum
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db

EVERY_TYPE = """
code: every-type
version: 3
country: DK
reference_period: {start: "2018-01-01", end: "2019-12-31"}
languages: [da, en]
title: {da: "Prøve", en: "Trial"}
texts: {}
register:
- name: reg_level
  type: code
  label: {da: "Niveau", en: "Level"}
  codes:
  - {code: municipality, label: {da: "Kommune", en: "Municipality"}}
  - {code: state, label: {da: "Stat", en: "State"}}
scales: {}
derived: []
pages:
- name: first
  label: {da: "Et", en: "One"}
  questions:
  - {code: intro, type: display, label: {da: "Hej", en: "Hello"}}
  - code: new
    type: single
    label: {da: "Nyt?", en: "New?"}
    options:
    - {code: "yes", value: 1, label: {da: "Ja", en: "Yes"}}
    - {code: "no", value: 0, label: {da: "Nej", en: "No"}}
    - {code: other, value: 97, open: true, label: {da: "Andet", en: "Other"}}
- name: second
  label: {da: "To", en: "Two"}
  questions:
  - code: partners
    type: multi
    ask_if: "new == 'yes'"
    required: false
    label: {da: "Hvem?", en: "Who?"}
    options:
    - {code: own, value: 1, label: {da: "Egne", en: "Own"}}
    - {code: state, value: 2, ask_if: "reg_level == 'state'", label: {da: "Staten", en: "The state"}}
    - {code: off, value: 3, enabled: false, label: {da: "Slået fra", en: "Off"}}
    - {code: other, value: 97, open: true, label: {da: "Andre", en: "Others"}}
    - {code: dk, value: 98, exclusive: true, label: {da: "Ved ikke", en: "Don't know"}}
  - code: mood
    type: grid
    ask_if: "new == 'yes'"
    label: {da: "Hvordan?", en: "How?"}
    rows:
    - {code: start, label: {da: "Først", en: "First"}}
    - {code: end, label: {da: "Sidst", en: "Last"}}
    options:
    - {code: good, value: 1, label: {da: "Godt", en: "Good"}}
    - {code: bad, value: 2, label: {da: "Skidt", en: "Bad"}}
  - {code: hidden, type: open, enabled: false, label: {da: "Skjult", en: "Hidden"}}
  - {code: remark, type: open, required: false, max_length: 500, label: {da: "Bemærkning", en: "Remark"}}
- name: third
  label: {da: "Tre", en: "Three"}
  questions:
  - code: part
    type: grid_multi
    rows_marked_in: partners
    ask_if: "any_of(partners, 'own', 'state', 'other')"
    label: {da: "Med til hvad?", en: "Took part in what?"}
    options:
    - {code: idea, value: 1, label: {da: "Idé", en: "Idea"}}
    - {code: test, value: 2, label: {da: "Afprøvning", en: "Test"}}
"""
FULL = {
    "new": "yes",
    "partners": ["own", "other"],
    "partners.other": "The neighbours",
    "mood": {"start": "good", "end": "bad"},
    "remark": "Blåbærgrød; æ, ø\nog å",
    "part": {"own": ["idea"], "other": ["idea", "test"]},
}
ANSWER_COLUMNS = [
    "new",
    "new__other__text",
    "partners__own",
    "partners__state",
    "partners__other",
    "partners__other__text",
    "partners__dk",
    "mood__start",
    "mood__end",
    "remark",
    *(f"part__{row}__{option}" for row in ("own", "state", "other") for option in ("idea", "test")),
]


@pytest.fixture
def round_() -> Round:
    cache.clear()
    return make_open_round(questionnaire=make_questionnaire(EVERY_TYPE))


def exported(round_: Round, style: Style = Style(), *, screened: bool = True) -> list[dict[str, str]]:  # noqa: B008
    """Return the rows of the file; unless told otherwise somebody has read all own words and lets them pass."""
    for response in Response.objects.filter(case__round=round_) if screened else ():
        Screening.objects.get_or_create(response=response, defaults={"passes": True, "at": NOON})
    return _rows_of(round_, style)


def _rows_of(round_: Round, style: Style) -> list[dict[str, str]]:
    text = "".join(lines(round_, style))
    return list(
        csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";" if ";" in text[:20] else ",")
    )


def answers(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name in ANSWER_COLUMNS and cell}


def test_every_answer_has_its_column_and_its_code(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    assert answers(exported(round_)[0]) == {
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


def test_the_columns_are_those_of_the_questionnaire_also_without_any_response(round_: Round) -> None:
    header = next(rows(round_, Style()))
    assert header[-len(ANSWER_COLUMNS) :] == ANSWER_COLUMNS
    assert header[0] == "reg_id"
    assert len(set(header)) == len(header)


def test_an_option_that_was_not_offered_is_empty_and_one_that_was_is_0(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    state = make_stratum(round_, level="state")
    make_response(
        make_case(round_, level="state", stratum=state), FULL | {"partners": ["own"], "part": {"own": ["test"]}}
    )
    municipal, national = exported(round_)
    assert (municipal["partners__state"], national["partners__state"]) == ("", "0")
    assert (national["partners__other"], national["partners__other__text"]) == ("0", "")
    assert national["part__other__idea"] == ""


def test_answers_that_a_change_of_mind_left_behind_are_not_exported(round_: Round) -> None:
    make_response(make_case(round_), FULL | {"new": "no", "new.other": "left behind"})
    assert answers(exported(round_)[0]) == {"new": "no", "remark": FULL["remark"]}


def test_what_was_asked_and_left_open_is_empty(round_: Round) -> None:
    make_response(make_case(round_), {"new": "yes", "mood": {"start": "good", "end": "bad"}})
    assert answers(exported(round_)[0]) == {"new": "yes", "mood__start": "good", "mood__end": "bad"}


def test_only_submitted_responses_are_exported(round_: Round) -> None:
    response = make_response(make_case(round_, events=[EventKind.STARTED]), FULL)
    response.submitted_at = None
    response.save()
    assert exported(round_) == []


def test_labels_are_those_that_this_respondent_saw(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    row = exported(round_, Style(labels=True, language="da"))[0]
    assert (row["new"], row["mood__end"], row["reg_level"], row["partners__own"]) == ("Ja", "Skidt", "Kommune", "1")
    assert exported(round_, Style(labels=True))[0]["new"] == "Yes"


def test_register_stratum_and_case_stand_in_the_row(round_: Round) -> None:
    stratum = make_stratum(round_, population_size=10, sample_size=4)
    for _ in range(2):
        make_response(make_case(round_, stratum=stratum), FULL)
    make_case(round_, stratum=stratum, events=[EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED])
    row = exported(round_)[0]
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
        "case_started_at": "2020-01-07 12:00:00",
        "case_stratum": "municipality.childcare.s10_24",
        "case_population_size": "10",
        "case_sample_size": "4",
        "case_inclusion_probability": "0.4",
        "case_weighting_stratum": "municipality.childcare.s10_24",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert float(row["case_weight"]) == pytest.approx(10 / 3)
    assert "reg_name" not in row


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
    assert exported(round_)[0]["case_late"] == late


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_is_given_no_formula(round_: Round, text: str) -> None:
    make_response(make_case(round_, authority=text), FULL | {"partners.other": text, "remark": text})
    for style in (Style(), Style(language="da"), Style(labels=True)):
        row = exported(round_, style)[0]
        assert row["reg_authority"] == f"'{text}"
        assert row["remark"].startswith("'") or text[0].isspace()  # surrounding space is not part of an answer
    assert exported(round_, Style(raw=True))[0]["reg_authority"] == text


def test_no_cell_of_a_file_for_spreadsheets_begins_like_a_formula(round_: Round) -> None:
    make_response(make_case(round_, authority="@x"), FULL | {"remark": "=1", "partners.other": "-2"})
    for row in exported(round_):
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_a_file_for_a_spreadsheet_follows_its_language_and_a_raw_one_is_plain(round_: Round) -> None:
    make_response(make_case(round_, stratum=make_stratum(round_, population_size=8, sample_size=1)), FULL)
    english, danish = ("".join(lines(round_, Style(language=language))) for language in ("en", "da"))
    assert english.startswith("\ufeffreg_id,reg_level,")
    assert danish.startswith("\ufeffreg_id;reg_level;")
    assert ";0,125;" in danish
    raw = "".join(lines(round_, Style(language="da", raw=True)))
    assert raw.startswith("reg_id,reg_level,")
    assert ",0.125," in raw


def test_open_answers_can_be_left_out(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    row = exported(round_, Style(texts=False))[0]
    assert set(ANSWER_COLUMNS) - set(row) == {"new__other__text", "partners__other__text", "remark"}
    assert row["part__own__idea"] == "1"


def test_the_command_writes_the_file_and_leaves_a_line_in_the_audit_log(round_: Round, tmp_path: Path) -> None:
    make_response(make_case(round_), FULL)
    file = tmp_path / "answers.csv"
    call_command("export_responses", round_.slug, "--out", str(file), "--labels", "--language", "da", stdout=StringIO())
    assert file.read_bytes().startswith(b"\xef\xbb\xbfreg_id;")
    event = AuditEvent.objects.get(what="responses.exported")
    assert (event.target, event.facts["responses"], event.facts["labels"]) == (f"round:{round_.pk}", 1, True)


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_noted(round_: Round, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"cannot be written|kan ikke skrives"):
        call_command("export_responses", round_.slug, "--out", str(tmp_path / "no folder" / "answers.csv"))
    assert not AuditEvent.objects.filter(what="responses.exported").exists()


def test_staff_download_the_file_and_the_audit_log_says_who(round_: Round) -> None:
    make_response(make_case(round_), FULL)
    page = browser_of(finn()).get(reverse("export", args=[round_.slug]))
    assert "1 submitted questionnaire" in page.content.decode()
    assert not AuditEvent.objects.filter(what="responses.exported").exists()
    response = browser_of(finn()).post(reverse("export", args=[round_.slug]), {"style": "codes", "reader": "raw"})
    assert response["Content-Disposition"] == f'attachment; filename="{round_.slug}-rehearsal-codes.csv"'
    assert response["Cache-Control"] == "no-store"
    text = b"".join(response).decode()
    assert next(csv.DictReader(StringIO(text)))["new"] == "yes"
    assert AuditEvent.objects.get(what="responses.exported").who == "finn"


def test_a_download_of_something_else_is_refused_with_the_form(round_: Round) -> None:
    response = browser_of(finn()).post(reverse("export", args=[round_.slug]), {"style": "everything"})
    assert response.status_code == 422
    assert "Choose what the file is for." in response.content.decode()


def test_the_page_is_for_staff(round_: Round) -> None:
    address = reverse("export", args=[round_.slug])
    assert browser_of(None).post(address).status_code == 302
    assert browser_of(olga()).post(address).status_code == 403
    assert browser_of(finn()).put(address).status_code == 405
    assert not AuditEvent.objects.filter(what="responses.exported").exists()
