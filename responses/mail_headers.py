"""What the headers of a mail say to programs."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from responses import links
from responses.models import ContactAttempt, Mail


def headers(mail: Mail, lines: Sequence[ContactAttempt], *, at: datetime, domain: str) -> dict[str, str]:
    """Return the headers of a mail from that domain beside sender, recipient and subject.

    A mail tried again is the same mail, so it keeps its Message-ID (RFC 5322). No program is to answer it (RFC 3834).
    """
    return {
        "Message-ID": mail.message_id or f"<{secrets.token_hex(8)}.mail{mail.pk}@{domain}>",
        "Date": format_datetime(at),
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
        **_unsubscribe(mail, lines),
    }


def _unsubscribe(mail: Mail, lines: Sequence[ContactAttempt]) -> dict[str, str]:
    """Return the address at which a mail program's own button stops the reminders (RFC 2369, RFC 8058).

    Only a mail of the contact plan about workplaces has one: after the others there is nothing to stop.
    """
    if mail.step_id is None or not lines:
        return {}
    return {
        "List-Unsubscribe": f"<{links.unsubscribe_address(mail.pk)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
