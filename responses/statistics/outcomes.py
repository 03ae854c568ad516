"""How a case ends, in AAPOR's codes and groups (docs/methods/dispositions.md). PURE."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class CaseOutcome(StrEnum):
    """How a case ends; while it is in the field, how it would end if nothing more happened."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSAL = "refusal"
    BREAK_OFF = "break_off"
    CONTACTED = "contacted"  # a sign of life, and no answers that were left behind
    UNAVAILABLE = "unavailable"  # away until after the close
    EXISTS = "exists"  # silent, but in operation as a newer register has it
    OTHER = "other"  # only as staff say
    ERASED = "erased"  # contact data and answers deleted on request
    SILENT = "silent"
    BOUNCED = "bounced"
    NOT_FOUND = "not_found"  # silent or bounced, and not to be found in a newer register either
    REPORTED = "reported"  # as not eligible, and nobody has confirmed it
    CLOSED = "closed"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    NOT_PUBLIC = "not_public"
    NOT_ELIGIBLE = "not_eligible"  # confirmed without a report that says why


class Group(StrEnum):
    """AAPOR's letters for what the rates are made of."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN = "UH"  # whether there is such a workplace
    UNKNOWN_OTHER = "UO"
    NOT_ELIGIBLE = "NE"


class Code(NamedTuple):
    """An outcome as AAPOR numbers and groups it."""

    number: str
    group: Group


AAPOR: Mapping[CaseOutcome, Code] = {
    CaseOutcome.COMPLETE: Code("1.1", Group.COMPLETE),
    CaseOutcome.PARTIAL: Code("1.2", Group.PARTIAL),
    CaseOutcome.REFUSAL: Code("2.11", Group.REFUSAL),
    CaseOutcome.BREAK_OFF: Code("2.12", Group.REFUSAL),
    CaseOutcome.CONTACTED: Code("2.20", Group.NON_CONTACT),
    CaseOutcome.EXISTS: Code("2.20", Group.NON_CONTACT),
    CaseOutcome.UNAVAILABLE: Code("2.26", Group.NON_CONTACT),
    CaseOutcome.OTHER: Code("2.30", Group.OTHER),
    CaseOutcome.ERASED: Code("2.30", Group.OTHER),
    CaseOutcome.SILENT: Code("3.10", Group.UNKNOWN),
    CaseOutcome.BOUNCED: Code("3.30", Group.UNKNOWN_OTHER),
    CaseOutcome.NOT_FOUND: Code("3.90", Group.UNKNOWN_OTHER),
    CaseOutcome.REPORTED: Code("3.90", Group.UNKNOWN_OTHER),
    CaseOutcome.NOT_PUBLIC: Code("4.10", Group.NOT_ELIGIBLE),
    CaseOutcome.MERGED: Code("4.81", Group.NOT_ELIGIBLE),
    CaseOutcome.DUPLICATE: Code("4.81", Group.NOT_ELIGIBLE),
    CaseOutcome.CLOSED: Code("4.90", Group.NOT_ELIGIBLE),
    CaseOutcome.NOT_ELIGIBLE: Code("4.90", Group.NOT_ELIGIBLE),
}

TO_LOOK_UP = frozenset({CaseOutcome.SILENT, CaseOutcome.BOUNCED})  # in a newer register, before e is observed
# What staff can say instead of the rules. Complete follows from a submission only, partial and break-off from what was
# answered, not eligible from a confirmation.
OVERRIDES = (
    CaseOutcome.REFUSAL,
    CaseOutcome.CONTACTED,
    CaseOutcome.UNAVAILABLE,
    CaseOutcome.OTHER,
    CaseOutcome.SILENT,
)
