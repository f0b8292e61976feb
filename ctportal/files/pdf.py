"""Check a PDF for what acts by itself (docs/decisions/files.md). Runs in the process of ``ctportal.files.extract``.

Only the objects with a suspicious name are parsed, and those that might reach around such a name. What a name
means depends on the kind of its dictionary: a font may be called /JS, and an element of the structure have the role
/JavaScript.
"""

import io
import re
from collections.abc import Iterator

from ctportal.files.pdf_objects import PdfDictionary, PdfItem, PdfName, PdfObjects, is_text, spelt, text_of
from ctportal.files.pdf_text import pdf_texts
from ctportal.files.verdict import Refused

MAX_OBJECTS = 100_000  # take 2 to 3 s
MAX_BEFORE = 64  # bytes before the header, which readers skip
MAX_NEXT = 100  # actions after each other

# Actions that a PDF may not contain. Links (/URI), jumps (/GoTo) and menu commands (/Named) are harmless.
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound"}
ACTIONS_ON_FILES = {"/GoToR", "/Thread"}
ACTIVE_SUBTYPES = {"/FileAttachment", "/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"}
HARMLESS_AT_OPENING = {"/GoTo", "/Named"}
FILE_NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")
NETWORK_PATH = re.compile(r"[\\/]{2}|[a-z][a-z0-9+.-]+:", re.IGNORECASE)
# A dictionary with /P and no other keys than these is an element of the structure: its /S is a role, not an action.
STRUCTURE_ELEMENT = {
    *("/Type", "/S", "/P", "/ID", "/Ref", "/Pg", "/K", "/A", "/C", "/R", "/T", "/Lang", "/Alt", "/E", "/ActualText"),
    *("/NS", "/PhoneticAlphabet", "/Phoneme", "/AF"),
}
KEYS = {"/JS", "/EF", "/EmbeddedFile", "/AcroForm", "/XFA", "/OpenAction", "/AA"}
SUSPICIOUS = spelt(*sorted(name[1:] for name in KEYS | ACTIVE_ACTIONS | ACTIONS_ON_FILES | ACTIVE_SUBTYPES))


def read_pdf(data: bytes) -> tuple[int, Iterator[str]]:
    """Return (number of pages, iterator as from ``pdf_texts``). Raises Refused, see ``check_pdf``."""
    data = data[max(data[: MAX_BEFORE + 5].find(b"%PDF-"), 0) :]  # offsets are counted from the header
    return check_pdf(data), pdf_texts(data)


def check_pdf(data: bytes) -> int:
    """Return the number of pages. Raises Refused for a PDF that is damaged, encrypted or too complex, or active."""
    import pypdfium2

    if not data.rstrip(b"\x00\t\n\f\r \x1a").endswith(b"%%EOF"):
        raise Refused("damaged")  # truncated, or followed by other data
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted" if "password" in str(error).lower() else "damaged") from error
    if not len(document):
        raise Refused("damaged")
    refuse_active_content(data)
    return len(document)


def refuse_active_content(data: bytes) -> None:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, DeprecationError, FileNotDecryptedError, PyPdfError

    refuse_too_many(data.count(b"obj") - data.count(b"endobj"))
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("encrypted")
        refuse_too_many(sum(map(len, reader.xref.values())) + len(reader.xref_objStm))
        objects = PdfObjects(data, reader)
        for item in objects.with_names(SUSPICIOUS):
            refuse_active_item(item, objects)
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as error:
        raise Refused("encrypted") from error  # its objects cannot be checked without its key
    except (PyPdfError, DeprecationError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Refused("damaged") from error


def refuse_too_many(objects: int) -> None:
    if objects > MAX_OBJECTS:
        raise Refused("complex", str(objects))


def refuse_active_item(item: PdfItem, objects: PdfObjects) -> None:
    """Check an object and all that is nested in it. References are followed only where the kind of a dictionary depends on
    them: their targets are checked for themselves."""
    if isinstance(item, PdfName) and item in ACTIVE_ACTIONS | ACTIVE_SUBTYPES | {"/EmbeddedFile"}:
        raise Refused("active", item[1:])  # a dictionary refers to its name
    waiting = [item]
    while waiting:
        item = waiting.pop()
        if isinstance(item, PdfDictionary):
            refuse_active_dictionary(item, objects)
            waiting += [value for _key, value in item.entries]
        elif isinstance(item, list):
            waiting += item


def refuse_active_dictionary(item: PdfDictionary, objects: PdfObjects) -> None:
    refuse_active_action(item, objects)
    if "/EmbeddedFile" in objects.names(item, "/Type") or objects.names(item, "/Subtype") & ACTIVE_SUBTYPES:
        raise Refused("active", "an embedded file")
    for value in objects.values(item, "/EF"):
        if isinstance(value, PdfDictionary) and not value.is_stream and value.keys & set(FILE_NAMES):
            raise Refused("active", "an embedded file")
    for value in objects.values(item, "/JavaScript"):
        if isinstance(value, PdfDictionary) and not value.is_stream and value.keys & {"/Names", "/Kids"}:
            raise Refused("active", "JavaScript")
    for value in objects.values(item, "/XFA"):
        is_resource = isinstance(value, PdfDictionary) and (not value.is_stream or "/Subtype" in value.keys)
        is_destination = isinstance(value, list) and not any(is_text(part) for part in value)
        if "/Fields" in item.keys or not (is_resource or is_destination):
            raise Refused("active", "an XFA form")
    for value in objects.values(item, "/AcroForm"):
        if isinstance(value, PdfDictionary) and "/XFA" in value.keys:
            raise Refused("active", "an XFA form")
    refuse_actions_at_opening(list(objects.values(item, "/OpenAction")), objects)
    for events in objects.values(item, "/AA"):
        if isinstance(events, PdfDictionary):
            refuse_actions_at_opening([value for _key, value in events.entries], objects)


def refuse_active_action(item: PdfDictionary, objects: PdfObjects) -> None:
    if "/P" in item.keys and item.keys <= STRUCTURE_ELEMENT:
        return
    actions = objects.names(item, "/S")
    for action in sorted(actions & ACTIVE_ACTIONS):
        raise Refused("active", action[1:])
    for value in objects.values(item, "/JS"):
        if is_text(value) or (actions and isinstance(value, PdfDictionary) and value.is_stream):
            raise Refused("active", "JavaScript")
    for action in sorted(actions & ACTIONS_ON_FILES):
        if any(leads_into_network(value, objects) for value in objects.values(item, *FILE_NAMES)):
            raise Refused("active", f"a link into a network ({action[1:]})")


def leads_into_network(file: PdfItem, objects: PdfObjects) -> bool:
    """Return whether a file specification is an address or names another machine, which learns who opens it."""
    if isinstance(file, PdfDictionary):
        names = objects.values(file, *FILE_NAMES)
        return "/FS" in file.keys or any(leads_into_network(name, objects) for name in names)
    return is_text(file) and (objects.reader.is_encrypted or bool(NETWORK_PATH.match(text_of(file))))


def refuse_actions_at_opening(waiting: list[PdfItem], objects: PdfObjects) -> None:
    """Check actions that nobody asks for, and those that follow them."""
    for _number in range(MAX_NEXT):
        if not waiting:
            return
        for action in objects.resolve(waiting.pop()):
            if isinstance(action, PdfDictionary):
                refuse_active_action(action, objects)
                if objects.names(action, "/S") - HARMLESS_AT_OPENING:
                    raise Refused("active", "an action at opening")
                for after in objects.values(action, "/Next"):
                    waiting += after if isinstance(after, list) else [after]
    raise Refused("active", "an action at opening")
