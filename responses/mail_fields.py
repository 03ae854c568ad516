"""The merge fields of mails: what stands for {workplace}, {deadline} and the rest."""

from collections.abc import Mapping
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from barometer.formats import moment, weekday_date
from responses import coordination, links
from responses.cleaning import clean, clean_name, shorten
from responses.mail_words import ROUND_FIELDS, staff_words
from responses.models import ContactAttempt, CoordinatorMail, HandOver, Mail, Notice
from responses.statistics.dispositions import EventKind
from surveys.models import AuthorityContact, Questionnaire, Round, SampleUnit

MOST_SUBJECT_NAME = 36  # characters
PERSONAL_LINKS = {
    "link": links.ANSWER,
    "opt_out_link": links.OPT_OUT,
    "take_back_link": links.TAKE_BACK,
    "return_link": links.GIVE_BACK,
}
LINK_FIELDS = (*PERSONAL_LINKS, "privacy_link", "results_link", "coordinator_link")
LONGEST = {"workplace": 120, "address": 120, "authority": 80, "subject_name": MOST_SUBJECT_NAME}  # of a case
OF_ONE_CASE = ("address", "link", "opt_out_link", "code")  # what a bundle has in its lines


def letterhead(round_: Round, language: str) -> dict[str, str]:
    """Return what is the same in all mails of a round in one language; three queries, however many mails.

    The merge fields; the words that staff have written (``mail_words.key``); and how many workplaces of an authority
    that has a contact are sampled (``count:751``).
    """
    texts = round_.texts_in(language)
    first, last = _reference_years(round_.questionnaire)
    official_page = clean(texts.get("official_page", ""))
    with translation.override(language):
        return {
            **{field.value: clean(texts.get(field, "")) for field in ROUND_FIELDS},
            "opens": weekday_date(round_.opens_on),
            "deadline": weekday_date(round_.deadline),
            "deadline_day": date_format(round_.deadline, "j. F" if language == "da" else "j F"),
            "closing": weekday_date(round_.closes_on),
            "closing_day": date_format(round_.closes_on, "j. F" if language == "da" else "j F"),
            "period": first if first == last else f"{first}-{last[2:]}",
            "years": first if first == last else _("%(first)s or %(last)s") % {"first": first, "last": last},
            "code_address": f"{urlsplit(settings.SITE_URL).netloc}/s",
            "privacy_link": f"{settings.SITE_URL}/privacy/{round_.slug}/?lang={language}",
            "results_link": official_page,
            "sender_address": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            "link_domain": urlsplit(settings.SITE_URL).netloc,
            **staff_words(round_, language),
            **_sampled(round_),
        }


def fields_of_line(line: ContactAttempt) -> dict[str, str]:
    """Return the merge fields of one case, in the active language."""
    workplace = line.case.sample_unit.workplace
    name = clean(workplace.name, LONGEST["workplace"])
    return {
        "leader": clean_name(line.holder.name),
        "workplace": name,
        "subject_name": shorten(name, MOST_SUBJECT_NAME),
        "address": clean(workplace.address, LONGEST["address"]),
        "authority": clean(workplace.authority, LONGEST["authority"]),
        **{field: f"⟦{field}:{line.holder_id}⟧" for field in (*PERSONAL_LINKS, "code")},
        **_hand_over_fields(line.silent_delegate or getattr(line.holder, "hand_over", None)),
    }


def fields_of_bundle(number: int) -> dict[str, str]:
    """Return what takes the place of a case's fields when a mail is about several, in the active language."""
    workplaces = _("%(count)d workplaces") % {"count": number}
    several = {"count": str(number), "workplace": workplaces, "subject_name": workplaces}
    return dict.fromkeys(OF_ONE_CASE, "") | several


def fields_of_notice(mail: Mail) -> dict[str, str]:
    """Return the merge fields that come from what a notice tells of, in the active language."""
    if mail.cause is None:
        return {}
    if mail.cause.kind == EventKind.SUBMITTED:
        return {"submitted_at": moment(mail.cause.at)}
    if mail.name == Notice.CONTACT_CHANGED:
        return {"owner": shorten(clean_name(coordination.name_at(mail)), MOST_SUBJECT_NAME) or _("the head")}
    return _hand_over_fields(getattr(mail.cause.holder, "hand_over", None))


def fields_of_authority(mail: Mail, common: Mapping[str, str]) -> dict[str, str]:
    """Return the merge fields of a mail to an authority about all its workplaces; none for one about the results."""
    contact = mail.authority_contact
    if contact is None:
        return {}
    name = clean(contact.authority, LONGEST["authority"])
    return {
        "leader": clean_name(contact.name),
        "authority": name,
        "subject_name": shorten(name, MOST_SUBJECT_NAME),
        "count": common.get(f"count:{contact.authority_code}", ""),
        **(_fields_of_coordinator(contact) if mail.name in CoordinatorMail.values else {}),
    }


def _fields_of_coordinator(contact: AuthorityContact) -> dict[str, str]:
    secrets = {field: f"⟦{field}:{contact.pk}⟧" for field in ("coordinator_link", "coordinator_code")}
    return secrets | {"expiry": weekday_date(contact.coordinator.expires_at)}


def _sampled(round_: Round) -> dict[str, str]:
    codes = round_.authority_contacts.order_by().values("authority_code")
    units = SampleUnit.objects.filter(sample__round=round_, workplace__authority_code__in=codes).order_by()
    counted = units.values_list("workplace__authority_code").annotate(Count("pk"))
    return {f"count:{code}": str(number) for code, number in counted}


def _hand_over_fields(given: HandOver | None) -> dict[str, str]:
    """Return who handed over to whom and when, in the active language."""
    if given is None:
        return {}
    names = {"owner": given.given_by, "delegate": given.holder.name}
    fields = {field: shorten(clean_name(name), MOST_SUBJECT_NAME) for field, name in names.items()}
    return fields | {"handed_over_on": weekday_date(given.began_at)}


def _reference_years(questionnaire: Questionnaire) -> tuple[str, str]:
    return str(questionnaire.reference_start.year), str(questionnaire.reference_end.year)
