"""Take the data of a round out of the system: at once for the command line, in the background for staff.

The row of ``ExportFile`` is the truth. A worker claims one, says every so often that it is alive, and ends it; when it
dies, the row is taken up again (docs/decisions/0021-export-files.md).
"""

import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db import transaction

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from responses.exports.making import ExportRefused, Made, Order, check, make_file, table_of, write
from responses.exports.table import RowsChanged, Table
from responses.models import ExportFile
from responses.models.export import MOST_ATTEMPTS
from responses.variables import Privacy
from surveys.models import Round

logger = logging.getLogger(__name__)

KEPT = timedelta(days=14)
ORPHANED = timedelta(days=1)
FOLDER = "exports"


class ClaimLost(Exception):
    """Another worker has the file by now, or it is no longer wanted."""


def write_file(*, round_: Round, order: Order, out: Path, reason: str, by: User | None, at: datetime) -> Made:
    """Make a file, put it in its place when it is whole, and note in the audit log who takes what.

    Raises: ExportRefused, RowsChanged, OSError; then there is no file and no line.
    """
    check_order(order, reason)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as folder:
        part = Path(folder, "part")
        made = make_file(round_, order, part, lambda rows, of: None)
        part.replace(out)
    facts = {**_facts(order), "rows": made.rows, "content_sha256": made.content_sha256}
    audit.record("export.written", target=round_, by=by, at=at, reason=reason, facts=facts)
    return made


def check_order(order: Order, reason: str) -> None:
    """Raises: ExportRefused for what a level does not let out, and for names that nobody gives a reason for."""
    if order.privacy is Privacy.FULL and not reason.strip():
        raise ExportRefused(Problem("export_needs_reason", ""))
    check(order)


@transaction.atomic
def ask(*, round_: Round, orders: Sequence[Order], reason: str, by: User | None, at: datetime) -> list[ExportFile]:
    """Put files on the list of those to be made: all, or none when one of them is refused.

    Raises: ExportRefused.
    """
    return [_ask(round_, order, reason, by, at) for order in orders]


def _ask(round_: Round, order: Order, reason: str, by: User | None, at: datetime) -> ExportFile:
    check_order(order, reason)
    file = ExportFile.objects.create(
        round=round_,
        content=order.content,
        privacy=order.privacy.value,
        format=order.format,
        language=order.language,
        reason=reason,
        asked_by=by,
        asked_at=at,
    )
    audit.record("export.asked", target=round_, by=by, at=at, reason=reason, facts=_facts(order) | {"file": file.pk})
    return file


def make_waiting(*, clock: Callable[[], datetime], call: Callable[[], None] = lambda: None) -> int:
    """Make every file that waits, one after the other; return how many were made.

    With the first one in hand ``call`` another worker, once, if there is work for it. What is asked for meanwhile is
    left to the next sweep, so that rows read in this one were read after every file on its list was asked for.
    """
    made, called, readings = 0, False, Readings()
    for pk in list(ExportFile.objects.to_make(clock()).values_list("pk", flat=True)):
        at = clock()
        if ExportFile.objects.claim(pk, at):
            if not called and ExportFile.objects.to_make(at).exists():
                called = True
                call()
            with suppress(ClaimLost):
                made += _make(pk, at, clock, readings)
        else:
            _give_up(pk, at)
    return made


@dataclass(frozen=True, slots=True)
class Reading:
    """A table, and the claimed file for which its rows were read."""

    file: ExportFile
    claimed_at: datetime
    table: Table

    def serves(self, file: ExportFile) -> bool:
        """Return whether these rows may go into a file that has just been claimed.

        The claim under which they were read must stand: an erasure ends the claims of its round (``withdraw``). One
        that was over when the file was claimed is seen here; one that was not ends the file's own claim as well.
        """
        claim = ExportFile.objects.filter(pk=self.file.pk, claimed_at=self.claimed_at)
        return _columns(self.file) == _columns(file) and self.table.read_rows is not None and claim.exists()


class Readings:
    """The rows read last in a sweep; they serve the next format of the same table."""

    def __init__(self) -> None:
        self.last: Reading | None = None

    def table_of(self, file: ExportFile, claimed_at: datetime) -> Table:
        """Return what a claimed file is made of.

        Raises: ExportRefused.
        """
        if self.last and self.last.serves(file):
            return self.last.table.again()
        self.last = None
        table = table_of(file.round, order_of(file))
        self.last = Reading(file, claimed_at, table)
        return table


