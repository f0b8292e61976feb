"""What rows of the public side are called in messages, logs and the admin."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from ctportal.files.models import StoredFile
from ctportal.publishing import models
from ctportal.staff.models import Presence, ShareLink, ShareOpening
from ctportal.workflow.models import AuditEntry, EditionRevision, UnreviewedEdit, WorkflowStep

UID, OTHER = UUID(int=1), UUID(int=2)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EDITION = {"type": "document", "slug": "release", "uid": UID, "public_from": AT}
RELEASE = "document release from 2026-03-02 09:00:00 UTC"
LINK = ShareLink(name="The press office", uid=UID)
FILE = StoredFile(name="opening.pdf", key="k" * 32)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (models.Edition(**EDITION), RELEASE),
        (models.Edition(**EDITION | {"slug": ""}), f"document {UID} from 2026-03-02 09:00:00 UTC"),
        (EditionRevision(edition=models.Edition(**EDITION), revision_id=4, language="fr"), f"{RELEASE} ← 4 fr"),
        (EditionRevision(edition=models.Edition(**EDITION), revision_id=4), f"{RELEASE} ← 4"),
        (models.Facet(name="year", value="2026"), "year=2026"),
        (models.Relation(name="parent", target=UID), f"parent → {UID}"),
        (models.Redirect(uid=UID, target=OTHER), f"{UID} → {OTHER}"),
        (FILE, "opening.pdf"),
        (models.EditionFile(file=FILE), "opening.pdf"),
        (models.Withdrawal(reason="Wrong date"), "Wrong date"),
        (models.LedgerEntry(action="ended", uid=UID), f"ended {UID}"),
        (WorkflowStep(action="approved", uid=UID), f"approved {UID}"),
        (LINK, f"The press office: {UID}"),
        (ShareOpening(link=LINK, at=AT), f"The press office: {UID} 2026-03-02 09:00"),
        (
            AuditEntry(at=AT, who="editor", kind="sign-in", outcome="failed"),
            "2026-03-02 09:00:00 UTC editor sign-in failed",
        ),
        (models.EpochMark(value="x7"), "x7"),
    ],
)
def test_rows_are_called_by_what_tells_them_apart(row, name):
    assert str(row) == name


def test_a_contribution_is_called_by_who_what_and_in_which_language(django_user_model):
    editor = django_user_model(username="editor")
    assert str(UnreviewedEdit(user=editor, uid=UID, language="fr")) == f"editor {UID} fr"
    assert str(UnreviewedEdit(user=editor, uid=UID)) == f"editor {UID}"
    assert str(Presence(user=editor, uid=UID, part="language/fr")) == f"editor {UID} language/fr"
