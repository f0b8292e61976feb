from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ctportal.publishing.database_guards import install_guards, missing_guards


class Command(BaseCommand):
    help = "The guards that keep in the database what is frozen (docs/operators/upkeep.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("check", help="Name the guards that are missing or altered, with exit code 1.")
        actions.add_parser("install", help="Put these back, and name them.")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "install":
            installed = install_guards()
            self.stdout.write(f"Put back: {', '.join(installed)}" if installed else "Nothing to do.")
        if missing := missing_guards():
            raise CommandError(f"Missing or altered: {', '.join(missing)}")
        self.stdout.write("All guards are in place.")
