"""What the admin of every record shares: the form with its publishing buttons, what the public sees at this moment, lists.

The admin writes working records and asks the services for everything public. It is the one part that knows both sides.
"""

import re
from collections import defaultdict
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.http import HttpResponseRedirect
from django.http.request import validate_host
from django.urls import Resolver404, path, resolve, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from js_asset import Media

from ctportal.core import languages
from ctportal.core.instants import offset_text, show_instant
from ctportal.core.search_text import shorten
from ctportal.publishing import epoch, services
from ctportal.publishing.base_models import UID, Stage, entry_model
from ctportal.publishing.models import VOCABULARY, Edition, RecordType
from ctportal.publishing.problems import Problems
from ctportal.publishing.snapshot import BUILDERS, builder_for, languages_leaving, refresh_draft
from ctportal.publishing.state import SHOWS, state_of
from ctportal.staff import (
    comparison,
    draft_history,
    moved_records,
    newly_public,
    presence,
    share_page,
    stale_save,
    versions,
)
from ctportal.staff.components import component
from ctportal.staff.forms import (
    ACTIONS,
    EDITOR_POLICY,
    FOR_PUBLISHERS,
    AutocompleteFields,
    DateInput,
    InlineFormSet,
    LabelForm,
    RecordForm,
    TimeInput,
    label_texts,
    labels_of,
    no_such_button,
    what_changed,
)
from ctportal.staff.language_page import LanguagePage
from ctportal.staff.lists import NarrowedList
from ctportal.staff.preview import WITHOUT_PAGE, preview_address
from ctportal.staff.unsaved_copy import SaysWhatIsSaved
from ctportal.workflow import review, roles
from ctportal.workflow.models import WorkflowStep
from ctportal.workflow.original_language import move_labels
from ctportal.workflow.redaction import redact

__all__ = ["InlineFormSet", "LabelForm", "LabelTabularInline", "PublicationFilter", "RecordAdmin", "RecordForm"]

NATIVE_WIDGETS = {
    models.DateField: {"widget": DateInput},
    models.TimeField: {"widget": TimeInput},
    models.URLField: {"assume_scheme": "https"},
}


# What buttons ask for: see ``RecordAdmin.add_what_the_button_needs``.
PUBLISHING = frozenset({"_publish", "_publish_at", "_replace", "_replace_at"})
WITHDRAWING = frozenset({"_withdraw", "_withdraw_at"})
INSTANT_OF = dict.fromkeys(("_publish_at", "_replace_at", "_redate"), "publish_at") | {"_withdraw_at": "withdraw_at"}


class Refused(Exception):
    """A service refused what the form asked for. Rolls everything back, so that the form is shown again."""

    def __init__(self, error):
        super().__init__(str(error))
        self.error = error


def with_nonce(request, media):
    """Return *media* with the nonce of *request* on the editor's import map."""
    return Media.from_media(media, nonce=str(request.csp_nonce))


def stale_context(form, formsets=()):
    """For the templates: what the page was opened with and, where somebody else has saved meanwhile, what to choose."""
    if not form.instance.pk:
        return {"opened": "", "conflicts": []}
    conflicts = [*form.conflicts, *(conflict for formset in formsets for conflict in formset.conflicts)]
    context = {"opened": stale_save.opened(form, formsets), "conflicts": conflicts}
    if conflicts:
        context["saved_by"] = stale_save.who_saved_last(form.instance)
    return context


def problems(form, inlines):
    """What is wrong in a form shown again, for the list on top of it: (address of the field, its name, message)."""
    yield from _problems_of(form, "")
    for inline in inlines:
        heading = capfirst(inline.opts.verbose_name_plural)
        for message in inline.formset.non_form_errors():
            yield f"#{inline.formset.prefix}-group", heading, message
        for number, row in enumerate(inline.formset.forms, start=1):
            yield from _problems_of(row, f"{heading} {number}: ")


def _problems_of(form, where):
    if not form.is_bound:
        return
    for name, messages_of_field in form.errors.items():
        field = form[name] if name in form.fields else None
        for message in messages_of_field:
            label = f"{where}{capfirst(field.label)}" if field else where.rstrip(": ")
            yield f"#{field.id_for_label}" if field else "", label, message


# Lists


