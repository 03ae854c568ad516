"""Whatever happens to a case can be told on its page."""

from responses.case_texts import EVENTS
from responses.mail import Reason
from responses.mail_texts import LEFT_OUT, REASONS
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import LeftOut


def test_everything_that_can_happen_has_words() -> None:
    assert set(EVENTS) == set(EventKind)
    assert set(LEFT_OUT) == set(LeftOut)
    assert set(REASONS) == set(Reason)
