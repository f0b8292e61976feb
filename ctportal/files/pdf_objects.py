"""The objects of a PDF, for its check: found and parsed by rules that leave less open than a PDF reader has to."""

import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

from ctportal.files.verdict import Refused

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_REFERENCES = 8  # that refer to each other

BLANK = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])"
NAME = rb"[^\x00\t\n\f\r ()<>\[\]{}/%]"
TOKEN = re.compile(
    rb"(?P<blank>" + BLANK + rb"+)|(?P<open><<|\[)|(?P<close>>>|\])|/(?P<name>" + NAME + rb"*)|(?P<text>\()"
    rb"|(?P<hex><[^<>]*>)|(?P<number>\d{1,10})" + BLANK + rb"{1,9}\d{1,5}" + BLANK + rb"{1,9}R(?!" + NAME + rb")"
    rb"|(?P<word>" + NAME + rb"+)"
)
PARENTHESIS = re.compile(rb"\\.|[()]", re.DOTALL)
TEXT_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
HEADER = re.compile(BLANK + rb"*+\d++" + BLANK + rb"++\d++" + BLANK + rb"*+obj")
NUMBERS = re.compile(rb"(?<!\d)(\d{1,10})" + BLANK + rb"++\d++" + BLANK + rb"*+\Z")  # before the word "obj"
LONGEST_NUMBERS = 100
BEFORE_OBJECT = {bytes([char]) for char in b"\x00\t\n\f\r 0123456789"}
STREAM = re.compile(BLANK + rb"*stream(?=[\r\n])")
# Objects whose strings are simple: no comment, no string in which brackets stand.
SIMPLE = re.compile(rb"(?:[^()%<>\\]++|<<|>>|<[0-9A-Fa-f\s]*+>|\((?:[^()<>\[\]\\]++|\\[^<>\[\]])*+\))*+", re.DOTALL)


class PdfName(str):
    """A name with its slash, without escapes."""

    __slots__ = ()


class PdfReference(NamedTuple):
    number: int


@dataclass
class PdfDictionary:
    """The *entries* of a dictionary. A key may be there twice, since readers differ in which of them holds."""

    entries: list[tuple[PdfName, "PdfItem"]]
    is_stream: bool = False

    @cached_property
    def keys(self) -> set[PdfName]:
        return {key for key, _value in self.entries}


PdfItem: TypeAlias = (
    PdfName | PdfReference | PdfDictionary | bytes | list["PdfItem"]
)  # bytes are strings, numbers and other words


@dataclass
class PdfPlace:
    """An object and where it stands."""

    offset: int
    item: PdfItem
    end: int
    is_told: bool = False


@dataclass
class PdfBytes:
    """Bytes with objects: the file, or the data of an object stream. *begins* is {offset of an object: its number}; of these,
    a cross-reference table leads to those *listed*."""

    data: bytes
    begins: dict[int, int] = field(default_factory=dict)
    listed: set[int] = field(default_factory=set)

    def objects_with(self, names: re.Pattern[bytes]) -> Iterator[tuple[int, PdfItem]]:
        """Yield (offset, item) of the objects in which *names* are found. What is in the data of a stream is no name.

        Raises Refused for a name outside of all objects.
        """
        unread = deque(sorted(self.begins))
        found: list[PdfPlace] = []  # those that reach up to the name, one within the other
        for match in names.finditer(self.data):
            while unread and unread[0] <= match.start():
                offset = unread.popleft()
                following = unread[0] if unread else len(self.data)
                # One that reaches beyond the beginning of the next may hold the name, whatever the next one seems to be.
                if following > match.start() or not ends_within(self.data[offset:following]):
                    found += self.places(offset, found, is_needed=following > match.start())
            found = [place for place in found if place.end > match.start()]
            if not found:
                raise Refused("active", match[0].decode("latin-1").lstrip("/"))
            for place in found:
                if not place.is_told:
                    place.is_told = True
                    yield place.offset, place.item

    def places(self, offset: int, around: list["PdfPlace"], *, is_needed: bool) -> list["PdfPlace"]:
        """Return the object at *offset*, or none for what merely looks like the beginning of one within those *around* it."""
        try:
            return [PdfPlace(offset, *parse(self.data, offset))]
        except Refused:
            if is_needed or offset in self.listed or not any(place.end > offset for place in around):
                raise
            return []


