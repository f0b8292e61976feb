"""Storing: names, documents and their text, and that a row and its file come and go together."""

import base64
import os
import subprocess
import sys
import textwrap
import time
import weakref
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ctportal.files import inspection, store
from ctportal.files.filetypes import JPEG, PDF, clean_name
from ctportal.files.models import StoredFile, random_key
from ctportal.files.serving import header_name
from ctportal.files.store import store_photo
from ctportal.publishing.services import publish
from tests.factories import make_conference, make_document, make_photo, make_user, store_document
from tests.files import samples
from tests.files.samples import document_xml, docx, paragraph, pdf, picture

ROOT = Path(__file__).resolve().parents[2]


def upload(name, data):
    return SimpleUploadedFile(name, data, "application/octet-stream")


def text_of(name, data):
    return store_document(upload(name, data), by=None).text


def content(stored):
    with stored.file.storage.open(stored.file.name) as file:
        return file.read()


def files_on_disk(settings):
    return sorted(path.name for path in Path(settings.STORED_FILES_ROOT).rglob("*") if path.is_file())


# Names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Opening release.PDF", "Opening-release.pdf"),
        ("../../settings.py.pdf", "settings.py.pdf"),
        ("a/b.pdf", "b.pdf"),
        ("C:\\x.pdf", "x.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("x.php.pdf", "x.php.pdf"),
        ("con.pdf", "file-con.pdf"),
        ("LPT1.tar.pdf", "file-LPT1.tar.pdf"),
        ("a" * 300 + ".pdf", "a" * 150 + ".pdf"),
        ("会" * 300 + ".pdf", "会" * 50 + ".pdf"),
        ("", "file.pdf"),
        (".", "file.pdf"),
        ("..", "file.pdf"),
        ("/", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("report.pdf.", "report.pdf"),
        ("report.pdf . .", "report.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a-Set-Cookie-x-1.pdf"),
        ("a\"b'c;d.pdf", "a-b-c-d.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a%2e%2e#?&.pdf", "a-2e-2e.pdf"),
        ("e\u0301t\u00e9.pdf", "été.pdf"),
        ("البيان الختامي.pdf", "البيان-الختامي.pdf"),
        ("Минск 2019.pdf", "Минск-2019.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("\ud800.pdf", "file.pdf"),
        ("<script>alert(1)</script>.pdf", "script.pdf"),
    ],
)
def test_a_name_is_kept_as_one_safe_component(name, kept):
    assert clean_name(name, PDF) == kept


@pytest.mark.parametrize("mark", ["\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"])
def test_a_name_that_turns_the_order_of_its_letters_around_is_refused(mark):
    with pytest.raises(ValidationError) as refusal:
        clean_name(f"report{mark}fdp.pdf", PDF)

    assert refusal.value.code == "invalid_name"


NASTY = st.text(st.sampled_from('ab.\\/ "\r\n\t\0%#?;\u200f\u061c\u00e9ابжж会😀\u0301-~') | st.characters())


@examples(deadline=None)  # a busy machine is no fault of the name
@given(NASTY)
def test_any_name_becomes_one_that_is_safe_in_addresses_headers_and_folders(name):
    try:
        kept = clean_name(name, JPEG)
    except ValidationError as refusal:
        assert refusal.code == "invalid_name"
        return

    assert kept.endswith(".jpg")
    assert len(kept) <= 200
    assert len(kept.encode()) <= 255
    assert kept.isprintable()
    assert not set(kept) & set("/\\\"'<>|:*?;#%& \u202e")
    assert kept[0] not in ".-"
    assert clean_name(kept, JPEG) == kept
    assert header_name(kept) == kept


@pytest.mark.django_db
def test_five_uploads_of_one_name_are_five_files(settings):
    stored = [store_document(upload("a.pdf", pdf(text=f"number {number}")), by=None) for number in range(5)]

    assert [one.name for one in stored] == ["a.pdf"] * 5
    assert [content(one) for one in stored] == [pdf(text=f"number {number}") for number in range(5)]
    assert files_on_disk(settings) == sorted(one.key for one in stored)


@pytest.mark.django_db
def test_stored_bytes_are_readable_for_our_user_and_group_alone():
    path = Path(store.store(ContentFile(b"x"), name="a.txt", media_type="text/plain", by=None).file.path)

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o640, 0o750)


