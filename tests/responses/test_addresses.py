"""Addresses that do not work: the list, one correction, and a file of many."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from responses import address_repair, links
from responses.actions import bounce, contact, events, sending
from responses.actions import wave as wave_actions
from responses.actions.case import AddressRefused, CaseClosed, NewContact, change_address
from responses.models import Case, ContactAttempt, LinkHolder, Mail, MailReturn, Wave
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=2)
NEW = "ny@skole.example"


def step_of(round_: Round, name: str = "invitation") -> Any:
    return round_.contact_steps.get(mail_name=name)


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def make_change(case: Case, **changes: Any) -> bool:
    kept = ("name", "email", "kind", "phone")
    given = {"name": "Nina Ny", "email": NEW, "kind": "person"} | {
        key: changes.pop(key) for key in kept if key in changes
    }
    how: dict[str, Any] = {"reason": "told by telephone", "by": finn(), "at": LATER} | changes
    return change_address(case=case, contact=NewContact(**given), **how)


def invited(round_: Round) -> list[Mail]:
    contact.queue_step(step=step_of(round_), at=NOON)
    sending.send_due(at=NOON)
    return list(Mail.objects.filter(round=round_).order_by("pk"))


def bounced_case(round_: Round, **changes: Any) -> Case:
    """A case whose invitation came back."""
    case = make_case(round_, **changes)
    step = step_of(round_)
    mail = Mail.objects.create(
        round=round_,
        step=step,
        name="invitation",
        authority_code="751",
        address=owner(case).email,
        language="da",
        status="sent",
        scheduled_for=NOON,
        handed_over_at=NOON,
        ended_at=NOON,
    )
    ContactAttempt.objects.create(case=case, step=step, mail=mail, holder=owner(case))
    bounce.record_bounce(mail=mail, at=LATER, status_code="5.1.1", source="mailbox")
    return case


# One correction


def test_a_new_address_makes_the_case_reachable_again_and_is_told_of_in_its_history() -> None:
    round_ = make_open_round()
    case = bounced_case(round_)
    generation = owner(case).generation
    assert make_change(case, phone=" 12 34 ") is True
    assert (owner(case).name, owner(case).email, owner(case).phone) == ("Nina Ny", NEW, "12 34")
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert case.events.order_by("-pk")[0].kind == EventKind.ADDRESS_CHANGED
    assert owner(case).generation == generation
    line = AuditEvent.objects.get(what="case.address_changed")
    assert (line.reason, line.facts) == ("told by telephone", {"new_address": True, "new_link": False, "waiting": 0})
    assert NEW not in str(line.facts)


def test_the_same_contact_again_changes_nothing() -> None:
    case = make_case()
    assert make_change(case) is True
    before = case.events.count()
    assert make_change(case) is False
    assert case.events.count() == before


def test_another_name_at_the_same_address_is_no_sign_that_the_address_works() -> None:
    round_ = make_open_round()
    case = bounced_case(round_, contact={"email": NEW})
    make_change(case, name="Nina Ny")
    assert refreshed(case).disposition == Disposition.BOUNCED


def test_a_link_that_went_to_somebody_else_opens_nothing_when_staff_say_so() -> None:
    case = make_case()
    before = links.token(links.ANSWER, owner(case))
    make_change(case, wrong_person=True)
    assert links.holder_of(links.ANSWER, before) is None
    assert links.holder_of(links.ANSWER, links.token(links.ANSWER, owner(case))) == owner(case)
    assert [event.kind for event in case.events.order_by("pk")][-2:] == ["address_changed", "link_issued"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "nobody"}, "bad_address"),
        ({"email": "ny@skole.example\nBcc: x@y.example"}, "bad_address"),
        ({"email": "a@x.example, b@x.example"}, "bad_address"),
        ({"email": "søren@skole.example"}, "bad_address"),
        ({"email": "a" * 250 + "@x.example"}, "bad_address"),
        ({"email": "a@" + "b" * 64 + ".example"}, "bad_address"),
        ({"email": ""}, "bad_address"),
        ({"email": "leder@kommune.dk"}, "not_reserved"),
        ({"name": " \u200b123 "}, "no_name"),
    ],
)
def test_an_address_that_no_mail_can_go_to_is_refused(changes: dict[str, str], code: str) -> None:
    case = make_case()
    with pytest.raises(AddressRefused) as refused:
        make_change(case, **changes)
    assert refused.value.code == code
    assert owner(case).email != changes.get("email")


def test_a_danish_domain_a_very_long_address_and_a_name_with_a_link_are_taken_as_they_may_stand() -> None:
    for email in ("lea@rødgrød.example", "a" * 60 + "@" + ".".join(["b" * 50] * 3) + ".example"):
        case = make_case()
        make_change(case, email=email, name="Nina\r\nBcc: x\u202e https://evil.example")
        assert owner(case).email == email
        assert owner(case).name == "Nina Bcc x https evil. example"


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_nothing_is_changed_outside_the_field(status: str) -> None:
    case = make_case()
    Round.objects.update(**{"opened_at": None} if status == "draft" else {"closed_at": LATER})
    with pytest.raises(CaseClosed):
        make_change(case)


# Mails


def test_a_mail_that_waits_goes_to_the_new_address_once(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    contact.queue_step(step=step_of(round_), at=NOON)
    make_change(case, send_now=True)
    sending.send_due(at=LATER)
    assert [message.to for message in mailoutbox] == [[NEW]]
    assert sorted(Mail.objects.values_list("address", "status", "outcome")) == sorted(
        [(Mail.objects.order_by("pk")[0].address, "cancelled", "nobody_left"), (NEW, "sent", "")]
    )


def test_of_a_bundle_only_the_line_of_the_case_moves(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    cases = [make_case(round_, contact={"email": "post@skole.example"}) for _ in range(2)]
    contact.queue_step(step=step_of(round_), at=NOON)
    make_change(cases[0])
    sending.send_due(at=LATER)
    assert sorted(message.to[0] for message in mailoutbox) == [NEW, "post@skole.example"]
    assert sorted(mail.lines.get().case_id for mail in Mail.objects.all()) == [case.pk for case in cases]


def test_an_address_that_has_a_mail_waiting_gets_one_mail_with_both(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case, _other = make_case(round_), make_case(round_, contact={"email": NEW})
    contact.queue_step(step=step_of(round_), at=NOON)
    make_change(case)
    sending.send_due(at=LATER)
    assert [message.to for message in mailoutbox] == [[NEW]]
    assert Mail.objects.get(status="sent").lines.count() == 2


def test_two_swapped_addresses_are_put_right_in_a_wave_that_then_has_to_be_proven_again() -> None:
    round_ = make_open_round()
    first, second = (
        make_case(round_, contact={"email": "b@x.example"}),
        make_case(round_, contact={"email": "a@x.example"}),
    )
    wave = contact.prepare_wave(step=step_of(round_), at=NOON)
    Wave.objects.update(proven_at=NOON, proof_sha256="0" * 64)
    make_change(first, email="a@x.example")
    make_change(second, email="b@x.example")
    assert (refreshed(wave).proven_at, refreshed(wave).proof_sha256) == (None, "")
    held = Mail.objects.filter(status="held", wave=wave)
    assert {mail.address: mail.lines.get().case_id for mail in held} == {
        "a@x.example": first.pk,
        "b@x.example": second.pk,
    }
    assert wave_actions.release(wave=wave, by=finn(), at=LATER) == 2


def test_a_mail_whose_lines_move_is_in_the_language_of_its_first_case() -> None:
    round_ = make_open_round()
    danish = make_case(round_, contact={"email": "b@x.example"})
    english = make_case(round_, contact={"email": "a@x.example"}, language="en")
    contact.prepare_wave(step=step_of(round_), at=NOON)
    make_change(danish, email="a@x.example")
    assert Mail.objects.get(status="held").language == "da"
    make_change(english, email="b@x.example")
    assert dict(Mail.objects.filter(status="held").values_list("address", "language")) == {
        "a@x.example": "da",
        "b@x.example": "en",
    }


def test_a_mail_that_is_being_prepared_does_not_go_to_the_old_address(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    contact.queue_step(step=step_of(round_), at=NOON)
    Mail.objects.update(status="claimed", claimed_at=NOON)
    make_change(case)
    Mail.objects.update(status="queued", claimed_at=None)
    sending.send_due(at=LATER)
    assert mailoutbox == []
    assert ContactAttempt.objects.get().left_out == "address_changed"


def test_the_invitation_goes_to_the_new_address_when_staff_say_so(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case, _other = bounced_case(round_), make_case(round_)
    invited(round_)
    mailoutbox.clear()
    make_change(case, send_now=True)
    make_change(case, send_now=True)  # pressed twice
    sending.send_due(at=LATER)
    assert [message.to for message in mailoutbox] == [[NEW]]
    assert list(case.contact_attempts.order_by("pk").values_list("resend", flat=True)) == [0, 1]


def test_a_case_that_had_no_address_gets_its_first_invitation(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case, _other = make_case(round_, contact={"email": "", "kind": "workplace"}), make_case(round_)
    invited(round_)
    mailoutbox.clear()
    make_change(case, send_now=True)
    sending.send_due(at=LATER)
    assert [message.to for message in mailoutbox] == [[NEW]]


def test_no_invitation_goes_before_its_day_or_to_who_wants_none(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    early = make_case(round_)
    make_change(early, send_now=True)
    assert not Mail.objects.exists()
    contact.queue_step(step=step_of(round_), at=NOON)
    sending.send_due(at=NOON)
    mailoutbox.clear()
    events.record(events.lock(early.pk), kind=EventKind.REMINDERS_STOPPED, at=LATER, holder=owner(early))
    make_change(early, email="tredje@skole.example", send_now=True)
    sending.send_due(at=LATER)
    assert mailoutbox == []


def test_a_mail_that_comes_back_late_from_the_old_address_leaves_the_new_one_alone() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = invited(round_)
    make_change(case)
    bounce.record_bounce(mail=mail, at=LATER, source="mailbox")
    assert refreshed(case).disposition == Disposition.NOT_STARTED


# The page


def path(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def test_the_list_shows_why_and_since_when_and_what_the_server_said() -> None:
    round_ = make_open_round()
    bounced_case(round_, name="Skovbo", contact={"email": "lea@skole.example"})
    make_case(round_, name="Uden adresse", contact={"email": "", "kind": "workplace"})
    make_case(round_, name="I orden")
    answered = bounced_case(round_, name="Har svaret")
    events.record(events.lock(answered.pk), kind=EventKind.SUBMITTED, at=LATER)
    page = browser_of(finn()).get(path("address-repair", round_.slug)).content.decode()
    for text in ("Skovbo", "lea@skole.example", "A mail came back", "there is no such mailbox (5.1.1)", "Uden adresse"):
        assert text in page
    assert "Aarhus Kommune" in page
    assert "2 workplaces" in page
    assert "I orden" not in page
    assert "Har svaret" not in page


def test_the_list_shows_who_is_out_of_the_office_until_when() -> None:
    round_ = make_open_round()
    case = make_case(round_, name="Skovbo")
    [mail] = invited(round_)
    back = timezone.localdate() + timedelta(days=5)
    bounce.record_bounce(mail=mail, kind="auto_reply", source="mailbox", returns_on=back, at=LATER)
    Mail.objects.update(bounced_at=None)
    page = browser_of(finn()).get(path("address-repair", round_.slug)).content.decode()
    assert "Out of the office" in page
    assert "Skovbo" in page
    case_page = browser_of(finn()).get(path("case", case.pk)).content.decode()
    assert "Automatic reply" in case_page
    assert MailReturn.objects.get().returns_on == back


def test_of_a_bundle_each_workplace_is_listed_once_as_out_of_the_office() -> None:
    round_ = make_open_round()
    for name in ("Skovbo", "Engbo"):
        make_case(round_, name=name, contact={"email": "post@skole.example"})
    ended = make_case(round_, name="Har svaret", contact={"email": "post@skole.example"})
    [mail] = invited(round_)
    events.record(events.lock(ended.pk), kind=EventKind.SUBMITTED, at=LATER)
    back = timezone.localdate() + timedelta(days=5)
    bounce.record_bounce(mail=mail, kind="auto_reply", source="mailbox", returns_on=back, at=LATER)
    found = address_repair.away(round_, timezone.localdate())
    assert sorted(getattr(reply, "workplace", "") for reply in found) == ["Engbo", "Skovbo"]


def form_of(**changes: Any) -> dict[str, Any]:
    return {"name": "Nina Ny", "email": NEW, "kind": "person", "phone": "", "reason": "told"} | changes


def test_staff_give_a_new_address_on_a_page_and_come_back_to_the_case() -> None:
    case = make_case()
    answer = browser_of(finn()).post(path("case-address", case.pk), form_of(wrong_person="on"))
    assert answer.headers["Location"] == path("case", case.pk)
    assert (owner(case).email, owner(case).generation) == (NEW, 2)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"email": "nobody"}, "This is not an e-mail address"),
        ({"email": "a" * 5000 + "@x.example"}, "This is not an e-mail address"),
        ({"email": ""}, "Write the e-mail address."),
        ({"email": "leder@kommune.dk"}, "A rehearsal takes only addresses"),
        ({"name": "  "}, "Write the name of the person"),
        ({"name": "n" * 61}, "there is room for 60"),
        ({"kind": "friend"}, "Select a valid choice"),
        ({"phone": "1" * 41}, "there is room for 40"),
        ({"reason": ""}, "Write the reason."),
    ],
)
def test_a_bad_correction_is_told_at_its_field(changes: dict[str, str], text: str) -> None:
    case = make_case()
    before = owner(case).email
    answer = browser_of(finn()).post(path("case-address", case.pk), form_of(**changes))
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert owner(case).email == before


def test_the_list_is_downloaded_for_the_authority_and_the_audit_log_says_who_did() -> None:
    round_ = make_open_round()
    bounced_case(round_, name="=HYPERLINK(1)", contact={"email": "lea@skole.example"})
    answer = browser_of(finn(), "da").post(path("address-repair-export", round_.slug))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    header, row = text.splitlines()[:2]
    assert header.startswith("\ufeffArbejdsstedsnummer;")
    assert "'=HYPERLINK(1)" in row
    assert "lea@skole.example" in row
    assert AuditEvent.objects.filter(what="addresses.exported", who="finn").exists()


def upload(round_: Round, data: bytes) -> Any:
    file = SimpleUploadedFile("addresses.csv", data)
    return browser_of(finn()).post(path("address-corrections", round_.slug), {"file": file})


def number_of(case: Case) -> str:
    return case.sample_unit.workplace.register_id


def test_a_file_is_looked_through_first_and_then_changes_all() -> None:
    round_ = make_open_round()
    cases = [bounced_case(round_) for _ in range(3)]
    lines = ["register_id;name;email", f"{number_of(cases[0])};Nina Ny;{NEW}", f"{number_of(cases[1])};;"]
    lines.append(f"{number_of(cases[2]).lstrip('0')};Søren Sø;soeren@skole.example")  # as a spreadsheet leaves it
    answer = upload(round_, "\r\n".join(lines).encode("cp1252"))
    assert answer.status_code == 200
    assert owner(cases[0]).email != NEW, "nothing has been changed yet"
    content = answer.context["form"].initial["content"]
    done = browser_of(finn()).post(
        path("address-corrections", round_.slug), {"content": content, "reason": "from the authority"}
    )
    assert done.headers["Location"] == path("address-repair", round_.slug)
    assert [owner(case).email for case in (cases[0], cases[2])] == [NEW, "soeren@skole.example"]
    assert owner(cases[2]).name == "Søren Sø"
    assert [refreshed(case).disposition for case in cases] == ["not_started", "bounced", "not_started"]


def test_the_downloaded_file_filled_in_can_be_read_back() -> None:
    round_ = make_open_round()
    case = bounced_case(round_)
    answer = browser_of(finn(), "da").post(path("address-repair-export", round_.slug))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    header, row = text.splitlines()[:2]
    cells = row.split(";")
    cells[header.split(";").index("E-mail")] = NEW
    answer = upload(round_, f"{header}\r\n{';'.join(cells)}\r\n".encode())
    assert [planned.contact.email for planned in answer.context["planned"]] == [NEW]
    assert answer.context["planned"][0].owner == owner(case)


BAD_FILES: dict[str, Callable[[str], bytes]] = {
    "There is no column E-mail": lambda number: f"register_id;name\n{number};Nina".encode(),
    "No case of this round": lambda number: b"register_id;name;email\n999;Nina;ny@skole.example",
    "more than once": lambda number: f"register_id;name;email\n{number};N;{NEW}\n{number};N;{NEW}".encode(),
    "This is not an e-mail address": lambda number: f"register_id;name;email\n{number};Nina;nobody".encode(),
    "A rehearsal takes only": lambda number: f"register_id;name;email\n{number};Nina;a@kommune.dk".encode(),
    "Write the name of the person": lambda number: f"register_id;name;email\n{number};;{NEW}".encode(),
    "The kind of address is": lambda number: f"register_id;name;email;adressetype\n{number};N;{NEW};ven".encode(),
    "no corrected address": lambda number: f"register_id;name;email\n{number};Nina;".encode(),
    "This is no CSV file": lambda number: b"PK\x03\x04\0\0",
    "quotation marks": lambda number: f'register_id;name;email\n{number};"Nina" x;{NEW}'.encode(),
    "larger than 800 kB": lambda number: b"register_id;name;email\n" + b"x" * 900_000,
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_one_bad_line_stops_the_whole_file_and_is_named(text: str) -> None:
    round_ = make_open_round()
    bad, good = make_case(round_), make_case(round_)
    data = BAD_FILES[text](number_of(bad))
    if b"email\n" in data and b"PK" not in data and len(data) < 1000:
        data = data.replace(b"email\n", f"email\n{number_of(good)};Gitte God;god@skole.example\n".encode(), 1)
    if text == "no corrected address":
        data = BAD_FILES[text](number_of(bad))
    answer = upload(round_, data)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    content = data.decode("utf-8", "replace").replace("\0", "")
    again = browser_of(finn()).post(path("address-corrections", round_.slug), {"content": content, "reason": "x"})
    assert again.status_code == 422
    assert owner(good).email != "god@skole.example"


def test_a_case_that_has_ended_is_not_corrected_by_a_file() -> None:
    round_ = make_open_round()
    case = make_case(round_, events=[EventKind.STARTED, EventKind.SUBMITTED])
    answer = upload(round_, f"register_id;name;email\n{number_of(case)};Nina;{NEW}".encode())
    assert "This case has ended" in answer.content.decode()
