"""Addresses of documents, below ``/{language}/``."""

from django.urls import path

from ctportal.web import converters  # noqa: F401 (registers them)

from . import views

app_name = "documents"
urlpatterns = [
    path("documents/", views.document_list, name="list"),
    path("documents/<record:slug>/", views.document_detail, name="detail"),
    path("documents/<record:slug>/versions/<version:number>/", views.document_version, name="version"),
    path("press-releases/", views.press_release_list, name="press_releases"),
    path("co-chairs-summaries/", views.co_chairs_summary_list, name="co_chairs_summaries"),
]
