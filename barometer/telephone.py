"""Telephone numbers: what one looks like, written in one way so that it can be read aloud and dialled."""

import re

MAX_LENGTH = 40
_FEWEST, _MOST = 6, 15  # digits; the most are those of ITU-T E.164
_SIGNS = re.compile(r"[\s().\-/–]")
_EXTENSION = re.compile(r"[\s,;]*(?:lokal|lok|ext|x)\.?\s*(\d{1,6})$", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d+")


def tidy_number(text: str) -> str | None:
    """Return a telephone number as it is shown, "" for none; None for what is not one number.

    Brackets, dashes, dots and slashes are left out, ``00`` at the start becomes ``+``, and eight digits, which are a
    Danish number, stand in pairs: ``86 12 34 56``, ``+45 86 12 34 56 lok. 12``. Other numbers keep their spaces.
    """
    words = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    if not words:
        return ""
    found = _EXTENSION.search(words)
    number, extension = (words[: found.start()], f" lok. {found[1]}") if found else (words, "")
    digits = _SIGNS.sub("", number)
    if digits.startswith("00"):
        digits, number = f"+{digits[2:]}", re.sub(r"^\W*0\W*0\W*", "+", number)
    if not _NUMBER.fullmatch(digits) or not _FEWEST <= len(digits.lstrip("+")) <= _MOST:
        return None
    return _grouped(digits, number) + extension


def dialled(number: str) -> str:
    """Return what a telephone is told to dial for a tidy number, after ``tel:``."""
    main, _, extension = number.partition(" lok. ")
    return main.replace(" ", "") + (f";ext={extension}" if extension else "")


def _grouped(digits: str, number: str) -> str:
    prefix, rest = ("+45 ", digits[3:]) if digits.startswith("+45") else ("", digits)
    if len(rest) == 8 and rest.isdigit():
        return prefix + " ".join(rest[place : place + 2] for place in range(0, 8, 2))
    return " ".join(re.sub(r"[().\-/–]", " ", number).split())
