"""Addresses of conferences, series, themes and photos, below ``/{language}/``."""

from django.urls import path

from ctportal.web import converters  # noqa: F401 (registers them)

from . import views

app_name = "conferences"
urlpatterns = [
    path("conferences/", views.conference_list, name="list"),
    path("conferences/<record:slug>/", views.conference_detail, name="detail"),
    path("conferences/<record:slug>/versions/<version:number>/", views.conference_version, name="version"),
    path("series/", views.series_list, name="series_list"),
    path("series/<record:slug>/", views.series_detail, name="series_detail"),
    path(
        "series/<record:slug>/versions/<version:number>/",
        views.vocabulary_version,
        {"record_type": "series"},
        name="series_version",
    ),
    path("themes/", views.theme_list, name="theme_list"),
    path("themes/<record:slug>/", views.theme_detail, name="theme_detail"),
    path(
        "themes/<record:slug>/versions/<version:number>/",
        views.vocabulary_version,
        {"record_type": "theme"},
        name="theme_version",
    ),
    path("photos/", views.photo_list, name="photo_list"),
    path("photos/<uuid:uid>/", views.photo_detail, name="photo_detail"),
    path("photos/<uuid:uid>/versions/<version:number>/", views.photo_version, name="photo_version"),
]
