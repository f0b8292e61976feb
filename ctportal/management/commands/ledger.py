from django.core.management.base import BaseCommand, CommandError

from ctportal.publishing.database_guards import missing_guards
from ctportal.publishing.models import LedgerEntry
from ctportal.publishing.verification import Misfit, shown_files, verify, verify_files


class Command(BaseCommand):
    help = "Verify the operator's chain (docs/operators/upkeep.md)."

    def add_arguments(self, parser):
        action = "Recompute every edition and the chain; name the first entry that does not fit, with exit code 1."
        parser.add_argument("action", choices=["verify"], help=action)
        known = "The last hash of an earlier run: it must still be in the chain."
        parser.add_argument("--known", default="", metavar="HASH", help=known)
        files = "Read every file that an edition shows too, and compare its SHA-256."
        parser.add_argument("--files", action="store_true", help=files)

    def handle(self, *, known, files, **options):
        try:
            verified = verify(known.strip().lower(), self.progress("entries", LedgerEntry.objects.count(), 10_000))
            read = verify_files(self.progress("files", shown_files().count(), 100)) if files else None
        except Misfit as misfit:
            raise CommandError(f"The ledger does not verify. {misfit}") from misfit
        if missing := missing_guards():
            names = ", ".join(missing)
            raise CommandError(f"The database lacks guards, run manage.py database_guards install: {names}")
        with_files = "" if read is None else f", {read} files"
        last = f"Last hash: {verified.last}" if verified.last else "It is empty."
        counts = f"{verified.entries} entries, {verified.editions} editions{with_files}"
        self.stdout.write(f"The ledger verifies: {counts}. {last}")

    def progress(self, things, total, many):
        """Return a function that prints progress: each tenth, if *total* exceeds *many*."""
        tenths = {0}

        def show(done):
            tenth = done * 10 // max(total, done)
            if tenth not in tenths and total > many:
                self.stderr.write(f"{done}/{total} {things}")
            tenths.add(tenth)

        return show
