"""Limits of guessing: how many attempts with passwords, codes and reset mails may fail in a quarter of an hour.

    limits.check(request, "password", name)  # raises Limited; before anything is hashed, looked up or sent
    …
    limits.note_failure(request, "password", name)  # or note_success

``check`` counts the attempt before it is made, so that attempts at the same time cannot pass together; one that ends in an
error stays counted. What is refused is not counted. The counters are in the database, so they hold for all processes and
after a restart; where it does not answer, nobody is let in. Names that no account has are counted in the same way.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address, ip_network
from math import ceil
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac

from ctportal.accounts.browsers import known_browser
from ctportal.accounts.models import WINDOW, AttemptCounter
from ctportal.core.client_address import client_address
from ctportal.core.folding import fold
from ctportal.web.views import too_many_attempts
from ctportal.workflow import audit

logger = logging.getLogger(__name__)
LONGEST_NAME = 254  # characters of an e-mail address
SWEPT = 100  # rows that no longer count, removed with each attempt


class Limited(Exception):
    """A limit is reached. *retry_after* is the number of seconds until the next attempt is accepted."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class Limits(NamedTuple):
    """How many attempts may fail for one name from one address, for one name, and from one address, which many may share."""

    own: int
    name: int
    address: int


LIMITS = {"password": Limits(5, 20, 100), "code": Limits(5, 20, 100), "mail": Limits(3, 5, 50)}


class Limit(NamedTuple):
    """One limit of an attempt. *is_own* tells that a success also forgets the failures before it."""

    key: str
    most: int
    of: str  # for the log
    is_own: bool = False
    of_name: str = ""  # as in AttemptCounter
    of_address: str = ""


def check(request: HttpRequest, purpose: str, name: str) -> None:
    """Count an attempt for *name*, the name of an account or what was typed as such. Raises Limited.

    *purpose* is a key of ``LIMITS``. Call it outside of transactions: what failed stays counted.
    """
    refuse(request, purpose, name)
    limits, now = _limits(request, purpose, name), timezone.now()
    with transaction.atomic(durable=True):
        counters = _locked(limits, now)
        _refuse_full(limits, counters, now)
        for counter in counters:
            counter.attempts = [*counter.recent(now), now.timestamp()]
        AttemptCounter.objects.bulk_update(counters, ["attempts"])
        _sweep(now)


def refuse(request: HttpRequest, purpose: str, name: str) -> None:
    """Raise Limited where ``check`` would. This only reads, so that what is refused waits for no lock in the database."""
    limits = _limits(request, purpose, name)
    _refuse_full(limits, AttemptCounter.objects.filter(key__in=limits), timezone.now())


def note_failure(request: HttpRequest, purpose: str, name: str) -> None:
    """Note that the attempt failed which ``check`` has counted. Limits that are now reached are logged, once in a window."""
    limits, now = _limits(request, purpose, name), timezone.now()
    for counter in AttemptCounter.objects.filter(key__in=limits):
        limit = limits[counter.key]
        if len(counter.recent(now)) >= limit.most and _is_first_report(counter, now):
            _report(request, purpose, name, limit)


def note_success(request: HttpRequest, purpose: str, name: str) -> None:
    """Take back the attempt that ``check`` has counted, and forget failures of this name from this address or browser."""
    _take_back(_limits(request, purpose, name), forget=True)


def note_unmade(request: HttpRequest, purpose: str, name: str) -> None:
    """Take back the attempt that ``check`` has counted, because it was not made."""
    _take_back(_limits(request, purpose, name), forget=False)


def is_known(request: HttpRequest, name: str) -> bool:
    """Return whether the account *name* has signed in lately with the browser that sent *request*."""
    return bool(_browser(request, name))


def has_failures(account: User) -> bool:
    """Return whether an attempt for *account* failed within the window, or is not decided yet."""
    return any(counter.recent(timezone.now()) for counter in _for_account(account))


def lift_for_account(account: User, *, by: User | None = None) -> bool:
    """Forget what failed for the name and the e-mail address of *account*, from wherever. Return whether anything was counted."""
    was_counted = has_failures(account)
    _for_account(account).delete()
    _note_lifted(f"account {account.get_username()}", by)
    return was_counted


def lift_for_address(address: str) -> bool:
    """Forget what failed from *address*, for whatever name. Return whether anything was counted."""
    counters = AttemptCounter.objects.filter(of_address=_of_address(address))
    was_counted = any(counter.recent(timezone.now()) for counter in counters)
    counters.delete()
    _note_lifted(f"address {_block(address)}")
    return was_counted


def limited_response(request: HttpRequest, error: Limited) -> HttpResponse:
    """Return the 429 page, the same for all limits, names and purposes."""
    response = too_many_attempts(request, error.retry_after)
    add_never_cache_headers(response)
    return response


