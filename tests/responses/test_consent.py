"""What somebody leaves beside the answers: never filled in beforehand, kept apart, and withdrawn at any time."""

import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from barometer import catalogues
from barometer.models import AuditEvent, User
from barometer.roles import Role
from responses import copies, links
from responses.actions import consent, fieldwork
from responses.models import CaseContact, LinkHolder, Response, ResultRequest
from surveys.models import Round, RoundText
from tests.factories import NOON, make_case, make_open_round, make_response
from tests.instruments import shipped
from tests.leaders import LONG_WAY, SHORT_WAY, all_rows, link, owner_of, walk
from tests.people import ana, browser_of, holder_of, olga

SHOWN_AGAIN = 422
FIELDS = {
    "name": "Lea Leder",
    "workplace": "Skovbo",
    "email": "lea@skole.example",
    "phone": "12 34 56 78",
    "innovation": "Vi bager brød til naboerne",
}


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON)), name="Skovbo"))


@pytest.fixture
def receipt(client: Client, holder: LinkHolder) -> str:
    """The address of the receipt of an innovator."""
    return submit(client, holder, LONG_WAY)


def submit(client: Client, holder: LinkHolder, given: dict[str, list[str]] | object) -> str:
    list(walk(client, holder, given))  # type: ignore[arg-type]
    return client.post(link(holder, "answer-submit"), {"looked_through": "on"})["Location"]


def leave(client: Client, receipt: str, **changes: str) -> str:
    """Give consent, and return the address of the withdrawal."""
    answer = client.post(f"{receipt}contact/", {**FIELDS, "agree": "on", **changes})
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"]


def ask_for_results(client: Client, receipt: str, email: str = "lea@skole.example") -> str:
    answer = client.post(f"{receipt}results/", {"email": email})
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"]


# Case contact


def test_an_innovator_may_leave_leave_to_be_contacted(client: Client, receipt: str, holder: LinkHolder) -> None:
    assert f"{receipt}contact/" in client.get(receipt).content.decode()
    page = client.get(leave(client, receipt)).content.decode()
    assert "hvad vi må give til Eksempelsamlingen (øvelse)" in page
    left = CaseContact.objects.get()
    assert {name: getattr(left, name) for name in FIELDS} == FIELDS
    assert (left.holder, left.round) == (holder, holder.case.round)
    assert (left.text_version, left.language, left.recipient) == (1, "da", "Eksempelsamlingen (øvelse)")
    assert timezone.now() - left.at < timedelta(minutes=1)


def test_nothing_is_filled_in_or_ticked_beforehand(client: Client, receipt: str) -> None:
    for path in (f"{receipt}contact/", f"{receipt}results/"):
        page = client.get(path).content.decode()
        form = page[page.index("<form") : page.index("</form>")]
        assert "checked" not in form
        assert not re.search(r'<input type="(text|email|tel)"[^>]* value=', form)
        assert re.findall(r"<textarea[^>]*>\s*([^<\s][^<]*)</textarea>", form) == []
        assert "øl" not in form


def test_whoever_has_nothing_new_is_not_asked(client: Client, holder: LinkHolder) -> None:
    receipt = submit(client, holder, SHORT_WAY)
    assert "/contact/" not in client.get(receipt).content.decode()
    assert client.get(f"{receipt}contact/")["Location"] == receipt
    assert client.post(f"{receipt}contact/", {**FIELDS, "agree": "on"})["Location"] == receipt
    assert not CaseContact.objects.exists()


def test_a_questionnaire_that_names_no_cases_asks_nobody(client: Client, db: None) -> None:
    response = make_response(make_case(), {"new": "yes"}, at=timezone.now())
    assert not copies.may_be_a_case(response)
    assert "/contact/" not in client.get(reverse("receipt", args=[copies.token(response)])).content.decode()


def test_a_round_that_gives_cases_to_nobody_asks_nobody(client: Client, receipt: str) -> None:
    RoundText.objects.filter(field="case_recipient").delete()
    assert "/contact/" not in client.get(receipt).content.decode()
    assert client.post(f"{receipt}contact/", {**FIELDS, "agree": "on"})["Location"] == receipt
    assert not CaseContact.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"agree": ""},
        {"email": ""},
        {"email": "lea"},
        {"innovation": ""},
        {"innovation": "x" * 501},
        {"name": "x" * 61},
        {"name": "a\0b"},
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_kept(client: Client, receipt: str, change: dict[str, str]) -> None:
    data = {key: value for key, value in {**FIELDS, "agree": "on", **change}.items() if value}
    answer = client.post(f"{receipt}contact/", data)
    assert answer.status_code == SHOWN_AGAIN
    assert f'href="#id_{next(iter(change))}"' in answer.content.decode()
    assert not CaseContact.objects.exists()


