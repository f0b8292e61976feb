"""All addresses that the walk requests. Those of records are written by hand, and the URL resolver yields all other routes."""

from functools import cache
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.urls import URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404

from ctportal.staff.preview import preview_address
from ctportal.workflow import revisions

from .canaries import CLOSED, HELD, NAMED, OPEN

COLLECTIONS = {
    "conference": "conferences", "document": "documents", "photo": "photos", "series": "series", "theme": "themes",
    "organization": "organizations", "person": "people",
}  # fmt: skip
PAGES = COLLECTIONS
FILTERED_BY = {
    "conference": ("documents", "photos"),
    "series": ("conferences",),
    "theme": ("conferences", "documents"),
    "organization": ("conferences", "documents"),
    "person": ("conferences", "documents", "photos"),
}
ADMIN = {
    "conference": ("conferences/conference",),
    "photo": ("conferences/photo",),
    "series": ("conferences/series",),
    "theme": ("conferences/theme",),
    "organization": ("conferences/organization",),
    "person": ("conferences/person",),
    "session": ("conferences/session",),
    "document": tuple(f"documents/{kind}" for kind in (
        "document", "cochairssummary", "pressrelease", "statement", "otherdocument",
    )),
}  # fmt: skip
ENTRY = {"co-chairs-summary": "cochairssummary", "press-release": "pressrelease", "statement": "statement"}
# (app, model, field) of each autocomplete box for records.
AUTOCOMPLETES = (
    *(("conferences", "conference", field) for field in ("parent", "themes")),
    *(("conferences", "seriesentry", field) for field in ("series",)),
    *(("conferences", "organizationrole", field) for field in ("organization",)),
    *(("conferences", "appearance", field) for field in ("person", "organization")),
    *(("conferences", "figure", field) for field in ("source_document",)),
    *(("conferences", "reference", field) for field in ("document",)),
    *(("conferences", "expecteddocument", field) for field in ("organization", "document")),
    *(("conferences", "organization", field) for field in ("parent",)),
    *(("conferences", "session", field) for field in ("conference",)),
    *(("conferences", "photo", field) for field in ("conference", "people")),
    *(("documents", "document", field) for field in ("conference", "session", "themes")),
    *(("documents", "issuer", field) for field in ("organization",)),
    *(("documents", "delivery", field) for field in ("person", "organization")),
    *(("documents", "mention", field) for field in ("person", "organization")),
    *(("documents", "documentrelation", field) for field in ("target", "conference")),
)  # fmt: skip
NO_EDITION = NO_REVISION = 987654321  # a key that no row has
TRANSLATED = ("ru",)  # languages whose pages are requested
YEARS = ("2024", "2025", "2031", "2032")  # years of public and of hidden records


# Routes


def routes(resolver=None, prefix=""):
    """Yield each registered route, as in ``ResolverMatch.route``."""
    for entry in (resolver or get_resolver()).url_patterns:
        part = str(entry.pattern)
        route = prefix + (part.removeprefix("^") if prefix else part)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route


def route_of(address):
    """Return the route of *address*, or "" where it has none."""
    return _route_of_path(address.partition("?")[0])


@cache
def _route_of_path(path):
    try:
        return resolve(path).route
    except Resolver404:
        return ""


# Without a record


def of_everybody():
    """Yield the public addresses that belong to no record."""
    yield from (
        "/",
        "/healthz",
        "/readyz",
        "/robots.txt",
        "/nowhere",
        "/admin/nowhere/",
        "/api/v1/",
        "/api/v1/schema/",
        "/api/v1/docs/",
    )
    yield from ("/api/v1/nowhere/", "/files/", "/media/", "/static/admin/css/base.css")
    for language in ("en", "ar"):
        yield f"/{language}/"
        yield f"/{language}/about/"
        yield f"/{language}/search/"
        yield f"/{language}/developers/"
        yield f"/{language}/search/suggestions/"
        for name in (*PAGES.values(), "press-releases", "co-chairs-summaries"):
            yield f"/{language}/{name}/"