# Documents


@pytest.mark.django_db
def test_a_pdf_is_stored_with_its_pages_and_its_text():
    data = pdf(text="Co-chairs summary", pages=3)
    stored = store_document(upload("Summary of 2019.pdf", data), by=None)

    assert (stored.name, stored.media_type, stored.size, stored.pages, stored.text.split()) == (
        "Summary-of-2019.pdf",
        "application/pdf",
        len(data),
        3,
        ["Co-chairs", "summary"] * 3,
    )
    assert content(stored) == data


@pytest.mark.django_db
def test_a_docx_is_stored_with_its_text():
    data = docx({"word/document.xml": document_xml(paragraph("Opening"), paragraph("Дневник &amp; قرار"))})
    stored = store_document(upload("a.docx", data), by=None)

    assert (stored.media_type, stored.pages, stored.text) == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        None,
        "Opening\nДневник & قرار",
    )
    assert content(stored) == data


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hidden",
    [
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r></w:p>",
        "<w:p><w:del><w:r><w:delText>SECRET</w:delText></w:r></w:del></w:p>",
        "<w:p><w:del><w:r><w:t>SECRET</w:t></w:r></w:del></w:p>",
        "<w:p><w:moveFrom><w:r><w:t>SECRET</w:t></w:r></w:moveFrom></w:p>",
        '<w:p><w:r><w:instrText>HYPERLINK "http://SECRET"</w:instrText></w:r></w:p>',
        '<w:p><x:secret xmlns:x="urn:x">SECRET</x:secret></w:p>',
    ],
)
def test_what_the_reader_of_a_docx_does_not_see_is_not_in_its_text(hidden):
    data = docx({"word/document.xml": document_xml(paragraph("before"), hidden, paragraph("after"))})

    assert text_of("a.docx", data).split() == ["before", "after"]


@pytest.mark.django_db
def test_comments_of_a_docx_are_not_in_its_text():
    assert text_of("a.docx", docx({"word/comments.xml": document_xml(paragraph("SECRET"))})) == "Co-chairs’ summary"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [
        docx({"word/_rels/document.xml.rels": samples.relation("hyperlink", "https://www.un.org/")}),
        docx({"word/_rels/settings.xml.rels": samples.relation("attachedTemplate", "file:///C:\\Office\\a.dotx")}),
        docx({"word/embeddings/Microsoft_Excel_Sheet1.xlsx": b"PK"}),
        docx({"word/media/image1.png": picture("PNG")}),
        docx({"word/document.xml": document_xml(paragraph("agenda " * 100_000))}),
        docx({f"word/media/{number}.png": "" for number in range(500)}),
    ],
    ids=["a link", "a template on the author's disk", "a chart's data", "a picture", "repeated text", "500 parts"],
)
def test_what_ordinary_word_documents_hold_is_accepted(data):
    assert store_document(upload("a.docx", data), by=None).size == len(data)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [
        pdf(catalog="/OpenAction [100 0 R /Fit]"),
        pdf(catalog="/OpenAction << /S /GoTo /D [100 0 R /Fit] >>"),
        pdf(
            page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://www.un.org/JavaScript) >> >>]"
        ),
        pdf(catalog="/Names << /Dests << /Names [(a) [100 0 R /Fit]] >> >>"),
        pdf(catalog="/StructTreeRoot << /Type /StructTreeRoot /K << /S /Document >> >>"),
        pdf() + b"\r\n\0\0",
        pdf(text="/S /Java Script, /Launch, /EmbeddedFile and /JS are words here"),
        samples.pdf_with_object_stream("<< /S /GoTo /D [3 0 R /Fit] >>"),
    ],
    ids=["opens at a page", "opens by an action", "a link", "names", "structure", "padding", "words", "object stream"],
)
def test_what_ordinary_pdfs_hold_is_accepted(data):
    assert store_document(upload("a.pdf", data), by=None).pages == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_document_above_the_size_limit_is_refused_naming_file_size_and_limit(settings, name):
    settings.CTPORTAL_MAX_DOCUMENT_MB = 1

    with pytest.raises(ValidationError) as refusal:
        text_of(name, (pdf() if name == "a.pdf" else docx()) + bytes(3 * 1024 * 1024))

    assert (refusal.value.code, refusal.value.messages) == (
        "document_too_large",
        [f"“{name}” is 4 MB; the limit is 1 MB."],
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_a_pdf_whose_text_takes_too_much_is_stored_without_text(settings):
    """Its page unpacks to 600 MB: the process that reads it dies, the upload does not."""
    import zlib

    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"(a) Tj " * 150_000) for _ in range(600)) + packer.flush()
    bomb = pdf(samples.stream_object(packed, "/Filter /FlateDecode"), page="/Contents 10 0 R")
    bomb = bomb.replace(b"/Contents 3 0 R", b"/Nothing 3 0 R ")

    stored = store_document(upload("a.pdf", bomb), by=None)

    assert (stored.pages, stored.text) == (1, "")


