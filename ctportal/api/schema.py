"""The OpenAPI 3.1 description, generated from the serializers of editions, the filter sets and the problem types."""

from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers

from ctportal.core.languages import CODES
from ctportal.core.search_text import MAX_CHARACTERS, MAX_WORDS
from ctportal.publishing.models import RecordType
from ctportal.reading import filters
from ctportal.web.addresses import COLLECTIONS

from .parameters import MAX_PAGE_SIZE, PAGE_SIZE
from .problems import DOCUMENTATION, TYPES

# Serializers other than those of editions. Their docstrings are part of the description.


class ReplacementSerializer(serializers.Serializer):
    """The record to read instead of one that was withdrawn."""

    uid = serializers.UUIDField()
    type = serializers.ChoiceField(RecordType.values)
    slug = serializers.CharField(help_text="Empty for photos.")
    url = serializers.URLField()


class RelatedSerializer(ReplacementSerializer):
    """A public record that this one points to, as it is now."""

    key = serializers.CharField(help_text="What inside the record points there, such as a figure's key, or empty.")
    card = serializers.DictField(
        required=False, help_text="The few fields that lists of the site show; in answers with a single record only."
    )


class EnvelopeSerializer(serializers.Serializer):
    """What every record has beside its own fields."""

    uid = serializers.UUIDField(help_text="Permanent.")
    slug = serializers.CharField(help_text="May change; the former then redirects. Empty for photos.")
    url = serializers.URLField(
        help_text="Permanent address; leads to the page or, with Accept: application/json, to the record here."
    )
    version = serializers.IntegerField(min_value=1)
    published = serializers.DateTimeField(help_text="Start of the first version.")
    updated = serializers.DateTimeField(help_text="Start of this version.")
    sha256 = serializers.CharField(
        help_text="Of the record without the envelope (uid, type, slug, url, version, published, updated, sha256, chain, "
        "related), as JSON in UTF-8 with sorted keys and no white space."
    )
    related = serializers.DictField(
        child=RelatedSerializer(many=True),
        help_text="Public records this one points to, by the name of the relation; outside sha256.",
    )


class WithdrawnRecordSerializer(serializers.Serializer):
    """What remains public of a record that was withdrawn."""

    uid = serializers.UUIDField()
    type = serializers.ChoiceField(RecordType.values)
    url = serializers.URLField()
    published = serializers.DateTimeField()
    withdrawn = serializers.DateTimeField()
    reason = serializers.CharField()
    replacement = ReplacementSerializer(allow_null=True, help_text="What to read instead.")


class ParameterErrorSerializer(serializers.Serializer):
    """What is wrong with one query parameter."""

    parameter = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField(help_text="The value, what is wrong and what is expected.")


class ProblemSerializer(serializers.Serializer):
    """An error, in the form of RFC 9457 problem details."""

    type = serializers.RegexField(f"^https?://[^/]+{DOCUMENTATION}({'|'.join(TYPES)})$")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ParameterErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # RFC 9457 names it so
    record = WithdrawnRecordSerializer(required=False)
    version = serializers.IntegerField(required=False)
    sha256 = serializers.CharField(required=False)
    chain = serializers.CharField(required=False)
    public_from = serializers.DateTimeField(required=False)


class VersionEntrySerializer(serializers.Serializer):
    """One version of a record: when it was public, and its checksums."""

    version = serializers.IntegerField(min_value=1)
    url = serializers.URLField()
    public_from = serializers.DateTimeField()
    public_until = serializers.DateTimeField(allow_null=True, help_text="null for the version in force.")
    minor = serializers.BooleanField()
    note = serializers.CharField(help_text="What changed, in words, or empty.")
    sealed = serializers.BooleanField(help_text="Its text was removed for good; the hashes remain.")
    sha256 = serializers.CharField()
    chain = serializers.CharField(
        help_text="SHA-256 of the chain before (empty at first), sha256 and public_from, joined by line feeds."
    )


