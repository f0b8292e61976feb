"""The base of all API views, and the collections: lists, single records and their versions."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.urls import reverse
from django.utils.http import http_date
from rest_framework.decorators import action
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from ctportal.publishing.models import Edition, EditionQuerySet
from ctportal.reading.context import ReadContext
from ctportal.reading.http import accepts_json
from ctportal.reading.queries import Found, Gone, Moved, in_full, related, resolve, versions
from ctportal.web.page import site_root

from .envelope import named, permanent_url, record, rfc3339
from .pagination import Pagination
from .parameters import StrictFilterBackend, check
from .problems import Problem


class Negotiation(DefaultContentNegotiation):
    """Selects the JSON renderer if the client accepts JSON, by the same test as the cache, which keeps one form."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        [renderer] = renderers
        if not accepts_json(request):
            raise NotAcceptable(available_renderers=[renderer])
        return renderer, renderer.media_type


class ReadOnlyView(APIView):
    """Base of the API's views: public, read-only, without users, sessions, cookies or parsers. Responses are JSON."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = Negotiation
    http_method_names = ("get", "head")

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": "Accept"}


class ReadOnlyRequest(Request):
    """REST framework's request, with the attribute that the middleware sets on Django's request."""

    read_context: ReadContext


class EditionViewSet(ReadOnlyView, GenericViewSet):
    """The public records of one type, read from editions only.

    A list costs five queries (epoch, count, keys, rows, relations) and two more for each record that it is filtered by;
    a single record costs three.
    """

    request: ReadOnlyRequest
    record_type: str
    filter_backends = (StrictFilterBackend,)
    pagination_class = Pagination
    related = staticmethod(related)  # the records that editions point to; one query
    lookup_url_kwarg = "address"
    lookup_value_converter = "str"

    def get_queryset(self) -> EditionQuerySet:
        # Of all types: the filter set restricts the type, in the form that suits the index it uses.
        return Edition.objects.public(self.request.read_context.at)

    def list(self, request: ReadOnlyRequest) -> Response:
        keys: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        editions = in_full(keys)
        points_to = self.related(editions, request.read_context.at, cards=False)
        records = [self.record(edition, points_to[edition.pk]) for edition in editions]
        response = self.get_paginated_response(records)
        return _modified(response, max((edition.public_from for edition in editions), default=None))

    def retrieve(self, request: Request, address: str) -> Response:
        check(request.query_params, "lang")
        found = self.find(address)
        if isinstance(found, Moved):
            return self.moved(found)
        return self.one(found.edition)

    @action(detail=True)
    def versions(self, request: Request, address: str) -> Response:
        check(request.query_params)
        found = self.find(address)
        if isinstance(found, Moved):
            return self.moved(found, "versions/")
        current = found.edition
        base = self.reverse_action("versions", args=[current.uid])
        rows = [
            {
                "version": edition.version,
                "url": f"{base}{edition.version}/",
                "public_from": rfc3339(edition.public_from),
                # The end of the edition in force, if it is set, is in the future and therefore not public.
                "public_until": rfc3339(edition.public_until)
                if edition.public_until and edition.pk != current.pk
                else None,
                "minor": edition.minor,
                "note": edition.note,
                "sealed": edition.is_sealed,
                "sha256": edition.sha256,
                "chain": chain,
            }
            for edition, chain in self.chained(current)
        ]
        body = {"uid": str(current.uid), "type": self.record_type, "count": len(rows), "results": rows}
        return _modified(Response(body), current.public_from)

    @action(detail=True, url_path="versions/<str:number>")
    def version(self, request: Request, address: str, number: str) -> Response:
        check(request.query_params, "lang")
        found = self.find(address)
        if isinstance(found, Moved):
            return self.moved(found, f"versions/{number}/")
        editions = list(self.chained(found.edition))
        found_version = next(((edition, chain) for edition, chain in editions if str(edition.version) == number), None)
        if found_version is None:
            raise Problem("not-found")
        edition, chain = found_version
        if edition.is_sealed:
            raise Problem(
                "sealed", version=edition.version, sha256=edition.sha256, chain=chain,
                public_from=rfc3339(edition.public_from),
            )  # fmt: skip
        edition.published = editions[0][0].public_from
        return self.one(edition, is_past=edition.pk != found.edition.pk, chain=chain)

    def find(self, address: str) -> Found | Moved:
        """Return the record at *address*, Found or Moved; raise the Problem withdrawn or not-found for any other."""
        at = self.request.read_context.at
        found = resolve(self.record_type, address, at)
        if isinstance(found, (Found, Moved)):
            return found
        if isinstance(found, Gone):
            raise _withdrawn(found, at, self.origin)
        raise Problem("not-found")

    def chained(self, edition: Edition) -> Iterator[tuple[Edition, str]]:
        """Yield (edition, chain) for the versions of the record of *edition*, first to last, and set their ``version``.

        chain is the SHA-256 of the previous chain (empty at first), sha256 and public_from as the API writes it, joined
        by line feeds. A client that keeps one chain value can verify that no earlier version was changed.
        """
        chain = ""
        past = versions(edition.uid, self.request.read_context.at).defer("card", "json")
        for number, version in enumerate(past, start=1):
            parts = (chain, version.sha256, rfc3339(version.public_from))
            chain = sha256("\n".join(parts).encode()).hexdigest()
            version.version = number
            yield version, chain

    def record(
        self, edition: Edition, points_to: Iterable[Any], *, is_past: bool = False, **more: str
    ) -> dict[str, Any]:
        language = self.request.query_params.get("lang", "")
        return record(edition, points_to, self.origin, language=language, is_past=is_past, **more)

    def one(self, edition: Edition, *, is_past: bool = False, **more: str) -> Response:
        """Return the response for *edition*, with the cards of related records and *more* keys."""
        points_to = self.related([edition], self.request.read_context.at)[edition.pk]
        record = self.record(edition, points_to, is_past=is_past, **more)
        return _modified(Response(record), edition.public_from)

    def moved(self, found: Moved, below: str = "") -> Response:
        """Return a redirect to the record's current address, with the query string kept."""
        query = self.request.query_params.urlencode()
        edition = found.edition
        address = reverse(f"api:{self.basename}-detail", args=[edition.slug or edition.uid]) + below
        return Response(status=301, headers={"Location": f"{address}?{query}" if query else address})

    @property
    def origin(self) -> str:
        return site_root(self.request)


def _modified(response: Response, instant: datetime | None) -> Response:
    """Return *response* with Last-Modified, for information: only If-None-Match gives a 304.

    Related records may change without a change of *instant*.
    """
    if instant:
        response.headers["Last-Modified"] = http_date(instant.timestamp())
    return response


def _withdrawn(gone: Gone, at: datetime, origin: str) -> Problem:
    """Return the Problem for a withdrawn record: its identifiers, the reason and the replacement, none of its text."""
    edition = gone.edition
    first = versions(edition.uid, at).values_list("public_from", flat=True)[0]
    return Problem(
        "withdrawn",
        record={
            "uid": str(edition.uid),
            "type": edition.type,
            "url": permanent_url(origin, edition.uid),
            "published": rfc3339(first),
            "withdrawn": rfc3339(edition.public_until) if edition.public_until else None,
            "reason": gone.reason,
            "replacement": gone.replacement and named(gone.replacement, origin),
        },
    )