def test_a_machine_that_presses_the_button_leaves_nothing(client: Client, receipt: str) -> None:
    before = all_rows()
    for path in (f"{receipt}contact/", f"{receipt}results/"):
        client.get(path)
        client.head(path)
        assert client.post(path).status_code == SHOWN_AGAIN
        assert client.put(path).status_code == 405
    assert all_rows() == before


def test_consent_is_withdrawn_and_only_number_and_times_are_left(client: Client, receipt: str) -> None:
    address = leave(client, receipt)
    assert client.post(address, {}).status_code == SHOWN_AGAIN
    assert client.post(address, {"decision": "stay"}).status_code == 303
    assert CaseContact.objects.get().withdrawn_at is None
    client.post(address, {"decision": "withdraw"})
    left = CaseContact.objects.get()
    assert left.withdrawn_at
    assert {getattr(left, name) for name in FIELDS} == {""}
    page = client.get(address).content.decode()
    assert "<form" not in page
    assert "Du har trukket dit samtykke tilbage" in page
    withdrawn_at = left.withdrawn_at
    client.post(address, {"decision": "withdraw"})
    assert CaseContact.objects.get().withdrawn_at == withdrawn_at


def test_a_withdrawal_is_possible_when_the_receipt_is_gone_and_the_round_is_over(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    contact, results = leave(client, receipt), ask_for_results(client, receipt)
    long_ago = timezone.now() - timedelta(days=300)
    Response.objects.update(started_at=long_ago, submitted_at=long_ago)
    fieldwork.close_round(round_=holder.case.round, by=None, at=timezone.now())
    LinkHolder.objects.update(retired_at=NOON, generation=7)
    for address in (contact, results):
        client.post(address, {"decision": "withdraw"})
    assert CaseContact.objects.get().withdrawn_at
    assert not ResultRequest.objects.exists()


def test_the_address_of_the_withdrawal_repeats_nothing_that_was_left(client: Client, receipt: str) -> None:
    for address in (leave(client, receipt), ask_for_results(client, receipt)):
        answer = client.get(address)
        page = answer.content.decode()
        assert not any(value in page for value in FIELDS.values())
        assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
        assert not answer.cookies


def test_the_address_of_the_withdrawal_stands_on_no_other_page_and_in_no_row(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    tokens = [leave(client, receipt).split("/")[2], ask_for_results(client, receipt).split("/")[2]]
    dumped = io.StringIO()
    call_command("dumpdata", stdout=dumped)
    pages = [client.get(path).content.decode() for path in (receipt, f"{receipt}contact/", link(holder))]
    for token in tokens:
        assert not any(token in text for text in (dumped.getvalue(), *pages))


def test_one_withdrawal_reaches_nothing_else(client: Client, receipt: str) -> None:
    first, second = leave(client, receipt), leave(client, receipt, name="Bo")
    assert first != second
    client.post(first, {"decision": "withdraw"})
    assert CaseContact.objects.get(withdrawn_at=None).name == "Bo"
    number = CaseContact.objects.get(withdrawn_at=None).pk
    result = ResultRequest.objects.create(
        pk=number, round=Round.objects.get(), at=NOON, language="da", text_version=1, email="a@b.example"
    )
    client.post(second, {"decision": "withdraw"})
    assert list(ResultRequest.objects.all()) == [result]


@pytest.mark.parametrize("path", ["/w/", "/w/nonsense/", "/w/t1-" + "A" * 22 + "/"])
def test_an_address_that_is_not_signed_withdraws_nothing(client: Client, receipt: str, path: str) -> None:
    leave(client, receipt)
    assert client.post(path, {"decision": "withdraw"}).status_code == 404
    token = links.signed(links.COPY, CaseContact.objects.get().pk)
    assert client.post(reverse("withdraw", args=[token]), {"decision": "withdraw"}).status_code == 404
    assert CaseContact.objects.get().withdrawn_at is None


def test_nobody_fills_the_lists(client: Client, receipt: str) -> None:
    for _ in range(consent.MOST_PER_CASE):
        leave(client, receipt)
        ask_for_results(client, receipt)
    assert client.post(f"{receipt}contact/", {**FIELDS, "agree": "on"}).status_code == SHOWN_AGAIN
    assert client.post(f"{receipt}results/", {"email": "a@b.example"}).status_code == SHOWN_AGAIN
    assert CaseContact.objects.count() == ResultRequest.objects.count() == consent.MOST_PER_CASE


def test_the_database_keeps_nothing_of_a_withdrawn_consent(receipt: str) -> None:
    with pytest.raises(IntegrityError):
        CaseContact.objects.create(
            round=Round.objects.get(), at=NOON, language="da", text_version=1, withdrawn_at=NOON, email="a@b.example"
        )


def test_a_changed_text_of_the_consent_has_a_new_version() -> None:
    """If this fails, raise ``consent.TEXT_VERSION`` and write the new digest here."""
    beginnings = (
        "Yes, %(sender)s may give",
        "Your answers are submitted and will not be",
        "Write your e-mail address. It is",
    )
    words = sorted({each.text for each in catalogues.messages() if each.text.startswith(beginnings)})
    assert len(words) == len(beginnings)
    with translation.override("da"):
        danish = [translation.gettext(text) for text in words]
    assert danish != words
    digest = hashlib.sha256("\n".join([*words, *danish]).encode()).hexdigest()[:16]
    assert (consent.TEXT_VERSION, digest) == (1, "d989693f08a917ab")


# The mail about the results


def test_an_address_for_the_results_is_kept_apart_and_deleted_when_withdrawn(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    address = ask_for_results(client, receipt, "nysgerrig@skole.example")
    left = ResultRequest.objects.get()
    assert (left.email, left.holder, left.language) == ("nysgerrig@skole.example", holder, "da")
    assert "nysgerrig" not in str(Response.objects.values().get())
    client.post(address, {"decision": "withdraw"})
    assert not ResultRequest.objects.exists()
    assert "Vi har ikke længere din adresse." in client.get(address).content.decode()


@pytest.mark.parametrize("email", ["", "lea", "a@b@c"])
def test_what_is_no_address_is_said(client: Client, receipt: str, email: str) -> None:
    answer = client.post(f"{receipt}results/", {"email": email})
    assert answer.status_code == SHOWN_AGAIN
    assert 'href="#id_email"' in answer.content.decode()
    assert not ResultRequest.objects.exists()


# Staff


def allowed() -> User:
    return holder_of(Role.FIELDWORK)


def list_of(holder: LinkHolder) -> str:
    return f"/rounds/{holder.case.round.slug}/case-contacts/"


def test_staff_with_the_right_see_the_list_and_the_others_do_not(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    leave(client, receipt)
    ask_for_results(client, receipt)
    page = browser_of(allowed()).get(list_of(holder)).content.decode()
    assert FIELDS["innovation"] in page
    assert "1 address waits" in page
    for who, status in ((None, 302), (olga(), 403), (ana(), 403)):
        assert browser_of(who).get(list_of(holder)).status_code == status
        assert browser_of(who).post(f"{list_of(holder)}export/").status_code == status
    assert browser_of(allowed()).post(list_of(holder)).status_code == 405
    assert browser_of(allowed()).get(f"{list_of(holder)}export/").status_code == 405


def test_the_addresses_for_the_result_mail_are_seen_and_taken_out_by_fieldwork(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    ask_for_results(client, receipt)
    address = ResultRequest.objects.get().email
    export = f"/rounds/{holder.case.round.slug}/result-mail/export/"
    assert browser_of(ana()).post(export).status_code == 403
    more = browser_of(allowed())
    assert address in more.get(list_of(holder)).content.decode()
    assert more.get(export).status_code == 405
    answer = more.post(export)
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(rows) == 2
    assert rows[1].endswith(address)
    assert AuditEvent.objects.filter(what="result_requests.exported").count() == 1


def test_only_those_with_the_right_are_shown_the_way_there(receipt: str, holder: LinkHolder) -> None:
    dashboard = f"/rounds/{holder.case.round.slug}/"
    assert list_of(holder) in browser_of(allowed()).get(dashboard).content.decode()
    assert list_of(holder) not in browser_of(ana()).get(dashboard).content.decode()


def test_the_export_is_logged_and_holds_withdrawals_without_what_was_withdrawn(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    leave(client, receipt, name="=1+1")
    client.post(leave(client, receipt, name="Bo Borte"), {"decision": "withdraw"})
    answer = browser_of(allowed()).post(f"{list_of(holder)}export/")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(rows) == 3
    assert rows[0].startswith("No.,Given,Withdrawn")
    assert "'=1+1" in rows[1]
    assert "Bo Borte" not in rows[2]
    assert rows[2].count(",") == rows[1].count(",")
    assert AuditEvent.objects.filter(what="case_contacts.exported").count() == 1


def test_the_case_page_and_the_answers_file_know_nothing_of_it(
    client: Client, receipt: str, holder: LinkHolder
) -> None:
    leave(client, receipt)
    assert FIELDS["innovation"] not in browser_of(allowed()).get(f"/cases/{holder.case_id}/").content.decode()


@pytest.mark.parametrize(
    "email", ["x" * 250 + "@skole.example", '"lea, dorte"@skole.example', "lea@[127.0.0.1]", "lea"]
)
def test_an_address_that_no_mail_reaches_is_not_kept(client: Client, receipt: str, email: str) -> None:
    for page, fields in (("results/", {"email": email}), ("contact/", {**FIELDS, "agree": "on", "email": email})):
        answer = client.post(f"{receipt}{page}", fields, QUERY_STRING="lang=en")
        assert answer.status_code == SHOWN_AGAIN
        assert "This is no e-mail address." in answer.content.decode()
