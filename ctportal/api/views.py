"""What every address of the API has in common, and the collections: lists, single records and their versions."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.http import http_date
from rest_framework.decorators import action
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from ctportal.core.languages import DEFAULT
from ctportal.publishing.models import Edition, EditionQuerySet
from ctportal.reading.context import ReadContext
from ctportal.reading.http import accepts_json
from ctportal.reading.queries import Found, Gone, Moved, in_full, related, resolve, versions
from ctportal.web.page import site_root

from .envelope import in_language, named, permanent_url, record, rfc3339
from .pagination import Pagination
from .parameters import StrictFilterBackend, check
from .problems import Problem


class Negotiation(DefaultContentNegotiation):
    """JSON for whoever accepts it, in one form: the cache asks the same, and keeps one answer for all."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        [renderer] = renderers
        if not accepts_json(request):
            raise NotAcceptable(available_renderers=[renderer])
        return renderer, renderer.media_type


class ReadOnlyView(APIView):
    """Read only, for everybody: no user, no session, no cookie, nothing to parse; JSON out, problems as errors."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = Negotiation
    http_method_names = ("get", "head")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The API speaks English, whatever language the reader's browser asks for.
        with translation.override("en"):
            return super().dispatch(request, *args, **kwargs)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": "Accept"}


class NowhereView(ReadOnlyView):
    """Every address below the API that leads nowhere."""

    schema = None

    def get(self, request: Request, **kwargs: Any) -> Response:
        raise Problem("not-found")


class ReadOnlyRequest(Request):
    """A request as REST framework hands it on, with what Django's own request has from the middleware."""

    read_context: ReadContext


class EditionViewSet(ReadOnlyView, GenericViewSet):
    """The public records of one type. Reads editions alone and gives their JSON as it is.

    A list costs five queries (epoch, count, which records, their rows, relations), two more for each record that it is
    filtered by; a record costs three.
    """

    request: ReadOnlyRequest
    record_type: str
    filter_backends = (StrictFilterBackend,)
    pagination_class = Pagination
    lookup_url_kwarg = "address"
    lookup_value_converter = "str"

    def get_queryset(self) -> EditionQuerySet:
        # Of all types: the filter set chooses that of its records, through the index that it reads.
        return Edition.objects.public(self.request.read_context.at)

    def list(self, request: ReadOnlyRequest) -> Response:
        keys: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        editions = in_full(keys)
        points_to = related(editions, request.read_context.at, cards=False)
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
                # The end of the edition in force, if it has one, is still to come: not for the public.
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
        return self.one(edition, chain=chain)

    def find(self, address: str) -> Found | Moved:
        """Return what stands at *address*; raise the problem that says what else is the case."""
        at = self.request.read_context.at
        found = resolve(self.record_type, address, at)
        if isinstance(found, (Found, Moved)):
            return found
        if isinstance(found, Gone):
            raise _withdrawn(found, at, self.origin)
        raise Problem("not-found")

    def chained(self, edition: Edition) -> Iterator[tuple[Edition, str]]:
        return chained(versions(edition.uid, self.request.read_context.at).defer("text", "card", "json"))

    def record(self, edition: Edition, points_to: Iterable[Any], **more: str) -> dict[str, Any]:
        data, language = edition.data, self.request.query_params.get("lang")
        if language and data:
            data = in_language(data, language, data.get("original_language", DEFAULT))
        return record(edition, data, points_to, self.origin, **more)

    def one(self, edition: Edition, **more: str) -> Response:
        """Answer with *edition*, what it points to with cards, and *more* keys."""
        points_to = related([edition], self.request.read_context.at)[edition.pk]
        return _modified(Response(self.record(edition, points_to, **more)), edition.public_from)

    def moved(self, found: Moved, below: str = "") -> Response:
        """Redirect to where the record answers now; the query goes along."""
        query = self.request.query_params.urlencode()
        address = reverse(f"api:{self.basename}-detail", args=[found.address]) + below
        return Response(status=301, headers={"Location": f"{address}?{query}" if query else address})

    @property
    def origin(self) -> str:
        return site_root(self.request)


def chained(editions: Iterable[Edition]) -> Iterator[tuple[Edition, str]]:
    """Yield (edition, chain) for *editions* (of one record, first to last), and set their ``version``.

    chain is the SHA-256 of the chain before (empty at first), sha256 and public_from as the API writes it, joined by
    line feeds: who has kept one chain value can tell that nothing before it was changed.
    """
    chain = ""
    for number, edition in enumerate(editions, start=1):
        parts = (chain, edition.sha256, rfc3339(edition.public_from))
        chain = sha256("\n".join(parts).encode()).hexdigest()
        edition.version = number
        yield edition, chain


def _modified(response: Response, instant: datetime | None) -> Response:
    """Return *response* with Last-Modified. It is not compared: what a record is related to may change without it, so
    only If-None-Match gives a 304."""
    if instant:
        response.headers["Last-Modified"] = http_date(instant.timestamp())
    return response


def _withdrawn(gone: Gone, at: datetime, origin: str) -> Problem:
    """The tombstone: what the record was, why it is gone, what to read instead. Nothing of its text."""
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
