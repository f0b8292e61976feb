"""The segments of which a JPEG consists. Nothing is decoded.

Each function yields what it finds up to the end of the file, the last part cut off where the file is. Raises ValueError where there
are more than MAX_PARTS, which no program writes.
"""

import re
from collections.abc import Iterator

MAX_PARTS = 10_000
SOS, EOI = 0xDA, 0xD9
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
