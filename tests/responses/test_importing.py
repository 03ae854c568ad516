"""A round from files: checked before anything is stored, and then like any other closed round."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from barometer.problems import sentence
from responses import links
from responses.actions import contact, sending
from responses.actions.importing import Fieldwork, Imported, ImportRefused, import_round
from responses.dataset import dataset, weigh
from responses.importing.reading import Settings, Source, read_import
from responses.models import Case, CaseEvent, ImportedRound, LinkHolder, Mail, Response
from responses.problem_texts import TEXTS
from responses.round_design import round_design
from responses.statistics.dispositions import Disposition
from responses.statistics.estimation import NOT_ASKED, Design, ShareEstimate, share
from surveys.models import Questionnaire, Round, Workplace, WorkplaceContact
from surveys.models.contact_plan import MAILS
from surveys.questionnaire.document import from_yaml

pytestmark = pytest.mark.django_db

AT = datetime(2020, 5, 4, 10, tzinfo=UTC)
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", Path("docs/import-format.md").read_text(encoding="utf-8"), re.DOTALL)
DOCUMENT, ANSWERS, STRATA = (text for _kind, text in BLOCKS)
HELD: dict[str, Any] = {"slug": "nb-2018", "opens_on": date(2018, 11, 5), "closes_on": date(2018, 12, 20)}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def imported(
    answers: str | bytes = ANSWERS, strata: str | None = STRATA, *, document: str = DOCUMENT, **changes: object
) -> Imported:
    data = answers if isinstance(answers, bytes) else answers.encode()
    return import_round(
        document=document,
        responses=Source("nb-2018.csv", data),
        strata=None if strata is None else Source("strata.csv", strata.encode()),
        fieldwork=Fieldwork(**{**HELD, **changes}),
        by=None,
        at=AT,
    )


def refused(*args: str | bytes | None, **changes: object) -> list[str]:
    """Import in vain; return the sentences, and see that nothing was stored."""
    before = stored()
    with pytest.raises(ImportRefused) as refusal:
        imported(*args, **changes)  # type: ignore[arg-type]
    assert stored() == before
    assert refusal.value.count >= len(refusal.value.problems) > 0
    return [sentence(problem, TEXTS) for problem in refusal.value.problems]


def stored() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Questionnaire, Round, Workplace, Case, Response, AuditEvent))


def with_cell(row: int, column: str, value: str, answers: str = ANSWERS) -> str:
    """The example with another value in one cell; rows as a spreadsheet numbers them."""
    lines = [line.split(",") for line in answers.splitlines()]
    lines[row - 1][lines[0].index(column)] = value
    return "\n".join(",".join(line) for line in lines) + "\n"


def with_column(name: str, values: Mapping[int, str], otherwise: str, answers: str = ANSWERS) -> str:
    lines = answers.splitlines()
    added = [name, *(values.get(row, otherwise) for row in range(2, len(lines) + 1))]
    return "\n".join(f"{line},{cell}" for line, cell in zip(lines, added, strict=True)) + "\n"


def without_column(name: str, answers: str = ANSWERS) -> str:
    lines = [line.split(",") for line in answers.splitlines()]
    place = lines[0].index(name)
    return "\n".join(",".join(line[:place] + line[place + 1 :]) for line in lines) + "\n"


def test_the_example_of_the_documentation_is_imported_by_its_command(tmp_path: Path) -> None:
    for name, text in (("nb-2018.yaml", DOCUMENT), ("nb-2018.csv", ANSWERS), ("strata.csv", STRATA)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = StringIO()
    files = [str(tmp_path / name) for name in ("nb-2018.yaml", "nb-2018.csv")]
    days = ["--opens", "2018-11-05", "--closes", "2018-12-20"]
    call_command("import_round", *files, *days, "--strata", str(tmp_path / "strata.csv"), stdout=said)
    round_ = Round.objects.get(slug="nb-2018")
    assert round_.status == Round.Status.CLOSED and round_.country == "NO"
    first, second, *_ = said.getvalue().splitlines()
    assert "6" in first and "610" in first
    assert "region" in second and "employees" in second and "level" not in second


def test_the_weights_of_the_example_are_those_that_the_documentation_says() -> None:
    round_ = imported().round
    weighting = weigh(round_)
    weights = {stratum.code: weighting.of(stratum.pk) for stratum in weighting.strata}
    assert [found[1] for found in weights.values() if found] == pytest.approx([400 / 3, 60, 45])


def test_answers_are_stored_as_if_they_had_been_given_here_numbers_become_codes() -> None:
    round_ = imported().round
    answers = {
        response.case.sample_unit.workplace.register_id: response.answers
        for response in Response.objects.submitted(round_)
    }
    assert answers["1001"] == {"new": "yes", "values": ["quality"], "factors": {"leaders": "high", "law": "none"}}
    assert answers["1002"] == {"new": "no"}
    assert answers["2001"] == answers["1001"]
    assert "1003" not in answers


def test_every_sampled_unit_is_a_case_that_stands_where_its_events_say() -> None:
    round_ = imported().round
    counts = {d: Case.objects.of_round(round_).filter(disposition=d).count() for d in Disposition}
    assert {d: n for d, n in counts.items() if n} == {"not_started": 13, "submitted": 6, "ineligible": 1}
    call_command("verify_dispositions", stdout=StringIO())
    silent = Workplace.objects.of_round(round_).filter(register_id__startswith="~").values_list("level", flat=True)
    assert sorted(silent) == ["municipality"] * 11 + ["state"] * 2


def test_what_the_register_did_not_say_is_unknown_and_not_a_code() -> None:
    workplace = Workplace.objects.of_round(imported().round).get(register_id="2001")
    assert workplace.register() == {"reg_name": "2001", "reg_level": "state"}


def test_no_link_opens_a_case_of_an_imported_round(client: Client) -> None:
    imported()
    token = links.token(links.ANSWER, LinkHolder.objects.order_by("pk")[0])
    page = client.get(reverse("answer", args=[token]))
    assert page.status_code in (404, 410)


def test_an_imported_round_knows_no_person_and_can_write_to_nobody() -> None:
    text = with_column("case_submitted_at", {}, "2018-11-20 12:00:00")
    round_ = imported(text).round
    owners = LinkHolder.objects.filter(case__round=round_)
    assert len(owners) == Case.objects.of_round(round_).count()
    assert set(owners.values_list("name", "email", "phone", "retired_at")) == {("", "", "", round_.closed_at)}
    assert not WorkplaceContact.objects.filter(workplace__round=round_).exists()
    assert not round_.contact_steps.exists()
    contact.queue_due_steps(at=AT)
    sending.send_due(at=AT)
    assert not Mail.objects.filter(round=round_).exists()
    assert django_mail.outbox == []


@pytest.mark.parametrize("name", MAILS)
def test_even_an_added_mail_and_an_added_address_send_nothing(name: str) -> None:
    round_ = imported().round
    LinkHolder.objects.update(name="Signe", email="signe@workplace.example")
    Round.objects.filter(pk=round_.pk).update(published_at=AT)
    step = round_.contact_steps.create(mail_name=name, day=0)
    contact.queue_due_steps(at=AT)
    contact.queue_step(step=step, at=AT)
    sending.send_due(at=AT)
    assert not Mail.objects.filter(round=round_).exists()
    assert django_mail.outbox == []


def test_own_words_are_not_taken_over() -> None:
    document = DOCUMENT + '  - {code: remark, type: open, label: {nb: "Noe mer?"}}\n'
    made = imported(with_column("remark", {2: "Ring til Kari"}, ""), document=document)
    assert made.found.not_stored == ("remark",)
    assert "remark" not in Response.objects.submitted(made.round)[0].answers


def test_the_audit_log_has_the_file_and_a_second_import_uses_the_same_questionnaire() -> None:
    made = imported()
    imported(slug="again")
    event = AuditEvent.objects.filter(what="round.imported").order_by("number").first()
    assert event is not None and event.facts["sha256"] == ImportedRound.objects.get(round=made.round).sha256
    assert Questionnaire.objects.count() == 1


def test_semicolons_decimal_commas_and_a_byte_order_mark_are_understood() -> None:
    text = with_column("case_weight", {}, "1.5").replace(",", ";").replace("1.5", "1,5")
    definition, _warnings = from_yaml(DOCUMENT)
    assert definition is not None
    days = Settings(HELD["opens_on"], HELD["closes_on"], UTC)
    found, findings = read_import(definition, Source("a.csv", ("\ufeff" + text).encode()), None, days)
    assert found is not None, findings.problems
    assert {row.unit.weight for row in found.rows} == {1.5}


def innovative(round_: Round) -> tuple[str, ShareEstimate]:
    """The weights that a round's figures rest on, and the share of innovative workplaces."""
    data = dataset(round_, ["innovative"])
    basis = round_design(round_, data)
    assert basis.design is not None
    codes = basis.spread(data.columns["innovative"], NOT_ASKED)
    return basis.weight_set, share(basis.design, codes, codes >= 0)


