"""The changes of a posted contact sheet: their conflicts with what was saved meanwhile, and their saving."""

from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferences.models import Conference, Photo
from ctportal.publishing.drafts import refresh_drafts
from ctportal.publishing.snapshot import builder_for
from ctportal.staff import stale_save
from ctportal.staff.publication_state import publication_state
from ctportal.workflow import review

ORDER, FEATURED = "order", "featured"  # names of the conflicts of the whole page
NO_PHOTO = "none"  # value for no featured photo
TEXTS = ("alt_text", "caption", "place", "credit")


def in_new_order(current, wanted):
    """Return *current* (ordered primary keys) with each key of *wanted* at its position, counted from 1.

    Other keys keep their relative order; two keys with the same position keep theirs.
    """
    order = [pk for pk in current if pk not in wanted]
    for pk in sorted(wanted, key=lambda pk: (wanted[pk], current.index(pk))):
        order.insert(min(wanted[pk], len(current)) - 1, pk)
    return order


class SheetPhotos:
    """All photos of a *conference* in order, with only the columns that their order and the buttons need."""

    def __init__(self, conference: Conference):
        photos = conference.photos.only("uid", "stage", "draft_sha256", "featured", "order", "conference", "file")
        self.photos = list(photos.order_by("order", "pk"))
        self.keys = [photo.pk for photo in self.photos]
        self.featured = next((photo for photo in self.photos if photo.featured), None)
        self.featured_key = str(self.featured.pk) if self.featured else NO_PHOTO

    def called(self, key: str) -> str:
        named = (f"{n}. {photo.file.name}" for n, photo in enumerate(self.photos, start=1) if str(photo.pk) == key)
        return next(named, _("none"))

    def carried(self, rows) -> str:
        """Return the value of the hidden field ``opened`` of a page with *rows*."""
        return stale_save.as_text(
            stale_save.digests(*rows)
            | {f"{row.key}state": publication_state(row.photo) for row in rows}
            | {ORDER: ",".join(map(str, self.keys)), FEATURED: self.featured_key}
        )