class PdfObjects:
    """The objects of a PDF: where its cross-reference tables lead, wherever its bytes begin one, as a reader that repairs
    damaged files would look for them, and in object streams."""

    def __init__(self, data: bytes, reader: "PdfReader") -> None:
        self.reader = reader
        self.file = PdfBytes(data, object_begins(data))
        for table in reader.xref.values():
            for number, offset in table.items():
                if header := HEADER.match(data, offset):
                    self.file.begins[header.end()] = number
                    self.file.listed.add(header.end())

    def with_names(self, names: re.Pattern[bytes]) -> Iterator[PdfItem]:
        for part in [self.file, *self.object_streams]:
            for _offset, item in part.objects_with(names):
                yield item

    def resolve(self, item: PdfItem, depth: int = MAX_REFERENCES) -> list[PdfItem]:
        """Return all that *item* may refer to: readers differ in which object of a number holds. Else it is [item]."""
        if not isinstance(item, PdfReference):
            return [item]
        found = [parse(part.data, offset)[0] for part, offset in self.definitions.get(item.number, ()) if depth]
        return [value for each in found for value in self.resolve(each, depth - 1)]

    def values(self, item: PdfDictionary, *keys: str) -> Iterator[PdfItem]:
        """Yield all values that *item* may have for *keys*."""
        for key, value in item.entries:
            if key in keys:
                yield from self.resolve(value)

    def names(self, item: PdfDictionary, key: str) -> set[str]:
        """Return those of the values that *item* may have for *key* that are names."""
        return {value for value in self.values(item, key) if isinstance(value, PdfName)}

    @cached_property
    def definitions(self) -> dict[int, list[tuple[PdfBytes, int]]]:
        definitions: dict[int, list[tuple[PdfBytes, int]]] = {}
        for part in [self.file, *self.object_streams]:
            for offset, number in part.begins.items():
                definitions.setdefault(number, []).append((part, offset))
        return definitions

    @cached_property
    def object_streams(self) -> list[PdfBytes]:
        """The unpacked object streams: those of the cross-reference table, and others that are found."""
        from pypdf.generic import IndirectObject, StreamObject, read_object

        numbers = {number for number, _index in self.reader.xref_objStm.values()}
        streams = [IndirectObject(number, 0, self.reader).get_object() for number in sorted(numbers)]
        for offset, item in self.file.objects_with(OBJECT_STREAM):
            if not (isinstance(item, PdfDictionary) and item.is_stream and {"/N", "/First"} <= item.keys):
                continue
            if len(item.keys) < len(item.entries):
                raise Refused("damaged")  # readers differ in which filter holds
            if self.file.begins[offset] not in numbers and not self.reader.is_encrypted:
                unread = io.BytesIO(self.file.data)
                unread.seek(self.file.data.index(b"<<", offset))
                streams.append(read_object(unread, self.reader))
        return [
            object_stream(stream.get_data(), int(str(stream["/First"])))
            for stream in streams
            if isinstance(stream, StreamObject)
        ]


def object_begins(data: bytes) -> dict[int, int]:
    """Return {offset: number} of the objects that bytes begin. A trailer has the number -1, as has an object without one."""
    begins = {match.end(): -1 for match in re.finditer(rb"trailer(?=\s*<<)", data)}
    for word in re.finditer(rb"obj", data):
        at = word.start()
        if data[at - 1 : at] in BEFORE_OBJECT:
            numbers = NUMBERS.search(data, max(at - LONGEST_NUMBERS, 0), at)
            begins[word.end()] = int(numbers[1]) if numbers else -1
    return begins


