"""Steps that go to no case: the kick-off to contact persons of authorities, the results to who asked for them."""

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from django.db.models import Count

from barometer.addresses import domain_of
from responses.models import Mail, ResultRequest
from surveys.models import AuthorityContact, ContactStep, Round, SampleUnit

TO_NO_CASE = (ContactStep.MailName.KICK_OFF, ContactStep.MailName.RESULT)
# An authority with fewer sampled workplaces than this gets no kick-off: there is little to coordinate.
LEAST_UNITS_FOR_KICK_OFF = 5

# Whether the day of a case (0 for none) of an authority ("" for none) has come.
Due: TypeAlias = Callable[[int, str], bool]


def mails_to_no_case(step: ContactStep, due: Due) -> list[Mail]:
    """Return the mails of a step for those who are due and have none yet, not stored; at most three queries."""
    if step.mail_name == ContactStep.MailName.KICK_OFF:
        return list(_kick_off(step, due))
    return list(_results(step)) if due(0, "") else []


def kick_off_contacts(round_: Round) -> list[AuthorityContact]:
    """Return the contact persons of the authorities with enough sampled workplaces; two queries."""
    units = sampled_units(round_)
    contacts = AuthorityContact.objects.filter(round=round_).order_by("authority_code")
    return [contact for contact in contacts if units.get(contact.authority_code, 0) >= LEAST_UNITS_FOR_KICK_OFF]


def sampled_units(round_: Round) -> dict[str, int]:
    """Return the number of sampled workplaces by authority code; one query."""
    units = SampleUnit.objects.filter(sample__round=round_).order_by()
    return dict(units.values_list("workplace__authority_code").annotate(Count("pk")))


def _kick_off(step: ContactStep, due: Due) -> Iterator[Mail]:
    written_to = set(step.mails.values_list("authority_code", flat=True))
    for contact in kick_off_contacts(step.round):
        if contact.authority_code not in written_to and due(0, contact.authority_code):
            mail = _mail(step, contact.email, contact.language)
            mail.authority_contact, mail.authority_code = contact, contact.authority_code
            yield mail


def _results(step: ContactStep) -> Iterator[Mail]:
    """Yield one mail per address, however often it was left."""
    written_to = {address.casefold() for address in step.mails.values_list("address", flat=True)}
    for request in ResultRequest.objects.filter(round=step.round_id).order_by("pk"):
        if request.email.casefold() not in written_to:
            written_to.add(request.email.casefold())
            mail = _mail(step, request.email, request.language)
            mail.result_request = request
            yield mail


def _mail(step: ContactStep, address: str, language: str) -> Mail:
    languages: Collection[str] = step.round.languages
    return Mail(
        round_id=step.round_id,
        step=step,
        name=step.mail_name,
        address=address,
        domain=domain_of(address),
        language=language if language in languages else next(iter(languages)),
    )
