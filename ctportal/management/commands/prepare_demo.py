import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ctportal.publishing.database_guards import install_guards
from ctportal.publishing.models import Edition
from ctportal.web.share_image import missing_packages


class Command(BaseCommand):
    help = (
        "Make the demonstration ready to serve: database, translations, static files, content, accounts. "
        "What is up to date is left alone, so that a second start is quick."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--no-static", action="store_true", help="Leave out static files (a debug server reads them itself)."
        )

    def handle(self, *args, no_static=False, **options):
        if not settings.DEMO:
            raise CommandError("This prepares a demonstration; set CTPORTAL_DEMO=1 if that is meant.")
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        self.step("Translations", lambda: call_command("compile_translations", stdout=self.stdout))
        self.step("Database", self.database)
        if not no_static:
            self.step("Static files", self.static_files)
        self.step("Demonstration content", self.content)
        self.step("Accounts", lambda: call_command("demo_accounts", stdout=self.stdout))
        if packages := missing_packages():
            self.stdout.write(
                f"→ Fonts are missing: links to conferences are shown with one plain picture until {' and '.join(packages)} "
                "(packages of Debian) are installed."
            )

    def step(self, name, work):
        self.stdout.write(f"→ {name}")
        self.stdout.flush()
        if answer := work():
            self.stdout.write(f"  {answer}")

    def database(self):
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            installed = install_guards()
            return f"guards put back: {', '.join(installed)}" if installed else f"up to date ({database_name()})"
        call_command("migrate", verbosity=0, interactive=False)
        return f"migrated ({database_name()})"

    def static_files(self):
        root = Path(settings.STATIC_ROOT)
        # The static files of installed packages change with this list.
        state = files_state([*settings.STATICFILES_DIRS, settings.BASE_DIR / "requirements.txt"])
        stamp = root / "prepared-for"
        if stamp.exists() and stamp.read_text() == state:
            return "up to date"
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state)
        return f"collected in {root.name}/"

    def content(self):
        stamp, state = settings.DATA_DIR / "demo-content", files_state([settings.BASE_DIR / "fixtures"])
        if something_is_published() and stamp.exists() and stamp.read_text() == state:
            return "already there"
        call_command("load_demo", stdout=self.stdout)
        stamp.write_text(state)
        return None


def something_is_published():
    """Return whether this database holds any edition. The stamp alone may come from a database that was deleted."""
    return Edition.objects.exists()


def database_name():
    return connection.settings_dict["NAME"] if connection.vendor == "sqlite" else connection.vendor


def files_state(paths):
    """Return a hash of the names and contents of the files at and below *paths*, without compiled Python."""
    digest = hashlib.sha256()
    for path in map(Path, paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:  # created by the first load
                digest.update(f"{file.relative_to(path)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
