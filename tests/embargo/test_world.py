"""The world itself: no text of any record may be without a canary, or the walk would not see it leak."""

import pytest
from django.apps import apps

from ctportal.files.models import StoredFile
from ctportal.staff.models import ShareLink
from ctportal.workflow.models import AuditEntry, WorkflowStep

from .canaries import HELD, KEPT, OPEN
from .world import KINDS, METADATA, NEVER_PUBLIC, STATES, text_fields

MODELS = [
    model
    for app in ("conferences", "documents")
    for model in apps.get_app_config(app).get_models()
    if not model._meta.proxy and any(text_fields(model))
]
OF_STAFF = (WorkflowStep, ShareLink, AuditEntry)
# Models of the public side whose texts come from the records, or from who publishes, and models without a text of anybody.
# Who has a form open, and what is written with a revision, is named below.
MADE_OF_OTHERS = {
    *("Edition", "Facet", "Relation", "Redirect", "Withdrawal", "LedgerEntry"),
    *("EditionFile", "UnreviewedEdit", "EditionRevision", "ShareOpening", "EpochMark", "Presence"),
}


@pytest.mark.parametrize("model", [*MODELS, StoredFile, *OF_STAFF], ids=lambda model: model.__name__)
def test_every_text_of_every_model_bears_a_canary_of_something_hidden(world, model):
    hidden = {name.what for name in world.canaries.names.values() if any(state in name.case for state in NEVER_PUBLIC)}

    without = [
        name
        for name, *_rest in text_fields(model)
        if not any(what.endswith(f"{model.__name__}.{name}") for what in hidden)
    ]

    assert without == []


def test_no_model_of_the_public_side_is_forgotten():
    ours = ("files", "publishing", "workflow", "staff")
    models = {model.__name__ for app in ours for model in apps.get_app_config(app).get_models()}

    assert models == {model.__name__ for model in (StoredFile, *OF_STAFF)} | MADE_OF_OTHERS


@pytest.mark.parametrize(
    ("what", "side"),
    [
        ("ShareLink.name", HELD),
        ("Presence.user", HELD),
        ("another WorkflowStep.remark", HELD),
        ("AuditEntry.what", KEPT),
    ],
)
def test_what_staff_leave_beside_a_draft_bears_a_canary_in_every_state(world, what, side):
    names = {name.case: name.side for name in world.canaries.names.values() if name.what == what}

    assert names == {f"{kind}, {state}": side for state in STATES for kind in KINDS}


@pytest.mark.parametrize("state", STATES)
def test_a_revision_of_every_hidden_draft_bears_a_canary(world, state):
    names = {name for name in world.canaries.names.values() if name.what == "Revision.comment" and name.side != OPEN}

    assert {f"{kind}, {state}" for kind in KINDS} <= {name.case for name in names}


@pytest.mark.parametrize("state", STATES)
def test_every_original_of_a_photo_bears_canaries_in_each_kind_of_metadata(world, state):
    case = world.cases[state, "photo"]
    originals = [stored for _side, stored in case.files if not stored.variant]

    assert originals
    for stored in originals:
        with stored.file.open() as file:
            found = world.canaries.found(file.read())
        assert {name.what for name in found.values()} == set(METADATA)
