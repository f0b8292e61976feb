"""Who knows the title of something finds it: every title of the demo, in each of its languages, is its own search."""

import html
import json

import pytest

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from tests.factories import make_account

pytestmark = pytest.mark.django_db
COLLECTIONS = {
    "conference": "conferences",
    "document": "documents",
    "series": "series",
    "theme": "themes",
    "organization": "organizations",
    "person": "people",
}


def titles():
    """Yield (edition, language, title or name) of all that is public and has one, photos apart."""
    for edition in Edition.objects.public(epoch.now()).of(*COLLECTIONS).order_by("type", "slug"):
        data = json.loads(edition.json)
        for language, title in (data.get("title") or data.get("name")).items():
            yield edition, language, title


def test_there_are_titles_that_are_long(demo):
    found = list(titles())
    assert len(found) > 187
    assert len([title for _edition, _language, title in found if len(title.split()) > 10]) > 62


def test_every_title_is_found_by_partners(client, demo):
    missed = []
    for edition, _language, title in titles():
        answer = client.get(f"/api/v1/{COLLECTIONS[edition.type]}/", {"q": title, "page_size": 100}).json()
        if str(edition.uid) not in [row["uid"] for row in answer["results"]] or answer["shortened_q"]:
            missed.append(title)
    assert missed == []


def test_every_title_of_a_conference_or_document_is_found_by_readers(client, demo):
    missed = []
    for edition, language, title in titles():
        if edition.type in ("conference", "document"):
            response = client.get(f"/{language}/{edition.type}s/", {"q": title})
            if response.status_code != 200 or f'/{edition.slug}/"' not in html.unescape(response.content.decode()):
                missed.append((response.status_code, title))
    assert missed == []


def test_every_title_of_a_conference_or_document_is_found_by_staff(client, demo):
    client.force_login(make_account("editor"))
    missed = []
    for edition, _language, title in titles():
        if edition.type in ("conference", "document"):
            path = f"/admin/{edition.type}s/{edition.type}/"
            found = [row.uid for row in client.get(path, {"q": title}).context["cl"].result_list]
            missed += [] if edition.uid in found else [title]
    assert missed == []
