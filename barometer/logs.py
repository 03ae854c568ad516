"""Logs as JSON lines, without anything that opens a questionnaire."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# What follows these in an address opens a questionnaire, stops its reminders, takes or gives the task back, shows a
# receipt, withdraws something, is a coordinator's, or lets staff choose a password.
SECRET = re.compile(r"/([sotrkuwcp])/[^/\s\"']+")
# The same without its address around it, as in "%2Fs%2F…" of a link that a mail server checks; and a typed code.
BARE_SECRET = re.compile(
    r"(?<![0-9A-Za-z_-])(?:[0-9A-Za-z]{2,16}-[0-9A-Za-z_-]{22}|(?:[0-9A-Z]{4}-){1,2}[0-9A-Z]{4})(?![0-9A-Za-z_-])"
)
# PostgreSQL tells the row that broke a rule, answers and addresses and all.
DETAIL = re.compile(r"^((?:DETAIL|CONTEXT): ).*$", re.MULTILINE)


def without_secrets(text: str) -> str:
    """Return the text with the secret part of every personal address, and every typed code, replaced."""
    return BARE_SECRET.sub("[secret]", SECRET.sub(r"/\1/[secret]", text))


def scrub(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets, and the values of database rows, out of the message and the traceback of one log line."""
    for key in ("event", "exception"):
        if key in event:
            event[key] = DETAIL.sub(r"\1[left out]", without_secrets(str(event[key])))
    return event


def json_formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
