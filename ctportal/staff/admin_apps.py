"""The admin with the portal's own site: its index is grouped as staff think."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "ctportal.staff.admin_site.PortalAdminSite"

    def ready(self):
        super().ready()
        # Imported for what they register: nothing else imports them, and accounts have no app of ours to look into.
        from ctportal.staff import admin_accounts, admin_audit  # noqa: F401
