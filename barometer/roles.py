"""Who may do what: the roles of staff, and the rights that each of them gives. docs/staff.md says it in prose."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of staff is in one round, or in all of them."""

    DESIGNER = "designer", _("Designer")
    FIELDWORK = "fieldwork", _("Fieldwork")
    ANALYST = "analyst", _("Analyst")
    PUBLISHER = "publisher", _("Publisher")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    CUSTODIAN = "custodian", _("Custodian of named data")


class Right(models.TextChoices):
    """Something that a page asks for. What is about no round needs a role in all rounds."""

    SEE_ROUND = "see_round", _("see a round's plan, texts, and numbers without names")
    SEE_QUESTIONNAIRES = "see_questionnaires", _("see questionnaires")
    EDIT_QUESTIONNAIRES = "edit_questionnaires", _("write and publish questionnaires")
    EDIT_PLAN = "edit_plan", _("make a round, its dates and texts")
    EDIT_CONTACT = "edit_contact", _("write the contact plan and the words of mails")
    RUN_FIELDWORK = "run_fieldwork", _("load the frame, draw the sample, open and close the round, act on cases")
    APPROVE_WAVE = "approve_wave", _("approve mails that somebody else has prepared")
    SEE_CASES = "see_cases", _("see which workplaces are sampled and where each stands")
    SEE_CONTACTS = "see_contacts", _("see names, addresses, telephone numbers and mails")
    SEE_CASE_CONTACTS = "see_case_contacts", _("see who may be asked about an innovation or waits for the results")
    COPY_LINK = "copy_link", _("take a personal link out, to bring it to its owner another way")
    SEE_ANSWERS = "see_answers", _("see the answers of one workplace")
    SEE_FIGURES = "see_figures", _("see figures")
    MAKE_WEIGHTS = "make_weights", _("make weights, and say which ones the figures use")
    EXPORT = "export", _("download answers without names")
    EXPORT_NAMED = "export_named", _("download answers together with the name of the workplace")
    RELEASE = "release", _("release figures, and say whether a second person approves mails")
    SEE_PEOPLE = "see_people", _("see who has which role")
    MANAGE_PEOPLE = "manage_people", _("manage accounts and roles")
    SEE_AUDIT = "see_audit", _("read and check the audit log")


ALL = frozenset(Right)
OF_ROLE: dict[str, frozenset[Right]] = {
    Role.DESIGNER: frozenset(
        {
            Right.SEE_ROUND,
            Right.SEE_QUESTIONNAIRES,
            Right.EDIT_QUESTIONNAIRES,
            Right.EDIT_PLAN,
            Right.EDIT_CONTACT,
        }
    ),
    Role.FIELDWORK: frozenset(
        {
            Right.SEE_ROUND,
            Right.SEE_QUESTIONNAIRES,
            Right.EDIT_CONTACT,
            Right.RUN_FIELDWORK,
            Right.APPROVE_WAVE,
            Right.SEE_CASES,
            Right.SEE_CONTACTS,
            Right.SEE_CASE_CONTACTS,
            Right.COPY_LINK,
        }
    ),
    Role.ANALYST: frozenset(
        {
            Right.SEE_ROUND,
            Right.SEE_QUESTIONNAIRES,
            Right.SEE_ANSWERS,
            Right.SEE_FIGURES,
            Right.MAKE_WEIGHTS,
            Right.EXPORT,
        }
    ),
    Role.PUBLISHER: frozenset(
        {
            Right.SEE_ROUND,
            Right.SEE_QUESTIONNAIRES,
            Right.SEE_CASES,
            Right.SEE_FIGURES,
            Right.RELEASE,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Right.SEE_PEOPLE, Right.MANAGE_PEOPLE, Right.SEE_AUDIT}),
    Role.AUDITOR: frozenset(
        {
            Right.SEE_ROUND,
            Right.SEE_QUESTIONNAIRES,
            Right.SEE_CASES,
            Right.SEE_FIGURES,
            Right.SEE_PEOPLE,
            Right.SEE_AUDIT,
        }
    ),
    Role.CUSTODIAN: frozenset({Right.SEE_ROUND, Right.SEE_QUESTIONNAIRES, Right.EXPORT, Right.EXPORT_NAMED}),
}


def rights_of(role: str) -> frozenset[Right]:
    """Return what a role gives; nothing for one that is unknown."""
    return OF_ROLE.get(role, frozenset())
