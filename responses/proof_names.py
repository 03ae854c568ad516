"""Where a text names a workplace: not where its name is only a part of another one's."""

from collections.abc import Collection, Iterator
from typing import Self

from responses.cleaning import clean

MOST_OF_A_WORKPLACE = 120  # characters of its name, and of its address, that a mail prints
HEAD = 6  # characters by which most places are passed over at once
GENITIVES = ("s", "'s", "’s")


class Names:
    """The names of workplaces that a text may mean. To look one up in a mail takes no longer where there are more."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self._heads = frozenset(name[:HEAD] for name in self._names)
        self._longest = max(map(len, self._names), default=0)

    @classmethod
    def of(cls, names: Collection[str]) -> Self:
        """Take names as they are in the register."""
        return cls({clean(name, MOST_OF_A_WORKPLACE) for name in names})

    def has(self, words: str, name: str, after: str = "") -> bool:
        """Whether the words have this name, with ``after`` behind it, as whole words and in no longer name."""
        return any(self._stands_alone(words, place, name) for place in _places(words, name, after))

    def _stands_alone(self, words: str, place: int, name: str) -> bool:
        end = place + len(name)
        for start in range(place, max(-1, end - self._longest - 1), -1):
            if _within_a_word(words, start) or words[start : start + HEAD] not in self._heads:
                continue
            for other_end in range(end, min(len(words), start + self._longest) + 1):
                longer = other_end - start > len(name)
                if longer and words[start:other_end] in self._names and _ends(words, other_end):
                    return False
        return True


def _places(words: str, name: str, after: str) -> Iterator[int]:
    """Yield where the name begins, each time that it is not the middle of a word."""
    place = words.find(name + after) if name else -1
    while place >= 0:
        end = place + len(name)
        if not _within_a_word(words, place) and _ends(words, end):
            yield place
        place = words.find(name + after, place + 1)


def _within_a_word(words: str, place: int) -> bool:
    return 0 < place < len(words) and words[place - 1].isalnum() and words[place].isalnum()


def _ends(words: str, end: int) -> bool:
    """Whether a name can end here, also in the genitive."""
    if not _within_a_word(words, end):
        return True
    return any(words.startswith(ending, end) and not _within_a_word(words, end + len(ending)) for ending in GENITIVES)
