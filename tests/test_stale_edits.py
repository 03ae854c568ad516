"""Two of staff edit the same thing: the second is told, nothing is lost, and saving again is a decision."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from barometer import stale
from surveys.actions import contact_plan as plan_actions
from surveys.actions import round as round_actions
from surveys.models import ContactStep, Round, RoundText
from tests.factories import NOON, make_round, refreshed
from tests.people import browser_of, dana, finn

pytestmark = pytest.mark.django_db


@pytest.fixture
def first() -> Client:
    return browser_of(dana())


@pytest.fixture
def second() -> Client:
    return browser_of(finn())


def fields(browser: Client, address: str) -> dict[str, str]:
    """What the browser would send of the page as it stands."""
    context = browser.get(address).context
    forms = [row["form"] for row in context["rows"] if row["form"]] if "rows" in context else [context["form"]]
    shown = {field.html_name: field.value() for form in forms for field in form}
    seen = context["seen"] if "rows" in context else forms[0].shown
    return {name: _sent(value) for name, value in shown.items() if value not in (None, False)} | {"seen": seen}


def _sent(value: object) -> str:
    return "on" if value is True else str(value)


def told(answer_html: bytes) -> str:
    return unescape(answer_html.decode())


def test_dates(first: Client, second: Client) -> None:
    round_ = make_round()
    address = reverse("round-edit", args=[round_.slug])
    seen = fields(second, address)
    first.post(address, fields(first, address) | {"deadline": "2020-02-10"})
    answer = second.post(address, seen | {"target": "60"})
    assert answer.status_code == 200
    assert "Somebody else has changed this" in told(answer.content)
    assert "Stored now: 2020-02-10" in told(answer.content)
    assert refreshed(round_).target_response_rate != 60
    again = seen | {"target": "60", "seen": answer.context["form"].shown}
    assert second.post(address, again).status_code == 302
    assert (str(refreshed(round_).deadline), int(refreshed(round_).target_response_rate * 100)) == ("2020-02-06", 60)


def test_texts(first: Client, second: Client) -> None:
    round_ = make_round()
    address = reverse("round-texts", args=[round_.slug])
    seen = fields(second, address)
    field = next(name for name in seen if name.startswith("purpose"))
    first.post(address, fields(first, address) | {field: "From the first"})
    answer = second.post(address, seen | {field: "From the second"})
    assert "Stored now: From the first" in told(answer.content)
    assert "From the second" in told(answer.content)
    assert RoundText.objects.filter(round=round_, text="From the first").exists()


def test_the_contact_plan(second: Client) -> None:
    round_ = make_round()
    address = reverse("contact-plan", args=[round_.slug])
    seen = fields(second, address)
    ContactStep.objects.filter(round=round_, mail_name="reminder_1").update(day=6)
    answer = second.post(address, seen | {"act": "steps"})
    assert answer.status_code == 422
    assert "Somebody else has changed the plan" in told(answer.content)
    assert "Stored now: 6" in told(answer.content)
    assert ContactStep.objects.get(round=round_, mail_name="reminder_1").day == 6


def test_a_form_that_nobody_else_has_touched_is_saved(first: Client) -> None:
    round_: Round = make_round()
    address = reverse("round-edit", args=[round_.slug])
    assert first.post(address, fields(first, address) | {"target": "55"}).status_code == 302


def test_what_changes_between_the_look_and_the_lock_is_seen_under_the_lock() -> None:
    round_ = make_round()
    seen = round_actions.plan_seen(round_)
    plan: dict[str, Any] = {"questionnaire": round_.questionnaire, "opens_on": round_.opens_on}
    plan |= {"deadline": round_.deadline, "target_response_rate": round_.target_response_rate}
    last = round_.closes_on + timedelta(days=1)
    round_actions.edit_round(round_=round_, by=dana(), at=NOON, seen=seen, closes_on=last, **plan)
    with pytest.raises(stale.ChangedMeanwhile):
        round_actions.edit_round(round_=round_, by=finn(), at=NOON, seen=seen, closes_on=round_.closes_on, **plan)
    assert refreshed(round_).closes_on == last

    seen = round_actions.texts_seen(round_)
    round_actions.save_texts(round_=round_, texts={("purpose", "da"): "Af Dana"}, by=dana(), at=NOON, seen=seen)
    with pytest.raises(stale.ChangedMeanwhile):
        round_actions.save_texts(round_=round_, texts={("purpose", "da"): "Af Finn"}, by=finn(), at=NOON, seen=seen)
    assert round_.texts.get(field="purpose", language="da").text == "Af Dana"

    rows = [plan_actions.row_of(step) for step in round_.contact_steps.all()]
    seen = plan_actions.plan_seen(round_.contact_steps.all())
    plan_actions.save_plan(round_=round_, rows=rows[:1], by=dana(), at=NOON, seen=seen)
    with pytest.raises(stale.ChangedMeanwhile):
        plan_actions.save_plan(round_=round_, rows=rows, by=finn(), at=NOON, seen=seen)
    assert round_.contact_steps.count() == 1
