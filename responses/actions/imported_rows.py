"""Store the units of an import as frame, sample, cases and responses: by COPY, each kind at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from barometer.bulk import copy_rows
from barometer.models import User
from responses.case_search import search_row
from responses.importing.reading import EVERYBODY, Import, Row
from responses.importing.strata import KNOWN
from responses.importing.strata import Stratum as Said
from responses.models import Case, CaseEvent, CaseSearch, LinkHolder, Response
from responses.statistics.dispositions import EventKind, standing
from surveys.models import AddressKind, Round, Sample, SampleUnit, Stratum, Workplace
from surveys.sampling import permanent_random_number

OPENED = (EventKind.OPENED,)
SUBMITTED = (EventKind.OPENED, EventKind.SUBMITTED)
NOT_ELIGIBLE = (EventKind.OPENED, EventKind.INELIGIBLE_CONFIRMED)


@dataclass(frozen=True, slots=True)
class _Member:
    """A unit of the sample: a row of the file, or one that is only counted; ``events`` are what happened to it."""

    id: str
    stratum: str
    register: Mapping[str, str | int]
    events: tuple[EventKind, ...]
    row: Row | None = None


def store_rows(round_: Round, found: Import, sha256: str, *, by: User | None) -> dict[int, float]:
    """Store frame, strata, sample, cases, events and responses of a round that has just been made.

    Returns: the ready weights, by primary key of the case.

    There are no contacts. The owner that every case has is without name, address and number, and the link was retired
    at the close: nobody can be written to, and no link opens anything.
    """
    strata = _strata(round_, found, sha256, by)
    members = [*_of_rows(found), *_only_counted(found)]
    copy_rows(Workplace, [_workplace(round_, member) for member in members])
    workplaces = {workplace.register_id: workplace for workplace in Workplace.objects.of_round(round_)}
    copy_rows(SampleUnit, [_unit(strata[member.stratum], workplaces[member.id]) for member in members])
    units = dict(SampleUnit.objects.filter(sample__round=round_).values_list("workplace", "pk"))
    copy_rows(Case, [_case(round_, member, units[workplaces[member.id].pk]) for member in members])
    of_unit = {case.sample_unit_id: case for case in Case.objects.of_round(round_)}
    cases = [of_unit[units[workplaces[member.id].pk]] for member in members]
    pairs = list(zip(members, cases, strict=True))
    copy_rows(CaseSearch, [search_row(case, workplaces[member.id]) for member, case in pairs])
    copy_rows(LinkHolder, [_owner(round_, case) for case in cases])
    copy_rows(CaseEvent, [event for member, case in pairs for event in _events(round_, member, case)])
    copy_rows(
        Response, [_response(round_, member.row, case) for member, case in pairs if member.row and member.row.eligible]
    )
    return {case.pk: member.row.unit.weight for member, case in pairs if member.row and member.row.unit.weight}


def _strata(round_: Round, found: Import, sha256: str, by: User | None) -> dict[str, Stratum]:
    """Store the sample with its strata; of one without a sample size what is known of it was drawn."""
    known = Counter(row.unit.stratum or EVERYBODY for row in found.rows)
    sizes = {each.code: each.sample or known[each.code] + each.ineligible or 1 for each in found.strata}
    sample = Sample.objects.create(
        round=round_,
        size=sum(sizes.values()),
        start=0.0,
        minimum_per_stratum=1,
        frame_sha256=sha256,
        sampling_key_fingerprint="",
        drawn_at=_moment(round_.opened_at),
        drawn_by=by,
    )
    covers = _covers(found)
    return {
        stratum.code: stratum
        for stratum in Stratum.objects.bulk_create(
            _stratum(sample, each, sizes[each.code], covers[each.code]) for each in found.strata
        )
    }


def _stratum(sample: Sample, said: Said, size: int, covers: Mapping[str, Sequence[str]]) -> Stratum:
    return Stratum(
        sample=sample,
        code=said.code,
        level=covers["level"][0] if len(covers["level"]) == 1 else "",
        industry_groups=list(covers["industry_group"]),
        size_classes=list(covers["size_class"]),
        population_size=said.population,
        sample_size=size,
    )


def _covers(found: Import) -> dict[str, Mapping[str, Sequence[str]]]:
    """Return what each stratum is made of: as the files say it, or as its rows have it.

    Two strata that are made of the same are told apart by their codes alone, and keep only the level.
    """
    seen: dict[str, dict[str, set[str]]] = {each.code: {name: set() for name in KNOWN} for each in found.strata}
    for row in found.rows:
        for name, codes in seen[row.unit.stratum or EVERYBODY].items():
            codes.add(str(row.unit.register.get(name, "")))
    covers: dict[str, Mapping[str, Sequence[str]]] = {}
    for each in found.strata:
        made_of = {
            name: () if "" in codes else sorted(codes, key=KNOWN[name].index) for name, codes in seen[each.code].items()
        }
        covers[each.code] = each.covers or made_of
    alike = Counter(_key(each) for each in covers.values())
    return {
        code: each if alike[_key(each)] == 1 else {**each, "industry_group": (), "size_class": ()}
        for code, each in covers.items()
    }


def _key(covers: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(covers[name]) for name in KNOWN)


def _of_rows(found: Import) -> Iterator[_Member]:
    for row in found.rows:
        events = SUBMITTED if row.eligible else NOT_ELIGIBLE
        yield _Member(row.unit.id, row.unit.stratum or EVERYBODY, row.unit.register, events, row)


def _only_counted(found: Import) -> Iterator[_Member]:
    """Yield the units that are known by their number alone: not eligible, or in the sample and silent."""
    rows = Counter(row.unit.stratum or EVERYBODY for row in found.rows)
    covers = _covers(found)
    for place, each in enumerate(found.strata, 1):
        register = {name: codes[0] for name, codes in covers[each.code].items() if len(codes) == 1}
        silent = max(0, each.sample - rows[each.code] - each.ineligible)
        for number in range(each.ineligible):
            yield _Member(f"~{place}-{number + 1}", each.code, register, NOT_ELIGIBLE)
        for number in range(each.ineligible, each.ineligible + silent):
            yield _Member(f"~{place}-{number + 1}", each.code, register, OPENED)


def _workplace(round_: Round, member: _Member) -> Workplace:
    return Workplace(
        round=round_,
        register_id=member.id,
        name=member.id,
        permanent_random_number=permanent_random_number(member.id, settings.SAMPLING_KEY),
        **{"employees": 0, **member.register},
    )


def _unit(stratum: Stratum, workplace: Workplace) -> SampleUnit:
    return SampleUnit(
        sample_id=stratum.sample_id,
        workplace=workplace,
        stratum=stratum,
        inclusion_probability=stratum.sampling_fraction,
    )


def _case(round_: Round, member: _Member, unit: int) -> Case:
    disposition, outcome = standing((kind, "") for kind in member.events)
    language = (member.row.unit.language if member.row else "") or round_.languages[0]
    return Case(round=round_, sample_unit_id=unit, language=language, disposition=disposition, outcome=outcome)


def _owner(round_: Round, case: Case) -> LinkHolder:
    return LinkHolder(case=case, address_kind=AddressKind.WORKPLACE, retired_at=round_.closed_at)


def _events(round_: Round, member: _Member, case: Case) -> Iterator[CaseEvent]:
    ended = (member.row.unit.submitted if member.row else None) or _moment(round_.closed_at)
    for kind in member.events:
        at = _moment(round_.opened_at) if kind == EventKind.OPENED else ended
        yield CaseEvent(case=case, kind=kind, at=at)


def _response(round_: Round, row: Row, case: Case) -> Response:
    """Return a response that counts as submitted at the close when the file does not say when it was."""
    submitted = row.unit.submitted or _moment(round_.closed_at)
    return Response(
        case=case,
        questionnaire_id=round_.questionnaire_id,
        answers=row.answers,
        mode=row.unit.mode or Response.Mode.WEB,
        proxy=row.unit.proxy,
        started_at=row.unit.started or submitted,
        submitted_at=submitted,
    )


def _moment(at: datetime | None) -> datetime:
    assert at is not None, "an imported round is opened and closed before its rows are stored"
    return at
