"""The OpenAPI 3.1 description, generated from the serializers of editions, the filter sets and the problem types."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from ctportal.core.languages import CODES
from ctportal.publishing.models import RecordType
from ctportal.reading import filters
from ctportal.reading.queries import SLUG_LENGTH
from ctportal.web.addresses import COLLECTIONS

from .answers import (
    SERIALIZERS,
    WITH_MEMBERS,
    EitherProblem,
    NamedPhotoSerializer,
    NamedSerializer,
    ProblemSerializer,
    RelatedField,
    ReplacementField,
    VersionListSerializer,
    either_problem,
    link_serializer,
    page_serializer,
    record_serializer,
)
from .parameters import MAX_PAGE_SIZE, PAGE_SIZE
from .problems import TYPES


class RelatedExtension(OpenApiSerializerFieldExtension):
    target_class = RelatedField

    def map_serializer_field(self, auto_schema, direction):
        field = self.target
        linked = {
            name: auto_schema.resolve_serializer(link_serializer(target, field.cards), direction).ref
            for name, target in SERIALIZERS[field.record_type].relations.items()
        }
        properties = {name: {"type": "array", "items": ref, "minItems": 1} for name, ref in linked.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}


class ReplacementExtension(OpenApiSerializerFieldExtension):
    target_class = ReplacementField

    def map_serializer_field(self, auto_schema, direction):
        named = (NamedSerializer, NamedPhotoSerializer)
        return {"oneOf": [auto_schema.resolve_serializer(each, direction).ref for each in named]}


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
                "properties": {code: {"type": "string", "minLength": 1} for code in CODES},
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"text": {"type": "string", "minLength": 1}, "language": {"enum": list(CODES)}},
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


class DegreesExtension(OpenApiSerializerFieldExtension):
    target_class = "conferences.serializers.Degrees"

    def map_serializer_field(self, auto_schema, direction):
        return {"type": "string", "pattern": r"^-?[0-9]{1,3}\.[0-9]{5}$"}


# Parameters and answers ------------------------------------------------------------------------------------------------


def description_of(name, filter_):
    """Return the description of the parameter *name* in the active language."""
    return str(filter_.field.description or DESCRIPTIONS[name])


def _parameter(name, filter_):
    """Return the OpenAPI parameter for one filter."""
    field = filter_.field
    # As a schema, since the argument enum would be sorted.
    codes = {"type": "string", "enum": list(field.codes)} if isinstance(field, filters.CodeField) else None
    kind = codes or KINDS[type(field)]
    if name == "ordering":
        kind = {**kind, "default": field.codes[0]}
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description_of(name, filter_))


# A uid is written like a slug.
SLUG_OR_UID = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": SLUG_LENGTH}
# A letter of the six languages or a digit; signs and vowel marks alone are no words.
SEARCHABLE = (
    "[0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0410-\u044f\u0451\u0620-\u063a\u0641-\u064a\u4e00-\u9fff]"
)
# The years at both ends would be outside of what can be compared, in some time zones.
INSTANT = "^(?!0000|0001|9999)[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
KINDS: dict[type, Any] = {
    filters.DateField: {"type": "string", "format": "date"},
    filters.InstantField: {"type": "string", "format": "date-time", "pattern": INSTANT},
    filters.PageField: {"type": "integer", "minimum": 1, "maximum": 10**filters.PAGE_DIGITS - 1},
    filters.QueryField: {"type": "string", "pattern": SEARCHABLE},
    filters.RecordField: SLUG_OR_UID,
    filters.YearField: {"type": "string", "pattern": "^(?!0000)[0-9]{4}$"},
}
DESCRIPTIONS = {
    "date_after": _("Records that last until this day or longer; what is known to the month or year lasts all of it."),
    "date_before": _("Records that begin on this day or earlier; what is known to the month or year begins with it."),
    "ordering": _("Order of the list; a minus means descending."),
    "language": _("Records that are complete in this language."),
    "kind": _("Kind of record."),
    "status": _("Whether the conference is planned, confirmed, held, postponed or cancelled."),
    "format": _("How people attended; not-known where no source says so."),
    "region": _("Region of UN M49; a country lies in several, from wide to narrow."),
}
LANG = OpenApiParameter(
    "lang",
    {"type": "string", "enum": list(CODES)},
    description="Gives each text in this language as {text, language}, in the original language or English where it is missing.",
)
SIZE = OpenApiParameter(
    "page_size",
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
    description="Records on a page.",
)
ADDRESS = OpenApiParameter("address", SLUG_OR_UID, OpenApiParameter.PATH, description="uid or slug of the record.")
UID = OpenApiParameter("address", OpenApiTypes.UUID, OpenApiParameter.PATH, description="uid of the photo.")
NUMBER = OpenApiParameter(
    "number", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH, description="Number of the version, from 1."
)


def problems(*kinds):
    """Return {(status, media type): response} for the problems *kinds* and those that every address may return."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for kind in (
        *kinds,
        "bad-request",
        "method-not-allowed",
        "not-acceptable",
        "precondition-failed",
        "internal-error",
        "unavailable",
    ):
        by_status[TYPES[kind][0]].append(kind)
    return {(status, "application/problem+json"): _problem(found) for status, found in by_status.items()}


