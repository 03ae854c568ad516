"""Files apart from the answers: own words, paradata, the history of contacts, and the events of cases."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.exports.about import about_of, constant_variables, constants
from responses.exports.own_words import own_words
from responses.exports.study import study_of
from responses.exports.table import Part, Table
from responses.exports.units import FIELDS, REGISTER, pseudonym, second
from responses.models import Call, Case, CaseEvent, ContactAttempt, Response
from responses.models.contact import Mail, mail_names
from responses.variables import Cell, Kind, Privacy, Value, Variable, said, truths
from surveys.models import ContactStep, Round
from surveys.questionnaire.routing import route

Codes: TypeAlias = Iterable[tuple[str, Promise | str]]
Column: TypeAlias = tuple[str, Kind, Promise, Codes]
Cells: TypeAlias = tuple[Cell, ...]

CASE_ID: Column = ("case_id", Kind.TEXT, _("Pseudonym of the workplace in this round"), ())
REG_ID: Column = ("reg_id", Kind.TEXT, _("Register number of the workplace"), ())
WORDS: tuple[Column, ...] = (
    CASE_ID,
    ("variable", Kind.TEXT, _("Variable that the words belong to"), ()),
    ("language", Kind.TEXT, _("Language of the case's mails and pages"), ()),
    ("words", Kind.TEXT, _("What was written"), ()),
)
PARADATA: tuple[Column, ...] = (
    CASE_ID,
    ("submitted", Kind.MARK, _("Submitted"), ()),
    ("mode", Kind.CODE, _("How the answers were given"), Response.Mode.choices),
    ("proxy", Kind.MARK, _("Somebody else than the addressee answered by telephone"), ()),
    ("device", Kind.CODE, _("Device of the last page saved"), Response.Device.choices),
    ("language", Kind.TEXT, _("Language of the case's mails and pages"), ()),
    ("started_at", Kind.TIME, _("First answer saved (time in Copenhagen)"), ()),
    ("submitted_at", Kind.TIME, _("Submitted (time in Copenhagen)"), ()),
    ("minutes", Kind.NUMBER, _("Minutes from the first answer to the submission"), ()),
    ("left_at_page", Kind.TEXT, _("Page of the first question without an answer"), ()),
    ("accepted_checks", Kind.TEXT, _("Questions whose soft check was accepted"), ()),
)
CHANNELS = ContactStep.Channel.choices
CONTACTS: tuple[Column, ...] = (
    CASE_ID,
    ("channel", Kind.CODE, _("Channel"), CHANNELS),
    ("name", Kind.CODE, _("Which mail, letter or call"), mail_names()),
    ("resend", Kind.INTEGER, _("How often it had been sent before"), ()),
    ("at", Kind.TIME, _("When it was sent, or the call was made (time in Copenhagen)"), ()),
    ("status", Kind.CODE, _("What became of the mail"), Mail.Status.choices),
    ("bounced", Kind.MARK, _("The mail came back"), ()),
)
CONTACTS_NAMED: tuple[Column, ...] = (
    ("call_outcome", Kind.CODE, _("What came of the call"), Call.Outcome.choices),
    ("left_out", Kind.TEXT, _("Why the case was left out of the mail"), ()),
    REG_ID,
)
EVENTS: tuple[Column, ...] = (
    CASE_ID,
    ("kind", Kind.TEXT, _("What happened"), ()),
    ("outcome", Kind.TEXT, _("Outcome that staff set"), ()),
    ("at", Kind.TIME, _("When (time in Copenhagen)"), ()),
    REG_ID,
)


def words_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return what was written in own words, screened and free to leave: a row per text."""
    rows = list(_words(round_))
    return _table(round_, privacy, language, "texts", WORDS, rows)


def paradata_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return how each questionnaire was answered: a row per response, also where it was never submitted."""
    return _table(round_, privacy, language, "paradata", PARADATA, _paradata(round_))


def contacts_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return every mail, letter and call about a case: a row each; how calls ended only in a full file."""
    columns, rows = CONTACTS, [*_attempts(round_), *_calls(round_)]
    if privacy is Privacy.FULL:
        return _table(round_, privacy, language, "contacts", (*columns, *CONTACTS_NAMED), rows)
    return _table(round_, privacy, language, "contacts", columns, [row[: len(columns)] for row in rows])