class VersionListSerializer(serializers.Serializer):
    """All versions of a record, the first one first."""

    uid = serializers.UUIDField()
    type = serializers.ChoiceField(RecordType.values)
    count = serializers.IntegerField()
    results = VersionEntrySerializer(many=True)


class RootSerializer(serializers.Serializer):
    """The addresses of the collections, of this description and of the documentation."""

    collections = serializers.DictField(child=serializers.URLField())
    openapi = serializers.URLField()
    docs = serializers.URLField()
    developers = serializers.URLField()


# Serializers built from the above for each record type ----------------------------------------------------------------


@cache
def record_serializer(serializer_class, record_type, with_chain=False):
    """Return the serializer of one record in a response: the envelope and the fields of *serializer_class*.

    Its description is the docstring of *serializer_class*.
    """
    name = serializer_class.__name__.removesuffix("Serializer") + ("Version" if with_chain else "Record")
    fields: dict[str, Any] = {
        "type": serializers.ChoiceField([str(record_type)]),
        "__doc__": serializer_class.__doc__,
    }
    if with_chain:
        fields["chain"] = serializers.CharField(help_text="See the list of versions.")
    return type(f"{name}Serializer", (EnvelopeSerializer, serializer_class), fields)


@cache
def page_serializer(serializer_class, record_type):
    """Return the serializer of one page of a list."""
    fields = {
        "count": serializers.IntegerField(help_text="Public records on all pages."),
        "page": serializers.IntegerField(),
        "pages": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "shortened_q": serializers.CharField(
            required=False,
            max_length=MAX_CHARACTERS,
            help_text=f"Only where q has more than {MAX_WORDS} words or {MAX_CHARACTERS} characters: what was looked for of it.",
        ),
        "results": record_serializer(serializer_class, record_type)(many=True),
        "__doc__": "One page of a list.",
    }
    name = serializer_class.__name__.removesuffix("Serializer")
    return type(f"{name}PageSerializer", (serializers.Serializer,), fields)


# Text in six languages -------------------------------------------------------------------------------------------------


# An object by language or, with ?lang=, the text in one language.
TEXT = ResolvedComponent(
    name="Text",
    type=ResolvedComponent.SCHEMA,
    object="Text",
    schema={
        "description": "Text by language. With the parameter lang: the text in one language, null where there is none.",
        "oneOf": [
            {
                "type": "object",
                "properties": {code: {"type": "string"} for code in CODES},
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"text": {"type": "string"}, "language": {"enum": list(CODES)}},
                "required": ["text", "language"],
                "additionalProperties": False,
            },
            {"type": "null"},
        ],
    },
)


class LanguageObjectExtension(OpenApiSerializerFieldExtension):
    target_class = "ctportal.publishing.shapes.LanguageObject"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction):
        auto_schema.registry.register_on_missing(TEXT)
        return TEXT.ref


class LocalTimeExtension(OpenApiSerializerFieldExtension):
    """Times of a programme have no seconds and no zone, so they are not those of the format "time" (RFC 3339)."""

    target_class = "conferences.serializers.LocalTime"

    def map_serializer_field(self, auto_schema, direction):
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


# Parameters and answers ------------------------------------------------------------------------------------------------


def description_of(name, filter_):
    """Return the description of the parameter *name*."""
    return str(filter_.field.description) or DESCRIPTIONS[name]


def _parameter(name, filter_):
    """Return the OpenAPI parameter for one filter."""
    field = filter_.field
    enum = list(field.codes) if isinstance(field, filters.CodeField) else None
    kind = KINDS.get(type(field), OpenApiTypes.STR)
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description_of(name, filter_), enum=enum)


