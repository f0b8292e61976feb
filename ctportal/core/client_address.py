"""The address that a request comes from: the server's peer or, behind trusted proxies, the address that they name."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNIX = "unix"  # in the setting: whoever connects through the Unix socket
MOST_PROXIES = 10  # in a row; what X-Forwarded-For names beyond that is not read
LONGEST = 64  # characters of an address with its port


def client_address(request: HttpRequest) -> str:
    """Return the address of the client that sent *request*, "" if only its Unix socket is known.

    ``X-Forwarded-For`` is read from its end, where the nearest proxy has added whom it talks to, and only as far as each
    entry was written by one of ``CTPORTAL_TRUSTED_PROXIES``. The rest may be invented. Where an entry is no address, the
    proxy that has written it is returned. An IPv4 address in IPv6 form is returned as IPv4.
    """
    peer = request.META.get("REMOTE_ADDR") or ""
    nearest = _parsed(peer)
    if not _is_trusted(nearest) if nearest else peer or UNIX not in settings.CTPORTAL_TRUSTED_PROXIES:
        return str(nearest or peer[:LONGEST])
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", MOST_PROXIES)[-MOST_PROXIES:]
    for entry in reversed(entries):
        address = _parsed(entry)
        if address is None:
            break
        nearest = address
        if not _is_trusted(address):
            break
    return str(nearest or "")


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(network != UNIX and address in network for network in settings.CTPORTAL_TRUSTED_PROXIES)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Return *text* without port, brackets and zone as an address, or None."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
