"""The codebook as DDI, as a page and as a PDF, read back: it says what the variable list says."""

import html
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from responses.exports.formats import FORMATS
from responses.exports.making import CONTENTS
from responses.exports.responses_table import responses_table
from responses.exports.table import Table
from responses.variables import Kind, Privacy, Variable
from surveys.models import Round, RoundText
from tests.every_type import FULL, every_type
from tests.exported import file_of
from tests.factories import make_case, make_response, make_stratum
from tests.people import ana, browser_of

pytestmark = pytest.mark.django_db

DDI = "{ddi:codebook:2_5}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# the sequences of the standard's schema, as far as we write any of their elements
ORDER = {
    "codeBook": "docDscr stdyDscr fileDscr dataDscr otherMat",
    "docDscr": "citation guide docStatus docSrc controlledVocabUsed notes",
    "stdyDscr": "citation studyAuthorization stdyInfo studyDevelopment method dataAccs othrStdyMat notes",
    "citation": "titlStmt rspStmt prodStmt distStmt serStmt verStmt biblCit holdings notes",
    "titlStmt": "titl subTitl altTitl parTitl IDNo",
    "rspStmt": "AuthEnty othId",
    "prodStmt": "producer copyright prodDate prodPlac software fundAg grantNo",
    "stdyInfo": "studyBudget subject abstract sumDscr qualityStatement notes exPostEvaluation",
    "sumDscr": "timePrd collDate nation geogCover geogUnit geoBndBox boundPoly anlyUnit universe dataKind",
    "dataColl": "timeMeth dataCollector collectorTraining frequenc sampProc sampleFrame targetSampleSize deviat "
    "collMode resInstru instrumentDevelopment sources collSitu actMin ConOps weight cleanOps",
    "fileDscr": "fileTxt locMap notes",
    "fileTxt": "fileName fileCitation fileCont fileStrc dimensns fileType format filePlac dataChck ProcStat dataMsng "
    "software verStmt",
    "dimensns": "caseQnty varQnty logRecL recPrCas recNumTot",
    "dataDscr": "varGrp nCubeGrp var nCube notes",
    "varGrp": "labl txt concept defntn universe notes",
    "var": "location labl imputation security embargo respUnit anlysUnit qstn valrng invalrng undocCod universe "
    "TotlResp sumStat txt stdCatgry catgryGrp catgry codInstr verStmt concept derivation varFormat geoMap catLevel "
    "notes",
    "catgry": "catValu labl txt catStat mrow",
}
# what it has room for once, wherever we write it; and the words that it takes for an attribute
ONCE = [
    "titlStmt",
    "titl",
    "rspStmt",
    "prodStmt",
    "method",
    "dataColl",
    "restrctn",
    "fileName",
    "fileCont",
    "fileStrc",
    "dimensns",
    "dataMsng",
    "catValu",
    "varFormat",
]
WORDS = {
    ("codeBook", "version"): {"2.5"},
    ("timePrd", "event"): {"start", "end", "single"},
    ("collDate", "event"): {"start", "end", "single"},
    ("fileStrc", "type"): {"rectangular"},
    ("varGrp", "type"): {"section"},
    ("var", "intrvl"): {"contin", "discrete"},
    ("var", "representationType"): {"text", "numeric", "code", "datetime"},
    ("var", "nature"): {"nominal"},
    ("var", "wgt"): {"wgt"},
    ("item", "UNITS"): {"INT", "REAL"},
    ("catgry", "missing"): {"Y", "N"},
    ("varFormat", "type"): {"character", "numeric"},
    ("varFormat", "category"): {"date", "time"},
}
FREE = {"ID", "name", "files", "var", "wgt-var", "VALUE", "date", "abbr", LANGUAGE}


@pytest.fixture
def round_() -> Round:
    made = every_type()
    stratum = make_stratum(made, population_size=5, sample_size=3)
    make_response(make_case(made, stratum=stratum), FULL)
    make_response(make_case(made, stratum=stratum), {"new": "no"})
    return made


def table_of(round_: Round) -> Table:
    table = responses_table(round_, Privacy.FULL, "da")
    table.read()
    return table


def ddi_of(round_: Round, folder: Path, **changes: str) -> ElementTree.Element:
    file_of(round_, folder / "codebook.xml", format="ddi", **changes)
    return ElementTree.parse(folder / "codebook.xml").getroot()


def texts(node: ElementTree.Element, path: str) -> dict[str, str]:
    found = node.findall("/".join(DDI + name for name in path.split("/")))
    return {each.get(LANGUAGE, ""): each.text or "" for each in found}


# DDI


