"""Addresses of documents, below ``/{language}/``."""

from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("documents/", views.DocumentListView.as_view(), name="list"),
    path("documents/<record:slug>/", views.DocumentDetailView.as_view(), name="detail"),
    path("documents/<record:slug>/versions/<version:number>/", views.DocumentDetailView.as_view(), name="version"),
    path("press-releases/", views.PressReleaseListView.as_view(), name="press_releases"),
    path("co-chairs-summaries/", views.CoChairsSummaryListView.as_view(), name="co_chairs_summaries"),
]
