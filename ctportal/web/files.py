"""Files as the public gets them: an edition that shows the file must be public now, asked on each request."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ctportal.core.languages import django_code
from ctportal.files.models import StoredFile
from ctportal.files.serving import serve
from ctportal.publishing.models import Edition, EditionFile
from ctportal.reading.queries import Gone, resolve_uid

from .addresses import preferred_language
from .records import gone_page


@require_safe
def public_file(request, key, name):
    """Send the file; 410 where only a past edition shows it; otherwise 404, as for a key that never was."""
    at = request.read_context.at
    stored = _shown(key, at)
    if stored is None:
        return past_file(request, key, at)
    if name != stored.name:
        return HttpResponsePermanentRedirect(stored.path)
    return serve(request, stored)


# Both go from the file to the few editions that show it, each looked up by its key: the other way round the database would
# go through all that is public, and only for a key that there is, which the time of the answer would tell.


def _shown(key, at):
    """Return the file *key*, if an edition in force at *at* shows it."""
    public = Edition.objects.public(at).filter(pk=OuterRef("edition"))
    showing = EditionFile.objects.filter(Exists(public), file=OuterRef("pk"))
    return StoredFile.objects.filter(Exists(showing), key=key).defer("text").first()


def _shown_last(key, at):
    """Return the uid of the record whose edition in effect at *at* was the last to show the file *key*."""
    effective = Edition.objects.effective(at).filter(pk=OuterRef("edition"))
    showing = EditionFile.objects.filter(Exists(effective), file__key=key)
    return showing.order_by("-edition__public_from").values_list("edition__uid", flat=True).first()


def past_file(request, key, at):
    """Answer 410, with what there is to read instead: the record's current page, or what replaces it."""
    uid = _shown_last(key, at)
    if uid is None:
        raise Http404
    found = resolve_uid(uid, at)
    language = preferred_language(request)
    with translation.override(django_code(language)):
        response = gone_page(
            request,
            language,
            title=_("This file has been withdrawn"),
            reason=found.reason if isinstance(found, Gone) else _("The record that showed it has since been revised."),
            replacement=found.replacement if isinstance(found, Gone) else getattr(found, "edition", None),
        )
    patch_vary_headers(response, ["Accept-Language"])
    return response
