from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PublishingConfig(AppConfig):
    name = "ctportal.publishing"
    label = "publishing"

    def ready(self):
        from .database import install_guards

        post_migrate.connect(install_guards, sender=self)
