"""What every address of the API has in common, and the collections: lists, single records and their versions."""

import json
from hashlib import sha256
from typing import NamedTuple

from django.urls import reverse
from django.utils import translation
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from ctportal.publishing.reading import (
    Found,
    Gone,
    Moved,
    PageOutOfRange,
    full_rows,
    listing,
    pointers,
    related,
    resolve,
    versions,
)
from ctportal.reading.http import accepts_json, entity_tag
from ctportal.reading.middleware import never_kept

from . import envelope, parameters
from .answers import answer, moved, page_links
from .problems import Problem, handle, not_found

HEADERS = {"Allow": "GET, HEAD", "Vary": "Accept"}


class Record(NamedTuple):
    """A record in a list: its JSON, the SHA-256 of that, and the second at which it was updated."""

    content: bytes
    digest: bytes
    updated: str


class ApiView(APIView):
    """Read only, for everybody: no user, no session, no cookie, nothing to parse; JSON out, problems as errors."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = ()
    http_method_names = ("get", "head")

    def dispatch(self, request, *args, **kwargs):
        """Answer as DRF's own would, without what only serves those who write, sign in or take something else than JSON:
        for a single record that would be a third of the time."""
        # The API speaks English, whatever language the reader's browser asks for.
        with translation.override("en"):
            try:
                response = self._respond(request, *args, **kwargs)
            # As DRF does: handle() logs what it does not know, with its traceback, and answers 500 as a problem.
            except Exception as exception:  # noqa: BLE001
                response = handle(exception, {"request": request})
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _respond(self, request, *args, **kwargs):
        if request.method.lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method)
        if not accepts_json(request.META.get("HTTP_ACCEPT", "")):
            raise NotAcceptable
        return self.get(request, *args, **kwargs)


class NowhereView(ApiView):
    """Every address below the API that leads nowhere."""

    schema = None

    def get(self, request, **kwargs):
        raise not_found()


class EditionViewSet(ViewSetMixin, ApiView):
    """The public records of one type. Reads editions alone and hands on their JSON as it is.

    A list costs five queries (epoch, count, which records, their rows, relations), one more for each record that it is
    filtered by; a record costs three.
    """

    record_type: str
    serializer_class: type
    collection: str

    def list(self, request):
        query = request.GET
        filters, values = parameters.read_list(self.record_type, query, request.read_context)
        size, language = values["page_size"] or parameters.PAGE_SIZE, values["lang"]
        try:
            page = listing(filters, size, keys=True)
        except PageOutOfRange as error:
            raise _page_out_of_range(error) from None
        origin = origin_of(request)
        records = self._records(page.editions, filters.moment, origin, language)
        shortened = filters.shortened_search
        if shortened:
            query = query.copy()
            query["q"] = shortened.text  # the links do not repeat what is not looked for
        links = page_links(origin + request.path, query, page.number, page.pages)
        head = {
            "count": page.total,
            "page": page.number,
            "pages": page.pages,
            "next": links.get("next"),
            "previous": links.get("prev"),
        }
        if shortened:
            head["shortened_q"] = shortened.text
        start = f'{json.dumps(head, separators=(",", ":"))[:-1]},"results":['.encode()
        # One join: a list of a hundred is more than a megabyte, and each copy of it takes as long as finding the records.
        parts = [part for record in records for part in (b",", record.content)]
        content = b"".join((start, *parts[1:], b"]}"))
        tag = entity_tag(b"".join((start, *(record.digest for record in records))))
        newest = max((record.updated for record in records), default="")
        response = answer(request, content, tag=tag, modified=newest, links=links)
        return response if page.total else never_kept(response)

    def _records(self, keys, moment, origin, language):
        """Return the records of the editions *keys* as Records. Two queries."""
        rows = full_rows(keys)
        points_to = envelope.links(pointers(rows, moment.at), origin)
        made = {}
        for row in rows:
            own = self._own(row, language)
            content = b"".join((envelope.head(row, points_to.get(row.pk, ""), origin), envelope.rest(own)))
            made[row.pk] = Record(content, sha256(content).digest(), row.updated[:19])
        return [made[key] for key in keys]

    def retrieve(self, request, address):
        language = parameters.read_detail(request.GET)["lang"]
        found = self._find(request, address, full=True)
        if isinstance(found, Moved):
            return self._moved(request, found)
        return self._answer(request, found.edition, found.at, language)

    def versions(self, request, address):
        parameters.read_nothing(request.GET)
        found = self._find(request, address)
        if isinstance(found, Moved):
            return self._moved(request, found, "versions/")
        base = f"{origin_of(request)}{reverse(f'api:{self.collection}-versions', args=[found.edition.uid])}"
        rows = [
            {
                "version": edition.version,
                "url": f"{base}{edition.version}/",
                "public_from": envelope.rfc3339(edition.public_from),
                # The end of the edition in force, if it has one, is still to come: not for the public.
                "public_until": envelope.rfc3339(edition.public_until) if edition.pk != found.edition.pk else None,
                "minor": edition.minor,
                "note": edition.note,
                "sealed": edition.is_sealed,
                "sha256": edition.sha256,
                "chain": edition.chain,
            }
            for edition in chained(versions(found.edition.uid, found.at).defer("text", "card", "json"))
        ]
        body = {"uid": str(found.edition.uid), "type": self.record_type, "count": len(rows), "results": rows}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return answer(request, text, modified=envelope.rfc3339(found.edition.public_from)[:19])

    def version(self, request, address, number):
        language = parameters.read_detail(request.GET)["lang"]
        found = self._find(request, address)
        if isinstance(found, Moved):
            return self._moved(request, found, f"versions/{number}/")
        editions = list(chained(versions(found.edition.uid, found.at).defer("text", "card", "json")))
        edition = next((edition for edition in editions if str(edition.version) == number), None)
        if edition is None:
            raise not_found()
        if edition.is_sealed:
            raise Problem(
                "sealed", version=edition.version, sha256=edition.sha256, chain=edition.chain,
                public_from=envelope.rfc3339(edition.public_from),
            )  # fmt: skip
        edition.published = editions[0].public_from
        return self._answer(request, envelope.row_of(edition), found.at, language, chain=edition.chain)

    def _find(self, request, address, full=False):
        """Return Found or Moved; raise the problem that says what else is the case."""
        found = resolve(self.record_type, address, request.read_context.at, full=full)
        if isinstance(found, (Found, Moved)):
            return found
        if isinstance(found, Gone):
            raise _withdrawn(found, origin_of(request))
        raise not_found()

    def _own(self, row, language):
        return envelope.in_language(row.json, self.serializer_class, language) if language else row.json

    def _answer(self, request, row, at, language, **more):
        """Answer with the record that *row* (a FullRow) is, what it points to at *at* with cards, and *more* keys."""
        origin = origin_of(request)
        points_to = envelope.links_with_cards(related([row], at)[row.pk], origin)
        head = envelope.head(row, points_to, origin, **more)
        content = b"".join((head, envelope.rest(self._own(row, language))))
        return answer(request, content, tag=None if language else entity_tag(head), modified=row.updated[:19])

    def _moved(self, request, found, below=""):
        address = reverse(f"api:{self.collection}-detail", args=[found.address])
        return moved(address + below, request.GET)


def chained(editions):
    """Yield *editions* (of one record, first to last) with ``version`` and ``chain``.

    chain is the SHA-256 of the chain before (empty at first), sha256 and public_from as the API writes it, joined by
    line feeds: who has kept one chain value can tell that nothing before it was changed.
    """
    chain = ""
    for number, edition in enumerate(editions, start=1):
        parts = (chain, edition.sha256, envelope.rfc3339(edition.public_from))
        chain = sha256("\n".join(parts).encode()).hexdigest()
        edition.version, edition.chain = number, chain
        yield edition


def origin_of(request):
    """Scheme and host of this site, as the client addressed it."""
    return f"{request.scheme}://{request.get_host()}"


def _page_out_of_range(error):
    detail = f"There is no page {error.number}; the last is {error.pages}."
    errors = [{"parameter": "page", "code": "page_out_of_range", "detail": detail}]
    return Problem("page-out-of-range", detail, errors=errors)


def _withdrawn(gone, origin):
    """The tombstone: what the record was, why it is gone, what to read instead. Nothing of its text."""
    edition = gone.edition
    first = versions(edition.uid, gone.at).values_list("public_from", flat=True)[0]
    replacement = gone.replacement and {
        "uid": str(gone.replacement.uid),
        "type": gone.replacement.type,
        "slug": gone.replacement.slug,
        "url": envelope.permanent_url(origin, gone.replacement.uid),
    }
    return Problem(
        "withdrawn",
        record={
            "uid": str(edition.uid),
            "type": edition.type,
            "url": envelope.permanent_url(origin, edition.uid),
            "published": envelope.rfc3339(first),
            "withdrawn": envelope.rfc3339(edition.public_until),
            "reason": gone.reason,
            "replacement": replacement,
        },
    )
