"""A made-up register of public workplaces: real authorities, everything else visibly invented.

The number of workplaces per level, industry group and size class is that of ``data/margins.csv``; the authorities, with
the weight by which workplaces are spread over them, are in ``data/authorities.csv`` (docs/methods/simulation.md).
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
FULL_SIZE = 14_297

COLUMNS = (
    "Arbejdsstedsnummer",
    "CVR-nummer",
    "Navn",
    "Adresse",
    "Postnummer",
    "By",
    "Forvaltningsniveau",
    "Myndighedskode",
    "Myndighed",
    "Branche",
    "Ansatte",
    "Region",
    "Leder",
    "E-mail",
    "Telefon",
    "Adressetype",
    "Sprog",
)
LEVELS = {"municipality": "Kommune", "region": "Region", "state": "Stat"}
REGIONS = {
    "hovedstaden": "Hovedstaden",
    "sjaelland": "Sjælland",
    "syddanmark": "Syddanmark",
    "midtjylland": "Midtjylland",
    "nordjylland": "Nordjylland",
}
EMPLOYEES = {"s1_9": (1, 9), "s10_24": (10, 24), "s25_49": (25, 49), "s50_99": (50, 99), "s100_plus": (100, 600)}

# What a workplace of a level and industry group can be: its kind of name and its DB07 code.
KINDS: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("municipality", "childcare"): (
        ("Dagpleje", "889110"),
        ("Vuggestue", "889120"),
        ("Børnehave", "889130"),
        ("Integreret institution", "889140"),
        ("Fritidshjem", "889150"),
        ("Fritidsklub", "889160"),
    ),
    ("municipality", "education"): (
        ("Skole", "852010"),
        ("Specialskole", "852020"),
        ("Musikskole", "855200"),
        ("PPR", "856000"),
    ),
    ("municipality", "care"): (
        ("Plejecenter", "871010"),
        ("Bosted", "872010"),
        ("Botilbud", "873020"),
        ("Hjemmepleje", "881010"),
        ("Dagcenter", "881030"),
    ),
    ("municipality", "health"): (
        ("Sundhedscenter", "869090"),
        ("Tandpleje", "869020"),
        ("Sundhedspleje", "869010"),
        ("Genoptræning", "869030"),
    ),
    ("municipality", "administration"): (
        ("Forvaltning", "841100"),
        ("Borgerservice", "841200"),
        ("Teknik og miljø", "841300"),
        ("Jobcenter", "781000"),
    ),
    ("municipality", "other"): (("Bibliotek", "910110"), ("Museum", "910200"), ("Idrætsanlæg", "931100")),
    ("region", "health"): (("Hospitalsafdeling", "861000"), ("Ambulatorium", "869010"), ("Laboratorium", "869090")),
    ("region", "care"): (("Specialtilbud", "872020"), ("Døgntilbud", "879020")),
    ("region", "administration"): (("Regionskontor", "841100"), ("Regional udvikling", "841300")),
    ("state", "education"): (("Gymnasium", "853110"), ("Erhvervsskole", "853200"), ("Fakultet", "854200")),
    ("state", "administration"): (("Styrelse", "841100"), ("Center", "841200"), ("Tilsyn", "841300")),
    ("state", "judiciary"): (("Byret", "842300"), ("Politistation", "842100"), ("Fængsel", "842300")),
    ("state", "other"): (("Statsmuseum", "910200"), ("Kirkekontor", "949100"), ("Naturcenter", "910400")),
}
FIRST_NAMES = "Anne Bo Camilla Dorte Erik Finn Grete Hans Ida Jens Karen Lars Mette Niels Ole Pia Rikke Søren Tine Ulla"
STREETS = ("Øvelsesvej", "Prøvestien", "Eksempelgade", "Generalprøvevej")
GENITIVES = ("Bornholms", "Nordfyns", "Vesthimmerlands")

ADDRESS_KINDS = {"Person": 0.62, "Arbejdsplads": 0.30, "Myndighed": 0.08}
SHARE_WITHOUT_EMAIL = 0.01
SHARE_LED_WITH_ANOTHER = 0.06  # of the leaders written to by name: they lead the workplace before theirs as well
SHARE_IN_ENGLISH = 0.01


@dataclass(frozen=True, slots=True)
class Authority:
    """A municipality, region or ministry; ``industry_groups`` is empty when it has workplaces of every group."""

    level: str
    code: str
    name: str
    region: str
    weight: float
    industry_groups: tuple[str, ...]

    @property
    def domain(self) -> str:
        """A domain that can never exist: ``.example`` is reserved for examples (RFC 2606)."""
        return f"{plain(self.name)}.example"

    def has(self, level: str, industry_group: str) -> bool:
        """Whether workplaces of this level and industry group can belong to it."""
        return self.level == level and (not self.industry_groups or industry_group in self.industry_groups)

    @property
    def town(self) -> str:
        name = self.name.removesuffix(" Kommune").removeprefix("Region ")
        return name.removesuffix("s") if name in GENITIVES else name


@dataclass(frozen=True, slots=True)
class Cell:
    """How many workplaces share level, industry group and size class."""

    level: str
    industry_group: str
    size_class: str
    workplaces: int


def authorities() -> list[Authority]:
    """Return the 98 municipalities, 5 regions and 18 ministries."""
    return [
        Authority(
            level=row["level"],
            code=row["code"],
            name=row["name"],
            region=row["region"],
            weight=float(row["weight"]),
            industry_groups=tuple(row["industry_groups"].split()),
        )
        for row in _rows("authorities.csv")
    ]


def margins(population: int = FULL_SIZE) -> list[Cell]:
    """Return the cells of a register of this size, as near to the full one's proportions as whole numbers allow."""
    rows = list(_rows("margins.csv"))
    counts = apportion([int(row["workplaces"]) for row in rows], population)
    return [
        Cell(row["level"], row["industry_group"], row["size_class"], count)
        for row, count in zip(rows, counts, strict=True)
    ]


