"""What a photo says of itself: caption, credit, rights, date and place, from XMP, IPTC and EXIF of JPEG, PNG and WebP.

It fills in the form and is never served. Each value is read from these places, in this order; the first that says something counts:

===========  =================================  ========================  ===============================
value        XMP                                IPTC (record 2)           EXIF
===========  =================================  ========================  ===============================
caption      dc:description                     120 caption               ImageDescription
agency       photoshop:Credit                   110 credit
by-line      dc:creator                         80 by-line                Artist
rights       dc:rights                          116 copyright             Copyright
date         photoshop:DateCreated,             55 date created           DateTimeOriginal
             exif:DateTimeOriginal
city         photoshop:City                     90 city
country      photoshop:Country                  101 country
===========  =================================  ========================  ===============================

- IPTC goes before XMP where the checksum of the IPTC, which programs that know both write along, says that it was changed
  afterwards (Metadata Working Group, Guidelines 2.0).
- A whole text goes before a cut one. IPTC has room for 32 bytes of a name: what is as long as that yields to any longer text, and
  any text yields to one that begins with it and goes on.
- What cameras and programs write by themselves (``machine_text``) is passed over, and the next place is asked.
- Credit is agency and by-line, "UN Photo/Jo Example"; names that the agency's line holds already are not said again.
- Place is city and country in words. Coordinates, and anything narrower than a city, are never read.
- XMP is Unicode. IPTC and EXIF are read in the character set they declare, else as UTF-8, else in the likeliest Windows code
  page (``code_pages``).
"""

import hashlib
import logging
import re
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import IO, TypedDict
from xml.etree import ElementTree
from xml.parsers import expat

from PIL import Image

from ctportal.core.folding import fold
from ctportal.core.text_cleaning import one_line
from ctportal.files.code_pages import decode_texts
from ctportal.files.containers import APP1, APP13, jpeg_segments, png_chunks, webp_chunks
from ctportal.files.machine_text import says_nothing

logger = logging.getLogger(__name__)

LONGEST = 2000  # characters of a text, as in IPTC
MAX_TEXTS = 50  # for one value
MAX_BLOCK = 1024 * 1024  # bytes of one kind of metadata; most pictures have 3 to 20 kB
MAX_DEPTH = 32  # elements of XMP within each other
NAME_ROOM = 32  # bytes that IPTC has for a name
SPELLING = "\u200c\u200d\u200e\u200f\u061c"  # joiners, as in Persian and emoji, and marks of direction
EQUIPMENT = "equipment"
FIRST_PHOTOGRAPH = date(1826, 1, 1)  # cameras without a clock write zeros


class PhotoMetadata(TypedDict):
    """What a photo says of itself; "" or None where it says nothing."""

    caption: str
    credit: str
    rights: str
    taken_on: date | None
    place: str


@dataclass
class Blocks:
    """The undecoded metadata of one file. *iptc_digest* is the checksum that *iptc* had when the XMP was written."""

    xmp: bytes = b""
    iptc: bytes = b""
    iptc_digest: bytes = b""
    exif: bytes = b""


