"""What is read for a questionnaire and never changes while it does not."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from surveys.questionnaire.definition import Questionnaire

MOST_KEPT = 8
T = TypeVar("T")


def kept(read: Callable[[Questionnaire], T]) -> Callable[[Questionnaire], T]:
    """Let a function read once for each definition that this process holds; a published one is always the same object.

    What it raises is not kept.
    """
    found: dict[int, tuple[Questionnaire, T]] = {}

    @wraps(read)
    def again(questionnaire: Questionnaire) -> T:
        before = found.get(id(questionnaire))
        if before is not None and before[0] is questionnaire:
            return before[1]
        if len(found) >= MOST_KEPT:
            found.clear()
        made = read(questionnaire)
        found[id(questionnaire)] = questionnaire, made  # kept too, so that nothing else can get its id
        return made

    return again
