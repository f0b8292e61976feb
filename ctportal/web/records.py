"""The page of one record: the response at its address, and the parts that all records' pages share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _
from django.views import View

from ctportal.core.codes import DocumentKind
from ctportal.core.dates import format_instant
from ctportal.core.languages import CODES
from ctportal.publishing.models import Edition, RecordType
from ctportal.reading.context import ReadRequest
from ctportal.reading.queries import Found, Gone, Moved, related, resolve, versions

from .addresses import data_address, language_in_address, page_address, public_file, record_path
from .cards import AddressOf, page_title, target, title_of
from .history import changes_of, history_of
from .labels import label
from .page import Crumb, render_page, site_root
from .text import LocalizedText


@dataclass(frozen=True, kw_only=True)
class RecordPage:
    """The data for the page of one record: its edition in force, one of its versions, or a draft in a preview.

    *data* is the public JSON. *edition* is the edition in force, None for a version or a draft. *related* are the
    records that it points to and *children* those that point to it: objects with ``type``, ``slug``, ``uid`` and
    ``card_data``; the former also have ``name`` and ``key`` (``reading.queries.RelatedRecord``), the latter
    ``relation``. *neighbours* is {uid of a series: (previous, next) conference in it}. *history* and *changes* come
    from ``web.history``. *version* is the number of the version shown; its files are named but not linked. *preview* is
    the address of a preview, where ``?lang=`` chooses the language. *address_of* returns the address of a file in the
    JSON. Fields that do not apply keep their defaults.
    """

    record_type: str
    data: dict[str, Any]
    language: str
    uid: UUID
    slug: str = ""
    edition: Edition | None = None
    related: Sequence = ()
    children: Sequence = ()
    neighbours: Mapping[str, Sequence] = field(default_factory=dict)
    history: Sequence[dict[str, Any]] = ()
    changes: dict[str, Any] | None = None
    banner: dict[str, Any] | None = None
    version: int | None = None
    preview: str = ""
    address_of: AddressOf = public_file

    @property
    def path(self) -> str:
        """The address of the page below ``/{language}/``."""
        version = f"versions/{self.version}/" if self.version else ""
        return record_path(self.record_type, self.slug, self.uid) + version

    @property
    def address(self) -> str:
        """The address of the record's own page, also if this is the page of a version."""
        return page_address(self.record_type, self.slug, self.uid, self.language)

    @property
    def languages(self) -> Sequence[str]:
        """The languages in which the record is complete, () for all six.

        Entries of the vocabulary do not say so: they are complete where they have a name and, where there is one in any
        language, a description. The name of a person is the same in every language that does not write it otherwise.
        """
        if self.record_type == RecordType.PERSON:
            return ()
        if "languages" in self.data:
            languages: Sequence[str] = self.data["languages"]
            return languages
        texts = [texts for name in ("name", "description") if (texts := self.data.get(name))]
        return [code for code in CODES if all(code in text for text in texts)]

    def related_as(self, name: str) -> list:
        """Return the records that it points to by the relation *name*."""
        return [each for each in self.related if each.name == name]

    @property
    def conference(self):
        """The public conference that a document or photo belongs to, None where there is none."""
        return next(iter(self.related_as("conference")), None)


def render_record_page(
    request: HttpRequest,
    page: RecordPage,
    template: str,
    context: dict[str, Any],
    *,
    title: str,
    robots: str = "",
    **frame: Any,
) -> HttpResponse:
    """Return the response for *page* from *template*; *frame* holds further arguments of ``render_page``."""
    around = {
        "envelope": envelope_of(page.edition, page.language) if page.edition else None,
        "history": page.history,
        "changes": page.changes,
    }
    return render_page(
        request,
        template,
        around | context,
        language=page.language,
        path=page.path,
        title=page_title(title, page.version and _("Version %(number)s") % {"number": page.version}),
        robots="noindex" if page.version else robots,
        preview=page.preview,
        languages=page.languages,
        original=page.data.get("original_language", "en"),
        permanent=str(page.uid) if page.edition else "",
        **frame,
    )