KINDS: dict[type, Any] = {
    filters.DateField: OpenApiTypes.DATE,
    filters.InstantField: OpenApiTypes.DATETIME,
    filters.PageField: {"type": "integer", "minimum": 1, "maximum": 10**filters.PAGE_DIGITS - 1},
    filters.YearField: {"type": "string", "pattern": "^[0-9]{4}$"},
}
DESCRIPTIONS = {
    "date_after": "Records that last until this day or longer; what is known to the month or year lasts all of it.",
    "date_before": "Records that begin on this day or earlier; what is known to the month or year begins with it.",
    "ordering": "Order of the list; a minus means descending. The first is the default.",
    "language": "Records that are complete in this language.",
    "kind": "Kind of record.",
    "status": "Whether the conference is planned, confirmed, held, postponed or cancelled.",
    "format": "How people attended; not-known where no source says so.",
    "region": "Region of UN M49; a country lies in several, from wide to narrow.",
}
LANG = OpenApiParameter(
    "lang",
    enum=list(CODES),
    description="Gives each text in this language as {text, language}, in the original language or English where it is missing.",
)
SIZE = OpenApiParameter(
    "page_size",
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
    description="Records on a page.",
)
ADDRESS = OpenApiParameter("address", str, OpenApiParameter.PATH, description="uid or slug of the record.")
NUMBER = OpenApiParameter(
    "number", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH, description="Number of the version, from 1."
)


def problems(*kinds):
    """Return {(status, media type): response} for the problems *kinds* and those that every address may return."""
    answers: dict[tuple[int, str], OpenApiResponse] = {}
    for kind in (*kinds, "method-not-allowed", "not-acceptable", "precondition-failed", "internal-error"):
        status, title, meaning = TYPES[kind]
        text = f"{title}. {meaning}"
        key = (status, "application/problem+json")
        before = f"{answers[key].description} " if key in answers else ""
        answers[key] = OpenApiResponse(ProblemSerializer, description=before + text)
    return answers


NOT_MODIFIED = {304: OpenApiResponse(description="The client holds these bytes already (If-None-Match).")}
REDIRECT = {301: OpenApiResponse(description="The record answers under another slug or uid now; see Location.")}


def documented(viewset):
    """Return *viewset* with the parts of its OpenAPI description that cannot be derived from its code."""
    record_type, serializer_class = viewset.record_type, viewset.serializer_class
    name = COLLECTIONS[record_type]
    filterset = filters.FILTERSETS[record_type]
    parameters = [_parameter(name, filter_) for name, filter_ in filterset.base_filters.items()]
    one = {**NOT_MODIFIED, **REDIRECT}
    record = record_serializer(serializer_class, record_type)
    described = {
        "list": extend_schema(
            summary=f"List {name}",
            description=viewset.__doc__,
            parameters=[*parameters, SIZE, LANG],
            responses={200: page_serializer(serializer_class, record_type), **NOT_MODIFIED}
            | problems("bad-parameters", "page-out-of-range"),
        ),
        "retrieve": extend_schema(
            summary=f"One of {name}",
            parameters=[ADDRESS, LANG],
            responses={200: record, **one} | problems("bad-parameters", "not-found", "withdrawn"),
        ),
        "versions": extend_schema(
            summary=f"Versions of one of {name}",
            parameters=[ADDRESS],
            responses={200: VersionListSerializer, **one} | problems("bad-parameters", "not-found", "withdrawn"),
        ),
        "version": extend_schema(
            summary=f"One version of one of {name}",
            parameters=[ADDRESS, NUMBER, LANG],
            responses={200: record_serializer(serializer_class, record_type, with_chain=True), **one}
            | problems("bad-parameters", "not-found", "withdrawn", "sealed"),
        ),
    }
    return extend_schema_view(**described)(viewset)


class Schema(AutoSchema):
    """AutoSchema with the names of the collections. ``documented`` describes whole responses, so lists are not wrapped again."""

    def get_operation_id(self) -> str:
        action = getattr(self.view, "action", "")
        return f"{self.get_tags()[0]}_{action}" if action else super().get_operation_id()

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "basename", "root")]

    def _is_list_view(self, serializer=None):
        return False


def without_marks(result, **kwargs):
    """Return *result* without drf-spectacular's ``x-spec-enum-id``; a postprocessing hook.

    drf-spectacular's own hook would also move the enums into components.
    """
    if isinstance(result, dict):
        result.pop("x-spec-enum-id", None)
    for part in result.values() if isinstance(result, dict) else result if isinstance(result, list) else ():
        without_marks(part)
    return result
