from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SearchConfig(AppConfig):
    name = "ctportal.search"
    label = "search"

    def ready(self) -> None:
        from .storage import install_index, remove_triggers

        pre_migrate.connect(remove_triggers, sender=self)
        post_migrate.connect(install_index, sender=self)
