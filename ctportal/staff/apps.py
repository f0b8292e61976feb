"""The configuration of the staff app, and of the admin with the portal's own site."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "ctportal.staff"
    label = "staff"


class PortalAdminConfig(AdminConfig):
    default_site = "ctportal.staff.site.PortalAdminSite"

    def ready(self):
        super().ready()
        apps.get_app_config("auth").verbose_name = _("Accounts")  # Django's: “Authentication and Authorization”
        # Imported to register their admins: nothing else imports them, and accounts belong to an app of Django's.
        from ctportal.staff import account_admin, audit_pages  # noqa: F401
