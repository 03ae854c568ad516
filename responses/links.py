"""Personal links and typed codes: derived from a key, never stored.

A token is a key id, the holder's number in base 36, and a 128-bit MAC over (purpose, holder, generation).
A typed code is 12 Crockford characters: 20 bits case number, 35 bits MAC, 5 bits check.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from django.conf import settings

from barometer.prepared import Prepared
from responses.models import LinkHolder

# Of a link holder.
ANSWER, OPT_OUT, TAKE_BACK, GIVE_BACK = "answer", "opt-out", "take-back", "give-back"
BY_HAND = "by-hand"  # carried by the pages of a browser in which answers have been changed: no machine did that
COPY, SEEN = "copy", "seen"  # of a response
RETURN = "return"  # of a mail, in the address that it comes back to
UNSUBSCRIBE = "unsubscribe"  # of a mail: for the mail program that has it
CASE_CONTACT, RESULT_REQUEST = "case-contact", "result-request"  # of what somebody left, to withdraw it
PATHS = {ANSWER: "s", OPT_OUT: "o", TAKE_BACK: "t", GIVE_BACK: "r"}
TOKEN = re.compile(r"^([0-9A-Za-z])([0-9a-z]{1,12})-([0-9A-Za-z_-]{22})$")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CASE_BITS, MAC_BITS = 20, 35
HOLDERS = (
    LinkHolder.objects.filter(retired_at__isnull=True)
    .exclude(standing__in=(LinkHolder.Standing.WAITING, LinkHolder.Standing.REFUSED))
    .order_by()
    .select_related("case__response", "case__round__questionnaire", "case__sample_unit__workplace")
)
HOLDER = Prepared(lambda pk: HOLDERS.filter(pk=pk), -1)


def token(purpose: str, holder: LinkHolder) -> str:
    """Return the secret part of a holder's address, 26–37 characters safe in a URL path."""
    key_id, key = next(iter(settings.LINK_KEYS.items()))
    mac = _mac_of_holder(key, purpose, holder.pk, holder.generation)
    return f"{key_id}{base36(holder.pk)}-{mac}"


def address(purpose: str, holder: LinkHolder) -> str:
    """Return the whole address that a mail carries; ``responses.urls`` answers there."""
    return f"{settings.SITE_URL}/{PATHS[purpose]}/{token(purpose, holder)}/"


def unsubscribe_address(mail: int) -> str:
    """Return the whole address that stops the reminders of whoever got this mail."""
    return f"{settings.SITE_URL}/u/{signed(UNSUBSCRIBE, mail)}/"


def signed(purpose: str, number: int, generation: int = 0) -> str:
    """Return a token, of the same form, for a row that is no link holder; another generation makes another token."""
    key_id, key = next(iter(settings.LINK_KEYS.items()))
    return f"{key_id}{base36(number)}-{_mac(key, purpose, number, generation)}"


def number_in(text: str) -> int | None:
    """Return the number of the row that a token claims to be for; only ``is_signed`` tells whether it is."""
    match = TOKEN.match(text)
    return min(int(match[2], 36), 2**62) if match else None


def is_signed(purpose: str, text: str, number: int, generation: int = 0) -> bool:
    """Whether the token was made by ``signed`` with one of our keys."""
    match = TOKEN.match(text)
    if match is None or match[1] not in settings.LINK_KEYS or int(match[2], 36) != number:
        return False
    return hmac.compare_digest(_mac(settings.LINK_KEYS[match[1]], purpose, number, generation), match[3])


def digests(purpose: str, number: int) -> Iterator[bytes]:
    """Yield what signs this number with each of our keys, the one that signs now first; 32 bytes each."""
    return (_digest(key, purpose, number, 0) for key in settings.LINK_KEYS.values())


def short_codes(purpose: str, number: int, generation: int) -> list[str]:
    """Return 40 bits to be typed, as eight Crockford characters, by each of our keys; the first is the one to send."""
    macs = [int.from_bytes(_digest(key, purpose, number, generation)[:5]) for key in settings.LINK_KEYS.values()]
    return ["".join(CROCKFORD[mac >> shift & 31] for shift in range(35, -1, -5)) for mac in macs]


