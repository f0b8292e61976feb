"""The API's views of conferences, photos and the vocabulary. They read editions only."""

from ctportal.api.schema import documented
from ctportal.api.views import EditionViewSet
from ctportal.publishing.models import RecordType
from ctportal.reading.queries import organization_chains

from . import serializers


@documented
class ConferenceViewSet(EditionViewSet):
    """Conferences, newest first."""

    record_type = RecordType.CONFERENCE
    serializer_class = serializers.ConferenceSerializer


@documented
class PhotoViewSet(EditionViewSet):
    """Photos of conferences, with alternative text, caption, credit and rights. Addressed by uid."""

    record_type = RecordType.PHOTO
    serializer_class = serializers.PhotoSerializer


@documented
class SeriesViewSet(EditionViewSet):
    """Series of conferences, by slug."""

    record_type = RecordType.SERIES
    serializer_class = serializers.SeriesSerializer


@documented
class ThemeViewSet(EditionViewSet):
    """Themes, by slug."""

    record_type = RecordType.THEME
    serializer_class = serializers.ThemeSerializer


@documented
class OrganizationViewSet(EditionViewSet):
    """Organizations that a public record names, by slug. ``related`` has the ``parents`` of a unit, from the nearest to the
    top, and the ``units`` of an organization."""

    record_type = RecordType.ORGANIZATION
    serializer_class = serializers.OrganizationSerializer
    related = staticmethod(organization_chains)


@documented
class PersonViewSet(EditionViewSet):
    """People whom a public record names, by slug."""

    record_type = RecordType.PERSON
    serializer_class = serializers.PersonSerializer
