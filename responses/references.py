"""Reference numbers: what a respondent reads out on the telephone, and staff find the case by.

Eight digits, the last a check digit. It opens nothing and is no secret, but it is not the number of the case itself, so
nobody can count by it.
"""

import re

NUMBERS = 10_000_000
FACTOR = 6_180_339  # has no factor in common with NUMBERS, so that every case has a reference of its own
INVERSE = pow(FACTOR, -1, NUMBERS)


def reference(case_pk: int) -> str:
    """Return the reference of a case, in fours: ``4821 7738``."""
    if case_pk >= NUMBERS:
        raise ValueError("a reference holds case numbers below ten million")
    digits = f"{case_pk * FACTOR % NUMBERS:07}"
    digits += str(_check(digits))
    return f"{digits[:4]} {digits[4:]}"


def case_of(text: str) -> int | None:
    """Return the number of the case that was read out; None for what is no reference."""
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[0-9]{8}", digits) or _check(digits[:7]) != int(digits[7]):
        return None
    return int(digits[:7]) * INVERSE % NUMBERS


def _check(digits: str) -> int:
    """Return the check digit by ISO/IEC 7064, MOD 11,10: every single slip, and nearly every swap, changes it."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10
