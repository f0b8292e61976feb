"""The parts that picture files consist of: segments of a JPEG, chunks of a PNG and of a WebP. Nothing is decoded.

Each function yields what it finds up to the end of the file, the last part cut off where the file is. Raises ValueError where there
are more than MAX_PARTS, which no program writes.
"""

import re
from collections.abc import Iterator

MAX_PARTS = 10_000
TINY = 256  # bytes; programs write compressed pixels in chunks of 2 kB and more
SOS, EOI, APP1, APP13 = 0xDA, 0xD9, 0xE1, 0xED
# Outside a segment, and within the compressed pixels, a JPEG's marker is what follows FF and is neither a stuffed 00, nor another
# FF, nor a restart.
MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
WITH_LENGTH = frozenset([*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xF0), 0xFE])


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, content) for each segment of the first picture in a JPEG, found as libjpeg finds them.

    Only segments that libjpeg skips or reads by their length are skipped by it here; what it searches through byte by byte is
    searched through here, so that it can hide no scan.
    """
    at = 2
    for _part in range(MAX_PARTS):
        found = MARKER.search(data, at)
        if not found:
            return
        marker, at = data[found.start() + 1], found.end()
        if marker == EOI:
            return
        if marker in WITH_LENGTH:
            length = int.from_bytes(data[at : at + 2])
            yield marker, data[at + 2 : at + length]
            at += max(length, 2)
    raise ValueError("too many segments in a JPEG")


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, content) for each chunk of a PNG but the compressed pixels, which are in any number of chunks that are not
    tiny."""
    at, counted, name = 8, 0, b""
    while at + 8 <= len(data) and name != b"IEND":
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if name != b"IDAT" or length < TINY:
            counted += 1
            if counted > MAX_PARTS:
                raise ValueError("too many chunks in a PNG")
        if name != b"IDAT":
            yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, content) for each chunk of a WebP."""
    at, number = 12, 0
    while at + 8 <= len(data):
        number += 1
        if number > MAX_PARTS:
            raise ValueError("too many chunks in a WebP")
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
