"""The shipped instruments, loaded and published for a test."""

from datetime import datetime

from surveys.actions.questionnaire import load_questionnaire, publish_questionnaire, shipped_document
from surveys.models import Questionnaire

BAROMETER = "innovation-barometer-dk-2018-19"


def shipped(at: datetime, name: str = BAROMETER) -> Questionnaire:
    document = shipped_document(name)
    assert document is not None
    loaded = load_questionnaire(document=document, by=None, at=at).questionnaire
    publish_questionnaire(questionnaire=loaded, by=None, at=at)
    return loaded
