"""What an address looks like, and which can reach nobody."""

import pytest

from barometer.addresses import is_address, is_reserved_address


@pytest.mark.parametrize(
    "text",
    [
        "leder@kommune.dk",
        "a.b+c@x-y.dk",
        "o'neil@example.com",
        "post@børnehave.dk",
        "L@sub.sub.dk",
        "1@2.dk",
        f"{'a' * 64}@b.dk",
    ],
)
def test_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "leder",
        "@kommune.dk",
        "leder@",
        "leder@kommune",
        "leder@kommune..dk",
        "leder@-kommune.dk",
        "leder@kommune-.dk",
        ".leder@kommune.dk",
        "le der@kommune.dk",
        "leder@kommune.dk, chef@kommune.dk",
        "leder@kommune.dk;chef@kommune.dk",
        "Leder <leder@kommune.dk>",
        "leder@kommune.dk\nBcc: x@y.dk",
        "leder@kommune.dk\n",
        "jørgen@kommune.dk",
        "a@b@c.dk",
        f"{'a' * 250}@b.dk",
        f"{'a' * 65}@kommune.dk",
        f"leder@{'a' * 64}.dk",
        f"leder@{'æ' * 60}.dk",
        "leder@\u2488.dk",  # "1." in one sign
    ],
)
def test_not_an_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    "email",
    [
        "leder@example.com",
        "leder@EXAMPLE.ORG",
        "leder@example.net",
        "leder@viborg.example.com",
        "leder@a.b.example.org",
        "leder@viborg.example",
        "leder@viborg.test",
        "leder@viborg.invalid",
    ],
)
def test_an_address_that_reaches_nobody(email: str) -> None:
    assert is_reserved_address(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "leder@viborg.dk",
        "example.com@viborg.dk",
        "leder@notexample.com",
        "leder@example.dk",
        "leder@example.com.dk",
        "leder@viborg.example.dk",
        "leder@test",
        "leder@viborg.test.dk",
        "leder@example.comx",
        "leder@example.com.",
        "leder@example.com, chef@viborg.dk",
        "leder@viborg.dk@example.com",
        "chef@viborg.dk\n@example.com",
    ],
)
def test_an_address_that_may_reach_somebody_or_is_none(email: str) -> None:
    assert not is_reserved_address(email)
