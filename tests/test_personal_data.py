"""Every field of every model is known to be personal or not."""

import pytest
from django.apps import apps
from django.db import models

from barometer.personal_data import FIELDS

MODELS = [model for app in ("barometer", "surveys", "responses") for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_is_listed_as_personal_or_not(model: type[models.Model]) -> None:
    fields = FIELDS[model._meta.label]
    personal, other = set(fields.personal.split()), set(fields.other.split())
    own = [*model._meta.fields, *model._meta.many_to_many]
    assert personal | other == {field.name for field in own if not isinstance(field, models.AutoField)}
    assert not personal & other


def test_no_model_is_listed_that_does_not_exist() -> None:
    assert set(FIELDS) == {model._meta.label for model in MODELS}
