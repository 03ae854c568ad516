"""Several PDFs of ``barometer.pdf`` one after another as one, tags and all, without ever holding all of it.

typst needs a third of a megabyte per page and keeps it for ten documents, so thousands of pages are made in small
parts. They are of one template, with the same title and language, and as typst writes them: objects one after another,
a plain table of where they are, and only streams compressed. tests/barometer/test_joined_pdf.py holds that.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

HEADER = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"
# The numbers of our own objects; from FIRST on come those of the parts.
CATALOG, PAGES, TREE, DOCUMENT, METADATA, INFO, FIRST = range(1, 8)
# A string in brackets or in hexadecimal digits is left alone; a reference to an object is moved.
_TOKEN = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]+>|\b(\d+) 0 R\b", re.DOTALL)
_STRUCT_PARENT = re.compile(rb"/(StructParents?) (\d+)")
_NUMS = re.compile(rb"/Nums\[([^\]]*)\]")
_NUM = re.compile(rb"(\d+) (\d+) 0 R")
_KIDS = re.compile(rb"/K\[(\d+) 0 R\]")
_STARTXREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_TABLE = re.compile(rb"xref\s+0 (\d+)\s")
_PAGE_COUNT = re.compile(rb"<xmpTPg:NPages>\d+</xmpTPg:NPages>")


@dataclass(slots=True)
class _Whole:
    """What the parts so far add up to."""

    next_number: int = FIRST
    next_key: int = 0
    pages: list[int] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    parents: list[bytes] = field(default_factory=list)
    count: int = 0
    catalog: bytes = b""
    tree: bytes = b""
    metadata: bytes = b""
    info: bytes = b""


def joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one PDF with the pages of all parts, in pieces; a part is asked for when its turn comes.

    Raises: ValueError when there is no part, or one that is not as typst wrote them when this was written.
    """
    yield HEADER
    written = len(HEADER)
    places: dict[int, int] = {}
    whole = _Whole()
    for number, body in _numbered(parts, whole):
        piece = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        places[number] = written
        written += len(piece)
        yield piece
    entries = b"".join(b"%010d 00000 n\r\n" % places[number] for number in range(1, whole.next_number))
    yield b"xref\n0 %d\n0000000000 65535 f\r\n%b" % (whole.next_number, entries)
    yield b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        whole.next_number,
        CATALOG,
        INFO,
        written,
    )


def _numbered(parts: Iterable[bytes], whole: _Whole) -> Iterator[tuple[int, bytes]]:
    """Yield the objects of all parts under new numbers, and at the end those that hold them together."""
    for part in parts:
        yield from _moved_part(part, whole)
    if not whole.pages:
        raise ValueError("nothing to join")
    kids = b" ".join(b"%d 0 R" % number for number in whole.pages)
    yield PAGES, b"<</Type/Pages/Count %d/Kids[%b]>>" % (whole.count, kids)
    documents = b" ".join(b"%d 0 R" % number for number in whole.documents)
    yield DOCUMENT, b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (TREE, documents)
    nums = b"/Nums[" + b" ".join(whole.parents) + b"]"
    tree = _NUMS.sub(lambda _: nums, _KIDS.sub(b"/K[%d 0 R]" % DOCUMENT, whole.tree))
    yield TREE, re.sub(rb"/ParentTreeNextKey \d+", b"/ParentTreeNextKey %d" % whole.next_key, tree)
    yield METADATA, whole.metadata
    yield INFO, whole.info
    roots = {b"Pages": PAGES, b"StructTreeRoot": TREE, b"Metadata": METADATA}
    catalog = re.sub(rb"/Outlines \d+ 0 R", b"", whole.catalog)
    for name, number in roots.items():
        catalog = re.sub(rb"/%b \d+ 0 R" % name, b"/%b %d 0 R" % (name, number), catalog)
    yield CATALOG, catalog


