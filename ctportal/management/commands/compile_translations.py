from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations under locale/ that have changed. Unlike compilemessages it needs no gettext tools."

    def handle(self, *args, **options):
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                    compile_catalogue(source, target)
                    self.stdout.write(f"  {source.parent.parent.name}: {source.name} compiled")


def compile_catalogue(source, target):
    """Write the .mo file *target* of the .po file *source*, without its fuzzy entries."""
    with source.open("rb") as file:
        catalogue = read_po(file)
    # Replaced in one step, since a running server may read it meanwhile, and another process may write it too.
    with NamedTemporaryFile(dir=target.parent, suffix=".part.mo", delete=False) as file:
        write_mo(file, catalogue)
    Path(file.name).chmod(0o644)  # a temporary file is for its owner alone
    Path(file.name).replace(target)
