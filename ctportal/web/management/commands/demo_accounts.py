import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

ACCOUNTS = {
    "editor": "enters and publishes content",
    "administrator": "may do everything",
}


def editors_permissions():
    """Return what the group "editors" may do: all of the working side, and read the public side and publish to it."""
    working_side = Q(content_type__app_label__in=["conferences", "documents"])
    changes_editions = (
        Q(codename__startswith="add_") | Q(codename__startswith="change_") | Q(codename__startswith="delete_")
    )
    public_side = Q(content_type__app_label="publishing") & ~changes_editions
    return Permission.objects.filter(working_side | public_side)


class Command(BaseCommand):
    help = "Make the accounts of the demonstration, “editor” and “administrator”, and print their passwords once."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="Give both accounts new passwords and print them.")

    def handle(self, *args, reset=False, **options):
        if not settings.DEMO:
            raise CommandError("Demonstration accounts are made only in demo mode (CTPORTAL_DEMO=1).")
        with transaction.atomic():
            passwords = {name: self.ensure(name, reset) for name in ACCOUNTS}
        for name, password in passwords.items():
            if password:
                self.stdout.write(f"  {name:<14} {password}   ({ACCOUNTS[name]})")
        if any(passwords.values()):
            self.stdout.write("  These passwords are shown only now; make passwords gives new ones.")
        else:
            self.stdout.write("  The accounts editor and administrator exist; make passwords gives them new passwords.")

    def ensure(self, name, reset):
        """Return the new password of the account *name*, None where it exists and keeps its own."""
        is_administrator = name == "administrator"
        user, created = get_user_model().objects.get_or_create(
            username=name, defaults={"is_staff": True, "is_superuser": is_administrator}
        )
        if not is_administrator:
            group, _ = Group.objects.get_or_create(name="editors")
            group.permissions.set(editors_permissions())
            user.groups.add(group)
        if not (created or reset):
            return None
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
        return password
