"""Who of the staff may see what of a case that not all may see. Each rule is asked here and nowhere else."""

from barometer.models import User
from surveys.models import Round


def may_see_contacts(user: User, round_: Round) -> bool:
    """Names, addresses and telephone numbers of those who answer."""
    return user.has_perm("responses.see_contacts")


def may_see_answers(user: User, round_: Round) -> bool:
    """What a workplace has answered; each look is logged."""
    return user.has_perm("responses.see_answers")


def may_copy_link(user: User, round_: Round) -> bool:
    """The personal link itself, which opens the questionnaire to whoever has it."""
    return user.has_perm("responses.copy_link")
