"""The survey sheet as a tree of groups and questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from barometer.problems import Problem
from surveys.xlsform.workbook import Row

SELECTS = {"select_one": "single", "select_multiple": "multi"}
METADATA = frozenset(
    {
        *("start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email"),
        *(
            "audit",
            "hidden",
            "start_geopoint",
            "xml_external",
            "csv_external",
            "background_audio",
            "background_geopoint",
        ),
    }
)


@dataclass(slots=True)
class Entry:
    """One line of the survey with what stands in it; ``kind`` is a type of ours, or one of the others named here."""

    row: Row
    type: str
    kind: str  # single, multi, open, note, calculate, group, repeat, other, metadata
    list_name: str = ""
    or_other: bool = False
    children: list["Entry"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.row.get("name")

    @property
    def appearances(self) -> set[str]:
        return set(self.row.get("appearance").split())


def entry(row: Row) -> Entry:
    """Read the type of a line."""
    words = row.get("type").split()
    type_ = re.sub(r"[\s-]+", "_", " ".join(words[:1])).lower()
    if type_ in ("select", "select1") and words[1:2] in (["one"], ["multiple"]):  # "select one LIST"
        type_, words = f"select_{words[1]}", words[1:]
    if type_ in SELECTS and len(words) >= 2:
        other = words[2:] in (["or_other"], ["or", "other"], ["or_specify", "other"])
        kind = SELECTS[type_] if len(words) == 2 or other else "other"
        return Entry(row, row.get("type"), kind, words[1], or_other=other)
    whole = re.sub(r"[\s-]+", "_", row.get("type")).lower()
    kinds = {"text": "open", "string": "open", "note": "note", "calculate": "calculate"}
    kinds |= {"begin_group": "group", "begin_repeat": "repeat"}
    return Entry(row, row.get("type"), kinds.get(whole, "metadata" if whole in METADATA else "other"))


def tree(rows: Sequence[Row]) -> tuple[list[Entry], list[Problem]]:
    """Put the lines into their groups; a group that is never opened or closed is a problem."""
    top: list[Entry] = []
    open_groups: list[Entry] = []
    problems = []
    for row in rows:
        inside = open_groups[-1].children if open_groups else top
        if re.fullmatch(r"end[\s_-]+(group|repeat)", row.get("type").lower()):
            if open_groups:
                open_groups.pop()
            else:
                problems.append(Problem("xls_group_never_opened", row.where))
            continue
        found = entry(row)
        inside.append(found)
        if found.kind in ("group", "repeat"):
            open_groups.append(found)
    problems += [Problem("xls_group_never_closed", group.row.where, {"name": group.name}) for group in open_groups]
    return top, problems
