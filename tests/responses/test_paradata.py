"""How the questionnaire is filled in: how long it takes, where people stop, on what device."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from responses import paradata
from responses.actions.events import record
from responses.models import Response
from responses.paradata import DeviceCount, Duration, Stop
from responses.round_tables import stop_labels
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_response
from tests.instruments import shipped
from tests.leaders import LONG_WAY, SHORT_WAY, all_rows, owner_of, submit, walk
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db


def took(round_: Round, minutes: float, **values: object) -> Response:
    response = make_response(make_case(round_), {"new": "yes"}, at=NOON)
    response.started_at = NOON - timedelta(minutes=minutes)
    for name, value in values.items():
        setattr(response, name, value)
    response.save()
    return response


def test_the_median_is_of_submitted_web_questionnaires() -> None:
    round_ = make_open_round()
    assert paradata.median_minutes(round_) is None
    for minutes in (4, 9, 300):
        took(round_, minutes)
    took(round_, 1, mode=Response.Mode.PHONE)
    took(make_open_round(), 2)
    assert paradata.median_minutes(round_) == Duration(9, 3)
    took(round_, 6)
    assert paradata.median_minutes(round_) == Duration(7.5, 4)


def test_where_people_stand_is_the_first_page_without_an_answer(client: Client) -> None:
    round_ = make_open_round(questionnaire=shipped(NOON))
    pages = [page.name for page in round_.questionnaire.definition().pages]
    one, another, third = (owner_of(make_case(round_)) for _ in range(3))
    next(walk(client, one, LONG_WAY))
    for holder in (another, third):
        list(walk(client, holder, SHORT_WAY))
    submit(client, third)
    found = paradata.filling(round_, stop_labels(round_, "en")).stops
    assert found == (Stop(pages[2], 1, 1 / 3), Stop(Response.ALL_ANSWERED, 1, 1 / 3))


def test_whoever_declines_after_some_pages_does_not_stand_there(client: Client) -> None:
    round_ = make_open_round(questionnaire=shipped(NOON))
    holder = owner_of(make_case(round_))
    next(walk(client, holder, LONG_WAY))
    record(holder.case, kind=EventKind.DECLINED, at=NOON)
    assert paradata.filling(round_, stop_labels(round_, "en")).stops == ()


@pytest.mark.parametrize(
    ("headers", "device"),
    [
        ({"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"}, "phone"),
        ({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}, "computer"),
        ({"User-Agent": "Mozilla/5.0 (Linux; Android 10; K) Mobile", "Sec-CH-UA-Mobile": "?0"}, "computer"),
        ({"User-Agent": "Mozilla/5.0", "Sec-CH-UA-Mobile": "?1"}, "phone"),
        ({}, "computer"),
    ],
)
def test_of_the_device_one_word_is_kept(headers: dict[str, str], device: str) -> None:
    round_ = make_open_round(questionnaire=shipped(NOON))
    holder = owner_of(make_case(round_))
    next(walk(Client(headers=headers), holder, LONG_WAY))
    assert paradata.filling(round_).devices == (DeviceCount(device, 1, 0),)
    assert "Mozilla" not in str(all_rows())


def test_the_round_page_tells_it_in_words(client: Client) -> None:
    round_ = make_open_round(questionnaire=shipped(NOON))
    next(walk(client, owner_of(make_case(round_)), LONG_WAY))
    took(round_, 9)
    page = browser_of(finn()).get(reverse("round", args=[round_.slug])).content.decode()
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Half of the web questionnaires took 9 minutes or less" in text
    assert "Computer or tablet 1 0" in text
