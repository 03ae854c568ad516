"""The staff pages of a questionnaire as a whole: list, outline, files, publishing, history."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from surveys.models import Act, Part, Questionnaire
from surveys.questionnaire.document import to_yaml
from tests.factories import make_questionnaire, make_round, refreshed
from tests.people import browser_of, dana, olga
from tests.questionnaires import document
from tests.surveys.test_draft import acts, make_draft, order, saved

pytestmark = pytest.mark.django_db

READ = ("questionnaire", "questionnaire-document", "questionnaire-history")
FORMS = ("questionnaire-load", "questionnaire-publish", "questionnaire-delete", "questionnaire-settings")
OF_A_DRAFT = (*READ, *FORMS, "questionnaire-texts", "question-new")


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("questionnaire.yaml", text.encode())


def path(name: str, questionnaire: Questionnaire, *args: object) -> str:
    return reverse(name, args=[questionnaire.pk, *args])


def paths(draft: Questionnaire) -> list[str]:
    """Every page there is."""
    parts = [("page", "first"), ("derived", "fresh"), ("scale", "agree")]
    return [
        reverse("questionnaire-list"),
        reverse("questionnaire-create"),
        *(path(name, draft) for name in OF_A_DRAFT),
        path("questionnaire-snapshot", draft, 1),
        path("question", draft, "new"),
        path("question-delete", draft, "new"),
        *(path("part-new", draft, part) for part, _ in parts),
        path("part", draft, *parts[0]),
        path("part-delete", draft, *parts[0]),
    ]


def test_every_page_works_in_both_languages() -> None:
    draft = make_draft()
    for language in ("da", "en"):
        browser = browser_of(dana(), language)
        for address in paths(draft):
            assert browser.get(address).status_code == 200, address


def test_every_page_needs_a_login_and_a_member_of_staff() -> None:
    draft = make_draft()
    changing = [path("questionnaire-new-version", draft), *paths(draft)]
    before = to_yaml(draft.definition())
    for address in changing:
        for method in ("get", "post"):
            asked = getattr(browser_of(None), method)(address)
            assert asked.status_code == 405 or asked["location"].startswith(reverse("account_login")), address
            assert getattr(browser_of(olga()), method)(address).status_code in (403, 405), address
    assert to_yaml(refreshed(draft).definition()) == before


def test_pages_that_only_show_take_no_post_and_a_new_version_takes_no_get() -> None:
    draft = make_draft()
    browser = browser_of(dana())
    for address in (
        reverse("questionnaire-list"),
        path("questionnaire-document", draft),
        path("questionnaire-history", draft),
    ):
        assert browser.post(address).status_code == 405
    assert browser.get(path("questionnaire-new-version", draft)).status_code == 405


def test_the_list_has_every_version_and_the_rounds_that_use_it() -> None:
    published = make_questionnaire(document("grid"))
    make_round(slug="spring", questionnaire=published)
    browser = browser_of(dana())
    browser.post(path("questionnaire-new-version", published))
    shown = browser.get(reverse("questionnaire-list")).content.decode()
    assert shown.count("<code>grid</code>") == 2
    assert "Published" in shown
    assert "Draft" in shown
    assert 'href="/rounds/spring/"' in shown


def test_the_outline_shows_problems_beside_what_they_concern() -> None:
    draft = make_draft()
    saved(draft, "what", label={"da": "Hvad?", "en": ""})
    page = browser_of(dana()).get(path("questionnaire", draft))
    questions = {line.name: line for one in page.context["pages"] for line in one.parts}
    assert [problem.text for problem in questions["what"].problems] == ["“Wording” has no text in “English”. Add it."]
    assert questions["new"].problems == []
    assert page.context["errors"] == 1
    assert "#question-what" in page.content.decode()


def test_the_outline_moves_and_copies() -> None:
    draft = make_draft()
    browser, before = browser_of(dana()), order(draft)
    answer = browser.post(path("questionnaire", draft), {"down": "question:new"})
    assert answer["location"] == f"{path('questionnaire', draft)}#question-new"
    assert order(draft) == [[], ["new", "what"], *before[2:]]
    browser.post(path("questionnaire", draft), {"copy": "question:happy"})
    assert order(draft)[-1] == ["thanks", "happy", "happy_2"]
    browser.post(path("questionnaire", draft), {"up": "page:last"})
    assert [page.name for page in draft.pages.order_by("position")] == ["first", "what", "last", "whose"]
    for nonsense in ({"up": "question:nosuch"}, {"up": "nosuch:new"}, {"wrong": "page:last"}, {}):
        assert browser.post(path("questionnaire", draft), nonsense).status_code == 302


def test_the_document_comes_out_and_goes_in_again() -> None:
    draft = make_draft("grid")
    browser = browser_of(dana())
    answer = browser.get(path("questionnaire-document", draft))
    assert answer["content-disposition"] == 'attachment; filename="grid-v1.yaml"'
    text = answer.content.decode()
    assert text == to_yaml(draft.definition())
    browser.post(path("questionnaire-load", draft), {"file": upload(text.replace("Proud?", "Are you proud?"))})
    assert refreshed(draft).definition().question("proud").label.text("en", {}) == "Are you proud?"
    assert acts(draft)[-1] == (Act.LOADED, Part.QUESTIONNAIRE, "")


def test_a_file_with_faults_is_refused_with_all_of_them() -> None:
    draft = make_draft()
    bad = document("ask_if").replace("new == 'yes'", "nosuch == 'yes'").replace("what == 'product'", "what == 'law'")
    for address in (path("questionnaire-load", draft), reverse("questionnaire-create")):
        page = browser_of(dana()).post(address, {"file": upload(bad), "load": ""})
        assert [problem.name for problem in page.context["problems"]] == ["what", "whose"]
        assert "Nothing has been loaded" in page.content.decode()
    assert len(acts(draft)) == 1


def test_a_file_that_is_no_text_is_refused() -> None:
    broken = SimpleUploadedFile("q.yaml", b"\xff\xfe\x00")
    page = browser_of(dana()).post(path("questionnaire-load", make_draft()), {"file": broken})
    assert "not a text in UTF-8" in page.content.decode()


def test_a_new_draft_comes_from_a_file() -> None:
    browser = browser_of(dana())
    answer = browser.post(reverse("questionnaire-create"), {"file": upload(document("grid")), "load": ""})
    draft = Questionnaire.objects.get()
    assert answer["location"] == path("questionnaire", draft)
    again = browser.post(reverse("questionnaire-create"), {"file": upload(document("grid")), "load": ""})
    assert "grid@1 is there already" in again.content.decode()


def header(**changes: Any) -> dict[str, Any]:
    return {
        "code": "fresh",
        "version": "1",
        "country": "DK",
        "reference_start": "2024-01-01",
        "reference_end": "2024-12-31",
        "languages": ["da", "en"],
        "title_da": "Frisk",
        "title_en": "Fresh",
    } | changes


def test_a_new_draft_comes_from_nothing() -> None:
    browser = browser_of(dana())
    browser.post(reverse("questionnaire-create"), header())
    draft = Questionnaire.objects.get()
    assert (str(draft), draft.title) == ("fresh@1", {"da": "Frisk", "en": "Fresh"})
    assert browser.get(path("questionnaire", draft)).status_code == 200
    taken = browser.post(reverse("questionnaire-create"), header())
    assert "fresh@1 is there already" in taken.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "Fresh!"),
        ("country", "dk"),
        ("reference_end", "2023-01-01"),
        ("version", "0"),
        ("version", "9" * 30),
        ("languages", []),
    ],
)
def test_a_head_with_a_fault_comes_back(field: str, value: Any) -> None:
    page = browser_of(dana()).post(reverse("questionnaire-create"), header(**{field: value}))
    assert field in page.context["form"].errors
    assert not Questionnaire.objects.exists()


def test_a_questionnaire_with_errors_is_not_published_and_all_are_listed() -> None:
    draft = make_draft()
    saved(draft, "what", label={"da": "Hvad?", "en": ""})
    saved(draft, "happy", options=[])
    browser = browser_of(dana())
    browser.post(path("questionnaire-publish", draft))
    page = browser.get(path("questionnaire-publish", draft))
    assert [problem.name for problem in page.context["errors"]] == ["what", "happy"]
    assert refreshed(draft).published_at is None


def test_what_somebody_else_changes_after_the_page_was_opened_is_not_published_unseen() -> None:
    draft = make_draft()
    browser = browser_of(dana())
    form = browser.get(path("questionnaire-publish", draft)).context["form"]
    saved(draft, "what", label={"da": "Noget helt andet", "en": "Something else"})
    page = browser.post(path("questionnaire-publish", draft), {"based_on": form["based_on"].value()}, follow=True)
    assert "Look at it before you publish it." in page.content.decode()
    assert refreshed(draft).published_at is None
    browser.post(path("questionnaire-publish", draft), {"based_on": page.context["form"]["based_on"].value()})
    assert refreshed(draft).published_at is not None


def test_publishing_freezes_and_a_new_version_starts_from_it() -> None:
    draft = make_draft()
    browser = browser_of(dana())
    browser.post(path("questionnaire-publish", draft))
    assert refreshed(draft).published_at is not None
    for address in (path("question", draft, "new"), path("questionnaire-settings", draft)):
        assert browser.get(address)["location"] == path("questionnaire", draft)
    browser.post(path("questionnaire-publish", draft))
    assert "no longer changes" in browser.get(path("questionnaire", draft)).content.decode()
    browser.post(path("questionnaire-new-version", draft))
    assert [str(one) for one in Questionnaire.objects.all()] == ["ask-if@1", "ask-if@2"]


def test_a_draft_can_be_deleted_and_a_published_one_cannot() -> None:
    draft, published = make_draft(), make_questionnaire()
    browser = browser_of(dana())
    for questionnaire in (draft, published):
        browser.post(path("questionnaire-delete", questionnaire))
    assert Questionnaire.objects.get() == published


def test_the_history_shows_what_was_changed_and_the_way_back() -> None:
    draft = make_draft()
    before = to_yaml(draft.definition())
    saved(draft, "new", label={"da": "Andet", "en": "Other words"})
    browser = browser_of(dana())
    shown = browser.get(path("questionnaire-history", draft)).content.decode()
    assert "Dana Dam" in shown
    lines = browser.get(path("questionnaire-snapshot", draft, 2)).context["lines"]
    assert any(kind == "+" and "Other words" in text for kind, text in lines)
    assert any(kind == "-" and "Have you introduced anything new?" in text for kind, text in lines)
    browser.post(path("questionnaire-snapshot", draft, 1))
    assert to_yaml(refreshed(draft).definition()) == before


def test_a_draft_that_cannot_be_read_can_still_be_set_back() -> None:
    draft = make_draft()
    saved(draft, "new", required=False)
    draft.questions.filter(code="what").update(ask_if="new ==")
    browser = browser_of(dana())
    assert "cannot be read" in browser.get(path("questionnaire", draft)).content.decode()
    assert browser.get(path("questionnaire-document", draft)).status_code == 404
    browser.post(path("questionnaire-snapshot", draft, 2))
    assert refreshed(draft).definition().question("what").ask_if is not None
