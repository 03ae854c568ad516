"""Every visible string in Danish and English."""

import re
import shutil
from pathlib import Path

import pytest

from barometer import catalogues

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{(\w+)\}")


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_complaint_22_every_message_of_the_program_has_a_translation(language: str) -> None:
    translated = {(entry.msgctxt or "", entry.msgid) for entry in catalogues.catalogue(language) if entry.translated()}
    missing = {
        f"{where}: {m.text}" for m, where in catalogues.messages().items() if (m.context, m.text) not in translated
    }
    assert sorted(missing) == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    wanted = {(message.context, message.text) for message in catalogues.messages()}
    assert [e.msgid for e in catalogues.catalogue(language) if (e.msgctxt or "", e.msgid) not in wanted] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    for entry in catalogues.catalogue(language):
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            wanted = {match[0] for match in PLACEHOLDER.finditer(entry.msgid + entry.msgid_plural)}
            assert {match[0] for match in PLACEHOLDER.finditer(text)} <= wanted, entry.msgid
            if not entry.msgid_plural:
                assert {match[0] for match in PLACEHOLDER.finditer(text)} == wanted, entry.msgid


def test_danish_has_one_kind_of_quotation_marks() -> None:
    """”Sådan her”; the straight ones of the program's own formats and of the mails' plain text stay."""
    entries = [entry for entry in catalogues.catalogue("da") if not entry.obsolete]
    texts = [text for entry in entries for text in entry.msgstr_plural.values() or [entry.msgstr]]
    assert [text for text in texts if re.search("[“»«„]", text)] == []


def test_english_is_the_source_language() -> None:
    for entry in catalogues.catalogue("en"):
        assert entry.msgstr in ("", entry.msgid)


def test_messages_are_found_in_code_and_in_templates() -> None:
    texts = {message.text: where for message, where in catalogues.messages().items()}
    assert texts["Mailbox of the workplace"] == "surveys/models/frame.py"
    assert any(where.startswith("templates/") for where in texts.values())


def test_a_catalogue_begun_for_another_language_is_empty_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(catalogues.LOCALE, tmp_path / "locale")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")
    catalogues.update_all("sv")
    assert catalogues.translated() == ["da", "en", "sv"]
    assert (tmp_path / "locale" / "sv" / "LC_MESSAGES" / "django.mo").exists()
    catalogues.untranslated.cache_clear()
    assert catalogues.untranslated("sv") == len(catalogues.messages())
    assert catalogues.untranslated("da") == 0
    catalogues.untranslated.cache_clear()


def test_danish_quotes_in_one_way() -> None:
    texts = [text for entry in catalogues.catalogue("da") for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in texts if re.search("[“„»«]", text)] == []
