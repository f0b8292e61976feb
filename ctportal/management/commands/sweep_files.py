from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, ProtectedError, Q
from django.utils import timezone

from ctportal.files.models import StoredFile
from ctportal.workflow import revisions

# An upload in progress has a file but no row yet; one in a form that is shown again has a row but no record yet.
GRACE = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "List the stored files older than a day that no row knows (orphan: left behind by an interrupted upload) or that "
        "neither a record, nor an edition, nor the history of a draft has (abandoned: uploaded in a form that was never "
        "saved). Fails when a row lacks its file."
    )

    def add_arguments(self, parser):
        parser.add_argument("--remove", action="store_true", help="Remove them too.")

    def handle(self, *, remove, verbosity, **_options):
        storage = StoredFile._meta.get_field("file").storage
        known = set(StoredFile.objects.values_list("file", flat=True))
        found = set(paths_in(storage))
        before = timezone.now() - GRACE
        swept = [stored for stored in unattached(before) if not remove or forget(stored)]
        orphans = [path for path in sorted(found - known) if storage.get_modified_time(path) < before]
        abandoned = [("abandoned", stored.file.name, f" ({stored.name})") for stored in swept]
        for what, path, name in [*abandoned, *(("orphan", path, "") for path in orphans)]:
            if remove:
                storage.delete(path)
            self.stdout.write(f"{'removed' if remove else what}: {path}{name}")
        if remove:
            known -= {stored.file.name for stored in swept}
        done = " removed" if remove else ""
        self.stdout.write(f"{len(found & known)} files, {len(orphans)} orphans and {len(swept)} abandoned{done}.")
        missing = sorted(known - found)
        if missing:
            raise CommandError(
                f"{len(missing)} rows lack their file, restore it from the backup: " + ", ".join(missing[:20])
            )


def unattached(before):
    """Return the stored files from before the instant *before* that nothing refers to, renditions before their originals."""
    named = Q()
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not StoredFile:
            naming = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            named |= Q(Exists(naming))
    # A reference to a rendition keeps its original too, and the other way round.
    named |= Q(pk__in=revisions.files_named())
    kept = {source or pk for source, pk in StoredFile.objects.filter(named).values_list("source", "pk")}
    alone = StoredFile.objects.filter(created_at__lt=before).exclude(named).defer("text")
    found = [row for row in alone if (row.source_id or row.pk) not in kept]
    return sorted(found, key=lambda row: (row.source_id is None, row.pk))


def forget(stored):
    """Delete the row of *stored*. Return False where something refers to it by now."""
    try:
        with transaction.atomic():
            stored.delete()
    except (ProtectedError, IntegrityError):
        return False
    return True


def paths_in(storage, folder=""):
    """Yield the path of each file below *folder* of *storage*."""
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in files:
        yield f"{folder}/{name}" if folder else name
    for name in folders:
        yield from paths_in(storage, f"{folder}/{name}" if folder else name)
