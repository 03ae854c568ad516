"""The page of the audit log: search, pages, check, file; and the command that checks."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from barometer import audit
from barometer.audit_texts import facts_in_words, in_words
from barometer.models import AuditEvent
from responses.actions.retention import Clock
from surveys.models.snapshot import Act, Part
from tests.people import audrey, browser_of, dana, finn, olga

pytestmark = pytest.mark.django_db

NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
LOG, EXPORT = "/audit/", "/audit/export/"


@pytest.fixture
def lines() -> None:
    for day, (by, what, target) in enumerate(
        [(dana(), "frame.loaded", "round:1"), (finn(), "case.refused", "case:7"), (None, "wave.prepared", "wave:2")]
    ):
        audit.record(
            what, target=target, by=by, at=NOON + timedelta(days=day), reason="said <b>so</b>", facts={"rows": 3}
        )


@pytest.fixture
def auditor(lines: None) -> Client:
    return browser_of(audrey())


def shown(answer_of: Client, **asked: str) -> list[int]:
    return [event.number for event in answer_of.get(LOG, asked).context["page"]]


def test_lines_are_found_by_who_what_about_and_day_newest_first(auditor: Client) -> None:
    assert shown(auditor) == [3, 2, 1]
    assert shown(auditor, who="finn") == [2]
    assert shown(auditor, what="frame.loaded") == [1]
    assert shown(auditor, target="wave:2") == [3]
    assert shown(auditor, since="2020-01-07") == [3, 2]
    assert shown(auditor, since="2020-01-07", until="2020-01-07") == [2]


@pytest.mark.parametrize(
    "asked", [{"since": "yesterday"}, {"page": "x"}, {"page": "99"}, {"what": "%"}, {"who": "a\0b'--"}]
)
def test_strange_searches_break_nothing(auditor: Client, asked: dict[str, str]) -> None:
    assert auditor.get(LOG, asked).status_code == 200


def test_what_staff_wrote_is_shown_as_text(auditor: Client) -> None:
    assert "<b>so</b>" not in auditor.get(LOG).content.decode()


def test_the_page_and_the_command_say_that_the_log_is_whole(
    auditor: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "The log is whole" in auditor.get(LOG, {"check": "1"}).content.decode()
    call_command("verify_audit")
    assert capsys.readouterr().out


def test_the_page_and_the_command_say_where_it_is_broken(auditor: Client) -> None:
    AuditEvent.objects.filter(number=2).update(target="case:8")
    assert "The log is broken at line 2" in auditor.get(LOG, {"check": "1"}).content.decode()
    with pytest.raises(CommandError, match="2"):
        call_command("verify_audit")


def test_a_clock_set_back_breaks_nothing(auditor: Client) -> None:
    audit.record("act", target="round:1", by=finn(), at=NOON - timedelta(days=900))
    assert audit.first_break() is None
    assert shown(auditor) == [4, 3, 2, 1]


def test_a_line_of_rubbish_is_found_and_shown(auditor: Client) -> None:
    AuditEvent.objects.filter(number=2).update(facts=["no", "object"], who="\u202e", digest="")
    assert auditor.get(LOG, {"check": "1"}).status_code == 200
    assert audit.first_break() == audit.Break(2, "changed")


def test_the_file_has_the_lines_that_were_asked_for_and_is_a_line_itself(auditor: Client) -> None:
    audit.record("act", target="=cmd()", by=finn(), at=NOON)
    answer = auditor.post(EXPORT, {"who": "finn"})
    text = b"".join(answer).decode()
    assert [line.split(",")[0] for line in text.splitlines()] == ["number", "2", "4"]
    assert "'=cmd()" in text
    last = AuditEvent.objects.get(number=5)
    assert (last.what, last.who) == ("audit.exported", "audrey")


def test_a_long_log_has_pages_and_few_queries(auditor: Client, django_assert_max_num_queries: object) -> None:
    AuditEvent.objects.bulk_create(
        AuditEvent(number=number, at=NOON, who="x", what="y", target="z", digest=str(number), previous_digest="")
        for number in range(10, 260)
    )
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert len(shown(auditor)) == 100
    assert len(shown(auditor, page="3")) == 53


def test_the_log_needs_a_login_and_the_right() -> None:
    assert browser_of(None).get(LOG)["Location"].startswith("/login/")
    for person in (olga(), dana()):
        assert {browser_of(person).get(LOG).status_code, browser_of(person).post(EXPORT).status_code} == {403}
    assert browser_of(audrey()).get(EXPORT).status_code == 405
    assert browser_of(audrey()).post(LOG).status_code == 405
    assert reverse("audit") == LOG


def recorded() -> Iterator[str]:
    """Yield every code that the program writes as it stands, wherever a line is recorded."""
    for app in ("barometer", "surveys", "responses"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and called == "audit.record" and isinstance(node.args[0], ast.Constant):
                    yield str(node.args[0].value)


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_line_that_the_program_writes_has_words(language: str) -> None:
    codes = set(recorded()) | {f"retention.{clock.value}_deleted" for clock in Clock}
    codes |= {f"{part.value}.{act.value}" for part in Part for act in Act if act != Act.FOUND}
    assert len(codes) > 140
    with translation.override(language):
        assert [code for code in codes if in_words(code) == code] == []


def test_the_page_says_what_was_done_in_words_beside_the_code(auditor: Client) -> None:
    page = auditor.get(LOG).content.decode()
    assert "Refusal noted<br><code>case.refused</code>" in page
    assert '<option value="frame.loaded">Frame loaded</option>' in page


def test_details_are_told_as_people_write_them_and_what_is_empty_is_left_out() -> None:
    facts = {"cases": 0, "shown": ["fig1", "fig2"], "where": [], "groups": "", "new_link": True, "old": None}
    with translation.override("en"):
        assert facts_in_words(facts) == "cases = 0; shown = fig1, fig2; new_link = Yes"
    with translation.override("da"):
        assert facts_in_words({"new_link": False}) == "new_link = Nej"
