"""The upload of many photos of one conference: shared fields are typed once, and every file has its own result.

Without JavaScript the form sends all files in one request; with it, one file per request. Either way each file is
saved completely or not at all, independently of the others.
"""

import logging
from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied, TooManyFilesSent, ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from conferences.admin.from_file import READ_FROM_FILE, fill_in, in_words
from conferences.admin.known import city_of, known_conferences, named_conference
from conferences.models import Conference, Photo
from ctportal.files import store
from ctportal.files.photo_metadata import read_metadata
from ctportal.publishing.base_models import lock
from ctportal.publishing.drafts import refresh_draft
from ctportal.staff.fields import DATE_INPUT
from ctportal.staff.object_pages import AdminPage
from ctportal.workflow import review, roles

logger = logging.getLogger(__name__)

MAX_PICTURES = 50
SAVED, DUPLICATE, REFUSED, TOO_LARGE = 201, 409, 422, 413  # HTTP status codes


@dataclass
class Answer:
    """The result of one file. *name* is its name in the request, *notes* what was cut, left out or needs a look."""

    name: str
    status_code: int
    message: str
    photo: Photo | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def status(self):
        return {SAVED: "saved", DUPLICATE: "duplicate"}.get(self.status_code, "refused")

    @property
    def is_saved(self):
        return self.status_code == SAVED

    @property
    def thumbnail(self):
        return thumbnail_address(self.photo) if self.photo else ""

    @property
    def address(self):
        return reverse("admin:conferences_photo_change", args=[self.photo.pk]) if self.photo else ""

    def as_json(self):
        return {name: getattr(self, name) for name in ("name", "status", "message", "thumbnail", "address")}


def thumbnail_address(photo):
    """Return the address, for staff, of the smallest rendition of *photo*, or ""."""
    smallest = min(photo.rendition_files, key=lambda stored: stored.width or 0, default=None)
    return reverse("admin_file", args=[smallest.key, smallest.name]) if smallest else ""


class PicturesInput(forms.FileInput):
    allow_multiple_selected = True


class UploadForm(forms.ModelForm):
    """The fields that all files share. Each file is validated on its own; see ``take_picture``."""

    use_required_attribute = False

    pictures = forms.Field(
        label=gettext_lazy("Pictures"),
        required=False,
        widget=PicturesInput(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True}),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Add pictures again even if this conference already has them"), required=False
    )

    class Meta:
        model = Photo
        fields = ["conference", "credit", "rights", "taken_on", "place"]
        widgets = {
            "conference": AutocompleteSelect(Photo._meta.get_field("conference"), admin.site),
            "credit": AdminTextInputWidget,
            "rights": AdminTextInputWidget,
            "taken_on": DATE_INPUT,
            "place": AdminTextInputWidget,
        }
        help_texts = {
            "credit": gettext_lazy(
                "Applies to all pictures. If empty, the value in each file (XMP, IPTC or EXIF) is used."
            ),
            "rights": gettext_lazy(
                "For example: free for editorial use with credit. If empty, the value in each file is used."
            ),
            "taken_on": gettext_lazy("If empty, the date in each file is used."),
            "place": gettext_lazy(
                "In the original language of the conference. If empty, the city and country named in each file are used, "
                "never its coordinates."
            ),
        }

    def clean_pictures(self):
        pictures = self.files.getlist(self.add_prefix("pictures"))
        if not pictures:
            raise ValidationError(_("Choose the pictures: JPEG, PNG or WebP."), code="required")
        if len(pictures) > MAX_PICTURES:
            text = _(
                "You chose %(number)d pictures; the limit is %(limit)d at a time. None were uploaded. Remove the "
                "pictures from “%(name)s” onwards and upload them after the first %(limit)d."
            )
            names = {"number": len(pictures), "limit": MAX_PICTURES, "name": pictures[MAX_PICTURES].name}
            raise ValidationError(text, code="too_many_files", params=names)
        return pictures


# One file


def take_picture(uploaded, shared, *, by):
    """Make a photo from the file *uploaded* and return the Answer. The photo is saved completely or not at all.

    *shared* is the cleaned data of an UploadForm. Empty values are read from the file's metadata.
    """
    name = uploaded.name
    try:
        _size, sha256 = store.measure(uploaded)
        known = _same_picture(shared["conference"], sha256, by)
        if known and not shared["again"]:
            return _duplicate(name, known)
        prepared = store.prepare_photo(uploaded)
        typed = {name: shared.get(name, "") for name in READ_FROM_FILE}
        values, read, notes = fill_in(typed, read_metadata(uploaded), shared["conference"].time_zone)
        with transaction.atomic():
            # Concurrent uploads of the same pictures wait here.
            conference = shared["conference"]
            if not lock(Conference.objects.filter(pk=conference.pk)):
                text = _("“%(record)s” has since been deleted.")
                raise ValidationError(text, code="gone", params={"record": conference})
            known = _same_picture(conference, sha256, by)
            if known and not shared["again"]:
                return _duplicate(name, known)
            photo = _save(prepared, conference, values, by)
    except ValidationError as error:
        status_code = TOO_LARGE if getattr(error, "code", "") == "photo_too_large" else REFUSED
        return Answer(name, status_code, " ".join(error.messages))
    except OSError:
        logger.exception("A picture could not be stored")
        text = _("“%(name)s” could not be saved. Upload it again.") % {"name": name}
        return Answer(name, REFUSED, text)
    return Answer(name, SAVED, " ".join([_saved_text(read), *notes]), photo, notes=notes)