def note_publication(records):
    """Note on each of *records* (working records) what the public sees of it; returns them as a list. One query."""
    records = list(records)
    found = defaultdict(list)
    editions = Edition.objects.not_unscheduled().filter(uid__in=[record.uid for record in records])
    editions = editions.annotate(now=epoch.reached()).order_by("public_from")
    for edition in editions.only("uid", "sha256", "slug", "public_from", "public_until"):
        found[edition.uid].append(edition)
    for record in records:
        mine = found[record.uid]
        record.public_edition = next((edition for edition in mine if edition.is_public(edition.now)), None)
        record.edition_to_come = next((edition for edition in mine if edition.public_from > edition.now), None)
        record.was_public = any(edition.public_from <= edition.now for edition in mine)
    return records


class NotedChangeList(ChangeList):
    """A list that notes the publication of the rows of its page, and of no others."""

    def get_ordering_field(self, field_name):
        # Django shows no link to sort by what may not be sorted by, and sorts by it all the same.
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def get_results(self, request):
        super().get_results(request)
        self.result_list = redact(note_publication(self.result_list), request.user, self.list_display)


def publication_state(record):
    """The state of a record from ``note_publication``: draft, scheduled, public, changed or withdrawn."""
    if record.public_edition:
        public = record.public_edition.sha256, record.public_edition.slug
        return "public" if public == (record.draft_sha256, getattr(record, "slug", "")) else "changed"
    if record.edition_to_come:
        return "scheduled"
    return "withdrawn" if record.was_public else "draft"


STATE_LABELS = {
    "draft": gettext_lazy("draft"),
    "scheduled": gettext_lazy("scheduled"),
    "public": gettext_lazy("public"),
    "changed": gettext_lazy("public, changed since"),
    "withdrawn": gettext_lazy("withdrawn"),
}


def badge(state):
    return component("state", state=state, label=STATE_LABELS[state])


FEW = 1000
FEW_NAMES = 10  # of those that stand in a message


def found_once(queryset, found):
    """Return *queryset* with only what is in *found*, both of one model, or None where that is much. One query.

    What is rare takes a walk through all records to find, so it is done once and not again for the count and for the
    page. What is frequent is better left to them: a page of it is soon full.
    """
    keys = list(found.order_by().values_list("pk", flat=True).distinct()[: FEW + 1])
    return queryset.filter(pk__in=keys) if len(keys) <= FEW else None


PHRASE_OR_WORD = re.compile(r'"([^"]+)"?|(\S+)')


def search_words(text: str) -> list[str]:
    """Return the words of *text*; what stands in quotation marks is one, also where the end of it is cut off."""
    words = [phrase.strip() or word for phrase, word in PHRASE_OR_WORD.findall(text)]
    return list(dict.fromkeys(filter(None, words)))


def holding(model, name, word):
    """Return the condition that *name*, a field of *model* or of what is related to it, holds *word* in any case.

    What is related is looked through on its own: joined to it, each record would have its rows fetched one by one, and
    would be found as often as one of them holds the word.
    """
    relation, _dots, name = name.rpartition("__")
    if not relation:
        return Q(**{f"{name}__icontains": word})
    field = model._meta.get_field(relation)
    found = field.related_model._base_manager.filter(**{f"{name}__icontains": word}).order_by()
    if field.one_to_many:
        return Q(pk__in=found.values(field.remote_field.attname))
    return Q(**{f"{relation}__in": found.values("pk")})


class PublicationFilter(admin.SimpleListFilter):
    title = gettext_lazy("publication")
    parameter_name = "publication"

    def lookups(self, request, model_admin):
        return list(STATE_LABELS.items())

    def queryset(self, request, queryset):
        if self.value() not in STATE_LABELS:
            return queryset
        now = epoch.reached()
        mine = {"uid": OuterRef("uid")}
        in_force = Edition.objects.public(now).filter(**mine)
        same = Q(sha256=OuterRef("draft_sha256"))
        if hasattr(queryset.model, "slug"):
            same &= Q(slug=OuterRef("slug"))
        public, unchanged, changed, scheduled, past = (
            Exists(rows.order_by())
            for rows in (
                in_force,
                in_force.filter(same),
                in_force.exclude(same),  # one at most is in force
                Edition.objects.to_come(now).filter(**mine),
                Edition.objects.effective(now).filter(**mine),
            )
        )
        conditions = {
            "public": unchanged,
            "changed": changed,
            "scheduled": scheduled & ~public,
            "withdrawn": past & ~public & ~scheduled,
            "draft": ~past & ~scheduled,
        }
        condition = conditions[self.value()]
        few = found_once(queryset, queryset.model._default_manager.filter(condition))
        return queryset.filter(condition) if few is None else few


