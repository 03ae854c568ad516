"""After submitting: a receipt and a copy for the browser that submitted, for 24 hours, and for nobody else."""

import io
import re
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from responses import copies, links
from responses.actions import answering, sending
from responses.models import CaseEvent, LinkHolder, Mail, Response
from responses.references import reference
from responses.statistics.dispositions import EventKind
from tests.factories import NOON, make_case, make_open_round, make_response
from tests.instruments import shipped
from tests.leaders import LONG_WAY, all_rows, link, owner_of, walk
from tests.people import browser_of, finn

OWN_WORDS = "øl & brød"


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON)), name="Skovbo"))


def finish(client: Client, holder: LinkHolder) -> str:
    """Answer everything, and return what the review page sends with its button."""
    list(walk(client, holder, LONG_WAY))
    match = re.search(r'name="seen" value="([^"]+)"', client.get(link(holder, "answer-review")).content.decode())
    assert match
    return match[1]


def submit(client: Client, holder: LinkHolder, seen: str = "") -> str:
    return client.post(link(holder, "answer-submit"), {"seen": seen, "looked_through": "on"})["Location"]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_browser_that_submits_comes_to_its_receipt_and_its_answers(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    receipt = submit(client, holder)
    page = text_of(client, receipt)
    assert "Vi modtog svarene for Skovbo" in page
    assert reference(holder.case_id) in page
    assert OWN_WORDS.replace("&", "&amp;") not in page
    assert f"{receipt}answers/" in page
    assert OWN_WORDS.replace("&", "&amp;") in text_of(client, f"{receipt}answers/")


def test_nobody_else_is_sent_there(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    token = submit(client, holder).split("/")[2]
    later = Client()
    for path in ("answer", "answer-review", "answer-submit"):
        answer = later.get(link(holder, path), follow=True)
        assert token not in answer.content.decode()
        assert answer.templates[0].name == "respondent/received.html"
    for data in ({}, {"seen": ""}, {"looked_through": "on", "seen": token}, {"looked_through": "on", "seen": "x"}):
        assert later.post(link(holder, "answer-submit"), data)["Location"] == link(holder)


def test_a_button_pressed_twice_comes_to_the_same_receipt(client: Client, holder: LinkHolder) -> None:
    seen = finish(client, holder)
    assert submit(client, holder, seen) == submit(client, holder, seen)
    assert CaseEvent.objects.filter(kind=EventKind.SUBMITTED).count() == 1


def test_whoever_had_seen_other_answers_than_those_submitted_is_not_shown_them(
    client: Client, holder: LinkHolder
) -> None:
    seen = finish(client, holder)
    response = Response.objects.get()
    response.answers |= {"comment": "noget andet"}
    response.save()
    submit(client, holder)
    assert submit(client, holder, seen) == link(holder)


def test_answers_that_somebody_changed_while_they_were_looked_through_are_shown_again_and_not_submitted(
    client: Client, holder: LinkHolder
) -> None:
    seen = finish(client, holder)
    response = Response.objects.get()
    response.answers |= {"comment": "noget andet"}
    response.save()
    review = submit(client, holder, seen)
    assert review == f"{link(holder, 'answer-review')}?changed=1"
    page = client.get(review).content.decode()
    assert "Nogen har ændret svarene i mellemtiden" in page
    assert "noget andet" in page
    assert not CaseEvent.objects.filter(kind=EventKind.SUBMITTED).exists()
    match = re.search(r'name="seen" value="([^"]+)"', page)
    assert match and submit(client, holder, match[1]).startswith("/k/")


def test_the_copy_is_shown_for_24_hours_and_then_nobody_can_tell_that_it_was_there(
    client: Client, holder: LinkHolder
) -> None:
    finish(client, holder)
    receipt = submit(client, holder)
    paths = [receipt, f"{receipt}answers/", f"{receipt}answers.pdf"]
    for age, status in ((timedelta(hours=23, minutes=59), 200), (timedelta(hours=24, seconds=1), 404)):
        submitted_at = timezone.now() - age
        Response.objects.update(started_at=submitted_at, submitted_at=submitted_at)
        token = copies.token(Response.objects.get())
        answers = [client.get(path.replace(receipt.split("/")[2], token)) for path in paths]
        assert [answer.status_code for answer in answers] == [status] * 3
    never = client.get(reverse("receipt", args=["t1-" + "A" * 22]))
    assert answers[0].content == never.content
    assert OWN_WORDS not in answers[1].content.decode()


@pytest.mark.parametrize(
    ("hours", "opens"), [(0, True), (23, True), (24, False), (-1, False)], ids=["at once", "late", "after", "before"]
)
def test_the_clock_that_counts_is_the_one_told(holder: LinkHolder, hours: int, opens: bool) -> None:
    response = make_response(holder.case, {}, at=NOON)
    found = copies.response_of(copies.token(response), NOON + timedelta(hours=hours))
    assert (found == response) is opens


def test_a_copy_address_of_another_purpose_key_or_time_opens_nothing(holder: LinkHolder) -> None:
    response = make_response(holder.case, {}, at=NOON)
    token = copies.token(response)
    wrong = [
        links.token(links.ANSWER, holder),
        links.signed(links.COPY, response.pk),
        links.signed(links.SEEN, response.pk),
        copies.seen(response),
        f"x{token[1:]}",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        f"{token}A",
        "",
    ]
    assert [copies.response_of(text, NOON) for text in wrong] == [None] * len(wrong)


def test_a_copy_dies_when_the_answers_are_opened_again(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    receipt = submit(client, holder)
    Response.objects.update(submitted_at=None)
    assert client.get(f"{receipt}answers/").status_code == 404


def test_the_receipt_is_private_and_changes_nothing(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    receipt = submit(client, holder)
    before = all_rows()
    for path in (receipt, f"{receipt}answers/", f"{receipt}answers.pdf", "/k/nonsense/"):
        for method in (client.get, client.head):
            answer = method(path)
            assert not answer.cookies
            assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
        assert client.put(path).status_code == 405
    assert all_rows() == before


def test_receipt_and_copy_speak_the_language_in_which_one_answered(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    answer = client.post(f"{link(holder, 'answer-submit')}?lang=en", {"looked_through": "on"})
    page = client.get(answer["Location"])
    assert page["Content-Language"] == "en"
    assert "We received the answers for Skovbo" in page.content.decode()


# The PDF


def pdf_of(client: Client, holder: LinkHolder, language: str = "da") -> PdfReader:
    answer = client.get(f"{submit(client, holder)}answers.pdf", {"lang": language})
    assert answer["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    ("language", "title"), [("da", "Jeres svar til Innovationsbarometeret"), ("en", "Your answers to ")]
)
def test_the_pdf_is_tagged_and_has_a_language_and_a_title(
    client: Client, holder: LinkHolder, language: str, title: str
) -> None:
    finish(client, holder)
    read = pdf_of(client, holder, language)
    root: Any = read.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert read.metadata and str(read.metadata.title).startswith(title)
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()


def test_the_pdf_says_what_the_page_says_and_takes_nothing_for_markup(client: Client, holder: LinkHolder) -> None:
    finish(client, holder)
    evil = '*fed* #read("/etc/passwd") $x$ <b> [ok] = @ref \\ //'
    response = Response.objects.get()
    response.answers |= {"comment": evil}
    response.save()
    text = " ".join(page.extract_text() for page in pdf_of(client, holder).pages)
    assert evil in " ".join(text.split())
    assert OWN_WORDS in text
    assert reference(holder.case_id) in text
    assert "Skovbo" in text
    assert "Øvelse – ikke en rigtig undersøgelse" in text


# Many at once


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_complaint_7_fifty_submits_at_once_give_one_record_and_one_receipt(mailoutbox: list[EmailMessage]) -> None:
    holder = owner_of(make_case())
    Response.objects.create(
        case=holder.case, questionnaire=holder.case.round.questionnaire, answers={"new": "yes"}, started_at=NOON
    )
    start = threading.Barrier(10)
    went_to: list[str] = []

    def press() -> None:
        start.wait()
        try:
            for _ in range(5):
                went_to.append(submit(Client(), holder))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(went_to) == 50
    assert sorted(set(went_to)) == sorted(
        {link(holder), reverse("receipt", args=[copies.token(Response.objects.get())])}
    )
    assert went_to.count(link(holder)) == 49
    assert CaseEvent.objects.filter(kind=EventKind.SUBMITTED).count() == 1
    sending.send_due(at=timezone.now())
    assert [mail.to for mail in mailoutbox] == [[holder.email]]
    assert Mail.objects.count() == 1


def test_submitting_twice_says_which_was_first(holder: LinkHolder) -> None:
    tiny = owner_of(make_case())
    Response.objects.create(
        case=tiny.case, questionnaire=tiny.case.round.questionnaire, answers={"new": "yes"}, started_at=NOON
    )
    assert [answering.submit(holder=tiny, at=at).first for at in (NOON, later(NOON))] == [True, False]
    assert Response.objects.get().submitted_at == NOON


def later(at: datetime) -> datetime:
    return at + timedelta(minutes=1)


def test_staff_find_a_case_by_the_reference_that_is_read_out_to_them(holder: LinkHolder) -> None:
    other = make_case(holder.case.round, name="Strandbo")
    browser = browser_of(finn())
    page = browser.get(f"/rounds/{holder.case.round.slug}/cases/", {"q": reference(other.pk)}).content.decode()
    assert "Strandbo" in page
    assert "Skovbo" not in page
    assert reference(other.pk) in browser.get(f"/cases/{other.pk}/").content.decode()
