"""A stolen database opens no questionnaire."""

import io
import re

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from responses import coordinator_links, copies, links
from responses.actions import contact, fieldwork, sending
from responses.actions import coordinator as actions
from responses.models import Coordinator, LinkHolder, Mail, Response
from surveys.models import Round
from tests.factories import NOON, make_authority_contact, make_round, make_sample
from tests.instruments import shipped
from tests.leaders import LONG_WAY, link, owner_of, walk
from tests.people import finn


@pytest.mark.django_db(transaction=True)
def test_a_full_dump_after_mailing_and_answering_holds_no_token_and_no_code(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    round_ = make_round(questionnaire=shipped(NOON))
    make_sample(round_, size=12)
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    contact.queue_due_steps(at=NOON)
    sending.send_due(at=NOON)
    first, second = LinkHolder.objects.order_by("pk")[:2]
    left = answered(client, first)
    typed = {"given_by": "Lea", "name": "Dorte", "email": f"dorte@{second.email.partition('@')[2]}", "confirm": "1"}
    client.post(reverse("pass-on", args=[links.token(links.ANSWER, second)]), typed)
    coordinator = coordinator_of(round_)
    sending.send_due(at=timezone.now())
    delegate = LinkHolder.objects.get(role=LinkHolder.Role.DELEGATE)
    sent = "".join(str(mail.message()) for mail in mailoutbox)
    dump = dumped()
    assert (
        Mail.objects.filter(status=Mail.Status.SENT).count() == 12 + 1 + 2 + 2
    )  # invitations, a receipt, the hand-over, a coordinator
    left += [coordinator_links.token(coordinator), coordinator_links.code(coordinator)]
    assert all(secret in sent for secret in left[-2:])
    for holder in LinkHolder.objects.all():
        assert links.token(links.ANSWER, holder) in sent
        assert links.typed_code(holder) in sent
        for secret in [*(links.token(purpose, holder) for purpose in links.PATHS), links.typed_code(holder)]:
            left.append(secret)
    assert links.token(links.TAKE_BACK, second) in sent
    assert links.token(links.GIVE_BACK, delegate) in sent
    for secret in left:
        assert secret not in dump
        assert secret.partition("-")[2] not in dump
    assert not re.search(r"/(s|o|t|r|k|w|c)/[0-9A-Za-z_-]{20}", dump)


def answered(client: Client, holder: LinkHolder) -> list[str]:
    """Answer, submit, and leave what one can leave; return the tokens that the browser was given on the way."""
    list(walk(client, owner_of(holder.case), LONG_WAY))
    response = Response.objects.get(case=holder.case_id)
    given = [copies.seen(response), links.signed(links.BY_HAND, holder.pk)]
    receipt = client.post(link(holder, "answer-submit"), {"looked_through": "on"})["Location"]
    contact = {"email": "lea@skole.example", "innovation": "Brød", "agree": "on"}
    withdrawals = [
        client.post(f"{receipt}contact/", contact)["Location"],
        client.post(f"{receipt}results/", {"email": "lea@skole.example"})["Location"],
    ]
    return given + [path.strip("/").split("/")[1] for path in (receipt, *withdrawals)]


def coordinator_of(round_: Round) -> Coordinator:
    """The contact person of the sample's authority, with a link and a code on their way."""
    actions.switch(round_=round_, on=True, by=finn(), at=NOON)
    coordinator = actions.issue(contact=make_authority_contact(round_), by=finn(), at=timezone.now())
    actions.send_code(coordinator=coordinator, at=timezone.now())
    return Coordinator.objects.select_related("contact").get(pk=coordinator.pk)


def dumped() -> str:
    file = io.StringIO()
    call_command("dumpdata", stdout=file)
    return file.getvalue()
