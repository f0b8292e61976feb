"""HTTP helpers for public responses, shared by pages and the API."""

import hashlib
import re

from django.http import HttpRequest

# Paths of responses for staff, including 404. No cache may store them.
PRIVATE = ("/admin/", "/preview/")
ACCEPTED = frozenset({"application/json", "application/*", "*/*"})
CODINGS = ("br", "gzip")  # content codings of responses, the preferred one first
WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def entity_tag(content: bytes) -> str:
    """Return a strong ETag for *content*: the whole body, or bytes that contain a digest of any part left out.

    It depends on these bytes only, so it reveals neither the epoch nor what is still to come.
    """
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def accepts_json(request: HttpRequest) -> bool:
    """Return whether the client accepts JSON. Errors are sent as application/problem+json in any case.

    Unlike with ``request.accepts``, an empty header accepts everything, and parameters such as a charset are ignored.
    """
    if not request.headers.get("Accept", "").strip():
        return True
    return any(f"{accepted.main_type}/{accepted.sub_type}" in ACCEPTED for accepted in request.accepted_types)


def content_coding(request: HttpRequest) -> str:
    """Return the content coding that *request* prefers: one of ``CODINGS``, or "" for none (RFC 9110, section 12.5.3)."""
    weights = {}
    for accepted in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _semicolon, parameter = accepted.partition(";")
        weight = WEIGHT.fullmatch(parameter.strip() or "q=1")
        weights[name.strip()] = float(weight[1]) if weight else 0.0
    preferred = max(CODINGS, key=lambda coding: weights.get(coding, 0.0))  # the first of those with the same weight
    return preferred if weights.get(preferred) else ""
