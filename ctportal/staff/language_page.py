"""The page for one further language of a record: every label and the long text beside the original.

It writes only the columns and the row of that language, so two translators never overwrite each other's work.
"""

from collections import defaultdict
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorField

from ctportal.core import languages
from ctportal.core.instants import show_utc
from ctportal.publishing.completeness import published_languages
from ctportal.publishing.drafts import languages_leaving, refresh_draft
from ctportal.publishing.state import state_of
from ctportal.publishing.text_fields import LineFormField, LinesField, LinesFormField
from ctportal.publishing.transactions import atomic
from ctportal.staff import presence, stale_save
from ctportal.staff.buttons import no_such_button, require_right, with_public_link
from ctportal.staff.fields import OptionalLine
from ctportal.staff.form_uploads import check_upload
from ctportal.staff.object_pages import ObjectPage, forget_messages
from ctportal.staff.panel import language_matrix
from ctportal.staff.preview import PAGES, preview_address
from ctportal.staff.prose_editor import EDITOR_POLICY, left_out_of, with_nonce
from ctportal.staff.publishing_fields import PublishingFields, show_refusal
from ctportal.staff.stale_save import stale_message
from ctportal.staff.text_rows import TextRowForm, text_form_fields, text_row, text_widget
from ctportal.workflow import audit, review, roles

ABOUT_PUBLISHING = ("publish_note", "alone_reason", "mark")
NOT_TYPED = frozenset({*ABOUT_PUBLISHING, "made_from"})


