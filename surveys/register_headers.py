"""The headers and words of a register file that are understood, in Danish and English.

Upper and lower case, spaces, hyphens and other signs make no difference: ``P-nummer``, ``p nummer`` and ``PNUMMER``
are one header.
"""

from collections.abc import Mapping
from functools import lru_cache


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return the letters and digits of a header or word in lower case, to look it up by."""
    return "".join(character for character in text.casefold() if character.isalnum())


HEADERS: Mapping[str, tuple[str, ...]] = {
    "register_id": ("Arbejdsstedsnummer", "Arbejdssted-id", "Arbnr", "Register id", "Workplace number"),
    "p_number": ("P-nummer", "P-nr", "Pnr", "P number"),
    "cvr": ("CVR-nummer", "CVR-nr", "CVR", "CVR number"),
    "name": ("Navn", "Arbejdsstedets navn", "Arbejdsstedsnavn", "Arbejdsplads", "Name", "Workplace"),
    "address": ("Adresse", "Vejadresse", "Gade", "Address", "Street"),
    "postcode": ("Postnummer", "Postnr", "Postcode"),
    "city": ("By", "Bynavn", "Postdistrikt", "City", "Town"),
    "level": ("Forvaltningsniveau", "Niveau", "Sektor", "Sektorkode", "Level", "Sector"),
    "authority_code": ("Myndighedskode", "Myndighedsnr", "Authority code"),
    "authority": ("Myndighed", "Myndighedsnavn", "Authority"),
    "db07": ("Branche", "Branchekode", "DB07", "DB07-kode", "Industry code"),
    "industry_group": ("Branchegruppe", "Industry group"),
    "employees": ("Ansatte", "Antal ansatte", "Gennemsnitligt antal ansatte", "Employees", "Number of employees"),
    "region": ("Region", "Regionskode", "Regionsnavn"),
    "leader": ("Leder", "Leders navn", "Øverste leder", "Leader", "Manager"),
    "email": ("E-mail", "Mail", "Mailadresse", "E-mailadresse", "Leders e-mail", "E-mail address"),
    "phone": ("Telefon", "Telefonnummer", "Tlf.", "Tlf-nr", "Leders telefon", "Phone", "Phone number", "Telephone"),
    "address_kind": ("Adressetype", "Kind of address", "Address kind"),
    "language": ("Sprog", "Language"),
}
ALIASES = {normalise(name): field for field, names in HEADERS.items() for name in names}

# One of each line must be among the headers.
REQUIRED: tuple[tuple[str, ...], ...] = (
    ("register_id",),
    ("name",),
    ("address",),
    ("level",),
    ("authority_code",),
    ("authority",),
    ("db07", "industry_group"),
    ("employees",),
    ("region",),
    ("email",),
)

# The most characters that the models hold.
MAX_LENGTHS: Mapping[str, int] = {
    "register_id": 20,
    "name": 120,
    "address": 120,
    "authority_code": 10,
    "authority": 80,
    "leader": 60,
}

_LEVELS = {
    "municipality": ("Kommune", "kommuner", "kommunal", "municipality", "municipal", "76", "77"),
    "region": ("Region", "regioner", "regional", "74", "75"),
    "state": ("Stat", "staten", "statslig", "state", "71", "72"),
}
_INDUSTRY_GROUPS = {
    "administration": ("Offentlig administration", "administration", "public administration"),
    "judiciary": ("Retsvæsen og orden", "judiciary", "retsvæsen", "judiciary and order"),
    "education": ("Undervisning", "education"),
    "health": ("Sundhed", "health"),
    "care": ("Ældre- og handicapområdet", "care", "care of elderly and disabled people"),
    "childcare": ("Dagtilbud til børn", "childcare", "dagtilbud", "child care"),
    "other": ("Kultur og andet", "other", "andet", "culture and other"),
}
_REGIONS = {
    "hovedstaden": ("Hovedstaden", "Region Hovedstaden", "Capital Region", "1084", "084", "84"),
    "sjaelland": ("Sjælland", "sjaelland", "Region Sjælland", "Zealand", "1085", "085", "85"),
    "syddanmark": ("Syddanmark", "Region Syddanmark", "Southern Denmark", "1083", "083", "83"),
    "midtjylland": ("Midtjylland", "Region Midtjylland", "Central Denmark", "1082", "082", "82"),
    "nordjylland": ("Nordjylland", "Region Nordjylland", "North Denmark", "1081", "081", "81"),
}
_ADDRESS_KINDS = {
    "person": ("Person", "leder"),
    "workplace": ("Arbejdsplads", "workplace", "arbejdssted"),
    "authority": ("Myndighed", "authority"),
}
_LANGUAGES = {"da": ("da", "dansk", "danish"), "en": ("en", "engelsk", "english")}

_VOCABULARY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "level": _LEVELS,
    "industry_group": _INDUSTRY_GROUPS,
    "region": _REGIONS,
    "address_kind": _ADDRESS_KINDS,
    "language": _LANGUAGES,
}
# Per field: the code of each word, by normalised word; and the words to show to somebody who wrote another one.
CODES: Mapping[str, Mapping[str, str]] = {
    field: {normalise(word): code for code, words in table.items() for word in words}
    for field, table in _VOCABULARY.items()
}
WORDS: Mapping[str, str] = {
    field: ", ".join(words[0] for words in table.values()) for field, table in _VOCABULARY.items()
}
