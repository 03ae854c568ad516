import json
import logging
import sys

import structlog

from barometer.logs import json_formatter

TOKEN = "a1z-AAAAAAAAAAAAAAAAAAAAAA"


def line_of(message: str, exc_info: object = None) -> dict[str, str]:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, message, None, exc_info)  # type: ignore[arg-type]
    parsed: dict[str, str] = json.loads(json_formatter().format(record))
    return parsed


def test_a_personal_link_never_reaches_the_log() -> None:
    line = line_of(f"Internal Server Error: /s/{TOKEN}/3/")
    assert line["event"] == "Internal Server Error: /s/[secret]/3/"
    assert line["level"] == "error"


def test_a_personal_link_never_reaches_the_log_in_a_traceback() -> None:
    try:
        raise ValueError(f"https://svar.example.org/o/{TOKEN}/")
    except ValueError:
        line = line_of("failed", sys.exc_info())
    assert TOKEN not in json.dumps(line)
    assert "/o/[secret]/" in line["exception"]


def test_no_line_of_django_goes_around_our_formatter() -> None:
    """Django's own handlers, one for the console and one that mails the administrators, do not take links out."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "django"]
    handlers = [handler for name in names for handler in logging.getLogger(name).handlers]
    handlers = [handler for handler in handlers if not type(handler).__module__.startswith("_pytest")]
    assert handlers
    assert all(isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter) for handler in handlers)