def _same_picture(conference, sha256, user):
    """Return the photo of *conference* with the checksum *sha256* whose draft *user* may read, or None.

    Drafts that the user may not read do not count: a refusal would reveal that the photo exists, and duplicates are
    allowed.
    """
    photos = roles.readable(conference.photos.all(), user)
    return photos.filter(file__sha256=sha256).select_related("file").first()


def _duplicate(name, known):
    text = _("“%(name)s” was not added: this conference already has it as “%(known)s”.")
    return Answer(name, DUPLICATE, text % {"name": name, "known": known.file.name}, known)


def _save(prepared, conference, values, by):
    language = conference.original_language
    labels = {f"{name}_{language}": values.pop(name) for name in ("caption", "place")}
    last = conference.photos.aggregate(last=Max("order"))["last"] or 0
    photo = Photo(conference=conference, original_language=language, order=last + 1, created_by=by, **values, **labels)
    photo.clean()
    photo.file = prepared.store(by=by)
    photo.save()
    refresh_draft(photo)
    review.note_change(photo, by)
    return photo


def _saved_text(read):
    if not read:
        return _("Saved.")
    return _("Saved. Read from the file: %(names)s.") % {"names": in_words(read)}


# The page


# ``_upload`` checks the token. The middleware would read the form first and refuse too many files with a bare 400.
@method_decorator(csrf_exempt, name="dispatch")
class UploadPage(AdminPage):
    """The page ``conferences/photo/upload/``."""

    max_pictures = MAX_PICTURES

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if not self.admin.has_add_permission(request):
            raise PermissionDenied

    def get(self, request):
        return self._show(UploadForm(initial=self._initial()), 200)

    def post(self, request):
        try:
            _read = request.POST
        except TooManyFilesSent:
            # More files than Django reads. Nothing was saved, and the CSRF token could not be read either.
            text = _("Too many pictures: the limit is %(limit)d at a time. None were uploaded.") % {
                "limit": MAX_PICTURES
            }
            return self._show(UploadForm(initial=self._initial()), 413, problem=text)
        return self._upload(request)

    def _initial(self):
        conference = named_conference(self.request.GET.get("conference", ""), self.request.user)
        return {"conference": conference, "place": city_of(conference)} if conference else {}

    @method_decorator(csrf_protect)
    def _upload(self, request):
        form = UploadForm(request.POST, request.FILES)
        form.fields["conference"].queryset = known_conferences(request.user)
        wants_json = request.headers.get("Accept", "").startswith("application/json")
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=422) if wants_json else self._show(form, 422)
        answers = [self._take(picture, form) for picture in form.cleaned_data["pictures"]]
        if wants_json and len(answers) == 1:
            return JsonResponse(answers[0].as_json(), status=answers[0].status_code)
        if all(answer.is_saved for answer in answers):
            self.say(ngettext("%(n)d photo is saved.", "%(n)d photos are saved.", len(answers)) % {"n": len(answers)})
            for answer in answers:
                if answer.notes:
                    self.say(f"“{answer.name}”: {' '.join(answer.notes)}", messages.WARNING)
            return HttpResponseRedirect(self._next(form.cleaned_data["conference"]))
        status = max(answer.status_code for answer in answers if not answer.is_saved)
        return self._show(form, status, answers=answers)

    def _take(self, picture, form):
        answer = take_picture(picture, form.cleaned_data, by=self.request.user)
        if answer.is_saved:
            self.admin.log_addition(self.request, answer.photo, [{"added": {}}])
        return answer

    def _next(self, conference):
        """Return the address of the contact sheet or, for users who see only their own photos, of the list."""
        if self.request.user.has_perm("publishing.read_all_drafts"):
            return sheet_address(conference)
        return self.address("changelist")

    def _show(self, form, status, *, answers=(), problem=""):
        conference = form.initial.get("conference") or getattr(form, "cleaned_data", {}).get("conference")
        context = {
            "form": form,
            "media": self.admin.media + form.media,
            "answers": answers,
            "saved": sum(1 for answer in answers if answer.is_saved),
            "problem": problem,
            "conference": conference,
            "sheet_address": self._next(conference) if conference else "",
        }
        return self.answer("photos/upload", _("Add photos"), context, status)


def upload_address(conference):
    return f"{reverse('admin:conferences_photo_upload')}?conference={conference.pk}"


def sheet_address(conference):
    return reverse("admin:conferences_conference_photos", args=[conference.pk])
