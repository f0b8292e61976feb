"""``manage.py load_demo``: once, and never over somebody's edits."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conferences.models import Conference
from ctportal.files.models import StoredFile
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, LedgerEntry
from ctportal.publishing.services import publish
from documents.models import Document
from tests.factories import make_conference

pytestmark = pytest.mark.django_db


def load():
    output = StringIO()
    call_command("load_demo", stdout=output)
    return output.getvalue()


def counts():
    models = (Conference, Document, Edition, LedgerEntry, StoredFile)
    return {model.__name__: model.objects.count() for model in models}


def test_loading_twice_changes_nothing(demo):
    before = counts()

    output = load()

    assert counts() == before
    assert output.startswith("The demo content is there already: 40 dossiers and documents left as they are.")


def test_an_edit_of_staff_survives_a_reload(demo):
    conference = Conference.objects.get(slug="minsk-2019")
    conference.texts.filter(language="en").update(summary="Written by an editor.")
    Document.objects.filter(slug="minsk-2019-statement").update(slug="minsk-2019-mr-voronkov")

    load()

    assert conference.texts.get(language="en").summary == "Written by an editor."
    assert Document.objects.filter(slug__startswith="minsk-2019-").count() == 4


def test_a_renamed_conference_is_not_made_again(demo):
    Conference.objects.filter(slug="minsk-2019").update(slug="minsk", name="Minsk")

    load()

    assert Conference.objects.filter(start_date="2019-09-03").count() == 1


def test_a_dossier_of_somebody_else_under_the_same_address_is_left_alone(demo):
    Conference.objects.filter(slug="nairobi-2019").update(uid="11111111-1111-4111-8111-111111111111")

    load()

    assert Conference.objects.filter(slug="nairobi-2019").count() == 1


def test_reload_finds_a_removed_dossier_only_where_nothing_of_it_was_public(demo):
    """What was public stays in its editions: a dossier removed from the working side does not come back by itself."""
    Document.objects.filter(conference__slug="dushanbe-2019").delete()
    conference = Conference.objects.get(slug="dushanbe-2019")
    conference.photos.all().delete()
    conference.delete()

    load()

    assert not Conference.objects.filter(slug="dushanbe-2019").exists()


def test_every_demo_record_is_public(demo):
    public = set(Edition.objects.public(epoch.now()).values_list("uid", flat=True))

    assert set(Conference.objects.values_list("uid", flat=True)) - public == set()
    assert set(Document.objects.values_list("uid", flat=True)) - public == set()


def test_nothing_was_changed_since_it_was_published(demo):
    """What lists call changed is what differs from the edition in force."""
    public = dict(Edition.objects.public(epoch.now()).of("conference").values_list("uid", "sha256"))

    assert dict(Conference.objects.values_list("uid", "draft_sha256")) == public


def test_the_uids_are_the_same_on_every_machine(demo):
    assert str(Conference.objects.get(slug="minsk-2019").uid) == "7c5865e7-adf1-552a-aec2-011fdc1d6cb0"


def test_a_site_with_content_of_its_own_is_not_given_the_demo(settings):
    settings.DEMO = False
    publish(make_conference(), by="publisher")
    before = counts()

    with pytest.raises(CommandError, match="Set CTPORTAL_DEMO=1 if that is meant"):
        load()

    assert counts() == before


def test_a_demonstration_is_loaded_again_after_staff_published(demo, settings):
    settings.DEMO = True
    publish(make_conference(), by="publisher")
    before = counts()

    load()

    assert counts() == before