@pytest.mark.django_db
def test_a_process_that_hangs_is_stopped_and_the_file_refused_when_it_was_not_checked(monkeypatch, tmp_path):
    hanging = tmp_path / "python"
    hanging.write_text("#!/bin/sh\nexec sleep 300\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(inspection.sys, "executable", str(hanging))
    monkeypatch.setattr(inspection, "EXTRACTION_SECONDS", 0.1)
    started = time.monotonic()

    with pytest.raises(ValidationError) as refusal:
        text_of("a.pdf", pdf())

    assert (refusal.value.code, time.monotonic() - started < 150) == ("document_not_checked", True)


def run_in_extraction(code):
    """Run *code* where a document is read, after the process limited itself."""
    start = "from ctportal.files import extract\nextract.CPU_SECONDS = 1\nextract.limit_resources()\n"
    run = subprocess.run([sys.executable, "-c", start + code], cwd=ROOT, capture_output=True, check=False, timeout=60)
    return run.returncode


@pytest.mark.parametrize(
    ("code", "fails"),
    [
        ("b'x' * 100_000_000", False),
        ("b'x' * 1_100_000_000", True),
        ("import tempfile; f = tempfile.TemporaryFile(); f.write(b'x'); f.flush()", True),
        ("while True: pass", True),
    ],
    ids=["100 MB", "1.1 GB", "writing a file", "an endless loop"],
)
def test_the_process_that_reads_documents_is_bounded(code, fails):
    assert (run_in_extraction(code) != 0) == fails


@pytest.mark.django_db
def test_the_process_that_reads_documents_does_not_get_our_environment(monkeypatch):
    """What it sees is told by a stand-in for it, put first in its path."""
    monkeypatch.setenv("CTPORTAL_SECRET_KEY", "CANARY")
    seen = []
    real = subprocess.Popen
    monkeypatch.setattr(inspection.subprocess, "Popen", lambda *a, **k: seen.append(k["env"]) or real(*a, **k))

    text_of("a.pdf", pdf())

    assert [sorted(env) for env in seen] == [["PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUTF8"]]


@pytest.mark.django_db
@pytest.mark.parametrize("declared", [0, 1, 10**12])
def test_a_large_upload_that_django_keeps_in_a_file_is_stored_by_its_true_size(declared):
    with TemporaryUploadedFile("a.pdf", "application/pdf", declared, None) as uploaded:
        uploaded.write(pdf())
        stored = store_document(uploaded, by=None)

    assert (content(stored), stored.size, stored.pages) == (pdf(), len(pdf()), 1)


# A row and its file come and go together


def make(by=None):
    return store.store(ContentFile(b"content"), name="a.txt", media_type="text/plain", by=by)


@pytest.mark.django_db(transaction=True)
def test_the_file_stays_when_the_transaction_is_committed(settings):
    with transaction.atomic():
        stored = make()

    assert files_on_disk(settings) == [stored.key]


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_when_the_transaction_is_rolled_back(settings):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make()
        assert len(files_on_disk(settings)) == 1
        1 / 0  # noqa: B018

    assert (files_on_disk(settings), StoredFile.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_when_an_inner_transaction_is_rolled_back(settings):
    with transaction.atomic():
        kept = make()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make()
            1 / 0  # noqa: B018

    assert files_on_disk(settings) == [kept.key]


@pytest.mark.django_db(transaction=True)
def test_the_file_stays_when_something_else_fails_after_the_commit(settings):
    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        transaction.on_commit(fails)
        stored = make()

    assert files_on_disk(settings) == [stored.key]


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_when_its_row_cannot_be_written(settings, monkeypatch):
    def refuse(*_args, **_options):
        raise IntegrityError

    monkeypatch.setattr(StoredFile, "save", refuse)
    with pytest.raises(IntegrityError):
        make()

    assert files_on_disk(settings) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_photo_stays_when_its_last_rendition_cannot_be_stored(settings, monkeypatch):
    flushed = []

    def fill_up(*_where):
        flushed.append(1)
        if len(flushed) == 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "flush_to_disk", fill_up)
    with pytest.raises(OSError, match="No space left"):
        store_photo(upload("a.jpg", picture()), by=None)

    assert (len(flushed), files_on_disk(settings), StoredFile.objects.count()) == (5, [], 0)


@pytest.mark.django_db(transaction=True)
def test_a_piece_of_a_file_goes_when_the_disk_is_full(settings, monkeypatch):
    storage = StoredFile._meta.get_field("file").storage
    save = type(storage)._save

    def half(self, name, content):
        save(self, name, content)
        os.truncate(self.path(name), 3)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storage), "_save", half)
    with pytest.raises(OSError, match="No space left"):
        make()

    assert files_on_disk(settings) == []


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_keeps_less_than_it_was_given_is_noticed(settings, monkeypatch):
    storage = StoredFile._meta.get_field("file").storage
    monkeypatch.setattr(type(storage), "size", lambda self, name: 3)
    with pytest.raises(OSError, match="did not keep a.txt"):
        make()

    assert (files_on_disk(settings), StoredFile.objects.count()) == ([], 0)


