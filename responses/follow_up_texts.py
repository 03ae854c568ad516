"""Why a case stands where it does on the work list, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barometer.formats import number, percent, points
from responses.statistics.calling import Candidate

NO_DIFFERENCE = 0.0005  # below it a lag is 0.0 points


def reasons(candidate: Candidate, rate: float, target: float) -> list[str]:
    """Return one sentence for each thing that makes up the gain.

    Args:
        rate: response rate of the case's stratum, as it is now.
        target: of the round.
    """
    return list(_reasons(candidate, rate, target))


def _reasons(candidate: Candidate, rate: float, target: float) -> Iterator[str]:
    if rate < target:
        shares = {"rate": percent(rate, 1), "target": percent(target)}
        yield _("Its stratum stands at %(rate)s, and the target is %(target)s.") % shares
    else:
        yield _("Its stratum has reached the target (%(rate)s).") % {"rate": percent(rate, 1)}
    if abs(candidate.lag) < NO_DIFFERENCE:
        yield _("Workplaces like it answer as often as the mean.")
    elif candidate.lag > 0:
        yield _("Workplaces like it answer less often than the mean: %(points)s percentage points.") % {
            "points": points(candidate.lag)
        }
    else:
        yield _("Workplaces like it answer more often than the mean: %(points)s percentage points.") % {
            "points": points(-candidate.lag)
        }
    yield _("Stands for %(number)s of the workplaces in the register.") % {"number": number(candidate.weight, 1)}
    if candidate.started:
        yield _("Started: it may well submit by itself.")
    if candidate.calls:
        text = ngettext("Called %(number)s time already.", "Called %(number)s times already.", candidate.calls)
        yield text % {"number": candidate.calls}
