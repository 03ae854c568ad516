"""Names of an XLSForm made to fit our codes, each one once; and its language columns."""

import keyword
import re
from collections.abc import Iterable

from surveys.questionnaire.checks import CODE, MOST_CODE_CHARACTERS

LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ð": "d", "þ": "th"})
LANGUAGE_IN_BRACKETS = re.compile(r"\(([a-z]{2,3})(?:-[A-Za-z0-9]+)?\)\s*$")
LANGUAGE_NAMES = {
    **{"dansk": "da", "danish": "da", "english": "en", "engelsk": "en", "svenska": "sv", "swedish": "sv"},
    **{"norsk": "nb", "bokmål": "nb", "norwegian": "nb", "suomi": "fi", "finnish": "fi"},
    **{"íslenska": "is", "icelandic": "is", "nederlands": "nl", "dutch": "nl"},
}


class Names:
    """Codes of one namespace: the same name always gets the same code, another name another one."""

    def __init__(self, prefix: str, taken: Iterable[str] = ()) -> None:
        """``prefix`` goes before what cannot begin a code, such as a digit."""
        self.prefix = prefix
        self.codes: dict[str, str] = {}
        self.taken = set(taken)

    def code(self, name: str) -> str:
        if name not in self.codes:
            self.codes[name] = self.new(name)
        return self.codes[name]

    def new(self, name: str) -> str:
        """A code for a name that may have been used before."""
        fitting = fitted(name, self.prefix)
        code, number = fitting, 2
        while code in self.taken:
            code = f"{fitting[: MOST_CODE_CHARACTERS - 4]}_{number}"
            number += 1
        self.taken.add(code)
        return code


def fitted(name: str, prefix: str) -> str:
    """The name itself where it fits, otherwise what is nearest to it."""
    code = re.sub(r"[^a-z0-9]+", "_", name.lower().translate(LETTERS)).strip("_")[: MOST_CODE_CHARACTERS - 6]
    code = code.rstrip("_")
    if CODE.fullmatch(name) and len(name) <= MOST_CODE_CHARACTERS:
        code = name
    if not code or not code[0].isalpha() or keyword.iskeyword(code) or code.startswith(("reg_", "case_")):
        code = f"{prefix}_{code}".rstrip("_")
    return code


def language_of(column: str) -> str | None:
    """The code of the language in a header such as ``label::Dansk (da)``; None when it names none that is known."""
    _base, _, name = column.partition("::")
    found = LANGUAGE_IN_BRACKETS.search(name.strip().lower())
    if found:
        return found[1] if len(found[1]) == 2 else None
    name = name.strip().lower()
    return LANGUAGE_NAMES.get(name, name if re.fullmatch(r"[a-z]{2}", name) else None)
