"""Run ``ctportal.files.extract`` on a document in a separate process and evaluate its answer."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from ctportal.core.types import JsonObject
from ctportal.files.archives import active_content
from ctportal.files.filetypes import DOCX, MEGABYTE, FileType, damaged, refused
from ctportal.files.pdf import MAX_OBJECTS

EXTRACTION_SECONDS = 15
MAX_ANSWER = 8 * MEGABYTE  # bytes of output that are read from the process
FOUND = {  # what ctportal.files.pdf names in words; other details are names in the file
    "an embedded file": _("an embedded file"),
    "an XFA form": _("an XFA form"),
    "an action at opening": _("an action at opening"),
    "a link into a network (GoToR)": _("a link into a network (GoToR)"),
    "a link into a network (Thread)": _("a link into a network (Thread)"),
}


def inspect(uploaded: "File[bytes]", kind: FileType) -> tuple[int | None, str]:
    """Return (number of pages or None, text) of a PDF or DOCX. Raises ValidationError for a document that is refused.

    The text ends where extracting it failed; that does not refuse the document. See ``StoredFile.search_notice``.
    """
    name = uploaded.name or ""
    lines = run_extraction(uploaded, kind.extensions[0])
    verdict: JsonObject = next((line for line in lines if "verdict" in line), {})
    if verdict.get("verdict") == "ok":
        return verdict["pages"], "".join(line.get("text", "") for line in lines)
    if verdict.get("verdict") == "damaged":
        raise damaged(name, kind)
    if verdict.get("verdict") == "encrypted":
        message = _("“%(name)s” is protected, so it cannot be checked. Save it without a password or restrictions.")
        raise refused(name, message, "pdf_encrypted")
    if verdict.get("verdict") == "active" and kind is DOCX:
        raise active_content(name, verdict["kind"], verdict["detail"])
    if verdict.get("verdict") == "active":
        message = _("“%(name)s” contains %(detail)s, which is not allowed in published files. Print it to a new PDF.")
        raise refused(name, message, "pdf_active_content", detail=FOUND.get(verdict["detail"], verdict["detail"]))
    if verdict.get("verdict") == "complex":
        message = _(
            "“%(name)s” has %(objects)s objects; up to %(limit)s can be checked. Print it to a new PDF, or divide it "
            "into parts."
        )
        raise refused(name, message, "document_not_checked", objects=verdict["detail"], limit=MAX_OBJECTS)
    raise refused(name, _("“%(name)s” is too complex to be checked. Print it to a new PDF."), "document_not_checked")


def run_extraction(uploaded: "File[bytes]", kind: str) -> list[JsonObject]:
    """Run ctportal.files.extract on *uploaded* and return the lines that it printed in time."""
    with tempfile.TemporaryFile() as copy:  # unnamed; standard input of the process
        uploaded.seek(0)
        shutil.copyfileobj(uploaded, copy, MEGABYTE)
        copy.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-s", "-m", "ctportal.files.extract", kind],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            # Not the environment of the server, which holds secrets.
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
    lines = []
    for line in answer.split(b"\n"):
        with contextlib.suppress(ValueError):  # truncated: the process was stopped while writing it
            lines.append(json.loads(line))
    return lines
