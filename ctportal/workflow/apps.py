from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowConfig(AppConfig):
    name = "ctportal.workflow"
    label = "workflow"

    def ready(self) -> None:
        from . import audit, publication_notes, revisions  # noqa: F401 (connects the receivers of signals)

        post_migrate.connect(_install_roles_last)
        revisions.register_records()


def _install_roles_last(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Install the roles after the last app whose models they have permissions on. Django sends the signal once per app."""
    from .roles import install_roles

    if sender.label == "documents":
        install_roles(using=using)
