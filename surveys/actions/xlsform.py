"""Make a draft of an XLSForm, and settle what could not be taken over."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from surveys.actions.draft import keep_snapshot
from surveys.actions.questionnaire import DocumentRefused, VersionTaken, write_rows
from surveys.models import Act, ImportRemark, Part, Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire.checks import check
from surveys.xlsform.reading import Header, read_xlsform

LONGEST_PLACE = 120
OF_HEADER = frozenset({"bad_slug", "bad_version", "bad_country", "bad_language", "period_backwards"})


@transaction.atomic
def import_xlsform(*, data: bytes, header: Header, by: User | None, at: datetime) -> Questionnaire:
    """Write a draft with all that could be taken over; what could not is kept as remarks that block publishing.

    Raises: DocumentRefused when the file cannot be read at all, or for a bad header; VersionTaken.
    """
    found = read_xlsform(data, header)
    if found.questionnaire is None:
        raise DocumentRefused(found.remarks)
    bad_header = [problem for problem in check(found.questionnaire) if problem.code in OF_HEADER]
    if bad_header:
        raise DocumentRefused(bad_header)
    there = Questionnaire.objects.filter(code=header.code, version=header.version).first()
    if there is not None:
        raise VersionTaken(there)
    draft = Questionnaire(code=header.code, version=header.version)
    write_rows(draft, found.questionnaire)
    ImportRemark.objects.bulk_create(
        ImportRemark(
            questionnaire=draft,
            number=number,
            code=problem.code,
            where=problem.where[:LONGEST_PLACE],
            params=dict(problem.params),
        )
        for number, problem in enumerate(found.remarks, start=1)
    )
    keep_snapshot(draft, act=Act.LOADED, part=Part.QUESTIONNAIRE, by=by, at=at)
    facts = {"file_sha256": hashlib.sha256(data).hexdigest(), "remarks": len(found.remarks)}
    audit.record("questionnaire.imported", target=str(draft), by=by, at=at, facts=facts)
    return draft


@transaction.atomic
def settle_remarks(
    *, questionnaire: Questionnaire, numbers: Collection[int], reason: str, by: User | None, at: datetime
) -> int:
    """Note that a person has mended, or accepts the loss of, what these remarks say; return how many are new to that.

    Raises: QuestionnaireFrozen; ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a remark is settled for a reason")
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if locked.published_at is not None:
        raise QuestionnaireFrozen
    remarks = list(locked.import_remarks.unsettled().filter(number__in=numbers).order_by("number"))
    if remarks:
        locked.import_remarks.filter(pk__in=[remark.pk for remark in remarks]).update(settled_at=at, settled_by=by)
        facts = {"remarks": [f"{remark.where} {remark.code}" for remark in remarks]}
        audit.record(
            "questionnaire.import_settled", target=str(locked), by=by, at=at, reason=reason.strip(), facts=facts
        )
    return len(remarks)
