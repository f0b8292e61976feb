"""The configuration of the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ctportal.accounts"
    label = "accounts"
