"""Looking for garbage: seldom while much is made at once, of which nearly nothing refers to itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (100_000, 20, 20)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Within it, the program itself is never looked through for garbage, and what is made only now and then."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
