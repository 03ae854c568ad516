"""No page of the site leads anybody where they may not go: each role looks at every kind of page."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from barometer.roles import OF_ROLE, Right, Role
from surveys.models import Round
from tests.access_table import RIGHTS
from tests.factories import make_open_round, make_sample
from tests.markup import Element, Markup
from tests.people import browser_of, holder_of
from tests.test_access_objects import keys_of
from tests.test_list_queries import in_the_field

pytestmark = pytest.mark.django_db

DIFFERENT = {"case": 4, "round": 2, "sample": 2, "mail": 2}  # pages of one kind that differ in what stands on them
LONG = ("questionnaire-preview", "questionnaire-all-pdf", "codebook-pdf", "question", "part")  # nothing leads out
LOST = (403, 404, 500)
STATEMENT = "/was/"  # the foot of every page leads to the accessibility statement


@pytest.fixture
def in_use() -> Round:
    """A round with something of everything, and one that has only been drawn."""
    round_ = make_open_round(slug="field")
    for number in range(2):
        in_the_field(round_, number)
    keys_of(round_)
    today = timezone.localdate()  # years in the field would make long pages
    later = {"deadline": today + timedelta(days=30), "closes_on": today + timedelta(days=45)}
    Round.objects.filter(pk=round_.pk).update(opens_on=today, **later)
    make_sample()
    return round_


@dataclass
class Walk:
    """What one person meets. ``wrong``: where it stands, and what leads where they may not go, or is not there."""

    browser: Client
    rights: frozenset[Right]
    opened: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def look_at_all(self) -> None:
        waiting, met = ["/"], {"/"}
        for where in waiting:  # which grows
            name = name_of(where)
            if name is None or name in LONG or self.opened[name] >= DIFFERENT.get(name, 1):
                continue
            self.opened[name] += 1
            new = [link for link in self.links(where) if link not in met]
            met.update(new)
            waiting += new

    def links(self, where: str) -> Iterator[str]:
        """Open a page, note what leads wrong, and yield where its links lead."""
        answer = self.browser.get(where)
        if answer.status_code in LOST:
            self.wrong.append((where, f"{answer.status_code}"))
        if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            return
        page = Markup(answer.content.decode())
        if "Content-Disposition" not in answer.headers and not any(a.get("href") == STATEMENT for a in page.all("a")):
            self.wrong.append((where, f"no link to {STATEMENT}"))
        for link in page.all("a"):
            if not urlsplit(link.get("href")).netloc and not link.get("href").startswith("mailto:"):
                target = urljoin(where, link.get("href")).partition("#")[0]
                self.hold(where, target, 0)
                yield target
        for form in page.all("form"):
            if can_be_sent(page, form):
                self.hold(where, urljoin(where, form.get("action")), form.get("method").lower() == "post")

    def hold(self, where: str, target: str, sends: bool | int) -> None:
        """Note a link or a form that asks for a right they do not have."""
        asked = RIGHTS.get(name_of(target) or "")
        if asked and self.rights.isdisjoint(asked[sends].split()):
            self.wrong.append((where, target))


def name_of(where: str) -> str | None:
    """Return the name of a page; None for one that is not ours."""
    try:
        found: ResolverMatch = resolve(urlsplit(where).path)
    except Resolver404:
        return where
    return None if found.app_names else found.view_name


def can_be_sent(page: Markup, form: Element) -> bool:
    """Whether it has a button that works: whoever may only read is shown forms that do not."""
    buttons = [button for button in page.all("button") if any(each is form for each in button.within)]
    return bool(buttons) and not any("disabled" in each.attributes for each in form.within)


@pytest.mark.parametrize("role", Role)
def test_nothing_leads_a_role_where_it_may_not_go(in_use: Round, role: Role) -> None:
    walk = Walk(browser_of(holder_of(role)), OF_ROLE[role])
    walk.look_at_all()
    assert walk.wrong == []
    assert len(walk.opened) > 4


def test_nor_whoever_has_a_role_in_one_round(in_use: Round) -> None:
    walk = Walk(browser_of(holder_of(Role.AUDITOR, in_use)), OF_ROLE[Role.AUDITOR])
    walk.look_at_all()
    assert walk.wrong == []
    assert {"case", "work", "rates", "what-next", "waves", "authority-page", "retention"} <= set(walk.opened)