@dataclass
class Source:
    """The texts of one kind of metadata by the values of the table above, with the names of the camera and the program."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    equipment: list[str] = field(default_factory=list)

    def add(self, value: str, texts: Iterable[str]) -> None:
        known = self.equipment if value == EQUIPMENT else self.texts.setdefault(value, [])
        known += list(texts)[: MAX_TEXTS - len(known)]


def read_metadata(uploaded: IO[bytes]) -> PhotoMetadata:
    """Return what *uploaded*, a JPEG, PNG or WebP, says of itself. What cannot be read is left empty.

    Texts are on one line, at most LONGEST characters long.
    """
    uploaded.seek(0)
    try:
        blocks = find_blocks(uploaded.read())
    except ValueError as error:
        logger.info("Read no metadata from a picture: %s", error)
        blocks = Blocks()
    uploaded.seek(0)
    xmp, iptc, exif = (
        read_source(read, block)
        for read, block in ((read_xmp, blocks.xmp), (read_iptc, blocks.iptc), (read_exif, blocks.exif))
    )
    sources = [iptc, xmp, exif] if is_newer(blocks) else [xmp, iptc, exif]
    equipment = [name for source in sources for name in source.equipment]

    def first(value: str, room: int = 0) -> list[str]:
        is_caption = value == "caption"
        return whole([told(source.texts.get(value, ()), equipment, is_caption) for source in sources], room)

    days = (day(text) for source in sources for text in source.texts.get("date", ()))
    return PhotoMetadata(
        caption=shortened(", ".join(first("caption"))),
        credit=shortened(credit_line(", ".join(first("agency", NAME_ROOM)), first("by-line", NAME_ROOM))),
        rights=shortened(", ".join(first("rights", 128))),
        taken_on=next(filter(None, days), None),
        place=shortened(", ".join(dict.fromkeys([*first("city", NAME_ROOM), *first("country")]))),
    )


# What counts


def told(texts: Iterable[str], equipment: list[str], is_caption: bool) -> list[str]:
    """Return those of *texts* that a person wrote, tidied, each once."""
    tidied = map(tidy, texts)
    return list(dict.fromkeys(text for text in tidied if not says_nothing(text, equipment, is_caption=is_caption)))


def whole(candidates: list[list[str]], room: int) -> list[str]:
    """Return the first of *candidates*, lists of texts, that has any; one that is whole before one that was cut.

    *room* is the number of bytes that IPTC has for a text, or 0 where no text fills it.
    """
    chosen: list[str] = []
    for texts in candidates:
        was, now = ", ".join(chosen), ", ".join(texts)
        if len(now) > len(was) and (now.startswith(was) or any(looks_cut(text, room) for text in chosen)):
            chosen = texts
    return chosen


def looks_cut(text: str, room: int = NAME_ROOM) -> bool:
    """Return whether *text* fills *room* bytes, up to a space or a part of a character, at one byte each or in UTF-8."""
    return room - 1 <= len(text) <= room or room - 3 <= len(text.encode()) <= room


def credit_line(agency: str, names: list[str]) -> str:
    """Return "agency/name, name" without the names that *agency* holds, in whatever order their words are, with or without
    accents, and without what it says twice. An initial is the name that begins with it."""
    agency = said_once(agency)
    head, slash, tail = agency.rpartition("/")
    if slash and looks_cut(agency) and any(name.startswith(tail) for name in names):
        agency = head
    held = words(agency)
    names = [
        name
        for name in names
        if not (is_held(words(name), held) or (looks_cut(name) and name.casefold() in agency.casefold()))
    ]
    if any(held <= words(name) for name in names):
        agency = ""  # "Jo Example, UN Photo" holds "UN Photo"
    return "/".join(filter(None, [agency, ", ".join(names)]))


def said_once(agency: str) -> str:
    """Return *agency* without the parts between slashes that it has before: "OSCE/Jo Example/Jo Example"."""
    parts: list[str] = []
    for part in agency.split("/"):
        if not words(part) or words(part) not in map(words, parts):
            parts.append(part)
    return "/".join(parts)


def is_held(name: set[str], held: set[str]) -> bool:
    """Return whether *held* has all words of *name*, and for an initial beside them a word that begins with it."""
    initials = {word for word in name if len(word) == 1} - held
    return name - initials <= held and (not initials or (initials < name and {word[0] for word in held} >= initials))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def is_newer(blocks: Blocks) -> bool:
    """Return whether the IPTC was changed after the XMP was written."""
    return any(blocks.iptc_digest) and hashlib.md5(blocks.iptc, usedforsecurity=False).digest() != blocks.iptc_digest


def tidy(text: str) -> str:
    """Return *text* cleaned like what people type, with single spaces and without soft hyphens and other signs of format."""
    clean = one_line(text[: 4 * LONGEST].replace("\0", " "))
    return " ".join("".join(char for char in clean if unicodedata.category(char) != "Cf" or char in SPELLING).split())


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def day(text: str) -> date | None:
    """Return the date with which *text* begins (2019-09-03, 2019:09:03, 20190903), or None: no date, or before photography."""
    found = re.match(r"\s*(\d{4})([-:/.]?)(\d{2})\2(\d{2})(?!\d)", text, re.ASCII)
    if not found:
        return None
    try:
        taken = date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None
    return taken if taken > FIRST_PHOTOGRAPH else None


# Where it stands


def read_source(read: Callable[[bytes], Source], block: bytes) -> Source:
    """Return what *read* finds in *block*; nothing where it is missing or damaged, so that the other kinds still count."""
    try:
        return read(block) if 0 < len(block) <= MAX_BLOCK else Source()
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged data, and this only fills in a form
        logger.info("Skipped unreadable metadata of a picture: %r", error)
        return Source()


def find_blocks(data: bytes) -> Blocks:
    """Return the Blocks of a JPEG, PNG or WebP, the first of each kind; empty ones for any other bytes."""
    if data[:2] == b"\xff\xd8":
        return jpeg_blocks(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return png_blocks(data)
    chunks = dict(reversed([*webp_chunks(data)])) if data[:4] == b"RIFF" else {}
    return Blocks(xmp=chunks.get(b"XMP ", b""), exif=chunks.get(b"EXIF", b""))


def jpeg_blocks(data: bytes) -> Blocks:
    blocks, photoshop = Blocks(), []
    for marker, content in jpeg_segments(data):
        header, _nul, rest = content.partition(b"\0")
        if marker == APP1 and header == b"http://ns.adobe.com/xap/1.0/":
            blocks.xmp = blocks.xmp or rest
        elif marker == APP1 and header == b"Exif":
            blocks.exif = blocks.exif or content
        elif marker == APP13 and header == b"Photoshop 3.0":
            photoshop.append(rest)  # may go on in the next segment
    read_photoshop(b"".join(photoshop), blocks)
    return blocks


def png_blocks(data: bytes) -> Blocks:
    """Return the Blocks of a PNG. IPTC stands where ImageMagick and ExifTool write it: as hexadecimal text."""
    blocks = Blocks()
    for name, content in png_chunks(data):
        keyword, _nul, rest = content.partition(b"\0")
        if name == b"eXIf":
            blocks.exif = content
        elif name == b"iTXt" and keyword == b"XML:com.adobe.xmp":
            text = rest[2:].split(b"\0", 2)[-1]
            blocks.xmp = unpacked(text) if rest[:1] == b"\x01" else text
        elif name in (b"zTXt", b"tEXt") and keyword.startswith(b"Raw profile type "):
            profile = raw_profile(unpacked(rest[1:]) if name == b"zTXt" else rest)
            if keyword.endswith(b" iptc"):
                read_photoshop(profile.removeprefix(b"Photoshop 3.0\0"), blocks)
            elif keyword.endswith((b" exif", b" APP1")):
                blocks.exif = blocks.exif or profile
            elif keyword.endswith(b" xmp"):
                blocks.xmp = blocks.xmp or profile
    return blocks


def unpacked(data: bytes) -> bytes:
    """Return *data* unpacked, or b"" where it is damaged or more than MAX_BLOCK bytes."""
    try:
        text = zlib.decompressobj().decompress(data, MAX_BLOCK + 1)
    except zlib.error:
        return b""
    return text if len(text) <= MAX_BLOCK else b""


def raw_profile(text: bytes) -> bytes:
    """Return the bytes of a "raw profile": a line with its name, one with its length, and lines of hexadecimal digits."""
    lines = text.strip().split(b"\n", 2) if len(text) <= MAX_BLOCK else []
    digits = b"".join(lines[2].split()) if len(lines) == 3 else b""
    return bytes.fromhex(digits.decode("ascii")) if re.fullmatch(rb"(?:[0-9a-fA-F]{2})*", digits) else b""


def read_photoshop(data: bytes, blocks: Blocks) -> None:
    """Put IPTC and its checksum from *data*, Photoshop's image resources, into *blocks*. *data* may be IPTC alone."""
    if data[:1] == b"\x1c":
        blocks.iptc = data
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        resource, name = struct.unpack(">HB", data[at + 4 : at + 7])
        at += 7 + name + (name + 1) % 2
        length = int.from_bytes(data[at : at + 4])
        content = data[at + 4 : at + 4 + length]
        at += 4 + length + length % 2
        if resource == 0x0404:
            blocks.iptc = blocks.iptc or content
        elif resource == 0x0425:
            blocks.iptc_digest = content