def events_table(round_: Round, privacy: Privacy, language: str) -> Table:
    """Return everything that happened to the cases: a row per event, without who did it."""
    fields = ("case", "kind", "outcome", "at", "case__sample_unit__workplace__register_id")
    events = CaseEvent.objects.filter(case__round=round_).order_by("pk").values_list(*fields)
    rows = [(_id(round_, case), kind, outcome, second(at), reg_id) for case, kind, outcome, at, reg_id in events]
    return _table(round_, privacy, language, "events", EVENTS, rows)


def _table(
    round_: Round, privacy: Privacy, language: str, content: str, columns: Sequence[Column], rows: Iterable[Cells]
) -> Table:
    languages = round_.questionnaire.definition().languages
    variables = (*(_variable(column, languages) for column in columns), *constant_variables(languages))
    ordered = sorted(rows, key=lambda row: str(row[0]))  # stable: within a case in the order in which it came
    about = about_of(round_, content, privacy, language)
    study, same = study_of(round_, languages), constants(about)
    return Table(about, variables, len(ordered), [lambda: ([Part(row), same] for row in ordered)], study=study)


def _variable(column: Column, languages: Sequence[str]) -> Variable:
    name, kind, label, codes = column
    values = tuple(Value(code, place, said(text, languages)) for place, (code, text) in enumerate(codes, 1))
    return Variable(name, kind, said(label, languages), truths(languages) if kind is Kind.MARK else values)


def _id(round_: Round, case: int) -> str:
    return pseudonym(round_, case)


def _words(round_: Round) -> Iterator[Cells]:
    definition = round_.questionnaire.definition()
    cases = Case.objects.of_round(round_).filter(response__submitted_at__isnull=False, response__screening__passes=True)
    for values in cases.order_by("pk").values_list(*FIELDS.values()).iterator(500):
        row = dict(zip(FIELDS, values, strict=True))
        taken = route(definition, {name: row[name] for name in REGISTER}, row["answers"])
        for variable, text in own_words(taken).items():
            yield _id(round_, row["case"]), variable, row["language"], text


def _paradata(round_: Round) -> Iterator[Cells]:
    for response in Response.objects.filter(case__round=round_).select_related("case").order_by("pk").iterator(500):
        submitted = response.submitted_at
        minutes = (submitted - response.started_at) / timedelta(minutes=1) if submitted else None
        yield (
            _id(round_, response.case_id),
            int(submitted is not None),
            response.mode,
            int(response.proxy),
            response.device or None,
            response.case.language,
            second(response.started_at),
            second(submitted) if submitted else None,
            minutes,
            response.resumes_at or None,
            " ".join(response.accepted_checks) or None,
        )


def _attempts(round_: Round) -> Iterator[Cells]:
    """A letter has no mail: it left when its wave was released."""
    attempts = ContactAttempt.objects.filter(case__round=round_).order_by("pk")
    related = attempts.select_related("mail", "step", "wave", "case__sample_unit__workplace")
    for attempt in related.iterator(500):
        mail, wave = attempt.mail, attempt.wave
        name = mail.name if mail else attempt.step.mail_name if attempt.step else None
        at = (mail.handed_over_at if mail else None) or (wave.released_at if wave and not mail else None)
        yield (
            _id(round_, attempt.case_id),
            "email" if mail else "letter",
            name,
            attempt.resend,
            second(at) if at else None,
            mail.status if mail else None,
            int(mail.bounced_at is not None) if mail else None,
            None,
            attempt.left_out or None,
            attempt.case.sample_unit.workplace.register_id,
        )


def _calls(round_: Round) -> Iterator[Cells]:
    calls = Call.objects.filter(case__round=round_).select_related("step", "case__sample_unit__workplace")
    for call in calls.order_by("pk").iterator(500):
        name = call.step.mail_name if call.step else None
        reg_id = call.case.sample_unit.workplace.register_id
        at = second(call.at)
        yield _id(round_, call.case_id), "phone", name, None, at, None, None, call.outcome, None, reg_id
