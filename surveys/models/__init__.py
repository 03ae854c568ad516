from surveys.models.access import RoundRole
from surveys.models.contact_plan import MAILS, REMINDERS, TO_STARTED, AuthorityContact, ContactStep, MailText, QuietWeek
from surveys.models.frame import (
    AddressKind,
    FrameFile,
    IndustryGroup,
    Level,
    Region,
    SizeClass,
    Workplace,
    WorkplaceContact,
)
from surveys.models.import_remark import ImportRemark
from surveys.models.questionnaire import (
    Choice,
    DerivedVariable,
    Page,
    Question,
    Questionnaire,
    RegisterVariable,
    Scale,
)
from surveys.models.round import Round, RoundText
from surveys.models.sample import Sample, SampleUnit, Stratum
from surveys.models.snapshot import Act, Part, QuestionnaireSnapshot

__all__ = [
    "MAILS",
    "REMINDERS",
    "TO_STARTED",
    "Act",
    "AddressKind",
    "AuthorityContact",
    "Choice",
    "ContactStep",
    "DerivedVariable",
    "FrameFile",
    "ImportRemark",
    "IndustryGroup",
    "Level",
    "MailText",
    "Page",
    "Part",
    "Question",
    "Questionnaire",
    "QuestionnaireSnapshot",
    "QuietWeek",
    "Region",
    "RegisterVariable",
    "Round",
    "RoundRole",
    "RoundText",
    "Sample",
    "SampleUnit",
    "Scale",
    "SizeClass",
    "Stratum",
    "Workplace",
    "WorkplaceContact",
]
