"""The button of a mail program (RFC 8058): one post stops the reminders, and nothing else does anything."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from responses import links
from responses.actions import case as case_actions
from responses.actions import contact, fieldwork, sending
from responses.models import Case, CaseEvent, Mail
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_holder, make_open_round, refreshed

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
LATER = NOON + timedelta(hours=1)
SHARED = {"email": "skole@aarhus.example", "kind": "workplace"}


def invite(round_: Round) -> list[Mail]:
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    sending.send_due(at=LATER)
    return list(Mail.objects.filter(step__isnull=False))


@pytest.fixture
def case() -> Case:
    return make_case(make_open_round())


@pytest.fixture
def mail(case: Case) -> Mail:
    (mail,) = invite(case.round)
    return mail


def path(mail: Mail) -> str:
    return reverse("unsubscribe", args=[links.signed(links.UNSUBSCRIBE, mail.pk)])


def stops(case: Case) -> int:
    return case.events.filter(kind=EventKind.REMINDERS_STOPPED).count()


def test_a_mail_of_the_plan_carries_the_headers_of_one_click(mail: Mail, mailoutbox: list[EmailMessage]) -> None:
    headers = mailoutbox[0].message()
    assert headers["List-Unsubscribe"] == f"<http://testserver{path(mail)}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_address_of_one_click_opens_no_questionnaire_and_is_that_of_no_other_purpose(
    client: Client, mail: Mail, case: Case
) -> None:
    token = path(mail).split("/")[2]
    others = {links.token(purpose, case.holders.get()) for purpose in links.PATHS}
    assert token not in others
    for name in ("answer", "opt-out", "take-back-by-mail", "give-back-by-mail", "withdraw", "receipt"):
        assert client.get(reverse(name, args=[token])).status_code == 404
    for other in others:
        assert client.post(reverse("unsubscribe", args=[other]), ONE_CLICK).status_code == 404
    assert stops(case) == 0


def test_a_notice_has_no_such_headers(mail: Mail, case: Case, mailoutbox: list[EmailMessage]) -> None:
    case_actions.decline(holder=case.holders.get(), at=LATER)
    sending.send_due(at=LATER + timedelta(hours=1))
    assert Mail.objects.get(step=None).status == "sent"
    headers = mailoutbox[-1].message()
    with pytest.raises(KeyError):
        headers["List-Unsubscribe"]
    with pytest.raises(KeyError):
        headers["List-Unsubscribe-Post"]


def test_one_post_of_a_mail_program_stops_the_reminders_and_is_no_refusal(mail: Mail, case: Case) -> None:
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path(mail), ONE_CLICK)
    assert (answer.status_code, answer.cookies) == (200, {})
    assert stops(case) == 1
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_post_as_a_form_with_parts_is_taken_too(mail: Mail, case: Case, client: Client) -> None:
    body = "List-Unsubscribe=One-Click"
    answer = client.post(path(mail), body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, stops(case)) == (200, 1)


def test_a_replayed_post_changes_nothing_more(mail: Mail, case: Case, client: Client) -> None:
    for _ in range(5):
        assert client.post(path(mail), ONE_CLICK).status_code == 200
    assert stops(case) == 1
    assert Mail.objects.filter(name="opt_out_confirmed").count() == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing_and_shows_the_question(method: str, mail: Mail, case: Case, client: Client) -> None:
    before = CaseEvent.objects.count()
    answer = getattr(client, method)(path(mail))
    assert (answer.status_code, answer.cookies) == (200, {})
    assert CaseEvent.objects.count() == before
    if method == "get":
        page = answer.content.decode()
        assert case.sample_unit.workplace.name in page
        assert re.search(r'<form[^>]+method="post"', page)
        assert f"/{links.PATHS[links.ANSWER]}/" not in page, "a mail program is given no link to the answers"


@pytest.mark.parametrize("fields", [{}, {"List-Unsubscribe": "yes"}, {"decision": "decline"}, {"": "Gem"}])
def test_a_post_that_decides_nothing_changes_nothing(
    fields: dict[str, str], mail: Mail, case: Case, client: Client
) -> None:
    assert client.post(path(mail), fields).status_code == 422
    assert stops(case) == 0


def test_a_person_who_opens_the_address_stops_the_reminders_with_the_button(
    mail: Mail, case: Case, client: Client
) -> None:
    answer = client.post(path(mail), {"decision": "stop"}, follow=True)
    assert answer.redirect_chain == [(path(mail), 303)]
    assert "Påmindelserne er stoppet" in answer.content.decode()
    assert stops(case) == 1


def test_the_page_is_in_the_language_of_the_case_or_the_one_asked_for(mail: Mail, client: Client) -> None:
    assert client.get(path(mail))["Content-Language"] == "da"
    english = client.get(path(mail) + "?lang=en")
    assert english["Content-Language"] == "en"
    assert "Do you want to stop the reminders?" in english.content.decode()


def test_one_click_of_a_bundle_covers_all_its_workplaces_without_a_mail_for_each(client: Client) -> None:
    round_ = make_open_round()
    cases = [make_case(round_, contact=SHARED) for _ in range(3)]
    other = make_case(round_)
    mail = next(each for each in invite(round_) if each.lines.count() == 3)
    assert client.post(path(mail), ONE_CLICK).status_code == 200
    assert [stops(case) for case in (*cases, other)] == [1, 1, 1, 0]
    assert not Mail.objects.filter(name="opt_out_confirmed").exists()
    page = client.get(path(mail)).content.decode()
    assert all(case.sample_unit.workplace.name in page for case in cases)


def test_the_page_of_a_bundle_asks_the_database_no_more_for_more_workplaces(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    round_ = make_open_round()
    for _ in range(12):
        make_case(round_, contact=SHARED)
    (mail,) = invite(round_)
    with django_assert_max_num_queries(8):
        client.get(path(mail))


def test_who_has_the_link_now_is_not_silenced_by_a_mail_to_an_old_address(
    mail: Mail, case: Case, client: Client
) -> None:
    case.holders.update(email="ny.leder@skole.example")
    assert client.post(path(mail), ONE_CLICK).status_code == 200
    assert stops(case) == 0


def test_a_delegate_speaks_for_their_own_address_only(case: Case, client: Client) -> None:
    delegate = make_holder(case, "delegate")
    (mail,) = invite(case.round)
    assert mail.address == delegate.email
    client.post(path(mail), ONE_CLICK)
    assert case_actions.reminders_stopped(delegate)
    assert not case_actions.reminders_stopped(case.holders.get(role="owner"))


@pytest.mark.parametrize("kind", [EventKind.SUBMITTED, EventKind.DECLINED])
def test_after_an_answer_or_a_no_there_is_nothing_to_stop(kind: EventKind, client: Client) -> None:
    case = make_case()
    (mail,) = invite(case.round)
    Case.objects.update(disposition=Disposition(kind.value))
    assert client.post(path(mail), ONE_CLICK).status_code == 200
    assert stops(case) == 0
    assert "I får ikke flere påmindelser" in client.get(path(mail)).content.decode()


def test_when_the_round_has_closed_the_post_is_answered_and_changes_nothing(
    mail: Mail, case: Case, client: Client
) -> None:
    fieldwork.close_round(round_=case.round, by=None, at=LATER)
    assert client.post(path(mail), ONE_CLICK).status_code == 200
    assert stops(case) == 0
    assert client.get(path(mail)).status_code == 200


@pytest.mark.parametrize("token", ["nonsense", "t1-" + "A" * 22, "t" + "z" * 12 + "-" + "A" * 22])
def test_an_address_that_was_never_given_out_is_404(token: str, client: Client, mail: Mail) -> None:
    for method in (client.get, client.head):
        assert method(f"/u/{token}/").status_code == 404
    assert client.post(f"/u/{token}/", ONE_CLICK).status_code == 404


def test_nobody_who_opted_out_by_one_click_gets_the_reminder(mail: Mail, case: Case, client: Client) -> None:
    client.post(path(mail), ONE_CLICK)
    contact.queue_step(step=case.round.contact_steps.get(mail_name="reminder_1"), at=LATER)
    assert not Mail.objects.filter(step__mail_name="reminder_1").exists()
