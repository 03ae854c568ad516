"""Complaint 1: link scanners open, follow and press. Wherever a case stands, no row changes, whatever they do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from responses import copies, links
from responses.actions import case as case_actions
from responses.actions import correction, fieldwork
from responses.models import LinkHolder, Mail, Response
from tests.complaints.scanners import BEHAVIOURS, Machine
from tests.factories import NOON, make_case, make_holder, make_open_round
from tests.instruments import shipped
from tests.leaders import LONG_WAY, SHORT_WAY, all_rows, link, owner_of, report_closed, submit, walk

pytestmark = pytest.mark.once

LATER = NOON + timedelta(days=2)


def not_started(holder: LinkHolder) -> None:
    """Nothing has happened."""


def started(holder: LinkHolder) -> None:
    walked = walk(Client(), holder, LONG_WAY)
    assert [next(walked) for _ in range(3)] == [1, 3, 4]


def finished(holder: LinkHolder) -> None:
    list(walk(Client(), holder, SHORT_WAY))


def submitted(holder: LinkHolder) -> None:
    finished(holder)
    submit(Client(), holder)
    assert Response.objects.get().submitted_at


def correction_asked(holder: LinkHolder) -> None:
    submitted(holder)
    correction.request(holder=holder, at=LATER)


def declined(holder: LinkHolder) -> None:
    case_actions.decline(holder=holder, at=LATER)


def reminders_stopped(holder: LinkHolder) -> None:
    case_actions.stop_reminders(holder=holder, at=LATER)


def reported(holder: LinkHolder) -> None:
    report_closed(Client(), holder)


def passed_on(holder: LinkHolder) -> None:
    started(holder)
    make_holder(holder.case, LinkHolder.Role.DELEGATE)


def shared(holder: LinkHolder) -> None:
    started(holder)
    make_holder(holder.case)


def waiting(holder: LinkHolder) -> None:
    make_holder(holder.case, standing=LinkHolder.Standing.WAITING)


def given_back(holder: LinkHolder) -> None:
    make_holder(holder.case, standing=LinkHolder.Standing.ENDED)


def closed_round(holder: LinkHolder) -> None:
    started(holder)
    fieldwork.close_round(round_=holder.case.round, by=None, at=LATER)


STATES = (
    not_started,
    started,
    submitted,
    correction_asked,
    declined,
    reminders_stopped,
    reported,
    passed_on,
    shared,
    waiting,
    given_back,
    closed_round,
    finished,
)

IN_EVERY_DISGUISE = (not_started, started, finished)


def addresses(case_pk: int) -> list[str]:
    """Every kind of address that stands in a mail or in a letter, of everybody who has a link; and the receipt."""
    found = [reverse("typed-code"), reverse("accessibility")]
    for holder in LinkHolder.objects.select_related("case__round").filter(case=case_pk).order_by("pk"):
        purposes = (links.ANSWER, links.OPT_OUT, links.TAKE_BACK, links.GIVE_BACK)
        found += [f"/{links.PATHS[purpose]}/{links.token(purpose, holder)}/" for purpose in purposes]
        found += [link(holder, name) for name in ("not-me", "decline", "pass-on", "share")]
        found += [reverse(name, args=[holder.case.round.slug]) for name in ("privacy", "questions")]
    for mail in Mail.objects.filter(lines__case=case_pk).order_by("pk"):
        found.append(reverse("unsubscribe", args=[links.signed(links.UNSUBSCRIBE, mail.pk)]))
    for response in Response.objects.filter(submitted_at__isnull=False):
        found.append(reverse("receipt", args=[copies.token(response)]))
    return list(dict.fromkeys(found))


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_complaint_1_nothing_that_machines_do_to_a_link_changes_a_row(state: Callable[[LinkHolder], None]) -> None:
    holder = owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))
    state(holder)
    found = addresses(holder.case_id)
    assert len(found) >= 10
    before = all_rows()
    for behaviour in BEHAVIOURS:
        if behaviour.is_disguise and state not in IN_EVERY_DISGUISE:
            continue
        machine = Machine(behaviour)
        with connection.execute_wrapper(machine.note):
            for address in found:
                machine.visit(address)
        assert machine.wrote == [], "\n".join(machine.wrote)
        assert len(machine.pressed) > 1 or not behaviour.presses
    assert all_rows() == before
