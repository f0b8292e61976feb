"""The public record that a typed address leads to: what readers of a withdrawn one find instead."""

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
    """Return the uid of the public record that *text*, an address of this portal or its last part, leads to; None if empty."""
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
    """What the address *text* says of the record that it leads to: fields of its edition; {} where it is none of ours."""
    try:
        address = urlsplit(text)
        path = address.path.strip("/…")
        if address.netloc and not validate_host(address.hostname or "", settings.ALLOWED_HOSTS):
            return {}
    except ValueError:
        return {}
    if not address.netloc and "/" not in path:
        return {"uid": path} if UID.fullmatch(path) else {"slug": path}
    # The language may be left out; id/… has no last stroke.
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


# Pages whose address ends in a slug, by their names.
TYPE_IN_ADDRESS = {
    f"{app}:{name}": record_type
    for app, record_type in (("conferences", RecordType.CONFERENCE), ("documents", RecordType.DOCUMENT))
    for name in ("detail", "version")
}
