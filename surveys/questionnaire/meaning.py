"""Codes that meant something else in an earlier version: a series over versions would mix the two."""

from collections.abc import Iterator, Mapping, Sequence

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Label, Question, Questionnaire

SHARED_QUESTIONS = 0.5  # of the smaller one: with fewer codes in common it is another instrument


def same_instrument(one: Questionnaire, other: Questionnaire) -> bool:
    """Whether two questionnaires are editions of one: the same code, or in one country half their questions."""
    if one.code == other.code:
        return True
    codes, others = ({question.code for question in each.questions} for each in (one, other))
    fewest = min(len(codes), len(others))
    return one.country == other.country and fewest > 0 and len(codes & others) >= SHARED_QUESTIONS * fewest


def is_earlier(one: Questionnaire, other: Questionnaire) -> bool:
    """Whether ``one`` came before ``other``: by version, between different codes by reference period."""
    if one.code == other.code:
        return one.version < other.version
    return one.reference_end < other.reference_end


def check_meaning(questionnaire: Questionnaire, earlier: Sequence[Questionnaire]) -> list[Problem]:
    """``changed_meaning`` per option or row whose code was there before with another text, ``changed_value`` per option
    whose number in statistical files was another one. Both are warnings.

    Args:
        earlier: editions of the same instrument. Of several, the latest that has the code is compared with.
    """
    latest_first = sorted(earlier, key=lambda other: (other.reference_end, other.version), reverse=True)
    problems: dict[tuple[str, str], Problem] = {}
    for question in questionnaire.questions:
        for kind, choices in (("option", question.options), ("row", question.rows)):
            if kind == "row" and question.rows_like is not None:
                continue
            owner = f"scales.{question.scale}" if kind == "option" and question.scale else question.code
            for choice in choices:
                before = _before(latest_first, question.code, kind, choice.code)
                if before is not None:
                    for problem in _changes(f"{owner}.{choice.code}", choice, *before):
                        problems.setdefault((problem.where, problem.code), problem)
    return list(problems.values())


def _before(
    latest_first: Sequence[Questionnaire], question: str, kind: str, code: str
) -> tuple[Questionnaire, Choice] | None:
    for other in latest_first:
        if other.has_question(question):
            for choice in _choices(other.question(question), kind):
                if choice.code == code:
                    return other, choice
    return None


def _choices(question: Question, kind: str) -> tuple[Choice, ...]:
    return question.options if kind == "option" else question.rows


def _changes(where: str, choice: Choice, version: Questionnaire, before: Choice) -> Iterator[Problem]:
    for language, text, old in texts_in_both(choice.label, before.label):
        if not same_words(text, old):
            params = {"language": language, "before": old, "after": text, "version": version.name}
            yield Problem("changed_meaning", where, params)
            break  # one language is enough to look at it
    if choice.value != before.value and before.value is not None:
        numbers: dict[str, object] = {"before": before.value, "after": "–" if choice.value is None else choice.value}
        yield Problem("changed_value", where, {**numbers, "version": version.name})


def texts_in_both(label: Label, before: Label) -> Iterator[tuple[str, str, str]]:
    """(language, text, text before) for every text that both have; a plain text stands for every code of the other."""
    for language, text in label.texts.items():
        if language in before.texts:
            old = before.texts[language]
            for code in _codes(text, old):
                yield language, _text(text, code), _text(old, code)


def _codes(*texts: str | Mapping[str, str]) -> list[str]:
    found = [set(text) for text in texts if not isinstance(text, str)]
    return sorted(set.intersection(*found)) if found else [""]


def _text(text: str | Mapping[str, str], code: str) -> str:
    return text if isinstance(text, str) else text[code]


def same_words(one: str, other: str) -> bool:
    """Equal but for capitals, spaces, line breaks and punctuation."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()
