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


@pytest.mark.parametrize(
    "value", ["bounces", "a+b@x.example", "b" * 31 + "@x.example", "bø@x.example", "A <a@x.example>"]
)
def test_an_address_that_mails_come_back_to_has_room_for_a_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("BOUNCE_ADDRESS", value)
    with pytest.raises(ImproperlyConfigured, match=r"BOUNCE_ADDRESS is .*bounces@bounce\.example\.org"):
        environment.bounce_address("BOUNCE_ADDRESS")


@pytest.mark.parametrize(
    "value",
    [
        "imaps://host/INBOX",
        "imap://user:hemmelig@mail.example.org/INBOX",  # the password would be read on the way
        "maildir://relative/path",
        "pop3://user:hemmelig@host",
        "/var/mail/bounces",
    ],
)
def test_a_mailbox_has_an_address_and_its_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RETURNS_URL", value)
    with pytest.raises(ImproperlyConfigured, match="RETURNS_URL") as refused:
        environment.mailbox("RETURNS_URL")
    assert "hemmelig" not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    ["", "imaps://a%40b:p%2Fw@host:993/INBOX", "imap://a:b@127.0.0.1:1143/INBOX", "maildir:///m", "folder:///f"],
)
def test_mailboxes_on_a_server_and_on_disk_are_taken(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RETURNS_URL", value)
    assert environment.mailbox("RETURNS_URL") == value


def test_a_word_that_is_no_choice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_PROVIDER", "pigeon")
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_PROVIDER is 'pigeon': write smtp or mailgun"):
        environment.choice("EMAIL_PROVIDER", ("smtp", "mailgun"), "smtp")