# XMP


RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
DC, PHOTOSHOP = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/photoshop/1.0/}"
XMP, EXIF, TIFF = (f"{{http://ns.adobe.com/{name}/1.0/}}" for name in ("xap", "exif", "tiff"))
XMP_VALUES = {
    f"{DC}description": "caption",
    f"{PHOTOSHOP}Credit": "agency",
    f"{DC}creator": "by-line",
    f"{DC}rights": "rights",
    f"{PHOTOSHOP}DateCreated": "date",
    f"{EXIF}DateTimeOriginal": "date",
    f"{PHOTOSHOP}City": "city",
    f"{PHOTOSHOP}Country": "country",
    f"{XMP}CreatorTool": EQUIPMENT,
    f"{TIFF}Make": EQUIPMENT,
    f"{TIFF}Model": EQUIPMENT,
    f"{TIFF}Software": EQUIPMENT,
}


def read_xmp(packet: bytes) -> Source:
    """Return what the description of the picture itself in an XMP *packet* says, not those of what it was made from."""
    source, root = Source(), parse_xml(packet)
    rdf = root if root.tag == f"{RDF}RDF" else root.find(f"{RDF}RDF")
    for description in rdf.findall(f"{RDF}Description") if rdf is not None else ():
        for name, value in XMP_VALUES.items():
            if name in description.attrib:
                source.add(value, [description.attrib[name]])
            for element in description.findall(name):
                source.add(value, items(element))
    return source


