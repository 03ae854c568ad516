from responses.models.case import Case, CaseEvent, LinkHolder
from responses.models.contact import ContactAttempt, Mail, Notice
from responses.models.response import Response

__all__ = ["Case", "CaseEvent", "ContactAttempt", "LinkHolder", "Mail", "Notice", "Response"]
