"""Two of the staff work on one case: the second is told, sees both versions, and can go on."""

import re

import pytest
from django.urls import reverse

from responses.actions import events
from responses.models import Case, LinkHolder
from responses.statistics.dispositions import Disposition, EventKind
from tests.factories import NOON, make_case, refreshed
from tests.people import browser_of, dana, finn

pytestmark = pytest.mark.django_db
ADDRESS = {"name": "Dana’s Choice", "email": "dana@skole.example", "kind": "person", "phone": "", "reason": "x"}


def seen_on(path: str) -> str:
    page = browser_of(finn()).get(path).content.decode()
    [seen] = re.findall(r'name="seen" value="([^"]*)"', page)
    return str(seen)


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def test_an_address_that_a_colleague_has_changed_meanwhile_is_not_overwritten_unseen() -> None:
    case = make_case()
    path = reverse("case-address", args=[case.pk])
    seen = seen_on(path)
    first = browser_of(dana()).post(path, {**ADDRESS, "seen": seen})
    assert first.status_code == 302
    mine = {**ADDRESS, "name": "Finns Valg", "email": "finn@skole.example", "seen": seen}
    second = browser_of(finn()).post(path, mine)
    assert second.status_code == 409
    text = second.content.decode()
    assert "dana@skole.example" in text
    assert "finn@skole.example" in text
    assert owner(case).email == "dana@skole.example"
    again = re.findall(r'name="seen" value="([^"]*)"', text)[0]
    assert browser_of(finn()).post(path, {**mine, "seen": again}).status_code == 302
    assert owner(case).email == "finn@skole.example"


def test_a_telephone_number_likewise() -> None:
    case = make_case(contact={"phone": "11 11 11 11"})
    path = reverse("case-phone", args=[case.pk])
    seen = seen_on(path)
    assert browser_of(finn()).post(path, {"phone": "22 22 22 22", "seen": seen}).status_code == 302
    second = browser_of(finn()).post(path, {"phone": "33 33 33 33", "seen": seen})
    assert second.status_code == 409
    assert "22 22 22 22" in second.content.decode()
    assert owner(case).phone == "22 22 22 22"


def test_an_act_on_a_case_that_has_moved_on_is_asked_for_once_more() -> None:
    case = make_case()
    path = reverse("case-act", args=[case.pk, "refusal"])
    seen = seen_on(path)
    events.record(events.lock(case.pk), kind=EventKind.STARTED, at=NOON)
    second = browser_of(finn()).post(path, {"reason": "Told on the telephone", "seen": seen})
    assert second.status_code == 409
    text = second.content.decode()
    assert "The first answer was saved" in text
    assert "Told on the telephone" in text
    assert refreshed(case).disposition == Disposition.STARTED
    again = re.findall(r'name="seen" value="([^"]*)"', text)[0]
    assert browser_of(finn()).post(path, {"reason": "Told", "seen": again}).status_code == 302
    assert refreshed(case).disposition == Disposition.DECLINED


def test_a_note_or_a_mail_meanwhile_is_no_reason_to_ask_again() -> None:
    case = make_case()
    path = reverse("case-act", args=[case.pk, "refusal"])
    seen = seen_on(path)
    events.record_invited({case.pk: owner(case).pk}, at=NOON)
    assert browser_of(finn()).post(path, {"reason": "Told", "seen": seen}).status_code == 302
    assert refreshed(case).disposition == Disposition.DECLINED


@pytest.mark.parametrize("seen", ["999999999", "-1", "x", "9" * 400])
def test_a_digest_that_was_never_shown_does_nothing(seen: str) -> None:
    case = make_case()
    answer = browser_of(finn()).post(reverse("case-act", args=[case.pk, "refusal"]), {"reason": "x", "seen": seen})
    assert answer.status_code == 409
    assert refreshed(case).disposition == Disposition.NOT_STARTED
