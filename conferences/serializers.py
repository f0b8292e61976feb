"""The public JSON of conferences, photos and the vocabulary, declared field by field.

These serializers make the JSON of every edition; pages, API and OpenAPI description use nothing else. No model is
imported: the input is duck-typed.
"""

from rest_framework import serializers

from ctportal.core import codes
from ctportal.core.languages import CODES
from ctportal.publishing.shapes import (
    CountryCode,
    DatePrecisionField,
    Labels,
    Languages,
    LanguagesInPreparation,
    PartialLanguages,
    PublicFile,
    Serializer,
    Slug,
    Texts,
    VocabularyLabel,
    WebAddress,
)


class SeriesSerializer(Serializer):
    """A series of conferences that follow on from one another."""

    card_fields = ("name",)

    name = Labels()
    description = Labels()


class ThemeSerializer(Serializer):
    """A theme of the conferences and documents, such as border security."""

    card_fields = ("name",)

    name = Labels()
    description = Labels()


class OrganizationSerializer(Serializer):
    """An organization that a public record names."""

    card_fields = ("name", "acronym", "kind", "contact", "contact_email", "contact_phone")
    relations = {"parents": "organization", "units": "organization"}

    name = Labels()
    acronym = serializers.CharField()
    kind = serializers.ChoiceField(codes.OrganizationKind.choices)
    country = CountryCode()
    website = WebAddress("Web address, or empty.")
    contact = serializers.CharField(help_text="Who to contact with questions, in words.")
    contact_email = serializers.CharField(help_text="E-mail address, or empty.")
    contact_phone = serializers.CharField()


class PersonSerializer(Serializer):
    """A person whom a public record names. Titles are given where they were held."""

    card_fields = ("name",)

    name = Labels()


class SeriesEntrySerializer(Serializer):
    """A series that the conference belongs to, and its number there."""

    uid = serializers.UUIDField(source="series.uid")
    slug = Slug(source="series.slug")
    name = Labels(source="series")
    ordinal = serializers.IntegerField(allow_null=True, min_value=1)


class AnnouncedDateSerializer(Serializer):
    """Other dates of the conference: announced earlier, with the reason for the change, or reported by a source."""

    kind = serializers.ChoiceField(codes.DateKind.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    date_precision = DatePrecisionField("the dates")
    announced_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]  # the name in the API
        help_text="Where these dates are from, in words."
    )
    source_address = WebAddress("Web address of the source, or empty.")


class MainTopicSerializer(Serializer):
    """A main topic that the conference announced."""

    title = Labels(own=True)


class OrganizationRoleSerializer(Serializer):
    """An organization and its role in the conference or session."""

    uid = serializers.UUIDField(source="organization.uid")
    slug = Slug(source="organization.slug")
    name = Labels(source="organization")
    acronym = serializers.CharField(source="organization.acronym")
    role = serializers.ChoiceField(codes.OrganizerRole.choices)


class AppearanceSerializer(Serializer):
    """A person and their role in the conference or session."""

    uid = serializers.UUIDField(source="person.uid", allow_null=True, help_text="null if the source gives no name.")
    slug = serializers.RegexField(
        "^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=120, source="person.slug", read_only=True, default=""
    )
    name = Labels(source="person")
    role = serializers.ChoiceField(codes.AppearanceRole.choices)
    title = Labels(own=True, help_text="Held on that occasion.")
    organization = VocabularyLabel(allow_null=True)

    def to_representation(self, instance):
        shown = super().to_representation(instance)
        return shown if instance.person else shown | {"name": {}}


class CatalogueAddresses(serializers.ListField):
    """The addresses of the same conference in other catalogues."""

    child = WebAddress("", may_be_empty=False)

    def to_representation(self, data):
        return [row.address for row in data.all()]


class FigureSerializer(Serializer):
    """How many took part, according to one source."""

    key = serializers.UUIDField(source="uid", help_text="Names the figure in related.source.")
    measure = serializers.ChoiceField(codes.Measure.choices)
    expectation = serializers.ChoiceField(codes.Expectation.choices, help_text="actual or expected")
    qualifier = serializers.ChoiceField(codes.Qualifier.choices)
    value = serializers.IntegerField(
        allow_null=True, min_value=0, help_text="null with the qualifiers several and many."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # the name in the API
        help_text="Where the figure is from, in words."
    )
    source_address = WebAddress("Web address of the source, or empty.")
    source_date = serializers.DateField(allow_null=True)
    official = serializers.BooleanField()


class ExpectedDocumentSerializer(Serializer):
    """A document that was announced for a date."""

    key = serializers.UUIDField(
        source="uid", help_text="Names it in related.expected, with the document once it is public."
    )
    kind = serializers.ChoiceField(codes.DocumentKind.choices)
    title = Labels(own=True)
    date = serializers.DateField()
    date_precision = DatePrecisionField("the date")
    organization = VocabularyLabel(allow_null=True, help_text="Which is to issue it.")
    issued_by = Labels(own=True, help_text="Who is to issue it, in words.")


