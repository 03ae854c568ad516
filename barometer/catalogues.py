"""The message catalogues: what is to be translated, and the compiled files that gettext reads.

Works with polib alone, so that neither users nor developers need GNU gettext.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation import template

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "barometer" / "locale"
LANGUAGES = ("da", "en")  # complete: the tests fail on a message without them
APPS = ("barometer", "surveys", "responses")
# function → the positions of (context, message, plural) among its arguments
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}


class Message(NamedTuple):
    context: str
    text: str
    plural: str


def messages() -> dict[Message, str]:
    """Return every message of the program and the first file that has it."""
    found: dict[Message, str] = {}
    for path in _sources():
        for message in _messages_of(path):
            found.setdefault(message, str(path.relative_to(ROOT)))
    return found


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(_path(language)), wrapwidth=110)


@cache
def untranslated(language: str) -> int:
    """Return how many messages have no translation; all of them for a language without a catalogue."""
    there = {_key(entry) for entry in catalogue(language) if entry.translated()} if _path(language).exists() else set()
    return sum(_key(entry) not in there for entry in catalogue("en"))


def translated() -> list[str]:
    """Return the languages that have a catalogue, complete or not."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def compile_all() -> None:
    """Write the .mo file beside every catalogue."""
    for language in translated():
        catalogue(language).save_as_mofile(str(_path(language).with_suffix(".mo")))


def update_all(*begun: str) -> None:
    """Bring the catalogues up to date: new messages come in empty (English: as they are), old ones go.

    Args:
        begun: languages to begin a catalogue for.
    """
    wanted = sorted(messages(), key=lambda message: (message.text, message.context))
    for language in {*translated(), *begun}:
        old = {_key(entry): entry for entry in catalogue(language)} if _path(language).exists() else {}
        new = polib.POFile(wrapwidth=110)
        new.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
            "Plural-Forms": "nplurals=2; plural=(n != 1);",
        }
        new.extend(old.get(message) or _entry(message, language) for message in wanted)
        _path(language).parent.mkdir(parents=True, exist_ok=True)
        new.save(str(_path(language)))
    compile_all()


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def _entry(message: Message, language: str) -> polib.POEntry:
    known = language == "en"
    plurals = {0: message.text if known else "", 1: message.plural if known else ""}
    return polib.POEntry(
        msgctxt=message.context or None,
        msgid=message.text,
        msgid_plural=message.plural,
        msgstr="" if message.plural or not known else message.text,
        msgstr_plural=plurals if message.plural else {},
    )


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((ROOT / app).rglob("*.py"))
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield path


def _messages_of(path: Path) -> Iterator[Message]:
    source = path.read_text()
    if path.suffix != ".py":
        source = _calls_in(template.templatize(source))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            places = CALLS.get(name)
            message = places and _message(node.args, places)
            if message:
                yield message


def _calls_in(templatized: str) -> str:
    """Return only the gettext calls of Django's rendering of a template as something like Python."""
    lines = []
    for name in ("npgettext", "ngettext", "pgettext", "gettext", "_"):
        start = 0
        while (start := templatized.find(f" {name}(", start)) >= 0:
            start += 1
            end = _end_of_call(templatized, start)
            lines.append(templatized[start:end])
            start = end
    return "\n".join(lines)


def _end_of_call(text: str, start: int) -> int:
    """Return where the call that begins at ``start`` ends: the shortest text that Python can read."""
    end = text.find(")", start) + 1
    while end:
        try:
            ast.parse(text[start:end])
            return end
        except SyntaxError:
            end = text.find(")", end) + 1
    raise ValueError(f"cannot read {text[start : start + 60]!r}")


def _message(arguments: list[ast.expr], places: tuple[int | None, int, int | None]) -> Message | None:
    def text(place: int | None) -> str | None:
        if place is None:
            return ""
        value = arguments[place] if place < len(arguments) else None
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    context, message, plural = (text(place) for place in places)
    return Message(context or "", message, plural or "") if message else None
