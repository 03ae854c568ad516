"""What a mail would look like to one of its readers. Nothing is stored, and its links open nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from responses import links
from responses import mail as mails
from responses.mail_fields import PERSONAL_LINKS
from responses.mail_format import Words
from responses.mail_words import KICK_OFF, RESULT, Form, form_of
from responses.models import Case, ContactAttempt, LinkHolder, Mail
from responses.references import case_of
from surveys.models import AddressKind, AuthorityContact, ContactStep, Round, SampleUnit, Workplace, WorkplaceContact

MOST_LINES = 20  # of a bundle that is shown
DUMMY_LINK, DUMMY_CODE = "example-link-opens-nothing", "0000-0000-0000"  # neither is ever given out
FRAGMENT = re.compile(r"<div[^>]*>(.*)</div>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whom a mail goes to, with what it is about.

    Attributes:
        number: where the reader stands among all that can be chosen; 0 for one that is made up.
        title: what staff know them by.
        language: that of the mail.
    """

    number: int
    title: str
    language: str
    lines: Sequence[ContactAttempt] = ()
    contact: AuthorityContact | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as it would be read, with dummies for its secrets; a letter has no HTML."""

    subject: str
    text: str
    html: str

    @property
    def fragment(self) -> SafeString:
        """Return what the HTML twin shows, without the page around it; every text in it has been escaped."""
        found = FRAGMENT.search(self.html)
        return mark_safe(found[1] if found else "")


def find(round_: Round, name: str, words: str = "", *, number: int = 0, after: bool = False) -> Reader | None:
    """Return a reader: the first that the words name, or that with this number, or the next one after it.

    Without words the first one there is; a round without any gets one that is made up. None when the words name none.
    ``words`` are a part of a workplace's name, its register number, or the reference of a case.
    """
    if name == RESULT:
        return Reader(0, "", round_.languages[0])
    found = _authorities(round_, words) if name == KICK_OFF else _workplaces(round_, words)
    first = None
    if not words and number:
        first = found.filter(pk__gt=number).first() if after else found.filter(pk=number).first()
    first = first or found.first()
    if isinstance(first, AuthorityContact):
        return Reader(first.pk, first.authority, _language(round_, first.language), contact=first)
    if first is not None:
        return _reader(round_, name, first)
    return None if words else _made_up(round_, name)


def show(round_: Round, name: str, words: Words, reader: Reader, language: str) -> Shown:
    """Return the mail in these words as this reader would get it, in a language of the round.

    Raises: Unwritable.
    """
    mail = Mail(round=round_, name=name, language=language, authority_contact=reader.contact)
    mail.step = _step(round_, name)
    common = mails.letterhead(round_, language)
    if reader.contact is not None:
        common.setdefault(f"count:{reader.contact.authority_code}", "12")
    written = mails.compose(mail, reader.lines, common, words)
    secrets = _dummies(reader.lines)
    return Shown(written.subject, mails.reveal(written.text, secrets), mails.reveal(written.html, secrets))


def goes_by_post(round_: Round, name: str) -> bool:
    step = _step(round_, name)
    return form_of(name, step.channel if step else "") is Form.LETTER


def _step(round_: Round, name: str) -> ContactStep | None:
    return round_.contact_steps.filter(mail_name=name).first()


def _dummies(lines: Sequence[ContactAttempt]) -> Mapping[str, str]:
    secrets = {}
    for line in lines:
        for field, purpose in PERSONAL_LINKS.items():
            secrets[f"{field}:{line.holder_id}"] = f"{settings.SITE_URL}/{links.PATHS[purpose]}/{DUMMY_LINK}/"
        secrets[f"code:{line.holder_id}"] = DUMMY_CODE
    return secrets


def _authorities(round_: Round, words: str) -> QuerySet[AuthorityContact]:
    contacts = AuthorityContact.objects.filter(round=round_).order_by("pk")
    return contacts.filter(Q(authority__icontains=words) | Q(authority_code=words)) if words else contacts


def _workplaces(round_: Round, words: str) -> QuerySet[Workplace]:
    """Return the sampled workplaces of a round, or those of its frame when no sample has been drawn."""
    workplaces = Workplace.objects.of_round(round_).select_related("contact", "sample_unit__case").order_by("pk")
    if SampleUnit.objects.filter(sample__round=round_).exists():
        workplaces = workplaces.filter(sample_unit__isnull=False)
    if words:
        named = Q(name__icontains=words) | Q(register_id=words)
        if (case := case_of(words)) is not None:
            named |= Q(sample_unit__case=case)
        workplaces = workplaces.filter(named)
    return workplaces


def _reader(round_: Round, name: str, workplace: Workplace) -> Reader:
    """Return who is written to about a workplace, with all the others that one mail would be about."""
    of_round = LinkHolder.objects.filter(case__round=round_, role=LinkHolder.Role.OWNER)
    holders = of_round.select_related("hand_over", "case__sample_unit__workplace").order_by("case_id")
    owner = holders.filter(case__sample_unit__workplace=workplace).first()
    if owner is None:  # the round has not been opened yet
        owner = _to_be(round_, workplace)
        return _about(round_, workplace, [owner])
    bundle = [owner]
    if owner.email and not goes_by_post(round_, name):
        same = Q(email__iexact=owner.email, case__sample_unit__workplace__authority_code=workplace.authority_code)
        bundle += list(holders.filter(same).exclude(pk=owner.pk)[: MOST_LINES - 1])
    return _about(round_, workplace, bundle)


def _about(round_: Round, workplace: Workplace, holders: Sequence[LinkHolder]) -> Reader:
    lines = [ContactAttempt(case=holder.case, holder=holder) for holder in holders]
    return Reader(workplace.pk or 0, workplace.name, _language(round_, holders[0].case.language), lines)


def _to_be(round_: Round, workplace: Workplace) -> LinkHolder:
    """Return the holder that a workplace would have; nothing is stored, and no row has its number."""
    contact = getattr(workplace, "contact", None) or WorkplaceContact(kind=AddressKind.PERSON, language="")
    unit = SampleUnit(pk=0, workplace=workplace)
    case = Case(pk=0, round=round_, sample_unit=unit, language=contact.language)
    return LinkHolder(pk=0, case=case, name=contact.leader, email=contact.email, address_kind=contact.kind)


def _made_up(round_: Round, name: str) -> Reader:
    """Return a reader for a round without a frame, in words of its first language."""
    language = round_.languages[0]
    with translation.override(language):
        workplace, leader, authority = _("The Example Kindergarten"), _("Pat Example"), _("The Example Municipality")
    if name == KICK_OFF:
        return Reader(
            0, authority, language, contact=AuthorityContact(authority=authority, name=leader, authority_code="0")
        )
    made = Workplace(pk=0, name=workplace, address="Eksempelvej 1, 9999 Eksempelby", authority=authority)
    made.contact = WorkplaceContact(leader=leader, kind=AddressKind.PERSON, language=language)
    return _about(round_, made, [_to_be(round_, made)])


def _language(round_: Round, language: str) -> str:
    return language if language in round_.languages else str(round_.languages[0])