def test_ready_weights_are_those_of_the_estimates() -> None:
    cache.clear()  # a rolled back round leaves its number to the next
    weighted = with_column("case_weight", {2: "30", 3: "50.5", 4: "20"}, "10")
    name, found = innovative(imported(weighted).round)
    assert name == "nb-2018.csv"
    assert found.estimate == pytest.approx((30 + 10 + 10 + 10) / (30 + 50.5 + 10 + 10 + 10 + 10))
    by_strata = Design.of([0, 0, 0, 1, 1, 2, 2], [400, 120, 90], [30, 50.5, 20, 10, 10, 10, 10])
    expected = share(by_strata, [1, 0, -1, 1, 1, 1, 0], [True, True, False, True, True, True, True])
    assert found.standard_error == pytest.approx(expected.standard_error, rel=1e-12)


def test_weights_can_be_all_that_is_known_of_the_design_and_can_be_passed_over() -> None:
    cache.clear()
    weighted = with_column("case_weight", {2: "30", 3: "50.5", 4: "20"}, "10")
    bare = without_column("case_stratum", weighted)
    made = imported(bare, None, slug="bare")
    assert [(each.code, each.population) for each in made.found.strata] == [("all", 140)]
    assert innovative(made.round)[1].estimate == pytest.approx(60 / 120.5)
    name, found = innovative(imported(weighted, use_weights=False).round)
    assert name == ""
    assert found.estimate == pytest.approx((400 / 3 + 2 * 60 + 45) / (2 * 400 / 3 + 2 * 60 + 2 * 45))


