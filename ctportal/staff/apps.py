"""The app of staff's own models, and the admin with the portal's own site: its index is grouped as staff think."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StaffConfig(AppConfig):
    name = "ctportal.staff"
    label = "staff"


class PortalAdminConfig(AdminConfig):
    default_site = "ctportal.staff.site.PortalAdminSite"

    def ready(self):
        super().ready()
        # Imported for what they register: nothing else imports them, and accounts have no app of ours to look into.
        from ctportal.staff import accounts, audit_pages  # noqa: F401
