import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ctportal.workflow import roles

# (name, role, languages to translate into, description printed beside the password)
ACCOUNTS = [
    ("contributor", roles.CONTRIBUTOR, (), "writes drafts of their own"),
    ("editor", roles.EDITOR, (), "writes everything, publishes nothing"),
    ("translator", roles.TRANSLATOR, ("ar", "fr", "ru"), "translates into Arabic, French and Russian"),
    ("photo-editor", roles.PHOTO_EDITOR, (), "adds and describes photos"),
    ("publisher", roles.PUBLISHER, (), "approves, releases, withdraws"),
    ("administrator", roles.ADMINISTRATOR, (), "may do everything, accounts included"),
]


class Command(BaseCommand):
    help = "Make the accounts of the demonstration, one per role, and print their passwords once."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="Give all of them new passwords and print them.")

    def handle(self, *args, reset=False, **options):
        if not settings.DEMO:
            raise CommandError("Demonstration accounts are made only in demo mode (CTPORTAL_DEMO=1).")
        with transaction.atomic():
            passwords = {name: self.ensure(name, role, tongues, reset) for name, role, tongues, _does in ACCOUNTS}
        for name, _role, _tongues, does in ACCOUNTS:
            if passwords[name]:
                self.stdout.write(f"  {name:<14} {passwords[name]}   ({does})")
        if any(passwords.values()):
            self.stdout.write("  These passwords are shown only now; make passwords gives new ones.")
        else:
            self.stdout.write("  The accounts exist, one per role; make passwords gives them new passwords.")

    def ensure(self, name, role, tongues, reset):
        """Create or update the account *name*. Return its new password, or None where it keeps its password."""
        user, created = get_user_model().objects.get_or_create(username=name, defaults={"is_staff": True})
        user.groups.set([Group.objects.get(name=role)])
        rights = [roles.translate(code).partition(".")[2] for code in tongues]
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        if not (created or reset):
            return None
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
        return password