def test_the_pseudonym_of_our_own_files_is_a_number_and_what_was_not_answered_is_empty() -> None:
    document = DOCUMENT.replace("    rows:\n", "    required: false\n    rows:\n")
    text = with_cell(2, "factors__law", "not-answered", ANSWERS.replace("reg_id", "case_id"))
    made = imported(text, document=document)
    assert Workplace.objects.of_round(made.round).filter(register_id="1001").exists()
    assert Response.objects.submitted(made.round)[0].answers["factors"] == {"leaders": "high"}


def test_units_that_are_not_eligible_may_be_counted_in_the_file_of_strata() -> None:
    strata = STRATA.replace("level", "level,ineligible").replace("municipality", "municipality,2")
    round_ = imported(ANSWERS, strata.replace("4,state", "4,state,0")).round
    assert weigh(round_).ineligible == (3, 2, 0)


def test_units_that_say_that_they_are_out_of_scope_are_not_eligible_without_a_column_that_says_so() -> None:
    document = DOCUMENT.replace(
        "derived:\n", "derived:\n- {name: in_scope, expression: \"new == 'yes'\", label: {nb: X}}\n"
    )
    text = without_column("case_in_scope", with_cell(4, "new", "no"))
    made = imported(text, document=document)
    assert [row.eligible for row in made.found.rows] == [True, False, False, True, True, True, False]


