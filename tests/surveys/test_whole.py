"""The whole questionnaire on one page and as a PDF."""

import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from django.core.cache import cache
from django.utils import translation

from surveys.answering.whole import whole
from surveys.models import Question
from surveys.whole_pdf import whole_pdf
from tests.factories import NOON, TINY, make_questionnaire
from tests.instruments import shipped
from tests.people import browser_of, dana, olga
from tests.questionnaires import BAROMETER, STRATEGY, read

LEVELS = ("municipality", "region", "state")


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    cache.clear()
    with translation.override("en"):
        yield
    cache.clear()


def pdf_of(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf_of(data).pages).split())


# ---- what it holds


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", [BAROMETER, STRATEGY])
def test_every_question_that_is_on_stands_there_once_in_order_numbered(name: str, level: str) -> None:
    found = read(name)
    questions = [question for page in whole(found, "da", level)["pages"] for question in page["questions"]]
    assert [question["code"] for question in questions] == [q.code for q in found.questions if q.enabled]
    numbers = [question["number"] for question in questions if question["number"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_level_gets_its_own_options_and_texts() -> None:
    found = read(BAROMETER)

    def options(level: str) -> list[str]:
        pages = whole(found, "en", level)["pages"]
        [collab] = [q for page in pages for q in page["questions"] if q["code"] == "collab"]
        return [option["text"] for option in collab["options"]]

    assert "Workplaces in other municipalities" in options("municipality")
    assert "Municipal workplaces" not in options("municipality")
    assert "Municipal workplaces" in options("state")


def test_what_differs_from_workplace_to_workplace_is_named_in_brackets() -> None:
    first = whole(read(BAROMETER), "en", "state")["pages"][0]["questions"][0]
    assert first["title"].startswith("Please answer only for [Name of the workplace], [Address of the workplace], not")


def test_a_condition_that_a_whole_page_shares_is_said_once() -> None:
    pages = {page["title"]: page for page in whole(read(BAROMETER), "en", "region")["pages"]}
    latest = pages["The latest innovation"]
    assert latest["when"] == "Only if at least one line of question 5 is answered with “Yes”."
    assert {question["when"] for question in latest["questions"]} == {""}


def test_the_sentences_are_in_the_language_of_the_questionnaire_not_of_the_reader() -> None:
    with translation.override("en"):
        content = whole(read(BAROMETER), "da", "region")
    assert content["pages"][1]["questions"][0]["when"] == "Kun hvis svaret på spørgsmål 1 er ”Nej, den er nedlagt”."
    assert content["words"]["heading"] == "Alle spørgsmål"


# ---- the PDF


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "heading"), [("da", "Alle spørgsmål"), ("en", "All questions")])
def test_the_pdf_is_tagged_and_has_title_and_language(language: str, heading: str) -> None:
    questionnaire = shipped(NOON)
    reader = pdf_of(whole_pdf(questionnaire, language, "municipality"))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == language
    assert reader.metadata is not None
    title = questionnaire.definition().title.text(language, {})
    assert reader.metadata.title == f"{title} – {heading}"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.xmp_metadata is not None


@pytest.mark.django_db
def test_the_pdf_needs_no_font_of_the_system_and_knows_the_danish_letters() -> None:
    data = whole_pdf(shipped(NOON), "da", "municipality")
    text = text_of(data)
    assert "Har jeres arbejdsplads i 2018 eller 2019 taget noget i brug" in text
    assert all(letter in text for letter in "æøå")
    pages: list[Any] = list(pdf_of(data).pages)
    of_pages = [page["/Resources"]["/Font"] for page in pages]
    fonts = {str(font.get_object()["/BaseFont"]) for fonts in of_pages for font in fonts.values()}
    assert fonts
    assert all("Libertinus" in font for font in fonts)


