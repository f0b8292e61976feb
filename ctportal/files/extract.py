"""Check one document and extract its text, in a separate process: ``python -m ctportal.files.extract pdf|docx < file``.

Documents are untrusted and their parsers are large, so none of this runs inside the server. The process limits its own
resources before it reads a byte, has no settings and no secrets, and prints lines of JSON:

    {"verdict": "ok", "pages": 12}        or "damaged", "encrypted", "active" with a "detail"
    {"text": "…"}                         the text read so far; each line replaces the one before

The verdict comes first. If the process dies after it, the document has no text.
"""

import io
import itertools
import json
import re
import resource
import sys
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ctportal.files.verdict import Refused
from ctportal.files.word import read_docx

if TYPE_CHECKING:
    from pypdf import PageObject

MEMORY = 1024**3  # bytes of address space
CPU_SECONDS = 10
MAX_TEXT = 1_000_000  # characters kept: about 500 pages
MAX_PAGES_READ = 1_000
MAX_OBJECT_STREAM = 64 * 1024**2  # bytes one compressed object stream of a PDF may unpack to

# Actions that a PDF may not contain. Links (/URI), jumps (/GoTo) and menu commands (/Named) are harmless.
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound"}
ACTIVE_KEYS = {"/JS": "JavaScript", "/JavaScript": "JavaScript", "/EF": "an embedded file", "/XFA": "an XFA form"}
ACTIVE_SUBTYPES = {"/FileAttachment", "/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"}
HARMLESS_AT_OPENING = {"/GoTo", "/Named"}

# The same in raw bytes. Names may contain #xx escapes, so these are decoded before searching.
GAP = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])*"
RAW_ACTIVE = re.compile(
    rb"/S" + GAP + rb"/(JavaScript|Launch|SubmitForm|ImportData|GoToE)(?![A-Za-z0-9])"
    rb"|/Type" + GAP + rb"/(EmbeddedFile)(?![A-Za-z0-9])"
    rb"|/EF" + GAP + rb"(<<)"
)
NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9]).{0,2000}?stream\r?\n", re.DOTALL)

ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
PRINTED_SHAPES = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]+")
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def main(kind: str) -> None:
    limit_resources()
    data = sys.stdin.buffer.read()
    try:
        pages, texts = READERS[kind](data)
    except Refused as refused:
        emit(verdict=refused.verdict, detail=refused.detail, kind=refused.kind)
        return
    emit(verdict="ok", pages=pages)
    for text in texts:
        emit(text=UNWANTED.sub("", text)[:MAX_TEXT])


