"""One tiny questionnaire document per routing behaviour."""

from pathlib import Path

from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.document import from_yaml

FOLDER = Path(__file__).resolve().parent
SHIPPED = FOLDER.parent.parent / "surveys" / "questionnaires"
BAROMETER = "innovation-barometer-dk-2018-19"
STRATEGY = "innovation-strategy-dk-2015-16"


def document(name: str) -> str:
    """The text of a tiny document, or of a shipped instrument."""
    path = FOLDER / f"{name}.yaml"
    return (path if path.exists() else SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")


def read(name: str) -> Questionnaire:
    """The questionnaire of a document, which must have no problem at all."""
    questionnaire, problems = from_yaml(document(name))
    assert questionnaire is not None, problems
    assert problems == []
    return questionnaire
