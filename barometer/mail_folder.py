"""A mail back end for the quick start: every message becomes a file in ``settings.MAIL_FOLDER``."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Write ``<Message-ID>.eml`` files, which any mail program opens."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            parsed = message.message()
            name = str(parsed["Message-ID"]).strip("<>").replace("/", "_")
            (folder / f"{name}.eml").write_bytes(parsed.as_bytes())
        return len(email_messages)
