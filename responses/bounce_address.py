"""Where a mail comes back to: an address of its own, signed, so that nobody can say of another mail that it did.

``bounces+2s-k3v7q2m5xw4n6t7a@bounce.example.org``: the number of the mail in base 36, and 80 bits of a MAC in base 32.
Some servers write addresses in lower case, so they are made that way. All of our keys are tried, as there is no room
for saying which. At most 64 characters before the @: 30 of the setting, 1, 13, 1 and 16.
Source: variable envelope return paths (VERP), https://cr.yp.to/proto/verp.txt.
"""

import base64
import hmac
import re

from django.conf import settings

from responses import links

METADATA = "mail"  # how a provider, who has no address for this, is told
LIKE_A_TOKEN = re.compile(r"([0-9a-z]{1,13})-([2-7a-z]{16})")
KEEP_THE_ENVELOPE = ("smtp",)  # the others put an address of their own there
HIGHEST = 2**63 - 1


def token(mail: int) -> str:
    """Return the signed number of a mail."""
    return f"{links.base36(mail)}-{_letters(next(links.digests(links.RETURN, mail)))}"


def of(mail: int) -> str:
    """Return the envelope sender of a mail; "" for the one in its header From, where no other is set up."""
    if not settings.BOUNCE_ADDRESS or settings.EMAIL_PROVIDER not in KEEP_THE_ENVELOPE:
        return ""
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{token(mail)}@{domain}"


def mail_of_token(text: str) -> int | None:
    """Return the number of the mail that a token is for; None for one that we have not made."""
    match = LIKE_A_TOKEN.fullmatch(text.lower())
    if match is None or (mail := int(match[1], 36)) > HIGHEST:
        return None
    signed = [hmac.compare_digest(_letters(digest), match[2]) for digest in links.digests(links.RETURN, mail)]
    return mail if any(signed) else None


def mail_of(address: str) -> int | None:
    """Return the number of the mail that went out with this envelope sender, as a server may write it."""
    ours, _, our_domain = settings.BOUNCE_ADDRESS.lower().rpartition("@")
    local, _, domain = address.strip().lower().rpartition("@")
    name, plus, signed = local.partition("+")
    if not (ours and plus and (name, domain) == (ours, our_domain)):
        return None
    return mail_of_token(signed)


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest[:10]).decode().lower()
