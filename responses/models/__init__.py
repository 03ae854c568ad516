from responses.models.after import CaseContact, DeclineReason, ResultRequest
from responses.models.calling import CallClaim
from responses.models.case import Case, CaseEvent, LinkHolder
from responses.models.contact import (
    Call,
    ContactAttempt,
    CoordinatorMail,
    Mail,
    MailDomain,
    MailReturn,
    Notice,
    Wave,
)
from responses.models.coordinator import ContactCorrection, Coordinator
from responses.models.data_protection import Retention, Screening
from responses.models.hand_over import HandOver
from responses.models.heartbeat import Heartbeat
from responses.models.response import LeftOff, Response

__all__ = [
    "Call",
    "CallClaim",
    "Case",
    "CaseContact",
    "CaseEvent",
    "ContactAttempt",
    "ContactCorrection",
    "Coordinator",
    "CoordinatorMail",
    "DeclineReason",
    "HandOver",
    "Heartbeat",
    "LeftOff",
    "LinkHolder",
    "Mail",
    "MailDomain",
    "MailReturn",
    "Notice",
    "Response",
    "ResultRequest",
    "Retention",
    "Screening",
    "Wave",
]
