"""The bounce mailbox: what proves to be about a mail of ours is recorded, the rest is for people, nothing is lost."""

import mailbox
from collections.abc import Callable
from contextlib import closing
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from barometer.celery import app
from responses import bounce_address
from responses.models import Case, Mail, MailReturn
from responses.statistics.dispositions import Disposition
from responses.tasks import fetch_returns, read_returns
from tests.factories import make_case, make_open_round, refreshed
from tests.imap_server import imap_server
from tests.responses.test_bounce import send_step
from tests.responses.test_returns import GARBAGE
from tests.returned import away, complaint, dsn, read_receipt, reply
from tests.smtp_sink import CERTIFICATE, server_certificate

pytestmark = pytest.mark.django_db

ELSEWHERE = "bounces@bounce.example"
Kinds = list[tuple[str, int | None]]


@pytest.fixture(autouse=True)
def bounces(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@bounce.example"


@pytest.fixture
def case() -> Case:
    return make_case(make_open_round(), contact={"email": "lea@skole.example"})


@pytest.fixture
def mail(case: Case) -> Mail:
    return send_step(case.round)[0]


def to(mail: Mail) -> str:
    return bounce_address.of(mail.pk)


def folder(path: Path, *messages: bytes) -> str:
    """Put messages into a folder of files; return its address."""
    for number, message in enumerate(messages):
        (path / f"{number:04}.eml").write_bytes(message)
    return f"folder://{path}"


def recorded() -> Kinds:
    return list(MailReturn.objects.order_by("pk").values_list("kind", "mail"))


def names(path: Path) -> list[str]:
    return sorted(str(found.relative_to(path)) for found in path.rglob("*.eml"))


def test_a_bounce_to_the_signed_address_marks_its_mail(tmp_path: Path, mail: Mail, case: Case) -> None:
    assert fetch_returns(folder(tmp_path, dsn(sent_to=to(mail), message_id="<gone@x.example>"))) == {"hard": 1}
    assert recorded() == [("hard", mail.pk)]
    assert refreshed(case).disposition == Disposition.BOUNCED
    assert names(tmp_path) == ["Handled/0000.eml"]


def test_a_bounce_with_the_number_of_a_mail_marks_it(tmp_path: Path, mail: Mail) -> None:
    assert fetch_returns(folder(tmp_path, dsn(sent_to=ELSEWHERE, message_id=refreshed(mail).message_id))) == {"hard": 1}
    assert recorded() == [("hard", mail.pk)]


@pytest.mark.parametrize(
    "forged",
    [
        lambda mail: dsn(sent_to=ELSEWHERE),
        lambda mail: dsn(sent_to=f"bounces+{mail.pk}-abcdefghijklmnop@bounce.example"),
        lambda mail: dsn(sent_to=to(mail).replace("bounce.example", "evil.example")),
        lambda mail: dsn(sent_to=bounce_address.of(mail.pk + 1000)),
        lambda mail: dsn(sent_to=ELSEWHERE, message_id=f"<mail{mail.pk}@example.org>"),
        lambda mail: complaint().replace(b"bounces+7", b"bounces+8"),
        lambda mail: away(sent_to=ELSEWHERE),
    ],
)
def test_a_forged_bounce_changes_nothing(
    tmp_path: Path, mail: Mail, case: Case, forged: Callable[[Mail], bytes]
) -> None:
    assert fetch_returns(folder(tmp_path, forged(mail))) == {"no mail of ours": 1}
    assert recorded() == []
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert names(tmp_path) == ["Inbox kept/0000.eml"]


@pytest.mark.parametrize("status", ["queued", "failed", "cancelled"])
def test_a_bounce_of_a_mail_that_never_left_changes_nothing(
    tmp_path: Path, mail: Mail, case: Case, status: str
) -> None:
    ended = None if status == "queued" else mail.ended_at
    Mail.objects.update(status=status, handed_over_at=None, ended_at=ended)
    assert fetch_returns(folder(tmp_path, dsn(sent_to=to(mail)))) == {"no mail of ours": 1}
    assert refreshed(case).disposition == Disposition.NOT_STARTED


def test_the_same_message_twice_counts_once(tmp_path: Path, mail: Mail) -> None:
    message = dsn("4.2.2", "smtp; 452 full", sent_to=to(mail))
    assert fetch_returns(folder(tmp_path, message, message)) == {"soft": 1, "known already": 1}
    assert fetch_returns(folder(tmp_path, message)) == {"known already": 1}
    assert recorded() == [("soft", mail.pk)]
    assert names(tmp_path) == ["Handled/0000-2.eml", "Handled/0000.eml", "Handled/0001.eml"], "nothing is written over"


def test_an_automatic_reply_is_logged_with_the_day_back(tmp_path: Path, mail: Mail, case: Case) -> None:
    assert fetch_returns(folder(tmp_path, away(sent_to=to(mail)))) == {"auto_reply": 1}
    assert MailReturn.objects.get().returns_on == date(2020, 2, 3)
    assert refreshed(case).disposition == Disposition.NOT_STARTED


def test_what_people_write_is_left_to_people_and_not_opened(tmp_path: Path, mail: Mail) -> None:
    messages = [reply(), reply("Hvem er I?"), dsn("4.4.1", action="delayed", sent_to=to(mail)), read_receipt()]
    assert fetch_returns(folder(tmp_path, *messages)) == {"person": 2, "notice": 2}
    assert recorded() == []
    assert names(tmp_path) == ["Handled/0002.eml", "Handled/0003.eml", "Inbox kept/0000.eml", "Inbox kept/0001.eml"]


def test_garbage_stops_no_run(tmp_path: Path, mail: Mail) -> None:
    found = fetch_returns(folder(tmp_path, *GARBAGE.values(), dsn(sent_to=to(mail))))
    assert found["hard"] == 1
    assert found.total() == len(GARBAGE) + 1
    assert found["unreadable"] == MailReturn.objects.filter(kind="unreadable", mail=None).count() > 3
    assert not list(tmp_path.glob("*.eml"))


def test_a_run_is_bounded_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[..., object]
) -> None:
    url = folder(tmp_path, *(reply(f"Hej {number}") for number in range(502)))
    assert fetch_returns(url) == {"person": 500}
    assert fetch_returns(url) == {"person": 2}
    assert fetch_returns(url) == {}


