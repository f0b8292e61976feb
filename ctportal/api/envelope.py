"""JSON text of answers, put together from the frozen texts of editions without parsing them."""

import json
from datetime import UTC
from functools import cache

from rest_framework import serializers

from ctportal.languages import DEFAULT, pick
from ctportal.publishing.gate import canonical
from ctportal.publishing.reading import FullRow
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


def row_of(edition):
    """Return the FullRow of an *edition* with ``version`` and ``published``."""
    history = f"{edition.version} {rfc3339(edition.published)}"
    updated, own = rfc3339(edition.public_from), edition.json.encode()
    return FullRow(edition.pk, str(edition.uid), edition.type, edition.slug, updated, edition.sha256, own, history)


def head(row, related, origin, **more):
    """Return the beginning of a record as bytes, up to where its own JSON follows: the envelope, then *more* keys.

    *row* is a FullRow, *related* the JSON text of what it points to.
    """
    added = "".join(f'"{name}":{json.dumps(value)},' for name, value in more.items())
    _pk, uid, record_type, slug, updated, sha256, own, history = row
    version, _space, published = history.partition(" ")
    # No value here holds a character that JSON escapes: identifiers, codes, slugs, instants and hashes.
    return (
        f'{{"uid":"{uid}","type":"{record_type}","slug":"{slug}","url":"{origin}/id/{uid}",'
        f'"version":{version},"published":"{published}","updated":"{updated}","sha256":"{sha256}",{added}'
        f'"related":{{{related}}}{"" if own == b"{}" else ","}'
    ).encode()


def rest(own):
    """Return what follows the ``head``: the JSON *own* (bytes) without the brace that opens it."""
    return memoryview(own)[1:]


def links(pointers, origin):
    """Return {pk: JSON text of what the edition points to} for *pointers*, as ``reading.pointers`` gives them."""
    named = {}
    for pk, name, key, uid, target in pointers:
        record_type, _space, slug = target.partition(" ")
        link = f'{{"uid":"{uid}","type":"{record_type}","slug":"{slug}","url":"{origin}/id/{uid}","key":"{key}"}}'
        named.setdefault(pk, {}).setdefault(name, []).append(link)
    return {pk: _by_name(found) for pk, found in named.items()}


def links_with_cards(records, origin):
    """Return the JSON text of *records*, the RelatedRecords of one edition, each with its card."""
    named = {}
    for each in records:
        link = (
            f'{{"uid":"{each.uid}","type":"{each.type}","slug":"{each.slug}","url":"{origin}/id/{each.uid}",'
            f'"key":"{each.key}","card":{each.card}}}'
        )
        named.setdefault(each.name, []).append(link)
    return _by_name(named)


def _by_name(named):
    return ",".join([f'"{name}":[{",".join(links)}]' for name, links in named.items()])


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
