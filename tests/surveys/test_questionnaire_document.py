"""The document format: what is read, what is written back, and what is refused, all at once."""

import ast
from pathlib import Path
from typing import get_args

import pytest
import yaml
from django.utils import translation

from barometer.problems import Problem, sentence
from surveys.indicator_texts import INDICATORS
from surveys.problem_texts import COMPARISON, QUESTIONNAIRE, TEXTS, XLSFORM
from surveys.questionnaire.checks import WARNINGS
from surveys.questionnaire.definition import QuestionType, RegisterType
from surveys.questionnaire.document import from_yaml, to_yaml
from surveys.questionnaire.reading import OPTION_KEYS, QUESTION_KEYS, TEXT_NAMES, TOP_KEYS
from surveys.questionnaire.yaml_text import MAX_CHARACTERS
from tests.questionnaires import BAROMETER, FOLDER, STRATEGY, document, read

DOCUMENTS = [*sorted(path.stem for path in FOLDER.glob("*.yaml")), BAROMETER, STRATEGY]
ROOT = Path(__file__).resolve().parents[2]
PURE = ROOT / "surveys" / "questionnaire"
MANUAL = ROOT / "docs" / "questionnaire-format.md"


def problems(text: str) -> list[tuple[str, str]]:
    """(where, code) of every problem of a document that must be refused."""
    questionnaire, found = from_yaml(text)
    assert questionnaire is None
    assert found
    for problem in found:
        assert sentence(problem, TEXTS)
    return [(problem.where, problem.code) for problem in found]


def changed(name: str, old: str, new: str) -> str:
    """A document with one piece of it changed."""
    text = document(name)
    assert text.count(old) == 1, old
    return text.replace(old, new)


# ---- there and back


@pytest.mark.parametrize("name", DOCUMENTS)
def test_written_and_read_again_it_is_the_same(name: str) -> None:
    questionnaire = read(name)
    written = to_yaml(questionnaire)
    again, found = from_yaml(written)
    assert (again, found) == (questionnaire, [])
    assert again is not None and to_yaml(again) == written


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_readers_of_yaml_see_the_same_values(name: str) -> None:
    """“no” stays text, also for readers of YAML 1.1."""
    plain = yaml.safe_load(to_yaml(read(name)))
    seen = [question for page in plain["pages"] for question in page["questions"]]
    for question, other in zip(seen, read(name).questions, strict=True):
        assert question["code"] == other.code
        if "options" in question:
            assert [option["code"] for option in question["options"]] == [option.code for option in other.options]


def test_words_that_yaml_takes_for_truth_or_dates_stay_text() -> None:
    text = (
        document("ask_if").replace('code: "no", value: 0', "code: no, value: 0").replace('"2018-01-01"', "2018-01-01")
    )
    questionnaire, found = from_yaml(text)
    assert (questionnaire, found) == (read("ask_if"), [])


# ---- what is no document


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_mapping"),
        ("hello", "not_a_mapping"),
        ("- a\n- b", "not_a_mapping"),
        ("a: [1", "not_yaml"),
        ("a: b: c", "not_yaml"),
        ("\0", "not_yaml"),
        ("a:\n\tb: 1", "not_yaml"),
        ("[" * 100_000, "yaml_too_deep"),
        ("- " * 1000, "yaml_too_deep"),
        ("? [a]\n: b", "yaml_key_not_text"),
        ("--- a\n--- b", "several_documents"),
        ("x" * (MAX_CHARACTERS + 1), "document_too_long"),
    ],
)
def test_what_is_no_document_is_one_clear_problem(text: str, code: str) -> None:
    assert problems(text) == [("", code)]


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    text = changed("ask_if", "country: DK\n", "country: DK\ncountry: SE\n")
    assert problems(text) == [("", "duplicate_key")]
    problem = from_yaml(text)[1][0]
    assert problem.params == {"line": 5, "key": "country"}


def test_an_alias_is_refused_with_its_line() -> None:
    text = changed("ask_if", "languages: [da, en]", "languages: &all [da, en]").replace("title:", "other: *all\ntitle:")
    assert ("", "yaml_alias") in problems(text)


def test_tags_construct_nothing() -> None:
    assert problems("!!python/object/apply:os.system ['true']") == [("", "not_a_mapping")]


