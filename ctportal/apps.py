from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The project package itself: its management commands."""

    name = "ctportal"
    label = "ctportal"
