from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class PublishingConfig(AppConfig):
    name = "ctportal.publishing"
    label = "publishing"

    def ready(self) -> None:
        from . import checks, epoch  # noqa: F401 (registers the check)
        from .database_guards import clear_the_way, install_guards

        pre_migrate.connect(clear_the_way, sender=self)
        post_migrate.connect(install_guards, sender=self)
        post_migrate.connect(epoch.replace_mark, sender=self)
