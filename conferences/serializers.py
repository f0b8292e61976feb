"""The public JSON of conferences, photos and the vocabulary, declared field by field.

These serializers make the JSON of every edition; pages, API and OpenAPI description use nothing else. No model is
imported: the input is duck-typed.
"""

from rest_framework import serializers

from ctportal.core import codes
from ctportal.publishing.shapes import (
    Labels,
    Languages,
    LanguagesInPreparation,
    PartialLanguages,
    PublicFile,
    Serializer,
    Texts,
    VocabularyLabel,
)


class SeriesSerializer(Serializer):
    """A series of conferences that follow on from one another."""

    name = Labels()
    description = Labels()


class ThemeSerializer(Serializer):
    """A theme of the conferences and documents, such as border security."""

    name = Labels()
    description = Labels()


class OrganizationSerializer(Serializer):
    """An organization that a public record names."""

    name = Labels()
    acronym = serializers.CharField()
    kind = serializers.ChoiceField(codes.OrganizationKind.choices)
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2, or empty.")
    website = serializers.URLField()


class PersonSerializer(Serializer):
    """A person whom a public record names. Titles are given where they were held."""

    name = Labels()


class SeriesEntrySerializer(Serializer):
    """A series that the conference belongs to, and its number there."""

    uid = serializers.UUIDField(source="series.uid")
    slug = serializers.CharField(source="series.slug")
    name = Labels(source="series")
    ordinal = serializers.IntegerField(allow_null=True)


class AnnouncedDateSerializer(Serializer):
    """Dates that were announced for the conference, with the reason for the change."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()
    date_precision = serializers.CharField()
    announced_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class MainTopicSerializer(Serializer):
    """A main topic that the conference announced."""

    title = Labels(own=True)


class OrganizationRoleSerializer(Serializer):
    """An organization and its role in the conference or session."""

    uid = serializers.UUIDField(source="organization.uid")
    slug = serializers.CharField(source="organization.slug")
    name = Labels(source="organization")
    acronym = serializers.CharField(source="organization.acronym")
    role = serializers.ChoiceField(codes.OrganizerRole.choices)


class AppearanceSerializer(Serializer):
    """A person and their role in the conference or session."""

    uid = serializers.UUIDField(source="person.uid")
    slug = serializers.CharField(source="person.slug")
    name = Labels(source="person")
    role = serializers.ChoiceField(codes.AppearanceRole.choices)
    title = Labels(own=True, help_text="Held on that occasion.")
    organization = VocabularyLabel(allow_null=True)


class SessionSerializer(Serializer):
    """A session of the programme."""

    key = serializers.CharField(source="uid", help_text="Stays the same from edition to edition; documents name it.")
    kind = serializers.ChoiceField(codes.SessionKind.choices)
    number = serializers.IntegerField(allow_null=True)
    title = Labels(own=True)
    description = Labels(own=True)
    date = serializers.DateField(allow_null=True)
    start_time = serializers.TimeField(allow_null=True, format="%H:%M", help_text="Local time of the conference.")
    end_time = serializers.TimeField(allow_null=True, format="%H:%M")
    room = serializers.CharField()
    organizations = OrganizationRoleSerializer(source="organization_roles.all", many=True)
    people = AppearanceSerializer(source="appearances.all", many=True)


class FigureSerializer(Serializer):
    """How many took part, according to one source."""

    key = serializers.CharField(source="uid", help_text="Names the figure in related.source.")
    measure = serializers.ChoiceField(codes.Measure.choices)
    expectation = serializers.ChoiceField(codes.Expectation.choices, help_text="actual or expected")
    qualifier = serializers.ChoiceField(codes.Qualifier.choices, help_text="exactly, about, close to, more than")
    value = serializers.IntegerField()
    source = serializers.CharField(  # type: ignore[assignment]  # the name in the API
        help_text="Where the figure is from, in words."
    )
    official = serializers.BooleanField()


class LinkSerializer(Serializer):
    """A video, photo coverage or page on another site."""

    kind = serializers.ChoiceField(codes.LinkKind.choices)
    title = Labels(own=True)
    address = serializers.URLField()
    language = serializers.CharField(help_text="Of the page it leads to, or empty.")


class ConferenceSerializer(Serializer):
    """A conference: its dates and place, organizers, programme and participation."""

    name = serializers.CharField(help_text="The short name, for example “Dushanbe 2019”.")
    kind = serializers.ChoiceField(codes.ConferenceKind.choices)
    event_status = serializers.ChoiceField(codes.EventStatus.choices)
    format = serializers.ChoiceField(codes.EventFormat.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    date_precision = serializers.ChoiceField(
        codes.DatePrecision.choices, help_text="day, month or year: how much of the dates is meant."
    )
    announced_dates = AnnouncedDateSerializer(source="announced_dates.all", many=True)
    city = Labels(own=True)
    venue = Labels(own=True)
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2, or empty.")
    time_zone = serializers.CharField(help_text="IANA name.")
    original_language = serializers.CharField()
    languages = Languages()
    partial_languages = PartialLanguages()
    languages_in_preparation = LanguagesInPreparation()
    title = Texts()
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
    links = LinkSerializer(source="links.all", many=True)
    contact = serializers.CharField()
    contact_email = serializers.EmailField()


class PhotoSerializer(Serializer):
    """A photo of a conference, in several sizes."""

    alt_text = Labels(own=True)
    decorative = serializers.BooleanField()
    caption = Labels(own=True)
    credit = serializers.CharField()
    rights = serializers.CharField()
    taken_on = serializers.DateField(allow_null=True)
    place = Labels(own=True)
    people = VocabularyLabel(source="people.all", many=True)
    order = serializers.IntegerField()
    featured = serializers.BooleanField()
    original_language = serializers.CharField()
    languages = Languages()
    partial_languages = PartialLanguages()
    download = PublicFile(source="download_file", help_text="The largest picture offered.")
    renditions = PublicFile(many=True, source="rendition_files")
