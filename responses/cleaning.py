"""Text from people and registers, made fit for a mail: on one line, and showing all that is in it."""

import re

MOST_NAME = 60  # characters
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029⟦⟧]")  # and our own brackets
INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
WEB_ADDRESS = re.compile(r"\S*(?:://|www\.)\S*", re.IGNORECASE)


def clean(text: str, most: int = 500) -> str:
    """Return the text on one line, without signs that hide or change what is read, cut at ``most`` characters."""
    return shorten(" ".join(CONTROL.sub(" ", INVISIBLE.sub("", text)).split()), most)


def clean_lines(text: str) -> str:
    """Return a text of several lines without such signs; its line ends become single characters."""
    lines = INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(CONTROL.sub(" ", line).rstrip() for line in lines).strip()


def clean_name(text: str) -> str:
    """Return a person's name without web addresses, and otherwise as ``clean`` does."""
    return clean(WEB_ADDRESS.sub(" ", clean(text)), MOST_NAME)


def shorten(text: str, most: int) -> str:
    """Return the text, cut at the end of a word with … if it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    head = text[:most].rpartition(" ")[0] or text[: most - 1]
    return head.rstrip(" ,;:–-") + "…"
