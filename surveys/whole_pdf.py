"""The whole questionnaire as a PDF; made once per published version, language and level."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from django.core.cache import cache

from barometer.pdf import tagged_pdf
from surveys.answering.whole import whole
from surveys.models import Questionnaire

TEMPLATE = Path(__file__).resolve().parent / "answering" / "whole.typ"
KEPT = timedelta(days=7)


def whole_pdf(questionnaire: Questionnaire, language: str, level: str) -> bytes:
    """Return the PDF; that of a draft is made anew each time."""
    if questionnaire.published_at is None:
        return _made(questionnaire, language, level)
    parts = (questionnaire.pk, questionnaire.published_at.isoformat(), language, level, _template_digest())
    key = "whole-pdf:" + sha256(repr(parts).encode()).hexdigest()
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        pdf = _made(questionnaire, language, level)
        cache.set(key, pdf, KEPT.total_seconds())
    return pdf


def _made(questionnaire: Questionnaire, language: str, level: str) -> bytes:
    return tagged_pdf(TEMPLATE, whole(questionnaire.definition(), language, level))


def _template_digest() -> str:
    """So that a new version of the program does not hand out what an older one has made."""
    return sha256(TEMPLATE.read_bytes()).hexdigest()
