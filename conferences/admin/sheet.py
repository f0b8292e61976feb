"""The contact sheet: all photos of a conference side by side, to describe, put in order, and publish.

One POST writes only what was changed on the page since it was opened; where one field is refused, or somebody else has saved
something else in a photo that was changed here, nothing is written and everything typed comes back (see ``stale_save``).
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferences.admin.sheet_rows import TEXTS, PeopleField, PhotoRow
from conferences.admin.upload import upload_address
from conferences.models import Conference, Person, Photo
from ctportal.core import languages
from ctportal.core.instants import show_instant
from ctportal.publishing.base_models import is_key, lock
from ctportal.publishing.snapshot import builder_for, checksum, note_draft
from ctportal.publishing.state import state_of
from ctportal.staff import presence, stale_save
from ctportal.staff.components import component
from ctportal.staff.draft_changes import changes
from ctportal.staff.publication_state import note_publication, publication_state
from ctportal.workflow import review

PAGE_SIZE = 60
ORDER, FEATURED = "order", "featured"  # what the page asks where somebody else has changed them too
NO_PHOTO = "none"  # the value of the choice that no photo is featured


def in_new_order(current, wanted):
    """Return *current* (primary keys in their order) with each key of *wanted* at its number, counted from 1.

    The others keep their order among themselves; of two keys at one number the one that stood first stays first.
    """
    order = [pk for pk in current if pk not in wanted]
    for pk in sorted(wanted, key=lambda pk: (wanted[pk], current.index(pk))):
        order.insert(min(wanted[pk], len(current)) - 1, pk)
    return order


# The page


class ContactSheet:
    """The page ``conferences/conference/<id>/photos/``. *model_admin* is that of the conference."""

    def __init__(self, model_admin, request, conference_id):
        self.admin, self.request, self.user = model_admin, request, request.user
        self.photo_admin = model_admin.admin_site.get_model_admin(Photo)
        # It shows and orders all photos of the conference, whoever added them. Who may not is told so before anything is
        # looked up: else the answer would tell which conferences there are.
        reads_all = request.user.has_perm("publishing.read_all_drafts")
        if not (reads_all and self.photo_admin.has_view_or_change_permission(request)):
            raise PermissionDenied
        self.conference = Conference.objects.filter(pk=conference_id).first()
        if self.conference is None:
            raise Http404("No such conference.")
        self.language = request.GET.get("language", "")
        if self.language and self.language not in languages.CODES:
            raise Http404("No such language.")

    def respond(self):
        if self.request.method != "POST":
            mark = self._mark  # before what is shown is read
            return self._show(*self._page(), None, 200, mark=mark)
        if not self.photo_admin.has_change_permission(self.request):
            raise PermissionDenied
        return self._post()

    @property
    def photos(self):
        return (
            self.conference.photos.select_related("conference", "file")
            .prefetch_related("file__renditions", "people")
            .order_by("order", "pk")
        )

    def answer_sign(self):
        """Answer a sign of the open page; see ``presence``."""
        may_save = self.photo_admin.has_change_permission(self.request)
        return presence.answer_sign(self.request, self.conference.uid, self._part, may_save=may_save)

    @property
    def _part(self):
        return f"photos-{self.language}" if self.language else "photos"

    @cached_property
    def everything(self):
        """All photos of the conference in their order, with no more than their order and the actions depend on."""
        photos = self.conference.photos.only("uid", "stage", "draft_sha256", "featured", "conference", "file")
        return list(photos.order_by("order", "pk"))

    @cached_property
    def keys(self):
        return [photo.pk for photo in self.everything]

    @cached_property
    def featured(self):
        """The photo that stands for the conference, or None."""
        return next((photo for photo in self.everything if photo.featured), None)

    @property
    def _mark(self):
        """A short text that changes with whatever the buttons of the page depend on; see ``review.mark``."""
        return review.mark_of_all([self.conference, *self.everything])

    def _page(self):
        page = Paginator(self.keys, PAGE_SIZE).get_page(self.request.GET.get("page"))
        return page, self._load(page.object_list)

    def _load(self, keys):
        found = self.photos.in_bulk(keys)
        note_publication(found.values())
        for photo in found.values():
            photo.conference = self.conference
        return [found[pk] for pk in keys if pk in found]

    def _rows(self, photos, data):
        people = {str(person.pk): str(person) for photo in photos for person in photo.people.all()}
        if data is not None:
            people |= self._people_posted(photos, data)
        may_add = self.admin.admin_site.get_model_admin(Person).has_add_permission(self.request)
        rows = []
        for photo in photos:
            field = PeopleField(people, self.admin.admin_site, may_add=may_add)
            number = self.keys.index(photo.pk) + 1
            rows.append(PhotoRow(data, photo=photo, number=number, language=self.language, people=field))
        return rows

    def _people_posted(self, photos, data):
        posted = {pk for photo in photos for pk in data.getlist(f"photo-{photo.pk}-people")}
        found = Person.objects.filter(pk__in=[pk for pk in posted if is_key(pk)])
        return {str(person.pk): str(person) for person in found}

    # Saving

    def _post(self):
        with transaction.atomic():
            # Two editors of one sheet write one after the other, each asked about what the other has written; and what is
            # published is what the page showed.
            if not lock(Conference.objects.filter(pk=self.conference.pk)):
                raise Http404("It was deleted meanwhile.")
            lock(Photo.objects.filter(conference=self.conference.pk))
            self.conference.refresh_from_db()
            data = self._with_numbers_of_now(self.request.POST)
            photos = self._load(self._posted(data))
            rows = self._rows(photos, data)
            self._tell_gone(rows)
            # Every row is asked, so that all messages come at once.
            valid = all([row.is_valid() for row in rows])  # noqa: C419
            conflicts = [*self._conflicts(rows), *(conflict for row in rows for conflict in row.conflicts)]
            problem = self._stale_action()
            if problem or conflicts or not valid:
                page, _unused = self._page()
                return self._show(page, photos, rows, 422, conflicts, problem)
            changed = self._save(rows)
            text = ngettext("%(n)d photo is changed.", "%(n)d photos are changed.", len(changed)) % {"n": len(changed)}
            self._say(text if changed else _("Nothing was changed."), messages.SUCCESS)
            if "_publish_ready" in self.request.POST:
                self._publish_ready()
            elif "_publish_conference" in self.request.POST:
                self._publish_conference()
        if changed:
            presence.note_saving(self.user, self.conference.uid, self._part)
        return HttpResponseRedirect(self.request.get_full_path())

    @cached_property
    def opened(self):
        """What the posted page was opened with: digests of the rows, their states, the order and the featured photo."""
        return stale_save.read_opened(self.request.POST)

    def _carried(self, rows):
        """The text that the page carries of what it is opened with."""
        return stale_save.as_text(
            stale_save.digests_of_rows(rows)
            | {f"{row.key}state": publication_state(row.photo) for row in rows}
            | {ORDER: ",".join(map(str, self.keys)), FEATURED: self._featured_now}
        )

    def _posted(self, data):
        """Primary keys of the photos that the page shows and that are there, in its order."""
        keys = {str(pk): pk for pk in self.keys}
        return [keys[pk] for pk in dict.fromkeys(data.getlist("photos")) if pk in keys]

    def _with_numbers_of_now(self, data):
        """*data* with the numbers that the photos have now, where none was moved on the page, or theirs were chosen."""
        moved = any(data.get(f"photo-{pk}-number") != data.get(f"initial-photo-{pk}-number") for pk in self.keys)
        if self.language or (moved and data.get(f"choose-{ORDER}") != stale_save.THEIRS):
            return data
        data = data.copy()
        data.setlist("photos", [str(pk) for pk in self.keys if str(pk) in data.getlist("photos")])
        for number, pk in enumerate(self.keys, start=1):
            if f"photo-{pk}-number" in data:
                data[f"photo-{pk}-number"] = data[f"initial-photo-{pk}-number"] = str(number)
        return data

    @property
    def _gone(self):
        """Keys, as text, of the photos of the page that were deleted meanwhile."""
        there = {str(pk) for pk in self.keys}
        return [pk for pk in dict.fromkeys(self.request.POST.getlist("photos")) if pk not in there]

    def _tell_gone(self, rows):
        """Say which photos of the page were deleted or withdrawn meanwhile, and what was typed in those deleted."""
        lines = [*self._deleted(), *self._withdrawn(rows)]
        if lines:
            self._say(component("paragraphs", lines=lines), messages.WARNING)

    def _deleted(self):
        if self._gone:
            n = len(self._gone)
            yield ngettext("%(n)d photo was deleted meanwhile.", "%(n)d photos were deleted meanwhile.", n) % {"n": n}
        for pk in self._gone:
            typed = stale_save.typed_in_gone(self.request.POST, f"photo-{pk}", f"photo:{pk}:", TEXTS)
            for name, text in typed.items():
                words = {"field": PhotoRow.base_fields[name].label, "text": text}
                yield _("You had typed there, %(field)s: %(text)s") % words

    def _withdrawn(self, rows):
        for row in rows:
            before = self.opened.get(f"{row.key}state", "withdrawn")
            if publication_state(row.photo) == "withdrawn" != before:
                yield _("“%(photo)s” was withdrawn meanwhile.") % {"photo": row.name}

    def _stale_action(self):
        """Why a button that acts on more than the page shows is refused, or ""."""
        acts = {"_publish_ready", "_publish_conference"}.intersection(self.request.POST)
        if not acts or self.request.POST.get("mark") == self._mark:
            return ""
        return _("Something of these photos or of the conference has changed since you opened the page: look again.")

    # What stands once on the page, and is asked once where somebody else has changed it too

    def _conflicts(self, rows):
        if self.language:
            return
        wanted = self._wanted(rows)
        theirs = [row.name for row in rows if row.photo.pk in wanted]
        mine = [f"{wanted[row.photo.pk]}. {row.heading}" for row in rows if row.photo.pk in wanted]
        if self._is_asked(ORDER, self._order_is_stale) and theirs != mine:
            yield stale_save.Conflict(ORDER, _("Order of the photos"), ", ".join(theirs), ", ".join(mine), "")
        chosen, now = self._chosen, self._featured_now
        if chosen and chosen != now and self._is_asked(FEATURED, self.opened.get(FEATURED) != now):
            label = _("Photo that stands for the conference")
            yield stale_save.Conflict(FEATURED, label, self._called(now), self._called(chosen), "")

    def _is_asked(self, name, is_stale):
        choice = self.request.POST.get(f"choose-{name}", "")
        answered = choice in (stale_save.THEIRS, stale_save.MINE)
        return is_stale or (name in self.request.POST.getlist("asked") and not answered)

    @property
    def _order_is_stale(self):
        """Whether the photos that the page knew, which are those it shows and more, stand in another order by now."""
        before = str(self.opened.get(ORDER, "")).split(",")
        now = [str(pk) for pk in self.keys if str(pk) in before]
        shown = set(self.request.POST.getlist("photos"))
        return not shown.issubset(before) or now != [pk for pk in before if pk in now]

    def _wanted(self, rows):
        """{primary key: number} of the photos that were moved on the page."""
        return {row.photo.pk: row.cleaned_data["number"] for row in rows if self._is_moved(row)}

    @staticmethod
    def _is_moved(row):
        return "number" in row.cleaned_data and "number" in row.changed_data

    @property
    def _featured_now(self):
        return str(self.featured.pk) if self.featured else NO_PHOTO

    @property
    def _chosen(self):
        """The photo that was chosen on the page to stand for the conference (or NO_PHOTO), "" where nothing was."""
        chosen = self.request.POST.get(FEATURED, "")
        if chosen == self.opened.get(FEATURED) or self.request.POST.get(f"choose-{FEATURED}") == stale_save.THEIRS:
            return ""
        return chosen if chosen in (NO_PHOTO, *map(str, self.keys)) else ""

    def _called(self, key):
        number = next((n for n, photo in enumerate(self.everything, start=1) if str(photo.pk) == key), None)
        return f"{number}. {self.everything[number - 1].file.name}" if number else _("none")

    def _save(self, rows):
        """Write what was changed on the page; return the primary keys of the photos that changed."""
        changed = {}
        for row in rows:
            if row.typed:
                row.save()
                changed[row.photo.pk] = [*row.typed]
        if not self.language:
            for pk in self._save_order(self._wanted(rows)):
                changed.setdefault(pk, []).append("order")
            for pk in self._save_featured():
                changed.setdefault(pk, []).append("featured")
        self._refresh(changed)
        return changed

    def _save_order(self, wanted):
        if not wanted:
            return []
        current = dict(self.conference.photos.order_by("order", "pk").values_list("pk", "order"))
        moved = []
        for number, pk in enumerate(in_new_order(list(current), wanted), start=1):
            if current[pk] != number:
                Photo.objects.filter(pk=pk).update(order=number)
                moved.append(pk)
        return moved

    def _save_featured(self):
        if self._chosen in ("", self._featured_now):
            return []
        before = [photo.pk for photo in self.everything if photo.featured]
        after = [pk for pk in self.keys if str(pk) == self._chosen]
        Photo.objects.filter(pk__in=before).update(featured=False)
        Photo.objects.filter(pk__in=after).update(featured=True)
        self.featured = next((photo for photo in self.everything if photo.pk in after), None)
        return [*before, *after]

    def _refresh(self, changed):
        """Note what would be published now of the photos *changed* ({primary key: names of fields}), and log it."""
        builder = builder_for(Photo())
        photos = list(builder.queryset().filter(pk__in=changed))
        for photo, snapshot in zip(photos, builder.snapshots_of(photos), strict=True):
            note_draft(photo, checksum(snapshot.json))
            review.note_change(photo, self.user, self.language)
            fields = [str(Photo._meta.get_field(name).verbose_name) for name in changed[photo.pk]]
            self.photo_admin.log_change(self.request, photo, [{"changed": {"fields": fields}}])

    # Publishing

    @cached_property
    def state(self):
        return state_of(self.conference.uid)

    @property
    def release(self):
        """("now", None), ("at", the conference's own instant), or ("never", None) where it is not even scheduled."""
        if self.state.in_force:
            return "now", None
        return ("at", self.state.to_come.public_from) if self.state.to_come else ("never", None)

    def _may_publish(self, model_admin, obj=None):
        if not model_admin.has_publish_permission(self.request, obj):
            raise PermissionDenied

    def _publish_ready(self):
        self._may_publish(self.photo_admin)
        alone = self.request.POST.get("alone_reason", "")
        when, at = self.release
        if when == "never":
            text = _("Nothing was published: the conference itself is not public. Publish it first.")
            link = component("message", text=text, address=self._form_address, link=str(self.conference))
            self._say(link, messages.ERROR)
            return
        done, left = 0, []
        for number, photo in enumerate(self._load(self.keys), start=1):
            state = publication_state(photo)
            if state == "withdrawn":
                left.append((number, photo, _("withdrawn; publish it again on its own page if that is meant.")))
            if state not in ("draft", "changed"):
                continue
            try:
                review.approve(photo, by=self.user, at=at, alone=alone)
                done += 1
            except ValidationError as error:
                left.append((number, photo, " ".join(error.messages)))
        self._tell(done, left, at)

    def _tell(self, done, left, at):
        if at:
            text = ngettext("%(n)d photo will be public at %(at)s.", "%(n)d photos will be public at %(at)s.", done)
            text %= {"n": done, "at": show_instant(at, self.conference.time_zone)}
        else:
            text = ngettext("%(n)d photo is published.", "%(n)d photos are published.", done) % {"n": done}
        self._say(text if done else _("No photo was published."), messages.SUCCESS if done else messages.WARNING)
        if left:
            photos = [
                (reverse("admin:conferences_photo_change", args=[photo.pk]), number, photo.file.name, why)
                for number, photo, why in left
            ]
            text = ngettext("%(n)d photo was left out:", "%(n)d photos were left out:", len(left)) % {"n": len(left)}
            self._say(component("left_out", text=text, photos=photos), messages.WARNING)

    def _publish_conference(self):
        self._may_publish(self.admin, self.conference)
        minor = self.stale_conference is not None and not self.stale_conference
        try:
            alone = self.request.POST.get("alone_reason", "")
            review.approve(self.conference, by=self.user, minor=minor, alone=alone)
        except ValidationError as error:
            self._say(" ".join(error.messages), messages.ERROR)
        else:
            text = _("The conference page is published again, with the featured photo.")
            address = f"/id/{self.conference.uid}"
            link = component("message", text=text, address=address, link=_("Read it as a visitor"))
            self._say(link, messages.SUCCESS)

    @cached_property
    def stale_conference(self):
        """None where the public conference page has the right featured photo, or there is no such page; else a list of
        what else would be published with the conference."""
        edition = self.state.in_force
        if edition is None:
            return None
        public = [link.target for link in edition.relations.all() if link.name == "featured_photo"]
        if public == ([self.featured.uid] if self.featured else []):
            return None
        found = changes(self.admin, self.conference, edition)
        return [name for name in found if name != _("relations to other records")]

    # Showing

    def _say(self, text, level):
        self.admin.message_user(self.request, text, level)

    @property
    def _form_address(self):
        return self.admin.change_address(self.conference)

    def _show(self, page, photos, rows, status, conflicts=(), problem="", mark=""):
        rows = rows if rows is not None else self._rows(photos, None)
        featured, may_save = self.featured, self.photo_admin.has_change_permission(self.request)
        when, at = self.release
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": _("Photos of %(conference)s") % {"conference": self.conference},
            "subtitle": None,
            "opts": self.admin.opts,
            "conference": self.conference,
            "conference_address": self._form_address,
            "upload_address": upload_address(self.conference),
            "may_add": self.photo_admin.has_add_permission(self.request),
            "may_change": may_save,
            "may_publish": self.photo_admin.has_publish_permission(self.request),
            "page": page,
            "rows": rows,
            "errors": sum(len(row.errors) for row in rows if row.is_bound),
            "problem": problem,
            "portal": {"opened": self._carried(rows), "conflicts": conflicts, "saved_by": self._saved_by(rows)},
            "mark": mark or self._mark,
            "presence": self._presence,
            "featured": self._chosen or self._featured_now,
            "featured_elsewhere": featured if featured and featured not in photos else None,
            "featured_number": self.keys.index(featured.pk) + 1 if featured else None,
            "language": self.language,
            "language_name": languages.LANGUAGES.get(self.language, ""),
            "tabs": self._tabs(),
            "release": when,
            "release_at": show_instant(at, self.conference.time_zone) if at else "",
            "stale": self.stale_conference,
            "conference_to_come": self.state.to_come,
            "media": self.admin.media + (rows[0].media if rows else forms.Media()),
        }
        self.request.current_app = self.admin.admin_site.name
        return TemplateResponse(self.request, "admin/photos/sheet.html", context, status=status)

    def _saved_by(self, rows):
        """Who last saved the first photo about which the page asks, and when."""
        asked = next((row.photo for row in rows if row.conflicts), None)
        return stale_save.who_saved_last(asked) if asked else None

    @property
    def _presence(self):
        address = f"{self.request.path}presence/" + (f"?language={self.language}" if self.language else "")
        return presence.open_page(self.request, self.conference.uid, self._part, address)

    def _tabs(self):
        """(code, name, whether it is this page); the first is that of the original language."""
        yield "", _("Original language"), self.language == ""
        for code, name in languages.LANGUAGES.items():
            if code != self.conference.original_language:
                yield code, name, self.language == code
