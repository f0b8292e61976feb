"""JSON text of answers, put together from the frozen texts of editions without parsing them."""

import json
from datetime import UTC
from functools import cache

from rest_framework import serializers

from ctportal.languages import DEFAULT, pick
from ctportal.publishing.gate import canonical
from ctportal.publishing.shapes import LanguageObject

# What an answer adds to an edition's own JSON. Without these keys, written canonically, the rest has the checksum sha256.
ENVELOPE = ("uid", "type", "slug", "url", "version", "published", "updated", "sha256", "related")


def rfc3339(instant):
    """Return the aware datetime *instant* in UTC: 2019-09-04T15:00:00Z, with six decimals where it has a fraction."""
    text = instant.isoformat()
    if not text.endswith("+00:00"):
        text = instant.astimezone(UTC).isoformat()
    return f"{text[:-6]}Z"


def permanent_url(origin, uid):
    return f"{origin}/id/{uid}"


def record(edition, own, related, origin, **more):
    """Return one record as bytes: the envelope, *more* keys, then the bytes of its *own* JSON as they are.

    *edition* is an edition with ``version`` and ``published`` annotated, or a FullRow; *related* is its list of
    RelatedRecord.
    """
    uid, updated = str(edition.uid), rfc3339(edition.public_from)
    published = updated if edition.version == 1 else rfc3339(edition.published)
    added = "".join(f'"{name}":{json.dumps(value)},' for name, value in more.items())
    # No value here holds a character that JSON escapes: identifiers, codes, slugs, instants and hashes.
    head = (
        f'{{"uid":"{uid}","type":"{edition.type}","slug":"{edition.slug}","url":"{origin}/id/{uid}",'
        f'"version":{edition.version},"published":"{published}","updated":"{updated}","sha256":"{edition.sha256}",{added}'
        f'"related":{_related(related, origin)}'
    )
    return b"".join((head.encode(), b"" if own == b"{}" else b",", memoryview(own)[1:]))


def _related(records, origin):
    if not records:
        return "{}"
    names = {}
    for related in records:
        names.setdefault(related.name, []).append(_link(related, origin))
    return "{" + ",".join(f'"{name}":[{",".join(links)}]' for name, links in names.items()) + "}"


def _link(related, origin):
    uid = str(related.uid)
    text = f'{{"uid":"{uid}","type":"{related.type}","slug":"{related.slug}","url":"{origin}/id/{uid}","key":"{related.key}"'
    return f'{text},"card":{related.card}}}' if related.card else f"{text}}}"


# One language ----------------------------------------------------------------------------------------------------------


def in_language(text, serializer_class, language):
    """Return the JSON *text* (bytes) of an edition with each language object turned into {"text", "language"} for a
    reader of *language*, with fallback; null where there is no text in any language."""
    data = json.loads(text)
    if data:
        _flatten(data, _plan(serializer_class), language, data.get("original_language", DEFAULT))
    return canonical(data).encode()


@cache
def _plan(serializer_class):
    """Return {field: None for a language object, else the plan of what lies inside} for the fields worth a visit."""
    plan = {}
    for name, field in serializer_class().fields.items():
        inner = getattr(field, "child", field)
        if isinstance(inner, LanguageObject):
            plan[name] = None
        elif isinstance(inner, serializers.Serializer) and (below := _plan(type(inner))):
            plan[name] = below
    return plan


def _flatten(data, plan, language, original):
    for name, below in plan.items():
        value = data[name]
        if below is None:
            text, code = pick(value, language, original)
            data[name] = {"text": text, "language": code} if code else None
        elif isinstance(value, list):
            for item in value:
                _flatten(item, below, language, original)
        elif value is not None:
            _flatten(value, below, language, original)
