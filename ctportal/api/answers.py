"""The shapes of the API's answers around the JSON of editions: envelope, lists, versions, errors.

They describe the answers for ``schema``; ``envelope``, ``pagination``, ``problems`` and ``views`` make them. Their docstrings are
part of the description.
"""

from functools import cache
from typing import Any

from rest_framework import serializers

from ctportal.core.search_text import MAX_CHARACTERS, MAX_WORDS
from ctportal.publishing.models import RecordType
from ctportal.publishing.shapes import Serializer, Sha256, Slug
from ctportal.web.addresses import COLLECTIONS

from .problems import DOCUMENTATION, TYPES


class NamedSerializer(Serializer):
    """A record by its identifiers."""

    uid = serializers.UUIDField(help_text="Permanent.")
    type = serializers.ChoiceField([kind for kind in RecordType.values if kind != RecordType.PHOTO])
    slug = Slug(help_text="May change; the former then redirects.")
    url = serializers.URLField(
        help_text="Permanent address; leads to the page or, with Accept: application/json, to the record here."
    )


class NamedPhotoSerializer(NamedSerializer):
    """A photo by its identifiers. Photos have no slug."""

    type = serializers.ChoiceField([RecordType.PHOTO.value])
    slug = None  # type: ignore[assignment]  # as REST framework leaves a field out


class ReplacementField(serializers.Field):
    """The record to read instead of one that was withdrawn."""


class RelatedField(serializers.Field):
    """The records that one of *record_type* points to, with their cards or without."""

    def __init__(self, record_type, *, cards):
        self.record_type, self.cards = record_type, cards
        super().__init__(
            help_text="Public records this one points to, by the name of the relation, as they are now; outside sha256."
        )


class EnvelopeSerializer(NamedSerializer):
    """What every record has beside its own fields."""

    version = serializers.IntegerField(min_value=1)
    published = serializers.DateTimeField(help_text="Start of the first version.")
    updated = serializers.DateTimeField(help_text="Start of this version.")
    sha256 = Sha256(
        help_text="Of the record without the envelope (uid, type, slug, url, version, published, updated, sha256, chain, "
        "files, related), as JSON in UTF-8 with sorted keys and no white space."
    )
    files = serializers.DictField(
        child=serializers.URLField(), help_text="Addresses of its files by key; none in a past version; outside sha256."
    )


class WithdrawnRecordSerializer(Serializer):
    """What remains public of a record that was withdrawn."""

    uid = serializers.UUIDField()
    type = serializers.ChoiceField(RecordType.values)
    url = serializers.URLField()
    published = serializers.DateTimeField()
    withdrawn = serializers.DateTimeField()
    reason = serializers.CharField()
    replacement = ReplacementField(allow_null=True, help_text="What to read instead.")


class ParameterErrorSerializer(Serializer):
    """What is wrong with one query parameter."""

    parameter = serializers.CharField()
    code = serializers.RegexField("^[a-z_]+$")
    detail = serializers.CharField(help_text="The value, what is wrong and what is expected.")


class ProblemDetails(Serializer):
    """Base of the errors of *kinds*, in the form of RFC 9457 problem details."""

    kinds: tuple[str, ...]
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()

    def get_fields(self):
        kinds = "|".join(self.kinds)
        return {**super().get_fields(), "type": serializers.RegexField(f"^https?://[^/]+{DOCUMENTATION}({kinds})$")}


class ParametersProblemSerializer(ProblemDetails):
    """Parameters that are refused, each with the reason."""

    kinds = ("bad-parameters", "page-out-of-range")
    errors = ParameterErrorSerializer(many=True)  # type: ignore[assignment]  # RFC 9457 names it so


class WithdrawnProblemSerializer(ProblemDetails):
    """A record that was withdrawn, with the reason."""

    kinds = ("withdrawn",)
    record = WithdrawnRecordSerializer()


class SealedProblemSerializer(ProblemDetails):
    """A version whose text was removed for good, with its hashes."""

    kinds = ("sealed",)
    version = serializers.IntegerField(min_value=1)
    sha256 = Sha256()
    chain = Sha256()
    public_from = serializers.DateTimeField()


WITH_MEMBERS = {
    kind: serializer
    for serializer in (ParametersProblemSerializer, WithdrawnProblemSerializer, SealedProblemSerializer)
    for kind in serializer.kinds
}


class ProblemSerializer(ProblemDetails):
    """An error, in the form of RFC 9457 problem details."""

    kinds = tuple(kind for kind in TYPES if kind not in WITH_MEMBERS)


class EitherProblem(Serializer):
    """One of several errors, each in the form of RFC 9457 problem details."""

    one_of: tuple[type[ProblemDetails], ...]


