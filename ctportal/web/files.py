"""Files as the public gets them: an edition that shows the file must be public now, asked on each request."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ctportal.languages import django_code
from ctportal.publishing.models import APART, Edition, EditionFile, StoredFile, reached
from ctportal.publishing.prepared import prepared
from ctportal.publishing.reading import Gone, resolve_uid
from ctportal.publishing.serving import serve

from .addresses import preferred_language
from .records import gone_page


@require_safe
def public_file(request, key, name):
    """Send the file; 410 where only a past edition shows it; otherwise 404, as for a key that never was."""
    clock = timezone.now()
    asked = {"key": key, "clock": clock, "latest": clock + APART}
    shown = _shown(**asked)
    if not shown:
        return past_file(request, **asked)
    [stored] = shown
    if name != stored.name:
        return HttpResponsePermanentRedirect(stored.path)
    return serve(request, stored)


# Both go from the file to the few editions that show it, each looked up by its key: the other way round the database would
# go through all that is public, and only for a key that there is, which the time of the answer would tell.


@prepared
def _shown(key, clock, latest):
    """The file *key*, if an edition in force shows it."""
    public = Edition.objects.public(reached(clock, latest)).filter(pk=OuterRef("edition"))
    return StoredFile.objects.filter(
        Exists(EditionFile.objects.filter(Exists(public), file=OuterRef("pk"))), key=key
    ).defer("text")


@prepared
def _shown_last(key, clock, latest):
    """The uid of the record whose edition in effect was the last to show the file *key*."""
    effective = Edition.objects.effective(reached(clock, latest)).filter(pk=OuterRef("edition"))
    showing = EditionFile.objects.filter(Exists(effective), file__key=key)
    return showing.order_by("-edition__public_from").values_list("edition__uid")[:1]


def past_file(request, **asked):
    """Answer 410, with what there is to read instead: the record's current page, or what replaces it."""
    last = _shown_last(**asked)
    if not last:
        raise Http404
    [(uid,)] = last
    found = resolve_uid(uid)
    withdrawn = isinstance(found, Gone)
    language = preferred_language(request)
    with translation.override(django_code(language)):
        response = gone_page(
            request,
            language,
            title=_("This file has been withdrawn"),
            reason=found.reason if withdrawn else _("The record that showed it has been revised since."),
            replacement=found.replacement if withdrawn else found.edition,
        )
    patch_vary_headers(response, ["Accept-Language"])
    return response
