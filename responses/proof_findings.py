"""What the proof of a wave can find: codes, which ``responses.proof_texts`` says in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Code(StrEnum):
    """One kind of finding."""

    # The mail cannot be written
    EMPTY_FIELD = "empty_field"
    SUBJECT_TOO_LONG = "subject_too_long"
    BAD_ADDRESS = "bad_address"
    ADDRESS_NOT_RESERVED = "address_not_reserved"
    WITHOUT_LINES = "without_lines"
    PLACEHOLDER_LEFT = "placeholder_left"
    # Links and codes
    LINK_OPENS_NOTHING = "link_opens_nothing"
    LINK_OF_OTHER_CASE = "link_of_other_case"
    LINK_OF_OTHER_PERSON = "link_of_other_person"
    LINK_MISSING = "link_missing"
    LINK_HIDDEN = "link_hidden"
    LINK_FOREIGN = "link_foreign"
    CODE_OPENS_NOTHING = "code_opens_nothing"
    CODE_OF_OTHER_CASE = "code_of_other_case"
    NAME_NOT_BEHIND_LINK = "name_not_behind_link"
    NAME_MISSING = "name_missing"
    PARTS_DIFFER = "parts_differ"
    # Who gets it
    LEADER_MISSING = "leader_missing"
    ADDRESS_NOT_OF_HOLDER = "address_not_of_holder"
    ADDRESS_NOT_OF_FRAME = "address_not_of_frame"
    ADDRESS_OF_OTHER = "address_of_other"
    NAME_NOT_OF_FRAME = "name_not_of_frame"
    NOT_TO_BE_WRITTEN_TO = "not_to_be_written_to"
    AUTHORITIES_MIXED = "authorities_mixed"
    CASE_TWICE = "case_twice"
    # Language
    LANGUAGE_NOT_OF_CASE = "language_not_of_case"
    LANGUAGE_INCOMPLETE = "language_incomplete"
    # To be looked at
    LANGUAGES_MIXED = "languages_mixed"
    LANGUAGE_INCOMPLETE_IN_REHEARSAL = "language_incomplete_in_rehearsal"
    TEXT_NOT_IN_LANGUAGE = "text_not_in_language"
    SHARED_MAILBOX = "shared_mailbox"
    ADDRESS_IN_SEVERAL_MAILS = "address_in_several_mails"
    DOMAIN_UNUSUAL = "domain_unusual"


WARNINGS = frozenset(
    {
        Code.LINK_FOREIGN,
        Code.LANGUAGES_MIXED,
        Code.LANGUAGE_INCOMPLETE_IN_REHEARSAL,
        Code.TEXT_NOT_IN_LANGUAGE,
        Code.SHARED_MAILBOX,
        Code.ADDRESS_IN_SEVERAL_MAILS,
        Code.DOMAIN_UNUSUAL,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the proof has found; ids and words, never an address, a link or a code.

    Attributes:
        mail, case: keys of the rows that it concerns; None where it concerns the wave.
        params: values for the sentence, as JSON can hold them.
    """

    code: Code
    mail: int | None = None
    case: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Whether the wave must not leave with it."""
        return self.code not in WARNINGS

    @property
    def place(self) -> tuple[bool, int, int, int]:
        """Return where it stands in a list: errors first, then in the order of the codes."""
        return (not self.is_error, list(Code).index(self.code), self.mail or 0, self.case or 0)

    def stored(self) -> dict[str, Any]:
        """Return what is kept in ``Wave.findings``."""
        severity = "error" if self.is_error else "warning"
        return {
            "code": self.code.value,
            "severity": severity,
            "mail": self.mail,
            "case": self.case,
            "params": dict(self.params),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        return cls(Code(stored["code"]), stored["mail"], stored["case"], stored["params"])
