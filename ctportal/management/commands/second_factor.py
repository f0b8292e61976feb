from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ctportal.accounts import second_factor
from ctportal.accounts.second_factor_reset import reset


class Command(BaseCommand):
    help = "Encrypt the secrets of second factors with another key, or reset the second factor of an account."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("rotate", help="Encrypt all secrets with the first of CTPORTAL_SECOND_FACTOR_KEYS.")
        resets = actions.add_parser("reset", help="Let an account set up a new app, and end its sessions.")
        resets.add_argument("name", help="The user name of the account.")

    def handle(self, *, action, **options):
        if not second_factor.is_required():
            raise CommandError("There are second factors in production only (DJANGO_SETTINGS_MODULE).")
        if action == "rotate":
            self.rotate()
        else:
            self.reset(options["name"])

    def rotate(self):
        unreadable = second_factor.rotate()
        if unreadable:
            raise CommandError(
                "No key decrypts the secrets of these accounts; add the key that is missing, or reset them: "
                + ", ".join(unreadable)
            )
        self.stdout.write("All secrets are encrypted with the first key. The others are not needed any more.")

    def reset(self, name):
        account = get_user_model().objects.filter(username=name).first()
        if account is None or second_factor.factor_of(account) is None:
            raise CommandError(f"“{name}” is no account with a second factor.")
        told = "An e-mail tells its owner." if reset(account) else "No e-mail could be sent: tell its owner yourself."
        self.stdout.write(f"The second factor of {name} was reset. {told}")