def test_a_finalizer_runs_as_soon_as_its_object_is_let_go():
    """What the removal of rolled-back files rests on: CPython counts references."""
    ran = []

    def function():
        pass

    weakref.finalize(function, ran.append, "ran")
    del function

    assert ran == ["ran"]


# Sweeping


def sweep(*arguments):
    out = StringIO()
    call_command("sweep_files", *arguments, stdout=out)
    return out.getvalue().splitlines()


def leave_orphan(settings, name, age):
    path = Path(settings.STORED_FILES_ROOT) / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left behind")
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))
    return path


@pytest.mark.django_db
def test_sweeping_lists_old_orphans_and_removes_them_only_when_told(settings):
    stored = make()
    os.utime(stored.file.path, (0, 0))
    old = leave_orphan(settings, "abc", timedelta(hours=25))
    new = leave_orphan(settings, "abd", timedelta(hours=23))

    assert sweep() == ["orphan: ab/abc", "1 files, 1 orphans and 0 abandoned."]
    assert (old.exists(), new.exists()) == (True, True)
    assert sweep("--remove") == ["removed: ab/abc", "1 files, 1 orphans and 0 abandoned removed."]
    assert (old.exists(), new.exists(), content(stored)) == (False, True, b"content")


@pytest.mark.django_db
def test_sweeping_takes_what_neither_a_record_nor_an_edition_has(settings):
    conference = make_conference()
    photo = make_photo(conference)
    replaced = photo.file
    photo.file = make()
    photo.save()
    document = make_document(conference)
    document.versions.update(file=make())
    publish(conference, by=make_user())
    publish(document, by=make_user())
    document.versions.update(file=None)  # the edition still shows it
    long_ago = timezone.now() - timedelta(hours=25)
    abandoned, _new = make(), make()
    StoredFile.objects.exclude(pk=_new.pk).update(created_at=long_ago)
    gone = {abandoned, replaced, *replaced.renditions.all()}
    rest = set(StoredFile.objects.all()) - gone  # all there are: what the sweep must leave alone

    listed = sweep()
    assert sorted(line.split()[1] for line in listed[:-1]) == sorted(stored.file.name for stored in gone)
    assert {line.split()[0] for line in listed[:-1]} == {"abandoned:"}
    assert sweep("--remove")[-1] == f"{len(rest)} files, 0 orphans and {len(gone)} abandoned removed."

    assert set(StoredFile.objects.all()) == rest
    assert files_on_disk(settings) == sorted(Path(stored.file.name).name for stored in rest)


