from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ctportal.publishing.database_guards import install_guards, missing_guards


class Command(BaseCommand):
    help = "The guards that keep in the database what is frozen (docs/operators/upkeep.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = "check names the guards that are missing or altered, with exit code 1; install puts these back."
        parser.add_argument("action", choices=["check", "install"], help=actions)

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "install":
            installed = install_guards()
            self.stdout.write(f"Put back: {', '.join(installed)}" if installed else "Nothing to do.")
        if missing := missing_guards():
            raise CommandError(f"Missing or altered: {', '.join(missing)}")
        self.stdout.write("All guards are in place.")
