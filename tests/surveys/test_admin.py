"""Administration shows the rows of this app and changes none."""

import pytest
from django.db.models import Model
from django.urls import reverse

from barometer.models import User
from surveys.admin import MODELS
from tests.factories import make_sample
from tests.people import browser_of

pytestmark = pytest.mark.django_db


@pytest.mark.each_database
@pytest.mark.parametrize("model", MODELS)
def test_rows_can_be_seen_and_neither_added_changed_nor_deleted(model: type[Model]) -> None:
    make_sample()
    browser = browser_of(User.objects.create_superuser("dana"))
    name = f"admin:surveys_{model._meta.model_name}"
    listing = browser.get(reverse(f"{name}_changelist"))
    assert listing.status_code == 200
    assert '<a href="/was/">' in listing.content.decode()
    assert browser.get(reverse(f"{name}_add")).status_code == 403
    if row := model._default_manager.order_by("pk").first():
        assert browser.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert browser.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
        assert browser.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
