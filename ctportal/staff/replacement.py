"""The public record that replaces a withdrawn one, found by its typed address."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http.request import validate_host
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from ctportal.core import languages
from ctportal.publishing import epoch
from ctportal.publishing.base_models import UID
from ctportal.publishing.models import VOCABULARY, Edition, RecordType


def replacement_from(text):
    """Return the uid of the public record at *text*, an address of this portal or its last part; None if it is empty.

    Raise ValidationError for the field "replacement" unless exactly one record is found.
    """
    text = text.strip()
    if not text:
        return None
    named = _named_in_address(text)
    public = Edition.objects.public(epoch.now()).exclude(type__in=VOCABULARY)
    found = list(public.filter(**named)[:2]) if named else []
    if len(found) == 1:
        return found[0].uid
    if found:
        message = _(
            "“%(value)s” is the address of both a conference and a document. Enter the full address of the one you "
            "mean."
        )
    else:
        message = _(
            "“%(value)s” is not a public page of this portal. Enter its address, such as …/documents/minsk-summary/."
        )
    raise ValidationError({"replacement": message % {"value": text[:100]}})


def _named_in_address(text):
    """Return the fields of an edition that the address *text* contains; {} if it is not an address of this portal."""
    try:
        address = urlsplit(text)
        path = address.path.strip("/…")
        if address.netloc and not validate_host(address.hostname or "", settings.ALLOWED_HOSTS):
            return {}
    except ValueError:
        return {}
    if not address.netloc and "/" not in path:
        return {"uid": path} if UID.fullmatch(path) else {"slug": path}
    # The language may be missing; id/… has no trailing slash.
    for full in (f"/{path}/", f"/{languages.DEFAULT}/{path}/", f"/{path}"):
        try:
            match = resolve(full)
        except Resolver404:
            continue
        if "uid" in match.kwargs:
            return {"uid": match.kwargs["uid"]}
        if match.view_name in TYPE_IN_ADDRESS:
            return {"type": TYPE_IN_ADDRESS[match.view_name], "slug": match.kwargs["slug"]}
    return {}


# {URL name of a page with a slug in its address: record type}
TYPE_IN_ADDRESS = {
    f"{app}:{name}": record_type
    for app, record_type in (("conferences", RecordType.CONFERENCE), ("documents", RecordType.DOCUMENT))
    for name in ("detail", "version")
}