def crumbs_to(page: RecordPage, label: str | LocalizedText, path: str) -> tuple[Crumb, ...]:
    """Return the last breadcrumbs of *page*: the record or, on the page of a version, the record at *path* and the version."""
    if not page.version:
        return (Crumb(label),)
    return (Crumb(label, path), Crumb(_("Version %(number)s") % {"number": page.version}))


def banner_of(page: RecordPage, notice: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the banner of *page*, with the lines of *notice*, the one about its language, below its own; None without both."""
    if not (page.banner and notice):
        return page.banner or notice
    return {**page.banner, "lines": [*page.banner["lines"], *notice["lines"]]}


def structured_data(request: HttpRequest, page: RecordPage, kind: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of *page* as schema.org/*kind*: its addresses and the values of *known* that are not empty."""
    root = site_root(request)
    return {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": f"{root}/id/{page.uid}",
        "url": root + page.address,
        **{name: value for name, value in known.items() if value},
    }


class EditionDetailView(View):
    """The page of a public record or, with *number*, of one of its versions and the changes since the previous one.

    The response is a redirect if the record has moved, 410 if it was withdrawn, and 404 if it was never public.
    """

    request: ReadRequest
    record_type = ""
    renderer: Callable[[ReadRequest, RecordPage], HttpResponse]
    shows_changes = True
    suffix = ""  # the address of the view below that of the record's page

    def get(
        self, request: ReadRequest, language: str, slug: str = "", uid: UUID | None = None, number: int | None = None
    ) -> HttpResponse:
        found = resolve(self.record_type, slug or str(uid), request.read_context.at)
        if not isinstance(found, Found):
            return elsewhere(request, language, found, self.suffix)
        edition = found.edition
        if slug != edition.slug:
            return moved(edition, language, f"versions/{number}/" if number else self.suffix)
        if number:
            return self.version(edition, language, number)
        return self.render(edition, language, edition=edition, **self.surroundings(edition, language))

    def version(self, current: Edition, language: str, number: int) -> HttpResponse:
        at = self.request.read_context.at
        # At the instant of *current*: a version that began after it would have no end to show.
        past = list(versions(current.uid, at)[max(0, number - 2) : number])
        if len(past) < min(number, 2):
            raise Http404
        edition, before = past[-1], past[0] if number > 1 else None
        if edition.is_sealed:
            return sealed_page(self.request, language, edition)
        edition.version = number
        pointers = related([each for each in past if not each.is_sealed], at) if self.shows_changes else {}
        changes = changes_of(edition, before, pointers, language) if self.shows_changes else None
        banner = version_banner(edition, current, language)
        # What it points to may have changed since; the conference that it belongs to has not.
        home = [each for each in pointers.get(edition.pk, ()) if each.name == "conference"]
        return self.render(edition, language, version=number, banner=banner, changes=changes, related=home)

    def render(self, shown: Edition, language: str, **around: Any) -> HttpResponse:
        """Return the page of the edition *shown*; *around* holds further fields of RecordPage."""
        page = RecordPage(
            record_type=self.record_type,
            data=shown.data,
            language=language,
            uid=shown.uid,
            slug=shown.slug,
            **around,
        )
        return self.renderer(self.request, page)

    def surroundings(self, edition: Edition, language: str) -> dict[str, Any]:
        """Return the fields of RecordPage that depend on other records and on other versions."""
        at = self.request.read_context.at
        return {"related": related([edition], at)[edition.pk], "history": history_of(edition, at, language)}


def version_banner(edition: Edition, current: Edition, language: str) -> dict[str, Any]:
    """Return the banner of a version: whether it is the current one, when it was public, and its change note."""
    newest = page_address(current.type, current.slug, current.uid, language)
    if edition.pk == current.pk:
        line = _("This is version %(number)d, the current version.") % {"number": edition.version}
    else:
        line = _("You are reading version %(number)d, which was public from %(start)s to %(end)s.") % {
            "number": edition.version,
            "start": format_instant(edition.public_from, language),
            "end": format_instant(edition.public_until, language) if edition.public_until else "",
        }
    lines = [line, *([edition.note] if edition.note else [])]
    return {"lines": lines, "off": edition.pk != current.pk, "link": (newest, _("Go to the current page"))}


def moved(edition: Edition, language: str, suffix: str = "") -> HttpResponse:
    """Return a permanent redirect to the page of *edition*, with *suffix* added to the address."""
    return HttpResponsePermanentRedirect(page_address(edition.type, edition.slug, edition.uid, language) + suffix)


def elsewhere(request: HttpRequest, language: str, found: object, suffix: str = "") -> HttpResponse:
    """Return the response for a record that is not public at its address: 301, with *suffix*, or 410. Raise Http404 for None."""
    if isinstance(found, Moved):
        return moved(found.edition, language, suffix)
    if isinstance(found, Gone):
        title = _("This page has been withdrawn")
        return gone_page(request, language, title=title, **withdrawn(found, language))
    raise Http404


def sealed_page(request: HttpRequest, language: str, edition: Edition) -> HttpResponse:
    """Return the 410 page of a sealed version, of which only the checksum is kept."""
    return gone_page(
        request,
        language,
        title=_("This version has been sealed"),
        reason=_(
            "Its text was permanently removed. Its checksum is kept so that the chain of versions can still be "
            "verified."
        ),
        sha256=edition.sha256,
        chain=data_address(edition.type, edition.uid) + "versions/",
    )


def withdrawn(gone: Gone, language: str) -> dict[str, Any]:
    """Return the arguments of ``gone_page`` for a record that is no longer public: what it was, since when, why, and what to
    read instead; its title where whoever withdrew it allowed that. Of a sealed record only the type is known."""
    edition = gone.edition
    kind = edition.card_data.get("kind", "")
    return {
        "kind": label(DocumentKind, kind) if kind in DocumentKind else label(RecordType, edition.type),
        "on": edition.public_until and format_instant(edition.public_until, language),
        "record_title": title_of(edition.card_data, language) if gone.shows_title else "",
        "reason": gone.reason,
        "replacement": gone.replacement,
    }


def gone_page(
    request: HttpRequest,
    language: str,
    *,
    title: str,
    reason: str,
    replacement: Edition | None = None,
    **more: Any,
) -> HttpResponse:
    """Return the 410 page with the public *reason* and the edition to read instead, if there is one.

    *more* are ``kind``, ``on`` and ``record_title`` of a withdrawn record; ``sha256``, the checksum of a sealed version, and
    ``chain``, the address of the versions that verify it. An address without language, such as that of a file, has the home
    page in its language switch.
    """
    return render_page(
        request,
        "errors/gone.html",
        {
            "heading": title,
            "reason": reason,
            "link": replacement and target(replacement, language),
            **more,
        },
        language=language,
        path=request.path_info[4:] if language_in_address(request) else "",
        title=title,
        robots="noindex",
        status=410,
    )


def envelope_of(edition: Edition, language: str) -> dict[str, Any]:
    """Return the input of ``components/envelope.html``; *edition* comes from ``resolve``."""
    address = page_address(edition.type, edition.slug, edition.uid, language)
    start = edition.public_from
    return {
        "version": edition.version,
        "earlier": f"{address}versions/{edition.version - 1}/" if edition.version > 1 else "",
        "published": format_instant(edition.published, language),
        "updated": format_instant(start, language) if start != edition.published else "",
        "permanent": f"/id/{edition.uid}",
        "short": str(edition.uid)[:8],
        "data": data_address(edition.type, edition.uid),
    }
