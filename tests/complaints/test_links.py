"""Complaints 2 and 20: machines that opt people out, and links that can be guessed or leak."""

import logging
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barometer.logs import json_formatter
from barometer.private import PREFIXES
from responses import coordinator_links, links
from responses.models import Case, CaseEvent, LinkHolder, Mail, Response
from responses.statistics.dispositions import Disposition, EventKind
from tests.complaints.scanners import BEHAVIOURS, Machine
from tests.factories import NOON, make_case, make_coordinator, make_open_round
from tests.instruments import shipped
from tests.leaders import SHORT_WAY, link, owner_of, submit, walk


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


def opt_out(holder: LinkHolder) -> str:
    return reverse("opt-out", args=[links.token(links.OPT_OUT, holder)])


def kinds(holder: LinkHolder) -> list[str]:
    return list(CaseEvent.objects.filter(case=holder.case_id).order_by("pk").values_list("kind", flat=True))


def test_complaint_2_no_more_reminders_is_not_a_refusal_and_a_refusal_is_not_no_more_reminders(
    client: Client, holder: LinkHolder
) -> None:
    client.post(opt_out(holder), {"decision": "stop"})
    assert kinds(holder) == [EventKind.OPENED, EventKind.REMINDERS_STOPPED]
    list(walk(client, holder, SHORT_WAY))
    assert submit(client, holder).startswith("/k/")  # whoever wants no reminders can still answer
    other = owner_of(make_case(holder.case.round))
    client.post(link(other, "decline"), {"decision": "decline"})
    assert kinds(other) == [EventKind.OPENED, EventKind.DECLINED]


def test_complaint_2_the_link_in_the_mail_shows_a_page_with_a_button_and_both_acts_can_be_undone(
    client: Client, holder: LinkHolder
) -> None:
    for decision, undo in (("stop", "resume"), ("decline", "undo")):
        before = kinds(holder)
        assert "<button" in client.get(opt_out(holder)).content.decode() or "<input" in str(client.get(opt_out(holder)))
        assert kinds(holder) == before
        client.post(opt_out(holder), {"decision": decision})
        assert len(kinds(holder)) == len(before) + 1
        client.post(opt_out(holder), {"decision": undo})
        assert len(kinds(holder)) == len(before) + 2
    assert Case.objects.get(pk=holder.case_id).disposition == Disposition.NOT_STARTED


def test_complaint_2_a_mail_program_that_unsubscribes_by_itself_declines_nothing(
    client: Client, holder: LinkHolder
) -> None:
    client.post(opt_out(holder), {"List-Unsubscribe": "One-Click"})
    assert Case.objects.get(pk=holder.case_id).disposition == Disposition.NOT_STARTED
    assert EventKind.DECLINED not in kinds(holder)


def test_complaint_20_a_link_holds_128_bits_that_the_database_does_not_know(client: Client, holder: LinkHolder) -> None:
    proof = links.token(links.ANSWER, holder).partition("-")[2]
    assert len(proof) * 6 >= 128
    assert proof != links.token(links.ANSWER, owner_of(make_case(holder.case.round))).partition("-")[2]
    fields = LinkHolder.objects.filter(pk=holder.pk).values_list().get()
    assert not any(proof in str(value) for value in fields)


def test_complaint_20_a_link_leaves_no_cookie_no_referrer_and_no_copy_wherever_one_goes(
    client: Client, holder: LinkHolder
) -> None:
    list(walk(client, holder, SHORT_WAY))
    receipt = submit(client, holder)
    for path in (link(holder), link(holder, "not-me"), link(holder, "decline"), opt_out(holder), receipt):
        answer = client.get(path, follow=True)
        assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
        assert not re.search(r'(src|href)="(https?:)?//', answer.content.decode())
    assert not client.cookies


def test_complaint_20_the_log_of_a_journey_holds_no_link(
    client: Client, holder: LinkHolder, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for method in (client.get, client.post, client.put):
            for path in (link(holder, "answer-page", 1), link(holder, "decline"), opt_out(holder)):
                method(path)
    lines = [json_formatter().format(record) for record in caplog.records if record.name.startswith("django")]
    assert lines
    secrets = [links.token(purpose, holder).rpartition("-")[2] for purpose in (links.ANSWER, links.OPT_OUT)]
    assert not [line for line in lines if any(secret in line for secret in secrets)]


def test_complaint_20_the_proxy_that_operators_are_shown_logs_no_secret_address() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
    pattern = re.search(r"map \$request_uri \$loggable \{ ~(\S+) 0;", guide)
    assert pattern
    assert [prefix for prefix in PREFIXES if not re.search(pattern[1], f"{prefix}x/")] == []


def test_complaint_20_guessing_typed_codes_is_slowed_with_words_that_say_what_to_do(
    client: Client, holder: LinkHolder
) -> None:
    answers = [client.post(reverse("typed-code"), {"code": f"0000-0000-000{number}"}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    page = answers[-1].content.decode()
    assert 'role="alert"' in page
    assert not Response.objects.exists()


def test_complaint_20_a_coordinators_link_leaks_no_more_than_a_leaders(
    client: Client, holder: LinkHolder, caplog: pytest.LogCaptureFixture
) -> None:
    coordinator = make_coordinator(holder.case.round, at=timezone.now())
    token = coordinator_links.token(coordinator)
    names = ("coordinator", "coordinator-code", "coordinator-workplaces")
    paths = [reverse(name, args=[token]) for name in names]
    with caplog.at_level(logging.DEBUG):
        for path in (*paths, f"{paths[2]}{holder.case_id}/", f"/c/{token}", f"/c/{token}x/"):
            for answer in (client.get(path), client.put(path), client.post(path, {"code": "x"})):
                assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    assert not client.cookies
    lines = [json_formatter().format(record) for record in caplog.records if record.name.startswith("django")]
    assert lines and not [line for line in lines if token.rpartition("-")[2] in line]


def test_complaint_1_a_machine_that_presses_every_button_is_let_in_nowhere_and_fills_no_mailbox(
    holder: LinkHolder,
) -> None:
    coordinator = make_coordinator(holder.case.round, at=timezone.now())
    for behaviour in BEHAVIOURS:
        Machine(behaviour).visit(f"/c/{coordinator_links.token(coordinator)}/")
    assert Mail.objects.filter(name="coordinator_code").count() == 1
    assert not holder.case.contact_corrections.exists()