# Filters by codes of public and of hidden records, and parameters that are refused.
FILTERS = (
    *(("year", year) for year in YEARS),
    *(("country", "KE"), ("country", "BY"), ("region", "eastern-africa"), ("language", "en"), ("language", "fr")),
    *(("kind", "regional"), ("kind", "press-release"), ("kind", "statement"), ("kind", "co-chairs-summary")),
    *(("status", "planned"), ("status", "confirmed"), ("date_after", "2030-01-01"), ("date_before", "2024-12-31")),
    *(("updated_after", "2026-03-02T09:00:00Z"), ("updated_after", "2026-03-02T08:59:59Z"), ("page", "2")),
    *(("ordering", order) for order in ("date", "updated", "-updated", "slug", "-pk", "stage")),
    *(("stage", "review"), ("status", "draft"), ("publication", "scheduled"), ("created_by", "1")),
)


def of_lists():
    """Yield the lists, with each order, page size and filter."""
    lists = [f"/en/{PAGES[kind]}/" for kind in ("conference", "document", "photo")]
    lists += [f"/api/v1/{name}/" for name in COLLECTIONS.values()]
    yield from lists
    yield from (f"{address}?{urlencode({name: value})}" for address in lists for name, value in FILTERS)
    yield from (
        f"/en/{name}/?ordering=-updated"
        for name in ("press-releases", "co-chairs-summaries", "series", "themes", "people", "organizations")
    )
    yield from (f"/en/search/?{urlencode({'q': 'conference', name: value})}" for name, value in FILTERS)
    for name in COLLECTIONS.values():
        yield from (f"/api/v1/{name}/?page_size={size}" for size in (1, 3, 100))
        yield from (f"/api/v1/{name}/?page_size=1&page={number}" for number in (2, 3, 4, 6, 12))
        yield f"/api/v1/{name}/?lang=fr"


# Of one record


def of_record(kind, slugs, uid):
    """Yield the public addresses of a record that has or had the *slugs*: pages, API and versions."""
    yield f"/id/{uid}"
    if kind in PAGES:
        for name in slugs or [uid]:
            yield f"/en/{PAGES[kind]}/{name}/"
            yield from (f"/en/{PAGES[kind]}/{name}/versions/{number}/" for number in (1, 2))
            if kind == "conference":
                yield f"/en/{PAGES[kind]}/{name}/share.png"
    for name in (*slugs, uid):
        base = f"/api/v1/{COLLECTIONS[kind]}/{name}/"
        yield from (base, f"{base}versions/", f"{base}versions/1/", f"{base}versions/2/")


def of_entry(kind, entry):
    """Yield the public addresses of a vocabulary entry."""
    if kind in PAGES:
        yield f"/en/{PAGES[kind]}/{entry.slug}/"
    if kind == "series":
        yield f"/en/series/{entry.slug}/figures.csv"
    yield f"/api/v1/{COLLECTIONS[kind]}/{entry.uid}/"
    yield f"/api/v1/{FILTERED_BY[kind][-1]}/?{kind}={entry.slug}"


def in_depth(kind, slugs, uid):
    """Yield further addresses of a record or entry: other languages, other types, and lists filtered by it."""
    for name in (*slugs, uid):
        if kind in PAGES and (kind == "photo" or name != uid):
            yield from (f"/{language}/{PAGES[kind]}/{name}/" for language in ("ar", "fr"))
        yield f"/api/v1/{COLLECTIONS[kind]}/{name}/?lang=fr"
        for listed in FILTERED_BY.get(kind, ()):
            yield from (f"{start}/{listed}/?{kind}={name}" for start in ("/en", "/api/v1"))
    yield f"/api/v1/{COLLECTIONS['photo' if kind == 'conference' else 'conference']}/{uid}/"


def of_files(case):
    for _side, stored in case.files:
        yield stored.path
        if stored.variant in ("", "w640.webp"):
            yield f"/files/{stored.key}/another-name.pdf"


def of_words(kind, words):
    """Yield searches for each of *words*."""
    yield from (f"/en/search/?q={word}" for word in words)
    yield f"/ar/search/?{urlencode({'q': ' '.join(words)})}"
    for word in words:
        yield from (f"/en/search/suggestions/?q={typed}" for typed in (word, word[:-1]))
        yield from (f"{start}/{COLLECTIONS[kind]}/?q={word}" for start in ("/en", "/api/v1"))
        yield f"/api/v1/{COLLECTIONS['document' if kind == 'conference' else 'conference']}/?q={word}"


