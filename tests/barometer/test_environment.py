import pytest
from django.core.exceptions import ImproperlyConfigured

from barometer import environment


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        environment.text("SITE_URL")


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_a_switch_is_on_or_off(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DEBUG", value)
    with pytest.raises(ImproperlyConfigured, match="DEBUG"):
        environment.boolean("DEBUG")


@pytest.mark.parametrize("value", ["twenty-five", "-1", "2.5"])
def test_a_number_is_a_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("EMAIL_PORT", value)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_PORT"):
        environment.integer("EMAIL_PORT", 25)


@pytest.mark.parametrize("value", ["", "secret", "ab" * 16, "a:" + "ab" * 16, "a:" + "zz" * 32, "æ:" + "ab" * 32])
def test_a_weak_link_key_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LINK_KEYS", value)
    with pytest.raises(ImproperlyConfigured, match="LINK_KEYS"):
        environment.secrets_by_id("LINK_KEYS")


def test_several_link_keys_are_read_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_KEYS", f"b:{'ab' * 32},a:{'cd' * 32}")
    assert list(environment.secrets_by_id("LINK_KEYS")) == ["b", "a"]


@pytest.mark.parametrize("value", ["example.org", "https://", "https://example.org/survey", "ftp://example.org"])
def test_the_address_that_links_are_made_of_is_whole(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SITE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        environment.site_address("SITE_URL", None)


@pytest.mark.parametrize("value", ["nobody", "Survey <nobody>", "survey@øl.example"])
def test_a_sender_is_an_address(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL"):
        environment.sender("DEFAULT_FROM_EMAIL", None)


def test_a_sender_may_have_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", "The survey <survey@example.org>")
    assert environment.sender("DEFAULT_FROM_EMAIL", None) == "The survey <survey@example.org>"


def test_a_cache_that_is_unknown_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_URL", "memcached://cache")
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL"):
        environment.one_of("CACHE_URL", ("redis://", "locmem://"), "locmem://")
