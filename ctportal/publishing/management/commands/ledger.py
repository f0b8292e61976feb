import sys

from django.core.management.base import BaseCommand, CommandError

from ctportal.publishing.database import missing_guards
from ctportal.publishing.models import LedgerEntry
from ctportal.publishing.verification import Misfit, verify


class Command(BaseCommand):
    help = "Verify the operator's chain (docs/operators/upkeep.md)."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        check = actions.add_parser(
            "verify",
            help="Recompute every edition and the chain; name the first entry that does not fit, with exit code 1.",
        )
        check.add_argument(
            "--known",
            default="",
            metavar="HASH",
            help="The last hash of an earlier run: it must still be in the chain.",
        )

    def handle(self, *, known, **options):
        self.total, self.tenth = LedgerEntry.objects.count(), 0
        try:
            verified = verify(known.strip().lower(), self.show)
        except Misfit as misfit:
            raise CommandError(f"The ledger does not verify. {misfit}") from misfit
        if missing := missing_guards():
            raise CommandError(f"The database lacks guards, run manage.py migrate: {', '.join(missing)}")
        self.stdout.write(
            f"The ledger verifies: {verified.entries} entries, {verified.editions} editions. "
            + (f"Last hash: {verified.last}" if verified.last else "It is empty.")
        )

    def show(self, done):
        """Tell how far a long run has come: on a terminal always, else at every tenth."""
        tenth = done * 10 // max(self.total, done)
        if sys.stderr.isatty():
            self.stderr.write(f"\r{done}/{self.total} entries", ending="\n" if done >= self.total else "")
            self.stderr.flush()
        elif tenth > self.tenth and self.total > 10_000:
            self.stderr.write(f"{done}/{self.total} entries")
        self.tenth = tenth
