"""From the one line of a register to the lines of an envelope."""

import pytest

from barometer.postal import postal_address


@pytest.mark.parametrize(
    ("written", "lines", "code"),
    [
        ("Øvelsesvej 1, 8000 Aarhus C", ("Øvelsesvej 1", "8000 Aarhus C"), "8000"),
        ("Øvelsesvej 1, 2. sal, 8000 Aarhus C", ("Øvelsesvej 1, 2. sal", "8000 Aarhus C"), "8000"),
        ("Øvelsesvej 1,8000  Aarhus C", ("Øvelsesvej 1", "8000 Aarhus C"), "8000"),
        ("Øvelsesvej 1, DK-8000 Aarhus C", ("Øvelsesvej 1", "8000 Aarhus C"), "8000"),
        ("Øvelsesvej 1, 0800 Høje Taastrup", ("Øvelsesvej 1", "0800 Høje Taastrup"), "0800"),
        ("Øvelsesvej 1, 3900 Nuuk, Grønland", ("Øvelsesvej 1", "3900 Nuuk", "Grønland"), "3900"),
        ("1000 Små Skridt, Øvelsesvej 1, 8000 Aarhus C", ("1000 Små Skridt, Øvelsesvej 1", "8000 Aarhus C"), "8000"),
        ("8000 Aarhus C", ("8000 Aarhus C",), "8000"),
        ("Øvelsesvej 1", ("Øvelsesvej 1",), ""),
        ("Øvelsesvej 1, Aarhus", ("Øvelsesvej 1, Aarhus",), ""),
        ("Øvelsesvej 1, 8000", ("Øvelsesvej 1, 8000",), ""),
        ("Øvelsesvej 12345, 80000 Aarhus", ("Øvelsesvej 12345, 80000 Aarhus",), ""),
        ("", (), ""),
        (" , ", (), ""),
    ],
)
def test_an_address_is_read(written: str, lines: tuple[str, ...], code: str) -> None:
    assert postal_address(written) == (lines, code)
