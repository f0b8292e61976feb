"""A file uploaded with a form: checked before the form is, and kept while the form is shown again because of other errors."""

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ctportal.files.models import StoredFile

KEPT = "ctportal.kept-file"


class CheckedUpload(UploadedFile):
    """An uploaded file with what its check has made of it: something to store, or the ValidationError that refuses it."""

    def __init__(self, uploaded, prepare):
        super().__init__(uploaded.file, uploaded.name, uploaded.content_type, uploaded.size)
        try:
            self.outcome = prepare(uploaded)
        except ValidationError as error:
            self.outcome = error

    def store(self, *, by):
        if isinstance(self.outcome, ValidationError):
            raise self.outcome
        return self.outcome.store(by=by)


def check_upload(request, prepare):
    """Check the file in the field ``upload`` of *request* with *prepare* (``files.store``), None where forms have no file.

    Call it before the transaction: the check takes seconds, and on SQLite nobody else could write meanwhile.
    """
    uploaded = request.FILES.get("upload")
    if prepare and uploaded:
        request.FILES["upload"] = CheckedUpload(uploaded, prepare)


def take_upload(form, user):
    """Store the CheckedUpload in the field ``upload`` of *form*. Return the StoredFile, or None if none is valid.

    The hidden field ``kept_file`` names the stored file when the form is shown again because of other errors.
    """
    uploaded = form.cleaned_data.get("upload")
    if not uploaded:
        return _kept_file(form.cleaned_data.get("kept_file"), user)
    try:
        stored = uploaded.store(by=user)
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
