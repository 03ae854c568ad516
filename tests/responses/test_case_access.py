"""What of a case not all the staff may see: contact data, answers, the link itself."""

import pytest
from django.urls import reverse

from barometer.models import AuditEvent
from barometer.roles import Role
from responses import links
from responses.actions import link_copy
from responses.models import Case, LinkHolder, Mail, Response
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import NOON, make_authority_contact, make_case, make_holder, make_open_round, make_response
from tests.instruments import shipped
from tests.people import audrey, browser_of, dana, finn, holder_of

pytestmark = pytest.mark.django_db
REASON = {"reason": "She asked for it on paper"}


def page(case: Case, who: object) -> str:
    return browser_of(who).get(reverse("case", args=[case.pk])).content.decode()  # type: ignore[arg-type]


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def test_contact_data_are_for_those_who_may_see_them() -> None:
    round_ = make_open_round()
    case = make_case(round_, contact={"phone": "86 12 34 56", "email": "lea@skole.example"})
    make_holder(case, name="Dorte Delegat", email="dorte@skole.example")
    make_authority_contact(round_)
    hidden = ("lea@skole.example", "Lea Leder", "86 12 34 56", "Dorte Delegat", "dorte@skole.example", "Karen Kontakt")
    assert all(word in page(case, finn()) for word in hidden)
    assert not any(word in page(case, audrey()) for word in hidden)
    assert browser_of(audrey()).get(reverse("case-address", args=[case.pk])).status_code == 403


def test_answers_are_for_those_who_may_see_them_and_each_look_is_logged() -> None:
    case = make_case(make_open_round(questionnaire=shipped(NOON)), events=[EventKind.STARTED])
    answers = {"unit_confirm": "yes", "respondent_role": "administration"}
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, started_at=NOON, answers=answers)
    path = reverse("case-answers", args=[case.pk])
    caller = holder_of(Role.FIELDWORK)
    assert browser_of(caller).post(path).status_code == 403
    assert "Show the answers" not in page(case, caller)
    reader = dana()
    assert "Show the answers" in page(case, reader)
    assert "shared administrative unit" not in page(case, reader)
    assert not AuditEvent.objects.filter(what="case.answers_seen").exists()
    assert browser_of(reader).get(path).status_code == 405
    for _ in range(2):
        assert "shared administrative unit" in browser_of(reader).post(path).content.decode()
    lines = AuditEvent.objects.filter(what="case.answers_seen", target=f"case:{case.pk}", who="dana")
    assert lines.count() == 2


def test_there_is_nothing_to_see_of_a_case_without_answers() -> None:
    reader = dana()
    assert browser_of(reader).post(reverse("case-answers", args=[make_case().pk])).status_code == 404


def test_the_link_is_taken_out_with_a_reason_by_those_who_may_and_that_is_told() -> None:
    case = make_case()
    Round.objects.update(rehearsal=False)
    path = reverse("case-link", args=[case.pk])
    assert browser_of(audrey()).get(path).status_code == 403
    carrier = finn()
    assert browser_of(carrier).post(path, {"reason": " "}).status_code == 422
    assert links.token(links.ANSWER, owner(case)) not in browser_of(carrier).get(path).content.decode()
    answer = browser_of(carrier).post(path, REASON)
    assert links.token(links.ANSWER, owner(case)) in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "taken out by a member of staff" in page(case, carrier)
    line = AuditEvent.objects.get(what="link.copied")
    assert (line.who, line.reason) == ("finn", REASON["reason"])
    assert links.token(links.ANSWER, owner(case)) not in str(line.facts)


@pytest.mark.parametrize("why", ["started", "submitted", "retired", "passed on"])
def test_the_link_is_not_given_out_once_there_are_answers_or_it_opens_nothing(why: str) -> None:
    case = make_case(events=[EventKind.STARTED] if why == "started" else [])
    if why == "started":
        Response.objects.create(case=case, questionnaire=case.round.questionnaire, started_at=NOON, answers={})
    elif why == "submitted":
        make_response(case, {"new": "yes"})
    elif why == "retired":
        case.holders.update(retired_at=NOON)
    else:
        make_holder(case, LinkHolder.Role.DELEGATE)
    Round.objects.update(rehearsal=False)
    answer = browser_of(finn()).post(reverse("case-link", args=[case.pk]), REASON, follow=True)
    assert links.token(links.ANSWER, owner(case)) not in answer.content.decode()
    assert not AuditEvent.objects.filter(what="link.copied").exists()


def test_the_link_is_sent_again_through_the_queue_at_most_three_times_a_day() -> None:
    case = make_case()
    path = reverse("case-act", args=[case.pk, "send-link"])
    for _ in range(4):
        browser_of(finn()).post(path, REASON)
    assert Mail.objects.filter(name="link_again", status="queued").count() == 3
    assert case.events.filter(kind=EventKind.LINK_SENT).count() == 3


def test_the_link_is_not_sent_to_somebody_who_wants_no_more_mails() -> None:
    case = make_case(events=[EventKind.REMINDERS_STOPPED])
    with pytest.raises(link_copy.LinkRefused):
        link_copy.send_link(case=case, reason="x", by=finn(), at=NOON)
    text = browser_of(finn()).post(reverse("case-act", args=[case.pk, "send-link"]), REASON, follow=True)
    assert "If it asks for the link now, record a call" in text.content.decode()
    assert not Mail.objects.exists()
