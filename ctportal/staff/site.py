"""The admin site: its titles, and an index grouped by the tasks of staff instead of by app."""

from functools import wraps

from django.conf import settings
from django.contrib.admin import AdminSite, site
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from ctportal.accounts import second_factor, sessions
from ctportal.accounts import second_factor_pages as pages
from ctportal.accounts.password_change import OwnPasswordView
from ctportal.accounts.sign_in import SignInView
from ctportal.staff.lists import BEYOND
from ctportal.staff.moved_records import RecordMoved
from ctportal.staff.prose_editor import pasted

# (name, label for style sheets, names of the models in their order)
GROUPS = [
    (
        _("Conferences and documents"),
        "dossiers",
        ["Conference", "CoChairsSummary", "PressRelease", "Statement", "OtherDocument", "Photo"],
    ),
    (_("People, organizations and themes"), "vocabulary", ["Person", "Organization", "Series", "Theme"]),
    (_("Accounts"), "accounts", ["User", "Group"]),
    (_("Activity"), "happened", ["AuditEntry", "WorkflowStep", "LedgerEntry"]),
]


class PortalAdminSite(AdminSite):
    site_header = _("Conference portal")
    site_title = _("Conference portal")
    index_title = _("What would you like to work on?")
    empty_value_display = "–"

    def get_urls(self):
        return [
            path("language/", require_POST(set_language), name="choose_language"),
            path("session/", self.admin_view(require_POST(self.stay)), name="session"),
            path("pasted/", self.admin_view(require_POST(pasted)), name="pasted"),
            path("second-factor/code/", pages.SignInCodePage.as_view(), name="second_factor_code"),
            path("second-factor/set-up/", pages.SetUpPage.as_view(), name="second_factor_set_up"),
            path("second-factor/", self.admin_view(pages.OwnFactorPage.as_view()), name="second_factor"),
            path(
                "second-factor/recovery-codes/",
                self.admin_view(pages.RecoveryTextPage.as_view()),
                name="second_factor_recovery_codes",
            ),
            path("second-factor/again/", self.admin_view(pages.CodeAgainPage.as_view()), name="second_factor_again"),
            *super().get_urls(),
        ]

    def admin_view(self, view, cacheable=False):
        """Wrap *view* so that a request for a record that has moved gets the response of its present entry."""

        @wraps(view)
        def followed(request, *args, **kwargs):
            try:
                return view(request, *args, **kwargs)
            except RecordMoved as moved:
                return moved.answer(request)

        return super().admin_view(followed, cacheable)

    def autocomplete_view(self, request):
        try:
            return super().autocomplete_view(request)
        except BEYOND as error:
            raise BadRequest("What is looked for cannot be.") from error

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        index = reverse("admin:index", current_app=self.name)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(index)
        context = self.each_context(request) | {
            "title": _("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "is_demo": settings.DEMO,
            REDIRECT_FIELD_NAME: request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, index)),
        }
        request.current_app = self.name
        return SignInView.as_view(extra_context=context | (extra_context or {}))(request)

    def password_change(self, request, extra_context=None):
        request.current_app = self.name
        context = self.each_context(request) | (extra_context or {})
        done = reverse("admin:password_change_done", current_app=self.name)
        return OwnPasswordView.as_view(success_url=done, extra_context=context)(request)

    def each_context(self, request):
        own = {
            "interface_languages": settings.LANGUAGES,
            "has_second_factor": second_factor.is_required(),
            "session_seconds": sessions.seconds_left(request),
        }
        return super().each_context(request) | own

    def stay(self, request):
        """Return for how many seconds the session lasts. Asking for it is a request that makes it last."""
        return JsonResponse({"seconds": sessions.seconds_left(request)})

    def index(self, request, extra_context=None):
        from ctportal.staff.dashboard import (
            dashboard,  # it needs the admins of records, which need this site
        )

        mine = {"dashboard": dashboard(request.user, self)}
        return super().index(request, mine | (extra_context or {}))

    def get_app_list(self, request, app_label=None):
        if app_label:
            return super().get_app_list(request, app_label)
        apps = super().get_app_list(request)
        found = {model["object_name"]: model for app in apps for model in app["models"]}
        if found.get("Photo", {}).get("add_url"):
            found["Photo"]["add_url"] = reverse("admin:conferences_photo_upload", current_app=self.name)
        groups = [
            self._group(name, label, [found.pop(n) for n in names if n in found]) for name, label, names in GROUPS
        ]
        groups.append(self._group(_("Other"), "other", list(found.values())))
        return [group for group in groups if group["models"]]

    def _group(self, name, label, models):
        return {
            "name": name,
            "app_label": label,
            "app_url": f"{reverse('admin:index', current_app=self.name)}#{label}",
            "has_module_perms": True,
            "models": models,
        }


def open_page(view_class):
    """Return the view of a page in the frame of the admin that needs no account."""

    @never_cache
    def page(request):
        request.current_app = site.name
        return view_class.as_view(extra_context=site.each_context(request))(request)

    return page