def _problem(kinds):
    """Return the response for the problems *kinds* of one status."""
    found = list(dict.fromkeys(WITH_MEMBERS.get(kind, ProblemSerializer) for kind in kinds))
    answer = found[0] if len(found) == 1 else either_problem(*found)
    return OpenApiResponse(answer, description=" ".join(f"{TYPES[kind][1]}. {TYPES[kind][2]}" for kind in kinds))


class EitherProblemExtension(OpenApiSerializerExtension):
    target_class = EitherProblem
    match_subclasses = True

    def map_serializer(self, auto_schema, direction):
        refs = [auto_schema.resolve_serializer(each, direction).ref for each in self.target.one_of]
        return {"oneOf": refs, "description": self.target.__doc__}


NOT_MODIFIED = {304: OpenApiResponse(description="The client holds these bytes already (If-None-Match).")}
REDIRECT = {301: OpenApiResponse(description="The record answers under another slug or uid now; see Location.")}


def documented(viewset):
    """Return *viewset* with the parts of its OpenAPI description that cannot be derived from its code."""
    record_type = viewset.record_type
    SERIALIZERS[record_type] = viewset.serializer_class
    name = COLLECTIONS[record_type]
    parameters = [_parameter(name, filter_) for name, filter_ in filters.FILTERSETS[record_type].base_filters.items()]
    address = UID if record_type == RecordType.PHOTO else ADDRESS
    one = {**NOT_MODIFIED, **REDIRECT}
    described = {
        "list": extend_schema(
            summary=f"List {name}",
            description=viewset.__doc__,
            parameters=[*parameters, SIZE, LANG],
            responses={200: page_serializer(record_type), **NOT_MODIFIED}
            | problems("bad-parameters", "page-out-of-range"),
        ),
        "retrieve": extend_schema(
            summary=f"One {record_type}",
            parameters=[address, LANG],
            responses={200: record_serializer(record_type), **one}
            | problems("bad-parameters", "not-found", "withdrawn"),
        ),
        "versions": extend_schema(
            summary=f"Versions of one {record_type}",
            parameters=[address],
            responses={200: VersionListSerializer, **one} | problems("bad-parameters", "not-found", "withdrawn"),
        ),
        "version": extend_schema(
            summary=f"One version of one {record_type}",
            parameters=[address, NUMBER, LANG],
            responses={200: record_serializer(record_type, "Version"), **one}
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


def exact(result, **kwargs):
    """Return *result*, the description, with objects that hold nothing beside what it declares; a postprocessing hook.

    It drops drf-spectacular's ``x-spec-enum-id`` (its own hook would also move the enums into components) and what only
    matters to those who write.
    """
    if isinstance(result, dict):
        for name in ("x-spec-enum-id", "readOnly"):
            result.pop(name, None)
        if isinstance(result.get("properties"), dict) and result.get("type") == "object":
            result["additionalProperties"] = False
            for declared in result["properties"].values():
                declared.pop("default", None)
    for part in result.values() if isinstance(result, dict) else result if isinstance(result, list) else ():
        exact(part)
    return result
