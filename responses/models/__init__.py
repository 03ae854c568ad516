from responses.models.after import CaseContact, DeclineReason, ResultRequest
from responses.models.case import Case, CaseEvent, LinkHolder
from responses.models.contact import ContactAttempt, Mail, Notice
from responses.models.hand_over import HandOver
from responses.models.response import Response

__all__ = [
    "Case",
    "CaseContact",
    "CaseEvent",
    "ContactAttempt",
    "DeclineReason",
    "HandOver",
    "LinkHolder",
    "Mail",
    "Notice",
    "Response",
    "ResultRequest",
]
