"""Slow down whoever tries typed codes, by network and all together: delayed, never locked out."""

from datetime import datetime

from django.core.cache import cache

FREE_WRONG_CODES = 5  # of one network within the hour
MANY_WRONG_CODES = 200  # of all networks within the hour: then a network's first wrong code slows it down
WINDOW_SECONDS = 3600
PAUSE_SECONDS = 60
EVERYBODY = "all"


def may_try(network: str, at: datetime) -> bool:
    """Whether a code may be tried now: freely until too many were wrong within the hour, then one a minute."""
    if _wrong(network) < (1 if _wrong(EVERYBODY) >= MANY_WRONG_CODES else FREE_WRONG_CODES):
        return True
    last: float = cache.get(f"last-code:{network}", 0.0)
    return at.timestamp() - last >= PAUSE_SECONDS


def note_wrong(network: str, at: datetime) -> None:
    """Count a wrong code; counters go an hour after the first one."""
    for key in (f"wrong-codes:{network}", f"wrong-codes:{EVERYBODY}"):
        cache.add(key, 0, WINDOW_SECONDS)
        cache.incr(key)
    cache.set(f"last-code:{network}", at.timestamp(), WINDOW_SECONDS)


def _wrong(network: str) -> int:
    count: int = cache.get(f"wrong-codes:{network}", 0)
    return count
