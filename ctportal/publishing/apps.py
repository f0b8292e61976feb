from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class PublishingConfig(AppConfig):
    name = "ctportal.publishing"
    label = "publishing"

    def ready(self):
        from . import audit, checks, epoch, publication_notes, revisions  # noqa: F401 (registers the check)
        from .database import clear_the_way, install_guards

        pre_migrate.connect(clear_the_way, sender=self)
        post_migrate.connect(install_guards, sender=self)
        post_migrate.connect(epoch.replace_mark, sender=self)
        post_migrate.connect(_install_roles_last)
        audit.listen()
        publication_notes.listen()
        revisions.register_records()


def _install_roles_last(sender, using, **kwargs):
    """After the last of the apps whose models the roles have rights on; Django asks once per app."""
    from .roles import install_roles

    if sender.label == "documents":
        install_roles(using=using)
