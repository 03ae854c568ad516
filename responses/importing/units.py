"""What is known of the unit of a row besides its answers: register variables, stratum, weight, times (PURE)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from math import isfinite

from responses.importing.strata import LONGEST_CODE, is_code
from responses.importing.table import Findings, count_of, short, whole
from surveys.classifications import INDUSTRY_GROUPS, LEVELS, REGIONS, SIZE_CLASSES, size_class

CODES: Mapping[str, Sequence[str]] = {
    "level": LEVELS,
    "industry_group": INDUSTRY_GROUPS,
    "size_class": SIZE_CLASSES,
    "region": REGIONS,
    "mode": ("web", "phone"),
}
LONGEST = {"id": 20, "pseudonym": 20, "authority_code": 10, "authority": 80, "stratum": 1000}
REGISTER = ("level", "authority_code", "authority", "industry_group", "employees", "size_class", "region")
MOST_EMPLOYEES = 999_999


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a row. Texts are "" and numbers None when the file does not say them.

    Attributes:
        row: as a spreadsheet numbers it.
        register: by the names of ``REGISTER``; only what the file has.
        eligible: None when the file does not say it.
    """

    row: int
    id: str
    register: Mapping[str, str | int]
    stratum: str
    population: int | None
    sample: int | None
    weight: float | None
    eligible: bool | None
    language: str
    mode: str
    proxy: bool
    rehearsal: bool
    started: datetime | None
    submitted: datetime | None


@dataclass(slots=True)
class UnitReader:
    """Reads units, row by row; what is wrong is added to ``findings``.

    Attributes:
        known: positions by the names of ``columns.ALIASES``; ``headers`` are the file's own names.
        first, last: days of the fieldwork, in ``zone``.
    """

    headers: Sequence[str]
    known: Mapping[str, int]
    decimal_comma: bool
    languages: Sequence[str]
    version: str
    first: date
    last: date
    zone: tzinfo
    file: str
    findings: Findings
    _rows: dict[str, int] = field(default_factory=dict)

    def read(self, row: int, record: Sequence[str]) -> Unit:
        cell = {name: record[position].strip() for name, position in self.known.items()}
        started, submitted = self._time(row, cell, "started"), self._time(row, cell, "submitted")
        if started and submitted and started > submitted:
            self.say("import_started_late", row, "started", cell)
        self._version(row, cell)
        return Unit(
            row=row,
            id=self._id(row, cell),
            register=self._register(row, cell),
            stratum=self._stratum(row, cell),
            population=self._count(row, cell, "population"),
            sample=self._count(row, cell, "sample"),
            weight=self._weight(row, cell),
            eligible=self._flag(row, cell, "in_scope", required=True),
            language=self._one_of(row, cell, "language", self.languages),
            mode=self._one_of(row, cell, "mode", CODES["mode"]),
            proxy=bool(self._flag(row, cell, "proxy")),
            rehearsal=bool(self._flag(row, cell, "rehearsal")),
            started=started,
            submitted=submitted,
        )

    def say(self, code: str, row: int, name: str, cell: Mapping[str, str], **params: object) -> None:
        place = {"file": self.file, "row": row, "column": self.headers[self.known[name]]}
        self.findings.say(code, **place, value=short(cell[name]), **params)

    def _id(self, row: int, cell: Mapping[str, str]) -> str:
        """Return the number of the unit, or its pseudonym; without either the number of the row."""
        name = next((name for name in ("id", "pseudonym") if name in self.known), "")
        if not name:
            return f"row-{row}"
        found = self._text(row, cell, name, required=True)
        first = self._rows.setdefault(found, row)
        if found and first != row:
            self.say("import_duplicate_id", row, name, cell, first=first)
        return found

    def _stratum(self, row: int, cell: Mapping[str, str]) -> str:
        found = self._text(row, cell, "stratum", required="stratum" in self.known)
        if not is_code(found):
            self.say("import_stratum_code", row, "stratum", cell, longest=LONGEST_CODE)
        return found

    def _text(self, row: int, cell: Mapping[str, str], name: str, *, required: bool = False) -> str:
        text = cell.get(name, "")
        if len(text) > LONGEST[name]:
            self.say("import_too_long", row, name, cell, longest=LONGEST[name])
        if required and not text:
            self.say("import_value_missing", row, name, cell)
        return text

    def _one_of(self, row: int, cell: Mapping[str, str], name: str, accepted: Sequence[str]) -> str:
        text = cell.get(name, "")
        if text and text not in accepted:
            self.say("import_unknown_code", row, name, cell, accepted=", ".join(accepted))
        return text

    def _flag(self, row: int, cell: Mapping[str, str], name: str, *, required: bool = False) -> bool | None:
        text = whole(cell.get(name, ""))
        if text not in ("0", "1") and (text or (required and name in self.known)):
            self.say("import_not_a_mark", row, name, cell)
        return text == "1" if text else None

    def _count(self, row: int, cell: Mapping[str, str], name: str) -> int | None:
        text = cell.get(name, "")
        count = count_of(text) if text else None
        if text and not count:
            self.say("import_not_a_count", row, name, cell, smallest=1)
        return count

    def _weight(self, row: int, cell: Mapping[str, str]) -> float | None:
        """Return a weight above 0; a unit that stands for nobody belongs in no file."""
        if "weight" not in self.known:
            return None
        text = cell["weight"]
        try:
            weight = float(text.replace(",", ".") if self.decimal_comma else text)
        except ValueError:
            weight = 0.0
        if not (isfinite(weight) and weight > 0):
            self.say("import_bad_weight", row, "weight", cell)
            return None
        return weight

    def _register(self, row: int, cell: Mapping[str, str]) -> dict[str, str | int]:
        found: dict[str, str | int] = {}
        for name in ("level", "industry_group", "size_class", "region"):
            found[name] = self._one_of(row, cell, name, CODES[name])
        for name in ("authority_code", "authority"):
            found[name] = self._text(row, cell, name)
        text = cell.get("employees", "")
        employees = count_of(text) if text else None
        if employees is not None and 0 < employees <= MOST_EMPLOYEES:
            found["employees"] = employees
            found["size_class"] = found["size_class"] or size_class(employees)
        elif text:
            self.say("import_not_a_count", row, "employees", cell, smallest=1)
        return {name: value for name, value in found.items() if value}

    def _time(self, row: int, cell: Mapping[str, str], name: str) -> datetime | None:
        text = cell.get(name, "")
        if not text:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            self.say("import_not_a_time", row, name, cell)
            return None
        if time.tzinfo is None:
            time = time.replace(tzinfo=self.zone)
        if not self.first <= time.astimezone(self.zone).date() <= self.last:
            self.say("import_time_outside", row, name, cell, first=self.first, last=self.last)
        return time

    def _version(self, row: int, cell: Mapping[str, str]) -> None:
        if cell.get("questionnaire", self.version) not in (self.version, ""):
            self.say("import_other_version", row, "questionnaire", cell, expected=self.version)