def object_stream(data: bytes, first: int) -> PdfBytes:
    """Return the objects of an unpacked object stream, whose first object is at the offset *first*."""
    numbers = map(int, re.findall(rb"\d+", data[:first]))
    return PdfBytes(data, {first + offset: number for number, offset in zip(numbers, numbers, strict=False)})


def parse(data: bytes, at: int) -> tuple[PdfItem, int]:
    """Return (the object at the offset *at*, the offset of its end, or of the end of its stream). Raises Refused."""
    opened: list[tuple[bytes, list[PdfItem]]] = [(b"", [])]
    while not opened[0][1]:
        token = TOKEN.match(data, at)
        if not token:
            raise Refused("damaged")
        at = token.end()
        if token.lastgroup == "open":
            opened.append((token[0], []))
        elif token.lastgroup == "close":
            opening, items = opened.pop()
            if opening != {b">>": b"<<", b"]": b"["}[token[0]]:
                raise Refused("damaged")
            opened[-1][1].append(dictionary(items) if opening == b"<<" else items)
        elif token.lastgroup == "text":
            end = end_of_text(data, at)
            opened[-1][1].append(data[token.start() : end])
            at = end
        elif token.lastgroup == "name":
            name = ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), token[0])
            opened[-1][1].append(PdfName(name.decode("latin-1")))
        elif token.lastgroup == "number":
            opened[-1][1].append(PdfReference(int(token["number"])))
        elif token.lastgroup != "blank":
            opened[-1][1].append(token[0])
    [item] = opened[0][1]
    if isinstance(item, PdfDictionary) and (stream := STREAM.match(data, at)):
        item.is_stream = True
        at = data.find(b"endstream", stream.end())
        at = len(data) if at < 0 else at
    return item, at


def ends_within(piece: bytes) -> bool:
    """Return whether the object with which *piece* begins surely ends in it. Faster than ``parse``."""
    head, stream, data = piece.partition(b"stream")
    if stream and b"endstream" not in data:
        return False
    is_closed = head.count(b"<") == head.count(b">") and head.count(b"[") == head.count(b"]")
    return is_closed and SIMPLE.fullmatch(head) is not None


def dictionary(items: list[PdfItem]) -> PdfDictionary:
    entries: list[tuple[PdfName, PdfItem]] = []
    for key, value in zip(items[::2], items[1::2], strict=False):
        if not isinstance(key, PdfName):
            raise Refused("damaged")
        entries.append((key, value))
    return PdfDictionary(entries)


def end_of_text(data: bytes, at: int) -> int:
    depth = 1
    for match in PARENTHESIS.finditer(data, at):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    raise Refused("damaged")


def is_text(item: PdfItem) -> TypeGuard[bytes]:
    return isinstance(item, bytes) and item[:1] in (b"(", b"<")


def text_of(item: bytes) -> str:
    """Return a string without its delimiters, unescaped and decoded."""
    if item[:1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", item).decode()
        data = bytes.fromhex(digits + "0" * (len(digits) % 2))
    else:
        data = TEXT_ESCAPE.sub(lambda match: unescaped(match[1]), item[1:-1])
    if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def unescaped(found: bytes) -> bytes:
    if found[:1] in b"01234567":
        return bytes([int(found, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}.get(
        found, found
    )


def spelt(*names: str) -> re.Pattern[bytes]:
    """Return a pattern that finds *names*, whose characters may be written as #xx."""
    first = "".join(sorted({name[0] for name in names}))
    escaped = ("".join(f"(?:{char}|#(?i:{ord(char):02x}))" for char in name) for name in names)
    found = f"/(?=[#{first}])(?:{'|'.join(names)}|(?=[#0-9A-Za-z]{{0,40}}#)(?:{'|'.join(escaped)}))"
    return re.compile(found.encode() + b"(?!" + NAME + b")")


# The /First of an outline is a reference.
OBJECT_STREAM = re.compile(
    spelt("ObjStm", "First").pattern + b"(?!" + BLANK + rb"*\d++" + BLANK + rb"+\d++" + BLANK + rb"+R)"
)
