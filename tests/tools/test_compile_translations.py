import gettext
import os
from io import StringIO

from django.core.management import call_command

from ctportal.management.commands import compile_translations

SOURCE = """
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Venue"
msgstr "Lieu"

#, fuzzy
msgid "Session"
msgstr "Seance?"

msgid "%(n)d photo"
msgid_plural "%(n)d photos"
msgstr[0] "%(n)d photo"
msgstr[1] "%(n)d photos en tout"
"""


def run():
    output = StringIO()
    call_command("compile_translations", stdout=output)
    return output.getvalue()


def make_source(settings, folder):
    settings.LOCALE_PATHS = [folder]
    source = folder / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE)
    return source


def test_a_catalogue_is_compiled_without_its_unsure_entries(settings, tmp_path):
    source = make_source(settings, tmp_path)

    assert run() == "  fr: django.po compiled\n"
    with source.with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Venue") == "Lieu"
    assert catalogue.gettext("Session") == "Session"
    assert catalogue.ngettext("%(n)d photo", "%(n)d photos", 2) == "%(n)d photos en tout"


def test_only_what_has_changed_is_compiled(settings, tmp_path):
    source = make_source(settings, tmp_path)
    run()

    assert run() == ""
    later = source.with_suffix(".mo").stat().st_mtime + 10
    os.utime(source, (later, later))
    assert run() == "  fr: django.po compiled\n"


def test_two_processes_may_compile_at_once(settings, tmp_path, monkeypatch):
    source = make_source(settings, tmp_path)
    write_mo, told = compile_translations.write_mo, []

    def write_while_another_does(file, catalogue):
        monkeypatch.setattr(compile_translations, "write_mo", write_mo)
        told.append(run())
        write_mo(file, catalogue)

    monkeypatch.setattr(compile_translations, "write_mo", write_while_another_does)

    assert [run(), *told] == ["  fr: django.po compiled\n"] * 2
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]
    assert source.with_suffix(".mo").stat().st_mode & 0o777 == 0o644
