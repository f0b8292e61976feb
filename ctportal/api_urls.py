from django.urls import path, re_path

from conferences.api import (
    ConferenceViewSet,
    OrganizationViewSet,
    PersonViewSet,
    PhotoViewSet,
    SeriesViewSet,
    ThemeViewSet,
)
from ctportal.api import discovery
from ctportal.api.views import NowhereView
from documents.api import DocumentViewSet

app_name = "api"

COLLECTIONS = (
    ConferenceViewSet,
    DocumentViewSet,
    PhotoViewSet,
    SeriesViewSet,
    ThemeViewSet,
    OrganizationViewSet,
    PersonViewSet,
)


def patterns(viewset):
    name = viewset.collection
    return [
        path(f"{name}/", viewset.as_view({"get": "list"}), name=f"{name}-list"),
        path(f"{name}/<str:address>/", viewset.as_view({"get": "retrieve"}), name=f"{name}-detail"),
        path(f"{name}/<str:address>/versions/", viewset.as_view({"get": "versions"}), name=f"{name}-versions"),
        path(
            f"{name}/<str:address>/versions/<str:number>/",
            viewset.as_view({"get": "version"}),
            name=f"{name}-version",
        ),
    ]


urlpatterns = [
    path("", discovery.RootView.as_view(), name="root"),
    path("schema/", discovery.SchemaView.as_view(), name="schema"),
    path("docs/", discovery.docs, name="docs"),
    *(pattern for viewset in COLLECTIONS for pattern in patterns(viewset)),
    # Only what ends in a slash: where it is forgotten, Django leads to the address that has it.
    re_path(r"^[\s\S]*/\Z", NowhereView.as_view()),
]