def plain_code(text: str) -> str:
    """Return a typed or pasted code as letters and digits alone, in capitals, and O, I and L as they were meant."""
    return re.sub(r"[\W_]", "", text).upper().translate(str.maketrans("OIL", "011"))


def holder_of(purpose: str, text: str, find: Callable[[int], LinkHolder | None] | None = None) -> LinkHolder | None:
    """Return who holds this link, with case, response, round, questionnaire and workplace; one query.

    None for a link that was never given out, was replaced, or was retired: the caller cannot tell which. Whoever opens
    many links reads the holders first, from ``HOLDERS``, and gives ``find``: the holder of a number.
    """
    match = TOKEN.match(text)
    if match is None or match[1] not in settings.LINK_KEYS:
        return None
    holder = (find or HOLDER.first)(min(int(match[2], 36), 2**62))
    if holder is None:
        return None
    mac = _mac_of_holder(settings.LINK_KEYS[match[1]], purpose, holder.pk, holder.generation)
    return holder if hmac.compare_digest(mac, match[3]) else None


def typed_code(holder: LinkHolder) -> str:
    """Return the code that opens the holder's questionnaire, e.g. ``0A1B-2C3D-4E5F``."""
    digits = _code_digits(next(iter(settings.LINK_KEYS.values())), holder)
    text = "".join(CROCKFORD[digit] for digit in [*digits, _check(digits)])
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def holder_of_code(text: str, find: Callable[[int], Iterable[LinkHolder]] | None = None) -> LinkHolder | None:
    """Return the holder whose code was typed, forgiving case, spaces, dashes and O, I, L.

    ``find`` is as in ``holder_of``: the holders of a case.
    """
    plain = plain_code(text)
    if len(plain) != 12 or any(character not in CROCKFORD for character in plain):
        return None
    *digits, check = (CROCKFORD.index(character) for character in plain)
    if _check(digits) != check:
        return None
    found, case_id = None, _number(digits) >> MAC_BITS
    for holder in find(case_id) if find else HOLDERS.filter(case_id=case_id):
        for key in settings.LINK_KEYS.values():
            if hmac.compare_digest(bytes(_code_digits(key, holder)), bytes(digits)):
                found = holder
    return found


def case_in_code(text: str) -> int | None:
    """Return the number of the case that a code, written as ``typed_code`` does, claims to be for."""
    plain = text.replace("-", "")
    if len(plain) != 12 or any(character not in CROCKFORD for character in plain):
        return None
    return _number([CROCKFORD.index(character) for character in plain[:-1]]) >> MAC_BITS


@lru_cache(maxsize=1000)
def _mac_of_holder(key: bytes, purpose: str, pk: int, generation: int) -> str:
    """Every request checks, and every page prints, the same few again."""
    return _mac(key, purpose, pk, generation)


def _mac(key: bytes, purpose: str, number: int, generation: int) -> str:
    return base64.urlsafe_b64encode(_digest(key, purpose, number, generation)[:16]).decode().rstrip("=")


def _digest(key: bytes, purpose: str, number: int, generation: int) -> bytes:
    return hmac.digest(key, f"{purpose}:{number}:{generation}".encode(), hashlib.sha256)


def _code_digits(key: bytes, holder: LinkHolder) -> list[int]:
    if holder.case_id >= 2**CASE_BITS:
        raise ValueError("a typed code holds case numbers below 2**20")
    owner = holder.role == LinkHolder.Role.OWNER
    purpose, of = ("code", holder.case_id) if owner else ("code of a further holder", holder.pk)
    mac = int.from_bytes(_digest(key, purpose, of, holder.generation)[:8]) >> (64 - MAC_BITS)
    number = holder.case_id << MAC_BITS | mac
    return [number >> shift & 31 for shift in range(50, -1, -5)]


def _number(digits: list[int]) -> int:
    return sum(digit << shift for digit, shift in zip(digits, range(50, -1, -5), strict=True))


def _check(digits: list[int]) -> int:
    """Return a check digit in GF(32): every single slip and every swap of two neighbours changes it."""
    check = 0
    for digit in digits:
        check = _times_alpha(check) ^ digit
    return _times_alpha(check)


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def base36(number: int) -> str:
    """Return a number above 0 in digits and lower-case letters."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