@pytest.mark.django_db
def test_sweeping_fails_naming_the_rows_that_lack_their_file():
    stored = make()
    os.remove(stored.file.path)

    with pytest.raises(CommandError, match=f"1 rows lack their file, .*: {stored.key[:2]}/{stored.key}"):
        sweep()


@pytest.mark.django_db
def test_sweeping_an_installation_without_files_finds_none():
    assert sweep() == ["0 files, 0 orphans and 0 abandoned."]


# Cost


def peak_megabytes(call):
    """Return by how many MB the highest memory of a fresh process grows with *call*, and what it printed."""
    script = f"""
    import django, os, sys
    os.environ["DJANGO_SETTINGS_MODULE"] = "ctportal.settings.test"
    django.setup()
    from django.core.exceptions import ValidationError
    from django.core.files.uploadedfile import SimpleUploadedFile
    from ctportal.files.renditions import make_renditions
    from ctportal.files.archives import *
    from ctportal.files.filetypes import *
    from tests.files.samples import *
    def peak():
        return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
    make_renditions(picture(), JPEG, "warm")
    {call[0]}
    before = peak()
    try:
        {call[1]}
    except ValidationError as error:
        print(error.code)
    print(peak() - before)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    *printed, megabytes = run.stdout.split()
    return printed, float(megabytes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        ("data = png(9000, 9000)", 'make_renditions(data, PNG, "a.png")'),
        ("data = png(20000, 20000)", 'make_renditions(data, PNG, "a.png")'),
        ("data = webp_of_size(16383, 16383)", 'make_renditions(data, WEBP, "a.webp")'),
        ("data = jpeg_of_size(65500, 65500)", 'make_renditions(data, JPEG, "a.jpg")'),
        (
            'up = SimpleUploadedFile("a.docx", docx({"word/document.xml": bytes(300_000_000)}, level=9))',
            "check_docx(up)",
        ),
        ('up = SimpleUploadedFile("a.docx", crowded(100_000))', "check_docx(up)"),
    ],
    ids=["png 81 MP", "png 400 MP", "webp 268 MP", "jpeg 4290 MP", "docx 300 MB", "docx 100,000 members"],
)
def test_a_refused_bomb_takes_less_than_64_mb(call):
    printed, megabytes = peak_megabytes(call)

    assert (printed[0].endswith("too_large"), megabytes < 64) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        ("data = picture(size=(6000, 4000))", 'make_renditions(data, JPEG, "a.jpg")'),
        ("data = picture(size=(6000, 4000), progressive=True, subsampling=0)", 'make_renditions(data, JPEG, "a.jpg")'),
        ("data = picture(size=(7900, 7900))", 'make_renditions(data, JPEG, "a.jpg")'),
        ('data = picture("PNG", size=(6000, 4000), compress_level=1)', 'make_renditions(data, PNG, "a.png")'),
        (
            'data = picture("PNG", size=(5400, 3600), mode="RGBA", compress_level=1)',
            'make_renditions(data, PNG, "a.png")',
        ),
        ('data = picture("WEBP", size=(4032, 3024), method=0)', 'make_renditions(data, WEBP, "a.webp")'),
    ],
    ids=["jpeg 24 MP", "progressive jpeg 24 MP", "jpeg 62 MP", "png 24 MP", "png 19 MP with alpha", "webp 12 MP"],
)
def test_an_accepted_photo_takes_less_than_256_mb(call):
    printed, megabytes = peak_megabytes(call)

    assert (printed, megabytes < 256) == ([], True)


@pytest.mark.slow
def test_the_key_of_a_file_has_192_random_bits():
    keys = {random_key() for _n in range(100)}

    assert len(keys) == 100
    assert {len(base64.urlsafe_b64decode(key)) * 8 for key in keys} == {192}
