"""The files of an import, read and held against the questionnaire and each other (PURE; docs/import-format.md)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from responses.importing.answers import AnswerReader
from responses.importing.columns import Columns, find_columns
from responses.importing.strata import Stratum, covered_by, read_strata
from responses.importing.table import Findings, read_table
from responses.importing.units import REGISTER, Unit, UnitReader
from surveys.questionnaire.definition import Answers, Questionnaire

EVERYBODY = "all"  # the only stratum of a file without strata


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was given: what it is called, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """How the files are to be read.

    Attributes:
        first, last: days of the fieldwork, in ``zone``.
        drop: leave answers out that the route does not lead to, instead of refusing the file.
        use_weights: take the weights of the file; otherwise they follow from the strata.
    """

    first: date
    last: date
    zone: tzinfo
    drop: bool = False
    use_weights: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A unit with its answers, cut down to its route; none for a unit that is not eligible."""

    unit: Unit
    eligible: bool
    answers: Answers


@dataclass(frozen=True, slots=True)
class Import:
    """What the files say. Nothing of it may be stored when there are ``findings``.

    Attributes:
        strata: those with rows, and those that only the file of strata has; populations are known.
        weighted: every row has a weight of its own.
        timed, sampled: the file says when the answers were submitted, and of how many units in the sample.
        without: register variables that the file does not have.
        not_stored: columns of people's own words.
        missing: columns of optional questions that the file does not have.
        dropped: answers off the route that were left out, by question.
    """

    rows: tuple[Row, ...]
    strata: tuple[Stratum, ...]
    weighted: bool
    timed: bool
    sampled: bool
    rehearsal: bool
    without: tuple[str, ...]
    not_stored: tuple[str, ...]
    missing: tuple[str, ...]
    dropped: Mapping[str, int]


def read_import(
    questionnaire: Questionnaire, responses: Source, strata: Source | None, settings: Settings
) -> tuple[Import | None, Findings]:
    """Read a file of answers and, where there is one, the file of its strata; None when anything is wrong."""
    findings = Findings()
    given = _given_strata(strata, findings)
    table = read_table(responses.data, responses.name, findings)
    if table is None:
        return None, findings
    columns = find_columns(questionnaire, table.headers, responses.name, findings)
    if not settings.use_weights:
        known = {name: position for name, position in columns.known.items() if name != "weight"}
        columns = replace(columns, known=known)
    _check_design(columns, given, responses.name, findings)
    if findings.count:
        return None, findings
    units = UnitReader(
        headers=table.headers,
        known=columns.known,
        decimal_comma=table.decimal_comma,
        languages=questionnaire.languages,
        version=questionnaire.name,
        first=settings.first,
        last=settings.last,
        zone=settings.zone,
        file=responses.name,
        findings=findings,
    )
    answers = AnswerReader(questionnaire, columns, responses.name, findings, settings.drop)
    rows = tuple(_row(number, record, units, answers) for number, record in table.rows)
    known_strata = _strata(rows, given, columns, responses.name, findings)
    if not any(row.eligible for row in rows):
        findings.say("import_nobody_eligible", file=responses.name)
    found = Import(
        rows=rows,
        strata=known_strata,
        weighted="weight" in columns.known,
        timed=all(row.unit.submitted for row in rows if row.eligible),
        sampled=all(stratum.sample for stratum in known_strata),
        rehearsal=any(row.unit.rehearsal for row in rows),
        without=tuple(name for name in REGISTER if not any(name in row.unit.register for row in rows)),
        not_stored=columns.own_words,
        missing=columns.missing,
        dropped=answers.dropped,
    )
    return (None if findings.count else found), findings


def _given_strata(source: Source | None, findings: Findings) -> dict[str, Stratum]:
    table = read_table(source.data, source.name, findings) if source else None
    return read_strata(table, source.name, findings) if source and table else {}


def _check_design(columns: Columns, given: Mapping[str, Stratum], file: str, findings: Findings) -> None:
    """Without populations of strata, or weights, nobody knows for whom the answers stand."""
    known = columns.known
    if "weight" not in known and not ("stratum" in known and (given or "population" in known)):
        findings.say("import_without_design", file=file)
    if "weight" in known and any(stratum.ineligible for stratum in given.values()):
        findings.say("import_ineligible_without_weight", file=file)


def _row(number: int, record: Sequence[str], units: UnitReader, answers: AnswerReader) -> Row:
    unit = units.read(number, record)
    if unit.eligible is False:
        return Row(unit, False, {})
    register = {f"reg_{name}": value for name, value in unit.register.items()}
    taken = answers.held(number, register, answers.read(number, record))
    if taken.in_scope is False:
        if unit.eligible:
            units.say("import_says_not_eligible", number, "in_scope", {"in_scope": "1"})
        return Row(unit, False, {})
    return Row(unit, True, dict(taken.answers))


def _strata(
    rows: Sequence[Row], given: Mapping[str, Stratum], columns: Columns, file: str, findings: Findings
) -> tuple[Stratum, ...]:
    """Return the strata with their populations; what contradicts is a problem."""
    found = dict(given)
    first: dict[str, int] = {}
    for row in rows:
        unit = row.unit
        code = unit.stratum or EVERYBODY
        if given and code not in given:
            findings.say("import_stratum_unknown", file=file, row=unit.row, stratum=code)
            continue
        stratum = found.setdefault(code, Stratum(code, covers=covered_by(code)))
        for name in ("population", "sample"):
            said, now = getattr(stratum, name), getattr(unit, name)
            if now is not None and said and now != said:
                where = first.get(code, "–")
                params = {"row": unit.row, "column": name, "stratum": code, "found": now, "other": said}
                findings.say("import_totals_differ", file=file, first=where, **params)
            elif now is not None:
                found[code] = stratum = replace(stratum, **{name: now})
        first.setdefault(code, unit.row)
    weights, counts = defaultdict[str, float](float), Counter[str]()
    for row in rows:
        weights[row.unit.stratum or EVERYBODY] += row.unit.weight or 0
        counts[row.unit.stratum or EVERYBODY] += 1
    weighted = "weight" in columns.known
    return tuple(
        _checked(s, counts[s.code], round(weights[s.code]) if weighted else None, file, findings)
        for s in found.values()
    )


def _checked(stratum: Stratum, rows: int, weight: int | None, file: str, findings: Findings) -> Stratum:
    """Return a stratum with a population; with ready weights and without a population it is the sum of the weights."""
    rows += stratum.ineligible
    population = stratum.population or (max(weight, rows) if weight and rows else 0)
    params = {"file": file, "stratum": stratum.code, "rows": rows, "population": population}
    if not population:
        findings.say("import_without_population", **params)
        return stratum
    if rows > population:
        findings.say("import_more_rows_than_population", **params)
    elif weight is not None and rows == 1:
        findings.say("import_lonely_stratum", **params)
    if stratum.sample and not max(rows, 1) <= stratum.sample <= population:
        findings.say("import_sample_does_not_fit", sample=stratum.sample, **params)
    return replace(stratum, population=population)