def of_case(world, case):
    """Yield the public addresses of *case*: of its record, vocabulary and files, and a search for its title."""
    uid = str(case.record.uid)
    yield from of_record(case.kind, dict.fromkeys(case.slugs.values()), uid)
    for (_side, kind), entry in case.vocabulary.items():
        yield from of_entry(kind, entry)
    yield from of_files(case)
    yield f"/api/v1/{COLLECTIONS[case.kind]}/?q={searched(world, case)[0]}"
    if case.kind == "conference":
        yield from (f"/api/v1/documents/?conference={name}" for name in dict.fromkeys(case.slugs.values()))


def of_case_in_depth(world, case):
    """Yield all public addresses of *case*, including all filters and searches."""
    yield from in_depth(case.kind, dict.fromkeys(case.slugs.values()), str(case.record.uid))
    for (_side, kind), entry in case.vocabulary.items():
        yield f"/id/{entry.uid}"
        yield from (f"/api/v1/{COLLECTIONS[kind]}/{entry.slug}/{below}" for below in ("versions/", "versions/1/"))
        yield f"/en/{FILTERED_BY[kind][0]}/?{kind}={entry.uid}"
        if kind in PAGES:
            yield f"/ar/{PAGES[kind]}/{entry.slug}/versions/1/"
    yield from of_words(case.kind, searched(world, case))


def searched(world, case):
    """Return words of *case*: its title, then one from each kind of text, including names and texts of files."""
    wanted = (
        *("en ConferenceText.title", "en LanguageVersion.title", "Photo.caption_en", "en LanguageVersion.body"),
        *("Conference.name", "Person.name_en", "StoredFile.name", "StoredFile.text", "LogEntry.change_message"),
    )
    words = {}
    for word, name in world.canaries.names.items():
        if name.case.startswith(str(case)) and name.side in (CLOSED, HELD, NAMED, OPEN) and name.what in wanted:
            words.setdefault((wanted.index(name.what), name.side), word)
    return [word for _order, word in sorted(words.items())]


# For staff


def of_staff(world):
    """Yield the addresses of the admin that belong to no record: lists, filters, searches and forms to add."""
    yield from ("/admin/", "/admin/login/", "/admin/password_change/", "/admin/password_change/done/", "/admin/jsi18n/")
    yield from ("/admin/nowhere/", "/admin/conferences/", "/admin/documents/", "/admin/conferences/photo/upload/")
    word = searched(world, world.cases["draft", "conference"])[0]
    for paths in ADMIN.values():
        for path in paths:
            yield from (f"/admin/{path}/", f"/admin/{path}/add/", f"/admin/{path}/?q={word}", f"/admin/{path}/?q=zq")
            if path != "conferences/session":
                yield from (f"/admin/{path}/recover/", f"/admin/{path}/recover/{NO_REVISION}/")
    for path, version in world.deleted:
        yield f"/admin/{path}/recover/{version.revision_id}/"
    for path in ("conferences/conference", "conferences/photo", "documents/document"):
        states = ("draft", "scheduled", "public", "changed", "withdrawn")
        yield from (f"/admin/{path}/?publication={state}" for state in states)
        yield from (f"/admin/{path}/?stage={stage}" for stage in ("draft", "review"))
        yield from (f"/admin/{path}/?year=2031", f"/admin/{path}/?o=2", f"/admin/{path}/?all=")
        yield from (f"/admin/{path}/?created_by=1", f"/admin/{path}/?texts__title__startswith=zq")
    yield "/admin/conferences/conference/?country=KE"
    for app, model, field in AUTOCOMPLETES:
        for term in ("", word):
            query = {"app_label": app, "model_name": model, "field_name": field, "term": term}
            yield f"/admin/autocomplete/?{urlencode(query)}"
    yield from ("/admin/conferences/person/merge/?ids=1,2", "/admin/conferences/organization/merge/?ids=1,2")
    happened = ("workflow/auditentry", "workflow/workflowstep", "publishing/ledgerentry")
    for path in ("auth/user", "auth/group", *happened):
        yield from (f"/admin/{path}/", f"/admin/{path}/add/")
        yield from of_row(path, 1, languages=())
    yield from ("/admin/publishing/", "/admin/workflow/", *(f"/admin/{path}/export/" for path in happened))
    yield from (f"/admin/second-factor/{page}" for page in ("", "code/", "set-up/", "recovery-codes/", "again/"))
    yield from (f"/admin/auth/user/1/{page}/" for page in ("password", "second-factor", "invite", "lift-limits"))
    yield from ("/admin/password_reset/", "/admin/new_password/", "/admin/session/")
    yield from ("/admin/language/", "/admin/pasted/", "/admin/logout/")
    for (_side, kind), entry in world.host.vocabulary.items():
        yield from of_row(ADMIN[kind][0], entry.pk)
        yield f"/admin/conferences/{kind}/merge/?ids={entry.pk},{entry.pk + 1}"
    for path in ADMIN["document"]:
        yield from of_row(path, world.host_document.record.pk)


