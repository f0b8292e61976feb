"""The second factor of an account: codes of an authenticator app (TOTP, RFC 6238), and recovery codes in place of them.

Each code works once. Secrets are stored encrypted with the keys of ``CTPORTAL_SECOND_FACTOR_KEYS``: the first one encrypts, all
of them decrypt.
"""

import base64
import hashlib
import re
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from ctportal.accounts.models import RecoveryCode, SecondFactor
from ctportal.core.folding import fold
from ctportal.core.types import AnyUser

DRIFT = 1  # time steps of 30 seconds by which the clock of a device may be wrong, either way
RECOVERY_CODES = 10
RECOVERY_CODE = re.compile("[a-z2-7]{16}")  # 80 bits in base 32
FEW = 3  # recovery codes, from which on the owner is warned
CODE, RECOVERY = "code", "recovery code"  # what ``use`` returns


class UnreadableSecret(Exception):
    """No key of ``CTPORTAL_SECOND_FACTOR_KEYS`` decrypts a secret."""


class FactorChanged(Exception):
    """The second factor of an account was set up, changed or reset meanwhile."""


def is_required() -> bool:
    """Return whether signing in needs a second factor: always in production."""
    return bool(settings.CTPORTAL_SECOND_FACTOR)


def factor_of(account: AnyUser) -> SecondFactor | None:
    """Return the second factor of *account*, with the account, or None."""
    return SecondFactor.objects.select_related("account").filter(account=account.pk).first()


# Secrets


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CTPORTAL_SECOND_FACTOR_KEYS])


def encrypt(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def decrypt(token: str) -> str:
    """Return the secret in *token*. Raises UnreadableSecret."""
    try:
        return _keys().decrypt(token).decode()
    except InvalidToken:
        raise UnreadableSecret from None


def new_secret() -> str:
    """Return a new secret, encrypted."""
    return encrypt(pyotp.random_base32())


def rotate() -> list[str]:
    """Encrypt all secrets with the first key. Return the names of the accounts whose secret no key decrypts."""
    unreadable = []
    for factor in SecondFactor.objects.select_related("account").order_by("pk"):
        try:
            token = _keys().rotate(factor.secret).decode()
        except InvalidToken:
            unreadable.append(factor.account.get_username())
        else:
            SecondFactor.objects.filter(pk=factor.pk, secret=factor.secret).update(secret=token)
    return unreadable


# Codes


def as_typed(text: str) -> str:
    """Return the code in *text*, in which spaces, hyphens, capitals and Arabic-Indic or full-width digits make no difference."""
    return re.sub(r"[\s-]", "", fold(text))


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step around *at* whose code is *code*, or None."""
    app = pyotp.TOTP(secret)
    now = app.timecode(at)
    steps = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if constant_time_compare(app.generate_otp(step), code)
    ]
    return steps[-1] if steps else None


def use(factor: SecondFactor, typed: str) -> str:
    """Use up the code *typed*. Return CODE, RECOVERY, or "" if it is wrong or was used. Raises UnreadableSecret.

    One conditional UPDATE decides, so that two processes never accept the same code.
    """
    code = as_typed(typed)
    if RECOVERY_CODE.fullmatch(code):
        unused = factor.recovery_codes.filter(sha256=_hash(code), used_at=None)
        return RECOVERY if unused.update(used_at=timezone.now()) else ""
    step = step_of(decrypt(factor.secret), code, timezone.now())
    is_new = step is not None and SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step)
    return CODE if is_new else ""


def set_up(account: User, token: str, typed: str, *, replaces: int | None = None) -> list[str]:
    """Store the new app with the encrypted secret *token* if *typed* is its present code. Return the recovery codes, or [] if
    the code is wrong.

    *replaces* is the key of the second factor that the account has so far. Raises FactorChanged if that is not so any more.
    """
    step = step_of(decrypt(token), as_typed(typed), timezone.now())
    if step is None:
        return []
    try:
        with transaction.atomic():
            if replaces and not SecondFactor.objects.filter(pk=replaces, account=account).delete()[0]:
                raise FactorChanged
            factor = SecondFactor.objects.create(account=account, secret=token, last_step=step)
            return new_recovery_codes(factor)
    except IntegrityError:
        raise FactorChanged from None


# Recovery codes


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def new_recovery_codes(factor: SecondFactor) -> list[str]:
    """Replace all recovery codes of *factor*. The new ones are returned, in groups of four, and stored nowhere."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        factor.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, sha256=_hash(code)) for code in codes)
    return ["-".join(in_fours(code)) for code in codes]


def recovery_codes_left(factor: SecondFactor) -> int:
    return factor.recovery_codes.filter(used_at=None).count()


def are_recovery_codes(factor: SecondFactor, codes: list[str]) -> bool:
    """Return whether *codes* are recovery codes of *factor*, used or not."""
    hashes = {_hash(as_typed(code)) for code in codes}
    return 0 < len(codes) <= RECOVERY_CODES and factor.recovery_codes.filter(sha256__in=hashes).count() == len(codes)


def in_fours(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]