def limit_resources() -> None:
    """Limit memory and processor time; forbid writing files, starting processes and core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def emit(**line: str | int | None) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


# PDF


def read_pdf(data: bytes) -> tuple[int, Iterable[str]]:
    """Return (number of pages, iterator as from ``pdf_texts``). Raises Refused, see ``check_pdf``."""
    return check_pdf(data), pdf_texts(data)


def check_pdf(data: bytes) -> int:
    """Return the number of pages. Raises Refused for a PDF that is damaged, encrypted or has active content."""
    import pypdfium2

    if not data.rstrip(b"\x00\t\n\f\r \x1a").endswith(b"%%EOF"):
        raise Refused("damaged")  # truncated, or followed by other data
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted" if "password" in str(error).lower() else "damaged") from error
    if not len(document):
        raise Refused("damaged")
    # Both are checked: the objects that a PDF reader finds, and the raw bytes for those that a reader which repairs damaged
    # files might find.
    refuse_active_bytes(data)
    refuse_active_objects(data)
    return len(document)


def refuse_active_bytes(data: bytes) -> None:
    for piece in [data, *object_streams(data)]:
        found = RAW_ACTIVE.search(NAME_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), piece))
        if found:
            name = next(group for group in found.groups() if group).decode()
            raise Refused("active", "an embedded file" if name in ("EmbeddedFile", "<<") else name)


def object_streams(data: bytes) -> Iterator[bytes]:
    """Yield the decompressed object streams, whose objects a search of the raw bytes does not find."""
    for match in OBJECT_STREAM.finditer(data):
        try:
            yield unpack(memoryview(data)[match.end() :])
        except zlib.error:
            continue  # not Flate; refuse_active_objects decodes what a PDF reader would


def unpack(packed: memoryview) -> bytes:
    """Return the decompressed Flate stream at the beginning of *packed*. Raises Refused above MAX_OBJECT_STREAM."""
    unpacker = zlib.decompressobj()
    pieces, length = [], 0
    for start in range(0, len(packed), 65536):  # else zlib would copy all data behind the stream
        pieces.append(unpacker.decompress(packed[start : start + 65536], MAX_OBJECT_STREAM - length + 1))
        length += len(pieces[-1])
        if length > MAX_OBJECT_STREAM:
            raise Refused("damaged")
        if unpacker.eof:
            break
    return b"".join(pieces)


def refuse_active_objects(data: bytes) -> None:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    from pypdf.generic import IndirectObject

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("encrypted")
        numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
        numbers |= {(number, 0) for number in reader.xref_objStm}
        for number, generation in sorted(numbers):
            refuse_active_object(reader.get_object(IndirectObject(number, generation, reader)))
        refuse_active_object(reader.trailer)
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as error:
        raise Refused("encrypted") from error  # its objects cannot be checked without its key
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise Refused("damaged") from error


def refuse_active_object(found: object) -> None:
    """Check one object and all objects nested in it. References are not followed: their targets are checked separately."""
    waiting = [found]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            refuse_active_dictionary(item)
            waiting.extend(dict.values(item))
        elif isinstance(item, list):
            waiting.extend(list.__iter__(item))


def refuse_active_dictionary(item: dict[Any, Any]) -> None:
    for key, detail in ACTIVE_KEYS.items():
        if key in item:
            raise Refused("active", detail)
    action = plain(item.get("/S"))
    if action in ACTIVE_ACTIONS:
        raise Refused("active", action.lstrip("/"))
    if plain(item.get("/Type")) == "/EmbeddedFile" or plain(item.get("/Subtype")) in ACTIVE_SUBTYPES:
        raise Refused("active", "an embedded file")
    at_opening = [plain(item.get("/OpenAction"))]
    events = plain(item.get("/AA"))
    if isinstance(events, dict):
        at_opening += [plain(event) for event in events.values()]
    for event in at_opening:
        if isinstance(event, dict) and plain(event.get("/S")) not in HARMLESS_AT_OPENING:
            raise Refused("active", "an action at opening")


def plain(item: Any) -> Any:
    """Return *item*, or the object it refers to where it is a reference."""
    return item.get_object() if hasattr(item, "get_object") else item


def pdf_texts(data: bytes) -> Iterator[str]:
    """Yield the text of all pages as pdfium returns it, then, where it has Arabic, once more with Arabic in reading order.

    pdfium returns Arabic letters in drawing order; pypdf returns each piece that is drawn at once in reading order.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    pages: list[str] = []
    length = 0
    for number in range(min(len(document), MAX_PAGES_READ)):
        page = document[number]
        textpage = page.get_textpage()
        pages.append(textpage.get_text_range().replace("\r\n", "\n"))
        length += len(pages[-1])
        textpage.close()
        page.close()
        if length > MAX_TEXT:
            break
    yield "\n\n".join(pages)
    if any(ARABIC.search(page) for page in pages):
        yield "\n\n".join(arabic_pages(data, pages))


def arabic_pages(data: bytes, pages: list[str]) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    for number, text in enumerate(pages):
        yield arabic_page(reader.pages[number]) if ARABIC.search(text) else text


Piece = tuple[float, str]  # (distance from the left, text)


def arabic_page(page: "PageObject") -> str:
    """Return the lines of *page*, each joined from its pieces by position: some programs draw a line word by word from the
    left, others in one piece."""
    lines: list[tuple[float, list[Piece]]] = []  # (height, pieces)

    def take(text: str, matrix: list[float], text_matrix: list[float], _font: object, _size: object) -> None:
        left, height = (
            text_matrix[4] * matrix[place] + text_matrix[5] * matrix[place + 2] + matrix[place + 4] for place in (0, 1)
        )
        # Arabic presentation forms become letters, as people type them in a search.
        text = PRINTED_SHAPES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
        for piece in filter(str.strip, text.split("\n")):
            if not lines or round(lines[-1][0]) != round(height):
                lines.append((height, []))
            lines[-1][1].append((left, piece))

    page.extract_text(visitor_text=take)
    return "\n".join(in_reading_order(pieces) for _height, pieces in lines)


def in_reading_order(pieces: list[Piece]) -> str:
    """Return the text of a line of *pieces*. A line with Arabic is joined from right to left, but words in other scripts
    within it from left to right."""
    if not any(ARABIC.search(text) for _left, text in pieces):
        return "".join(text for _left, text in pieces)
    from_the_right = sorted(pieces, key=lambda piece: -piece[0])
    words: list[str] = []
    for is_arabic, group in itertools.groupby(from_the_right, lambda piece: bool(ARABIC.search(piece[1]))):
        texts = [text for _left, text in group]
        is_foreign = not is_arabic and any(map(str.isalpha, "".join(texts)))  # numbers alone are joined like Arabic
        words += reversed(texts) if is_foreign else texts
    return " ".join(" ".join(words).split())


def letters(text: str) -> str:
    """Return *text* with Arabic presentation forms replaced by letters, as people type them in a search."""
    return PRINTED_SHAPES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


READERS: dict[str, Callable[[bytes], tuple[int | None, Iterable[str]]]] = {"pdf": read_pdf, "docx": read_docx}

if __name__ == "__main__":
    main(sys.argv[1])