def test_ddi_has_every_variable_with_all_its_texts_in_both_languages(round_: Round, tmp_path: Path) -> None:
    root, table = ddi_of(round_, tmp_path), table_of(round_)
    nodes = root.findall(f"{DDI}dataDscr/{DDI}var")
    assert [node.get("name") for node in nodes] == [variable.name for variable in table.variables]
    for node, variable in zip(nodes, table.variables, strict=True):
        assert set(variable.label) == {"da", "en"}
        assert texts(node, "labl") == dict(variable.label)
        assert texts(node, "qstn/qstnLit") == dict(variable.question)
        assert texts(node, "universe") == dict(variable.base)
        categories = node.findall(f"{DDI}catgry")
        for category, value in zip(categories, variable.values, strict=True):
            assert category.findtext(f"{DDI}catValu") == str(value.number)
            assert category.findtext(f"{DDI}txt") == value.code
            assert texts(category, "labl") == dict(value.label)
            assert category.get("missing") == ("Y" if value.missing else "N")
        for name, missing in (("valrng", False), ("invalrng", True)):
            items = node.findall(f"{DDI}{name}/{DDI}item")
            numbers = [str(value.number) for value in variable.values if value.missing is missing]
            assert [item.get("VALUE") for item in items] == numbers
        character = variable.kind in (Kind.TEXT, Kind.TIME)
        [format_] = node.findall(f"{DDI}varFormat")
        assert format_.get("type") == ("character" if character else "numeric")


def test_ddi_tells_weights_and_says_which_weight_goes_with_an_answer(round_: Round, tmp_path: Path) -> None:
    nodes = {node.get("name"): node for node in ddi_of(round_, tmp_path).iter(f"{DDI}var")}
    assert {name for name, node in nodes.items() if node.get("wgt") == "wgt"} == {"case_weight", "case_base_weight"}
    assert nodes["new"].get("wgt-var") == nodes["case_weight"].get("ID")
    assert nodes["reg_level"].get("wgt-var") is None


def test_ddi_says_whose_study_it_is_how_it_was_drawn_and_of_which_rows(round_: Round, tmp_path: Path) -> None:
    for language, text in (("da", "Styrelsen"), ("en", "The agency")):
        RoundText.objects.filter(round=round_, field="controller", language=language).update(text=text)
    root = ddi_of(round_, tmp_path)
    study = root.find(f"{DDI}stdyDscr")
    assert study is not None
    assert texts(study, "citation/titlStmt/titl") == {"da": "Prøve"}
    assert texts(study, "citation/titlStmt/parTitl") == {"en": "Trial"}
    assert texts(study, "citation/prodStmt/producer") == {"da": "Styrelsen", "en": "The agency"}
    assert "3 of 5 workplaces" in texts(study, "method/dataColl/sampProc")["en"]
    assert texts(study, "method/dataColl/weight").keys() == {"da", "en"}
    assert texts(study, "notes") == {
        "da": "Øvelse – ikke en rigtig undersøgelse",
        "en": "Rehearsal – not a real survey",
    }
    periods = [node.get("date") for node in study.iter(f"{DDI}timePrd")]
    assert periods == [date(2018, 1, 1).isoformat(), date(2019, 12, 31).isoformat()]
    table = table_of(round_)
    assert root.findtext(f".//{DDI}caseQnty") == str(table.count)
    assert root.findtext(f".//{DDI}varQnty") == str(len(table.variables))
    assert f"content_sha256: {table.digest}" in [node.text for node in root.iter(f"{DDI}notes")]


def test_ddi_keeps_to_the_order_and_the_references_of_the_standard(round_: Round, tmp_path: Path) -> None:
    for content, (least, _table) in CONTENTS.items():
        root = ddi_of(round_, tmp_path, content=content, privacy=max(least, Privacy.RESEARCH, key=list(Privacy).index))
        assert root.tag == f"{DDI}codeBook"
        assert root.get("version") == "2.5"
        for node in root.iter():
            name = node.tag.removeprefix(DDI)
            children = [child.tag.removeprefix(DDI) for child in node]
            if name in ORDER:
                sequence = ORDER[name].split()
                assert set(children) <= set(sequence), name
                assert all(sequence.index(one) <= sequence.index(next_) for one, next_ in pairwise(children)), name
            assert all(children.count(child) <= 1 for child in ONCE), name
            for attribute, value in node.attrib.items():
                free = attribute in FREE or name == "notes" or "schemaLocation" in attribute
                assert free or value in WORDS[name, attribute], (name, attribute)
        ids = [node.get("ID") for node in root.iter() if node.get("ID")]
        assert len(ids) == len(set(ids))
        for attribute in ("files", "wgt-var", "var"):
            referred = {one for node in root.iter() for one in (node.get(attribute) or "").split()}
            assert referred <= set(ids)


