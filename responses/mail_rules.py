"""What staff can write in each mail, and the checks of their words against every kind of reader."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from barometer.problems import Problem
from responses import mail_checks, mail_format
from responses.mail_checks import Need, Rules
from responses.mail_fields import LONGEST, letterhead
from responses.mail_format import EmptyField, Words
from responses.mail_words import (
    KICK_OFF,
    LAST,
    LETTER,
    PARTS,
    RESULT,
    ROUND_FIELDS,
    THANK_YOU,
    Audience,
    Form,
    form_of,
    part,
)
from surveys.models import REMINDERS, AddressKind, ContactStep, Round

PRE_NOTICE = ContactStep.MailName.PRE_NOTICE
OF_SOME = ("answered", "announced", "access", "opt_outs")  # parts that most mails cannot have
OF_ROUND = (
    *(field.value for field in ROUND_FIELDS),
    *("opens", "deadline", "deadline_day", "closing", "closing_day", "period", "years"),
    *("code_address", "privacy_link", "results_link"),
)
OF_CASE = ("workplace", "subject_name", "authority")
NOT_IN_SUBJECT = ("link", "code", "privacy_link", "official_page", "results_link", "help_email", "address")
ELSEWHERE = {  # what not every reader has, and the part that puts it where there is one
    "leader": "opening",
    "address": "selected",
    "count": "selected",
    "lines": "links",
    "code": "links",
    "opt_out_link": "opt_out",
    "workplaces": "answered",
    "opt_outs": "opt_outs",
    "owner": "data",
    "delegate": "delegated",
    "handed_over_on": "delegated",
    "take_back_link": "delegated",
}
FIELDS: Mapping[str, tuple[str, ...]] = {
    KICK_OFF: (*OF_ROUND, "subject_name", "authority", "count", "sender_address", "link_domain"),
    PRE_NOTICE: (*OF_ROUND, *OF_CASE),
    THANK_YOU: (*OF_ROUND, *OF_CASE),
    RESULT: OF_ROUND,
    LETTER: (*OF_ROUND, *OF_CASE, "address", "code"),
}
OF_ALL = ("data", "help", "regards")
PARTS_OF: Mapping[str, tuple[str, ...]] = {
    KICK_OFF: ("opening", "voluntary", *OF_ALL),
    PRE_NOTICE: ("opening", "selected", "announced", "access", "opt_outs", "voluntary", "confidential", *OF_ALL),
    THANK_YOU: ("opening", "answered", *OF_ALL),
    RESULT: ("help", "regards"),
    LETTER: ("opening", "selected", "access", "voluntary", "confidential", *OF_ALL),
}
SENDER = Need("mail_needs_sender", ("{sender}",), "regards")
PRIVACY = Need("mail_needs_privacy", ("{privacy_link}",), "data")
HELP = Need("mail_needs_help", ("{help_phone}", "{help_email}"), "help")
LINK = Need("mail_needs_link", ("{link}", "{lines}"), "links")
CODE = Need("mail_needs_code", ("{code}",), "access")
OPT_OUT = Need("mail_needs_opt_out", ("{opt_out_link}", "{lines}"), "opt_out")
OPT_OUTS = Need("mail_needs_opt_out", ("{opt_out_link}", "{opt_outs}"), "opt_outs")
IS_LAST = Need("mail_needs_last", ("sidste", "last", "final", "sista", "siste", "viimei", "laatste", "síðast"), "")
PRIVACY_OF_RESULT = Need("mail_needs_privacy_link", ("{privacy_link}",), "")
TO_CASES = (SENDER, PRIVACY, HELP, LINK, OPT_OUT)
NEEDS: Mapping[str, tuple[Need, ...]] = {
    KICK_OFF: (SENDER, PRIVACY, HELP),
    PRE_NOTICE: (SENDER, PRIVACY, HELP, OPT_OUTS),
    THANK_YOU: (SENDER, PRIVACY, HELP),
    RESULT: (SENDER, PRIVACY_OF_RESULT, HELP),
    LETTER: (SENDER, PRIVACY, HELP, CODE),
    LAST: (*TO_CASES, IS_LAST),
}
SAYS_VOLUNTARY = ("frivillig", "voluntary", "vapaaehtoi", "vrijwillig", "valfrj")
NOT_VOLUNTARY = (THANK_YOU, RESULT)  # need not say it: nobody is asked for anything any more


def fields_of(name: str) -> tuple[str, ...]:
    """Return the merge fields that staff can use in a mail."""
    return FIELDS.get(name, (*OF_ROUND, *OF_CASE, "link"))


def parts_of(name: str) -> tuple[str, ...]:
    """Return the parts that staff can use in a mail."""
    return PARTS_OF.get(name, tuple(each for each in PARTS if each not in OF_SOME))


def rules(name: str, language: str, *, voluntary: bool) -> Rules:
    needs = NEEDS.get(name, TO_CASES)
    if voluntary and name not in NOT_VOLUNTARY:
        shipped = part("voluntary", next(audiences(name, language, voluntary=True))) or ""
        needs = (*needs, Need("mail_needs_voluntary", (shipped, *SAYS_VOLUNTARY), "voluntary"))
    fields = fields_of(name)
    parts = frozenset(parts_of(name))
    return Rules(
        fields=frozenset(fields),
        elsewhere={field: of for field, of in ELSEWHERE.items() if field not in fields and of in parts},
        in_subject=frozenset(fields) - frozenset(NOT_IN_SUBJECT),
        parts=parts,
        needs=needs,
        is_last=name == LAST,
    )


def audiences(name: str, language: str, *, voluntary: bool) -> Iterator[Audience]:
    """Yield every kind of reader that a mail can have, or a letter that goes by post alone."""
    if name == LETTER:
        yield from readers_of_letter(language, voluntary=voluntary)
        return
    about_cases = name not in (KICK_OFF, RESULT)
    bundles = (False, True) if about_cases else (False,)
    readers = ("owner", "delegate", "both") if about_cases else ("owner",)
    delegated = (False, True) if name in (*REMINDERS, LAST) else (False,)
    for kind, bundle, reader, silent in product(AddressKind.values, bundles, readers, delegated):
        if bundle or reader != "both":
            yield Audience(
                language=language,
                kind=kind,
                readers=reader,
                delegated=silent,
                bundle=bundle,
                voluntary=voluntary,
                rehearsal=False,
                form=form_of(name),
            )


def readers_of_letter(language: str, *, voluntary: bool) -> Iterator[Audience]:
    """Yield every kind of reader of a letter that has the way to the questionnaire."""
    for kind in (AddressKind.PERSON, AddressKind.WORKPLACE):
        yield Audience(
            language=language,
            kind=kind.value,
            readers="owner",
            delegated=False,
            bundle=False,
            voluntary=voluntary,
            rehearsal=False,
            form=Form.LETTER,
            access=True,
        )


def problems(words: Words, name: str, language: str, round_: Round) -> list[Problem]:
    """Return what is wrong with words for a mail of a round; empty when they can be sent to every kind of reader."""
    rules_ = rules(name, language, voluntary=round_.voluntary)
    found = mail_checks.problems(words, rules_)
    if found:
        return found
    bodies = [_expanded(words.body, audience) for audience in audiences(name, language, voluntary=round_.voluntary)]
    found = mail_checks.missing(bodies, rules_)
    if name == PRE_NOTICE:  # it can go by post
        letters = readers_of_letter(language, voluntary=round_.voluntary)
        found += mail_checks.missing([_expanded(words.body, each) for each in letters], replace(rules_, needs=(CODE,)))
    values = letterhead(round_, language) | {field: "x" * most for field, most in LONGEST.items()} | {"count": "9999"}
    try:
        return found + mail_checks.too_long(mail_format.fill(words.subject, values))
    except EmptyField:  # a text of the round that is not written yet
        return found


def _expanded(body: str, audience: Audience) -> str:
    body = body.replace("{link}", "{lines}") if audience.bundle else body
    return mail_format.expand(body, lambda name: part(name, audience))
