"""What outcomes and outcome rates are, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.statistics.outcome_rates import Missing
from responses.statistics.outcomes import CaseOutcome

MEANINGS: dict[CaseOutcome, Promise] = {
    CaseOutcome.COMPLETE: _("The questionnaire was submitted, on the web or by telephone."),
    CaseOutcome.PARTIAL: _(
        "Not submitted at the close, but the opening questions and at least half of the required ones were answered."
    ),
    CaseOutcome.REFUSAL: _("The workplace said no, on its own page or to one of you."),
    CaseOutcome.BREAK_OFF: _("Started and not submitted at the close, with less answered than for a partial."),
    CaseOutcome.CONTACTED: _(
        "Started while the round is open, replied, or reached by telephone; and no more than that."
    ),
    CaseOutcome.UNAVAILABLE: _("Whoever can answer is away until after the close, as a reply or one of you says."),
    CaseOutcome.EXISTS: _("Nothing was heard of it, but a newer register has it in operation."),
    CaseOutcome.OTHER: _("Eligible, as one of you says, and none of the above."),
    CaseOutcome.SILENT: _("Nothing was ever heard of it. Whether it exists is not known."),
    CaseOutcome.BOUNCED: _("The mails came back, there is no other address, and nothing else was heard of it."),
    CaseOutcome.NOT_FOUND: _("Silent or bounced, and a newer register does not have it."),
    CaseOutcome.REPORTED: _("Said to be closed, merged, a duplicate or not public; waits for one of you."),
    CaseOutcome.CLOSED: _("Closed down, as confirmed by one of you or by a newer register."),
    CaseOutcome.MERGED: _("Part of another sampled workplace, as confirmed by one of you or by a newer register."),
    CaseOutcome.DUPLICATE: _("The same workplace as another one in the sample, as confirmed by one of you."),
    CaseOutcome.NOT_PUBLIC: _("Not a public workplace in the reference period, as confirmed by one of you."),
    CaseOutcome.ERASED: _("Contact data and answers were deleted on request. It stays in the sample."),
    CaseOutcome.NOT_ELIGIBLE: _("Confirmed as not eligible without a report that says why."),
}
RATES: dict[str, tuple[Promise, str]] = {
    "RR1": (_("Response rate: complete, of all that are not known to be ineligible"), "I / (I + P + R + NC + O + U)"),
    "RR2": (_("As RR1, with partials"), "(I + P) / (I + P + R + NC + O + U)"),
    "RR3": (_("Response rate: of the unknown only the share e counts"), "I / (I + P + R + NC + O + e U)"),
    "RR4": (_("As RR3, with partials"), "(I + P) / (I + P + R + NC + O + e U)"),
    "RR5": (_("Response rate: of those known to be eligible"), "I / (I + P + R + NC + O)"),
    "RR6": (_("As RR5, with partials"), "(I + P) / (I + P + R + NC + O)"),
    "COOP1": (_("Cooperation rate: complete, of those contacted"), "I / (I + P + R + O)"),
    "COOP2": (_("As COOP1, with partials"), "(I + P) / (I + P + R + O)"),
    "COOP3": (_("Cooperation rate: of those contacted and able to answer"), "I / (I + P + R)"),
    "COOP4": (_("As COOP3, with partials"), "(I + P) / (I + P + R)"),
    "REF1": (
        _("Refusal rate: refusals and break-offs, of all not known to be ineligible"),
        "R / (I + P + R + NC + O + U)",
    ),
    "REF2": (_("Refusal rate: of the unknown only the share e counts"), "R / (I + P + R + NC + O + e U)"),
    "REF3": (_("Refusal rate: of those known to be eligible"), "R / (I + P + R + NC + O)"),
    "CON1": (
        _("Contact rate: contacted, of all not known to be ineligible"),
        "(I + P + R + O) / (I + P + R + NC + O + U)",
    ),
    "CON2": (_("Contact rate: of the unknown only the share e counts"), "(I + P + R + O) / (I + P + R + NC + O + e U)"),
    "CON3": (_("Contact rate: of those known to be eligible"), "(I + P + R + O) / (I + P + R + NC + O)"),
}
MISSING: dict[Missing, Promise] = {
    Missing.NOTHING_IN_IT: _("no case to count"),
    Missing.NOT_LOOKED_UP: _("silent or bounced units are not looked up in a newer register"),
    Missing.NOTHING_RESOLVED: _("nothing is known of e in one of the levels"),
    Missing.UNKNOWNS_REMAIN: _("units of unknown eligibility remain"),
}
