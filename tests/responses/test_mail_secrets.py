"""A stolen database opens nothing: no link and no code of a mail that has left is stored anywhere."""

import re
from itertools import product

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from responses import links
from responses.actions import contact, sending
from responses.models import LinkHolder, Mail
from tests.factories import NOON, make_case, make_open_round

pytestmark = pytest.mark.django_db


def whole_database() -> str:
    """Return every value of every table as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_no_link_or_code_of_a_sent_mail_stands_in_the_database(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    for contact_, language in product(({}, {"email": "a@skole.example", "kind": "workplace"}), ("da", "en")):
        make_case(round_, contact=contact_, language=language)
    for step in round_.contact_steps.order_by("day"):
        contact.queue_step(step=step, at=NOON)
        sending.send_due(at=NOON)
    assert len(mailoutbox) == 6
    holders = list(LinkHolder.objects.all())
    secrets = [links.token(purpose, holder) for holder in holders for purpose in (links.ANSWER, links.OPT_OUT)]
    secrets += [
        form for holder in holders for form in (links.typed_code(holder), links.typed_code(holder).replace("-", ""))
    ]
    sent = "\n".join(str(message.body) for message in mailoutbox)
    stored = whole_database()
    assert all(secret in sent for secret in secrets[:8]), "the mails do carry them"
    assert not [secret for secret in secrets if secret in stored]
    assert not re.search(links.TOKEN.pattern.strip("^$"), stored)
    assert "⟦link:" in stored


def test_a_failed_mail_stores_no_secret_either() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    round_.texts.filter(field="help_phone").delete()
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    sending.send_due(at=NOON)
    assert Mail.objects.get().status == Mail.Status.FAILED
    assert links.token(links.ANSWER, case.holders.get()) not in whole_database()
