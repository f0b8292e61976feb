import shutil
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ctportal.management import index_upkeep
from ctportal.publishing.models import Edition


class Command(BaseCommand):
    help = "The index of the search (docs/operators/search.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = "rebuild writes the index anew; check names each difference from the editions, with exit code 1."
        parser.add_argument("action", choices=["rebuild", "check"], help=actions)
        record = "Rebuild the entries of this record alone."
        parser.add_argument("--record", type=UUID, metavar="UID", help=record)
        restart = "Rebuild from the beginning, even where an earlier rebuild was interrupted."
        parser.add_argument("--restart", action="store_true", help=restart)

    def handle(self, *, action: str, record: UUID | None, restart: bool, **options: Any) -> None:
        if action == "check":
            self.check_index()
            return
        if record and not Edition.objects.filter(uid=record).exists():
            raise CommandError(f"No edition has the uid {record}.")
        self.rebuild(record, restart)

    def rebuild(self, record: UUID | None, restart: bool) -> None:
        started = time.monotonic()
        try:
            done = index_upkeep.rebuild(self.progress(), record=record, restart=restart)
        except KeyboardInterrupt:
            raise CommandError("Interrupted. The same command goes on from here.", returncode=130) from None
        except ValidationError as error:  # the clock cannot be trusted
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"The index was rebuilt: {done} editions, {time.monotonic() - started:.0f} s.")

    def check_index(self) -> None:
        differences: list[str] = []

        def tell(difference: str) -> None:
            differences.append(difference)
            self.stdout.write(difference)

        checked = index_upkeep.check(tell, self.progress())
        if checked.over:
            self.stdout.write(f"{checked.over} editions that are over still have entries; a rebuild removes them.")
        if differences:
            raise CommandError(f"{len(differences)} differences in {checked.editions} editions: run search rebuild.")
        self.stdout.write(f"The index is right: {checked.editions} editions.")

    def progress(self) -> Callable[[int, int], None]:
        """Return a function that draws a bar on a terminal and prints a line for each tenth elsewhere."""
        started, shown = time.monotonic(), 0

        def show(done: int, total: int) -> None:
            nonlocal shown
            seconds = time.monotonic() - started
            width = min(40, max(10, shutil.get_terminal_size().columns - 50))
            bar = "█" * (done * width // total)
            line = f"{bar:░<{width}} {done}/{total} editions, {seconds:.0f} s"
            if self.stderr.isatty():
                self.stderr.write(f"\r{line} ", ending="\n" if done == total else "")
            elif done * 10 // total > shown:
                shown = done * 10 // total
                self.stderr.write(line)

        return show