@cache
def either_problem(*one_of):
    name = "Or".join(each.__name__.removesuffix("Serializer") for each in one_of)
    return type(f"{name}Serializer", (EitherProblem,), {"one_of": one_of, "__doc__": EitherProblem.__doc__})


class VersionEntrySerializer(Serializer):
    """One version of a record: when it was public, and its checksums."""

    version = serializers.IntegerField(min_value=1)
    url = serializers.URLField()
    public_from = serializers.DateTimeField()
    public_until = serializers.DateTimeField(allow_null=True, help_text="null for the version in force.")
    minor = serializers.BooleanField()
    note = serializers.CharField(help_text="What changed, in words, or empty.")
    sealed = serializers.BooleanField(help_text="Its text was removed for good; the hashes remain.")
    sha256 = Sha256()
    chain = Sha256(
        help_text="SHA-256 of the chain before (empty at first), sha256 and public_from, joined by line feeds."
    )


class VersionListSerializer(Serializer):
    """All versions of a record, the first one first."""

    uid = serializers.UUIDField()
    type = serializers.ChoiceField(RecordType.values)
    count = serializers.IntegerField(min_value=1)
    results = VersionEntrySerializer(many=True)


CollectionsSerializer = type(
    "CollectionsSerializer",
    (Serializer,),
    {"__doc__": "The address of each list.", **{name: serializers.URLField() for name in COLLECTIONS.values()}},
)


class RootSerializer(Serializer):
    """The addresses of the collections, of this description and of the documentation."""

    collections = CollectionsSerializer()
    openapi = serializers.URLField()
    docs = serializers.URLField()
    developers = serializers.URLField()


# Serializers built from the above for each record type ----------------------------------------------------------------

# Each class is made once, not for speed: the generator of the schema takes two classes of one name for two shapes.

SERIALIZERS: dict[str, Any] = {}  # {record type: serializer of its editions}, filled by ``documented``


def _name(record_type):
    return SERIALIZERS[record_type].__name__.removesuffix("Serializer")


def _type_and_slug(record_type):
    """Return the fields by which a record of *record_type* differs from the others."""
    fields: dict[str, Any] = {"type": serializers.ChoiceField([str(record_type)])}
    return fields | ({"slug": None} if record_type == RecordType.PHOTO else {})


@cache
def record_serializer(record_type, form="Record"):
    """Return the serializer of a record in a response: the envelope and the fields of its edition.

    *form* is Record, Version for a single version, or Listed for lists. Its description is the docstring of the serializer
    of editions.
    """
    own = SERIALIZERS[record_type]
    fields = {
        **_type_and_slug(record_type),
        "related": RelatedField(record_type, cards=form != "Listed"),
        "__doc__": own.__doc__,
    }
    if form == "Version":
        fields["chain"] = Sha256(help_text="See the list of versions.")
    return type(f"{_name(record_type)}{form}Serializer", (EnvelopeSerializer, own), fields)


@cache
def card_serializer(record_type):
    """Return the serializer of the card of a related record."""
    own = SERIALIZERS[record_type]
    fields = {name: own._declared_fields[name] for name in own.card_fields} | own.more_of_card
    described = {"__doc__": "The few fields that lists of the site show."}
    return type(f"{_name(record_type)}CardSerializer", (Serializer,), fields | described)


@cache
def link_serializer(record_type, cards):
    """Return the serializer of a related record, with its card or without."""
    fields = {
        **_type_and_slug(record_type),
        "key": serializers.RegexField(
            "^([0-9a-f-]{36})?$", help_text="What inside the record points there, such as a figure's key, or empty."
        ),
        "__doc__": "A public record that this one points to, as it is now.",
    }
    if cards:
        fields["card"] = card_serializer(record_type)()
    name = f"{'Related' if cards else 'Linked'}{_name(record_type)}"
    return type(f"{name}Serializer", (NamedSerializer,), fields)


@cache
def page_serializer(record_type):
    """Return the serializer of one page of a list."""
    fields = {
        "count": serializers.IntegerField(min_value=0, help_text="Public records on all pages."),
        "page": serializers.IntegerField(min_value=1),
        "pages": serializers.IntegerField(min_value=1),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "shortened_q": serializers.CharField(
            max_length=MAX_CHARACTERS,
            help_text=f"What was looked for of a q with more than {MAX_WORDS} words or {MAX_CHARACTERS} characters, else empty.",
        ),
        "results": record_serializer(record_type, "Listed")(many=True),
        "__doc__": "One page of a list.",
    }
    return type(f"{_name(record_type)}PageSerializer", (Serializer,), fields)
