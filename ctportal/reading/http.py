"""What public answers say and understand of HTTP, alike for pages and the API."""

import hashlib

ACCEPTED = frozenset({"application/json", "application/*", "*/*"})


def entity_tag(content: bytes) -> str:
    """Return a strong ETag for *content*, or for bytes that hold a digest of all that they leave out.

    The bytes alone decide: nothing that is still to come, and no epoch, can be read from it.
    """
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def accepts_json(header: str) -> bool:
    """Whether a client that sends *header* as Accept takes JSON. Errors come as application/problem+json all the same."""
    if not header.strip():
        return True
    for media_range in header.split(","):
        name, *parameters = (part.strip().lower() for part in media_range.split(";"))
        if name in ACCEPTED and not any(_is_zero(parameter) for parameter in parameters):
            return True
    return False


def _is_zero(parameter: str) -> bool:
    name, _separator, value = parameter.partition("=")
    return name.strip() == "q" and value.strip() in {"0", "0.", "0.0", "0.00", "0.000"}
