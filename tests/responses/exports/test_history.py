"""Files of contacts and of events: a row for each thing that was done, in CSV and in SPSS, equal to what is stored."""

import math
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from django.utils import timezone

from responses.actions import contact, sending
from responses.exports.about import CONSTANTS
from responses.exports.history_tables import contacts_table, events_table
from responses.exports.units import pseudonym
from responses.models import Call, Case, CaseEvent, ContactAttempt, Mail, Wave
from responses.models.contact import mail_names
from responses.statistics.dispositions import EventKind
from responses.variables import Privacy
from surveys.models import Round
from tests.exported import file_of, rows_of
from tests.factories import NOON, make_case, make_open_round, make_step

pytestmark = pytest.mark.django_db

SENT, LETTER, CALLED, BOUNCED = (NOON + timedelta(days=days) for days in (0, 3, 5, 1))


@pytest.fixture
def round_() -> Round:
    """Two workplaces: one was written to and called and has refused, the other one has had a letter."""
    made = make_open_round()
    first = make_case(made, register_id="0000000001", name="Skovbo")
    contact.queue_step(step=made.contact_steps.get(mail_name="invitation"), at=SENT)
    sending.send_due(at=SENT)
    second = make_case(made, register_id="0000000002", name="Søbo", events=(EventKind.REFUSED,))
    step = make_step(made, "letter")
    moments = {"scheduled_for": LETTER, "prepared_at": LETTER, "proven_at": LETTER, "released_at": LETTER}
    wave = Wave.objects.create(step=step, number=1, forecast=1, **moments)
    ContactAttempt.objects.create(case=second, step=step, wave=wave, holder=second.holders.get())
    Call.objects.create(case=first, step=make_step(made, "calls"), at=CALLED, outcome="no_answer", note="Ring igen")
    Mail.objects.filter(round=made).update(bounced_at=BOUNCED)
    return made


def written(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def name_of(round_: Round, register_id: str) -> str:
    return pseudonym(round_, Case.objects.get(round=round_, sample_unit__workplace__register_id=register_id).pk)


def contacts(round_: Round) -> dict[tuple[str, str], dict[str, str]]:
    """Return what the file has to hold, written out by hand, by workplace and channel."""
    first, second = name_of(round_, "0000000001"), name_of(round_, "0000000002")
    nothing = dict.fromkeys(("resend", "status", "bounced", "call_outcome", "left_out"), "")
    mail = {"name": "invitation", "at": written(SENT), "resend": "0", "status": "sent", "bounced": "1"}
    letter = {"name": "letter", "at": written(LETTER), "resend": "0"}
    call = {"name": "calls", "at": written(CALLED), "call_outcome": "no_answer"}
    return {
        ("0000000001", "email"): nothing | mail | {"case_id": first},
        ("0000000002", "letter"): nothing | letter | {"case_id": second},
        ("0000000001", "phone"): nothing | call | {"case_id": first},
    }


def events(round_: Round) -> Iterator[tuple[str, ...]]:
    """Yield every event as it is stored, in the order of the file."""
    stored = CaseEvent.objects.filter(case__round=round_).select_related("case__sample_unit__workplace").order_by("pk")
    for event in sorted(stored, key=lambda event: pseudonym(round_, event.case_id)):
        workplace = event.case.sample_unit.workplace.register_id
        yield pseudonym(round_, event.case_id), event.kind, event.outcome, written(event.at), workplace


def own_rows(round_: Round, **changes: str) -> list[dict[str, str]]:
    """Return the rows without the last columns, which are those of every file."""
    same = {name for name, *_rest in CONSTANTS}
    return [{name: cell for name, cell in row.items() if name not in same} for row in rows_of(round_, **changes)]


def test_contacts_as_csv_are_the_mails_letters_and_calls(round_: Round) -> None:
    rows = own_rows(round_, content="contacts")
    found = {(row.pop("reg_id"), row.pop("channel")): row for row in rows}
    assert len(rows) == 3
    assert found == contacts(round_)


def test_contacts_without_names_do_not_tell_how_calls_ended(round_: Round) -> None:
    rows = rows_of(round_, content="contacts", privacy="research")
    assert {row["case_id"] for row in rows} == {name_of(round_, "0000000001"), name_of(round_, "0000000002")}
    assert not {"call_outcome", "left_out", "reg_id"} & set(rows[0])
    assert sorted(row["channel"] for row in rows) == ["email", "letter", "phone"]


def test_contacts_as_spss_are_the_same_with_labels(round_: Round, tmp_path: Path) -> None:
    file_of(round_, tmp_path / "file.sav", content="contacts", format="sav", language="en")
    frame, about = pyreadstat.read_sav(str(tmp_path / "file.sav"), user_missing=True)
    numbers = {v.name: v.numbers for v in contacts_table(round_, Privacy.FULL, "en").variables if v.values}
    expected = contacts(round_)
    assert len(frame) == len(expected)
    channels = {number: code for code, number in numbers["channel"].items()}
    for row in frame.to_dict("records"):
        wanted = expected[row["reg_id"], str(channels[row["channel"]])]
        for name, cell in wanted.items():
            found = row[name]
            if name in numbers or name == "resend":
                code = int(cell) if cell.isdigit() else cell
                assert math.isnan(found) if cell == "" else found == numbers.get(name, {}).get(code, code), name
            else:
                assert found == cell, name
    names = {number: label for number, (_code, label) in enumerate(mail_names(), start=1)}
    assert about.variable_value_labels["name"].keys() == names.keys()


def test_events_as_csv_are_those_of_the_cases_in_their_order(round_: Round) -> None:
    rows = own_rows(round_, content="events")
    expected = list(events(round_))
    assert {"invited", "refused"} <= {kind for _case, kind, *_rest in expected}
    assert rows == sorted(
        (dict(zip(("case_id", "kind", "outcome", "at", "reg_id"), event, strict=True)) for event in expected),
        key=lambda row: row["reg_id"],
    )


def test_events_as_spss_are_the_same(round_: Round, tmp_path: Path) -> None:
    made = file_of(round_, tmp_path / "file.sav", content="events", format="sav")
    frame, _about = pyreadstat.read_sav(str(tmp_path / "file.sav"))
    expected = list(events(round_))
    assert made.rows == len(expected) == events_table(round_, Privacy.FULL, "da").count
    assert [tuple(row)[:5] for row in frame.itertuples(index=False)] == expected
