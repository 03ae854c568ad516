"""A stolen database opens no questionnaire."""

import io
import re

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from responses import links
from responses.actions import contact, fieldwork
from responses.models import LinkHolder, Mail
from tests.factories import NOON, make_round, make_sample
from tests.instruments import shipped


@pytest.mark.django_db(transaction=True)
def test_a_full_dump_after_mailing_and_answering_holds_no_token_and_no_code(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    round_ = make_round(questionnaire=shipped(NOON))
    make_sample(round_, size=12)
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    contact.send_due(at=NOON)
    holders = list(LinkHolder.objects.all())
    client.post(reverse("answer-page", args=[links.token(links.ANSWER, holders[0]), 1]), {"unit_confirm": "yes"})
    sent = "".join(str(mail.message()) for mail in mailoutbox)
    dumped = io.StringIO()
    call_command("dumpdata", stdout=dumped)
    dump = dumped.getvalue()
    assert Mail.objects.filter(status=Mail.Status.SENT).count() == 12
    for holder in holders:
        secrets = [links.token(purpose, holder) for purpose in (links.ANSWER, links.OPT_OUT)] + [
            links.typed_code(holder)
        ]
        assert secrets[0] in sent
        assert secrets[2] in sent
        for secret in secrets:
            assert secret not in dump
            assert secret.partition("-")[2] not in dump
    assert not re.search(r"/(s|o|t|r|k|w)/[0-9A-Za-z_-]{20}", dump)