def test_ddi_leaves_out_what_xml_cannot_write(round_: Round, tmp_path: Path) -> None:
    RoundText.objects.filter(round=round_, field="purpose", language="en").update(text="Bell \a & <tag> \ud7ff")
    assert texts(ddi_of(round_, tmp_path), "stdyDscr/stdyInfo/abstract")["en"] == "Bell  & <tag> \ud7ff"


# The page and the PDF


def lines_of(variable: Variable, language: str) -> Iterator[str]:
    yield variable.name
    if variable.question:
        yield variable.question[language]
    yield from re.split(r"(?<=\.) ", variable.base.get(language, ""))  # who was asked is said in sentences
    for value in variable.values:
        yield f"{value.code} {value.number} {value.label[language]}{' (missing)' if value.missing else ''}"


def same(text: str) -> str:
    """Make texts comparable: spaces, minus signs and the places where a long name may be broken."""
    return " ".join(text.replace("−", "-").split())


def text_of(page: str) -> str:
    """Return what a reader of the page sees, cell after cell."""
    return same(html.unescape(re.sub("<[^>]*>", " ", page.replace("<wbr>", ""))))


def missing_from(found: str, variables: Sequence[Variable], language: str) -> list[str]:
    return [line for variable in variables for line in lines_of(variable, language) if same(line) not in found]


def test_the_page_tells_of_every_variable_its_question_base_codes_and_numbers(round_: Round) -> None:
    browser = browser_of(ana())
    for level in Privacy:
        answer = browser.get(reverse("codebook", args=[round_.slug]), {"texts": "en", "level": level.value})
        page = text_of(answer.content.decode())
        assert missing_from(page, responses_table(round_, level, "en").variables, "en") == []
    danish = browser.get(reverse("codebook", args=[round_.slug]), {"texts": "da"}).content.decode()
    assert '<div lang="da">' in danish
    assert "Ikke spurgt" in danish


def test_every_name_of_the_index_leads_to_its_variable(round_: Round) -> None:
    page = browser_of(ana()).get(reverse("codebook", args=[round_.slug])).content.decode()
    for variable in responses_table(round_, Privacy.STATISTICAL, "en").variables:
        assert page.count(f'href="#v-{variable.name}"') == 1
        assert page.count(f'id="v-{variable.name}"') == 1


def test_the_file_of_the_page_needs_no_other_file_and_says_of_which_rows_it_is(round_: Round, tmp_path: Path) -> None:
    file_of(round_, tmp_path / "codebook.html", format="codebook-html", language="en")
    text = (tmp_path / "codebook.html").read_text()
    assert '<html lang="en">' in text
    assert not re.search(r"<link|<script|\bsrc=|url\(|@import", text)
    table = responses_table(round_, Privacy.FULL, "en")
    table.read()
    assert missing_from(text_of(text), table.variables, "en") == []
    assert table.digest in text


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_pdf_is_tagged_has_title_and_language_and_every_variable(round_: Round, language: str) -> None:
    address = reverse("codebook-pdf", args=[round_.slug])
    answer = browser_of(ana()).get(address, {"texts": language, "level": "full"})
    assert answer["Content-Type"] == "application/pdf"
    pdf = pypdf.PdfReader(io.BytesIO(answer.content))
    catalogue: Any = pdf.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == language
    assert pdf.metadata is not None
    assert pdf.metadata.title == {"da": "Prøve – Kodebog", "en": "Trial – Codebook"}[language]
    text = same(" ".join(page.extract_text() for page in pdf.pages))
    for variable in responses_table(round_, Privacy.FULL, language).variables:
        assert variable.name in text
        assert all(same(value.label[language]) in text for value in variable.values)


def test_the_command_writes_each_codebook(round_: Round, tmp_path: Path) -> None:
    digests = set()
    for name in ("csv", "ddi", "codebook-html", "codebook-pdf"):
        out = tmp_path / f"file.{FORMATS[name].ending}"
        said = io.StringIO()
        call_command("export", round_.slug, "--format", name, "--out", str(out), stdout=said)
        assert out.stat().st_size
        digests.add(said.getvalue().split()[-1])
    assert len(digests) == 1


def test_equal_requests_give_equal_codebooks(round_: Round, tmp_path: Path) -> None:
    for name in ("ddi", "codebook-html", "codebook-pdf"):
        first, second = (file_of(round_, tmp_path / "file", format=name) for _ in range(2))
        assert (first.sha256, first.content_sha256) == (second.sha256, second.content_sha256)
