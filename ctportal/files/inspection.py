"""Have another process look into a document: ``ctportal.files.extract``. What it says is judged here."""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from ctportal.core.types import JsonObject
from ctportal.files.filetypes import MEGABYTE, PDF, FileType, damaged, shown

EXTRACTION_SECONDS = 15
MAX_ANSWER = 8 * MEGABYTE  # bytes: what the extracting process may say


def inspect(uploaded: "File[bytes]", kind: FileType) -> tuple[int | None, str]:
    """Return (pages or None, text) of a PDF or DOCX; raises ValidationError for what must not be accepted.

    The text is empty where reading it failed; that is no reason to refuse the file.
    """
    name = shown(uploaded.name or "")
    verdict: JsonObject = {}
    text = ""
    for line in run_extraction(uploaded, kind.extensions[0]):
        verdict = line if "verdict" in line else verdict
        text = line.get("text", text)
    if verdict.get("verdict") == "ok":
        return verdict["pages"], text
    if verdict.get("verdict") == "damaged":
        raise damaged(name, kind)
    if verdict.get("verdict") == "encrypted":
        raise ValidationError(
            _("“%(name)s” is protected, so it cannot be checked. Save it without a password or restrictions."),
            code="pdf_encrypted",
            params={"name": name},
        )
    if verdict.get("verdict") == "active":
        raise ValidationError(
            _("“%(name)s” contains %(detail)s, which is not allowed in published files. Print it to a new PDF."),
            code="pdf_active_content" if kind is PDF else "xml_not_allowed",
            params={"name": name, "detail": verdict["detail"]},
        )
    raise ValidationError(
        _("“%(name)s” is too complex to be checked. Print it to a new PDF."),
        code="document_not_checked",
        params={"name": name},
    )


def run_extraction(uploaded: "File[bytes]", kind: str) -> list[JsonObject]:
    """Run ctportal.files.extract on *uploaded*; return its lines as far as it got. No file of ours is left behind."""
    with tempfile.TemporaryFile() as copy:  # without a name: the process reads it as its standard input
        uploaded.seek(0)
        shutil.copyfileobj(uploaded, copy, MEGABYTE)
        copy.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-s", "-m", "ctportal.files.extract", kind],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            # Nothing of our own environment: it holds the secrets of the site.
            env={"PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
    clock = threading.Timer(EXTRACTION_SECONDS, process.kill)
    clock.start()
    with process:
        try:
            answer = process.stdout.read(MAX_ANSWER) if process.stdout else b""
        finally:
            clock.cancel()
            process.kill()
    return list(lines_of(answer))


def lines_of(answer: bytes) -> Iterator[JsonObject]:
    for line in answer.split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            continue  # cut off in the middle: the process was stopped there
