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
        yield _("Stratum at %(rate)s, target %(target)s.") % shares
    else:
        yield _("Stratum at %(rate)s: target reached.") % {"rate": percent(rate, 1)}
    if abs(candidate.lag) < NO_DIFFERENCE:
        yield _("Its kind answers as often as the mean.")
    elif candidate.lag > 0:
        yield _("Its kind answers %(points)s points less often than the mean.") % {"points": points(candidate.lag)}
    else:
        yield _("Its kind answers %(points)s points more often than the mean.") % {"points": points(-candidate.lag)}
    yield _("Stands for %(number)s in the register.") % {"number": number(candidate.weight, 1)}
    if candidate.started:
        yield _("Started: it may well submit by itself.")
    if candidate.calls:
        text = ngettext("Called %(number)s time already.", "Called %(number)s times already.", candidate.calls)
        yield text % {"number": candidate.calls}
