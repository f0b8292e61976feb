"""Accounts with a second factor, and their authenticator app."""

import pyotp
from cryptography.fernet import Fernet
from django.utils import timezone

from ctportal.accounts import second_factor
from ctportal.accounts.models import SecondFactor
from tests.factories import make_account

PASSWORD = "a long password"
KEY = Fernet.generate_key().decode()
CODE = "second_factor-code"  # the field


def turn_on(settings):
    settings.CTPORTAL_SECOND_FACTOR, settings.CTPORTAL_SECOND_FACTOR_KEYS = True, [KEY]


def make_member(role="editor", username="maria", **fields):
    """Return an account that has a password and no second factor yet."""
    account = make_account(role, username, **fields)
    account.set_password(PASSWORD)
    account.save()
    return account


class App:
    """The authenticator app of *account*, whose second factor it sets up. It never shows a code twice."""

    def __init__(self, account):
        self.account, self.totp, self.steps = account, pyotp.TOTP(pyotp.random_base32()), 0
        self.factor = SecondFactor.objects.create(
            account=account, secret=second_factor.encrypt(self.totp.secret), last_step=0
        )
        self.recovery_codes = second_factor.new_recovery_codes(self.factor)

    def code(self, steps=0):
        """Return the code of now, *steps* time steps later."""
        return self.totp.generate_otp(self.totp.timecode(timezone.now()) + steps)

    def new_code(self):
        """Return a code that was not used yet, whatever was before."""
        SecondFactor.objects.filter(account=self.account).update(last_step=0)
        return self.code()

    def sign_in(self, client):
        give_password(client, self.account)
        return client.post("/admin/second-factor/code/", {CODE: self.new_code()})


def give_password(client, account, next_page="/admin/"):
    values = {"username": account.username, "password": PASSWORD, "next": next_page}
    return client.post("/admin/login/", values)
