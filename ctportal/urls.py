from django.contrib import admin
from django.urls import include, path

from ctportal.accounts.new_password import ForgottenView, NewPasswordView
from ctportal.staff import preview
from ctportal.staff.site import open_page
from ctportal.web import converters, health  # noqa: F401 (registers them)

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("ctportal.api_urls")),
    path("admin/files/<file_key:key>/<str:name>", preview.admin_file, name="admin_file"),
    # Django's page to sign in links to this name.
    path("admin/password_reset/", open_page(ForgottenView), name="admin_password_reset"),
    path("admin/new_password/", open_page(NewPasswordView), name="new_password"),
    path("admin/", admin.site.urls),
    path("preview/<str:token>/", preview.preview, name="preview"),
    path("preview/<str:token>/files/<file_key:key>/<str:name>", preview.preview_file, name="preview_file"),
    path("", include("ctportal.page_urls")),
]

handler400 = "ctportal.errors.bad_request"
handler403 = "ctportal.web.views.forbidden"
handler404 = "ctportal.errors.not_found"
handler500 = "ctportal.errors.server_error"