def language_marks(states):
    """Return the six languages as small marks. *states*: {language: "original", "ready", "draft"}; the rest is missing."""
    marks = [(code, languages.LANGUAGES[code], states[code]) for code in languages.CODES if code in states]
    return component("languages", languages=marks)


# Forms


class LabelTabularInline(AutocompleteFields, admin.TabularInline):
    """Rows without empty ones, their labels in the original language of the record."""

    form = LabelForm
    formset = InlineFormSet
    extra = 0
    formfield_overrides = NATIVE_WIDGETS

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.user = request.user
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "order":
            field.widget.attrs["class"] = "vOrder"
        return field


class RecordAdmin(SaysWhatIsSaved, draft_history.KeepsHistory, AutocompleteFields, NarrowedList, admin.ModelAdmin):
    """A record's list and form. What is public of it is changed by the services alone, after the draft is saved."""

    form = RecordForm
    formfield_overrides = NATIVE_WIDGETS
    change_form_template = "admin/record/change_form.html"
    change_list_template = "admin/record/change_list.html"
    show_full_result_count = False
    list_per_page = 50
    save_as = False
    publishable = True  # vocabulary is published with what shows it
    link_paths = ()  # relations that the builder's links read

    # Rights: Django's on the kind of record, and whether it is one's own; see ``roles``.

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        is_choice = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        return (roles.choosable if is_choice else roles.readable)(queryset, request.user)

    def get_object(self, request, object_id, from_field=None):
        record = super().get_object(request, object_id, from_field)
        if record is None and self.model is not self.opts.concrete_model:
            moved_records.look_elsewhere(self, request, object_id)
        return record and redact([record], request.user)[0]

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Django's hook: who has typed something is told where it is."""
        if request.method != "POST":
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        self.message_user(request, draft_history.gone_message(self, request, unquote(object_id)), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:index", current_app=self.admin_site.name))

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) and (obj is None or roles.may_read(request.user, obj))

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or roles.may_edit(request.user, obj))

    def has_publish_permission(self, request, obj=None):
        return roles.may_publish(request.user, obj or self.model)

    # Lists

    tells_of_others = frozenset()  # what is searched, sorted and filtered by and stands in another record

    def _without_others(self, request, names):
        """*names* without those by which one could find out, guess by guess, what a record says that one cannot open."""
        if request.user.has_perm("publishing.read_all_drafts"):
            return names
        return [name for name in names if name not in self.tells_of_others]

    def get_search_fields(self, request):
        return self._without_others(request, super().get_search_fields(request))

    def get_list_filter(self, request):
        return self._without_others(request, super().get_list_filter(request))

    def get_sortable_by(self, request):
        return self._without_others(request, super().get_sortable_by(request))

    def get_search_results(self, request, queryset, search_term):
        """As Django's, each word in any of the fields, for fields that ``holding`` knows."""
        fields = self.get_search_fields(request)
        condition = Q()
        for word in search_words(shorten(search_term).text):
            condition &= Q.create([holding(self.model, name, word) for name in fields], connector=Q.OR)
        if not condition:
            return queryset, False
        few = found_once(queryset, self.model._default_manager.filter(condition))
        return queryset.filter(condition) if few is None else few, False

    def get_changelist(self, request, **kwargs):
        return NotedChangeList

    def changelist_view(self, request, extra_context=None):
        mine = {"may_recover": self.has_change_permission(request)}
        return super().changelist_view(request, mine | (extra_context or {}))

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # one by one: most records were public once, and those stay
        return actions

    @admin.display(description=gettext_lazy("publication"))
    def publication(self, record):
        state = publication_state(record)
        return component(
            "publication",
            state=state,
            label=STATE_LABELS[state],
            to_come=record.edition_to_come,
            stage=record.get_stage_display() if getattr(record, "stage", "") == Stage.REVIEW else "",
        )

    @admin.display(description=gettext_lazy("languages"))
    def language_list(self, record):
        return language_marks(self.language_states(record))

    def language_states(self, record):
        """Return {language: "original", "ready" or "draft"}, for lists and the matrix of languages."""
        if not self.form.text_rows:
            found = {code for name in labels_of(self.model) for code in label_texts(record, name)}
            return {code: "original" if code == record.original_language else "ready" for code in found}
        states = {row.language: "ready" if row.ready else "draft" for row in getattr(record, self.form.text_rows).all()}
        if record.original_language in states:
            states[record.original_language] = "original"
        return states

    # The form

    def get_urls(self):
        info = self.opts.app_label, self.opts.model_name
        mine = [
            path(
                "<path:object_id>/language/<str:language>/",
                self.admin_site.admin_view(self.language_view),
                name="{}_{}_language".format(*info),
            ),
            path(
                "<path:object_id>/language/<str:language>/presence/",
                self.admin_site.admin_view(self.language_presence_view),
                name="{}_{}_language_presence".format(*info),
            ),
        ]
        below = [share_page.url(self), comparison.url(self), *versions.urls(self), presence.url(self)]
        return [*mine, *below, *draft_history.urls(self), *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        return draft_history.HistoryPage(self, request, object_id).show()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        form.request = request
        return form

    def _refuse_publishing(self, request):
        """Refuse a publisher's button to everybody else, before anything is looked up: an old page would tell of changes."""
        if FOR_PUBLISHERS.intersection(request.POST) and not self.has_publish_permission(request):
            raise PermissionDenied

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        self._refuse_publishing(request)
        if request.method != "POST":
            # Without a transaction, as Django shows its forms: SQLite's would take the write lock. What the form carries
            # of what it was opened with is made from the very objects that it shows.
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                if object_id:
                    stale_save.lock_form(self.model, unquote(object_id))
                return super().changeform_view(request, object_id, form_url, extra_context)
        except moved_records.Moved as moved:
            moved_records.carry_over(request, moved)
            return moved.now.changeform_view(request, object_id, moved.now.change_address(moved.record), extra_context)
        except Refused as refused:
            request.refusal = refused.error
        except IntegrityError:
            # Somebody else took the address, or deleted what the form names, after it was checked.
            text = _("Somebody else saved something at the same moment that does not go with it. Nothing was saved.")
            request.refusal = ValidationError(text, code="at_once")
        # Everything was rolled back, the draft included. The form comes back with what was typed and the reason.
        for uploads in request.FILES.lists():
            for upload in uploads[1]:
                upload.seek(0)
        return super().changeform_view(request, object_id, form_url, extra_context)

    @method_decorator(csp_update(EDITOR_POLICY))
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["media"] = with_nonce(request, context["media"])
        form = context["adminform"].form
        if request.method == "POST" and form.refusal is None:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            self.add_what_the_button_needs(request, form, formsets)
        context["portal"] = self.panel(request, form, obj if change else None, bool(context["is_popup"]))
        context["portal"]["problems"] = list(problems(form, context["inline_admin_formsets"]))
        context["portal"] |= stale_context(form, [inline.formset for inline in context["inline_admin_formsets"]])
        if change and not context["is_popup"]:
            context["presence"] = presence.open_form(request, self, obj)
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 422
        return response

    def save_model(self, request, obj, form, change):
        request.record_form = form
        if change:
            obj.save(update_fields=form.own_columns)
        else:
            obj.created_by = request.user
            obj.save()
        form.save_text()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.moves:
            move_labels(form.instance, form.opened_in, form.language)
        self.refresh(form.instance)
        changed = not change or what_changed(form, formsets)
        if changed:
            note = review.note_change if self.publishable else review.note_entry_change
            note(form.instance, request.user)
            presence.note_saving(request.user, *presence.form_of(form.instance))

    def refresh(self, record):
        """Note what would be published now, of *record* and of what else its form changes."""
        refresh_draft(record)

    # Buttons

    def response_add(self, request, obj, post_url_continue=None):
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self._respond(request, obj)

    def response_change(self, request, obj):
        if "_popup" in request.POST:
            return super().response_change(request, obj)
        return self._respond(request, obj)

    def _respond(self, request, obj):
        name = next((name for name in self.buttons if name in request.POST), "_save")
        try:
            if name in ACTIONS and (name == "_relabel") == self.publishable:
                raise no_such_button()
            address = self.buttons[name](self, request, obj, request.record_form)
        except ValidationError as error:
            raise Refused(error) from error
        return HttpResponseRedirect(address or self.change_address(obj))

    def change_address(self, obj):
        opts = self.opts if self.model is self.opts.concrete_model else entry_model(obj)._meta
        name = f"admin:{opts.app_label}_{opts.model_name}_change"
        return reverse(name, args=[obj.pk], current_app=self.admin_site.name)

    def press_save(self, request, obj, form):
        self.message_user(request, _("The draft of “%(record)s” is saved.") % {"record": obj}, messages.SUCCESS)

    def press_preview(self, request, obj, form):
        self.press_save(request, obj, form)  # said on the next page of the admin
        return preview_address(request, obj)

    def press_publish(self, request, obj, form):
        self._publish(request, obj, form, at=None, replace=False)

    def press_publish_at(self, request, obj, form):
        self._publish_at(request, obj, form, replace=False)

    def press_replace(self, request, obj, form):
        self._publish(request, obj, form, at=None, replace=True)

    def press_replace_at(self, request, obj, form):
        self._publish_at(request, obj, form, replace=True)

    def _publish_at(self, request, obj, form, *, replace):
        at, problems = None, Problems()
        with problems.collect():
            at = self._instant(form)
        self._publish(request, obj, form, at=at, replace=replace, problems=problems)

    def _instant(self, form):
        return self._given(form, "publish_at")

    def _given(self, form, name):
        if form.instants.get(name) is None:
            raise ValidationError({name: _("Give the date and time.")})
        return form.instants[name]

    def _publish(self, request, obj, form, *, at, replace, problems=None):
        note, minor = form.cleaned_data["publish_note"], form.cleaned_data["publish_minor"]
        how = {"at": at, "note": note, "minor": minor, "replace": replace, "alone": form.cleaned_data["alone_reason"]}
        result = review.approve(obj, by=request.user, problems=problems, **how)
        if at:
            self._say_scheduled(request, obj, result.edition, form)
        else:
            self._say_public(request, obj)
        self.tell_cascaded(request, result.cascaded)

    def _say_scheduled(self, request, obj, edition, form):
        at = show_instant(edition.public_from, form.time_zone)
        text = _("“%(record)s” will be public at %(at)s.") % {"record": obj, "at": at}
        self.message_user(request, text, messages.SUCCESS)

    def _say_public(self, request, obj):
        text = _("“%(record)s” is public.") % {"record": obj}
        link = component("message", text=text, address=f"/id/{obj.uid}", link=_("Read it as a visitor"))
        self.message_user(request, link, messages.SUCCESS)

    def tell_cascaded(self, request, cascaded):
        """Tell which documents and photos went along with their conference, in a message for each thing they did."""
        for action in dict.fromkeys(child.action for child in cascaded):
            those = [(child.record_type, child.uid) for child in cascaded if child.action == action]
            names = [f"“{name}”" for name in names_of(those).values()]
            few = ", ".join(names[:FEW_NAMES] + ["…"] * (len(names) > FEW_NAMES))
            what = capfirst(WorkflowStep.Action(action).label)
            text = _("%(what)s (%(n)d): %(names)s") % {"what": what, "n": len(names), "names": few}
            self.message_user(request, text, messages.WARNING)

    def press_submit(self, request, obj, form):
        review.submit(obj, by=request.user, remark=form.cleaned_data["remark"])
        text = _("“%(record)s” is submitted: the publishers see it among what waits for review.") % {"record": obj}
        self.message_user(request, text, messages.SUCCESS)

    def press_take_back(self, request, obj, form):
        if obj.stage == Stage.REVIEW:  # else the change just saved has returned it
            review.take_back(obj, by=request.user)
        self.message_user(request, _("“%(record)s” is a draft again.") % {"record": obj}, messages.SUCCESS)

    def press_send_back(self, request, obj, form):
        if obj.stage != Stage.REVIEW and form.instance_stage == Stage.REVIEW:
            text = _("You have changed something yourself. Undo that to send it back, or save the draft and tell them.")
            raise ValidationError(text)
        review.send_back(obj, by=request.user, remark=form.cleaned_data["remark"])
        self.message_user(request, _("“%(record)s” is sent back with your remark.") % {"record": obj}, messages.SUCCESS)

    def press_unschedule(self, request, obj, form):
        cascaded = review.unschedule(obj, by=request.user)
        self.message_user(
            request, _("What was scheduled for “%(record)s” is unscheduled.") % {"record": obj}, messages.SUCCESS
        )
        self.tell_cascaded(request, cascaded)

    def press_redate(self, request, obj, form):
        result = review.redate(obj, by=request.user, at=self._instant(form))
        self._say_scheduled(request, obj, result.edition, form)
        self.tell_cascaded(request, result.cascaded)

    def press_withdraw_at(self, request, obj, form):
        at, problems = None, Problems()
        with problems.collect():
            at = self._given(form, "withdraw_at")
        try:
            result = self._withdraw(request, obj, form, at, problems)
        except ValidationError as error:
            # The services call every instant "at"; this form has two.
            by_field = getattr(error, "error_dict", {})
            if "at" not in by_field:
                raise
            others = {name: errors for name, errors in by_field.items() if name != "at"}
            raise ValidationError(others | {"withdraw_at": by_field["at"]}) from error
        text = _("“%(record)s” will be withdrawn at %(at)s.") % {"record": obj, "at": show_instant(at, form.time_zone)}
        self.message_user(request, text, messages.SUCCESS)
        self.tell_cascaded(request, result.cascaded)

    def _withdraw(self, request, obj, form, at=None, problems=None):
        replacement, problems = None, problems or Problems()
        with problems.collect():
            replacement = replacement_from(form.cleaned_data["withdraw_replacement"])
        how = {"reason": form.cleaned_data["withdraw_reason"], "replacement": replacement, "problems": problems}
        return review.withdraw(obj, by=request.user, at=at, **how)

    def press_withdraw(self, request, obj, form):
        result = self._withdraw(request, obj, form)
        self.message_user(
            request, _("“%(record)s” is withdrawn; its address gives the reason.") % {"record": obj}, messages.SUCCESS
        )
        self.tell_cascaded(request, result.cascaded)

    def press_restore(self, request, obj, form):
        result = review.restore(obj, by=request.user, note=form.cleaned_data["publish_note"])
        text = _("“%(record)s” is public again, with the text it had before.") % {"record": obj}
        self.message_user(request, text, messages.SUCCESS)
        self.tell_cascaded(request, result.cascaded)

    def press_relabel(self, request, obj, form):
        note, alone = form.cleaned_data["publish_note"], form.cleaned_data["alone_reason"]
        made, left_out = review.relabel(obj, by=request.user, note=note, alone=alone)
        text = ngettext(
            "The new name is public; %(n)d page that shows it has a new minor edition.",
            "The new name is public; %(n)d pages that show it have a new minor edition.",
            len(made),
        )
        self.message_user(request, text % {"n": len(made)}, messages.SUCCESS)
        if left_out:
            names = ", ".join(edition.slug or str(edition.uid) for edition in left_out[:10])
            text = _("Left out, because an edition of them is already scheduled: %(names)s.") % {"names": names}
            self.message_user(request, text, messages.WARNING)

    buttons = {
        "_publish": press_publish,
        "_publish_at": press_publish_at,
        "_replace": press_replace,
        "_replace_at": press_replace_at,
        "_submit": press_submit,
        "_take_back": press_take_back,
        "_send_back": press_send_back,
        "_unschedule": press_unschedule,
        "_redate": press_redate,
        "_withdraw": press_withdraw,
        "_withdraw_at": press_withdraw_at,
        "_restore": press_restore,
        "_relabel": press_relabel,
        "_preview": press_preview,
        "_continue": press_save,
        "_save": press_save,
    }

    def add_what_the_button_needs(self, request, form, formsets):
        """Show in *form*, which is refused for other reasons, what the button that was pressed would ask for as well."""
        button = next((name for name in self.buttons if name in request.POST), "")
        given, problems = form.cleaned_data, Problems()
        with problems.collect():
            if button in INSTANT_OF:
                self._given(form, INSTANT_OF[button])
        with problems.collect():
            if button in WITHDRAWING:
                services.public_reason(given.get("withdraw_reason", ""))
        if self.publishable and button in PUBLISHING:
            with problems.collect():
                is_new = not form.instance.pk or what_changed(form, formsets)
                second_reader = not is_new and review.has_second_reader(form.instance, request.user)
                review.reason_or_refuse(second_reader, given.get("alone_reason", ""))
        with problems.collect():
            if self.publishable and button in (*PUBLISHING, "_submit"):
                raise ValidationError(form.missing())
        for error in problems.errors:
            form.add_missing(error)

    def _may_publish(self, request, obj):
        if not self.has_publish_permission(request, obj):
            raise PermissionDenied

    # What stands above and below the form

    def panel(self, request, form, obj, is_popup):
        """Everything the templates show around the form: what the public sees, what is to come, buttons, languages."""
        panel = {
            "form": form,
            "is_popup": is_popup,
            "publishable": self.publishable,
            "previewable": self.model.record_type not in WITHOUT_PAGE,
            "may_publish": self.has_publish_permission(request, obj),
            "may_edit": self.has_change_permission(request, obj) if obj else True,
            "in_review": getattr(obj, "stage", "") == Stage.REVIEW,
            "zone": form.time_zone,
            "zone_offset": offset_text(timezone.now(), form.time_zone),
        }
        if obj is None or obj.pk is None:
            return panel | {"state": None}
        state = state_of(obj.uid)
        panel |= {"state": state, "lines": self.state_lines(obj, state, form.time_zone), "saved": True}
        panel["changes"] = self.changes(obj, state.in_force) if state.in_force else []
        panel["comparisons"] = self._comparisons(obj, state, panel["changes"])
        if state.in_force and self.publishable:
            panel["leaving"] = [languages.LANGUAGES[code] for code in languages_leaving(obj, state.in_force)]
        panel["publication"] = self.publication_word(state, panel["changes"])
        if panel["previewable"] and panel["may_edit"]:
            panel["share_address"] = share_page.address(self, obj)
        if self.publishable and panel["changes"] and panel["may_edit"]:
            panel["discard_address"] = draft_history.discard_address(self, obj)
        panel["public_address"] = f"/id/{obj.uid}"
        panel["relabel"] = not self.publishable and bool(panel["changes"])
        panel["newly_public"] = newly_public.shown(self.admin_site, form.newly_public)
        obj.has_edition = bool(state.editions)
        panel["deletable"] = self.has_delete_permission(request, obj)
        if self.publishable:
            panel["steps"] = list(review.steps_of(obj)[:5])
            panel["second_reader"] = panel["may_publish"] and review.has_second_reader(obj, request.user)
        if not is_popup:
            panel["languages"] = self.language_matrix(obj)
        return panel

    def publication_word(self, state, changes):
        """The state of one record, as ``publication_state`` gives it for the rows of a list."""
        if state.in_force:
            return "changed" if changes else "public"
        if state.to_come:
            return "scheduled"
        return "withdrawn" if state.last else "draft"

    def state_lines(self, obj, state, zone):
        """Sentences on what the public sees at this moment and what is to come, each (kind, text)."""
        lines = []
        if state.in_force:
            since = _("Public since %(at)s.") % {"at": show_instant(state.in_force.public_from, zone)}
            lines.append(("public", since))
        elif state.withdrawal:
            text = _("Withdrawn since %(at)s: the address answers “gone” with the reason: %(reason)s")
            at = show_instant(state.last.public_until, zone)
            lines.append(("withdrawn", text % {"at": at, "reason": state.withdrawal.reason}))
        elif state.last:
            lines.append(("withdrawn", _("No longer public: nothing that is public refers to it.")))
        elif self.publishable:
            lines.append(("draft", _("A draft: the public does not see it, nor that it exists.")))
        else:
            lines.append(("draft", _("Not public: it becomes so with the first page that shows it.")))
        if state.to_come:
            at = show_instant(state.to_come.public_from, zone)
            text = (
                _("A new edition is scheduled: public at %(at)s.")
                if state.in_force
                else _("Scheduled: public at %(at)s.")
            )
            lines.append(("scheduled", text % {"at": at}))
        if state.scheduled_end:
            at = show_instant(state.scheduled_end.edition.public_until, zone)
            text = _("Withdrawal scheduled for %(at)s: %(reason)s")
            lines.append(("scheduled", text % {"at": at, "reason": state.scheduled_end.reason}))
        return lines

    def changes(self, obj, edition):
        """Names of what differs between the public edition and the draft."""
        builder = builder_for(obj)
        found, slug = [], getattr(obj, "slug", "")
        if obj.draft_sha256 != edition.sha256 and not edition.is_sealed:
            draft = builder.snapshot(obj).data
            found += [self.name_of_field(name) for name, value in draft.items() if edition.data.get(name) != value]
        if edition.slug != slug:
            found.append(_("address"))
        prefetch_related_objects([obj], *self.link_paths)
        relations = edition.relations.exclude(name=SHOWS)
        before = {(relation.name, str(relation.target)) for relation in relations}
        if before != {(link.name, str(link.target)) for link in builder.links(obj)}:
            found.append(_("relations to other records"))
        return found

    def _comparisons(self, obj, state, changes):
        """Addresses of what there is to compare: the draft with what is public ("draft"), what is to come with it."""
        found = {}
        if state.in_force and changes:
            found["draft"] = comparison.address(self, obj)
        if state.in_force and state.to_come:
            found["to_come"] = comparison.address(self, obj, state.in_force.pk, state.to_come.pk)
        return found

    def name_of_field(self, name):
        for model in self._models_of_form():
            field = next((f for f in model._meta.get_fields() if f.name == name), None)
            if field is not None:
                return capfirst(
                    str(getattr(field, "verbose_name", None) or field.related_model._meta.verbose_name_plural)
                )
        return capfirst(name.replace("_", " "))

    def _models_of_form(self):
        yield self.model
        if self.form.text_rows:
            yield self.model._meta.get_field(self.form.text_rows).related_model

    def language_matrix(self, obj):
        """One row of the six languages for the panel: (code, name, state, address of the page to write it)."""
        states = self.language_states(obj)
        return [
            {
                "code": code,
                "name": name,
                "direction": languages.direction(code),
                "state": "original" if code == obj.original_language else states.get(code, "missing"),
                "address": "" if code == obj.original_language else self.language_address(obj, code),
            }
            for code, name in languages.LANGUAGES.items()
        ]

    def language_address(self, obj, code):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_language", args=[obj.pk, code])

    # One language on a page of its own

    def language_view(self, request, object_id, language):
        self._refuse_publishing(request)
        return LanguagePage(self, request, object_id, language).respond()

    def language_presence_view(self, request, object_id, language):
        return LanguagePage(self, request, object_id, language).answer_sign()

    language_only_fields = ()  # fields of the row that its own page shows and the main form may hide

    def new_language_row(self):
        """Values of a row per language that is begun on its own page."""
        return {}

    def language_extra_fields(self, row):
        """Further form fields of the language page, such as an upload."""
        return {}

    def language_extra_original(self, name, row):
        """What stands beside such a field for the original language."""
        return ""

    def clean_language_extra(self, form, row):
        """Check them, adding errors to *form*."""

    def save_language_extra(self, form, row, user):
        """Write them on *row*, which is saved afterwards."""

    def language_parts(self, obj, user):
        """What a language page of *user* translates beside the long text: (heading, object, names of its labels)."""
        return [("", obj, labels_of(self.model))]

    # Deleting

    def has_delete_permission(self, request, obj=None):
        """Only what was never public, nor is scheduled, may be deleted; the rest is withdrawn."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (roles.may_edit(request.user, obj) and not self._has_edition(obj))

    def _has_edition(self, obj):
        """Asked several times for one form; kept for as long as *obj*, which is read anew for each request."""
        if not hasattr(obj, "has_edition"):
            obj.has_edition = Edition.objects.not_unscheduled().filter(uid=obj.uid).exists()
        return obj.has_edition

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, object_id)
        if obj and super().has_delete_permission(request, obj) and not self.has_delete_permission(request, obj):
            text = _("“%(record)s” is, was or will be public and cannot be deleted. Withdraw it instead.") % {
                "record": obj
            }
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(self.change_address(obj))
        return super().delete_view(request, object_id, extra_context)


def names_of(children):
    """{uid: name} of the documents and photos *children*, pairs of type and uid."""
    names = {}
    for record_type in sorted({record_type for record_type, _uid in children}):
        uids = [uid for of_type, uid in children if of_type == record_type]
        rows = BUILDERS[record_type].queryset().model._base_manager.filter(uid__in=uids)
        rows = rows.prefetch_related("versions") if record_type == RecordType.DOCUMENT else rows
        names |= {record.uid: str(record) for record in rows}
    return names


def replacement_from(text):
    """Return the uid of the public record that *text*, an address of this portal or its last part, leads to; None if empty."""
    text = text.strip()
    if not text:
        return None
    named = _named_in_address(text)
    found = Edition.objects.public(epoch.now()).exclude(type__in=VOCABULARY).filter(**named)[:2] if named else []
    if len(found) == 1:
        return found[0].uid
    if found:
        message = _("“%(value)s” is a conference and a document. Give the whole address of the one you mean.")
    else:
        message = _(
            "“%(value)s” is no public page of this portal. Give its address, such as …/documents/minsk-summary/."
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