class LinkSerializer(Serializer):
    """A video, photo coverage or page on another site."""

    kind = serializers.ChoiceField(codes.LinkKind.choices)
    title = Labels(own=True)
    address = WebAddress("Of the video or page.", may_be_empty=False)
    language = serializers.ChoiceField(CODES, allow_blank=True, help_text="Of the page it leads to, or empty.")


class LocalTime(serializers.TimeField):
    """A time of day at the place of the conference, to the minute: 09:30."""

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


class Degrees(serializers.DecimalField):
    """A coordinate with five decimals, as text: 53.90060."""

    def __init__(self, **kwargs):
        super().__init__(8, 5, **kwargs)


class SessionSerializer(Serializer):
    """A session of the programme."""

    key = serializers.UUIDField(source="uid", help_text="Stays the same from edition to edition; documents name it.")
    kind = serializers.ChoiceField(codes.SessionKind.choices)
    number = serializers.IntegerField(allow_null=True, min_value=0)
    title = Labels(own=True)
    description = Labels(own=True)
    date = serializers.DateField(allow_null=True, help_text="null if the day is not known.")
    start_time = LocalTime(allow_null=True, help_text="Local time of the conference.")
    end_time = LocalTime(allow_null=True, help_text="If before start_time, on the next day.")
    room = serializers.CharField()
    organizations = OrganizationRoleSerializer(source="organization_roles.all", many=True)
    people = AppearanceSerializer(source="appearances.all", many=True)
    figures = FigureSerializer(source="figures.all", many=True)
    links = LinkSerializer(source="links.all", many=True)


class ConferenceSerializer(Serializer):
    """A conference: its dates and place, organizers, programme and participation."""

    card_fields = (
        *("title", "short_title", "summary", "kind", "event_status", "format", "start_date", "end_date"),
        *("date_precision", "city", "country", "series", "languages", "original_language"),
    )
    more_of_card = {"sessions": serializers.ListField(child=serializers.UUIDField(), help_text="Keys of its sessions.")}
    relations = {
        "parent": "conference",
        **dict.fromkeys(codes.ConferenceRelationKind.values, "conference"),
        **dict.fromkeys(("reference", "source", "expected"), "document"),
        "featured_photo": "photo",
    }

    short_title = Labels(own=True, help_text="Where place and year would not tell it from others.")
    kind = serializers.ChoiceField(codes.ConferenceKind.choices)
    event_status = serializers.ChoiceField(codes.EventStatus.choices)
    format = serializers.ChoiceField(codes.EventFormat.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    date_precision = DatePrecisionField("the dates")
    announced_dates = AnnouncedDateSerializer(source="announced_dates.all", many=True)
    city = Labels(own=True)
    venue = Labels(own=True)
    country = CountryCode()
    latitude = Degrees(allow_null=True, help_text="Degrees of WGS 84 as text, south negative.")
    longitude = Degrees(allow_null=True, help_text="Degrees of WGS 84 as text, west negative.")
    time_zone = serializers.CharField(help_text="IANA name.")
    original_language = serializers.ChoiceField(CODES)
    languages = Languages()
    partial_languages = PartialLanguages()
    languages_in_preparation = LanguagesInPreparation()
    title = Texts()
    alternate_title = Texts(help_text="Where sources call it by two titles.")
    motto = Texts()
    summary = Texts()
    description = Texts(help_text="HTML.")
    background = Texts(help_text="HTML.")
    outcome = Texts(help_text="HTML.")
    main_topics = MainTopicSerializer(source="main_topics.all", many=True)
    series = SeriesEntrySerializer(source="series_entries.all", many=True)
    themes = VocabularyLabel(source="themes.all", many=True)
    organizations = OrganizationRoleSerializer(source="organization_roles.all", many=True)
    people = AppearanceSerializer(source="appearances.all", many=True)
    sessions = SessionSerializer(source="sessions.all", many=True)
    figures = FigureSerializer(source="figures.all", many=True)
    expected_documents = ExpectedDocumentSerializer(source="expected_documents.all", many=True)
    links = LinkSerializer(source="links.all", many=True)
    same_as = CatalogueAddresses(read_only=True, help_text="Addresses of the same conference in other catalogues.")
    contact = serializers.CharField()
    contact_email = serializers.CharField(help_text="E-mail address, or empty.")


class PhotoSerializer(Serializer):
    """A photo of a conference, in several sizes."""

    card_fields = (
        *("alt_text", "decorative", "caption", "credit", "rights", "taken_on", "order", "featured"),
        *("original_language", "renditions", "download"),
    )
    relations = {"conference": "conference"}

    alt_text = Labels(own=True)
    decorative = serializers.BooleanField()
    caption = Labels(own=True)
    credit = serializers.CharField()
    rights = serializers.CharField()
    taken_on = serializers.DateField(allow_null=True)
    place = Labels(own=True)
    people = VocabularyLabel(source="people.all", many=True)
    order = serializers.IntegerField(min_value=0)
    featured = serializers.BooleanField()
    original_language = serializers.ChoiceField(CODES)
    languages = Languages()
    partial_languages = PartialLanguages()
    download = PublicFile(source="download_file", help_text="The largest picture offered.")
    renditions = PublicFile(many=True, source="rendition_files")
