"""The contact sheet: the page that describes, orders and publishes all photos of a conference.

A POST writes only what was changed on the page since it was opened. If a field is invalid or the save of a changed
photo is stale, nothing is written and the page is shown again with everything typed (see ``stale_save``).
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferences.admin.sheet_changes import PostedSheet, SheetPhotos
from conferences.admin.sheet_publishing import publish_conference, publish_ready, release_of, stale_page
from conferences.admin.sheet_rows import ORIGINAL_FIELDS, TRANSLATED_FIELDS, PhotoRow
from conferences.admin.upload import upload_address
from conferences.models import Photo
from ctportal.core import languages
from ctportal.core.instants import show_instant
from ctportal.publishing.base_models import lock
from ctportal.publishing.state import state_of
from ctportal.publishing.transactions import atomic
from ctportal.staff import presence, stale_save
from ctportal.staff.components import component
from ctportal.staff.object_pages import ObjectPage, forget_messages
from ctportal.staff.publication_state import note_publication
from ctportal.workflow import audit, review

PAGE_SIZE = 60


class ContactSheet(ObjectPage):
    """The page ``conferences/conference/<id>/photos/``."""

    def setup(self, request, *args, **kwargs):
        self.photo_admin = self.admin.admin_site.get_model_admin(Photo)
        # The page shows and orders all photos of the conference, so it needs the right to read all drafts. The check
        # comes before any query: otherwise the response would reveal which conferences exist.
        reads_all = request.user.has_perm("publishing.read_all_drafts")
        if not (reads_all and self.photo_admin.has_view_or_change_permission(request)):
            raise PermissionDenied
        super().setup(request, *args, **kwargs)
        self.language = request.GET.get("language", "")
        if self.language and self.language not in languages.CODES:
            raise Http404("No such language.")
        self.part = f"photos-{self.language}" if self.language else "photos"
        self.may_save = self.photo_admin.has_change_permission(request)
        self.may_publish = self.photo_admin.has_publish_permission(request)
        self.may_add = self.photo_admin.has_add_permission(request)

    def get(self, request, **kwargs):
        photos = SheetPhotos(self.record)
        mark = self._mark(photos)  # before reading what the page shows
        rows = self._rows(photos, self._page_of(photos).object_list)
        return self._show(photos, rows, {"mark": mark, "featured": photos.featured_key})

    def _mark(self, photos):
        """Return a string that changes with everything the buttons of the page depend on; see ``review.mark``."""
        return review.mark_of_all([self.record, *photos.photos])

    def _page_of(self, photos):
        return Paginator(photos.keys, PAGE_SIZE).get_page(self.request.GET.get("page"))

    def _load(self, keys):
        photos = self.record.photos.select_related("file").prefetch_related("file__renditions", "people")
        found = photos.in_bulk(keys)
        note_publication(found.values())
        return [found[pk] for pk in keys if pk in found]

    def _rows(self, photos, keys, data=None):
        fields = TRANSLATED_FIELDS if self.language else ORIGINAL_FIELDS
        form = self.photo_admin.get_changelist_form(self.request, form=PhotoRow, fields=fields)
        numbers = {pk: number for number, pk in enumerate(photos.keys, start=1)}
        loaded = self._load(keys)
        return [form(data, photo=photo, number=numbers[photo.pk], language=self.language) for photo in loaded]

    # Saving

    def post(self, request, **kwargs):
        if not self.may_save:
            raise PermissionDenied
        try:
            return self._save()
        except ValidationError as error:  # at the end of the transaction
            forget_messages(request)
            audit.note_refusal(request, error)
            photos = SheetPhotos(self.record)
            posted = PostedSheet(request.POST, photos, self.language)
            rows = self._rows(photos, posted.keys, posted.data)
            errors = sum(len(row.errors) for row in rows)
            refused = {"featured": posted.chosen or photos.featured_key, "errors": errors, "mark": self._mark(photos)}
            return self._show(photos, rows, refused | {"problem": " ".join(error.messages)}, status=422)

    def _save(self):
        with atomic():
            # The locks let concurrent saves of one sheet run one after the other, so the second finds what is stale,
            # and ensure that the photos published are those the page showed.
            self.lock_record()
            lock(Photo.objects.filter(conference=self.record.pk))
            photos = SheetPhotos(self.record)
            posted = PostedSheet(self.request.POST, photos, self.language)
            rows = self._rows(photos, posted.keys, posted.data)
            if news := posted.news(rows):
                self.say(component("paragraphs", lines=news), messages.WARNING)
            # All rows are validated, so that all errors are shown at once.
            valid = all([row.is_valid() for row in rows])  # noqa: C419
            conflicts, problem = posted.conflicts(rows), self._stale_action(photos)
            if problem or conflicts or not valid:
                errors = sum(len(row.errors) for row in rows)
                refused = {"featured": posted.chosen or photos.featured_key, "errors": errors, "problem": problem}
                return self._show(photos, rows, refused | {"mark": self._mark(photos)}, conflicts, 422)
            changed = posted.save(rows, self.request.user)
            for photo, names in changed.items():
                fields = [str(Photo._meta.get_field(name).verbose_name) for name in names]
                self.photo_admin.log_change(self.request, photo, [{"changed": {"fields": fields}}])
            text = ngettext("%(n)d photo is changed.", "%(n)d photos are changed.", len(changed)) % {"n": len(changed)}
            self.say(text if changed else _("Nothing was changed."))
            self._publish()
            if changed:
                presence.note_saving(self.request.user, self.record.uid, self.part)
        return HttpResponseRedirect(self.request.get_full_path())

    def _stale_action(self, photos):
        """Return why a button that publishes is refused on an outdated page, or ""."""
        acts = {"_publish_ready", "_publish_conference"}.intersection(self.request.POST)
        if not acts or self.request.POST.get("mark") == self._mark(photos):
            return ""
        return _("These photos or the conference have changed since you opened this page. Check them again.")

    def _publish(self):
        how = {"by": self.request.user, "alone": self.request.POST.get("alone_reason", "")}
        done = []
        if "_publish_ready" in self.request.POST:
            if not self.may_publish:
                raise PermissionDenied
            photos = self._load(SheetPhotos(self.record).keys)
            address = self.admin.change_address(self.record)
            done = publish_ready(photos, self.record, self.state, address=address, **how)
        elif "_publish_conference" in self.request.POST:
            if not self.admin.has_publish_permission(self.request, self.record):
                raise PermissionDenied
            featured = SheetPhotos(self.record).featured
            stale = stale_page(self.admin, self.record, self.state, featured)
            done = publish_conference(self.record, stale, **how)
        for text, level in done:
            self.say(text, level)

    # Showing

    @cached_property
    def state(self):
        return state_of(self.record.uid)

    def _show(self, photos, rows, values, conflicts=(), status=200):
        """Return the page with *rows*. *values* are added to the context that is derived from the saved photos."""
        featured = photos.featured
        when, at = release_of(self.state)
        signs_to = f"{self.request.path}presence/" + (f"?language={self.language}" if self.language else "")
        context = {
            "upload_address": upload_address(self.record),
            "page": self._page_of(photos),
            "rows": rows,
            "portal": {"opened": photos.carried(rows), "conflicts": conflicts, "saved_by": self._saved_by(rows)},
            "presence": presence.open_page(self.request, self.record.uid, self.part, signs_to),
            "featured_elsewhere": featured if featured and featured not in [row.photo for row in rows] else None,
            "featured_number": photos.keys.index(featured.pk) + 1 if featured else None,
            "release": when,
            "release_at": show_instant(at, self.record.time_zone) if at else "",
            "stale": stale_page(self.admin, self.record, self.state, featured),
            "media": self.admin.media + (rows[0].media if rows else forms.Media()),
        }
        title = _("Photos of %(conference)s") % {"conference": self.record}
        return self.answer("photos/sheet", title, context | values, status)

    def _saved_by(self, rows):
        """Return (name, instant) of the last save of the first photo with a conflict, or None."""
        asked = next((row.photo for row in rows if row.conflicts), None)
        return stale_save.who_saved_last(asked) if asked else None

    def tabs(self):
        """Return (code, name, whether it is this page) for each language, the original one, with the code "", first."""
        others = (item for item in languages.LANGUAGES.items() if item[0] != self.record.original_language)
        return [(code, name, self.language == code) for code, name in [("", _("Original language")), *others]]


class SheetPresencePage(ContactSheet):
    """The presence signals of the contact sheet, ``conferences/conference/<id>/photos/presence/``."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        return presence.answer_sign(request, self.record.uid, self.part, may_save=self.may_save)
