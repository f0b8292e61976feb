"""Responses that send a stored file. The view has checked before that the reader may have it."""

import logging
import re
from urllib.parse import quote

from django.conf import settings
from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

from ctportal.files.models import StoredFile

logger = logging.getLogger(__name__)

# Values of *cache*
PUBLIC = "no-cache"  # browsers revalidate each time, so a withdrawal takes effect at once
STAFF = "private, no-store"

CHUNK = 65_536  # bytes in memory per response
SHOWN_INLINE = {"image/jpeg", "image/png", "image/webp", "application/pdf"}
ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")
UNSAFE_IN_HEADER = re.compile(r"[\"\\/]")


def serve(request: HttpRequest, stored_file: StoredFile, *, cache: str = PUBLIC) -> HttpResponseBase:
    """Return the response to a GET or HEAD of *stored_file*: the whole file, one range of bytes (206, 416), 304 or 412.

    Browsers show pictures and PDFs, and download other files. *cache*: PUBLIC or STAFF, the value of Cache-Control.
    Raises Http404 where the file is missing from the storage.
    """
    etag = f'"{stored_file.sha256}"'
    modified = int(stored_file.created_at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=modified) or body(request, stored_file)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = cache
    for name, value in safety_headers(stored_file, cache).items():
        response.headers[name] = value
    if response.status_code in (200, 206):
        is_download = stored_file.media_type not in SHOWN_INLINE
        response.headers["Content-Type"] = stored_file.media_type
        header = content_disposition_header(is_download, header_name(stored_file.name))
        response.headers["Content-Disposition"] = header or "attachment"
        response.headers["Accept-Ranges"] = "bytes"
    return response


def safety_headers(stored_file: StoredFile, cache: str) -> dict[str, str]:
    # Safari does not show a sandboxed PDF. Active content of PDFs is refused on upload.
    policy = "default-src 'none'" if stored_file.media_type == "application/pdf" else "default-src 'none'; sandbox"
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": policy,
        # Partners and feed readers show public pictures on their own pages; files for staff are shown on this site only.
        "Cross-Origin-Resource-Policy": "cross-origin" if cache == PUBLIC else "same-origin",
    }


def header_name(name: str) -> str:
    """Return *name* without characters that end a header, separate folders or reverse the reading order."""
    kept = "".join(char for char in name if char.isprintable())
    return UNSAFE_IN_HEADER.sub("-", kept).strip(". ") or "file"


def body(request: HttpRequest, stored_file: StoredFile) -> HttpResponseBase:
    if settings.CTPORTAL_ACCEL_PREFIX:
        # nginx sends the file, including ranges; docs/decisions/files.md has its settings.
        path = settings.CTPORTAL_ACCEL_PREFIX + quote(str(stored_file.file))
        return HttpResponse(headers={"X-Accel-Redirect": path})
    if request.method == "HEAD":
        return HttpResponse(headers={"Content-Length": str(stored_file.size)})
    wanted = wanted_range(request, stored_file)
    if wanted is None:
        response = FileResponse(opened(stored_file))
    elif wanted:
        content_range = f"bytes {wanted[0]}-{wanted[-1]}/{stored_file.size}"
        headers = {"Content-Length": str(len(wanted)), "Content-Range": content_range}
        response = FileResponse(FilePart(opened(stored_file), wanted), status=206, headers=headers)
    else:
        headers = {"Content-Range": f"bytes */{stored_file.size}"}
        return HttpResponse(status=416, content_type="text/plain", headers=headers)
    response.block_size = CHUNK
    return response


def opened(stored_file: StoredFile) -> "File[bytes]":
    try:
        return stored_file.file.storage.open(str(stored_file.file))
    except FileNotFoundError as error:
        logger.error("The file of StoredFile %s is missing from the storage", stored_file.pk)
        raise Http404 from error


class FilePart:
    """The bytes *wanted* of an open file, as a file that FileResponse reads and closes."""

    def __init__(self, file: "File[bytes]", wanted: range) -> None:
        self.file = file
        self.left = len(wanted)
        file.seek(wanted.start)

    def read(self, size: int) -> bytes:
        piece: bytes = self.file.read(min(size, self.left))
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.file.close()


def wanted_range(request: HttpRequest, stored_file: StoredFile) -> range | None:
    """Return the requested range of bytes, empty where it lies outside the file, or None for the whole file.

    Requests for several ranges, for other units or with invalid syntax get the whole file, as RFC 9110 allows.
    """
    match = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or not range_still_holds(request, stored_file):
        return None
    start, end, suffix = match.groups()
    size = stored_file.size
    if suffix is not None:
        return range(max(0, size - int(suffix)), size)
    if end and int(end) < int(start):
        return None  # invalid range
    return range(int(start), min(int(end) + 1, size) if end else size)


def range_still_holds(request: HttpRequest, stored_file: StoredFile) -> bool:
    """Return False where If-Range names another version of the file, so that the whole file must be sent."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == f'"{stored_file.sha256}"'
    return parse_http_date_safe(condition) == int(stored_file.created_at.timestamp())
