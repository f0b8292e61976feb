from django.urls import path
from rest_framework.routers import SimpleRouter

from conferences.api import (
    ConferenceViewSet,
    OrganizationViewSet,
    PersonViewSet,
    PhotoViewSet,
    SeriesViewSet,
    ThemeViewSet,
)
from ctportal.api import discovery
from ctportal.web.addresses import COLLECTIONS
from documents.api import DocumentViewSet

app_name = "api"

router = SimpleRouter(use_regex_path=False)
for viewset in (
    ConferenceViewSet,
    DocumentViewSet,
    PhotoViewSet,
    SeriesViewSet,
    ThemeViewSet,
    OrganizationViewSet,
    PersonViewSet,
):
    router.register(COLLECTIONS[viewset.record_type], viewset, basename=COLLECTIONS[viewset.record_type])

urlpatterns = [
    path("", discovery.RootView.as_view(), name="root"),
    path("schema/", discovery.SchemaView.as_view(), name="schema"),
    path("docs/", discovery.docs, name="docs"),
    *router.urls,
]