@pytest.mark.django_db
def test_what_somebody_wrote_is_never_read_as_markup() -> None:
    nasty = '#panic("x") *a* _b_ `c` $d$ <e> @f #[g] \\\\h = i // j'
    document = TINY.format(code="nasty").replace('en: "Have you introduced anything new?"', f"en: '{nasty}'")
    text = text_of(whole_pdf(make_questionnaire(document), "en", ""))
    assert " ".join(nasty.split()) in text


@pytest.mark.django_db
def test_the_pdf_of_a_published_version_is_made_once_per_language_and_level() -> None:
    questionnaire = shipped(NOON, STRATEGY)
    ways = [("da", "state"), ("en", "state"), ("da", "region")]
    first = [whole_pdf(questionnaire, *way) for way in ways]
    assert len(set(first)) == 3
    Question.objects.update(label={"da": "Hvad?", "en": "What?"})  # behind the back of the models, which refuse
    questionnaire.forget_definition()
    assert [whole_pdf(questionnaire, *way) for way in ways] == first
    cache.clear()
    assert "What?" in text_of(whole_pdf(questionnaire, "en", "state"))


@pytest.mark.django_db
def test_the_pdf_of_a_draft_is_made_anew() -> None:
    draft = make_questionnaire(published=False)
    before = text_of(whole_pdf(draft, "en", ""))
    Question.objects.filter(questionnaire=draft).update(label={"da": "Hvad?", "en": "What?"})
    assert "Have you introduced" in before
    assert "1. What?" in text_of(whole_pdf(draft, "en", ""))


# ---- the pages for staff


@pytest.mark.django_db
def test_staff_see_all_questions_of_a_draft_in_the_language_and_for_the_level_they_choose() -> None:
    questionnaire = shipped(NOON)
    response = browser_of(dana()).get(f"/questionnaires/{questionnaire.pk}/all/?texts=da&level=state")
    assert response.status_code == 200
    content = response.content.decode()
    assert '<div lang="da">' in content
    assert "Kun hvis svaret på spørgsmål 1 er ”Nej, den er nedlagt”." in content
    assert "Departementet eller en anden overordnet administrativ ledelse" in content
    assert browser_of(dana()).get(f"/questionnaires/{make_questionnaire(published=False).pk}/all/").status_code == 200


@pytest.mark.django_db
def test_staff_get_the_pdf() -> None:
    questionnaire = make_questionnaire(published=False)
    response = browser_of(dana()).get(f"/questionnaires/{questionnaire.pk}/all.pdf?texts=da")
    assert response["Content-Type"] == "application/pdf"
    assert "Har I indført noget nyt?" in text_of(response.content)


@pytest.mark.django_db
def test_a_draft_that_cannot_be_shown_says_why() -> None:
    questionnaire = make_questionnaire(published=False)
    Question.objects.filter(questionnaire=questionnaire).update(ask_if="nosuch == 'yes'")
    response = browser_of(dana()).get(f"/questionnaires/{questionnaire.pk}/all/")
    assert response.status_code == 200
    assert "names “nosuch”" in response.content.decode()
    pdf = browser_of(dana()).get(f"/questionnaires/{questionnaire.pk}/all.pdf")
    assert (pdf.status_code, pdf["Location"]) == (302, f"/questionnaires/{questionnaire.pk}/all/")


@pytest.mark.django_db
def test_a_draft_that_only_lacks_a_translation_is_shown() -> None:
    questionnaire = make_questionnaire(published=False)
    Question.objects.filter(questionnaire=questionnaire).update(label={"da": "Kun dansk"})
    response = browser_of(dana()).get(f"/questionnaires/{questionnaire.pk}/all/?texts=en")
    assert "Kun dansk" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["all/", "all.pdf"])
def test_only_staff_see_all_questions_of_a_questionnaire(page: str) -> None:
    address = f"/questionnaires/{make_questionnaire().pk}/{page}"
    assert browser_of(None).get(address)["Location"].startswith("/login/")
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(dana()).post(address).status_code == 405
    assert browser_of(dana()).get("/questionnaires/999/all/").status_code == 404
