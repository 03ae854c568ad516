"""Where a text names a workplace, and where a longer name only holds its name."""

import pytest

from responses.proof_names import Names

NAMES = Names.of(["Skolen", "Nordre Skolen", "Skolen (afd. 2)", "Bo", "Skolen  i\u200b Byen"])


@pytest.mark.parametrize(
    "words",
    [
        "Skolen",
        "Til lederen af Skolen – send videre",
        "(Skolen)",
        "Skolens leder",
        "Skolen, Skovvej 1, er udtrukket",
        "Nordre Skolen og Skolen",
        "Skolen og Nordre Skolen",
        "Søndre Skolen",  # a name that the frame does not have is no name
    ],
)
def test_a_name_of_its_own(words: str) -> None:
    assert NAMES.has(words, "Skolen")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Nordre Skolen",
        "Nordre Skolens leder",
        "Nordskolen",
        "Skolenhed",
        "Skolen i Byen",
        "Skolen (afd. 2)",
        "skolen",
    ],
)
def test_no_name_of_its_own(words: str) -> None:
    assert not NAMES.has(words, "Skolen")


def test_the_longer_name_is_there_itself() -> None:
    assert NAMES.has("Til Nordre Skolen, Skovvej 1", "Nordre Skolen")
    assert NAMES.has("Til Skolen (afd. 2), Skovvej 1", "Skolen (afd. 2)")


def test_a_name_with_its_address() -> None:
    words = "Nordre Skolen, Skovvej 1: http://testserver/s/x/"
    assert NAMES.has(words, "Nordre Skolen", ", Skovvej 1")
    assert not NAMES.has(words, "Skolen", ", Skovvej 1")
    assert not NAMES.has(words, "Nordre Skolen", ", Skovvej 2")


def test_no_name_at_all_is_nowhere() -> None:
    assert not NAMES.has("Skolen", "")
    assert Names.of([]).has("Skolen", "Skolen")


def test_the_longest_name_of_all_is_found_too() -> None:
    for longest in ("Nordre Skolen", "Skolen Nord"):
        assert not Names.of(["Skolen", longest]).has(longest, "Skolen")
