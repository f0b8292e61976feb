"""One record's page: what answers at its address, and what stands around its text."""

from functools import lru_cache

from django.http import Http404, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _

from ctportal.dates import format_instant
from ctportal.languages import CODES
from ctportal.publishing.reading import Found, Gone, Moved, resolve, versions

from .addresses import page_address
from .labels import labels
from .page import Crumb, part, render_page
from .text import Reader

API_NAMES = {
    "conference": "conferences",
    "document": "documents",
    "photo": "photos",
    "series": "series",
    "theme": "themes",
}


def show(request, language, record_type, address, render):
    """Answer with ``render(edition)`` where a public record stands at *address*; else 301, 410 or 404."""
    found = resolve(record_type, address, request.read_context.at)
    if isinstance(found, Found):
        edition = found.edition
        if address != (edition.slug or str(edition.uid)):
            return moved(edition, language)
        return render(edition)
    return elsewhere(request, language, found)


def show_version(request, language, record_type, address, number, render):
    """Answer with ``render(edition, banner)`` for version *number* of the public record at *address*; else as ``show``."""
    found = resolve(record_type, address, request.read_context.at)
    if not isinstance(found, Found):
        return elsewhere(request, language, found)
    current = found.edition
    if address != (current.slug or str(current.uid)):
        return moved(current, language, f"versions/{number}/")
    # At the same instant: what begins in between has no end to tell of.
    past = list(versions(current.uid, current.at)[max(0, number - 2) : number])
    if len(past) < min(number, 2):
        raise Http404
    edition = past[-1]
    edition.before = past[0] if number > 1 else None
    if edition.is_sealed:
        why = _(
            "Its text was removed for good. Its checksum stays, so that the chain of versions can still be verified."
        )
        title = _("This version has been sealed")
        return gone_page(request, language, title=title, reason=why, replacement=None, sealed=edition)
    edition.version, edition.published, edition.at = number, current.published, current.at
    return render(edition, version_banner(edition, current, language))


def version_banner(edition, current, language):
    newest = page_address(current.type, current.slug, current.uid, language)
    if edition.pk == current.pk:
        line = _("This is version %(number)d, the one in force.") % {"number": edition.version}
    else:
        line = _("You are reading version %(number)d, which was public from %(start)s to %(end)s.") % {
            "number": edition.version,
            "start": format_instant(edition.public_from, "UTC", language),
            "end": format_instant(edition.public_until, "UTC", language),
        }
    lines = [line, *([edition.note] if edition.note else [])]
    return {"lines": lines, "off": edition.pk != current.pk, "link": (newest, _("Go to the current page"))}


def moved(edition, language, suffix=""):
    return HttpResponsePermanentRedirect(page_address(edition.type, edition.slug, edition.uid, language) + suffix)


def elsewhere(request, language, found):
    """Answer for what is not public at its address: moved, gone, or never there."""
    if isinstance(found, Moved):
        return moved(found.edition, language)
    if isinstance(found, Gone):
        return gone_page(
            request,
            language,
            title=_("This page has been withdrawn"),
            reason=found.reason,
            replacement=found.replacement,
        )
    raise Http404


def path_below(request, language):
    """Return the address below /{language}/ that other languages share; the home page for one above the languages."""
    prefix = f"/{language}/"
    return request.path_info.removeprefix(prefix) if request.path_info.startswith(prefix) else ""


def gone_page(request, language, *, title, reason, replacement, sealed=None):
    """Return the 410 page with the public *reason* and the edition to read instead, if there is one.

    *sealed* is the edition of which the checksum is all that stays.
    """
    link = None
    if replacement:
        texts = replacement.card_data.get("title") or replacement.card_data.get("name") or {}
        original = replacement.card_data.get("original_language", language)
        link = (
            page_address(replacement.type, replacement.slug, replacement.uid, language),
            Reader(language, original).say(texts) or replacement.slug,
        )
    return render_page(
        request,
        "errors/gone.html",
        {
            "heading": title,
            "reason": reason,
            "link": link,
            "sha256": sealed.sha256 if sealed else "",
            "chain": f"/api/v1/{API_NAMES[sealed.type]}/{sealed.uid}/versions/" if sealed else "",
        },
        language=language,
        path=path_below(request, language),
        title=title,
        robots="noindex",
        status=410,
    )


def envelope_of(edition, language):
    """Return what a page says of the edition itself, as HTML; *edition* comes from ``resolve`` or ``versions``."""
    return _envelope(
        edition.type,
        edition.slug,
        edition.uid,
        edition.version,
        edition.published,
        edition.public_from,
        language,
    )


@lru_cache(maxsize=2048)
def _envelope(record_type, slug, uid, version, published, updated, language):
    address = page_address(record_type, slug, uid, language)
    envelope = {
        "version": version,
        "earlier": f"{address}versions/{version - 1}/" if version > 1 else "",
        "published": format_instant(published, "UTC", language),
        "updated": format_instant(updated, "UTC", language) if updated != published else "",
        "permanent": f"/id/{uid}",
        "short": str(uid)[:8],
        "data": f"/api/v1/{API_NAMES[record_type]}/{uid}/",
    }
    return part("components/envelope.html", {"envelope": envelope})


def language_names(codes, language):
    names = labels(language).languages
    return [names[code] for code in CODES if code in codes]


__all__ = ["Crumb", "envelope_of", "gone_page", "moved", "show", "show_version"]
