"""Check one document and extract its text, in a separate process: ``python -m ctportal.files.extract pdf|docx < file``.

Documents are untrusted and their parsers are large, so none of this runs inside the server. The process limits its own
resources before it reads a byte, has no settings and no secrets, and prints lines of JSON:

    {"verdict": "ok", "pages": 12}        or "damaged", "encrypted"; "active", "complex" with a "detail"
    {"text": "…"}                         a piece of the text; in a PDF a page, which ends in a form feed

The verdict comes first. If the process dies after it, the document has the text that was read until then.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterable

from ctportal.files.pdf import read_pdf
from ctportal.files.verdict import MAX_TEXT, Refused
from ctportal.files.word import read_docx

MEMORY = 1024**3  # bytes of address space
CPU_SECONDS = 10

# Marks of direction would turn what stands around the piece that a search shows.
UNWANTED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]+")  # signs of a font that nobody can type


def main(kind: str) -> None:
    limit_resources()
    data = sys.stdin.buffer.read()
    try:
        pages, texts = READERS[kind](data)
    except Refused as refused:
        emit(verdict=refused.verdict, detail=refused.detail, kind=refused.kind)
        return
    emit(verdict="ok", pages=pages)
    left = MAX_TEXT
    for text in texts:
        text = PRIVATE.sub(" ", UNWANTED.sub("", text))[:left]
        left -= len(text)
        emit(text=text)
        if not left:
            break


def limit_resources() -> None:
    """Limit memory and processor time; forbid writing files, starting processes and core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def emit(**line: str | int | None) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


READERS: dict[str, Callable[[bytes], tuple[int | None, Iterable[str]]]] = {"pdf": read_pdf, "docx": read_docx}

if __name__ == "__main__":
    main(sys.argv[1])
