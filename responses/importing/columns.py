"""Which column of a file of answers holds what, told from the questionnaire (PURE; docs/import-format.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from responses.importing.table import Findings
from surveys.questionnaire.definition import Question, Questionnaire

# What is known of a unit, by the names that a column may have.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("reg_id", "id"),
    "pseudonym": ("case_id",),
    "stratum": ("case_stratum", "stratum"),
    "population": ("case_population_size", "population"),
    "sample": ("case_sample_size", "sample"),
    "weight": ("case_weight", "weight"),
    "in_scope": ("case_in_scope", "in_scope"),
    "questionnaire": ("case_questionnaire",),
    "rehearsal": ("case_rehearsal",),
    "language": ("case_language",),
    "mode": ("case_mode",),
    "proxy": ("case_proxy",),
    "started": ("case_started_at",),
    "submitted": ("case_submitted_at",),
    "level": ("reg_level",),
    "authority_code": ("reg_authority_code",),
    "authority": ("reg_authority",),
    "industry_group": ("reg_industry_group",),
    "employees": ("reg_employees",),
    "size_class": ("reg_size_class",),
    "region": ("reg_region",),
}
# What follows from other columns, or belongs to the round that the file came from.
PASSED_OVER = (
    "case_round",
    "case_late",
    "case_outcome",
    "case_inclusion_probability",
    "case_weighting_stratum",
    "case_weighting_population",
    "case_base_weight",
    "reg_name",
    "file_privacy",
    "file_filter",
    "file_weights",
    "file_program",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A column of answers: its position, and the row and option that it is about ("" where there are none)."""

    position: int
    name: str
    row: str
    option: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything stands.

    Attributes:
        known: positions of what is known of a unit, by the names of ``ALIASES``.
        answers: the columns of each question, in the order of the questionnaire.
        own_words: columns of what people wrote, which are not taken over.
        missing: columns of questions that need not be answered, and that the file does not have.
    """

    known: Mapping[str, int]
    answers: tuple[tuple[Question, tuple[Place, ...]], ...]
    own_words: tuple[str, ...]
    missing: tuple[str, ...]


def find_columns(questionnaire: Questionnaire, headers: Sequence[str], file: str, findings: Findings) -> Columns:
    """Return where everything stands; a column that is not known, or is missing, is a problem."""
    at = {header: position for position, header in enumerate(headers)}
    known: dict[str, int] = {}
    for name, aliases in ALIASES.items():
        here = [alias for alias in aliases if alias in at]
        if here:
            known[name] = at.pop(here[0])
        for other in here[1:]:
            at.pop(other)
            findings.say("import_column_twice_named", file=file, column=here[0], other=other)
    answers, missing = [], []
    for question in questionnaire.questions:
        if question.enabled and question.closed:
            names = list(answer_columns(questionnaire, question))
            answers.append((question, tuple(Place(at.pop(n), n, row, o) for n, row, o in names if n in at)))
            absent = [name for name, _, _ in names if name not in headers]
            # a question may be left out as a whole when nobody had to answer it
            if len(absent) == len(names) and not question.required:
                missing += absent
            else:
                for name in absent:
                    findings.say("import_column_missing", file=file, column=name)
    words = [name for name in own_words(questionnaire) if name in at]
    derived = questionnaire.derived_named
    for header in at:
        if header not in PASSED_OVER and header not in words and header not in derived:
            findings.say("import_unknown_column", file=file, column=header)
    return Columns(known, tuple(answers), tuple(words), tuple(missing))


def answer_columns(questionnaire: Questionnaire, question: Question) -> Iterator[tuple[str, str, str]]:
    """Yield the name, row and option of each column of a closed question."""
    options = [option.code for option in question.options_on]
    rows = row_codes(questionnaire, question)
    match question.type:
        case "single":
            yield question.code, "", ""
        case "multi":
            yield from ((f"{question.code}__{option}", "", option) for option in options)
        case "grid":
            yield from ((f"{question.code}__{row}", row, "") for row in rows)
        case "grid_multi":
            yield from ((f"{question.code}__{row}__{option}", row, option) for row in rows for option in options)


def row_codes(questionnaire: Questionnaire, question: Question) -> tuple[str, ...]:
    """Return the rows that a grid can have; where they come from another question, one per option that can be a row."""
    if question.rows_marked_in is None:
        return tuple(row.code for row in question.rows_on)
    source = questionnaire.question(question.rows_marked_in)
    return tuple(option.code for option in source.options_on if not option.exclusive)


def own_words(questionnaire: Questionnaire) -> Iterator[str]:
    """Yield the columns of open questions and of the texts of open options."""
    for question in questionnaire.questions:
        if question.type == "open":
            yield question.code
        yield from (f"{question.code}__{option}__text" for option in question.open_codes)
