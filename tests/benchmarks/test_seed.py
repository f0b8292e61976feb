"""Synthetic dossiers are what publishing by hand would give, and never mix with real content."""

import itertools

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Count, F, Min
from django.utils import timezone

from benchmarks.seed import seed
from conferences.models import Conference, Organization, Photo
from ctportal.publishing import epoch, ledger, services
from ctportal.publishing.changes import Changes
from ctportal.publishing.models import Edition, LedgerEntry, Relation
from ctportal.publishing.snapshot import builder_for
from ctportal.publishing.state import SHOWS
from documents.models import Document
from tests.database_guards import lifted_guards
from tests.factories import make_user
from tests.search.index import indexed

CONFERENCES = 27  # an umbrella and its side events twice
MODELS = [Conference, Document, Photo, Organization]


@pytest.fixture(scope="module")
def dossiers(shared_content):
    """CONFERENCES synthetic dossiers, for all tests of this module."""
    seed(CONFERENCES)


def described(edition):
    """All that an edition is made of but its interval."""
    return {
        "about": (edition.uid, edition.type, edition.slug, edition.date, edition.end_date),
        "json": edition.json,
        "sha256": edition.sha256,
        "card": edition.card,
        "indexed": indexed(edition),
        "facets": sorted(edition.facets.values_list("name", "value", "type", "date", "slug")),
        "relations": list(edition.relations.order_by("order").values_list("name", "target", "key", "order")),
        "files": sorted(edition.files.values_list("file", flat=True)),
    }


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS)
def test_an_edition_is_what_the_gate_makes_of_its_record(dossiers, model):
    now = timezone.now()
    editions = Edition.objects.public(epoch.now()).of(model.record_type).order_by("pk")[: CONFERENCES * 2]
    seen = [described(edition) for edition in editions]
    with lifted_guards():
        Edition.objects.filter(pk__in=[edition.pk for edition in editions]).update(public_until=F("public_from"))

    made = []
    for edition in editions:
        snapshot = builder_for(model).snapshot(model.objects.get(uid=edition.uid))
        changes = Changes("test", now)
        new = changes.insert(snapshot, now, None)
        changes.write()
        changes.write_index()
        made.append(described(new.edition))

    assert all(each["indexed"] for each in seen)
    assert made == seen
    assert len(seen) >= CONFERENCES


@pytest.mark.django_db
def test_every_record_is_public_and_unchanged_since(dossiers):
    for model in (Conference, Document, Photo):
        shown = Edition.objects.public(epoch.now()).of(model.record_type).values_list("uid", "sha256")
        assert set(shown) == set(model.objects.values_list("uid", "draft_sha256"))


@pytest.mark.django_db
def test_a_dossier_has_the_parts_it_should_have(dossiers):
    counts = Conference.objects.annotate(
        d=Count("documents", distinct=True),
        p=Count("photos", distinct=True),
        s=Count("sessions", distinct=True),
        o=Count("organization_roles", distinct=True),
    ).values_list("d", "p", "s", "o")

    assert list(counts) == [(6, 4, 3, 3)] * CONFERENCES
    assert Photo.objects.aggregate(n=Count("file", distinct=True)) == {"n": 10}
    assert Conference.objects.filter(parent__kind="week").count() == 3  # the last umbrella has one side event yet


@pytest.mark.django_db
def test_a_document_has_about_four_hundred_words(dossiers):
    bodies = Document.objects.filter(versions__language="en").values_list("versions__body", flat=True)

    assert {380 <= len(body.replace("<", " <").split()) <= 460 for body in bodies} == {True}


@pytest.mark.django_db
def test_some_records_have_past_editions_each_ending_where_the_next_begins(dossiers):
    records = Edition.objects.filter(type__in=("conference", "document", "photo"))
    lines = records.values("uid").annotate(n=Count("pk")).values_list("uid", "n")
    several = [uid for uid, n in lines if n > 1]
    ends = [
        list(records.filter(uid=uid).order_by("public_from").values_list("public_from", "public_until"))
        for uid in several
    ]

    assert 0.1 < len(several) / len(lines) < 0.3
    assert {len(line) for line in ends} == {2, 3}
    assert all(end == begin for line in ends for (_, end), (begin, _) in itertools.pairwise(line))
    assert {line[-1][1] for line in ends} == {None}


@pytest.mark.django_db
def test_children_are_public_only_while_their_conference_is(dossiers):
    conferences = Edition.objects.of("conference").values("uid").annotate(first=Min("public_from"))
    opened = dict(conferences.values_list("uid", "first"))
    children = Relation.objects.filter(name="conference").values_list("target", "edition__public_from")

    assert len(children) >= CONFERENCES * 10
    assert [start for uid, start in children if start < opened[uid]] == []


@pytest.mark.django_db
def test_vocabulary_is_public_from_the_first_edition_that_shows_it(dossiers):
    shown = Relation.objects.filter(name=SHOWS).values("target").annotate(first=Min("edition__public_from"))
    vocabulary = Edition.objects.of("series", "theme", "organization", "person")

    assert dict(vocabulary.values_list("uid", "public_from")) == dict(shown.values_list("target", "first"))
    assert set(vocabulary.values_list("public_until", flat=True)) == {None}


@pytest.mark.django_db
def test_the_ledger_is_one_unbroken_chain(dossiers):
    entries = list(LedgerEntry.objects.order_by("pk"))

    assert [entry.previous for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]
    assert [ledger.entry_hash(entry) for entry in entries] == [entry.hash for entry in entries]
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    ended = Edition.objects.filter(public_until__isnull=False).count()
    assert len(entries) == Edition.objects.count() + ended


@pytest.mark.django_db
def test_the_services_work_on_synthetic_dossiers(dossiers):
    conference = Conference.objects.get(slug="scale-conference-00004")

    def children():
        return (
            Edition.objects.public(epoch.now())
            .filter(relations__name="conference", relations__target=conference.uid)
            .count()
        )

    services.withdraw(conference, by=make_user(), reason="A test.")
    hidden = children()
    services.restore(conference, by=make_user())

    assert (hidden, children()) == (0, 10)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_same_content_comes_out_every_time(dossiers):
    def snapshot():
        return sorted(Edition.objects.values_list("uid", "public_from", "public_until", "sha256"))

    first = snapshot()
    with transaction.atomic():
        with lifted_guards():
            delete_all()
        seed(CONFERENCES)
        second = snapshot()
        transaction.set_rollback(True)
    assert second == first


def delete_all():
    models = [
        model
        for app in ("files", "publishing", "workflow", "conferences", "documents")
        for model in apps.get_app_config(app).get_models(True)
    ]
    tables = [model._meta.db_table for model in models if not model._meta.proxy]
    # PostgreSQL empties no table whose foreign keys are still to be checked at the end of the transaction.
    connection.check_constraints()
    with connection.cursor() as cursor:
        for sql in connection.ops.sql_flush(no_style(), tables):
            cursor.execute(sql)