def test_answers_off_the_route_can_be_left_out_and_are_counted() -> None:
    text = with_cell(3, "factors__law", "high")
    assert refused(text)[0].startswith("nb-2018.csv, row 3, column “factors__law”")
    made = imported(text, drop=True)
    assert made.found.dropped == {"factors": 1}
    assert [r.answers for r in Response.objects.submitted(made.round)][1] == {"new": "no"}


def test_a_question_that_may_be_skipped_can_be_empty_and_even_have_no_columns() -> None:
    document = DOCUMENT.replace("    rows:\n", "    required: false\n    rows:\n")
    text = with_cell(2, "factors__law", "")
    assert imported(text, document=document).round
    for name in ("factors__leaders", "factors__law"):
        text = without_column(name, text)
    made = imported(text, document=document, slug="without")
    assert made.found.missing == ("factors__leaders", "factors__law")


BAD_CELLS = [
    (2, "new", "maybe", "“maybe” is no code. Write one of these: yes, no."),
    (2, "values__quality", "x", "“x” is neither 1 nor 0"),
    (2, "values__dk", "1", "these marks cannot stand together"),
    (2, "factors__law", "", "is empty, and the question has to be answered"),
    (2, "new", "", "is empty, and the question has to be answered"),
    (3, "reg_id", "1001", "stands in row 2 already"),
    (3, "reg_id", "", "is empty"),
    (3, "reg_level", "county", "“county” is no code. Write one of these: municipality, region, state."),
    (3, "case_in_scope", "", "is neither 1 nor 0"),
    (3, "case_stratum", "", "is empty"),
    (3, "case_stratum", "small + large", "a stratum needs a name of at most 120 characters"),
    (3, "case_stratum", "tiny", "the file of strata has no stratum “tiny”"),
]


