"""The admin of sessions. Each has its own page, reached from its conference."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conferences.admin.inlines import AppearanceInline, FigureInline, LinkInline, OrganizationRoleInline, RowForm
from conferences.admin.known import known_conferences, readable_conferences
from conferences.models import Conference, Session
from ctportal.core import languages
from ctportal.publishing.base_models import lock
from ctportal.publishing.drafts import delete_rows, refresh_draft
from ctportal.staff.draft_admin import DraftAdmin
from ctportal.staff.form_changes import what_changed
from ctportal.staff.presence import PresencePage
from ctportal.workflow import review, revisions, roles
from ctportal.workflow.redaction import named_as_known


class SessionForm(RowForm):
    """The form of a session. A session that moves to another conference keeps the languages of its texts.

    It cannot move while a document refers to it, because both must belong to the same conference.
    """

    def clean(self):
        cleaned = super().clean()
        conference = cleaned.get("conference")
        if self.instance.pk and conference and conference.pk != self.instance.conference_id:
            self._refuse_while_named()
            self._stay_in_languages(conference)
        return cleaned

    def _refuse_while_named(self):
        documents = list(self.instance.documents.order_by("date", "pk").prefetch_related("versions"))
        if documents:
            text = _(
                "It cannot be moved while documents refer to it: %(documents)s. First remove it from them, or move "
                "them to the other conference without it."
            )
            names = {"documents": ", ".join(named_as_known(documents, self.request.user))}
            self.add_error("conference", ValidationError(text, code="named_by_documents", params=names))

    def _stay_in_languages(self, conference):
        self.given_language = self.instance.written_in = self.opened_in
        language = conference.original_language
        if language != self.opened_in and not getattr(self.instance, f"title_{language}"):
            text = _(
                "The original language of “%(conference)s” is %(language)s, and the session has no title in it. Enter "
                "the title first, on the page for this language of its current conference."
            )
            names = {"conference": conference, "language": languages.LANGUAGES[language]}
            self.add_error("conference", ValidationError(text, code="no_title", params=names))


@admin.register(Session)
class SessionAdmin(DraftAdmin):
    form = SessionForm
    fields = [
        "conference",
        ("kind", "number"),
        "title",
        "description",
        ("date", "start_time", "end_time"),
        ("room", "order"),
    ]
    autocomplete_fields = ["conference"]
    inlines = [OrganizationRoleInline, AppearanceInline, FigureInline, LinkInline]
    search_fields = ["search_text", "conference__search_text"]
    list_display = ["__str__", "conference", "kind", "date"]
    list_select_related = ["conference"]
    ordering = ["-pk"]

    def get_urls(self):
        return [PresencePage.url(self, "<path:object_id>/presence/", "presence"), *super().get_urls()]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if request.user.has_perm("publishing.read_all_drafts"):
            return queryset
        allowed = known_conferences if self.is_choice(request) else readable_conferences
        return queryset.filter(conference__in=allowed(request.user))

    def has_module_permission(self, request):
        return False  # reached from the conference

    def record_of(self, obj):
        return obj.conference

    def presence_part(self, obj):
        return f"session-{obj.pk}"

    def history_view(self, request, object_id, extra_context=None):
        """Redirect to the history of the conference, whose revisions include its sessions."""
        session = self.get_object(request, unquote(object_id))
        if session is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, session):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:conferences_conference_history", args=[session.conference_id]))

    def rows_to_lock(self, pk):
        return Conference._base_manager.filter(pk__in=Session._base_manager.filter(pk=pk).values("conference"))

    def save_model(self, request, obj, form, change):
        if not roles.may_edit(request.user, obj.conference):
            raise PermissionDenied
        obj.save(update_fields=form.own_columns if change else None)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        session = form.instance
        refresh_draft(session.conference)
        if not change or what_changed(form, formsets):
            review.note_change(session.conference, request.user)
            self.note_saving(request, session)
        before = form.initial.get("conference")
        if change and before != session.conference_id:
            text = gettext_noop("Session “%(session)s” moved to “%(conference)s”.")
            comment = revisions.sentence(text, session=session, conference=session.conference)
            _note_left(Conference.objects.get(pk=before), request.user, comment)

    def delete_model(self, request, obj):
        conference, comment = obj.conference, _("Session “%(session)s” deleted.") % {"session": obj}
        lock(Conference.objects.filter(pk=conference.pk))  # as the form does; a later save finds it deleted
        delete_rows(Session.objects.filter(pk=obj.pk))
        _note_left(conference, request.user, comment)

    def response_post_save_add(self, request, obj):
        address = reverse("admin:conferences_conference_change", args=[obj.conference_id])
        return HttpResponseRedirect(f"{address}#sessions-group")

    response_post_save_change = response_post_save_add


def _note_left(conference, user, comment):
    """Record that *conference* has lost a session, which changes its draft."""
    refresh_draft(conference)
    review.note_change(conference, user)
    revisions.keep(conference, by=user, comment=comment)
