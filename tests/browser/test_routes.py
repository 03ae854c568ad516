"""Every route of the shipped questionnaires, walked on a phone without JavaScript from the link to the receipt.

A route is a set of questions; levels, languages and numbers of rows are spread over the walks so that every pair of
them is met (tests.routes, tests.pairwise). Pages of a kind that no other test shows to axe are shown to it here.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from responses.models import Case, Response
from responses.statistics.dispositions import Disposition
from surveys.models import Questionnaire, Round
from surveys.questionnaire.routing import Item, Route, RoutePage, route
from tests.browser.accessibility import PHONE, TOO_WIDE, Axe
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import LONG_WAY, SHORT_WAY, follow, personal_path
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.instruments import BAROMETER, shipped
from tests.pairwise import missing, spread
from tests.routes import Given, questions_of, routes_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_WALKS = 25
LEVELS = ("municipality", "region", "state")
LANGUAGES = ("da", "en")
ONE, OWN_WORDS, ALL = "one", "own words", "all"  # marks of a question that may have many, and so rows of what follows
WIDTH_TITLE_HEADINGS = f"[{TOO_WIDE}, document.title, [...document.querySelectorAll('h1')].map(each => each.innerText)]"
# Fills the page in as clicks do; what is not named is left as it is.
FILL_IN = """given => {
    for (const [name, value] of given) {
        const fields = [...document.getElementsByName(name)];
        if (fields.length === 0) throw new Error("not on the page: " + name);
        const field = fields.find(each => each.value === value);
        if (field && field.type !== "text") { if (!field.checked) field.click(); }
        else fields[0].value = value;
    }
}"""


@dataclass
class Walk:
    """One route in one level and language, and what was found wrong on its pages."""

    case: Case
    given: Given
    rows: str
    found: list[str] = field(default_factory=list)
    walked: set[str] = field(default_factory=set)

    def route(self) -> Route:
        response = Response.objects.filter(case=self.case).first()
        answers = response.answers if response else {}
        definition = self.case.round.questionnaire.definition()
        return route(definition, self.case.sample_unit.workplace.register(), answers)

    def go(self, page: Page) -> None:
        """Fill in page after page, from the link on; ends where there is nothing to go on to."""
        page.goto(personal_path(self.case))
        while page.locator("button[name=next]").count():
            number = page.url.partition("?")[0].rstrip("/").rpartition("/")[2]
            open_ = self.route().page(int(number) if number.isdigit() else 1)
            assert open_, page.url
            self.look(page)
            new = {item.code for item in open_.items if item.question.type != "display"}
            assert not new & self.walked, f"{page.url} comes again: {page.locator('main .alert').all_inner_texts()}"
            self.walked |= new
            page.evaluate(FILL_IN, list(self.fields(open_)))
            follow(page.locator("button[name=next]"))
        self.look(page)

    def look(self, page: Page) -> None:
        """Nobody has to scroll sideways, and the page says where one is."""
        too_wide, title, headings = page.evaluate(WIDTH_TITLE_HEADINGS)
        if too_wide > 0:
            self.found.append(f"{page.url}: {too_wide} px too wide")
        if len(headings) != 1 or headings[0] not in title:
            self.found.append(f"{page.url}: {headings} in “{title}”")

    def fields(self, page: RoutePage) -> Iterator[tuple[str, str]]:
        """What to fill in: the answers that lead along the route, elsewhere by the number of rows that is wanted."""
        for item in page.items:
            answer = self.given.get(item.code)
            if item.question.has_rows:
                cells = answer if isinstance(answer, Mapping) else {}
                for place, row in enumerate(item.row_codes):
                    yield f"{item.code}__{row}", str(cells.get(row, item.option_codes[place % len(item.options)]))
            elif item.question.many_marks:
                yield from self.marks(item, answer)
            elif item.question.type == "single":
                yield item.code, str(answer or item.option_codes[0])
            elif item.question.type == "open":
                yield item.code, "Øl & brød"

    def marks(self, item: Item, answer: object) -> Iterator[tuple[str, str]]:
        given = answer if isinstance(answer, list) else []
        if not item.exclusive_codes.isdisjoint(given):
            yield item.code, given[0]
            return
        together = [code for code in item.option_codes if code not in item.exclusive_codes]
        open_ = [code for code in item.open_codes if code in together]
        chosen = {ONE: together[:1], OWN_WORDS: [*together[:1], *open_], ALL: together}[self.rows]
        for code in chosen[: item.question.max_marks]:
            yield item.code, code
            if code in open_:
                yield f"{item.code}__{code}__text", "Naboens hund & <kat>"


def walks_of(round_: Round) -> list[Walk]:
    definition = round_.questionnaire.definition()
    routes = list(routes_of(definition, {"reg_level": LEVELS[0]}).values())
    free: dict[str, Sequence[Hashable]] = {"level": LEVELS, "language": LANGUAGES, "rows": (ONE, OWN_WORDS, ALL)}
    plans = spread([{key: repr(value) for key, value in given.items()} for given in routes], free)
    assert len(routes) <= 2 or missing(plans, free) == set()
    walks = []
    for given, plan in zip(routes, plans, strict=True):
        case = make_case(round_, language=str(plan["language"]), level=str(plan["level"]))
        walks.append(Walk(case, given, str(plan["rows"])))
    return walks


def kinds(taken: Route) -> dict[frozenset[str], int]:
    """The pages of a route: by what is asked on each, its number."""
    return {frozenset(item.code for item in page.items): page.number for page in taken.pages}


def shown_elsewhere(questionnaire: Questionnaire) -> set[frozenset[str]]:
    """The kinds of page that tests/browser/test_respondent_accessibility.py shows to axe."""
    definition = questionnaire.definition()
    ways = (LONG_WAY, {**SHORT_WAY, "ongoing": "yes"}, SHORT_WAY, {"unit_confirm": "closed"})
    return set().union(*(kinds(route(definition, {"reg_level": LEVELS[0]}, way)) for way in ways))


@pytest.mark.parametrize("name", [BAROMETER, "innovation-strategy-dk-2015-16"])
def test_every_route_of_the_questionnaire_leads_from_the_link_to_the_receipt(
    open_browser: OpenBrowser, axe: Axe, name: str
) -> None:
    questionnaire = shipped(NOON, name)
    walks = walks_of(make_open_round(questionnaire=questionnaire))
    phone, wide = open_browser("da", javascript=False, width=PHONE), open_browser("da")
    seen = shown_elsewhere(questionnaire) if name == BAROMETER else set()
    found: list[str] = []
    pages = 0
    for walk in walks:
        walk.go(phone)
        taken = walk.route()
        assert walk.walked == questions_of(taken)
        for kind, number in kinds(taken).items():
            if kind not in seen and refreshed(walk.case).disposition == Disposition.STARTED:
                seen.add(kind)
                found += axe.faults_of(wide, f"{personal_path(walk.case)}{number}/")
        if taken.in_scope is not False:
            follow(phone.locator("main .button-primary"))
            walk.look(phone)
            assert phone.url.rpartition("/k/")[1], phone.url  # the receipt
        ended = Disposition.INELIGIBLE_REPORTED if taken.in_scope is False else Disposition.SUBMITTED
        assert refreshed(walk.case).disposition == ended
        pages += len(taken.pages)
        found += walk.found
    print(f"{name}: {len(walks)} walks of {pages} pages in all")
    assert len(walks) <= MOST_WALKS
    assert found == [], "\n".join(found)
