"""From text to HTTP: bytes with their validators, conditional requests, links between pages, what a client accepts."""

import hashlib
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.http import http_date, parse_etags

CACHE_CONTROL = "no-cache"  # kept, but asked for again each time; never an age, which would tell of what is to come
ACCEPTED = frozenset({"application/json", "application/*", "*/*"})


def accepts_json(header):
    """Whether a client that sends *header* as Accept takes JSON. Errors come as application/problem+json all the same."""
    if not header.strip():
        return True
    for media_range in header.split(","):
        name, *parameters = (part.strip().lower() for part in media_range.split(";"))
        if name in ACCEPTED and not any(_is_zero(parameter) for parameter in parameters):
            return True
    return False


def _is_zero(parameter):
    name, _separator, value = parameter.partition("=")
    return name.strip() == "q" and value.strip() in {"0", "0.", "0.0", "0.00", "0.000"}


def entity_tag(content):
    """Return a strong ETag for *content* (bytes), or for bytes that hold a digest of all that they leave out."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def answer(request, content, *, tag=None, modified="", links=None):
    """Return the JSON *content*, text or bytes, as a response, or 304 when the client holds these very bytes already.

    *tag* is the ETag, by default made of the bytes. *modified* (the beginning of an instant of RFC 3339 in UTC, to the
    second) is told as Last-Modified but not compared: what a record is related to may change without it, so only
    If-None-Match gives a 304. *links* is {relation: address}.
    """
    content = content if isinstance(content, bytes) else content.encode()
    tag = tag or entity_tag(content)
    if _matches(request.META.get("HTTP_IF_NONE_MATCH", ""), tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(content, content_type="application/json")
        response.headers["Content-Length"] = str(len(content))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = CACHE_CONTROL
    if modified:
        response.headers["Last-Modified"] = http_date(datetime.fromisoformat(f"{modified}Z").timestamp())
    if links:
        response.headers["Link"] = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())
    return response


def _matches(if_none_match, etag):
    """Whether *if_none_match* names *etag*; compared weakly, as RFC 9110 asks."""
    if not if_none_match:
        return False
    tags = [tag.removeprefix("W/") for tag in parse_etags(if_none_match)]
    return "*" in tags or etag in tags


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