@pytest.mark.parametrize(("row", "column", "value", "said"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_row_and_column(row: int, column: str, value: str, said: str) -> None:
    sentences = refused(with_cell(row, column, value))
    assert any(f"row {row}" in text and said in text for text in sentences), sentences
    assert all("%(" not in text for text in sentences)


BAD_COLUMNS = [
    (("case_weight", {3: "0"}, "2"), None, "row 3, column “case_weight”: “0” is no weight above 0"),
    (("case_weight", {3: "-1"}, "2"), None, "“-1” is no weight above 0"),
    (("case_weight", {3: "nan"}, "2"), None, "“nan” is no weight above 0"),
    (("case_weight", {3: "1,5"}, "2"), None, "row 3 has 12 fields and should have 11"),
    (("population", {4: "401"}, "400"), None, "row 4, column “population”: 401 of the stratum “small”, but 400"),
    (("population", {}, "2"), None, "the stratum “small” has 3 units, but a population of 2"),
    (("sample", {}, "2"), STRATA, "2 of the stratum “small”, but 10"),
    (("weather", {}, "rain"), STRATA, "the questionnaire has no column “weather”"),
    (("case_submitted_at", {3: "yesterday"}, ""), STRATA, "“yesterday” is no time"),
    (("case_submitted_at", {3: "2019-11-20 12:00"}, ""), STRATA, "is not within the fieldwork"),
    (("case_questionnaire", {}, "nb-2018@2"), STRATA, "the row belongs to nb-2018@2, and the document is nb-2018@1"),
    (("case_mode", {2: "fax"}, "web"), STRATA, "Write one of these: web, phone."),
    (("reg_employees", {2: "0"}, "5"), STRATA, "“0” is no whole number from 1 on"),
    (("new", {}, "yes"), STRATA, "the column “new” stands twice"),
    (("id", {}, "1"), STRATA, "the columns “reg_id” and “id” say the same"),
]


@pytest.mark.parametrize(("column", "strata", "said"), BAD_COLUMNS)
def test_a_bad_column_is_refused(column: tuple[str, Mapping[int, str], str], strata: str | None, said: str) -> None:
    sentences = refused(with_column(*column), strata)
    assert any(said in text for text in sentences), sentences
    assert all("%(" not in text for text in sentences)


BAD_FILES: list[tuple[str | bytes, str | None, str]] = [
    (ANSWERS.replace("1001", "Ærø").encode("cp1252"), STRATA, "byte 125 is not text in UTF-8"),
    (ANSWERS.encode("utf-16"), STRATA, "byte 1 is not text in UTF-8"),
    (ANSWERS.replace(",", "\t"), STRATA, "has only one column"),
    (ANSWERS.splitlines()[0], STRATA, "there must be a line of headers, and rows under it"),
    ("", STRATA, "there must be a line of headers, and rows under it"),
    (ANSWERS.replace("1004", '"1004'), STRATA, "the quotation marks do not match"),
    (ANSWERS.replace("values__dk", ""), STRATA, "column number 8 has no header"),
    (without_column("factors__law"), STRATA, "the column “factors__law” is missing"),
    (ANSWERS, None, "does not say for whom the answers stand"),
    (ANSWERS, STRATA.replace("120", "1"), "the stratum “large” has 2 units, but a population of 1"),
    (ANSWERS, STRATA.replace("400,10", "400,2"), "has a sample of 2, but 3 units and a population of 400"),
    (ANSWERS, STRATA.replace("120", "many"), "strata.csv, row 3, column “population”: “many” is no whole number"),
    (ANSWERS, STRATA + "small,400,10,state\n", "strata.csv, row 5: the stratum “small” stands twice"),
    (ANSWERS, STRATA.replace("level", "layer"), "strata have no column “layer”"),
    (ANSWERS, STRATA.replace("state\n", "county\n"), "strata.csv, row 4, column “level”: “county” is no code"),
    (ANSWERS.replace(",1,", ",0,", 99), STRATA, "has no row that is in scope"),
]


@pytest.mark.parametrize(("answers", "strata", "said"), BAD_FILES)
def test_a_bad_file_is_refused(answers: str | bytes, strata: str | None, said: str) -> None:
    sentences = refused(answers, strata)
    assert any(said in text for text in sentences), sentences
    assert all("%(" not in text for text in sentences)


def test_ready_weights_need_two_rows_in_a_stratum_and_ineligible_units_in_rows() -> None:
    weighted = with_column("case_weight", {}, "2")
    alone = with_cell(7, "case_stratum", "alone", weighted)
    assert "has one row, and a variance needs two" in refused(alone, None)[0]
    strata = STRATA.replace("level", "level,ineligible").replace("municipality", "municipality,2")
    assert "only counted in the file of strata" in refused(weighted, strata.replace("4,state", "4,state,0"))[0]


def test_all_problems_are_listed_up_to_a_hundred_and_counted_beyond() -> None:
    head, first, *_ = ANSWERS.splitlines()
    rows = [first.replace("1001", str(number)).replace("yes", "maybe") for number in range(300)]
    with pytest.raises(ImportRefused) as refusal:
        imported("\n".join([head, *rows]), STRATA.replace("400,10", "400,"))
    assert len(refusal.value.problems) == 100 and refusal.value.count == 300


def test_a_taken_name_dates_out_of_order_and_another_questionnaire_of_that_name_are_refused() -> None:
    imported()
    other = DOCUMENT.replace("Vet ikke", "Usikker")
    assert "There is a round nb-2018 already" in refused()[0]
    assert "published here with other content" in refused(slug="other", document=other)[0]
    assert "Correct the dates" in refused(slug="other", closes_on=date(2018, 11, 1))[0]
    assert "Correct the dates" in refused(slug="other", closes_on=date(2020, 5, 5))[0]


def test_the_command_lists_problems_and_ends_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "a.csv").write_text(with_cell(2, "new", "maybe"), encoding="utf-8")
    (tmp_path / "s.csv").write_text(STRATA, encoding="utf-8")
    files = [str(tmp_path / "d.yaml"), str(tmp_path / "a.csv"), "--strata", str(tmp_path / "s.csv")]
    with pytest.raises(CommandError, match=r"Problems: 1\n- a.csv, row 2, column “new”: “maybe” is no code"):
        call_command("import_round", *files, "--opens", "2018-11-05", "--closes", "2018-12-20")
    assert not CaseEvent.objects.exists()
