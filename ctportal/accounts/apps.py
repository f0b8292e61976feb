"""The configuration of the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ctportal.accounts"
    label = "accounts"

    def ready(self) -> None:
        # Imported for its receiver, which refuses invalid user names.
        from ctportal.accounts import credentials  # noqa: F401
