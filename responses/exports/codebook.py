"""The codebook to be read: every variable with its question, who was asked, and its codes, on a page and as a PDF.

Variables of one question that have the same codes stand together, so that a grid is one table and not twenty.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from barometer import formats
from barometer.pdf import tagged_pdf
from responses.export_texts import CONTENTS, LEVELS
from responses.exports.document_texts import KINDS, MISSING, NOTHINGS, REHEARSAL
from responses.exports.table import Table
from responses.variables import Privacy, Texts, Value, Variable, in_language

PART = re.compile("_*[^_]+")  # of a name, before which it may be broken
PDF = Path(__file__).resolve().parent / "codebook.typ"
STYLE = Path(__file__).resolve().parents[2] / "barometer" / "static" / "barometer" / "codebook.css"


def write_codebook_page(table: Table, path: Path) -> None:
    """Write a page that needs no other file; it reads the rows once, for their digest."""
    table.read()
    found = codebook(table, table.about.language)
    with translation.override(table.about.language):
        page = render_to_string("responses/codebook/file.html", {"codebook": found, "style": STYLE.read_text()})
    path.write_text(page, encoding="utf-8")


def write_codebook_pdf(table: Table, path: Path) -> None:
    """Write a tagged PDF with an index of page numbers; it reads the rows once, for their digest."""
    table.read()
    path.write_bytes(codebook_pdf(codebook(table, table.about.language)))


def codebook_pdf(found: dict[str, Any]) -> bytes:
    """Return the PDF of what ``codebook`` has returned; about a second."""
    return tagged_pdf(PDF, found)


def codebook(table: Table, language: str) -> dict[str, Any]:
    """Return everything there is to print, as plain values in one language."""
    with translation.override(language):
        return {
            "language": language,
            "title": in_language(table.study.titles, language) or table.about.title,
            "rehearsal": str(REHEARSAL) if table.about.rehearsal else "",
            "facts": list(_facts(table, language)),
            "missing": str(MISSING),
            "nothings": [[str(word) for word in row] for row in NOTHINGS],
            "sections": [_section(label, variables, language) for label, variables in _sections(table)],
            "words": _words(),
        }


def _facts(table: Table, language: str) -> Iterator[tuple[str, str]]:
    about, study = table.about, table.study
    yield gettext("Round"), about.round
    yield gettext("Content"), str(CONTENTS[about.content])
    yield gettext("Level"), str(LEVELS[Privacy(about.privacy)])
    yield gettext("Rows"), formats.number(table.count)
    yield gettext("Variables"), formats.number(len(table.variables))
    yield gettext("Questionnaire"), about.questionnaire
    for name, texts in ((gettext("Responsible"), study.producer), (gettext("Purpose"), study.purpose)):
        if text := in_language(texts, language):
            yield name, text
    for name, period in ((gettext("Asked about"), study.period), (gettext("Fieldwork"), study.collected)):
        if period:
            yield name, " – ".join(formats.day(day) for day in period)
    for name, texts in ((gettext("Sample"), study.sampling), (gettext("Weights"), study.weighting)):
        if text := in_language(texts, language):
            yield name, text
    yield gettext("Program"), about.program
    if table.digest:
        yield "content_sha256", table.digest


def _sections(table: Table) -> Iterator[tuple[Texts, Sequence[Variable]]]:
    place = 0
    for label, count in table.sections or (({}, len(table.variables)),):
        if count:
            yield label, table.variables[place : place + count]
        place += count


def _section(label: Texts, variables: Sequence[Variable], language: str) -> dict[str, Any]:
    return {
        "title": in_language(label, language) or gettext("Variables"),
        "names": [variable.name for variable in variables],
        "entries": [_entry(list(group), language) for _key, group in groupby(variables, _together)],
    }


def _together(variable: Variable) -> object:
    """Return what variables have in common that stand together: their question; without one, their codes."""
    return variable.name.partition("__")[0] if variable.question else variable.values or variable.name


def _entry(variables: Sequence[Variable], language: str) -> dict[str, Any]:
    """Return variables with one question and the same codes; a condition that all share is said once."""
    question = in_language(variables[0].question, language)
    bases = [in_language(variable.base, language) for variable in variables]
    shortest = min(bases, key=len)
    shared = shortest if all(base.startswith(shortest) for base in bases) else ""
    lines = [
        {
            "name": variable.name,
            "parts": PART.findall(variable.name),
            "label": in_language(variable.label, language).removesuffix(f" – {question}"),
            "asked": base.removeprefix(shared).strip(),
        }
        for variable, base in zip(variables, bases, strict=True)
    ]
    alone = len(lines) == 1
    values = next((variable.values for variable in variables if variable.values), ())
    return {
        "title": question or (lines[0]["label"] if alone else ""),
        "alone": alone and lines[0]["label"] in (question, in_language(variables[0].label, language)),
        "asked": shared,
        "variables": lines,
        "kind": str(KINDS[variables[0].kind]),
        "codes": list(_codes(values, language)),
    }


def _codes(values: Iterable[Value], language: str) -> Iterator[dict[str, Any]]:
    for value in values:
        number = str(value.number).replace("-", "−")
        label = in_language(value.label, language)
        yield {"code": value.code, "number": number, "label": label, "missing": value.missing}


def _words() -> dict[str, str]:
    """Return the words that stand around them."""
    return {
        "codebook": gettext("Codebook"),
        "missing_values": gettext("Missing values"),
        "index": gettext("Index of variables"),
        "variable": gettext("Variable"),
        "label": gettext("Label"),
        "kind": gettext("In the cells"),
        "code": gettext("Code"),
        "number": gettext("Value"),
        "meaning": gettext("Meaning"),
        "missing": gettext("missing"),
        "reason": gettext("Why there is nothing"),
        "page": gettext("Page"),
    }