def _limits(request: HttpRequest, purpose: str, name: str) -> dict[str, Limit]:
    """Return {key: limit} for an attempt: those of a known browser, or those of the name and the address."""
    most, folded = LIMITS[purpose], fold(name[:LONGEST_NAME])
    of_name = _of_name(name)
    if purpose != "mail" and (browser := _browser(request, name)):
        key = _key(purpose, "browser", folded, browser)
        return {key: Limit(key, most.own, "one account in a known browser", is_own=True, of_name=of_name)}
    address = _block(client_address(request))
    of_address = _of_address(address)
    limits = (
        Limit(_key(purpose, "own", folded, address), most.own, "one name from one address", True, of_name, of_address),
        Limit(_key(purpose, "name", folded), most.name, "one name", of_name=of_name),
        Limit(_key(purpose, "address", address), most.address, "one address", of_address=of_address),
    )
    return {limit.key: limit for limit in sorted(limits)}


def _for_account(account: User) -> QuerySet[AttemptCounter]:
    names = [account.get_username(), *([account.email] if account.email else [])]
    return AttemptCounter.objects.filter(of_name__in=[_of_name(name) for name in names])


def _note_lifted(whose: str, by: User | None = None) -> None:
    logger.warning("Limits lifted: %s", whose)
    audit.note(audit.Kind.SIGN_IN, f"limits lifted: {whose}", user=by)


def _browser(request: HttpRequest, name: str) -> str:
    account = _account(name)
    return known_browser(request, account) if account else ""


def _account(name: str) -> User | None:
    is_storable = "\0" not in name and name.isprintable()  # a lone surrogate is not printable
    return User.objects.filter(username=name[:LONGEST_NAME]).first() if is_storable else None


def _key(*parts: str) -> str:
    return salted_hmac("ctportal.accounts.limits", json.dumps(parts), algorithm="sha256").hexdigest()


def _of_name(name: str) -> str:
    return _key("of name", fold(name[:LONGEST_NAME]))


def _of_address(address: str) -> str:
    return _key("of address", _block(address))


def _block(address: str) -> str:
    """Return *address* or, for IPv6, the /64 that one subscriber has."""
    try:
        is_ipv6 = ip_address(address).version == 6
    except ValueError:
        return address
    return str(ip_network(f"{address}/64", strict=False)) if is_ipv6 else address


def _locked(limits: dict[str, Limit], now: datetime) -> list[AttemptCounter]:
    """Return the counters of *limits*, made where they are missing. The transaction locks them, in the order of their keys."""
    AttemptCounter.objects.bulk_create(
        [
            AttemptCounter(key=limit.key, of_name=limit.of_name, of_address=limit.of_address, until=now + WINDOW)
            for limit in limits.values()
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["until"],
    )
    return list(AttemptCounter.objects.filter(key__in=limits))


def _refuse_full(limits: dict[str, Limit], counters: Iterable[AttemptCounter], now: datetime) -> None:
    """Raise Limited where one of *counters* is full."""
    free_at = []
    for counter in counters:
        recent, most = counter.recent(now), limits[counter.key].most
        if len(recent) >= most:
            free_at.append(recent[-most] + WINDOW.total_seconds())
    if free_at:
        raise Limited(max(1, ceil(max(free_at) - now.timestamp())))


def _take_back(limits: dict[str, Limit], *, forget: bool) -> None:
    now = timezone.now()
    with transaction.atomic(durable=True):
        counters = _locked(limits, now)
        for counter in counters:
            counter.attempts = [] if forget and limits[counter.key].is_own else counter.recent(now)[:-1]
        AttemptCounter.objects.bulk_update(counters, ["attempts"])


def _sweep(now: datetime) -> None:
    """Delete rows that no longer count, but none that another transaction has locked."""
    ended = AttemptCounter.objects.filter(until__lt=now).select_for_update(skip_locked=True)
    AttemptCounter.objects.filter(key__in=list(ended.values_list("key", flat=True)[:SWEPT])).delete()


def _is_first_report(counter: AttemptCounter, now: datetime) -> bool:
    unreported = AttemptCounter.objects.filter(key=counter.key).exclude(reported__gt=now - WINDOW)
    return bool(unreported.update(reported=now))


def _report(request: HttpRequest, purpose: str, name: str, limit: Limit) -> None:
    account = _account(name)
    whose = f"account {account.pk}" if account else "a name that no account has"
    address = client_address(request)
    logger.warning(
        "Limit reached: %d failed attempts (%s, %s): %s, from %s", limit.most, purpose, limit.of, whose, address
    )
    what = f"limit reached ({purpose}, {limit.of}): {audit.name_of_account(name)}"
    audit.note(audit.Kind.SIGN_IN, what, outcome=audit.Outcome.REFUSED, request=request)
