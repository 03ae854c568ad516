"""Rendered pages, read back with the standard library: what a browser and a screen reader would find in them."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
CONTROLS = ("input", "select", "textarea")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    within: tuple["Element", ...]
    text: str = ""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass
class Markup(HTMLParser):
    """The elements of a page in document order, each with its text."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.feed(self.html)
        assert self.open == [], f"never closed: {self.open[-1]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        [element] = self.all(tag)
        return element

    def by_id(self, id_: str) -> Element:
        [element] = [element for element in self.elements if element.get("id") == id_]
        return element

    def with_class(self, name: str) -> list[Element]:
        return [element for element in self.elements if name in element.get("class").split()]

    @property
    def fields(self) -> list[Element]:
        """The controls that a person fills in."""
        hidden = ("hidden", "submit")
        return [element for element in self.all(*CONTROLS) if element.get("type") not in hidden]

    def faults(self) -> list[str]:
        """Everything that breaks the Content-Security-Policy or the ties between fields, labels and texts."""
        found = [f"style attribute: {e.tag}" for e in self.elements if "style" in e.attributes]
        found += [f"inline script or style: {e.tag}" for e in self.all("script", "style") if "src" not in e.attributes]
        found += [f"handler: {name}" for e in self.elements for name in e.attributes if name.startswith("on")]
        found += [f"remote: {e.get('src')}{e.get('href')}" for e in self.all("link", "img", "script") if _remote(e)]
        ids = Counter(element.get("id") for element in self.elements if "id" in element.attributes)
        found += [f"id twice: {id_}" for id_, times in ids.items() if times > 1]
        labels = Counter(label.get("for") for label in self.all("label"))
        found += [f"no label: {e.get('name')}" for e in self.fields if labels[e.get("id")] != 1]
        for element in self.elements:
            told = f"{element.get('aria-describedby')} {element.get('aria-labelledby')}".split()
            found += [f"{element.tag} refers to {id_}" for id_ in told if id_ not in ids]
            if element.tag == "a" and element.get("href").startswith("#") and element.get("href")[1:] not in ids:
                found.append(f"link to {element.get('href')}")
        times = Counter(e.get("name") for e in self.fields)
        groups = [e for e in self.fields if e.get("type") in ("radio", "checkbox") and times[e.get("name")] > 1]
        found += [f"no fieldset: {e.get('name')}" for e in groups if not any(w.tag == "fieldset" for w in e.within)]
        return found


def _remote(element: Element) -> bool:
    return element.get("src").startswith(("http", "//")) or element.get("href").startswith(("http", "//"))
