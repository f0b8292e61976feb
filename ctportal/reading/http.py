"""HTTP helpers for public responses, shared by pages and the API."""

import hashlib

from django.http import HttpRequest

ACCEPTED = frozenset({"application/json", "application/*", "*/*"})


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