def items(element: ElementTree.Element) -> list[str]:
    """Return the texts of an XMP property: its own, those of a list, or of a choice of languages the default."""
    choice = element.find(f"{RDF}Alt")
    if choice is not None:
        texts = {li.get(LANG, "").lower(): text for li in choice.findall(f"{RDF}li") if (text := item(li)).strip()}
        return [texts.get("x-default") or next(iter(texts.values()), "")]
    return [item(li) for kind in ("Seq", "Bag") for li in element.findall(f"{RDF}{kind}/{RDF}li")] or [item(element)]


def item(element: ElementTree.Element) -> str:
    """Return the text of a value of XMP, also where something is said of the value, such as the role of a person."""
    value = element.find(f"{RDF}value")
    if value is None:
        value = element.find(f"{RDF}Description/{RDF}value")
    return (element if value is None else value).text or ""


def parse_xml(data: bytes) -> ElementTree.Element:
    """Return the root of XML from strangers. Raises ExpatError, or ValueError for a DOCTYPE, which can define entities, and
    for elements more than MAX_DEPTH within each other. What stands behind the root is not read."""
    builder, depth = ElementTree.TreeBuilder(), 0
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_what: object) -> None:
        raise ValueError("a DOCTYPE in XMP")

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError("XMP nested too deep")
        builder.start(clark(tag), {clark(name): value for name, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(clark(tag))
        if not depth:
            raise Closed

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    with suppress(Closed):
        parser.Parse(data.strip(b"\0 \r\n"), True)
    return builder.close()


class Closed(Exception):
    """The root element has ended."""


def clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name


# IPTC


IPTC_VALUES = {
    120: "caption",
    110: "agency",
    80: "by-line",
    116: "rights",
    55: "date",
    90: "city",
    101: "country",
    65: EQUIPMENT,
}
DECLARED = {"A": "cp1252", "B": "iso8859-2", "F": "iso8859-7", "G": "iso8859-6", "L": "iso8859-5", "M": "iso8859-9"}


def read_iptc(block: bytes) -> Source:
    sets = list(iptc_sets(block))
    escape = next((value for record, number, value in sets if (record, number) == (1, 90)), b"")
    found = [(IPTC_VALUES[number], value) for record, number, value in sets if record == 2 and number in IPTC_VALUES]
    texts = iptc_texts([value for _name, value in found], escape.decode("latin-1"))
    source = Source()
    for (name, _value), text in zip(found, texts, strict=True):
        source.add(name, [text])
    return source


def iptc_sets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (record, number, content) for each data set of IPTC's Information Interchange Model."""
    at = 0
    while block[at : at + 1] == b"\x1c" and at + 5 <= len(block):
        record, number, length = struct.unpack(">BBH", block[at + 1 : at + 5])
        at += 5
        if length & 0x8000:  # the number of bytes of the length that follows
            digits = length & 0x7FFF
            length = int.from_bytes(block[at : at + min(digits, 8)])
            at += digits
        yield record, number, block[at : at + length]
        at += length


def iptc_texts(values: list[bytes], escape: str) -> list[str]:
    """Return *values* decoded; *escape* is the sequence of ISO 2022 that declares their character set, or ""."""
    declared = re.fullmatch(r"\x1b[-./]([A-Z])", escape)
    if declared and declared[1] in DECLARED:
        return [value.decode(DECLARED[declared[1]], "replace") for value in values]
    return decode_texts(values, declared=escape.startswith("\x1b%"))


# EXIF


def read_exif(block: bytes) -> Source:
    exif = Image.Exif()
    exif.load(block)
    make, model, software, caption, artist, rights = decode_texts(
        [raw(exif.get(tag)) for tag in (0x010F, 0x0110, 0x0131, 0x010E, 0x013B, 0x8298)]
    )
    source = Source()
    source.add(EQUIPMENT, [make, model, f"{make} {model}", software])
    source.add("caption", [caption])
    source.add("by-line", [artist])
    source.add("rights", rights.split("\0"))  # of the photographer and of the editor
    source.add("date", [raw(exif.get_ifd(0x8769).get(0x9003)).decode("ascii", "replace")])
    return source


def raw(value: object) -> bytes:
    """Return the bytes of a value of EXIF, which Pillow gives as text in Latin-1."""
    if isinstance(value, str):
        return value.encode("latin-1", "replace")
    return value if isinstance(value, bytes) else b""
