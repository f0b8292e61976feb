"""Serve files to the public. Each request checks that an edition that shows the file is public."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from ctportal.core.languages import django_code
from ctportal.files.models import StoredFile
from ctportal.files.serving import serve
from ctportal.publishing.models import Edition, EditionFile
from ctportal.reading.queries import Gone, resolve_uid

from .addresses import preferred_language
from .records import gone_page, withdrawn


def public_file(request, key, name):
    """Send the file. Answer 410 if only a past edition shows it, otherwise 404, as for an unknown key."""
    at = request.read_context.at
    stored = _shown(key, at)
    if stored is None:
        return past_file(request, key, at)
    if name != stored.name:
        return HttpResponsePermanentRedirect(stored.path)
    return serve(request, stored)


# Both queries start at the file and look up the few editions that show it. Starting at the editions, the database would
# read all public ones, and only for a key that exists, so the response time would reveal which keys exist.


def _shown(key, at):
    """Return the file *key* if an edition in force at *at* shows it, else None."""
    public = Edition.objects.public(at).filter(pk=OuterRef("edition"))
    showing = EditionFile.objects.filter(Exists(public), file=OuterRef("pk"))
    return StoredFile.objects.filter(Exists(showing), key=key).defer("text").first()


def _shown_last(key, at):
    """Return the uid of the record whose edition in effect at *at* was the last to show the file *key*."""
    effective = Edition.objects.effective(at).filter(pk=OuterRef("edition"))
    showing = EditionFile.objects.filter(Exists(effective), file__key=key)
    return showing.order_by("-edition__public_from").values_list("edition__uid", flat=True).first()


def past_file(request, key, at):
    """Return the 410 page of a file, with a link to its record's current page or replacement.

    Raise Http404 if no edition that has taken effect shows the file.
    """
    uid = _shown_last(key, at)
    if uid is None:
        raise Http404
    found = resolve_uid(uid, at)
    language = preferred_language(request)
    with translation.override(django_code(language)):
        said = (
            withdrawn(found, language)
            if isinstance(found, Gone)
            else {
                "reason": _("The record that showed it has since been revised."),
                "replacement": getattr(found, "edition", None),
            }
        )
        response = gone_page(request, language, title=_("This file has been withdrawn"), **said)
    patch_vary_headers(response, ["Accept-Language"])
    return response
