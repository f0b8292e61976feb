"""All public pages: below ``/{language}/``, and the ways in that stand above the languages."""

from django.urls import include, path

from ctportal.api import developers
from ctportal.web import converters, files, views  # noqa: F401 (registers them)

pages = [
    path("", views.home, name="home"),
    path("", include("conferences.urls")),
    path("", include("documents.urls")),
    path("developers/", developers.page, name="developers"),
]
urlpatterns = [
    path("", views.root, name="root"),
    path("id/<uid:uid>", views.permanent, name="permanent"),
    path("files/<file_key:key>/<str:name>", files.public_file, name="file"),
    path("robots.txt", views.robots, name="robots"),
    path("<language:language>/", include(pages)),
]
