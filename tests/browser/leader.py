"""A leader with a personal link and a browser: clicks on labels, links and buttons, as a person does."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from responses import links
from responses.models import Case, LinkHolder

Answers = Mapping[str, object]

WELCOME: Answers = {"unit_confirm": "yes", "respondent_role": "top_manager"}
CULTURE: Answers = {
    "culture": {
        "risk": "agree_full",
        "recognise_ideas": "agree_part",
        "tech_curious": "disagree_part",
        "collab": "dk",
        "openness": "not_relevant",
    },
    "comment": "Spørg også børnene.\nDe ved det.",
}
LONG_WAY: Answers = {
    **WELCOME,
    "innov": {"product": "yes", "service": "no", "process": "dk", "comm": "no"},
    "latest_desc": "Øl & brød i én kurv",
    "latest_type": ["product", "comm"],
    "core_task": "current",
    "practice_break": "break",
    "novelty": "copy",
    "insp_channel": ["prof_network", "other"],
    "insp_channel.other": "Et brev",
    "initiators": ["employees", "legislation", "technology"],
    "collab": ["own_org", "companies", "other"],
    "collab.other": "Naboens hund",
    "finance": ["own_budget", "foundations"],
    "collab_phase": {"own_org": ["need_idea"], "companies": ["develop_adapt", "test"], "other": ["dk"]},
    "tech_degree": "is_tech",
    "tech_newness": "both",
    "factors": {
        "employees": "promoted_high",
        "cross_collab": "promoted_some",
        "pol_leadership": "neither",
        "legislation": "promoted_high",
        "limited_econ": "hindered_high",
        "safe_operations": "hindered_some",
        "citizens": "dk",
        "volunteers": "not_relevant",
        "companies": "promoted_some",
        "foundations": "not_relevant",
        "technology": "promoted_high",
        "error_handling": "neither",
    },
    "values": ["quality", "efficiency"],
    "evaluated": "internal",
    "eval_purpose": ["learning"],
    "eval_elements": ["own_assessment", "staff_survey"],
    "shared": "yes",
    **CULTURE,
}
SHORT_WAY: Answers = {
    **WELCOME,
    "innov": {"product": "no", "service": "no", "process": "no", "comm": "dk"},
    "ongoing": "no",
    **CULTURE,
}
CLOSED: Answers = {"unit_confirm": "closed", "respondent_role": "employee", "closed_when": "by_2019"}


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def personal_path(case: Case, purpose: str = links.ANSWER) -> str:
    """Return the path of the link that the mails to the owner of the case carry."""
    return f"/{links.PATHS[purpose]}/{links.token(purpose, owner(case))}/"


def follow(link_or_button: Locator) -> None:
    """Click, and wait for the page that comes."""
    with link_or_button.page.expect_navigation():
        link_or_button.click()


@dataclass
class Leader:
    """``sees`` is called on every page before it is filled in, ``headings`` are those of the pages filled in."""

    page: Page
    sees: Callable[[Page], None] = lambda page: None
    headings: list[str] = field(default_factory=list)

    def answer(self, answers: Answers) -> None:
        """Fill in page after page, from the open one on, until something else comes."""
        while self._next.count():
            self.sees(self.page)
            heading = self.page.locator("h1").inner_text()
            assert heading not in self.headings, (
                f"{heading} comes again: {self.page.locator('main .alert').all_inner_texts()}"
            )
            self.headings.append(heading)
            self.fill_in(answers)
            self.go_on()

    def fill_in(self, answers: Answers) -> None:
        """Click and write what belongs to the fields of the open page."""
        wanted = dict(_by_field(answers))
        for name in self.page.locator("main [name]").evaluate_all("all => [...new Set(all.map(one => one.name))]"):
            value = wanted.get(name, [])
            if isinstance(value, str) and self._field(name).first.get_attribute("type") != "radio":
                self._field(name).fill(value)
            else:
                for code in [value] if isinstance(value, str) else value:
                    self.choose(name, code)

    def choose(self, name: str, code: str) -> None:
        """Click on one option, unless it is marked already."""
        self._field(name, code).check()

    def go_on(self) -> None:
        follow(self._next)

    @property
    def _next(self) -> Locator:
        return self.page.locator("button[name=next]")

    def _field(self, name: str, code: str = "") -> Locator:
        value = f'[value="{code}"]' if code else ""
        return self.page.locator(f'[name="{name}"]{value}')


def _by_field(answers: Answers) -> Iterator[tuple[str, str | list[str]]]:
    """Yield what is to be in each field: one code or text, or several codes."""
    for key, answer in answers.items():
        question, _, option = key.partition(".")
        if isinstance(answer, dict):
            yield from ((f"{question}__{row}", marks) for row, marks in answer.items())
        elif isinstance(answer, (str, list)):
            yield (f"{question}__{option}__text" if option else question), answer
