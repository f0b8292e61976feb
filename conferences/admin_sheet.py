"""The contact sheet: all photos of a conference side by side, to describe, put in order, and publish.

One POST writes only what was changed on the page since it was opened; where one field is refused nothing is written, and
everything typed comes back.
"""

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ctportal import languages
from ctportal.publishing import services, workflow
from ctportal.publishing.admin import badge, note_publication, publication_state
from ctportal.publishing.gate import checksum, gate_for, note_draft
from ctportal.publishing.instants import show_instant

from .admin_upload import thumbnail_address, upload_address
from .models import Conference, Person, Photo

PAGE_SIZE = 60
LABELS = ("alt_text", "caption", "place")
NO_PHOTO = "none"  # the value of the choice that no photo is featured


# People, of whom each row could ask the database; the page asks once for all of them


class PeopleSelect(AutocompleteSelectMultiple):
    """The admin's autocomplete, which knows the names of those already chosen."""

    def __init__(self, people, admin_site):
        super().__init__(Photo._meta.get_field("people"), admin_site)
        self.people = people

    def build_attrs(self, base_attrs, extra_attrs=None):
        # The button that clears all stands inside a list where no button may be; each name has its own.
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}

    def optgroups(self, name, value, attr=None):
        known = [pk for pk in value if pk in self.people]
        return [
            (None, [self.create_option(name, pk, self.people[pk], True, i) for i, pk in enumerate(known)], 0)
        ]  # fmt: skip


class PeopleField(forms.MultipleChoiceField):
    """Primary keys, as text, of some of *people* ({primary key as text: name})."""

    def __init__(self, people, admin_site, *, may_add):
        relation = Photo._meta.get_field("people").remote_field
        widget = RelatedFieldWidgetWrapper(
            PeopleSelect(people, admin_site),
            relation,
            admin_site,
            can_add_related=may_add,
            can_change_related=False,
            can_delete_related=False,
            can_view_related=False,
        )
        super().__init__(label=gettext_lazy("People shown"), required=False, widget=widget, show_hidden_initial=True)
        self.people = people

    def valid_value(self, value):
        return value in self.people


# One photo


