"""The pages that follow a round fetch their numbers anew each minute, in the place of those shown."""

import pytest
from django.core.mail.backends import locmem
from django.urls import reverse
from playwright.sync_api import expect

from responses.actions import contact, sending
from responses.models import Wave
from tests.browser.conftest import OpenBrowser
from tests.factories import NOON, make_case, make_open_round, make_response, make_stratum
from tests.people import finn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MINUTE = 61_000  # milliseconds


@pytest.mark.parametrize(
    ("name", "gone", "come"),
    [
        ("round", "0 submitted of 10 sampled", "1 submitted of 10 sampled"),
        ("groups", "0.0%", "10.0%"),
        ("rates", "0 submitted of 10", "1 submitted of 10"),
        ("forecast", "0 submitted of 10", "1 submitted of 10"),
        ("representativity", "Nobody has answered", "All cases are alike"),
        ("what-next", "Skole 0", "Skole 1"),
    ],
)
def test_an_answer_that_comes_in_is_seen_a_minute_later_without_a_reload(
    open_browser: OpenBrowser, name: str, gone: str, come: str
) -> None:
    round_ = make_open_round()
    stratum = make_stratum(round_, population_size=40, sample_size=10)
    cases = [make_case(round_, stratum=stratum, name=f"Skole {number}") for number in range(10)]
    page = open_browser("en", staff=finn())
    page.clock.install()
    page.goto(reverse(name, args=[round_.slug]))
    page.evaluate("document.title = 'not loaded again'")
    main = page.locator("main")
    expect(main).to_contain_text(gone)
    make_response(cases[0], {"new": "yes"}, at=NOON)
    page.clock.run_for(MINUTE)
    expect(main).to_contain_text(come)
    assert page.title() == "not loaded again"
    if name in ("what-next", "representativity"):
        expect(main).not_to_contain_text(gone)


def test_a_wave_that_is_being_sent_is_followed_without_a_reload(open_browser: OpenBrowser) -> None:
    round_ = make_open_round()
    for _ in range(3):
        make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    page = open_browser("en", staff=finn())
    page.clock.install()
    page.goto(reverse("wave", args=[Wave.objects.get().pk]))
    expect(page.locator("[data-refresh=progress]")).to_contain_text("0 of 3")
    sending.send_due(at=NOON, connection=locmem.EmailBackend())
    page.clock.run_for(11_000)
    expect(page.locator("[data-refresh=progress]")).to_contain_text("3 of 3")
    expect(page.locator("[data-refresh=domains] td").nth(1)).to_have_text("3")


def test_what_somebody_is_using_is_left_alone_and_what_is_open_stays_open(open_browser: OpenBrowser) -> None:
    round_ = make_open_round()
    cases = [make_case(round_) for _ in range(4)]
    make_response(cases[0], {"new": "yes"}, at=NOON)
    page = open_browser("en", staff=finn())
    page.clock.install()
    page.goto(reverse("round", args=[round_.slug]))
    page.get_by_text("The numbers behind the chart").click()
    page.locator("[data-refresh] a").first.focus()
    make_response(cases[1], {"new": "yes"}, at=NOON)
    page.clock.run_for(MINUTE)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".rate-number").first).to_have_text("25.0%")
    page.locator("h1").evaluate("document.activeElement.blur()")
    page.clock.run_for(MINUTE)
    expect(page.locator(".rate-number").first).to_have_text("50.0%")
    expect(page.locator("details").first).to_have_attribute("open", "")
