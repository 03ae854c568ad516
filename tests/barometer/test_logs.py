import json
import logging
import sys

import pytest
import structlog
from django.db import IntegrityError

from barometer.logs import json_formatter, without_secrets
from responses.models import LinkHolder
from tests.factories import make_case

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


def test_what_a_mail_server_repeats_of_a_mail_opens_nothing() -> None:
    safe = without_secrets(f"550 blocked: url=https%3A%2F%2Fsvar.example.org%2Fs%2F{TOKEN}%2F, code 0A1B-2C3D-4E5F")
    assert TOKEN not in safe
    assert "0A1B" not in safe


def test_the_number_of_a_task_stays_in_the_log() -> None:
    line = "Task responses.tasks.send_due_mails[0f6b1e5c-3d2a-4b1c-9e8f-0123456789ab] succeeded"
    assert without_secrets(line) == line


def test_no_line_of_django_goes_around_our_formatter() -> None:
    """Django's own handlers, one for the console and one that mails the administrators, do not take links out."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "django"]
    handlers = [handler for name in names for handler in logging.getLogger(name).handlers]
    handlers = [handler for handler in handlers if not type(handler).__module__.startswith("_pytest")]
    assert handlers
    assert all(isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter) for handler in handlers)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_in_the_log() -> None:
    owner = make_case(contact={"email": "lea@skole.example"}).holders.get()
    try:
        LinkHolder.objects.filter(pk=owner.pk).update(standing="ended")
    except IntegrityError as error:
        assert "lea@skole.example" in str(error)
        line = line_of("failed", sys.exc_info())
    assert "lea@skole.example" not in json.dumps(line)
    assert "linkholder_standing_fits_its_role" in line["exception"]