def of_draft(case, session):
    """Yield the addresses in the admin of the record of *case* and its parts. Previews are signed for *session*."""
    record = case.record
    path = f"documents/{ENTRY[record.kind]}" if case.kind == "document" else ADMIN[case.kind][0]
    yield from of_row(path, record.pk)
    yield from of_history(path, record)
    yield f"/admin/r/{ContentType.objects.get_for_model(record).pk}/{record.pk}/"
    if case.kind == "document":
        yield from (f"/admin/{path}/{record.pk}/change/" for path in ("documents/document", "documents/otherdocument"))
    if case.kind == "conference":
        pages = ("photos", "photos/presence", "release")
        yield from (f"/admin/conferences/conference/{record.pk}/{page}/" for page in pages)
        for pk in record.sessions.values_list("pk", flat=True):
            yield from of_row("conferences/session", pk, languages=())
            yield f"/admin/conferences/session/{pk}/presence/"
    for (side, kind), entry in case.vocabulary.items():
        if side == CLOSED:
            path = ADMIN[kind][0]
            yield f"/admin/{path}/{entry.pk}/change/"
            yield from (f"/admin/{path}/{entry.pk}/language/{code}/" for code in TRANSLATED)
            if kind == "person":
                yield f"/admin/{path}/merge/?ids={entry.pk},{entry.pk - 1}"
    for side, stored in case.files:
        if side != OPEN or not stored.variant:
            yield f"/admin/files/{stored.key}/{stored.name}"
    address = preview_address(Asking(session or SessionStore("of-nobody")), record)
    yield address
    yield from (f"{address.partition('?')[0]}files/{stored.key}/{stored.name}" for _side, stored in case.files[-2:])


def of_history(path, record):
    """Yield the pages of the draft history of *record*."""
    base = f"/admin/{path}/{record.pk}"
    kept = [revision.pk for revision in revisions.revisions_of(record)]
    yield from (f"{base}/history/{pk}/" for pk in kept)
    yield from (f"{base}/history/compare/?before={kept[-1]}&after={after}" for after in (kept[0], ""))


def of_row(path, pk, languages=TRANSLATED):
    yield from (f"/admin/{path}/{pk}/{page}/" for page in ("change", "history", "delete"))
    yield f"/admin/{path}/{pk}/"
    if languages:  # a record, not a part of one
        yield from (
            f"/admin/{path}/{pk}/share/",
            f"/admin/{path}/{pk}/versions/",
            f"/admin/{path}/{pk}/versions/compare/",
            f"/admin/{path}/{pk}/presence/",
            f"/admin/{path}/{pk}/versions/{NO_EDITION}/seal/",
            f"/admin/{path}/{pk}/history/{NO_REVISION}/",
            f"/admin/{path}/{pk}/history/compare/",
            f"/admin/{path}/{pk}/discard/",
        )
    yield from (f"/admin/{path}/{pk}/language/{code}/{below}" for code in languages for below in ("", "presence/"))


class Asking:
    """The part of a request that a preview address is made from."""

    def __init__(self, session):
        self.session = session


def of_open_records(world):
    """Yield the public addresses of the host and its vocabulary."""
    for case in (world.host, world.host_document, world.host_photo):
        yield from of_case(world, case)
