"""The home page, the addresses without a language, and the error pages."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext_lazy as _

from ctportal.core.codes import EventStatus
from ctportal.core.countries import country_name
from ctportal.core.languages import LANGUAGES, direction, django_code
from ctportal.core.outages import Outage
from ctportal.publishing.models import Edition
from ctportal.reading.menus import options
from ctportal.reading.queries import CARDS, Found, Gone, Moved, resolve_uid

from . import cards
from .addresses import data_address, language_in_address, language_of, preferred_language
from .page import KINDS_OF_DOCUMENT, SITE_NAME, Crumb, frame, render_page, site_root
from .press import site_contact
from .records import elsewhere, moved
from .text import LanguageContext, number

DESCRIPTION = _(
    "Programmes, statements, press releases, summaries and photographs of each conference, in six languages."
)
HTML, JSON = "text/html", "application/json"
UPCOMING, LATEST, NEWS = 3, 4, 6
# A conference lasts a year at most. If its dates are known to the year only, it may cover two years, each in full.
LONGEST = timedelta(days=3 * 366)
ANNOUNCED = [status for status in EventStatus.values if status != EventStatus.CANCELLED]
AHEAD = timedelta(days=1)  # more than any place on Earth is ahead of UTC


def root(request):
    """Redirect to the home page in the reader's language."""
    response = HttpResponseRedirect(f"/{preferred_language(request)}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


def permanent(request, uid):
    """Redirect from a record's uid to its page in the reader's language or, for a client that prefers JSON, to the record in
    the API; answer 410 if it was withdrawn."""
    response = _permanent(request, resolve_uid(uid, request.read_context.at), preferred_language(request))
    patch_vary_headers(response, ["Accept", "Accept-Language"])
    return response


def prefers_json(request):
    """Return whether the client would rather have JSON than a page."""
    return request.get_preferred_type([HTML, JSON]) == JSON


def _permanent(request, found, language):
    if isinstance(found, (Found, Moved, Gone)) and prefers_json(request):
        return HttpResponsePermanentRedirect(data_address(found.edition.type, found.edition.uid))
    with translation.override(django_code(language)):
        return moved(found.edition, language) if isinstance(found, Found) else elsewhere(request, language, found)


def home(request, language):
    read_context, at = request.read_context, request.read_context.at
    upcoming = _to_come(at, (at - LONGEST).date())
    latest = _over(at, (at + AHEAD).date())
    featured = cards.pointed_to(latest, "featured_photo", at)
    photos = {pk: photo.card_data for pk, photo in featured.items()}
    # The newest is always shown; for the other places, those with a photo are preferred. All places are in one row.
    places = LATEST if upcoming else LATEST + 1
    latest = latest[:1] + sorted(latest[1:], key=lambda e: e.pk not in photos)[: places - 1]
    latest.sort(key=lambda e: (e.date, e.pk in photos), reverse=True)
    first = None
    if not upcoming:
        # If none is announced, the newest conference that was not called off takes the place of the next one.
        first = next((e for e in latest if not cards.off(e.card_data["event_status"])), None)
        latest = [e for e in latest if e is not first][:LATEST]
    newest = _newest(at)
    homes = cards.pointed_to(newest, "conference", at)
    return render_page(
        request,
        "web/home.html",
        {
            "upcoming": [cards.conference_row(each, at, language) for each in upcoming],
            "first": first and cards.conference_card(first, at, language, photos.get(first.pk), wide=True),
            "latest": [cards.conference_card(each, at, language, photos.get(each.pk)) for each in latest],
            "newest": [cards.document_row(each, language, homes.get(each.pk), with_excerpt=False) for each in newest],
            "kinds": KINDS_OF_DOCUMENT,
            **_ways_in(read_context, language),
        },
        language=language,
        path="",
        title="",
        description=DESCRIPTION,
        data={
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": str(SITE_NAME),
            "url": f"{site_root(request)}/{language}/",
        },
    )


# The bounds on the first day let the database start in the middle of the index by date instead of at its end.


def _to_come(at, since):
    """Return the next conferences that are not yet over in their time zone, without the cancelled ones."""
    conferences = Edition.objects.public(at).of("conference").facet("status", *ANNOUNCED)
    return _first(conferences.filter(over_at__gt=at, date__gte=since), UPCOMING, F("date").asc(), "slug")


def _over(at, before):
    """Return the latest conferences that are over in their time zone, whatever their status."""
    conferences = Edition.objects.public(at).of("conference").filter(over_at__lte=at, date__lt=before)
    return _first(conferences, LATEST * 3, F("date").desc(), "slug")


def _first(editions, count, *order):
    """Return the first *count* of *editions* in *order*. An index alone finds them; only fields for cards are read."""
    found = editions.order_by(*order).values("pk")[:count]
    return list(Edition.objects.filter(pk__in=found).order_by(*order).only(*CARDS))


def _newest(at):
    """Return the public documents that were published or changed last. Minor editions do not count as changes."""
    # The uid alone identifies the record. Given the type as well, SQLite would use an index by type instead.
    public = Exists(Edition.objects.public(at).filter(uid=OuterRef("uid")).order_by())
    news = Edition.objects.effective(at).of("document").filter(public, minor=False)
    latest = news.order_by("-public_from", "-date", "slug").values_list("uid", flat=True)[: NEWS * 4]
    uids = list(dict.fromkeys(latest))[:NEWS]
    documents = Edition.objects.public(at).filter(uid__in=uids).only(*CARDS)
    return sorted(documents, key=lambda edition: uids.index(edition.uid))


def _ways_in(read_context, language):
    """Return the series, themes and countries that have conferences, with the number of these, sorted by name."""
    menus = options("conference", read_context, ("series", "theme", "country"))
    texts = LanguageContext(language)
    ways: dict[str, list[tuple[object, str, int]]] = {
        "series": [(texts.pick(each.names), f"series/{each.value}/", each.total) for each in menus["series"]],
        "themes": [(texts.pick(each.names), f"themes/{each.value}/", each.total) for each in menus["theme"]],
        "countries": [
            (country_name(each.value, language), f"conferences/?country={each.value}", each.total)
            for each in menus["country"]
        ],
    }
    return {
        section: [
            (name, f"/{language}/{path}", number(count, language))
            for name, path, count in sorted(entries, key=lambda entry: str(entry[0]).casefold())
        ]
        for section, entries in ways.items()
    }


def about(request, language):
    """Return the page about the site: what it is, its languages, how to cite it, the contact for the press."""
    title = str(_("About this site"))
    return render_page(
        request,
        "web/about.html",
        {"press": site_contact(), "languages": [(code, name, direction(code)) for code, name in LANGUAGES.items()]},
        language=language,
        path="about/",
        title=title,
        description=_("What this site holds, how its pages are kept and corrected, and how to search and cite them."),
        crumbs=(Crumb(title),),
    )


# Error pages ---------------------------------------------------------------------------------------------------------


TITLES = {
    HTTPStatus.BAD_REQUEST: _("This request could not be understood"),
    HTTPStatus.FORBIDDEN: _("You do not have access to this page"),
    HTTPStatus.NOT_FOUND: _("Page not found"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("The request is too large"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too many attempts"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong on our side"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("The site is busy"),
}

STORAGE_FAILS = _("The storage of this site fails")
SECRETS = {"code", "second_factor-code", "link"}


def error_page(request: HttpRequest, status: HTTPStatus, **more: object) -> HttpResponse:
    """Return an error page in the site's layout. It uses neither database nor session, so it works if these fail.

    *more* are further variables of its template.
    """
    language = language_of(request)
    with translation.override(django_code(language)):
        context = {
            **frame(language),
            "title": TITLES[status],
            "status": status,
            "limit": settings.CTPORTAL_MAX_REQUEST_MB,
            "robots": "noindex",
            **more,
        }
        html = render_to_string("errors/error.html", context)
    response = HttpResponse(html, status=status, headers={"Content-Language": language})
    if not language_in_address(request):
        patch_vary_headers(response, ["Accept-Language"])
    return response


def bad_request(request, exception=None):
    return error_page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request, exception=None, reason=""):
    """Return the 403 page (``handler403``), also for a failed CSRF check (``CSRF_FAILURE_VIEW``)."""
    return error_page(request, HTTPStatus.FORBIDDEN)


def not_found(request, exception=None):
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request):
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def busy(request: HttpRequest) -> HttpResponse:
    """Return the page for a request that got no lock in the database in time. Nothing of it was saved.

    It holds what was posted, so that one click sends the same again.
    """
    response = _unavailable(request)
    response.headers["Retry-After"] = "10"
    return response


def unavailable(request: HttpRequest, found: Outage) -> HttpResponse:
    """Return the page for a request that the Outage *found* has ended. Where the storage fails, it says so."""
    return _unavailable(request, title=STORAGE_FAILS, fails=True) if found.is_storage else busy(request)


def _unavailable(request: HttpRequest, **more: object) -> HttpResponse:
    response = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, again=_posted(request), **more)
    add_never_cache_headers(response)
    return response


def too_many_attempts(request: HttpRequest, retry_after: int) -> HttpResponse:
    """Return the page for who has failed too often. *retry_after* is in seconds; the page is the same for all."""
    response = error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(retry_after)
    return response


def _posted(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the posted (name, value) pairs, [] where they cannot be sent again from a page: files, and secrets."""
    if request.method != "POST" or not request.resolver_match or request.FILES:
        return []
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    return [] if any(is_secret(name) for name, _value in pairs) else pairs


def is_secret(name: str) -> bool:
    """Return whether a posted field called *name* gives access, so that no page repeats it: passwords, codes, links."""
    return "password" in name or name in SECRETS
