"""Trying out a questionnaire without storing anything: what has been answered so far travels in the page itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language

from surveys.answering.reading import PageInput, read_page
from surveys.answering.whole import stand_in
from surveys.questionnaire.definition import Questionnaire, Register, RegisterVariable
from surveys.questionnaire.reach import answers_to
from surveys.questionnaire.routing import Route, RoutePage, route

STATE_FIELD = "_preview"
END = 0  # the number of the "page" after the last one
MADE_UP_NUMBER = 12
PAGE_NUMBER = re.compile("[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Preview:
    """How far somebody has come; ``page`` is its number in the questionnaire, or ``END``."""

    register: Register
    answers: Mapping[str, object]
    language: str
    page: int

    def text(self) -> str:
        """Written so that ``read`` understands it."""
        return json.dumps([dict(self.register), dict(self.answers), self.language, self.page], ensure_ascii=False)

    @classmethod
    def read(cls, text: str, questionnaire: Questionnaire) -> "Preview | None":
        """None for what ``text`` did not write. Answers may be anything: those that are not valid count as none."""
        try:
            register, answers, language, page = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            return None
        fits = isinstance(register, dict) and isinstance(answers, dict) and isinstance(page, int)
        if not fits or language not in questionnaire.languages:
            return None
        names = {variable.name for variable in questionnaire.register}
        known = {name: value for name, value in register.items() if name in names and isinstance(value, str | int)}
        return cls(known, answers, language, page)

    def route(self, questionnaire: Questionnaire) -> Route:
        return route(questionnaire, self.register, self.answers)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a POST leads.

    Attributes:
        posted: what was sent, where the page must be shown again with it.
        made_up: answers had to be made up to get to the page that was asked for.
        unreachable: no answers lead there with this register.
    """

    preview: Preview
    posted: PageInput | None = None
    made_up: bool = False
    unreachable: bool = False


def step(questionnaire: Questionnaire, before: Preview, data: QueryDict) -> Step:
    """Take one page's POST: its button is "next", "back" or "go" (to the page and language chosen)."""
    taken = before.route(questionnaire)
    page = taken.page(before.page)
    going_on = "next" in data
    after = before
    if page is not None:
        posted = read_page(page, taken, before.answers, data, complete=going_on)
        after = replace(before, answers=posted.answers)
        if going_on and not posted.clean:
            return Step(after, posted)
    if going_on or "back" in data:
        return Step(_onward(after.route(questionnaire), after, back=not going_on))
    language = data.get("_language", "")
    if language in questionnaire.languages:
        after = replace(after, language=language)
    wanted = data.get("_page", "")
    return _jump(questionnaire, after, int(wanted)) if PAGE_NUMBER.fullmatch(wanted) else Step(after)


def _onward(taken: Route, preview: Preview, *, back: bool) -> Preview:
    if not back:
        page = taken.next_page(preview.page)
        return replace(preview, page=page.number if page else END)
    page = _last(taken) if preview.page == END else taken.previous_page(preview.page)
    return replace(preview, page=page.number) if page else preview


def _last(taken: Route) -> RoutePage | None:
    return taken.pages[-1] if taken.pages else None


def _jump(questionnaire: Questionnaire, preview: Preview, number: int) -> Step:
    """Go to any page; where the answers do not lead to it, with answers that do."""
    if number == END or preview.route(questionnaire).page(number) is not None:
        return Step(replace(preview, page=number))
    if not 1 <= number <= len(questionnaire.pages):
        return Step(preview)
    for code in questionnaire.pages[number - 1].questions:
        way = answers_to(questionnaire, preview.register, code)
        if way is not None:
            made = replace(preview, answers={**preview.answers, **way}, page=number)
            if made.route(questionnaire).page(number) is not None:
                return Step(made, made_up=True)
    return Step(preview, unreachable=True)


def at_question(questionnaire: Questionnaire, beginning: Preview, code: str) -> Step:
    """Go to a question with answers that lead to it, as one of its page may be asked where others are not."""
    way = answers_to(questionnaire, beginning.register, code)
    if way is None:
        return Step(beginning, unreachable=True)
    number = next(n for n, page in enumerate(questionnaire.pages, start=1) if code in page.questions)
    made = replace(beginning, answers=way, page=number)
    if made.route(questionnaire).item(code) is None:  # switched off
        return Step(beginning, unreachable=True)
    return Step(made, made_up=bool(way))


class RegisterForm(forms.Form):
    """The register variables of a made-up workplace, and the language; every field has a value to begin with."""

    def __init__(self, questionnaire: Questionnaire, names: Mapping[str, str], data: QueryDict | None = None) -> None:
        """``names`` are those of the languages, by code."""
        super().__init__(data)
        active = get_language() or ""
        self.questionnaire = questionnaire
        choices = [(code, names.get(code, code)) for code in questionnaire.languages]
        first = active if active in questionnaire.languages else questionnaire.languages[0]
        self.fields["language"] = forms.ChoiceField(choices=choices, initial=first)
        for variable in questionnaire.register:
            self.fields[variable.name] = _field(variable, active)

    def preview(self) -> Preview:
        """The beginning; call when the form is valid."""
        return self._beginning(dict(self.cleaned_data))

    def untouched(self) -> Preview:
        """The beginning with the values that the fields have when nobody touches them."""
        return self._beginning({name: _first(field) for name, field in self.fields.items()})

    def _beginning(self, given: dict[str, Any]) -> Preview:
        language = given.pop("language")
        beginning = Preview(given, {}, language, END)
        pages = beginning.route(self.questionnaire).pages
        return replace(beginning, page=pages[0].number if pages else END)


def _first(field: forms.Field) -> object:
    if isinstance(field, forms.ChoiceField) and field.initial is None:
        return next(value for value, _ in field.widget.choices)
    return field.initial


def _field(variable: RegisterVariable, language: str) -> forms.Field:
    label = variable.label.text(language, {})
    if variable.type == "code":
        choices = [(code.code, code.label.text(language, {})) for code in variable.codes]
        return forms.ChoiceField(label=label, choices=choices)
    if variable.type == "integer":
        number = forms.NumberInput({"class": "input-width-xs"})
        return forms.IntegerField(label=label, initial=MADE_UP_NUMBER, widget=number)
    return forms.CharField(label=label, initial=stand_in(variable, language), max_length=200)