# ---- the shape


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version: 1\n", "", ("", "missing_key")),
        ("version: 1\n", "version: one\n", ("", "must_be_number")),
        ("version: 1\n", "version: 0\n", ("", "bad_version")),
        ("version: 1\n", "version: true\n", ("", "must_be_number")),
        ("version: 1\n", "version: 1\ncolour: red\n", ("", "unknown_key")),
        ("code: ask-if\n", "code: Ask If\n", ("", "bad_slug")),
        ("country: DK\n", "country: Denmark\n", ("", "bad_country")),
        ("languages: [da, en]", "languages: da", ("", "must_be_list_of_texts")),
        ("languages: [da, en]", "languages: [da, en, english]", ("", "bad_language")),
        ('end: "2019-12-31"', 'end: "31/12/2019"', ("reference_period", "not_a_date")),
        ('end: "2019-12-31"', 'end: "2017-12-31"', ("reference_period", "period_backwards")),
        ('start: "2018-01-01", ', "", ("reference_period", "missing_key")),
        ('title: {da: "Prøve", en: "Test"}', "title: Test", ("", "label_must_be_mapping")),
        ('title: {da: "Prøve", en: "Test"}', "title: {da: Prøve, en: 7}", ("", "label_must_be_text")),
        ("code: whose\n        type: single", "code: whose\n        type: choice", ("whose", "must_be_one_of")),
        ("code: whose\n        type: single", "code: whose", ("whose", "missing_key")),
        ("- code: whose\n        type", "- type", ("pages.whose.questions[1]", "missing_key")),
        ("- code: whose\n        type", "- code: 3\n        type", ("pages.whose.questions[1]", "must_be_text")),
        ("ask_if: what == 'product'", "required: maybe", ("whose", "must_be_true_or_false")),
        ("ask_if: what == 'product'", "ask_if: what = 'product'", ("whose", "expression_syntax")),
        ("ask_if: what == 'product'", "ask_if: len(what) == 3", ("whose", "expression_part")),
        ("ask_if: what == 'product'", "soft_check: {when: answered(whose)}", ("whose.soft_check", "missing_key")),
        ("code: ours, value: 1", "code: ours, value: first", ("whose.ours", "must_be_number")),
        ("code: ours, value: 1", "code: ours, colour: red", ("whose.ours", "unknown_key")),
    ],
)
def test_what_does_not_have_the_shape_is_refused_where_it_stands(old: str, new: str, expected: tuple[str, str]) -> None:
    assert expected in problems(changed("ask_if", old, new))


def test_a_question_without_a_type_is_blamed_for_nothing_else() -> None:
    for name, old in (("marks", "code: best\n        type: single"), ("grid", "code: innov\n        type: grid")):
        code = old.split()[1]
        assert problems(changed(name, old, old.split("\n")[0])) == [(code, "missing_key")]


def test_a_list_where_keys_belong_is_refused() -> None:
    text = document("ask_if")
    assert ("", "must_be_list") in problems(text[: text.index("pages:")] + "pages: {name: first}\n")
    assert ("pages[1]", "must_be_mapping") in problems(text[: text.index("pages:")] + "pages: [first]\n")


def test_two_sources_of_options_or_rows_are_refused() -> None:
    text = changed("grid", "rows_like: innov", "rows_like: innov\n        rows_marked_in: innov")
    assert ("planned", "only_one_of") in problems(text)
    both = "code: proud\n        type: single\n        options: [{code: x, label: {da: x, en: x}}]"
    assert ("proud", "only_one_of") in problems(changed("grid", "code: proud\n        type: single", both))


# ---- every problem can be told


def _codes_in_pure_code() -> set[str]:
    """Every literal that a problem is made of."""
    found: set[str] = set()
    for path in PURE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                first = node.args[0] if node.args else None
                if name in ("Problem", "say", "_Refused") and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_every_problem_has_a_sentence() -> None:
    assert _codes_in_pure_code() <= set(QUESTIONNAIRE) | set(INDICATORS) | set(COMPARISON)
    assert set(QUESTIONNAIRE) | set(XLSFORM) >= WARNINGS


def test_every_sentence_belongs_to_a_problem() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in PURE.glob("*.py"))
    elsewhere = {"unreadable_expression"}  # surveys/actions/questionnaire.py
    known = {**QUESTIONNAIRE, **INDICATORS}
    assert [code for code in known if f'"{code}"' not in source and code not in elsewhere] == []


def test_a_sentence_names_the_question_first() -> None:
    with translation.override("en"):
        text = sentence(Problem("missing_key", "novelty", {"key": "label"}), TEXTS)
    assert text == "novelty: “label” is missing. Add it."


# ---- the manual


def test_the_example_of_the_manual_is_right() -> None:
    example = MANUAL.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    questionnaire, found = from_yaml(example)
    assert found == []
    assert questionnaire is not None and questionnaire.name == "small-survey@1"


def test_the_manual_names_every_key_and_type() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    names = {*TOP_KEYS, *QUESTION_KEYS, *OPTION_KEYS, *TEXT_NAMES, *get_args(QuestionType), *get_args(RegisterType)}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
