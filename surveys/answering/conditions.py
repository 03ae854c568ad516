"""When a question is asked, said in a sentence that a respondent understands."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, ngettext

from surveys.answering.wording import Wording
from surveys.questionnaire.conditions import Both, Condition, Conditions, Either, Fact
from surveys.questionnaire.definition import Question, Register
from surveys.questionnaire.expression import Expression


class ConditionWords:
    """Puts conditions into words, in the active language and for one level.

    Args:
        words: gives the labels; its register holds only what is known of everybody who reads this.
        numbers: the numbers of the questions as the reader sees them, by code.
    """

    def __init__(self, words: Wording, known: Register, numbers: Mapping[str, int]) -> None:
        self.words = words
        self.known = known
        self.numbers = numbers
        self.conditions = Conditions(words.questionnaire, known)

    def condition(self, expression: Expression | None) -> Condition:
        return self.conditions.of(expression)

    def sentence(self, found: Condition) -> str:
        """A sentence such as "Only if …."; "" for what is always asked."""
        if isinstance(found, bool):
            return ""
        return gettext("Only if %(condition)s.") % {"condition": self.clause(found)}

    def clause(self, found: Fact | Both | Either, *, inside: bool = False) -> str:
        if isinstance(found, Fact):
            return self._fact(found)
        parts = [self.clause(part, inside=True) for part in found.parts]
        text = parts[0]
        for part in parts[1:]:
            both = gettext("%(one)s, and %(other)s") if isinstance(found, Both) else gettext("%(one)s, or %(other)s")
            text = both % {"one": text, "other": part}
        return f"({text})" if inside else text

    def question(self, code: str) -> str:
        """What the reader finds the question by."""
        if code in self.numbers:
            return gettext("question %(number)s") % {"number": self.numbers[code]}
        return quoted(self.words.text(self.words.questionnaire.question(code).label))

    def _fact(self, fact: Fact) -> str:
        if fact.kind == "register":
            return self._register(fact)
        names = {"question": self.question(fact.name)}
        if fact.kind == "count":
            return self._count(fact, names)
        if fact.kind == "answered":
            text = gettext("%(question)s is not answered") if fact.negated else gettext("%(question)s is answered")
            return text % names
        question = self.words.questionnaire.question(fact.name)
        names["answers"] = self._answers(question, fact)
        names["row"] = self._row(question, fact.row)
        return self._template(fact) % names

    def _template(self, fact: Fact) -> str:
        several = len(fact.values) > 1
        match fact.kind, bool(fact.row), fact.negated:
            case "is", False, False:
                return gettext("the answer to %(question)s is %(answers)s")
            case "is", False, True:
                return (
                    gettext("the answer to %(question)s is neither %(answers)s")
                    if several
                    else gettext("the answer to %(question)s is not %(answers)s")
                )
            case "is", True, False:
                return gettext("the answer to %(row)s in %(question)s is %(answers)s")
            case "is", True, True:
                return (
                    gettext("the answer to %(row)s in %(question)s is neither %(answers)s")
                    if several
                    else gettext("the answer to %(row)s in %(question)s is not %(answers)s")
                )
            case "any_row", _, False:
                return gettext("at least one line of %(question)s is answered with %(answers)s")
            case "any_row", _, True:
                return gettext("no line of %(question)s is answered with %(answers)s")
            case "marked", False, False:
                return gettext("%(answers)s is marked in %(question)s")
            case "marked", False, True:
                return (
                    gettext("neither %(answers)s is marked in %(question)s")
                    if several
                    else gettext("%(answers)s is not marked in %(question)s")
                )
            case "marked", True, False:
                return gettext("%(answers)s is marked for %(row)s in %(question)s")
        return (
            gettext("neither %(answers)s is marked for %(row)s in %(question)s")
            if several
            else gettext("%(answers)s is not marked for %(row)s in %(question)s")
        )

    def _answers(self, question: Question, fact: Fact) -> str:
        labels = {option.code: self.words.text(option.label) for option in question.options}
        texts = [quoted(labels.get(str(value), str(value))) for value in fact.values]
        nor = fact.negated and fact.kind != "any_row"
        return listed(texts, gettext("%(one)s nor %(other)s") if nor else gettext("%(one)s or %(other)s"))

    def _row(self, question: Question, code: str) -> str:
        rows = question.rows
        if question.rows_marked_in is not None:
            rows = self.words.questionnaire.question(question.rows_marked_in).options
        return next((quoted(self.words.text(row.label)) for row in rows if row.code == code), quoted(code))

    def _count(self, fact: Fact, names: Mapping[str, object]) -> str:
        number = int(fact.values[0])
        texts = {
            ">=": ngettext(
                "at least %(number)s answer is marked in %(question)s",
                "at least %(number)s answers are marked in %(question)s",
                number,
            ),
            "<=": ngettext(
                "at most %(number)s answer is marked in %(question)s",
                "at most %(number)s answers are marked in %(question)s",
                number,
            ),
        }
        exactly = ngettext(
            "exactly %(number)s answer is marked in %(question)s",
            "exactly %(number)s answers are marked in %(question)s",
            number,
        )
        if fact.negated:
            exactly = gettext("the number of answers marked in %(question)s is not %(number)s")
        return texts.get(fact.operator, exactly) % {**names, "number": number}

    def _register(self, fact: Fact) -> str:
        variable = self.words.questionnaire.register_variable(fact.name)
        label = quoted(self.words.text(variable.label) if variable else fact.name)
        codes = {code.code: self.words.text(code.label) for code in variable.codes} if variable else {}
        texts = {
            ">=": gettext("the register has at least %(value)s for %(variable)s"),
            "<=": gettext("the register has at most %(value)s for %(variable)s"),
        }
        said = gettext("the register has %(value)s for %(variable)s")
        if fact.negated:
            said = gettext("the register does not have %(value)s for %(variable)s")
        values = [str(value) if isinstance(value, int) else quoted(codes.get(value, value)) for value in fact.values]
        value = listed(values, gettext("%(one)s or %(other)s"))
        return texts.get(fact.operator, said) % {"value": value, "variable": label}


def quoted(text: str) -> str:
    return gettext("“%(text)s”") % {"text": text}


def listed(texts: Sequence[str], pair: str) -> str:
    """Put texts one after the other: commas, and before the last one ``pair``."""
    if len(texts) == 1:
        return texts[0]
    return pair % {"one": ", ".join(texts[:-1]), "other": texts[-1]}
