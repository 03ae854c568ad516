"""Slow down whoever tries typed codes: delayed, never locked out."""

from datetime import datetime

from django.core.cache import cache

FREE_WRONG_CODES = 5
WINDOW_SECONDS = 3600
PAUSE_SECONDS = 60


def may_try(network: str, at: datetime) -> bool:
    """Whether a code may be tried now: freely until five were wrong within the hour, then one a minute."""
    wrong: int = cache.get(f"wrong-codes:{network}", 0)
    if wrong < FREE_WRONG_CODES:
        return True
    last: float = cache.get(f"last-code:{network}", 0.0)
    return at.timestamp() - last >= PAUSE_SECONDS


def note_wrong(network: str, at: datetime) -> None:
    """Count a wrong code; counters go after an hour without one."""
    key = f"wrong-codes:{network}"
    cache.add(key, 0, WINDOW_SECONDS)
    cache.incr(key)
    cache.set(f"last-code:{network}", at.timestamp(), WINDOW_SECONDS)
