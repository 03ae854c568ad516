from responses.models.after import CaseContact, DeclineReason, ResultRequest
from responses.models.bulk_act import BulkAct, BulkChange
from responses.models.calling import CallClaim
from responses.models.case import Case, CaseEvent, LinkHolder
from responses.models.case_note import CaseNote
from responses.models.case_pause import CasePause
from responses.models.case_search import CaseSearch
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
from responses.models.digest import DigestMail, DigestReader
from responses.models.export import ExportFile
from responses.models.hand_over import HandOver
from responses.models.heartbeat import Heartbeat
from responses.models.imported import ImportedRound
from responses.models.response import LeftOff, Response
from responses.models.weighting import Weight, WeightSet

__all__ = [
    "BulkAct",
    "BulkChange",
    "Call",
    "CallClaim",
    "Case",
    "CaseContact",
    "CaseEvent",
    "CaseNote",
    "CasePause",
    "CaseSearch",
    "ContactAttempt",
    "ContactCorrection",
    "Coordinator",
    "CoordinatorMail",
    "DeclineReason",
    "DigestMail",
    "DigestReader",
    "ExportFile",
    "HandOver",
    "Heartbeat",
    "ImportedRound",
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
    "Weight",
    "WeightSet",
]
