"""Handing the task over: how often, to whom at once, and who is written to while a delegate has it.

The reasons stand in docs/decisions/0008-handing-over.md.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from unicodedata import category, normalize

MOST_A_DAY, MOST_IN_ALL = 3, 10  # of one case, whatever became of them
SILENCE = timedelta(days=7)
MOST_OF_A_NAME = 60  # characters
# Domains under which anybody gets an address: two people there need not know each other.
FREE_MAIL_LISTED = (
    "aol.com email.dk fastmail.com forum.dk gmail.com gmx.com gmx.de gmx.net googlemail.com "
    "hotmail.com hotmail.dk icloud.com jubii.dk jubiimail.dk live.com live.dk mac.com mail.com "
    "mail.dk mail.tele.dk me.com msn.com ofir.com ofir.dk oncable.dk outlook.com outlook.dk pm.me "
    "post.tele.dk post8.tele.dk privat.dk proton.me protonmail.ch protonmail.com sol.dk stofanet.dk "
    "tdcadsl.dk tutanota.com webspeed.dk wp.dk yahoo.co.uk yahoo.com yahoo.dk yandex.com ymail.com "
    "youmail.dk zoho.com "
)
FREE_MAIL = frozenset(FREE_MAIL_LISTED.split())


class Standing(StrEnum):
    """What the holder of a link can do with it."""

    WORKS = "works"  # sees and changes the answers
    WATCHES = "watches"  # an owner whose task a delegate has: sees where it stands, and can take it back
    WAITING = "waiting"  # asked for; no link goes out before staff have looked at it
    REFUSED = "refused"  # staff have said no; no link has gone out
    ENDED = "ended"  # given back, or taken back: sees nothing


class Receiver(StrEnum):
    """Whom the mails of the contact plan go to."""

    OWNER = "owner"
    DELEGATE = "delegate"


def too_often(asked_on: Sequence[date], today: date) -> str | None:
    """Return what speaks against one more: a code of ``problem_texts``, or None.

    Args:
        asked_on: the days of all that were asked for in this case so far, of both kinds, also those refused and ended:
            a limit that forgets would limit nothing.
    """
    if len(asked_on) >= MOST_IN_ALL:
        return "hand_over_too_many"
    return "hand_over_too_many_today" if sum(day == today for day in asked_on) >= MOST_A_DAY else None


def domain_of(address: str) -> str:
    """Return the domain as name servers are asked for it: in small letters, æ, ø and å as xn--…; "" if there is none.

    The same rule (IDNA 2003) as when a mail is sent, so that domains are alike here only if the mails go alike.
    """
    try:
        return address.rpartition("@")[2].strip().rstrip(".").casefold().encode("idna").decode().lower()
    except UnicodeError:
        return ""


def served_at_once(address: str, *, known: Collection[str]) -> bool:
    """Whether the link may leave without anybody looking at the address.

    Only if its domain is exactly that of an address in ``known`` (the owner's, and the authority's mailboxes). A
    subdomain is another domain, either way round. A domain under which anybody gets an address proves nothing.
    """
    domain = domain_of(address)
    return bool(domain) and domain not in FREE_MAIL and domain in {domain_of(each) for each in known}


def receiver(silent_from: datetime | None, at: datetime) -> Receiver:
    """Return who is written to.

    Args:
        silent_from: the moment from which the case's delegate counts as silent (``silent_after``), or could not be
            reached; None when no delegate has the task.
    """
    return Receiver.OWNER if silent_from is None or at >= silent_from else Receiver.DELEGATE


def silent_after(heard_of: datetime) -> datetime:
    """Return when a delegate counts as silent: 7 days after getting the task, or after the last answer saved."""
    return heard_of + SILENCE


def typed_name(text: str) -> str:
    """Return a name as a mail may carry it: letters, spaces, hyphens, apostrophes, full stops; at most 60 signs.

    No digit, sign or address is left, and a full stop ends a word, so no mail program makes a link of it, and
    there is no telephone number to call.
    """
    kept = (
        sign if category(sign)[0] in "LM" or sign in "-'’" else ". " if sign in ".。．｡" else " "
        for sign in normalize("NFKC", text[:500])
    )
    return " ".join("".join(kept).split())[:MOST_OF_A_NAME].strip(" .-'’")
