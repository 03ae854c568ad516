"""Parts of a PDF joined to one, with everything that makes it readable to everybody."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from barometer.joined_pdf import joined
from barometer.pdf import tagged_pdf

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set text(lang: "da")
#for (number, words) in data.pages.enumerate() {
  if number > 0 { pagebreak() }
  heading(level: 1, words)
  par(words + " (12 0 R) and <41> and / ( ) \\\\")
  image(
    bytes("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0h1v1z'/></svg>"),
    alt: "3 0 R (" + words,
  )
}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "words.typ"
    path.write_text(TEMPLATE)
    return path


def part(template: Path, *pages: str) -> bytes:
    return tagged_pdf(template, {"title": "Breve på æøå", "pages": pages})


def read(*parts: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(b"".join(joined(parts))), strict=True)


def test_all_pages_stand_in_their_order(template: Path) -> None:
    found = read(part(template, "en", "to"), part(template, "tre"), part(template, "fire", "fem"))
    assert [page.extract_text().split()[0] for page in found.pages] == ["en", "to", "tre", "fire", "fem"]


def test_title_language_and_the_claim_to_be_accessible_are_those_of_the_parts(template: Path) -> None:
    found = read(part(template, "en"), part(template, "to"))
    root: Any = found.trailer["/Root"]
    assert root["/Lang"] == "da"
    assert bool(root["/MarkInfo"]["/Marked"].value)
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"].value)
    assert found.metadata is not None
    assert found.metadata.title == "Breve på æøå"
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "NPages" not in metadata


def test_every_page_finds_its_own_tags_and_they_lead_up_to_one_document(template: Path) -> None:
    found = read(part(template, "en", "to"), part(template, "tre"))
    root: Any = found.trailer["/Root"]
    tree = root["/StructTreeRoot"]
    nums = tree["/ParentTree"]["/Nums"]
    assert list(nums[::2]) == [0, 1, 2]
    assert tree["/ParentTreeNextKey"] == 3
    (document,) = (kid.get_object() for kid in tree["/K"])
    assert document["/S"] == "/Document"
    pages: list[Any] = list(found.pages)
    for page in pages:
        elements = nums[2 * int(page["/StructParents"]) + 1].get_object()
        for element in (each.get_object() for each in elements):
            assert element["/Pg"].get_object() == page.get_object()
            assert top(element) == document
    words = [text(kid) for each in document["/K"] for kid in each.get_object()["/K"]]
    assert words.count("/H1") == 3


def top(element: Any) -> Any:
    """The last element before the root of the tree."""
    parent = element["/P"].get_object()
    return element if parent["/Type"] == "/StructTreeRoot" else top(parent)


def text(element: Any) -> str:
    return str(element.get_object()["/S"])


def test_words_that_look_like_references_stay_words(template: Path) -> None:
    found = read(part(template, "en"), part(template, "to"))
    assert "(12 0 R) and <41> and / ( ) \\" in found.pages[1].extract_text()
    whole = b"".join(joined([part(template, "en"), part(template, "to")]))
    assert whole.count(b"3 0 R \\(") + whole.count(b"3 0 R (") >= 1


def test_one_part_is_whole_and_none_is_refused(template: Path) -> None:
    assert len(read(part(template, "en")).pages) == 1
    with pytest.raises(ValueError, match="nothing to join"):
        list(joined([]))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nno table", b"x" * 1000])
def test_what_typst_has_not_written_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="typst"):
        list(joined([data]))


def test_a_part_is_asked_for_when_its_turn_comes(template: Path) -> None:
    asked: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield part(template, str(number))

    pieces = joined(parts())
    next(pieces)
    next(pieces)
    assert asked == [0]
