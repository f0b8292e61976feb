"""From text to HTTP: bytes with their validators, and links between pages."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.http import http_date

from ctportal.reading.http import entity_tag

CACHE_CONTROL = "no-cache"  # kept, but asked for again each time; never an age, which would tell of what is to come


def answer(request, content, *, tag=None, modified="", links=None):
    """Return the JSON *content*, text or bytes, as a response. The middleware makes 304 and 412 of it.

    *tag* is the ETag, by default made of the bytes. *modified* (the beginning of an instant of RFC 3339 in UTC, to the
    second) is told as Last-Modified but not compared: what a record is related to may change without it, so only
    If-None-Match gives a 304. *links* is {relation: address}.
    """
    content = content if isinstance(content, bytes) else content.encode()
    response = HttpResponse(content, content_type="application/json")
    response.headers["Content-Length"] = str(len(content))
    response.headers["ETag"] = tag or entity_tag(content)
    response.headers["Cache-Control"] = CACHE_CONTROL
    if modified:
        response.headers["Last-Modified"] = http_date(datetime.fromisoformat(f"{modified}Z").timestamp())
    if links:
        response.headers["Link"] = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())
    return response


def moved(address, query):
    """Return the redirect to *address*, where the record answers now; the query goes along."""
    response = HttpResponse(status=301)
    response.headers["Location"] = f"{address}?{query.urlencode()}" if query else address
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def page_links(url, query, page, pages):
    """Return {relation: address} of the pages around *page*: first, prev, next, last, as far as they exist."""

    def address(number):
        parameters = [(name, value) for name, values in query.lists() for value in values if name != "page"]
        return f"{url}?{urlencode([*parameters, ('page', number)])}"

    around = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    return {name: address(number) for name, number in around.items() if 1 <= number <= pages}
