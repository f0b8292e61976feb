"""Files as the public gets them: an edition that shows the file must be public now, asked on each request."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ctportal.languages import django_code
from ctportal.publishing.models import Edition, EditionFile, StoredFile
from ctportal.publishing.reading import Gone, resolve_uid
from ctportal.publishing.serving import serve

from .addresses import preferred_language
from .records import gone_page


@require_safe
def public_file(request, key, name):
    """Send the file; 410 where only a past edition shows it; otherwise 404, as for a key that never was."""
    showing = EditionFile.objects.filter(file=OuterRef("pk"), edition__in=Edition.objects.public())
    stored = StoredFile.objects.filter(Exists(showing), key=key).defer("text").first()
    if stored is None:
        return past_file(request, key)
    if name != stored.name:
        return HttpResponsePermanentRedirect(stored.path)
    return serve(request, stored)


def past_file(request, key):
    """Answer 410, with what there is to read instead: the record's current page, or what replaces it."""
    uid = (
        Edition.objects.effective()
        .filter(files__file__key=key)
        .order_by("-public_from")
        .values_list("uid", flat=True)
        .first()
    )
    if uid is None:
        raise Http404
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
