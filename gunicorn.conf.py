"""gunicorn's settings; it reads this file from the folder that it starts in."""

import gc
from typing import Any

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = 2
threads = 4
worker_tmp_dir = "/dev/shm"  # heartbeats in memory: a slow disk must not look like a hanging worker
# No access log, whose lines would hold the personal links: with a logconfig_dict, ``accesslog`` says nothing.
logconfig_dict = {
    "formatters": {"generic": {"()": "barometer.logs.json_formatter"}},  # which takes links out
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["error_console"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}


def post_worker_init(worker: Any) -> None:
    """Look for garbage less often, and not among what the program itself is made of: a page leaves little of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