class PhotoRow(forms.Form):
    """One photo on the sheet: in its original language, or its labels in one other *language*."""

    number = forms.IntegerField(
        label=gettext_lazy("Number"),
        min_value=1,
        show_hidden_initial=True,
        widget=forms.NumberInput(attrs={"class": "sheet-number", "min": 1}),
    )
    alt_text = forms.CharField(
        label=gettext_lazy("Alternative text"),
        required=False,
        max_length=300,
        show_hidden_initial=True,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    decorative = forms.BooleanField(
        label=gettext_lazy("Decorative: it tells nothing"), required=False, show_hidden_initial=True
    )
    caption = forms.CharField(
        label=gettext_lazy("Caption"),
        required=False,
        max_length=1000,
        show_hidden_initial=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=200,
        show_hidden_initial=True,
        widget=forms.TextInput,
    )
    credit = forms.CharField(
        label=gettext_lazy("Credit"),
        required=False,
        max_length=200,
        show_hidden_initial=True,
        widget=forms.TextInput,
    )

    def __init__(self, data, *, photo, number, language, people):
        super().__init__(data, prefix=f"photo-{photo.pk}")
        self.photo, self.shown_number = photo, number
        self.language = language or photo.original_language
        self.beside = language not in ("", photo.original_language)
        if language:
            for name in ("number", "decorative", "credit"):
                del self.fields[name]
            if not getattr(photo, f"place_{photo.original_language}"):
                del self.fields["place"]
        else:
            del self.fields["place"]
            self.fields["people"] = people
        self.initial = self._current() | {"number": number}
        for name in LABELS:
            if name in self.fields:
                self.fields[name].widget.attrs.update(lang=self.language, dir=languages.direction(self.language))

    def _current(self):
        """What the fields hold in the database now."""
        photo = self.photo
        values = {name: getattr(photo, f"{name}_{self.language}") or "" for name in LABELS}
        values |= {"decorative": photo.decorative, "credit": photo.credit}
        return values | {"people": [str(person.pk) for person in photo.people.all()]}

    @cached_property
    def typed(self):
        """Names of the fields that were changed on the page, but for the number."""
        return [name for name in self.changed_data if name != "number"]

    def clean_alt_text(self):
        return " ".join(self.cleaned_data["alt_text"].split())

    def clean(self):
        cleaned = super().clean()
        current = self._current()
        for name in self.typed:
            if name in cleaned and name not in self.errors:
                self._refuse_stale(name, current[name], cleaned[name])
        return cleaned

    def _refuse_stale(self, name, current, typed):
        """Refuse to write over what somebody else changed since the page was opened; the next save does so knowingly."""
        bound, field = self[name], self.fields[name]
        seen = field.to_python(self._widget_data_value(field.hidden_widget(), bound.html_initial_name))
        if comparable(current) in (comparable(seen), comparable(typed)):
            return
        self.data = self.data.copy()
        if isinstance(current, list):
            self.data.setlist(bound.html_initial_name, current)
            current = ", ".join(str(person) for person in self.photo.people.all())
        else:
            self.data[bound.html_initial_name] = str(current)
        self.add_error(
            name,
            _("Somebody else changed this meanwhile to “%(current)s”. Save again to replace it by what stands here.")
            % {"current": current if current != "" else "–"},
        )

    def save(self):
        """Write what was changed, and nothing else."""
        columns = {}
        for name in self.typed:
            if name == "people":
                self.photo.people.set(self.cleaned_data["people"])
            else:
                columns[f"{name}_{self.language}" if name in LABELS else name] = self.cleaned_data[name]
        for column, value in columns.items():
            setattr(self.photo, column, value)
        self.photo.save(update_fields=[*columns, "modified_at"])

    # For the template

    @property
    def heading(self):
        return self.photo.file.name

    @cached_property
    def missing(self):
        return list(gate_for(self.photo).missing(self.photo).values())

    @property
    def thumbnail(self):
        return thumbnail_address(self.photo)

    @property
    def state(self):
        return badge(publication_state(self.photo))

    @property
    def lines(self):
        """The text fields: {field, original}; *original* stands beside a translation, else it is None."""
        for name in LABELS:
            if name in self.fields:
                original = getattr(self.photo, f"{name}_{self.photo.original_language}") or ""
                yield {"field": self[name], "original": original if self.beside else None}

    @property
    def original_direction(self):
        return languages.direction(self.photo.original_language)


def comparable(value):
    return sorted(value) if isinstance(value, list) else " ".join(str(value).split())


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
            return self._show(*self._page(), None, 200)
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

    @cached_property
    def keys(self):
        """Primary keys of all photos of the conference, in their order."""
        return list(self.conference.photos.order_by("order", "pk").values_list("pk", flat=True))

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
        found = Person.objects.filter(pk__in=[pk for pk in posted if pk.isdecimal() and len(pk) < 19])
        return {str(person.pk): str(person) for person in found}

    # Saving

    def _post(self):
        posted = self.request.POST.getlist("photos")
        keys = {str(pk): pk for pk in self.keys}
        photos = self._load([keys[pk] for pk in dict.fromkeys(posted) if pk in keys])
        rows = self._rows(photos, self.request.POST)
        # Every row is asked, so that all messages come at once.
        if not all([row.is_valid() for row in rows]):  # noqa: C419
            page, _unused = self._page()
            return self._show(page, photos, rows, 422)
        with transaction.atomic():
            # Two editors who put photos in order or choose the featured one do so one after the other.
            Conference.objects.select_for_update().get(pk=self.conference.pk)
            changed = self._save(rows)
        gone = len(set(posted)) - len(photos)
        if gone:
            text = ngettext("%(n)d photo was deleted meanwhile.", "%(n)d photos were deleted meanwhile.", gone)
            self._say(text % {"n": gone}, messages.WARNING)
        text = ngettext("%(n)d photo is changed.", "%(n)d photos are changed.", len(changed)) % {"n": len(changed)}
        self._say(text if changed else _("Nothing was changed."), messages.SUCCESS)
        if "_publish_ready" in self.request.POST:
            self._publish_ready()
        elif "_publish_conference" in self.request.POST:
            self._publish_conference()
        return HttpResponseRedirect(self.request.get_full_path())

    def _save(self, rows):
        """Write what was changed on the page; return the primary keys of the photos that changed."""
        changed = {}
        for row in rows:
            if row.typed:
                row.save()
                changed[row.photo.pk] = [*row.typed]
        if not self.language:
            for pk in self._save_order(rows):
                changed.setdefault(pk, []).append("order")
            for pk in self._save_featured():
                changed.setdefault(pk, []).append("featured")
        self._refresh(changed)
        return changed

    def _save_order(self, rows):
        wanted = {row.photo.pk: row.cleaned_data["number"] for row in rows if "number" in row.changed_data}
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
        chosen = self.request.POST.get("featured", "")
        if not chosen or chosen == self.request.POST.get("initial-featured"):
            return []
        before = list(self.conference.photos.filter(featured=True).values_list("pk", flat=True))
        after = [pk for pk in self.keys if str(pk) == chosen]
        if before == after or not (after or chosen == NO_PHOTO):
            return []
        Photo.objects.filter(pk__in=before).update(featured=False)
        Photo.objects.filter(pk__in=after).update(featured=True)
        return [*before, *after]

    def _refresh(self, changed):
        """Note what would be published now of the photos *changed* ({primary key: names of fields}), and log it."""
        gate = gate_for(Photo())
        for photo in gate.queryset().filter(pk__in=changed):
            note_draft(photo, checksum(gate.content_of(photo).json))
            workflow.note_change(photo, self.user, self.language)
            fields = [str(Photo._meta.get_field(name).verbose_name) for name in changed[photo.pk]]
            self.photo_admin.log_change(self.request, photo, [{"changed": {"fields": fields}}])

    # Publishing

    @cached_property
    def state(self):
        return services.state_of(self.conference.uid)

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
            self._say(format_html('{} <a href="{}">{}</a>', text, self._form_address, self.conference), messages.ERROR)
            return
        done, left = 0, []
        for number, photo in enumerate(self._load(self.keys), start=1):
            state = publication_state(photo)
            if state == "withdrawn":
                left.append((number, photo, _("withdrawn; publish it again on its own page if that is meant.")))
            if state not in ("draft", "changed"):
                continue
            try:
                workflow.approve(photo, by=self.user, at=at, alone=alone)
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
            lines = format_html_join(
                "",
                '<li><a href="{}">{}. {}</a>: {}</li>',
                (
                    (reverse("admin:conferences_photo_change", args=[photo.pk]), number, photo.file.name, why)
                    for number, photo, why in left
                ),
            )
            text = ngettext("%(n)d photo was left out:", "%(n)d photos were left out:", len(left)) % {"n": len(left)}
            self._say(format_html("{} <ul>{}</ul>", text, lines), messages.WARNING)

    def _publish_conference(self):
        self._may_publish(self.admin, self.conference)
        minor = self.stale_conference is not None and not self.stale_conference
        try:
            alone = self.request.POST.get("alone_reason", "")
            workflow.approve(self.conference, by=self.user, minor=minor, alone=alone)
        except ValidationError as error:
            self._say(" ".join(error.messages), messages.ERROR)
        else:
            text = _("The conference page is published again, with the featured photo.")
            link = format_html('{} <a href="/id/{}">{}</a>', text, self.conference.uid, _("Read it as a visitor"))
            self._say(link, messages.SUCCESS)

    @cached_property
    def stale_conference(self):
        """None where the public conference page has the right featured photo, or there is no such page; else a list of
        what else would be published with the conference."""
        edition = self.state.in_force
        if edition is None:
            return None
        public = [link.target for link in edition.relations.all() if link.name == "featured_photo"]
        if public == [photo.uid for photo in self.conference.photos.filter(featured=True)]:
            return None
        changes = self.admin.changes(self.conference, edition)
        return [name for name in changes if name != _("relations to other records")]

    # Showing

    def _say(self, text, level):
        self.admin.message_user(self.request, text, level)

    @property
    def _form_address(self):
        return self.admin.change_address(self.conference)

    def _show(self, page, photos, rows, status):
        rows = rows if rows is not None else self._rows(photos, None)
        featured = next((photo for photo in self.conference.photos.filter(featured=True)), None)
        chosen = self.request.POST.get("featured") or (str(featured.pk) if featured else NO_PHOTO)
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
            "may_change": self.photo_admin.has_change_permission(self.request),
            "may_publish": self.photo_admin.has_publish_permission(self.request),
            "page": page,
            "rows": rows,
            "errors": sum(len(row.errors) for row in rows if row.is_bound),
            "featured": chosen,
            "featured_before": str(featured.pk) if featured else NO_PHOTO,
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

    def _tabs(self):
        """(code, name, whether it is this page); the first is that of the original language."""
        yield "", _("Original language"), self.language == ""
        for code, name in languages.LANGUAGES.items():
            if code != self.conference.original_language:
                yield code, name, self.language == code
