from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ctportal.publishing.models import StoredFile

GRACE = timedelta(days=1)  # an upload that is just being stored has a file and no row yet


class Command(BaseCommand):
    help = (
        "List the stored files that no row knows and that are older than a day: what an interrupted upload left behind. "
        "Fails when a row lacks its file."
    )

    def add_arguments(self, parser):
        parser.add_argument("--remove", action="store_true", help="Remove them too.")

    def handle(self, *, remove, verbosity, **_options):
        storage = StoredFile._meta.get_field("file").storage
        known = set(StoredFile.objects.values_list("file", flat=True))
        found = set(paths_in(storage))
        before = timezone.now() - GRACE
        orphans = [path for path in sorted(found - known) if storage.get_modified_time(path) < before]
        for path in orphans:
            if remove:
                storage.delete(path)
            self.stdout.write(f"{'removed' if remove else 'orphan'}: {path}")
        self.stdout.write(f"{len(found & known)} files, {len(orphans)} orphans{' removed' if remove else ''}.")
        missing = sorted(known - found)
        if missing:
            raise CommandError(
                f"{len(missing)} rows lack their file, restore it from the backup: " + ", ".join(missing[:20])
            )


def paths_in(storage, folder=""):
    """Yield the path of each file below *folder* of *storage*."""
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in files:
        yield f"{folder}/{name}" if folder else name
    for name in folders:
        yield from paths_in(storage, f"{folder}/{name}" if folder else name)