def apportion(weights: Sequence[float], total: int) -> list[int]:
    """Share ``total`` out in proportion to weights (≥ 0, not all 0) by largest remainder; ties go to the first."""
    quotas = [total * weight / sum(weights) for weight in weights]
    counts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: counts[i] - quotas[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def write_register(population: int, seed: int) -> bytes:
    """Return a register file as ``read_frame`` takes it: CSV, semicolons, UTF-8 with BOM, Danish headers.

    The same population and seed give the same bytes.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(_workplaces(population, random.Random(f"register {seed}")))
    return text.getvalue().encode("utf-8-sig")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with open(DATA / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def _workplaces(population: int, rng: random.Random) -> Iterator[dict[str, object]]:
    everywhere = authorities()
    towns = [authority for authority in everywhere if authority.level == "municipality"]
    placed = [pair for group in _by_group(margins(population)) for pair in _placed(group, everywhere, rng)]
    rng.shuffle(placed)
    numbers: Counter[str] = Counter()
    contacts = _Contacts(rng)
    for position, (cell, authority) in enumerate(placed, start=1):
        kind, db07 = rng.choice(KINDS[cell.level, cell.industry_group])
        numbers[kind] += 1
        name = f"{kind} {numbers[kind]:04d}"
        place = authority if authority.region else rng.choices(towns, [town.weight for town in towns])[0]
        yield {
            "Arbejdsstedsnummer": f"9{position:09d}",
            "CVR-nummer": f"99{everywhere.index(authority):06d}",
            "Navn": f"{name} (øvelse)",
            "Adresse": f"{rng.choice(STREETS)} {rng.randint(1, 199)}",
            "Postnummer": f"{place.code:0>4}",  # made up, but letters can be sorted by it
            "By": place.town,
            "Forvaltningsniveau": LEVELS[cell.level],
            "Myndighedskode": authority.code,
            "Myndighed": authority.name,
            "Branche": db07,
            "Ansatte": _employees(cell.size_class, rng),
            "Region": REGIONS[place.region],
            "Telefon": f"09{position:06d}",  # no Danish number begins with 0
            **contacts.contact(authority, name),
        }


def _by_group(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Yield the cells of one level and industry group at a time."""
    for key in dict.fromkeys((cell.level, cell.industry_group) for cell in cells):
        yield [cell for cell in cells if (cell.level, cell.industry_group) == key]


def _placed(
    group: Sequence[Cell], everywhere: Sequence[Authority], rng: random.Random
) -> Iterator[tuple[Cell, Authority]]:
    """Spread the workplaces of one level and industry group over the authorities that have such workplaces."""
    possible = [authority for authority in everywhere if authority.has(group[0].level, group[0].industry_group)]
    cells = [cell for cell in group for _ in range(cell.workplaces)]
    counts = apportion([authority.weight for authority in possible], len(cells))
    places = [authority for authority, count in zip(possible, counts, strict=True) for _ in range(count)]
    rng.shuffle(places)
    yield from zip(cells, places, strict=True)


def _employees(size_class: str, rng: random.Random) -> int:
    """A number within the class; small numbers are the likelier ones."""
    lowest, highest = EMPLOYEES[size_class]
    return lowest + int((highest - lowest + 1) * rng.random() ** 1.5)


class _Contacts:
    """Hands out leaders and addresses; remembers the last leader of each authority, who may lead two workplaces."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.last_leader: dict[str, tuple[str, str]] = {}

    def contact(self, authority: Authority, name: str) -> dict[str, str]:
        kind = self.rng.choices(list(ADDRESS_KINDS), list(ADDRESS_KINDS.values()))[0]
        leader, email = self._address(kind, authority, name)
        if self.rng.random() < SHARE_WITHOUT_EMAIL:
            leader = email = ""
        language = "en" if self.rng.random() < SHARE_IN_ENGLISH else "da"
        return {"Leder": leader, "E-mail": email, "Adressetype": kind, "Sprog": language}

    def _address(self, kind: str, authority: Authority, name: str) -> tuple[str, str]:
        """Return the leader's name, "" where the address is a mailbox, and the address."""
        if kind == "Myndighed":
            return "", f"post@{authority.domain}"
        local = ".".join(plain(name).split("-"))
        if kind == "Arbejdsplads":
            return "", f"{local}@{authority.domain}"
        if authority.code in self.last_leader and self.rng.random() < SHARE_LED_WITH_ANOTHER:
            return self.last_leader.pop(authority.code)
        leader = f"{self.rng.choice(FIRST_NAMES.split())} Øvelse"
        self.last_leader[authority.code] = (leader, f"leder.{local}@{authority.domain}")
        return self.last_leader[authority.code]


def plain(text: str) -> str:
    """Return a text as part of an address: ``Høje-Taastrup Kommune`` becomes ``hoeje-taastrup-kommune``."""
    letters = text.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return "-".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
