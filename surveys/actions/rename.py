"""What else of a draft calls a question or a derived variable by its name follows when that changes."""

from django.db.models import Q

from surveys.models import Choice, Questionnaire
from surveys.questionnaire.renaming import renamed


def rename_in(questionnaire: Questionnaire, old: str, new: str) -> list[str]:
    """Exchange the name in every expression and source of rows of a locked draft; return whose they are."""
    users: list[str] = []
    for derived in questionnaire.derived_variables.order_by("position", "pk"):
        if (text := renamed(derived.expression, old, new)) != derived.expression:
            derived.expression = text
            derived.save(update_fields=["expression"])
            users.append(derived.name)
    for question in questionnaire.questions.order_by("page__position", "position", "pk"):
        wanted = {name: renamed(getattr(question, name), old, new) for name in ("ask_if", "soft_check_when")}
        sources = {name: getattr(question, name) for name in ("rows_like", "rows_marked_in")}
        wanted |= {name: new for name, source in sources.items() if source == old}
        changed = [name for name, value in wanted.items() if getattr(question, name) != value]
        if changed:
            for name in changed:
                setattr(question, name, wanted[name])
            question.save(update_fields=changed)
            users.append(question.code)
    of_this = Q(question__questionnaire=questionnaire) | Q(scale__questionnaire=questionnaire)
    with_condition = Choice.objects.filter(of_this).exclude(ask_if="").select_related("question", "scale")
    for choice in with_condition.order_by("pk"):
        if (text := renamed(choice.ask_if, old, new)) != choice.ask_if:
            choice.ask_if = text
            choice.save(update_fields=["ask_if"])
            users.append(f"{choice.question or choice.scale}.{choice.code}")
    return users
