"""Middleware that caches whole public responses. It comes directly after the one for conditional requests."""

import json
import logging
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase

from ctportal.core.languages import LANGUAGES
from ctportal.publishing.models import RecordType
from ctportal.reading.filters import FILTERSETS
from ctportal.reading.search_form import SearchForm

from . import cache
from .context import ReadContext, ReadRequest
from .http import accepts_json, content_coding, entity_tag

logger = logging.getLogger(__name__)
R = TypeVar("R", bound=HttpResponse)

API = "/api/v1/"
API_NOT_KEPT = ("/api/v1/schema/", "/api/v1/docs/")
# {path of a list below /{language}/: (record type, filter that the path implies)}. Lists know the parameters of their
# filter set; pages whose path matches PAGED know ``page``; all others know none.
LISTS = {
    "conferences": (RecordType.CONFERENCE, ""),
    "documents": (RecordType.DOCUMENT, ""),
    "press-releases": (RecordType.DOCUMENT, "kind"),
    "co-chairs-summaries": (RecordType.DOCUMENT, "kind"),
    "photos": (RecordType.PHOTO, ""),
    "series": (RecordType.SERIES, ""),
    "themes": (RecordType.THEME, ""),
    "people": (RecordType.PERSON, ""),
    "organizations": (RecordType.ORGANIZATION, ""),
}
SEARCH = "search/"
PAGED = re.compile(r"(?:series|themes)/[^/]+/")
# What the key takes account of.
KEPT_VARY = frozenset({"", "Accept", "Accept-Encoding", "Accept, Accept-Encoding"})


def never_kept(response: R) -> R:
    """Mark *response* as not to be cached, an empty list for example, and return it."""
    response.never_kept = True  # type: ignore[attr-defined]  # as Django does with xframe_options_exempt
    return response


class AnswerCacheMiddleware:
    """Set ``request.read_context``, and serve public responses from the cache if they were made in the same epoch.

    Responses with status 200 to GET below ``/{language}/`` and ``/api/v1/`` are cached. Their key consists of build,
    epoch, quarter of an hour, scheme, host, path, content coding and query: on pages the parameters that the page knows,
    in the API the whole query string. HEAD is served from the same entries; the middleware above makes 304 and 412 from
    them. A cached response costs one query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: ReadRequest) -> HttpResponseBase:
        context = request.read_context = ReadContext()
        store = cache.usable()
        names = names_of(request) if store else None
        key = names and cache.key_of(context, "answer", *names)
        if not store or not key:
            return self.get_response(request)
        kept = store.get(key)
        response = kept and answer_of(kept)
        if response:
            return response
        made = self.get_response(request)
        if request.method == "GET" and isinstance(made, HttpResponse) and is_kept(made):
            store.set(key, entry_of(made), is_list=is_api_list(request.path_info))
        return made


def names_of(request: HttpRequest) -> tuple[object, ...] | None:
    """Return what identifies the response to *request* within an epoch, None if it is not cached."""
    if request.method not in ("GET", "HEAD"):
        return None
    path = request.path_info
    query: str | tuple[tuple[str, str], ...] | None
    if path.startswith(API):
        query = _api_query(request)
    elif path[1:3] in LANGUAGES and path[3:4] == "/":
        query = _page_query(request, path[4:])
    else:
        return None
    host = _host(request)
    if query is None or host is None:
        return None
    return request.scheme, host, request.path, query, content_coding(request)


def _host(request: HttpRequest) -> str | None:
    """Return the host of *request* if it is written as in ALLOWED_HOSTS and has the server's own port, else None.

    Otherwise a client could fill the cache with variants of one address.
    """
    try:
        host = request.get_host()
    except DisallowedHost:
        return None  # the view answers 400
    _domain, port = split_domain_port(host)
    if host.removesuffix(f":{port}") not in settings.ALLOWED_HOSTS or port not in ("", request.get_port()):
        return None
    return host


def _api_query(request: HttpRequest) -> str | None:
    query = request.META.get("QUERY_STRING", "")
    if request.path_info.startswith(API_NOT_KEPT) or not accepts_json(request):
        return None
    given = parse_qsl(query, keep_blank_values=True)
    # Any character may also be percent-encoded: only the usual encoding is cached.
    return query if urlencode(given) == query and _is_worth_it(given) else None


def _page_query(request: HttpRequest, path: str) -> tuple[tuple[str, str], ...] | None:
    if not request.GET:
        return ()
    known = known_parameters(path)
    given = sorted((name, str(value)) for name, value in request.GET.items() if name in known and value)
    return tuple(given) if _is_worth_it(given) else None


def _is_worth_it(given: list[tuple[str, str]]) -> bool:
    plain_page = not any(name == "page" and value.startswith("0") for name, value in given)
    return plain_page and cache.is_worth_keeping(name for name, _value in given)


def known_parameters(path: str) -> frozenset[str]:
    """Return the query parameters that the page at *path*, below /{language}/, knows; it ignores all others."""
    if found := LISTS.get(path.removesuffix("/")):
        record_type, implied = found
        return frozenset(FILTERSETS[record_type].base_filters) - {implied}
    if path == SEARCH:
        return frozenset({"q", *SearchForm.base_fields})
    return frozenset({"page"}) if PAGED.fullmatch(path) else frozenset()


def is_api_list(path: str) -> bool:
    return path.startswith(API) and path.count("/") == 4


def is_kept(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.cookies
        and response.headers.get("Vary", "") in KEPT_VARY
        and not hasattr(response, "never_kept")
    )


# Entries: one line of JSON with the headers and the length, then the body.


def entry_of(response: HttpResponse) -> bytes:
    response.headers.setdefault("ETag", entity_tag(response.content))
    head = {"headers": list(response.headers.items()), "length": len(response.content)}
    return json.dumps(head).encode() + b"\n" + response.content


def answer_of(entry: bytes) -> HttpResponse | None:
    """Return the response that *entry* holds, None if it is damaged."""
    try:
        line, _separator, body = entry.partition(b"\n")
        head = json.loads(line)
        if len(body) == head["length"]:
            return HttpResponse(body, headers=dict(head["headers"]))
    except (ValueError, KeyError, TypeError):
        pass
    logger.warning("The cache gave a damaged answer; it is made anew.")
    return None
