"""All public pages: those below ``/{language}/``, and addresses without a language."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView

from ctportal.api import developers
from ctportal.web import files, search, suggestions, views

pages: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("conferences.urls")),
    path("", include("documents.urls")),
    path("about/", views.about, name="about"),
    path("search/", search.search_page, name="search"),
    path("developers/", developers.page, name="developers"),
    path("search/suggestions/", suggestions.suggestions, name="suggestions"),
]
urlpatterns = [
    path("", views.root, name="root"),
    path("id/<uid:uid>", views.permanent, name="permanent"),
    path("files/<file_key:key>/<str:name>", files.public_file, name="file"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain; charset=utf-8"),
        name="robots",
    ),
    path("<language:language>/", include(pages)),
]