class LanguageForm(TextRowForm, stale_save.ComparedForm, forms.Form):
    """The texts of a record in one language. Fields of labels are named ``<model>-<pk>-<label>``."""

    publish_note = OptionalLine(label=gettext_lazy("Change note"), max_length=500)
    alone_reason = OptionalLine(
        label=gettext_lazy("Reason for publishing without a second reader"),
        max_length=400,
        help_text=gettext_lazy("Required if you wrote this language yourself. Kept in the history and the ledger."),
    )
    mark = PublishingFields.base_fields["mark"]
    # The original as it is on the page: what the translation is made from, whatever becomes of it until the page is saved.
    made_from = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    up_to_date = forms.BooleanField(
        label=gettext_lazy("up to date"),
        required=False,
        help_text=gettext_lazy("Tick this when the translation says what the original says now."),
    )
    never_stale = frozenset({*ABOUT_PUBLISHING, "upload", "kept_file", "remove_file"})
    new_row: dict[str, Any] = {}  # initial values of a new row

    def __init__(self, page, data=None, files=None):
        super().__init__(data, files, initial={"mark": review.mark(page.record)})
        self.instance, self.language, self.request = page.record, page.language, page.request
        self.text_rows, self.text_fields = page.admin.form.text_rows, page.admin.form.text_fields
        self.original = self.instance.original_language
        self.groups = []  # for the template: (heading, [{field, original, is_rich, speaks}])
        self.labels = {}  # field name: (object, label)
        for heading, obj, names in page.admin.language_parts(self.instance, self.request.user):
            self._add_labels(heading, obj, names)
        self.is_outdated = False
        if self.text_rows:
            self._add_text()
            self.is_outdated = self.text_row.is_outdated(self.instance)
            self.initial["made_from"] = self.instance.original_sha256
        if not self.is_outdated:
            del self.fields["up_to_date"]

    def _line(self, name, field, original, *, speaks=True, is_rich=False):
        """Add *field* beside the text *original* and return its line for the template. If *speaks* is true, the field
        has the ``lang`` and ``dir`` of the page's language.
        """
        self.fields[name] = field
        if speaks:
            field.widget.attrs.update(lang=self.language, dir=languages.direction(self.language))
        return {"field": self[name], "original": original, "is_rich": is_rich, "speaks": speaks}

    def _add_labels(self, heading, obj, names):
        lines = []
        for label in names:
            original = getattr(obj, f"{label}_{self.original}") or ""
            current = getattr(obj, f"{label}_{self.language}") or ""
            if not original and not current:
                continue  # nothing to translate
            name = f"{obj._meta.model_name}-{obj.pk}-{label}"
            column = obj._meta.get_field(f"{label}_{self.language}")
            form_class = LinesFormField if isinstance(column, LinesField) else LineFormField
            field = form_class(
                label=capfirst(obj._meta.get_field(label).verbose_name),
                required=False,
                initial=current,
                max_length=column.max_length,
                widget=text_widget(column),
            )
            self.labels[name] = (obj, label)
            lines.append(self._line(name, field, original))
        if lines and not heading and self.groups:
            self.groups[-1][1].extend(lines)
        elif lines:
            self.groups.append((heading, lines))

    def _add_text(self):
        original_row = text_row(self.instance, self.text_rows, self.original)
        self.text_row = text_row(self.instance, self.text_rows, self.language, **self.new_row)
        lines = []
        for name, field in text_form_fields(type(self.text_row), self.text_fields).items():
            model_field = self.text_row._meta.get_field(name)
            field.initial = getattr(self.text_row, name)
            original = getattr(original_row, name) if original_row.pk else ""
            if model_field.choices:
                original = dict(model_field.choices).get(original, original)
            is_rich = isinstance(model_field, ProseEditorField)
            if is_rich:
                original = SafeString(model_field.sanitize(original))  # safe HTML
            lines.append(self._line(name, field, original, is_rich=is_rich))
        for name, original in self.further_fields(original_row):
            lines.append(self._line(name, self.fields[name], original, speaks=False))
        self.fields["plan"] = self.text_row._meta.get_field("plan").formfield(initial=self.text_row.plan)
        self.fields["ready"] = self.text_row._meta.get_field("ready").formfield(initial=self.text_row.ready)
        self.groups.append((capfirst(self.text_row._meta.verbose_name), lines))

    def further_fields(self, original_row):
        """Yield (name, value in the original language) of further declared fields, such as an upload."""
        return []

    def clean(self):
        cleaned = super().clean() or {}
        if "_publish_language" in self.data and cleaned.get("mark") != self.initial["mark"]:
            self.add_error(None, stale_message(self.instance))
        if self.text_row is not None:
            self.text_row.ready = cleaned.get("ready", False)
            if "plan" in self.data:
                self.text_row.plan = cleaned.get("plan", self.text_row.plan)
            self.clean_text()
            if cleaned.get("up_to_date") or not self.is_outdated:
                self.text_row.made_from = cleaned.get("made_from", "") if self.is_written else ""
        return cleaned

    def save(self):
        """Save only the columns and the row of this language."""
        changed = defaultdict(list)
        for name, (obj, label) in self.labels.items():
            if name in self.changed_data:
                changed[obj].append(f"{label}_{self.language}")
                setattr(obj, f"{label}_{self.language}", self.cleaned_data[name])
        for obj, columns in changed.items():
            obj.save(update_fields=columns)
        if self.text_row is not None and self.has_text:
            self.text_row.save()
        type(self.instance)._base_manager.filter(pk=self.instance.pk).update(modified_at=timezone.now())


