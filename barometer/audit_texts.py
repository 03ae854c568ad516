"""What the lines of the audit log are about, in words; what is stored is the code, which never changes."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

WHAT: dict[str, str | Promise] = {
    "addresses.exported": _("List of addresses taken"),
    "answers.unsent_deleted": _("Unsent answers deleted"),
    "audit.exported": _("Lines of the audit log taken"),
    "authority_contact.removed": _("Contact person of an authority removed"),
    "authority_contact.saved": _("Contact person of an authority saved"),
    "authority_contacts.loaded": _("Contact persons of authorities loaded"),
    "call.recorded": _("Call noted"),
    "case.absence_noted": _("Absence noted"),
    "case.address_changed": _("Address changed"),
    "case.address_confirmed": _("Address confirmed"),
    "case.answers_seen": _("Answers of a workplace looked at"),
    "case.bounced": _("Address marked as bouncing"),
    "case.correction_refused": _("Wish to correct answers turned down"),
    "case.erased": _("Contact data and answers erased"),
    "case.forgotten": _("Contact data erased"),
    "case.ineligible_confirmed": _("Confirmed as not eligible"),
    "case.ineligible_rejected": _("Found to be eligible after all"),
    "case.noted": _("Note written"),
    "case.outcome_set": _("Outcome set by staff"),
    "case.outcome_unset": _("Outcome set by staff taken back"),
    "case.paused": _("Case paused"),
    "case.phone_changed": _("Telephone number changed"),
    "case.refused": _("Refusal noted"),
    "case.reopened": _("Case reopened for correction"),
    "case.reply_noted": _("Reply of a person noted"),
    "case.resumed": _("Case taken up again"),
    "case.standing_repaired": _("Standing of a case repaired"),
    "case_contacts.exported": _("List of contacts for case stories taken"),
    "cases.act_undone": _("Bulk act undone"),
    "cases.acted_on": _("Bulk act done"),
    "cases.exported": _("List of cases taken"),
    "contact.correction_accepted": _("Correction by an authority accepted"),
    "contact.correction_refused": _("Correction by an authority turned down"),
    "contact_plan.changed": _("Contact plan changed"),
    "coordinator.issued": _("Link to a contact person of an authority issued"),
    "coordinator.withdrawn": _("Link to a contact person of an authority withdrawn"),
    "export.asked": _("File ordered"),
    "export.downloaded": _("File downloaded"),
    "export.made": _("File made"),
    "export.written": _("File written by a command"),
    "figures.seen_live": _("Provisional figures looked at"),
    "frame.loaded": _("Frame loaded"),
    "hand_over.approved": _("Handing over approved"),
    "hand_over.ended": _("Handing over ended"),
    "hand_over.refused": _("Handing over turned down"),
    "interview.begun": _("Interview by telephone begun"),
    "letters.posted": _("Letters posted"),
    "letters.prepared": _("Letters prepared"),
    "letters.printed": _("Letters printed"),
    "letters.thrown_away": _("Letters thrown away"),
    "link.copied": _("Link of a workplace copied"),
    "link.reissued": _("New link issued"),
    "link.retired": _("Link retired"),
    "link.sent": _("Link sent again"),
    "mail.bounced": _("Mail marked as bounced"),
    "mail.confirmed_sent": _("Unknown mail confirmed as sent"),
    "mail.sent_again": _("Mail sent again"),
    "mail_text.saved": _("Mail text saved"),
    "mail_text.tested": _("Test mail sent"),
    "notes.exported": _("Notes taken"),
    "person.added": _("Person added"),
    "person.closed": _("Person's access closed"),
    "person.opened": _("Person's access opened"),
    "person.password_chosen": _("Password chosen"),
    "person.password_link_made": _("Link for choosing a password made"),
    "person.second_factor_added": _("Second factor added"),
    "person.second_factor_removed": _("Second factor removed"),
    "person.second_factor_reset": _("Second factor reset"),
    "person.single_sign_on": _("Single sign-on connected"),
    "personal_data.viewed": _("Personal data looked at"),
    "preflight.test_sent": _("Test delivery sent"),
    "questionnaire.created": _("Questionnaire created"),
    "questionnaire.deleted": _("Questionnaire deleted"),
    "questionnaire.import_settled": _("Remarks of an import settled"),
    "questionnaire.imported": _("Questionnaire imported"),
    "questionnaire.published": _("Questionnaire published"),
    "questionnaire.replaced": _("Questionnaire replaced"),
    "quiet_weeks.loaded": _("Quiet weeks loaded"),
    "result_requests.exported": _("List of requests for the result taken"),
    "retention.answers_deleted": _("Answers deleted when due"),
    "retention.contacts_deleted": _("Contact data deleted when due"),
    "retention.key_deleted": _("Key between workplaces and answers deleted when due"),
    "retention.set": _("Time of deletion set"),
    "role.granted": _("Role given"),
    "role.revoked": _("Role taken away"),
    "round.closed": _("Round closed"),
    "round.coordinators_off": _("Contact persons of authorities switched off"),
    "round.coordinators_on": _("Contact persons of authorities switched on"),
    "round.created": _("Round created"),
    "round.edited": _("Dates of a round changed"),
    "round.imported": _("Round imported"),
    "round.opened": _("Round opened"),
    "round.second_person": _("Approval by a second person switched on or off"),
    "round.texts_changed": _("Texts of a round changed"),
    "sample.drawn": _("Sample drawn"),
    "status.loaded": _("Register status loaded"),
    "texts.screened": _("Own words screened"),
    "wave.alarm": _("Alarm about a wave"),
    "wave.discarded": _("Wave discarded"),
    "wave.paused": _("Wave paused"),
    "wave.proven": _("Wave proven"),
    "wave.released": _("Wave released"),
    "wave.resumed": _("Wave resumed"),
    "wave.stopped": _("Wave stopped"),
    "weights.chosen": _("Weights chosen for the figures"),
    "weights.made": _("Weights made"),
}
# A change of a draft questionnaire is called part.act (surveys/models/snapshot.py).
PARTS: dict[str, str | Promise] = {
    "questionnaire": _("Questionnaire"),
    "texts": _("General texts"),
    "page": _("Page"),
    "question": _("Question"),
    "scale": _("Scale"),
    "derived": _("Derived variable"),
    "register": _("Register variable"),
}
ACTS: dict[str, str | Promise] = {
    "created": _("created"),
    "added": _("added"),
    "changed": _("changed"),
    "moved": _("moved"),
    "copied": _("copied"),
    "deleted": _("deleted"),
    "loaded": _("loaded from a file"),
    "restored": _("set back"),
}


def in_words(what: str) -> str:
    """Return what a line is about in the active language; the code itself for one that has no words."""
    if what in WHAT:
        return str(WHAT[what])
    part, _dot, act = what.partition(".")
    return f"{PARTS[part]} {ACTS[act]}" if part in PARTS and act in ACTS else what


def facts_in_words(facts: object) -> str:
    """Return what else a line of the log knows; lists with commas, what is empty left out, rubbish as it stands."""
    if not isinstance(facts, Mapping):
        return _value(facts)
    told = {name: value for name, value in facts.items() if value not in ("", None, [], {})}
    return "; ".join(f"{name} = {_value(value)}" for name, value in told.items())


def _value(value: object) -> str:
    match value:
        case bool():
            return gettext("Yes") if value else gettext("No")
        case list():
            return ", ".join(map(_value, value))
        case _:
            return str(value)
