"""Measure the release of a dossier of 300 photos, during which other publications wait: seconds and SQL statements.

``python -m benchmarks.dossier`` uses the database of ``CTPORTAL_DATA_DIR``, rolls back all changes, and prints one JSON
object.
"""

import json
import time
from datetime import timedelta

import django

PHOTOS = 300
LIMIT = 3  # seconds for the release


def main():
    django.setup()
    from django.db import transaction

    with transaction.atomic():
        print(json.dumps(measured()))
        transaction.set_rollback(True)


def measured():
    """Return [{"name", "records", "seconds", "sql"}] of a release, its re-dating, its unscheduling, a second release and the
    withdrawal."""
    from django.utils import timezone

    from ctportal.workflow import release, review

    by, conference = publisher(), make_dossier()
    chosen = {part.key for part in release.parts_of(conference, by)}
    first, later = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=2)

    def released(at=None):
        release.release(conference, chosen, by=by, at=at, alone="Measured")

    steps = {
        "released at an instant to come": lambda: released(first),
        "moved to another instant": lambda: release.redate(conference, by=by, at=later),
        "unscheduled": lambda: release.unschedule(conference, by=by),
        "released at once": released,
        "withdrawn": lambda: review.withdraw(conference, by=by, reason="Measured"),
    }
    return [{"name": name, "records": len(chosen), **cost_of(step)} for name, step in steps.items()]


def cost_of(step):
    from django.db import connection

    statements = 0

    def count(execute, *arguments):
        nonlocal statements
        statements += 1
        return execute(*arguments)

    begin = time.monotonic()
    with connection.execute_wrapper(count):
        step()
    return {"seconds": time.monotonic() - begin, "sql": statements}


def publisher():
    from django.contrib.auth import get_user_model

    defaults = {"is_staff": True, "is_superuser": True}
    return get_user_model().objects.get_or_create(username="benchmark", defaults=defaults)[0]


def make_dossier():
    """Return an unpublished conference with PHOTOS photos, saved as by their forms."""
    from conferences.models import Conference, Person, Photo
    from ctportal.publishing.drafts import refresh_drafts
    from ctportal.workflow import revisions

    conference = Conference.objects.create(
        slug="measured-dossier", name="Measured", kind="regional", start_date="2026-01-05", end_date="2026-01-06",
        country="TJ",
    )  # fmt: skip
    conference.texts.create(language="en", title="A dossier with many photos", ready=True)
    files = list(Photo.objects.order_by("pk").values_list("file", flat=True)[:PHOTOS])
    people = list(Person.objects.order_by("pk")[:50])
    for number in range(PHOTOS):
        photo = Photo.objects.create(
            conference=conference, file_id=files[number % len(files)], alt_text_en=f"Photo {number}", credit="Somebody"
        )
        photo.people.add(people[number % len(people)])
    for model in (Conference, Photo):
        own = {"pk": conference.pk} if model is Conference else {"conference": conference}
        rows = model.objects.filter(**own)
        refresh_drafts(rows)
        for record in rows:
            revisions.keep(record, by="Benchmark", comment="Made.")  # as the forms do
    return Conference.objects.get(pk=conference.pk)


if __name__ == "__main__":
    main()
