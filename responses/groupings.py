"""What a person may group and filter figures by, and how groups, bases and options are called."""

from collections.abc import Iterator

from django.utils.translation import gettext

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Label, Questionnaire
from surveys.questionnaire.expression import Expression, parse
from surveys.questionnaire.expression_checks import check_condition
from surveys.questionnaire.grouping_reader import register_groups
from surveys.questionnaire.indicator_definition import Group, Grouping, Indicator
from surveys.questionnaire.indicators import read_condition


def variables(questionnaire: Questionnaire) -> Iterator[tuple[str, Label]]:
    """Yield what one can group by: register variables with codes, derived variables, single-choice questions."""
    yield from ((each.name, each.label) for each in questionnaire.register if each.type == "code")
    yield from ((each.name, each.label) for each in questionnaire.derived if not _counts(each.expression))
    for question in questionnaire.questions:
        if question.type == "single" and question.enabled:
            yield question.code, question.label


def grouping_by(questionnaire: Questionnaire, name: str) -> Grouping | Problem:
    """Return the groups that a variable makes; its values never overlap."""
    if by_register := register_groups(questionnaire, name):
        return by_register
    languages = questionnaire.languages
    derived = questionnaire.derived_named.get(name)
    if derived is not None and not _counts(derived.expression):
        yes, no = (Label(dict.fromkeys(languages, text), verbatim=True) for text in (gettext("Yes"), gettext("No")))
        return Grouping(name, (Group(name, yes, parse(name)), Group(f"not {name}", no, parse(f"not {name}"))))
    question = questionnaire.question(name) if questionnaire.has_question(name) else None
    if question is not None and question.type == "single":
        groups = (Group(option.code, option.label, parse(f"{name} == '{option.code}'")) for option in question.options)
        return Grouping(name, tuple(groups))
    known = ", ".join(known for known, _ in variables(questionnaire))
    return Problem("estimate_unknown_by", "", {"name": name, "known": known})


def read_filter(questionnaire: Questionnaire, text: str) -> Expression | Problem:
    """Return a condition that somebody typed; texts of the register are refused, for they name single workplaces."""
    condition = read_condition(text)
    if isinstance(condition, Problem):
        return condition
    for problem in check_condition(condition, questionnaire, ""):
        return problem
    for name in sorted(condition.names):
        variable = questionnaire.register_variable(name)
        if variable is not None and variable.type == "text":
            return Problem("estimate_filter_names_workplaces", "", {"name": name})
    return condition


def indicator_name(questionnaire: Questionnaire, indicator: Indicator, language: str, grouping: Grouping | None) -> str:
    """Return an indicator's label with what it is grouped by: the variable, or the groups themselves."""
    name = indicator.label.text(language, {})
    if grouping is None:
        return name
    labels = dict(variables(questionnaire))
    if grouping.variable in labels:
        return f"{name} – {labels[grouping.variable].text(language, {})}"
    return f"{name} – {' / '.join(group.label.text(language, {}) for group in grouping.groups)}"


def base_name(questionnaire: Questionnaire, base: str, language: str) -> str:
    """Return a base in words: the derived variable's label, or the expression itself."""
    derived = questionnaire.derived_named.get(base)
    return derived.label.text(language, {}) if derived else base


def condition_in_words(questionnaire: Questionnaire, condition: str, language: str) -> str:
    """Return a condition on one code of the register in words; any other as it was written."""
    for variable in questionnaire.register:
        for choice in variable.codes:
            if condition == f"{variable.name} == '{choice.code}'":
                return f"{variable.label.text(language, {})}: {choice.label.text(language, {})}"
    return base_name(questionnaire, condition, language)


def option_label(option: Choice, language: str) -> str:
    """Return an option's text; where it differs by level, all of them, for here are the answers of all levels."""
    texts = option.label.texts.get(language)
    if isinstance(texts, str) or texts is None:
        return option.label.text(language, {})
    return " / ".join(dict.fromkeys(texts.values()))


def _counts(expression: Expression) -> bool:
    return expression.text.startswith("count(") and expression.text.endswith(")")
