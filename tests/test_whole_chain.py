"""The mission in one test: from a register file to an exported answer and the first figure."""

import csv
import email
import io
import json
import re
from collections.abc import Iterator
from datetime import time, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from responses import links
from responses.actions import contact, sending
from responses.actions.case import confirm_ineligible
from responses.models import Case, LinkHolder
from responses.statistics.dispositions import Disposition
from surveys.models import ContactStep, Round
from tests.conftest import free_port
from tests.factories import register_file, register_rows
from tests.instruments import BAROMETER
from tests.leaders import Given, current_route, filled, stored_answers

INNOVATOR: Given = {"innov__product": ["yes"], "initiators": ["legislation"], "novelty": ["copy"]}
NOTHING_NEW: Given = {f"innov__{row}": ["no"] for row in ("product", "service", "process", "comm")} | {
    "ongoing": ["no"]
}
GONE: Given = {"unit_confirm": ["closed"]}


class Post:
    """A real SMTP server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.mails.append(email.message_from_bytes(raw, policy=policy.default))
        return "250 OK"


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    yield post
    server.stop()


def manage(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


def answer_by_the_link_in(mail: EmailMessage, given: Given) -> None:
    """What a leader does: open the link in the mail, fill in page after page, submit."""
    client = Client()
    found = re.search(r"http://testserver(/s/([\w-]+)/)", text_of(mail))
    assert found
    holder = links.holder_of(links.ANSWER, found[2])
    assert holder
    assert holder.case.sample_unit.workplace.name in text_of(mail)
    assert client.get(found[1]).status_code == 200
    number = 1
    while page := current_route(holder).page(number):
        saved = client.post(f"{found[1]}{number}/", filled(page, stored_answers(holder), given))
        assert saved.status_code == 303, saved.content.decode()
        follows = re.search(r"/(\d+)/$", saved["Location"])
        number = int(follows[1]) if follows else 0
    hidden = re.findall(
        r'name="(seen|by_hand)" value="([^"]+)"', client.get(saved["Location"], follow=True).content.decode()
    )
    client.post(f"{found[1]}submit/", dict(hidden))


@pytest.mark.django_db(transaction=True)
def test_from_a_register_file_to_an_exported_answer_and_the_first_figure(tmp_path: Path, post: Post) -> None:
    # An office loads the instrument, makes a round, reads the register and draws a sample.
    manage("load_questionnaire", BAROMETER, "--publish")
    today = timezone.localdate()
    dates = ("--opens", str(today), "--deadline", str(today + timedelta(days=30)))
    manage("create_round", "rehearsal", "--questionnaire", f"{BAROMETER}@2", *dates, "--rehearsal")
    register = tmp_path / "register.csv"
    schools = register_rows(40, first=100, Branche="852010", Ansatte="60")
    register.write_bytes(register_file([*register_rows(60), *schools]))
    manage("load_frame", "rehearsal", str(register))
    manage("draw_sample", "rehearsal", "--size", "30", "--start", "0.25", "--accept-merges")

    # The round opens, and an invitation leaves to each of the thirty leaders, once.
    # It is a small office, where nobody has to approve, and now may be the night to a Sunday.
    Round.objects.update(second_person=False)
    ContactStep.objects.update(skips_quiet_weeks=False, time=time(0))
    manage("open_round", "rehearsal")
    contact.queue_due_steps(at=timezone.now())
    sending.send_due(at=timezone.now())
    sending.send_due(at=timezone.now())
    assert len({mail["To"] for mail in post.mails}) == len(post.mails) == 30

    # Eight leaders answer, one of them that the workplace is gone; one of them starts and stops.
    for mail, given in zip(post.mails, [INNOVATOR] * 5 + [NOTHING_NEW] * 3 + [GONE], strict=False):
        answer_by_the_link_in(mail, given)
    gone = Case.objects.get(disposition=Disposition.INELIGIBLE_REPORTED)
    confirm_ineligible(case=gone, reason="called the authority", by=None, at=timezone.now())

    # The response rate has moved, on the page and by the command.
    rate = json.loads(manage("response_rate", "rehearsal", "--format", "json"))
    assert (rate["sampled"], rate["submitted"], rate["not_eligible"]) == (30, 8, 1)
    assert rate["response_rate"] == pytest.approx(8 / 30)
    assert rate["response_rate_of_eligible"] == pytest.approx(8 / 29)
    assert rate["target"] == 15

    # Each gets a receipt at once, and nothing with it.
    post.mails.clear()
    sending.send_due(at=timezone.now())
    assert sorted(mail["To"] for mail in post.mails) == sorted(
        LinkHolder.objects.filter(case__disposition="submitted").values_list("email", flat=True)
    )

    # The reminder reaches those who have not answered, and nobody else.
    answered = {holder.email for holder in LinkHolder.objects.filter(case__disposition__in=("submitted", "ineligible"))}
    post.mails.clear()
    later = timezone.now() + timedelta(days=6)
    contact.queue_due_steps(at=later)
    sending.send_due(at=later)
    assert len(post.mails) == 21
    assert not answered & {str(mail["To"]) for mail in post.mails}

    # The answers come out, one row each, off-route questions empty; and the unit that is not eligible.
    manage("export", "rehearsal", "--out", str(tmp_path / "answers.csv"))
    with open(tmp_path / "answers.csv", encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    rows = [row for row in table if row["in_scope"] == "1"]
    assert (len(table), len(rows)) == (9, 8)
    assert sorted(row["novelty"] for row in rows) == ["", "", "", *["copy"] * 5]
    assert {row["initiators__legislation"] for row in rows if row["novelty"]} == {"1"}

    # Figure 1 is weighted to the whole frame: all five innovators were started by legislation.
    figure = json.loads(manage("estimate", "rehearsal", "R3-02", "--format", "json"))
    lines = {line["indicator"]: line for table in figure["tables"] for line in table["lines"] if not line["group"]}
    assert lines["R3-02"]["n"] == 5
    assert lines["R3-02"]["estimate"] == 1
    assert lines["R3-02d"]["estimate"] == 1
    assert lines["R3-02"]["interval_low"] < 1
    assert Round.objects.get().status == Round.Status.OPEN
