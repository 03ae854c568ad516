"""What the contact person of an authority may be told (docs/decisions/0012-coordinators.md): never who has answered."""

from datetime import datetime, timedelta

FEWEST_SAMPLED = 5
MOST_OF_A_CASE, MOST_A_DAY = 3, 200  # corrections, whatever became of them; those a day are of one coordinator
MOST_CODES, CODES_WITHIN = 5, timedelta(hours=1)
SAME_CODE = timedelta(minutes=1)  # pressed twice, or by a machine, the button sends one code


def may_be_told(answered: int, sampled: int) -> bool:
    """Whether "x of n have answered" tells nothing of a single workplace: none and all would tell of each."""
    return sampled >= FEWEST_SAMPLED and 0 < answered < sampled


def too_many(of_case: int, today: int) -> str | None:
    """Return what speaks against one more correction: a code of ``problem_texts``, or None.

    Args:
        of_case: corrections of the case so far.
        today: corrections by this coordinator today.
    """
    if of_case >= MOST_OF_A_CASE:
        return "correction_too_many"
    return "correction_too_many_today" if today >= MOST_A_DAY else None


def may_have_code(sent_at: datetime | None, within_the_hour: int, at: datetime) -> str | None:
    """Return "same" when the code just sent is still on its way, "new" when another may be sent; None for neither."""
    if sent_at is not None and at < sent_at + SAME_CODE:
        return "same"
    return "new" if within_the_hour < MOST_CODES else None
