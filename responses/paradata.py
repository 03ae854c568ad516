"""How the questionnaire is filled in: how long it takes, where people stop, on what device. Nothing finer is kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q

from responses.models import LeftOff, Response
from responses.statistics.dispositions import Disposition
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Stop:
    """A page at which ``cases`` stand that have started and not submitted; ``share`` is of all who started."""

    page: str
    cases: int
    share: float


@dataclass(frozen=True, slots=True)
class DeviceCount:
    """How many have started, and of these submitted, on one kind of device; "" for an interview, or not known."""

    device: str
    started: int
    submitted: int


@dataclass(frozen=True, slots=True)
class Duration:
    """The median of ``responses`` web questionnaires, from the first answer saved to the submission, with pauses."""

    minutes: float
    responses: int


def median_minutes(round_: Round) -> Duration | None:
    """Return how long a web questionnaire takes; None before the first one is submitted. Two queries."""
    taken = ExpressionWrapper(F("submitted_at") - F("started_at"), output_field=DurationField())
    web = Response.objects.submitted(round_).filter(mode=Response.Mode.WEB)
    count = web.count()
    if not count:
        return None
    first = (count - 1) // 2
    middle = list(web.order_by(taken).values_list(taken, flat=True)[first : first + (2 - count % 2)])
    return Duration(sum(middle, timedelta()) / len(middle) / timedelta(minutes=1), count)


@dataclass(frozen=True, slots=True)
class Filling:
    """How far those have come who have started: where they stand who have not submitted, and on what devices."""

    stops: tuple[Stop, ...]
    devices: tuple[DeviceCount, ...]


def filling(round_: Round, places: Iterable[str] = ()) -> Filling:
    """Count the responses by page and device; one query, two of a round that has been closed.

    The stops are in the order of ``places``: names of pages, ``Response.ALL_ANSWERED`` for those who only have to
    submit, "" where the page is not known. They hold those too whose unsent answers have been deleted since; nothing
    is kept of their devices. The devices are in the order of ``Response.Device``, those without one last.
    """
    names = list(places)
    standing = Q(submitted_at__isnull=True, case__disposition=Disposition.STARTED)
    rows = Response.objects.filter(case__round=round_).order_by().values_list("device", "resumes_at")
    here: Counter[str] = Counter()
    started: Counter[str] = Counter()
    submitted: Counter[str] = Counter()
    counted = rows.annotate(all=Count("pk"), sent=Count("submitted_at"), here=Count("pk", filter=standing))
    for device, page, responses, of_these, stand in counted:
        started[device] += responses
        submitted[device] += of_these
        here[page] += stand
    begun = started.total()
    for number, left, stand in _deleted_since(round_) if names and round_.closed_at else ():
        here[names[number - 1] if number else Response.ALL_ANSWERED] += stand
        begun += left
    return Filling(
        tuple(Stop(page, here[page], here[page] / begun) for page in names if here[page]),
        tuple(
            DeviceCount(device, started[device], submitted[device])
            for device in (*Response.Device.values, "")
            if started[device]
        ),
    )


def _deleted_since(round_: Round) -> Iterable[tuple[int | None, int, int]]:
    """Return of answers that were deleted unsent by the number of the page how many, and how many still stand there."""
    kept = LeftOff.objects.filter(case__round=round_, case__response=None).order_by().values_list("page")
    stand = Count("pk", filter=Q(case__disposition=Disposition.STARTED))
    return kept.annotate(all=Count("pk"), here=stand)
