"""The whole questionnaire on one page: every question that a level may be asked, and in words when it is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from barometer import formats
from surveys.answering.conditions import ConditionWords
from surveys.answering.reading import WRITING_LENGTH
from surveys.answering.wording import Wording
from surveys.questionnaire.conditions import Condition
from surveys.questionnaire.definition import Choice, Page, Question, Questionnaire, RegisterVariable

LEVEL = "reg_level"  # the register variable that the texts of an instrument may go by


def levels(questionnaire: Questionnaire) -> tuple[Choice, ...]:
    """The levels that a questionnaire tells apart; () when it is the same for everybody."""
    variable = questionnaire.register_variable(LEVEL)
    return variable.codes if variable else ()


def whole(questionnaire: Questionnaire, language: str, level: str) -> dict[str, Any]:
    """Everything there is to print, as plain values, in one language and for one level ("" without levels).

    Questions, options and rows that are switched off, or that this level never gets, are left out; what else the
    register decides, and what the answers decide, is said in words. Braces show what will stand there.
    """
    with translation.override(language):
        return _Whole(questionnaire, language, level).content()


class _Whole:
    def __init__(self, questionnaire: Questionnaire, language: str, level: str) -> None:
        self.questionnaire = questionnaire
        known = {LEVEL: level} if level else {}
        shown = {variable.name: stand_in(variable, language) for variable in questionnaire.register}
        self.words = Wording(questionnaire, shown | known, language)
        self.conditions = ConditionWords(self.words, known, {})
        asked = [question for question in questionnaire.questions if self.asked(question)]
        self.codes = {question.code for question in asked}
        numbered = (question.code for question in asked if question.type != "display")
        self.conditions.numbers = {code: number for number, code in enumerate(numbered, start=1)}

    def asked(self, question: Question) -> bool:
        return question.enabled and self.conditions.condition(question.ask_if) is not False

    def content(self) -> dict[str, Any]:
        questionnaire = self.questionnaire
        variable = questionnaire.register_variable(LEVEL)
        known = next((code for code in levels(questionnaire) if code.code == self.conditions.known.get(LEVEL)), None)
        days = (formats.day(day) for day in (questionnaire.reference_start, questionnaire.reference_end))
        return {
            "language": self.words.language,
            "title": self.words.text(questionnaire.title),
            "level": self.words.text(known.label) if known else "",
            "level_name": self.words.text(variable.label) if variable else "",
            "period": " – ".join(days),
            "words": _general_words(),
            "pages": [page for page in map(self.page, questionnaire.pages) if page["questions"]],
        }

    def page(self, page: Page) -> dict[str, Any]:
        """A condition that all questions share is said once, under the title."""
        questions = [self.questionnaire.question(code) for code in page.questions if code in self.codes]
        conditions = [self.conditions.condition(question.ask_if) for question in questions]
        shared = conditions[0] if len(conditions) > 1 and len(set(conditions)) == 1 else True
        return {
            "title": self.words.text(page.label),
            "when": self.conditions.sentence(shared),
            "questions": [
                self.question(question, True if shared is not True else condition)
                for question, condition in zip(questions, conditions, strict=True)
            ],
        }

    def question(self, question: Question, when: Condition) -> dict[str, Any]:
        most = question.max_length or WRITING_LENGTH
        return {
            "code": question.code,
            "number": self.conditions.numbers.get(question.code),
            "title": self.words.text(question.label),
            "when": self.conditions.sentence(when),
            "hint": self.words.text(question.hint),
            "remarks": list(self.remarks(question)),
            "grid": question.has_rows,
            "marks": "several" if question.many_marks else "one",
            "rows": [self.choice(row) for row in question.rows_on if self.offered(row)],
            "options": [self.choice(option) for option in question.options_on if self.offered(option)],
            "writing": gettext("At most %(most)s characters.") % {"most": most} if question.type == "open" else "",
        }

    def remarks(self, question: Question) -> Iterator[str]:
        if question.type != "display" and not question.required:
            yield gettext("You may leave this one out.")
        if question.type == "multi" and question.max_marks is None:
            yield self.words.general("mark_all") or gettext("Mark all that apply.")
        elif question.max_marks is not None and question.hint is None:
            yield gettext("Mark at most %(most)s.") % {"most": question.max_marks}
        if question.row_text is not None:
            partner = gettext("[the line]")
            text = question.row_text.text(self.words.language, {**self.words.register, "partner": partner})
            yield gettext("It is asked like this: %(question)s") % {"question": text}
        if question.rows_marked_in is not None:
            source = self.conditions.question(question.rows_marked_in)
            yield gettext("There is one line for each answer that you mark in %(question)s.") % {"question": source}

    def offered(self, choice: Choice) -> bool:
        return self.conditions.condition(choice.ask_if) is not False

    def choice(self, choice: Choice) -> dict[str, Any]:
        when = self.conditions.condition(choice.ask_if)
        said = "" if isinstance(when, bool) else self.conditions.clause(when)
        return {
            "text": self.words.text(choice.label),
            "hint": self.words.text(choice.hint),
            "when": said and gettext("only if %(condition)s") % {"condition": said},
            "writes": choice.open,
        }


def stand_in(variable: RegisterVariable, language: str) -> str:
    """What is printed for a register variable that differs from workplace to workplace."""
    return f"[{variable.label.text(language, {})}]"


def _general_words() -> Mapping[str, object]:
    return {
        "heading": gettext("All questions"),
        "period": gettext("Reference period"),
        "introduction": [
            gettext(
                "These are all the questions, to look through before you answer. You will hardly be asked all of them: "
                "it says when a question is asked."
            ),
            gettext(
                "Nothing can be filled in here. Answer by the personal link in your mail or the code in your letter."
            ),
        ],
        "one_each": gettext("For each line, one of these:"),
        "several_each": gettext("For each line, one or more of these:"),
        "writes": gettext("with room for your own words"),
    }