def _moved_part(part: bytes, whole: _Whole) -> Iterator[tuple[int, bytes]]:
    """Yield the objects of a part under new numbers, and add to the whole what holds them together."""
    objects, root, info = _objects(part)
    catalog = objects.pop(root)
    tree_number, pages_number = _named(b"StructTreeRoot", catalog), _named(b"Pages", catalog)
    tree, metadata = objects.pop(tree_number), objects.pop(_named(b"Metadata", catalog))
    document_number = int(_match(_KIDS, tree)[1])
    numbers = {old: whole.next_number + place for place, old in enumerate(objects)}
    numbers |= {tree_number: DOCUMENT, root: CATALOG}
    for old, body in objects.items():
        if old == document_number:
            body = re.sub(rb"/S/Document", b"/S/Part", body, count=1)
        head, stream, rest = _moved(body, numbers, whole.next_key).partition(b"stream\n")
        if old == pages_number:
            head = re.sub(rb"/Type/Pages", b"/Type/Pages/Parent %d 0 R" % PAGES, head)
        yield numbers[old], head + stream + rest
    whole.pages.append(numbers[pages_number])
    whole.documents.append(numbers[document_number])
    whole.count += int(_match(re.compile(rb"/Count (\d+)"), objects[pages_number])[1])
    nums = _NUM.findall(_match(_NUMS, tree)[1])
    whole.parents += [b"%d %d 0 R" % (whole.next_key + int(key), numbers[int(old)]) for key, old in nums]
    whole.next_key += len(nums)
    whole.next_number += len(objects)
    if not whole.catalog:
        whole.catalog, whole.tree = catalog, tree
        whole.metadata, whole.info = _without_page_count(metadata), info


def _objects(part: bytes) -> tuple[dict[int, bytes], int, bytes]:
    """Return the objects of a PDF by number, in the order of the file, the number of its catalog, and its Info."""
    start = int(_match(_STARTXREF, part)[1])
    table = _match(_TABLE, part, start)
    entries = [part[table.end() + 20 * place :][:20] for place in range(int(table[1]))]
    offsets = {number: int(entry[:10]) for number, entry in enumerate(entries) if entry[17:18] == b"n"}
    order = sorted(offsets, key=lambda number: offsets[number])
    ends = [*(offsets[number] for number in order[1:]), start]
    objects = {}
    for number, end in zip(order, ends, strict=True):
        text = part[offsets[number] : end].strip()
        head = b"%d 0 obj\n" % number
        if not (text.startswith(head) and text.endswith(b"endobj")):
            raise ValueError("not written by typst as we know it")
        objects[number] = text[len(head) : -len(b"endobj")].rstrip(b"\n")
    info = objects.pop(_named(b"Info", part[start:]))
    return objects, _named(b"Root", part[start:]), info


def _moved(body: bytes, numbers: dict[int, int], key: int) -> bytes:
    """Return an object with its references moved, and its place in the tree of parents; a stream stays as it is."""
    head, stream, rest = body.partition(b"stream\n")
    head = _TOKEN.sub(lambda found: b"%d 0 R" % numbers[int(found[1])] if found[1] else found[0], head)
    head = _STRUCT_PARENT.sub(lambda found: b"/%b %d" % (found[1], key + int(found[2])), head)
    return head + stream + rest


def _without_page_count(metadata: bytes) -> bytes:
    head, stream, rest = metadata.partition(b"stream\n")
    content, end, _ = rest.rpartition(b"\nendstream")
    content = _PAGE_COUNT.sub(b"", content)
    return re.sub(rb"/Length \d+", b"/Length %d" % len(content), head) + stream + content + end


def _named(name: bytes, text: bytes) -> int:
    return int(_match(re.compile(rb"/%b (\d+) 0 R" % name), text)[1])


def _match(pattern: re.Pattern[bytes], text: bytes, start: int = 0) -> re.Match[bytes]:
    found = pattern.search(text, start)
    if found is None:
        raise ValueError("not written by typst as we know it")
    return found
