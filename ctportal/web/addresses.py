"""Build the addresses of pages without ``reverse``, because a list has hundreds of them.

A test compares them with the URL patterns.
"""

from django.utils.translation.trans_real import parse_accept_lang_header

from ctportal.core.languages import DEFAULT, LANGUAGES
from ctportal.files.models import file_path

# {record type: path segment below /{language}/ and /api/v1/}.
COLLECTIONS = {
    "conference": "conferences",
    "document": "documents",
    "photo": "photos",
    "series": "series",
    "theme": "themes",
    "organization": "organizations",
    "person": "people",
}


def record_path(record_type, slug, uid):
    """Return the address of a record's page below ``/{language}/``, without a leading slash. Photos have no slug."""
    return f"{COLLECTIONS[record_type]}/{slug or uid}/"


def public_file(file):
    """Return the address of *file*, a file in the public JSON, from the root of the site."""
    return file_path(file["key"], file["name"])


def page_address(record_type, slug, uid, language):
    """Return the address of a record's page for a reader of *language*, from the root of the site."""
    return f"/{language}/{record_path(record_type, slug, uid)}"


def preferred_language(request):
    """Return the portal's language that ranks highest in Accept-Language, English if there is none."""
    for code, _priority in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "").lower()[:500]):
        if code.split("-")[0] in LANGUAGES:
            return code.split("-")[0]
    return DEFAULT


def data_address(record_type, uid):
    """Return the address of a record in the API, from the root of the site."""
    return f"/api/v1/{COLLECTIONS[record_type]}/{uid}/"


def language_in_address(request):
    """Return the language code that the request's path begins with, "" if there is none."""
    code = request.path_info[1:3]
    return code if code in LANGUAGES and request.path_info[3:4] == "/" else ""


def language_of(request):
    """Return the language in the request's address, else that of the admin's interface, else the one the browser asks for."""
    interface = getattr(request, "LANGUAGE_CODE", "").split("-")[0]  # set below /admin/ only
    return language_in_address(request) or interface or preferred_language(request)
