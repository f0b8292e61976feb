"""One further language of a record on a page of its own: every label and the long text beside the original.

It writes only that language's columns and row, so that two translators never wait for, nor undo, each other.
"""

from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorField

from ctportal.core import languages
from ctportal.core.instants import show_utc
from ctportal.publishing.base_models import lock
from ctportal.publishing.snapshot import languages_leaving
from ctportal.publishing.state import state_of
from ctportal.staff import presence, stale_save
from ctportal.staff.components import component
from ctportal.staff.forms import (
    EDITOR_POLICY,
    FIELD_OF,
    PublishingFields,
    no_such_button,
    stale_message,
    text_form_fields,
)
from ctportal.staff.preview import WITHOUT_PAGE, preview_address
from ctportal.workflow import review, roles

ABOUT_PUBLISHING = ("publish_note", "alone_reason", "mark")


class LanguageForm(forms.Form):
    """The texts of a record in one language. Fields of labels are named ``<model>-<pk>-<label>``."""

    publish_note = forms.CharField(
        label=gettext_lazy("Change note"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    alone_reason = forms.CharField(
        label=gettext_lazy("Without second reader, because"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "Needed where you wrote this language yourself. Stays in the history and in the ledger."
        ),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    mark = PublishingFields.base_fields["mark"]

    def __init__(self, data, files, *, admin, record, language, user):
        super().__init__(data, files, initial={"mark": review.mark(record)})
        self.admin, self.record, self.language, self.user = admin, record, language, user
        self.original = record.original_language
        self.groups = []  # (heading, [(name, original text, whether it is rich)])
        self.labels = {}  # field name: (object, label)
        for heading, obj, names in admin.language_parts(record, user):
            self._add_labels(heading, obj, names)
        self.row = self.original_row = None
        if admin.form.text_rows:
            self._add_text()

    def _add_labels(self, heading, obj, names):
        lines = []
        for label in names:
            original = getattr(obj, f"{label}_{self.original}") or ""
            current = getattr(obj, f"{label}_{self.language}") or ""
            if not original and not current:
                continue  # nothing to translate
            name = f"{obj._meta.model_name}-{obj.pk}-{label}"
            column = obj._meta.get_field(f"{label}_{self.language}")
            long = column.get_internal_type() == "TextField"
            widget = forms.Textarea(attrs={"class": "vLargeTextField", "rows": 3}) if long else forms.TextInput()
            if not long:
                widget.attrs["class"] = "vTextField"
            self.fields[name] = forms.CharField(
                label=capfirst(obj._meta.get_field(label).verbose_name),
                required=False,
                initial=current,
                max_length=column.max_length,
                widget=widget,
            )
            self.labels[name] = (obj, label)
            lines.append((name, original, False))
        if lines and not heading and self.groups:
            self.groups[-1][1].extend(lines)
        elif lines:
            self.groups.append((heading, lines))

    def _add_text(self):
        rows = {row.language: row for row in getattr(self.record, self.admin.form.text_rows).all()}
        relation = self.record._meta.get_field(self.admin.form.text_rows)
        self.original_row = rows.get(self.original)
        self.row = rows.get(self.language) or relation.related_model(
            **{relation.field.name: self.record, "language": self.language, **self.admin.new_language_row()}
        )
        names = [*self.admin.form.text_fields, *self.admin.language_only_fields]
        lines = []
        for name, field in text_form_fields(self.row._meta.model, names).items():
            field.initial = getattr(self.row, name)
            self.fields[name] = field
            original = getattr(self.original_row, name, "") if self.original_row else ""
            model_field = self.row._meta.get_field(name)
            if model_field.choices:
                original = dict(model_field.choices).get(original, original)
            lines.append((name, original, isinstance(model_field, ProseEditorField)))
        for name, field in self.admin.language_extra_fields(self.row).items():
            self.fields[name] = field
            lines.append((name, self.admin.language_extra_original(name, self.original_row), False))
        self.fields["ready"] = self.row._meta.get_field("ready").formfield(initial=self.row.ready)
        self.groups.append((capfirst(self.row._meta.verbose_name), lines))
        for name in self.fields:
            self._speak(self.fields[name], name)

    def _speak(self, field, name):
        """Let the browser check spelling and direction in the language that is written."""
        if name in self.labels or name in self.admin.form.text_fields:
            field.widget.attrs.update(lang=self.language, dir=languages.direction(self.language))

    never_stale = frozenset({*ABOUT_PUBLISHING, "upload", "kept_file", "remove_file"})
    conflicts = ()  # see stale_save

    @property
    def instance(self):
        return self.record

    def full_clean(self):
        if self.is_bound:
            stale_save.take_theirs(self)
        super().full_clean()
        if self.is_bound:
            self.conflicts = list(stale_save.conflicts_of(self))
            if self.conflicts:
                self.add_error(None, stale_save.refusal())

    def clean(self):
        cleaned = super().clean()
        if "_publish_language" in self.data and cleaned.get("mark") != self.initial["mark"]:
            self.add_error(None, stale_message(self.record))
        if self.row is None:
            return cleaned
        names = [name for name in (*self.admin.form.text_fields, *self.admin.language_only_fields) if name in cleaned]
        for name in names:
            setattr(self.row, name, cleaned[name])
        self.row.ready = cleaned.get("ready", False)
        self.admin.clean_language_extra(self, self.row)
        if not self.has_text:
            return cleaned
        try:
            others = {field.name for field in self.row._meta.fields} - set(names)
            self.row.clean_fields(exclude=others)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                if name not in self.errors:
                    self.add_error(name, errors)
        return cleaned

    @property
    def has_text(self):
        """Whether there is a row to save: one that exists, or one into which something was typed or ticked."""
        typed = (name for name in self.fields if name not in self.labels and name not in ABOUT_PUBLISHING)
        return bool(self.row.pk) or any(
            self.cleaned_data.get(name) for name in typed if not getattr(self.fields[name], "choices", None)
        )

    def save(self, user):
        """Write the columns and the row of this language, and nothing else."""
        changed = {}
        for name, (obj, label) in self.labels.items():
            if name in self.changed_data:
                changed.setdefault(obj, {})[f"{label}_{self.language}"] = self.cleaned_data[name]
        for obj, columns in changed.items():
            type(obj)._base_manager.filter(pk=obj.pk).update(**columns)
            for column, text in columns.items():
                setattr(obj, column, text)
        if self.row is not None and self.has_text:
            self.admin.save_language_extra(self, self.row, user)
            self.row.save()
        type(self.record)._base_manager.filter(pk=self.record.pk).update(modified_at=timezone.now())

    @property
    def lines(self):
        """The groups for the template: (heading, [{field, original, rich}])."""
        for heading, lines in self.groups:
            yield (
                heading,
                [
                    {
                        "field": self[name],
                        "original": self._cleaned(name, original) if is_rich else original,
                        "is_rich": is_rich,
                        "speaks": name in self.labels or name in self.admin.form.text_fields,
                    }
                    for name, original, is_rich in lines
                ],
            )

    def _cleaned(self, name, html):
        """The original's rich text as it may stand in the page: cleaned again by the field's own list of elements."""
        return SafeString(self.row._meta.get_field(name).sanitize(html))


class LanguagePage:
    """The page ``…/<id>/language/<code>/`` of one record."""

    def __init__(self, admin, request, object_id, language):
        self.admin, self.request, self.language = admin, request, language
        self.record = admin.get_object(request, unquote(object_id))
        if self.record is None or language not in languages.CODES:
            raise Http404("No such record or language.")
        if not admin.has_view_or_change_permission(request, self.record):
            raise PermissionDenied

    @property
    def _may_write(self):
        return roles.may_translate(self.request.user, self.record, self.language)

    def respond(self):
        if self.request.method == "POST":
            return self._post()
        if self.language == self.record.original_language:
            return HttpResponseRedirect(self.admin.change_address(self.record))
        return self._show(self._form(None, None), 200)

    def answer_sign(self):
        return presence.answer_sign(self.request, self.record.uid, self.language, may_save=self._may_write)

    def _form(self, data, files):
        context = {"admin": self.admin, "record": self.record, "language": self.language, "user": self.request.user}
        return LanguageForm(data, files, **context)

    def _post(self):
        if not self._may_write:
            raise PermissionDenied
        try:
            with transaction.atomic():
                if not lock(type(self.record)._base_manager.filter(pk=self.record.pk)):
                    raise Http404("It was deleted meanwhile.")
                self.record.refresh_from_db()
                form = self._form(self.request.POST, self.request.FILES)
                is_valid = form.is_valid()
                if self._is_original(form) or not is_valid:
                    return self._show(form, 422)
                form.save(self.request.user)
                before = self.record.draft_sha256
                self.admin.refresh(self.record)
                self._note_change(form, before)
                self.admin.log_change(
                    self.request,
                    self.record,
                    _("Changed %(language)s.") % {"language": languages.LANGUAGES[self.language]},
                )
                address = self._press(form)
        except ValidationError as error:
            # Rolled back, so read anew: else the record would seem to have changed meanwhile. Shown again with what was typed.
            self.record.refresh_from_db()
            self.request.refusal = error
            form = self._form(self.request.POST, self.request.FILES)
            form.is_valid()
            self._add_refusal(form, error)
            return self._show(form, 422)
        return HttpResponseRedirect(address or self.request.path)

    def _is_original(self, form):
        """Refuse *form* where its language has become the original one since the page was opened."""
        if self.language != self.record.original_language:
            return False
        text = _(
            "%(language)s has become the original language of this record: its texts are written on the form of the record "
            "now. Nothing was saved. Copy from this page what is still needed."
        )
        form.add_error(None, text % {"language": languages.LANGUAGES[self.language]})
        return True

    def _note_change(self, form, before):
        """Note who has written this language; what the reviewer is to approve may have changed with it."""
        if not set(form.changed_data) - set(ABOUT_PUBLISHING):
            return
        presence.note_saving(self.request.user, self.record.uid, self.language)
        if not self.admin.publishable:
            review.note_entry_change(self.record, self.request.user)
            return
        review.note_hand(self.record, self.request.user, self.language)
        if self.record.draft_sha256 != before:
            review.return_to_draft(self.record, self.request.user)

    def _press(self, form):
        if "_publish_language" in self.request.POST:
            if not self.admin.publishable:
                raise no_such_button()
            note, alone = form.cleaned_data["publish_note"], form.cleaned_data["alone_reason"]
            review.approve_language(self.record, self.language, by=self.request.user, note=note, alone=alone)
            text = _("%(language)s is public.") % {"language": languages.LANGUAGES[self.language]}
            link = component("message", text=text, address=f"/id/{self.record.uid}", link=_("Read it as a visitor"))
            self.admin.message_user(self.request, link, messages.SUCCESS)
            return None
        text = _("%(language)s is saved.") % {"language": languages.LANGUAGES[self.language]}
        self.admin.message_user(self.request, text, messages.SUCCESS)
        self._say_leaving()
        if "_preview" in self.request.POST:
            return preview_address(self.request, self.record, self.language)
        return None

    def _say_leaving(self):
        current = state_of(self.record.uid).in_force
        if current and self.language in languages_leaving(self.record, current):
            text = _(
                "%(language)s is not marked as ready: it is public until the record is published next, and then no longer."
            )
            self.admin.message_user(
                self.request, text % {"language": languages.LANGUAGES[self.language]}, messages.WARNING
            )

    def _add_refusal(self, form, error):
        if not hasattr(error, "error_dict"):
            form.add_error("ready" if getattr(error, "code", "") == "language_not_ready" else None, error)
            return
        for told, errors in error.error_dict.items():
            for each in errors:
                name = "ready" if each.code == "language_not_ready" else FIELD_OF.get(told, told)
                form.add_error(name if name in form.fields else None, each)

    @method_decorator(csp_update(EDITOR_POLICY))
    def _show(self, form, status):
        from ctportal.staff.record_admin import stale_context, with_nonce

        admin, record = self.admin, self.record
        name = languages.LANGUAGES[self.language]
        state, may_save = state_of(record.uid), self._may_write
        if not may_save:
            for field in form.fields.values():
                field.disabled = True
        may_publish = admin.publishable and admin.has_publish_permission(self.request, record)
        context = {
            **admin.admin_site.each_context(self.request),
            "title": _("%(record)s in %(language)s") % {"record": record, "language": name},
            "subtitle": None,
            "opts": admin.opts,
            "original": record,
            "record_address": admin.change_address(record),
            "form": form,
            "portal": stale_context(form),
            "presence": presence.open_page(self.request, record.uid, self.language, f"{self.request.path}presence/"),
            "media": with_nonce(self.request, admin.media + form.media),
            "language": self.language,
            "language_name": name,
            "direction": languages.direction(self.language),
            "original_language": record.original_language,
            "original_name": languages.LANGUAGES[record.original_language],
            "original_direction": languages.direction(record.original_language),
            "state": state,
            "is_public": state.in_force and self.language in state.in_force.data.get("languages", []),
            "matrix": admin.language_matrix(record),
            "publishable": admin.publishable,
            "previewable": record.record_type not in WITHOUT_PAGE,
            "may_change": may_save,
            "may_publish": may_publish and state.in_force and not state.to_come,
            "waits_until": show_utc(state.to_come.public_from) if may_publish and state.to_come else "",
        }
        self.request.current_app = admin.admin_site.name
        return TemplateResponse(self.request, "admin/record/language.html", context, status=status)
