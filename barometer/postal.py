"""Postal addresses as registers write them, in one line with commas, turned into the lines of an envelope."""

import re
from typing import NamedTuple

_TOWN = re.compile(r"(?:DK[\s-]*)?(\d{4})\s+(\S.*)", re.IGNORECASE)


class PostalAddress(NamedTuple):
    """``lines`` stand under each other on the envelope, the town last; ``code`` is "" when none was found."""

    lines: tuple[str, ...]
    code: str


def postal_address(text: str) -> PostalAddress:
    """Read ``Øvelsesvej 1, 2. sal, 8000 Aarhus C``: the last part that begins with four digits and a name is the town.

    What stands after the town, such as a country, is the last line. Without a town there is one line and no code.
    """
    parts = [part for part in (" ".join(piece.split()) for piece in text.split(",")) if part]
    for place in range(len(parts) - 1, -1, -1):
        if found := _TOWN.fullmatch(parts[place]):
            street, after = ", ".join(parts[:place]), parts[place + 1 :]
            lines = (street, f"{found[1]} {found[2]}", ", ".join(after))
            return PostalAddress(tuple(line for line in lines if line), found[1])
    return PostalAddress((", ".join(parts),) if parts else (), "")
