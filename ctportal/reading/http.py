"""What public answers say and understand of HTTP, alike for pages and the API."""

import hashlib

from django.http import HttpRequest

ACCEPTED = frozenset({"application/json", "application/*", "*/*"})


def entity_tag(content: bytes) -> str:
    """Return a strong ETag for *content*, or for bytes that hold a digest of all that they leave out.

    The bytes alone decide: nothing that is still to come, and no epoch, can be read from it.
    """
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def accepts_json(request: HttpRequest) -> bool:
    """Whether the client takes JSON. Errors come as application/problem+json all the same.

    Unlike ``request.accepts``, an empty header takes everything, and parameters such as a charset make no difference.
    """
    if not request.headers.get("Accept", "").strip():
        return True
    return any(f"{accepted.main_type}/{accepted.sub_type}" in ACCEPTED for accepted in request.accepted_types)
