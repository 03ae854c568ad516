"""How cases are found by what somebody says on the telephone or has in a mail, and put in the order of their names.

Names are searched in a folded form, of letters without marks, anywhere in a word, for Danish words are compounds:
*skole* finds Elmeskolen. Each typed word must be found. A folded text holds no sign that a database reads as a pattern.
"""

import unicodedata
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from responses.models import Case, CaseSearch, LinkHolder
from responses.references import case_of
from surveys.models import Round, Workplace

MOST_TYPED = 120  # characters
MOST_FOUND = 1000  # of a search by words: who finds more cannot read them, and has to say more
FEW = 20_000  # cases of which it is quicker to read all keys than to count them and then look for the first
MOST_WORDS = 8
NORDIC = str.maketrans({"å": "aa", "æ": "ae", "ø": "oe", "ä": "ae", "ö": "oe"})
ALPHABET = " 0123456789abcdefghijklmnopqrstuvwxyzæøå"
KEY_LETTERS = 24


def typed(text: str) -> str:
    """Return what was typed as it can be searched for; PostgreSQL takes no text with a zero byte."""
    return " ".join(text[: 4 * MOST_TYPED].replace("\0", " ").split())[:MOST_TYPED]


def folded(text: str) -> str:
    """Return a text in small letters a–z and digits, with single spaces: *Århus* and *Aarhus* are one."""
    nordic = unicodedata.normalize("NFC", text).casefold().translate(NORDIC)
    plain = unicodedata.normalize("NFKD", nordic).casefold()
    return " ".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in _bare(plain)).split())


def name_key(name: str) -> str:
    """Return a key that puts names in Danish order in every database: two digits a letter, æ, ø and å last."""
    kept = [sign for sign in unicodedata.normalize("NFC", name).casefold() if sign in ALPHABET]
    return "".join(f"{ALPHABET.index(sign) + 10}" for sign in kept[:KEY_LETTERS])


def search_row(case: Case, workplace: Workplace) -> CaseSearch:
    """Return the unsaved row by which a case is found."""
    parts = (workplace.name, workplace.authority, workplace.register_id, workplace.p_number)
    return CaseSearch(
        case=case,
        round_id=case.round_id,
        name_key=name_key(workplace.name),
        words=folded(" ".join(parts))[:300],
        level=workplace.level,
        authority_code=workplace.authority_code,
    )


def keys(rows: QuerySet[Any], prefix: str) -> QuerySet[Any, int]:
    """Return the keys of the cases in the order of their names, which an index has.

    Args:
        rows: search rows, or cases that are joined to theirs; up to a page, nothing but the index of these is read.
        prefix: leads to the search row: "" or "search__".
    """
    return rows.order_by(f"{prefix}name_key", f"{prefix}case_id").values_list(f"{prefix}case_id", flat=True)


def few(rows: QuerySet[Any], prefix: str, most: int) -> list[int] | None:
    """Return the same in one query; None where there are more than ``most``.

    The database is not asked for the order: it would look for a word along the names, where it may stand in the last
    ones alone; and it would sort the many before it says that they are too many.
    """
    found = list(rows.order_by().values_list(f"{prefix}name_key", f"{prefix}case_id")[: most + 1])
    return [pk for _, pk in sorted(found)] if len(found) <= most else None


def condition(round_: Round, words: str, prefix: str, *, with_addresses: bool) -> Q:
    """Return what a row must fulfil to be found by these words; ``prefix`` leads to it.

    An e-mail address finds whoever has it now, letter for letter, for those who may see addresses.
    """
    if "@" in words:
        holders = LinkHolder.objects.annotate(folded=Upper("email")).filter(case__round=round_, folded=words.upper())
        cases = holders.order_by().values("case") if with_addresses else []
        return Q(**{f"{prefix}case__in": cases})
    read_out = case_of(words)
    matching = Q(**{f"{prefix}case__in": [] if read_out is None else [read_out]})
    if wanted := folded(words).split()[:MOST_WORDS]:
        every = Q()
        for word in wanted:
            every &= Q(**{f"{prefix}words__contains": word})
        matching = every | matching if read_out is not None else every
    return matching


def in_order(cases: QuerySet[Case], round_: Round) -> QuerySet[Case]:
    """Return cases of the round in the Danish order of their workplaces' names, by the index."""
    return cases.filter(search__round=round_).order_by("search__name_key", "search__case_id")


def _bare(text: str) -> str:
    return "".join(sign for sign in text if not unicodedata.combining(sign))
