"""The world itself: no text of any record may be without a canary, or the walk would not see it leak."""

import pytest
from django.apps import apps

from ctportal.publishing.models import StoredFile

from .world import NEVER_PUBLIC, text_fields

MODELS = [
    model
    for app in ("conferences", "documents")
    for model in apps.get_app_config(app).get_models()
    if not model._meta.proxy and any(text_fields(model))
]


@pytest.mark.parametrize("model", [*MODELS, StoredFile], ids=lambda model: model.__name__)
def test_every_text_of_every_model_bears_a_canary_of_something_hidden(world, model):
    hidden = {name.what for name in world.canaries.names.values() if any(state in name.case for state in NEVER_PUBLIC)}

    without = [
        name
        for name, *_rest in text_fields(model)
        if not any(what.endswith(f"{model.__name__}.{name}") for what in hidden)
    ]

    assert without == []
