"""Addresses of conferences, series, themes, people, organizations and photos, below ``/{language}/``."""

from django.urls import path

from . import views

app_name = "conferences"
urlpatterns = [
    path("conferences/", views.ConferenceListView.as_view(), name="list"),
    path("conferences/<record:slug>/", views.ConferenceDetailView.as_view(), name="detail"),
    path("conferences/<record:slug>/share.png", views.ConferenceShareImageView.as_view(), name="share_image"),
    path("conferences/<record:slug>/versions/<version:number>/", views.ConferenceDetailView.as_view(), name="version"),
    path("series/", views.SeriesListView.as_view(), name="series_list"),
    path("series/<record:slug>/", views.SeriesDetailView.as_view(), name="series_detail"),
    path("series/<record:slug>/figures.csv", views.SeriesFiguresView.as_view(), name="series_figures"),
    path("series/<record:slug>/versions/<version:number>/", views.SeriesDetailView.as_view(), name="series_version"),
    path("themes/", views.ThemeListView.as_view(), name="theme_list"),
    path("themes/<record:slug>/", views.ThemeDetailView.as_view(), name="theme_detail"),
    path("themes/<record:slug>/versions/<version:number>/", views.ThemeDetailView.as_view(), name="theme_version"),
    path("people/", views.PersonListView.as_view(), name="person_list"),
    path("people/<record:slug>/", views.PersonDetailView.as_view(), name="person_detail"),
    path("people/<record:slug>/versions/<version:number>/", views.PersonDetailView.as_view(), name="person_version"),
    path("organizations/", views.OrganizationListView.as_view(), name="organization_list"),
    path("organizations/<record:slug>/", views.OrganizationDetailView.as_view(), name="organization_detail"),
    path(
        "organizations/<record:slug>/versions/<version:number>/",
        views.OrganizationDetailView.as_view(),
        name="organization_version",
    ),
    path("photos/", views.PhotoListView.as_view(), name="photo_list"),
    path("photos/<uuid:uid>/", views.PhotoDetailView.as_view(), name="photo_detail"),
    path("photos/<uuid:uid>/versions/<version:number>/", views.PhotoDetailView.as_view(), name="photo_version"),
]
