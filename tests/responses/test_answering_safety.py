"""What machines, mistakes and strangers do to a personal link changes nothing and tells nothing."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from barometer.models import User
from responses import links
from responses.actions import case as case_actions
from responses.actions import fieldwork
from responses.models import LinkHolder, Response
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.leaders import LONG_WAY, SHORT_WAY, all_rows, link, owner_of, report_closed, stored_answers, submit, walk

TOO_MANY = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1
FORM, BROKEN = "application/x-www-form-urlencoded", "multipart/form-data"


@pytest.fixture
def holder(db: None) -> LinkHolder:
    round_ = make_open_round(questionnaire=shipped(NOON))
    return owner_of(make_case(round_))


def every_address(holder: LinkHolder) -> list[str]:
    """Every respondent address that takes a POST, pages off the route included."""
    opt_out = reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])
    pages = [link(holder, "answer-page", number) for number in range(17)]
    others = [link(holder, name) for name in ("answer", "answer-review", "answer-submit", "not-me", "decline")]
    return [*pages, *others, opt_out, reverse("typed-code")]


def untouched(client: Client, holder: LinkHolder) -> None:
    """Nothing happens."""


def begin(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, LONG_WAY))


def finish(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))


def hand_in(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    submit(client, holder)


def say_no(client: Client, holder: LinkHolder) -> None:
    client.post(link(holder, "decline"), {"decision": "decline"})


def close_the_round(client: Client, holder: LinkHolder) -> None:
    begin(client, holder)
    fieldwork.close_round(round_=holder.case.round, by=None, at=NOON)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    "bring_there",
    [untouched, begin, finish, hand_in, say_no, report_closed, close_the_round],
    ids=lambda act: act.__name__,
)
def test_get_and_head_change_no_row_wherever_the_case_stands(
    client: Client, holder: LinkHolder, bring_there: Callable[[Client, LinkHolder], None], method: str
) -> None:
    bring_there(client, holder)
    before = all_rows()
    for path in [*every_address(holder), reverse("privacy", args=[holder.case.round.slug])]:
        for address in (path, f"{path}?lang=en"):
            assert getattr(client, method)(address, follow=True).status_code == 200
    assert all_rows() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused_and_change_no_row(client: Client, holder: LinkHolder, method: str) -> None:
    begin(client, holder)
    before = all_rows()
    for path in every_address(holder):
        assert getattr(client, method)(path, {"unit_confirm": "closed", "decision": "decline"}).status_code == 405
    assert all_rows() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_cookie_is_set_and_the_address_is_not_passed_on(client: Client, holder: LinkHolder, method: str) -> None:
    finish(client, holder)
    for path in [*every_address(holder)[:-1], link(holder)[:-4] + "/"]:
        answer = getattr(client, method)(path)
        assert not answer.cookies
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"


def test_no_answer_under_a_personal_address_passes_it_on(holder: LinkHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    client, page = Client(raise_request_exception=False), link(holder, "answer-page", 1)
    answers = {
        301: client.get(link(holder).rstrip("/")),
        400: client.post(link(holder, "decline"), "x=&" * TOO_MANY, content_type=FORM),
        404: client.get(f"{page}nowhere/"),
        405: client.put(page),
    }
    monkeypatch.setattr("responses.views.answering.show", None)
    answers[500] = client.get(page)
    for status, answer in answers.items():
        assert answer.status_code == status
        assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
        assert not answer.cookies


def test_an_unknown_and_a_retired_link_look_the_same(client: Client, holder: LinkHolder, admin_user: User) -> None:
    path = link(holder)
    case_actions.retire_link(holder=holder, reason="", by=admin_user, at=NOON)
    retired = client.get(path)
    unknown = client.get(path[:-3] + "AA/")
    assert retired.status_code == unknown.status_code == 404
    assert retired.content == unknown.content


def test_a_link_opens_its_own_case_and_no_other(client: Client, holder: LinkHolder) -> None:
    other = owner_of(make_case(holder.case.round))
    number, _, _ = links.token(links.ANSWER, holder).partition("-")
    _, _, proof = links.token(links.ANSWER, other).partition("-")
    forged = f"{number}-{proof}"
    assert client.post(f"/s/{forged}/1/", {"unit_confirm": "yes"}).status_code == 404
    assert not Response.objects.exists()


def test_a_link_for_stopping_reminders_opens_no_questionnaire(client: Client, holder: LinkHolder) -> None:
    assert client.get(f"/s/{links.token(links.OPT_OUT, holder)}/").status_code == 404


def test_wrong_codes_are_slowed_down_for_their_network_only(client: Client, holder: LinkHolder) -> None:
    path, code = reverse("typed-code"), links.typed_code(holder)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for _ in range(5):
        assert client.post(path, {"code": wrong}, REMOTE_ADDR="192.0.2.1").status_code == 422
    assert client.post(path, {"code": code}, REMOTE_ADDR="192.0.2.2").status_code == 429
    assert client.post(path, {"code": code}, REMOTE_ADDR="198.51.100.1").status_code == 302


@pytest.mark.parametrize("text", ["x" * 900_000, "nul\0byte", "\ud800"])
def test_text_that_cannot_be_stored_comes_back_with_a_word(client: Client, holder: LinkHolder, text: str) -> None:
    walked = walk(client, holder, LONG_WAY)
    next(walked), next(walked)
    fields = {"latest_desc": text.encode("utf-8", "surrogatepass"), "latest_type": "product", "core_task": "current"}
    body = urlencode({**fields, "next": "1"})
    answer = client.post(link(holder, "answer-page", 4), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "latest_desc" not in stored_answers(holder)
    assert stored_answers(holder)["latest_type"] == ["product"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("latest_desc=" + "y" * 3_000_000, FORM),
        ("&".join(f"f{number}=x" for number in range(TOO_MANY)), FORM),
        ("latest_desc=half a form", BROKEN),
    ],
    ids=["too large", "too many fields", "without a boundary"],
)
def test_a_post_that_cannot_be_read_brings_the_page_again_and_stores_nothing(
    client: Client, holder: LinkHolder, body: str, kind: str
) -> None:
    walked = walk(client, holder, LONG_WAY)
    next(walked), next(walked)
    client.post(link(holder, "answer-page", 4), {"latest_desc": "Before", "back": "1"})
    before = all_rows()
    answer = client.post(link(holder, "answer-page", 4), body, content_type=kind)
    html = answer.content.decode()
    assert answer.status_code == 413
    assert "Intet på denne side er gemt" in html
    assert "Before</textarea>" in html
    assert all_rows() == before


@pytest.mark.django_db
def test_the_page_for_the_code_speaks_the_language_that_was_chosen() -> None:
    page = Client(headers={"accept-language": "da"}).get(reverse("typed-code"))
    assert 'href="?lang=en"' in page.content.decode()
    answer = Client(headers={"accept-language": "da"}).post(f"{reverse('typed-code')}?lang=en", {"code": "no"})
    assert "The code is not right." in answer.content.decode()
    assert '<html lang="en"' in answer.content.decode()
    assert answer.cookies == {}
