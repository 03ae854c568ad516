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


def test_a_number_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_PORT", "twenty-five")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_PORT"):
        environment.integer("EMAIL_PORT", 25)


@pytest.mark.parametrize("value", ["", "secret", "ab" * 16, "a:" + "ab" * 16, "a:" + "zz" * 32])
def test_a_weak_link_key_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LINK_KEYS", value)
    with pytest.raises(ImproperlyConfigured, match="LINK_KEYS"):
        environment.secrets_by_id("LINK_KEYS")


def test_several_link_keys_are_read_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_KEYS", f"b:{'ab' * 32},a:{'cd' * 32}")
    assert list(environment.secrets_by_id("LINK_KEYS")) == ["b", "a"]
