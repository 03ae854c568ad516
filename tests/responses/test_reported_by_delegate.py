"""A delegate says that the workplace is gone: the owner sees it, and can take the task back and mend it."""

import pytest
from django.test import Client

from responses import links
from responses.models import LinkHolder
from responses.statistics.dispositions import Disposition
from tests.factories import NOON, make_case, make_holder, make_open_round, refreshed
from tests.instruments import shipped
from tests.leaders import link, report_closed

pytestmark = pytest.mark.django_db

Role, Standing = LinkHolder.Role, LinkHolder.Standing


@pytest.fixture
def delegate() -> LinkHolder:
    """Has reported that the workplace has closed."""
    case = make_case(make_open_round(questionnaire=shipped(NOON)))
    holder = make_holder(case, Role.DELEGATE)
    report_closed(Client(), holder)
    assert refreshed(case).disposition == Disposition.INELIGIBLE_REPORTED
    return holder


@pytest.fixture
def owner(delegate: LinkHolder) -> LinkHolder:
    return LinkHolder.objects.get(case=delegate.case_id, role=Role.OWNER)


def test_the_owner_who_passed_the_task_on_sees_the_report_and_no_answers(client: Client, owner: LinkHolder) -> None:
    for path in (link(owner), link(owner, "answer-page", 1), link(owner, "answer-review")):
        text = client.get(path, {"lang": "en"}).content.decode()
        assert "The workplace has been reported as closed or merged with another." in text
        assert 'name="unit_confirm"' not in text


@pytest.mark.parametrize(("name", "purpose"), [("take-back", links.ANSWER), ("take-back-by-mail", links.TAKE_BACK)])
def test_the_owner_takes_the_task_back_and_changes_the_answer(
    client: Client, owner: LinkHolder, delegate: LinkHolder, name: str, purpose: str
) -> None:
    path = link(owner, name).replace(links.token(links.ANSWER, owner), links.token(purpose, owner))
    assert client.post(path, {"decision": str(delegate.pk)}).status_code == 303
    assert refreshed(delegate).standing == Standing.ENDED
    assert refreshed(owner).standing == Standing.WORKS
    assert 'name="unit_confirm"' in client.get(link(owner, "answer-page", 1)).content.decode()


def test_the_delegate_can_give_the_task_back(client: Client, owner: LinkHolder, delegate: LinkHolder) -> None:
    assert client.post(link(delegate, "give-back"), {"decision": "give-back"}).status_code == 303
    assert refreshed(owner).standing == Standing.WORKS
