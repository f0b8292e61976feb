"""A file uploaded with a form, kept while the form is shown again because of other errors."""

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ctportal.files.models import StoredFile

KEPT = "ctportal.kept-file"


def take_upload(form, store, user):
    """Store the file in the field ``upload`` of *form* with *store*. Return the StoredFile, or None if none is valid.

    The hidden field ``kept_file`` names the stored file when the form is shown again because of other errors.
    """
    uploaded = form.cleaned_data.get("upload")
    if not uploaded:
        return _kept_file(form.cleaned_data.get("kept_file"), user)
    try:
        stored = store(uploaded, by=user)
    except ValidationError as error:
        form.add_error("upload", error)
        return None
    form.data = form.data.copy()
    form.data[form.add_prefix("kept_file")] = signing.dumps([stored.pk, user.pk], salt=KEPT)
    form.fields["upload"].help_text = _("“%(name)s” is uploaded and will be saved with the form.") % {
        "name": stored.name
    }
    return stored


def _kept_file(token, user):
    try:
        pk, owner = signing.loads(token or "", salt=KEPT, max_age=24 * 60 * 60)
    except signing.BadSignature:
        return None
    return StoredFile.objects.filter(pk=pk).first() if owner == user.pk else None
