from ipaddress import ip_address

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ctportal.accounts import limits


class Command(BaseCommand):
    help = "Forget the failed sign-ins, codes and reset mails of an account or an address, so that they are accepted again."

    def add_arguments(self, parser):
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("name", nargs="?", help="The user name of the account.")
        whose.add_argument("--address", help="The IP address; of an IPv6 address, its /64.")

    def handle(self, *, name, address, **options):
        was_counted = self.lift_for_account(name) if name else self.lift_for_address(address)
        whose = name or address
        if was_counted:
            self.stdout.write(f"The limits of {whose} are lifted.")
        else:
            self.stdout.write(
                f"Nothing was counted for {whose} within the last 15 minutes: no limit of it was reached."
            )

    def lift_for_account(self, name):
        account = get_user_model().objects.filter(username=name).first()
        if account is None:
            raise CommandError(f"There is no account “{name}”.")
        return limits.lift_for_account(account)

    def lift_for_address(self, address):
        try:
            return limits.lift_for_address(str(ip_address(address)))
        except ValueError:
            raise CommandError(f"“{address}” is no IP address. Right would be: 203.0.113.19 or 2001:db8::19.") from None
