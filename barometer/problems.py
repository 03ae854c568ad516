"""What is wrong with an input, said as a code that another layer turns into a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, found by pure code.

    Attributes:
        code: key of a sentence in the app's ``problem_texts.TEXTS``.
        where: the place as the reader knows it: a question code, "row 17, column Antal ansatte".
        params: values for the sentence's ``%(name)s`` fields.
    """

    code: str
    where: str
    params: Mapping[str, object] = field(default_factory=dict)


def sentence(problem: Problem, texts: Mapping[str, object]) -> str:
    """Return the problem in the active language (texts may be lazy); ``KeyError`` when its code has no text."""
    text = str(texts[problem.code]) % {"where": problem.where, **problem.params}
    return f"{problem.where}: {text}" if problem.where else text
