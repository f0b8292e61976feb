"""The rows of the benchmark, and what is measured inside the process: SQL per request, bytes, and profiles.

``python -m benchmarks.inside`` uses the database of ``CTPORTAL_DATA_DIR`` and prints one JSON object. Requests pass through
all middleware and are closed as by the server, so that database connections behave the same.
"""

import cProfile
import json
import pstats
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import django

URLS = 40  # addresses requested in turn where a row represents many pages
PROFILED = 20  # requests per row under the profiler
COUNTED = 20  # addresses per row whose SQL is counted
LIST_LENGTH = 20


@dataclass
class Row:
    """One row of the table. *paths* are requested in turn; *expected* are texts that the responses must contain."""

    name: str
    paths: list[str]
    expected: list[str]
    share: float | None = None  # target: share of the yardstick's requests per second
    limit: int | None = None  # target: milliseconds for one request, at most
    staff: bool = False
    anew: bool = False  # measured without cache
    sql: int = 0
    bytes: int = 0
    first: float | None = None  # milliseconds of processor time of the first request after a publication
    profile: dict[str, float] = field(default_factory=dict)
    hottest: list[str] = field(default_factory=list)


def rows():
    from django.utils.html import escape

    from conferences.models import Conference
    from ctportal.core.languages import pick
    from ctportal.publishing import epoch
    from ctportal.publishing.models import Edition
    from documents.models import PressRelease

    def spread(queryset):
        keys = list(queryset.values_list("pk", flat=True))
        chosen = keys[:: max(1, len(keys) // URLS)][:URLS]
        found = Edition.objects.in_bulk(chosen)
        return [found[key] for key in chosen]

    def public(record_type):
        return Edition.objects.public(epoch.now()).of(record_type).order_by("-date", "slug", "uid")

    def titles(editions):
        return [
            str(escape(pick(edition.data["title"], "en", edition.data["original_language"])[0])) for edition in editions
        ]

    conferences, documents = public("conference"), public("document")
    some, some_documents = spread(conferences), spread(documents)
    forms = list(Conference.objects.order_by("slug")[:: max(1, conferences.count() // URLS)][:URLS])
    filters = [
        "region=central-asia",
        "theme=scale-theme-00003",
        "series=scale-series-00004",
        "kind=regional&language=ru",
    ]
    return [
        *both("conference page", [f"/en/conferences/{e.slug}/" for e in some], titles(some), 0.75, 0.05),
        *both("conference list, page 1", ["/en/conferences/"], [conferences[0].slug], 0.75, 0.07),
        *both(
            *("conference list, last page", [last_page("/en/conferences/", conferences)], [conferences.last().slug]),
            *(0.75, 0.07),
        ),
        *both(
            *("conference list, filtered", [f"/en/conferences/?{f}" for f in filters], ["scale-conference-"]),
            *(0.75, 0.07),
        ),
        *both(
            *("document page", [f"/en/documents/{e.slug}/" for e in some_documents], titles(some_documents)),
            *(0.75, 0.05),
        ),
        *both("document list, page 1", ["/en/documents/"], [documents[0].slug], 0.75, 0.07),
        *both(
            *("document list, last page", [last_page("/en/documents/", documents)], [documents.last().slug]),
            *(0.75, 0.07),
        ),
        *both("home page", ["/en/"], ["scale-conference-"], 0.75, 0.05),
        *both(
            *("API list of 100, all fields", ["/api/v1/conferences/?page_size=100"], [str(conferences[99].uid)]),
            *(0.3, 0.01),
        ),
        Row(
            "search, one record",
            [f"/en/search/?{urlencode({'q': edition.slug})}" for edition in some],
            [f"/en/conferences/{edition.slug}/" for edition in some],
            limit=60,
        ),
        Row("search, word in all records", ["/en/search/?q=conference"], ['class="rows hits"'], limit=60),
        *both("API detail", [f"/api/v1/conferences/{e.uid}/" for e in some], [e.sha256 for e in some], 0.75, 0.1),
        Row("admin list", ["/admin/conferences/conference/"], [Conference.objects.first().name], limit=120, staff=True),
        Row(
            "admin list, press releases",
            ["/admin/documents/pressrelease/"],
            [f"/pressrelease/{PressRelease.objects.order_by('-date', 'slug')[0].pk}/change/"],
            limit=120,
            staff=True,
        ),
        Row(
            "admin list, searched",
            [f"/admin/conferences/conference/?q={conference.slug}" for conference in forms],
            [f"/conference/{conference.pk}/change/" for conference in forms],
            limit=120,
            staff=True,
        ),
        Row(
            "admin list, by publication",
            ["/admin/conferences/conference/?publication=changed"],
            ["paginator"],
            limit=120,
            staff=True,
        ),
        Row(
            "admin form",
            [f"/admin/conferences/conference/{conference.pk}/change/" for conference in forms],
            [conference.slug for conference in forms],
            limit=200,
            staff=True,
        ),
    ]


def both(name, paths, expected, kept, anew):
    """Return the rows of a public page, from the cache and without cache, with the target share of each."""
    return (
        Row(f"{name}, kept", paths, expected, share=kept),
        Row(f"{name}, made anew", paths, expected, share=anew, anew=True),
    )


def last_page(path, editions):
    return f"{path}?page={-(-editions.count() // LIST_LENGTH)}"


def staff_cookie():
    """Return the Cookie header of an administrator who is signed in."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _created = get_user_model().objects.get_or_create(
        username="benchmark", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Site:
    """Sends requests to the portal without a server."""

    def __init__(self, cookie):
        from django.core.handlers.wsgi import WSGIHandler

        self.handler = WSGIHandler()
        self.cookie = cookie

    def get(self, path, staff=False):
        from django.core.signals import request_started
        from django.test import RequestFactory

        headers = {"HTTP_COOKIE": self.cookie} if staff else {}
        request = RequestFactory().get(path, SERVER_NAME="127.0.0.1", **headers)
        request_started.send(sender=type(self))
        response = self.handler.get_response(request)
        body = response.content
        response.close()
        return response.status_code, body


class Unexpected(Exception):
    pass


def check(site, row):
    """Request each address of *row* once. Raises Unexpected unless the response is 200 and contains the expected text."""
    for n, path in enumerate(row.paths):
        status, body = site.get(path, row.staff)
        expected = row.expected[n % len(row.expected)]
        if status != 200 or expected not in body.decode():
            raise Unexpected(f"{row.name}: {path} answered {status}, {len(body)} bytes, and should hold “{expected}”")
        row.bytes = max(row.bytes, len(body))


def count_sql(site, row):
    """Set ``row.sql``, the largest number of SQL statements for one of its addresses, with warm caches."""
    from django.db import connection

    def wrapper(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    for path in row.paths[:COUNTED]:
        statements = []
        with connection.execute_wrapper(wrapper):
            site.get(path, row.staff)
        row.sql = max(row.sql, len(statements))
    return statements


def time_first(site, row):
    """Set ``row.first``, the time of the first request after a publication: the cache of responses is empty, templates and
    connections are kept. It is the shortest of three, in processor time, without waiting for the disk."""
    from ctportal.reading import cache

    times = []
    for _turn in range(3):
        cache.store.cache_clear()
        begin = time.process_time()
        site.get(row.paths[0], row.staff)
        times.append((time.process_time() - begin) * 1000)
    row.first = min(times)


def profile(site, row):
    """Set ``row.profile``, {part: share of the time}, and ``row.hottest``, the slowest own functions including callees."""
    profiler = cProfile.Profile()
    profiler.enable()
    for n in range(PROFILED):
        site.get(row.paths[n % len(row.paths)], row.staff)
    profiler.disable()
    stats = pstats.Stats(profiler).stats
    row.profile = by_part(stats)
    row.hottest = hottest(stats)


# Parts by a text in the path of the file. The first match counts.
PARTS = (
    ("SQLite", ("sqlite3",)),
    ("templates", ("/django/template/", "/templatetags/", "/django/utils/html", "/django/utils/safestring")),
    ("Django ORM", ("/django/db/", "/modeltranslation/")),
    ("admin and forms", ("/django/contrib/admin/", "/django/forms/", "/django_prose_editor/", "/js_asset/")),
    ("REST framework and filters", ("/rest_framework/", "/django_filters/", "/drf_spectacular/")),
    ("addresses", ("/django/urls/",)),
    ("translation", ("/django/utils/translation/", "/gettext.py")),
    ("JSON", ("/json/",)),
    (
        "middleware and server",
        ("/django/core/", "/django/middleware/", "/whitenoise/", "/csp/", "/django/http/", "wsgi"),
    ),
    ("own code", ("/ctportal/", "/conferences/", "/documents/")),
    ("Django's helpers", ("/django/",)),
)


def part_of(function):
    path, _line, name = function
    text = path.replace(str(Path(django.__file__).parent), "/django")
    if path == "~":  # a built-in; only those of the database are a part
        return "SQLite" if "sqlite3" in name else None
    return next((part for part, marks in PARTS if any(mark in text for mark in marks)), "other")


def by_part(stats):
    """Return {part: share}. The time of a built-in counts for its caller."""
    taken = {}
    for function, (_calls, _primitive, own, _total, callers) in stats.items():
        part = part_of(function)
        if part:
            taken[part] = taken.get(part, 0) + own
            continue
        for caller, (_c, _p, own_for_caller, _t) in callers.items():
            name = part_of(caller) or "other"
            taken[name] = taken.get(name, 0) + own_for_caller
    whole = sum(taken.values())
    return {part: own / whole for part, own in sorted(taken.items(), key=lambda item: -item[1])}


def hottest(stats, count=6):
    whole = max(total for _calls, _primitive, _own, total, _callers in stats.values())
    ours = [
        (total / whole, f"{Path(path).parent.name}/{Path(path).name} {name}")
        for (path, _line, name), (_calls, _primitive, _own, total, _callers) in stats.items()
        if part_of((path, 0, name)) == "own code" and name != "__call__"  # middleware, which includes the whole request
    ]
    return [f"{name} {share:.0%}" for share, name in sorted(ours, reverse=True)[:count] if share > 0.02]


def keep(is_kept):
    """Switch the cache of public responses in this process on or off."""
    from django.conf import settings

    from ctportal.reading import cache

    settings.CTPORTAL_CACHE_MB = 64 if is_kept else 0
    cache.store.cache_clear()


def main():
    django.setup()
    cookie = staff_cookie()
    site = Site(cookie)
    wanted = sys.argv[1:]
    found = [row for row in rows() if not wanted or row.name in wanted]
    for row in found:
        keep(not row.anew)
        check(site, row)
        count_sql(site, row)
        time_first(site, row)
        profile(site, row)
    print(json.dumps({"cookie": cookie, "rows": [asdict(row) for row in found]}))


if __name__ == "__main__":
    main()