def delete_expired(*, at: datetime) -> int:
    """Delete the files whose days are over, and what a crash has left in the storage; return how many rows ended."""
    expired = ExportFile.objects.filter(expires_at__lte=at, deleted_at__isnull=True).order_by("pk")
    numbers = list(expired.values_list("pk", flat=True))
    ExportFile.objects.filter(pk__in=numbers).update(deleted_at=at)
    storage = _storage()
    wanted = set(ExportFile.objects.kept(at).values_list("sha256", flat=True))
    for name in storage.listdir(FOLDER)[1] if storage.exists(FOLDER) else ():
        path = f"{FOLDER}/{name}"
        if name not in wanted and (_had(name) or storage.get_modified_time(path) < at - ORPHANED):
            storage.delete(path)
    return len(numbers)


def withdraw(*, round_: Round, at: datetime) -> None:
    """Let no file of the round be downloaded any more: something in it has been erased. Those begun begin again.

    Call it behind the audit line of what was erased: that line waits for those who are just asking for a file, whose
    files would not be seen here, and lets nobody ask until the erasure is over.
    """
    files = ExportFile.objects.filter(round=round_)
    files.filter(finished_at__isnull=True).update(claimed_at=None, seen_at=None)
    files.filter(expires_at__gt=at).update(expires_at=at, claimed_at=None)


def note_download(*, file: ExportFile, by: User, at: datetime) -> None:
    """Note in the audit log who took a file."""
    facts = _facts(order_of(file)) | {"file": file.pk, "sha256": file.sha256}
    audit.record("export.downloaded", target=file.round, by=by, at=at, reason=file.reason, facts=facts)


def open_file(file: ExportFile) -> "File[bytes]":
    return _storage().open(file.storage_name)


def order_of(file: ExportFile) -> Order:
    return Order(file.content, Privacy(file.privacy), file.format, file.language)


def _make(pk: int, claimed_at: datetime, clock: Callable[[], datetime], readings: Readings) -> bool:
    """Make one claimed file; False when it must be tried again.

    Raises: ClaimLost.
    """
    file = ExportFile.objects.select_related("round__questionnaire").get(pk=pk)

    def progress(done: int, of: int) -> None:
        if not ExportFile.objects.held(pk, claimed_at).update(seen_at=clock(), rows_done=done, rows=of):
            raise ClaimLost

    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder, "file")
        try:
            made = write(readings.table_of(file, claimed_at), order_of(file), path, progress)
            _keep(path, made)
        except RowsChanged as changed:
            logger.warning("Export %s is made again: %s", pk, changed)
            ExportFile.objects.held(pk, claimed_at).update(seen_at=None, claimed_at=None)
            return False
        except ExportRefused as refused:
            ExportFile.objects.held(pk, claimed_at).update(failure=refused.problem.code)
            return False
        except ClaimLost:
            raise
        except Exception:  # whatever a format stumbles over: it would again, and the others wait behind it
            logger.exception("Export %s could not be made", pk)
            ExportFile.objects.held(pk, claimed_at).update(failure="export_failed")
            return False
    _finish(file, made, claimed_at, clock())
    return True


@transaction.atomic
def _finish(file: ExportFile, made: Made, claimed_at: datetime, at: datetime) -> None:
    facts = {
        "rows": made.rows,
        "rows_done": made.rows,
        "sha256": made.sha256,
        "content_sha256": made.content_sha256,
        "size": made.size,
        "notes": [[note.code, dict(note.params)] for note in made.notes],
        "finished_at": at,
        "expires_at": at + KEPT,
    }
    said = {"file": file.pk, "rows": made.rows, "sha256": made.sha256, "content_sha256": made.content_sha256}
    # before the row, as an erasure does: each would wait for the other
    audit.record("export.made", target=file.round, by=None, at=at, facts=_facts(order_of(file)) | said)
    if not ExportFile.objects.held(file.pk, claimed_at).update(**facts):
        raise ClaimLost


def _keep(path: Path, made: Made) -> None:
    """Put a file into the storage by its digest; the same file is there only once."""
    name = f"{FOLDER}/{made.sha256}"
    if not _storage().exists(name):
        with path.open("rb") as content:
            _storage().save(name, File(content))


def _give_up(pk: int, at: datetime) -> None:
    """End a file that has been begun often enough: whatever kills its worker would kill the next one."""
    tired = ExportFile.objects.to_make(at).filter(pk=pk, attempts__gte=MOST_ATTEMPTS)
    if tired.order_by().update(failure="export_gave_up"):
        logger.error("Export %s was begun %s times and never finished", pk, MOST_ATTEMPTS)


def _columns(file: ExportFile) -> tuple[object, ...]:
    """What a file's table follows from, whatever its format."""
    return file.round_id, file.content, file.privacy, file.language


def _had(sha256: str) -> bool:
    """Whether a row says what the file was: then it is no file that is just being made."""
    return ExportFile.objects.filter(sha256=sha256).exists()


def _storage() -> Storage:
    return storages["files"]


def _facts(order: Order) -> dict[str, object]:
    level = order.privacy.value
    return {"content": order.content, "level": level, "format": order.format, "language": order.language}
