"""The codebook for archives and other programs: DDI-Codebook 2.5 in XML, every text in all languages of the round.

The order of elements is that of the standard's schema, a sequence everywhere. The numbers of categories are those of
the SPSS and Stata files; the codes of CSV and JSON Lines stand beside them as ``txt``.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from django.utils.functional import Promise

from responses.export_texts import CONTENTS, LEVELS
from responses.exports.document_texts import MISSING, MODES, NUMBERS, REHEARSAL, UNIT
from responses.exports.study import Study
from responses.exports.table import Table
from responses.variables import Kind, Privacy, Texts, Value, Variable, in_language, said

NAMESPACE: Final = "ddi:codebook:2_5"
SCHEMA = "https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
DATA_FILE = "F1"  # what the numbers below are those of
WEIGHT = "case_weight"
WEIGHTS = ("case_base_weight", WEIGHT)
REPRESENTATION = {
    Kind.CODE: "code",
    Kind.MARK: "code",
    Kind.INTEGER: "numeric",
    Kind.NUMBER: "numeric",
    Kind.TEXT: "text",
    Kind.TIME: "datetime",
}
UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Node = ElementTree.Element


def write_ddi(table: Table, path: Path) -> None:
    """Read the rows once, for their digest; write the file in one go: some 5 kB per variable."""
    table.read()
    ElementTree.register_namespace("", NAMESPACE)
    tree = ElementTree.ElementTree(_Document(table).root())
    ElementTree.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


class _Document:
    """Makes the elements; ``texts`` writes one element per language."""

    def __init__(self, table: Table) -> None:
        self.table, self.about = table, table.about
        languages = {language for variable in table.variables for language in variable.label}
        self.languages = sorted(languages, key=lambda language: (language != self.about.language, language))
        self.places = {variable.name: place for place, variable in enumerate(table.variables, start=1)}

    def root(self) -> Node:
        root = Node(f"{{{NAMESPACE}}}codeBook", {"version": "2.5", LANGUAGE: self.about.language})
        root.set(f"{{{INSTANCE}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
        self._document(_under(root, "docDscr"))
        self._study(_under(root, "stdyDscr"), self.table.study)
        self._file(_under(root, "fileDscr", ID=DATA_FILE))
        data = _under(root, "dataDscr")
        self._sections(data)
        for variable in self.table.variables:
            self._variable(data, variable)
        return root

    def _document(self, node: Node) -> None:
        citation = _under(node, "citation")
        self._titles(citation)
        production = _under(citation, "prodStmt")
        _under(production, "software", self.about.program)

    def _titles(self, citation: Node) -> None:
        """A title stands once; in other languages it is a parallel title."""
        titles, statement = self.table.study.titles, _under(citation, "titlStmt")
        first = in_language(titles, self.about.language) or self.about.title
        _under(statement, "titl", first).set(LANGUAGE, self.about.language)
        self._texts(statement, "parTitl", {code: text for code, text in titles.items() if code != self.about.language})
        _under(statement, "IDNo", self.about.round)

    def _study(self, node: Node, study: Study) -> None:
        citation = _under(node, "citation")
        self._titles(citation)
        if study.producer:
            self._texts(_under(citation, "rspStmt"), "AuthEnty", study.producer)
        production = _under(citation, "prodStmt")
        self._texts(production, "producer", study.producer)
        _under(production, "software", self.about.program)
        _under(_under(citation, "verStmt"), "version", self.about.questionnaire)
        information = _under(node, "stdyInfo")
        self._texts(information, "abstract", study.purpose)
        self._summary(_under(information, "sumDscr"), study)
        method = _under(_under(node, "method"), "dataColl")
        self._texts(method, "sampProc", study.sampling)
        self._texts(method, "collMode", self._said(MODES))
        self._texts(method, "weight", study.weighting)
        use = _under(_under(node, "dataAccs"), "useStmt")
        for language in self.languages[:1]:  # the standard has room for one
            level = self._said(LEVELS[Privacy(self.about.privacy)])
            _under(use, "restrctn", level[language]).set(LANGUAGE, language)
        if self.about.rehearsal:
            self._texts(node, "notes", self._said(REHEARSAL))

    def _summary(self, node: Node, study: Study) -> None:
        for name, period in (("timePrd", study.period), ("collDate", study.collected)):
            for event, day in zip(("start", "end"), period or (), strict=False):
                _under(node, name, day.isoformat(), event=event, date=day.isoformat())
        if study.country:
            _under(node, "nation", study.country, abbr=study.country)
        self._texts(node, "anlyUnit", self._said(UNIT))
        _under(node, "universe", self.about.filter).set(LANGUAGE, "en")

    def _file(self, node: Node) -> None:
        about = _under(node, "fileTxt")
        _under(about, "fileName", f"{self.about.round}-{self.about.content}-{self.about.privacy}")
        content = self._said(CONTENTS[self.about.content])
        _under(about, "fileCont", content[self.languages[0]]).set(LANGUAGE, self.languages[0])
        _under(about, "fileStrc", type="rectangular")
        size = _under(about, "dimensns")
        _under(size, "caseQnty", str(self.table.count))
        _under(size, "varQnty", str(len(self.table.variables)))
        _under(about, "dataMsng", self._said(MISSING)[self.languages[0]]).set(LANGUAGE, self.languages[0])
        _under(about, "software", self.about.program)
        self._texts(node, "notes", self._said(NUMBERS))
        _under(node, "notes", f"content_sha256: {self.table.digest}", type="digest")
        _under(node, "notes", f"weights: {self.about.weights}", type="weights")

    def _sections(self, data: Node) -> None:
        """Groups come before all variables."""
        place = 1
        for number, (label, count) in enumerate(self.table.sections, start=1):
            if count:
                ids = " ".join(f"V{one}" for one in range(place, place + count))
                group = _under(data, "varGrp", ID=f"G{number}", type="section", var=ids)
                self._texts(group, "labl", label)
            place += count

    def _variable(self, data: Node, variable: Variable) -> None:
        node = _under(data, "var", ID=f"V{self.places[variable.name]}", name=variable.name, files=DATA_FILE)
        node.set("intrvl", "contin" if variable.kind in (Kind.INTEGER, Kind.NUMBER) else "discrete")
        node.set("representationType", REPRESENTATION[variable.kind])
        if variable.values:
            node.set("nature", "nominal")
        if variable.name in WEIGHTS:
            node.set("wgt", "wgt")
        elif variable.question and WEIGHT in self.places:
            node.set("wgt-var", f"V{self.places[WEIGHT]}")
        self._texts(node, "labl", variable.label)
        if variable.question:
            self._texts(_under(node, "qstn"), "qstnLit", variable.question)
        _range(node, "valrng", [value for value in variable.values if not value.missing])
        _range(node, "invalrng", variable.missing)
        self._texts(node, "universe", variable.base)
        for value in variable.values:
            category = _under(node, "catgry", missing="Y" if value.missing else "N")
            _under(category, "catValu", str(value.number))
            self._texts(category, "labl", value.label)
            _under(category, "txt", value.code)
        character = variable.kind in (Kind.TEXT, Kind.TIME)
        format_ = _under(
            node,
            "varFormat",
            type="character" if character else "numeric",
        )
        if variable.kind is Kind.TIME:
            format_.set("category", "time")

    def _texts(self, node: Node, name: str, texts: Texts) -> None:
        for language in sorted(texts, key=lambda code: (code != self.about.language, code)):
            _under(node, name, texts[language]).set(LANGUAGE, language)

    def _said(self, text: Promise) -> Texts:
        return said(text, self.languages)


def _under(node: Node, name: str, text: str = "", /, **attributes: str) -> Node:
    made = ElementTree.SubElement(node, f"{{{NAMESPACE}}}{name}", attributes)
    if text:
        made.text = _printable(text)
    return made


def _range(node: Node, name: str, values: Sequence[Value]) -> None:
    if values:
        ranges = _under(node, name)
        for value in values:
            _under(ranges, "item", UNITS="INT", VALUE=str(value.number))


def _printable(text: str) -> str:
    """Leave out what XML has no way to write: control characters, halves of surrogate pairs."""
    return UNPRINTABLE.sub("", text)