class LanguagePage(ObjectPage):
    """The page ``…/<id>/language/<code>/`` of one record."""

    def setup(self, request, *args, **kwargs):
        require_right(request, self.admin)
        super().setup(request, *args, **kwargs)
        self.language = kwargs["language"]
        if self.language not in languages.CODES:
            raise Http404("No such language.")

    @property
    def name(self):
        return languages.LANGUAGES[self.language]

    @property
    def may_write(self):
        return roles.may_translate(self.request.user, self.record, self.language)

    def get(self, request, **kwargs):
        if self.language == self.record.original_language:
            return HttpResponseRedirect(self.admin.change_address(self.record))
        return self._show(self.admin.language_form(self), 200)

    def post(self, request, **kwargs):
        if not self.may_write:
            raise PermissionDenied
        check_upload(request, self.admin.prepare_upload)
        try:
            with atomic():
                self.lock_record()
                form = self.admin.language_form(self, request.POST, request.FILES)
                is_valid = form.is_valid()
                if self._is_original(form) or not is_valid:
                    return self._show(form, 422)
                form.save()
                before = self.record.draft_sha256
                refresh_draft(self.record)
                self._note_change(form, before)
                self.admin.log_change(request, self.record, _("Changed %(language)s.") % {"language": self.name})
                address = self._press(form)
        except ValidationError as error:
            # The transaction was rolled back. Without a reload, the record would seem to have changed meanwhile.
            self.record.refresh_from_db()
            forget_messages(request)
            audit.note_refusal(request, error)
            form = self.admin.language_form(self, request.POST, request.FILES)
            form.is_valid()
            show_refusal(form, error)
            return self._show(form, 422)
        return HttpResponseRedirect(address or request.path)

    def _is_original(self, form):
        """Return whether the language is the record's original one by now, and add an error to *form* if so."""
        if self.language != self.record.original_language:
            return False
        text = _(
            "%(language)s is now the original language of this record: its texts are edited on the form of the record. "
            "Nothing was saved. Copy anything you still need from this page."
        )
        form.add_error(None, text % {"language": self.name})
        return True

    def _note_change(self, form, before):
        """Record an unreviewed edit of this language. A record in review returns to draft if its draft changed."""
        if not set(form.changed_data) - NOT_TYPED:
            return
        presence.note_saving(self.request.user, self.record.uid, self.language)
        if not self.admin.publishable:
            review.note_entry_change(self.record, self.request.user)
            return
        review.note_hand(self.record, self.request.user, self.language)
        if self.record.draft_sha256 != before:
            review.return_to_draft(self.record, self.request.user)

    def _press(self, form):
        """Run the posted button; return the address to redirect to, "" for this page."""
        if left_out := left_out_of(form):
            self.say(left_out, messages.WARNING)
        if "_publish_language" in self.request.POST:
            if not self.admin.publishable:
                raise no_such_button()
            note, alone = form.cleaned_data["publish_note"], form.cleaned_data["alone_reason"]
            review.approve_language(self.record, self.language, by=self.request.user, note=note, alone=alone)
            self.say(with_public_link(_("%(language)s is public.") % {"language": self.name}, self.record))
            return ""
        self.say(_("%(language)s is saved.") % {"language": self.name})
        current = state_of(self.record.uid).in_force
        if current and self.language in languages_leaving(self.record, current):
            text = _("%(language)s is not marked as ready: it stays public only until the record is next published.")
            self.say(text % {"language": self.name}, messages.WARNING)
        return preview_address(self.request, self.record, self.language) if "_preview" in self.request.POST else ""

    @method_decorator(csp_update(EDITOR_POLICY))
    def _show(self, form, status):
        record = self.record
        state, original = state_of(record.uid), record.original_language
        if not self.may_write:
            for field in form.fields.values():
                field.disabled = True
        may_publish = self.admin.publishable and self.admin.has_publish_permission(self.request, record)
        address = self.address("language_presence", record.pk, self.language)
        context = {
            "form": form,
            "portal": stale_save.stale_context(form),
            "presence": presence.open_page(self.request, record.uid, self.language, address),
            "media": with_nonce(self.request, self.admin.media + form.media),
            "is_public": state.in_force and self.language in published_languages(state.in_force.data),
            "original_name": languages.LANGUAGES[original],
            "original_direction": languages.direction(original),
            "state": state,
            "matrix": language_matrix(self.admin, record),
            "previewable": record.record_type in PAGES,
            "may_publish": may_publish and state.in_force and not state.to_come,
            "waits_until": show_utc(state.to_come.public_from) if may_publish and state.to_come else "",
        }
        title = _("%(record)s in %(language)s") % {"record": record, "language": self.name}
        return self.answer("record/language", title, context, status)


class LanguagePresencePage(LanguagePage):
    """The presence signals of a language page, ``…/<id>/language/<code>/presence/``."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        return presence.answer_sign(request, self.record.uid, self.language, may_save=self.may_write)
