from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ctportal.workflow import revisions

LEAST = 30  # days


class Command(BaseCommand):
    help = (
        "Remove the states of drafts that are older than DAYS from the history that staff have of each record. The last state "
        "of each record stays, of deleted ones too, and so do those from which something was published that is not over."
    )

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, required=True, help=f"How old, {LEAST} or more.")

    def handle(self, *, days, **_options):
        if not LEAST <= days <= 36_500:
            raise CommandError(f"--days is {days}; it must be from {LEAST} to 36500.")
        removed = revisions.trim(timezone.now() - timedelta(days=days))
        self.stdout.write(f"{removed} states removed.")
