"""Middleware that compresses public responses with Brotli or gzip."""

import gzip

import brotli
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from ctportal.reading.http import PRIVATE, content_coding

COMPRESSED = ("text/", "application/json", "application/problem+json", "application/xml", "application/vnd.oai.openapi")
SHORT = 500  # bytes; compressing what is shorter saves no packet
# Levels at which a page takes about a millisecond.
COMPRESS = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),  # the same bytes whenever it is made
}


class CompressionMiddleware(MiddlewareMixin):
    """Compress successful public responses of text in the coding that the client prefers.

    It comes below the cache, so that each coding of a response is made once and has an ETag of its own bytes. Responses for
    staff are never compressed: their length would help to guess the secrets in them (BREACH). Files, which have an ETag of
    their view's, are served as they are.
    """

    def process_response(self, request, response):
        if (
            response.status_code != 200
            or response.streaming
            or response.cookies
            or "ETag" in response.headers
            or request.path_info.startswith(PRIVATE)
            or not response.headers.get("Content-Type", "").startswith(COMPRESSED)
            or len(response.content) < SHORT
        ):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if coding := content_coding(request):
            response.content = COMPRESS[coding](response.content)
            response.headers["Content-Encoding"] = coding
            response.headers["Content-Length"] = str(len(response.content))
        return response
