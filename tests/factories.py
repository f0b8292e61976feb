"""Factories of working records. Each saves one valid object, which can be published unchanged."""

import itertools
from datetime import date

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import RequestFactory

from conferences.models import Conference, Organization, Person, Photo, Series, Theme
from ctportal.core.codes import ConferenceKind, DocumentKind
from ctportal.files.models import StoredFile
from ctportal.files.store import prepare_document
from ctportal.reading.context import ReadContext
from documents.models import Document

_numbers = itertools.count(1)


def make_request(path="/en/"):
    """Return a GET request with the read context that the middleware sets."""
    request = RequestFactory().get(path)
    request.read_context = ReadContext()
    return request


def make_user(username="publisher", **fields):
    user, _created = get_user_model().objects.get_or_create(username=username, defaults={"is_staff": True, **fields})
    return user


def make_account(role, username="", **fields):
    """Return an account with the role *role*, by default named after it. It is reloaded, to empty its cache of permissions."""
    user = make_user(username or role.replace(" ", "-"), **fields)
    user.groups.add(Group.objects.get(name=role))
    return type(user).objects.get(pk=user.pk)


def make_conference(title="A conference", language="en", **fields):
    n = next(_numbers)
    values = {
        "slug": f"conference-{n}",
        "name": f"Conference {n}",
        "kind": ConferenceKind.REGIONAL,
        "start_date": date(2019, 9, 3),
        "end_date": date(2019, 9, 4),
        "country": "BY",
        "city_en": "Minsk",
        "original_language": language,
    }
    conference = Conference.objects.create(**values | fields)
    conference.texts.create(language=language, title=title, ready=True)
    return conference


def make_document(
    conference=None,
    title="A document",
    language="en",
    body="<p>A text.</p>",
    *,
    issued_by=None,
    delivered_by=None,
    delivered_title="",
    **fields,
):
    """Return a document; *issued_by* is the organization that issued it, *delivered_by* the person who delivered it."""
    values = {
        "slug": f"document-{next(_numbers)}",
        "kind": DocumentKind.PRESS_RELEASE,
        "conference": conference,
        "date": date(2019, 9, 4),
        "original_language": language,
    }
    document = Document.objects.create(**values | fields)
    document.versions.create(language=language, title=title, body=body, ready=True)
    if issued_by:
        document.issuers.create(organization=issued_by)
    if delivered_by:
        document.deliveries.create(person=delivered_by, **{f"title_{language}": delivered_title})
    return document


def make_stored_file(name="file.pdf", content=b"%PDF-1.4 not a real one", media_type="application/pdf", **fields):
    """Return a StoredFile, stored without the upload checks."""
    stored = StoredFile(name=name, media_type=media_type, size=len(content), sha256="0" * 64, **fields)
    stored.file.save(name, ContentFile(content), save=False)
    stored.save()
    return stored


def make_photo(conference, **fields):
    """Return a photo with a download and one smaller rendition. Their bytes are not pictures."""
    original = make_stored_file("photo.jpg", b"original", "image/jpeg", width=1600, height=1067)
    for variant, width in (("download", 1600), ("w640.webp", 640)):
        make_stored_file(
            f"photo-{variant}.webp",
            variant.encode(),
            "image/webp",
            source=original,
            variant=variant,
            width=width,
            height=width * 2 // 3,
        )
    values = {"conference": conference, "file": original, "alt_text_en": "A hall", "credit": "Somebody"}
    return Photo.objects.create(**values | fields)


def make_series(name="A series", **fields):
    return Series.objects.create(**{"slug": f"series-{next(_numbers)}", "name_en": name} | fields)


def make_theme(name="A theme", **fields):
    return Theme.objects.create(**{"slug": f"theme-{next(_numbers)}", "name_en": name} | fields)


def make_organization(name="An organization", **fields):
    return Organization.objects.create(**{"slug": f"organization-{next(_numbers)}", "name_en": name} | fields)


def make_person(name="A person", **fields):
    return Person.objects.create(**{"slug": f"person-{next(_numbers)}", "name_en": name} | fields)


def store_document(uploaded, by=None):
    return prepare_document(uploaded).store(by=by)
