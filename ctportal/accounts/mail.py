"""Messages to the owners of accounts. They are sent outside of transactions, and a mail server that is away breaks nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
NO_SERVER = "django.core.mail.backends.dummy.EmailBackend"


def is_available() -> bool:
    """Return whether this site can send messages."""
    return bool(settings.EMAIL_BACKEND != NO_SERVER)


def send(account: User, subject: str, template: str, **context: Any) -> bool:
    """Send the message of *template* to *account*; return whether the mail server has accepted it."""
    if not is_available() or not account.email:
        return False
    context |= {"account": account, "site": settings.CTPORTAL_SITE_URL}
    body = render_to_string(f"accounts/mail/{template}.txt", context).strip()
    message = EmailMessage(subject, f"{body}\n", to=[account.email], headers={"Auto-Submitted": "auto-generated"})
    try:
        message.send()
    except (OSError, ValueError) as error:
        # The text of an error may hold the message, and that a link.
        logger.error("A message to account %s could not be sent: %s", account.pk, type(error).__name__)
        return False
    return True


def in_background(work: Callable[[], object]) -> Thread:
    """Run *work*, which uses no database, in a thread of its own and in the language of now, so that no answer waits for it."""
    thread = Thread(target=_in_language, args=[translation.get_language(), work])
    thread.start()
    return thread


def _in_language(language: str | None, work: Callable[[], object]) -> None:
    with translation.override(language):
        work()


@receiver(post_save, sender=User)
def _tell_of_new_password(sender: type[User], instance: User, created: bool, **_kwargs: Any) -> None:
    """Tell the owner that the password was changed, whoever has changed it and wherever."""
    is_set = getattr(instance, "_password", None) is not None  # else Django has rehashed the same password
    if is_set and not created and instance.email:
        subject = _("Your password was changed")
        transaction.on_commit(partial(in_background, partial(send, instance, subject, "password_changed")))