def test_a_maildir_is_read_and_what_is_for_people_stays_unread(tmp_path: Path, mail: Mail) -> None:
    box = mailbox.Maildir(tmp_path / "Maildir")
    for message in (dsn(sent_to=to(mail)), reply()):
        box.add(message)
    assert fetch_returns(f"maildir://{tmp_path}/Maildir") == {"hard": 1, "person": 1}
    assert len(box) == 0
    assert len(box.get_folder("Handled")) == 1
    [kept] = box.get_folder("Inbox kept")
    assert "S" not in kept.get_flags()


def test_an_mbox_is_read(tmp_path: Path, mail: Mail) -> None:
    path = tmp_path / "bounces"
    box = mailbox.mbox(path)
    for message in (dsn(sent_to=to(mail)), reply()):
        box.add(message)
    box.close()
    assert fetch_returns(f"mbox://{path}") == {"hard": 1, "person": 1}
    for name, number in (("", 0), (".Handled", 1), (".Inbox kept", 1)):
        with closing(mailbox.mbox(f"{path}{name}")) as found:
            assert len(found) == number
    assert fetch_returns(f"mbox://{path}") == {}


@pytest.mark.parametrize("moves", [True, False])
def test_a_mailbox_on_a_server_is_read_and_sorted(mail: Mail, moves: bool) -> None:
    with imap_server(dsn(sent_to=to(mail)), reply(), dsn(words="x" * 1_000_000)) as server:
        server.moves = moves
        url = f"imap://us%40er:p%2Fw@127.0.0.1:{server.port}/INBOX"
        assert fetch_returns(url) == {"hard": 1, "person": 1, "unreadable": 1}
        assert fetch_returns(url) == {}
        assert {name: sorted(messages) for name, messages in server.folders.items() if name != "INBOX"} == {
            "Handled": [101],
            "Inbox kept": [102, 103],
        }
        assert "EXPUNGE" not in server.commands
    assert recorded()[0] == ("hard", mail.pk)


def test_a_mailbox_is_read_over_tls_and_only_with_a_certificate_that_is_trusted(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with imap_server(dsn(sent_to=to(mail)), tls=server_certificate()) as server:
        url = f"imaps://user:hemmelig@127.0.0.1:{server.port}/INBOX"
        assert fetch_returns(url) == {}
        assert server.commands == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert fetch_returns(url) == {"hard": 1}
        assert sorted(server.folders["Handled"]) == [101]


@pytest.mark.parametrize("step", ["LOGIN", "SELECT", "SEARCH", "FETCH", "MOVE"])
def test_a_server_that_says_no_or_drops_is_looked_at_again_later(
    mail: Mail, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    with imap_server(dsn(sent_to=to(mail))) as server:
        url = f"imap://user:hemmelig@127.0.0.1:{server.port}/INBOX"
        server.refuses = (step,)
        assert fetch_returns(url) == {}
        server.refuses, server.drops_at = (), step
        assert fetch_returns(url) == {}
        server.drops_at = ""
        assert fetch_returns(url).total() == 1
    assert refreshed(mail).bounced_at is not None
    assert MailReturn.objects.count() == 1
    assert "The bounce mailbox cannot be read" in caplog.text
    assert "hemmelig" not in caplog.text


def test_a_server_without_encryption_is_not_told_the_password(mail: Mail) -> None:
    with imap_server(dsn(sent_to=to(mail))) as server:
        server.drops_at = "\x16"
        assert fetch_returns(f"imaps://user:hemmelig@127.0.0.1:{server.port}/INBOX") == {}
        assert server.commands == []


@pytest.mark.parametrize("url", ["maildir:///nowhere/at/all", "folder:///nowhere/at/all", "mbox:///nowhere/at/all"])
def test_a_mailbox_that_is_not_there_is_an_error_in_the_log(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert fetch_returns(url) == {}
    assert "The bounce mailbox cannot be read" in caplog.text


def test_the_worker_reads_it_every_five_minutes(tmp_path: Path, mail: Mail, settings: Settings) -> None:
    assert read_returns() == 0
    settings.RETURNS_URL = folder(tmp_path, dsn(sent_to=to(mail)))
    assert read_returns() == 1
    entry = app.conf.beat_schedule["read-returns"]
    assert (entry["task"], entry["schedule"]) == (read_returns.name, 300.0)


def test_it_is_read_by_hand(tmp_path: Path, mail: Mail) -> None:
    out = StringIO()
    call_command("read_returns", url=folder(tmp_path, dsn(sent_to=to(mail)), reply()), stdout=out)
    assert out.getvalue() == "hard: 1\nperson: 1\n"
    with pytest.raises(CommandError, match="RETURNS_URL"):
        call_command("read_returns")
