"""Load a register file into a round's frame, all or nothing."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from barometer import audit
from barometer.bulk import copy_rows
from barometer.models import User
from barometer.problems import Problem
from surveys.frame_file import FrameRow, read_frame
from surveys.models import FrameFile, Round, Workplace, WorkplaceContact
from surveys.sampling import key_fingerprint, permanent_random_number

_WORKPLACE_FIELDS = (
    "p_number",
    "cvr",
    "name",
    "address",
    "level",
    "authority_code",
    "authority",
    "db07",
    "industry_group",
    "employees",
    "size_class",
    "region",
)


class FrameRefused(Exception):
    """The file, or the state of the round, does not allow it. ``problems`` holds all that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FrameChange:
    """What a loaded file did to the frame: workplaces now in it, and compared by register id with those before."""

    rows: int
    new: int
    gone: int
    changed: int
    replaced: bool


def load_frame(*, round_: Round, name: str, data: bytes, by: User | None, at: datetime) -> FrameChange:
    """Read a register file and put its workplaces in the place of the round's frame.

    Raises: FrameRefused, with nothing changed, for a file with any problem, a sample drawn from the frame before, or
        another sampling key than that of the frame before.
    """
    if problems := _obstacles(round_):
        raise FrameRefused(problems)
    reading = read_frame(data, reserved_addresses=round_.rehearsal)  # before the transaction: it takes a second
    if reading.problems:
        raise FrameRefused(reading.problems)
    return _replace(round_, name, data, reading.rows, reading.mapping, by, at)


@transaction.atomic
def _replace(
    round_: Round,
    name: str,
    data: bytes,
    rows: Sequence[FrameRow],
    mapping: Mapping[str, str],
    by: User | None,
    at: datetime,
) -> FrameChange:
    round_ = Round.objects.select_for_update().get(pk=round_.pk)
    if problems := _obstacles(round_):
        raise FrameRefused(problems)
    before = _stored(round_)
    if before:  # to look for contacts of nobody takes minutes in tables that have been filled and emptied
        WorkplaceContact.objects.filter(workplace__round=round_).delete()
        Workplace.objects.of_round(round_).delete()
    _insert(round_, rows)
    FrameFile.objects.filter(round=round_).delete()
    digest = hashlib.sha256(data).hexdigest()
    FrameFile.objects.create(
        round=round_, name=name, sha256=digest, mapping=mapping, rows=len(rows), loaded_at=at, loaded_by=by
    )
    round_.sampling_key_fingerprint = key_fingerprint(settings.SAMPLING_KEY)
    round_.save(update_fields=["sampling_key_fingerprint"])
    change = _change(before, rows)
    facts = {"name": name, "sha256": digest, "rows": change.rows, "new": change.new, "gone": change.gone}
    facts |= {"changed": change.changed, "key_fingerprint": round_.sampling_key_fingerprint}
    audit.record("frame.loaded", target=round_, by=by, at=at, facts=facts)
    return change


def _obstacles(round_: Round) -> list[Problem]:
    """Return what in the round itself forbids a new frame."""
    problems: list[Problem] = []
    if hasattr(round_, "sample"):
        problems.append(Problem("frame_sample_drawn", ""))
    if round_.sampling_key_fingerprint not in ("", key_fingerprint(settings.SAMPLING_KEY)):
        problems.append(Problem("frame_other_sampling_key", "", {"fingerprint": round_.sampling_key_fingerprint}))
    return problems


def _insert(round_: Round, rows: Iterable[FrameRow]) -> None:
    rows = tuple(rows)
    copy_rows(
        Workplace,
        [
            Workplace(
                round=round_,
                register_id=row.register_id,
                permanent_random_number=permanent_random_number(row.register_id, settings.SAMPLING_KEY),
                **{field: getattr(row, field) for field in _WORKPLACE_FIELDS},
            )
            for row in rows
        ],
    )
    keys = dict(Workplace.objects.of_round(round_).values_list("register_id", "pk"))
    copy_rows(
        WorkplaceContact,
        [
            WorkplaceContact(
                workplace_id=keys[row.register_id],
                leader=row.leader,
                email=row.email,
                kind=row.address_kind,
                language=row.language,
                phone=row.phone,
            )
            for row in rows
        ],
    )


def _stored(round_: Round) -> dict[str, tuple[object, ...]]:
    contact = ("contact__leader", "contact__email", "contact__kind", "contact__language", "contact__phone")
    values = Workplace.objects.of_round(round_).values_list("register_id", *_WORKPLACE_FIELDS, *contact)
    return {row[0]: row[1:] for row in values}


def _change(before: Mapping[str, tuple[object, ...]], rows: Sequence[FrameRow]) -> FrameChange:
    after = {
        row.register_id: (
            *(getattr(row, field) for field in _WORKPLACE_FIELDS),
            row.leader,
            row.email,
            row.address_kind,
            row.language,
            row.phone,
        )
        for row in rows
    }
    kept = before.keys() & after.keys()
    return FrameChange(
        rows=len(after),
        new=len(after.keys() - before.keys()),
        gone=len(before.keys() - after.keys()),
        changed=sum(before[register_id] != after[register_id] for register_id in kept),
        replaced=bool(before),
    )
