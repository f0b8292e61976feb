"""The API's view of documents. It reads editions only."""

from ctportal.api.schema import documented
from ctportal.api.views import EditionViewSet
from ctportal.publishing.models import RecordType

from .serializers import DocumentSerializer


@documented
class DocumentViewSet(EditionViewSet):
    """Documents of every kind, newest first: summaries, press releases, statements, reference documents."""

    record_type = RecordType.DOCUMENT
    serializer_class = DocumentSerializer