class PostedSheet:
    """The *data* of a posted page in one *language*, or "" for the original languages, and the saved *photos*."""

    def __init__(self, data, photos: SheetPhotos, language: str):
        self.photos, self.language = photos, language
        self.opened = stale_save.read_opened(data)
        self.listed = list(dict.fromkeys(data.getlist("photos")))
        self.data = self._with_numbers_of_now(data)
        there = {str(pk): pk for pk in photos.keys}
        # Primary keys of the photos on the page, in its order; ``gone``: those deleted meanwhile, as strings.
        self.keys = [there[key] for key in dict.fromkeys(self.data.getlist("photos")) if key in there]
        self.gone = [key for key in self.listed if key not in there]

    def _with_numbers_of_now(self, data):
        """Return *data* with the saved order of the photos, if none was moved on the page or "theirs" was chosen."""
        keys = [str(pk) for pk in self.photos.keys]
        moved = any(data.get(f"photo-{key}-number") != data.get(f"initial-photo-{key}-number") for key in keys)
        if self.language or (moved and data.get(f"choose-{ORDER}") != stale_save.THEIRS):
            return data
        data = data.copy()
        data.setlist("photos", [key for key in keys if key in self.listed])
        for number, key in enumerate(keys, start=1):
            if f"photo-{key}-number" in data:
                data[f"photo-{key}-number"] = data[f"initial-photo-{key}-number"] = str(number)
        return data

    # Changes since the page was opened

    def news(self, rows) -> list[str]:
        """Return messages about photos of the page that were deleted or withdrawn meanwhile, with the text typed in the
        deleted ones.
        """
        return [*self._deleted(), *self._withdrawn(rows)]

    def _deleted(self) -> Iterator[str]:
        if self.gone:
            n = len(self.gone)
            yield ngettext("%(n)d photo has since been deleted.", "%(n)d photos have since been deleted.", n) % {"n": n}
        for pk in self.gone:
            typed = stale_save.typed_in_gone(self.data, f"photo-{pk}", f"photo:{pk}:", TEXTS)
            for name, text in typed.items():
                words = {"field": capfirst(str(Photo._meta.get_field(name).verbose_name)), "text": text}
                yield _("Your unsaved text, %(field)s: %(text)s") % words

    def _withdrawn(self, rows) -> Iterator[str]:
        for row in rows:
            before = self.opened.get(f"{row.key}state", "withdrawn")
            if publication_state(row.photo) == "withdrawn" != before:
                yield _("“%(photo)s” has since been withdrawn.") % {"photo": row.name}

    def conflicts(self, rows) -> list[stale_save.Conflict]:
        """Return the conflicts of the whole page, then those of each photo."""
        own = [] if self.language else [*self._order_conflict(rows), *self._featured_conflict()]
        return [*own, *(conflict for row in rows for conflict in row.conflicts)]

    def _order_conflict(self, rows):
        wanted = self.wanted(rows)
        moved = [row for row in rows if row.photo.pk in wanted]
        theirs = [row.name for row in moved]
        mine = [f"{wanted[row.photo.pk]}. {row.heading}" for row in moved]
        if self._is_asked(ORDER, self._order_is_stale) and theirs != mine:
            yield stale_save.Conflict(ORDER, _("Order of the photos"), ", ".join(theirs), ", ".join(mine), "")

    def _featured_conflict(self):
        chosen, now = self.chosen, self.photos.featured_key
        if chosen and chosen != now and self._is_asked(FEATURED, self.opened.get(FEATURED) != now):
            label, called = _("Featured photo"), self.photos.called
            yield stale_save.Conflict(FEATURED, label, called(now), called(chosen), "")

    def _is_asked(self, name, is_stale):
        return is_stale or (name in self.data.getlist("asked") and not stale_save.is_answered(self.data, name))

    @property
    def _order_is_stale(self):
        """Whether the order of the photos, on this page of the sheet or others, has changed since it was opened."""
        before = str(self.opened.get(ORDER, "")).split(",")
        now = [str(pk) for pk in self.photos.keys if str(pk) in before]
        return not set(self.listed).issubset(before) or now != [pk for pk in before if pk in now]

    def wanted(self, rows) -> dict[int, int]:
        """Return {primary key: new position} of the photos that were moved on the page."""
        moved = (row for row in rows if "number" in row.cleaned_data and "number" in row.changed_data)
        return {row.photo.pk: row.cleaned_data["number"] for row in moved}

    @property
    def chosen(self) -> str:
        """The key of the featured photo chosen on the page, or NO_PHOTO; "" if the choice was not changed."""
        chosen = self.data.get(FEATURED, "")
        if chosen == self.opened.get(FEATURED) or self.data.get(f"choose-{FEATURED}") == stale_save.THEIRS:
            return ""
        return chosen if chosen in (NO_PHOTO, *map(str, self.photos.keys)) else ""

    # Saving

    def save(self, rows, user) -> dict[Photo, list[str]]:
        """Save the changes of the page; return {changed photo: names of its changed fields}."""
        changed = {}
        for row in rows:
            if row.typed:
                row.save()
                changed[row.photo.pk] = [*row.typed]
        if not self.language:
            for pk in self._save_order(self.wanted(rows)):
                changed.setdefault(pk, []).append("order")
            for pk in self._save_featured():
                changed.setdefault(pk, []).append("featured")
        refresh_drafts(builder_for(Photo()).queryset().filter(pk__in=changed))
        photos = list(builder_for(Photo()).queryset().filter(pk__in=changed))
        for photo in photos:
            review.note_change(photo, user, self.language)
        return {photo: changed[photo.pk] for photo in photos}

    def _save_order(self, wanted):
        moved = []
        if wanted:
            photos = {photo.pk: photo for photo in self.photos.photos}
            for number, pk in enumerate(in_new_order(self.photos.keys, wanted), start=1):
                if photos[pk].order != number:
                    photos[pk].order = number
                    moved.append(photos[pk])
            Photo.objects.bulk_update(moved, ["order"])
        return [photo.pk for photo in moved]

    def _save_featured(self):
        if self.chosen in ("", self.photos.featured_key):
            return []
        before = [photo.pk for photo in self.photos.photos if photo.featured]
        after = [pk for pk in self.photos.keys if str(pk) == self.chosen]
        Photo.objects.filter(pk__in=before).update(featured=False)
        Photo.objects.filter(pk__in=after).update(featured=True)
        return [*before, *after]
