"""Every language of a document is one click away, and the click arrives."""

import re

import pytest

from ctportal.publishing.services import publish
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


def test_the_links_between_the_languages_of_a_document_lead_to_its_pages(client):
    document = make_document(slug="closing")
    document.versions.create(language="ru", title="Заголовок", body="<p>Текст</p>", ready=True)
    publish(document, by=make_user())
    page = client.get("/en/documents/closing/").content.decode()
    listed = re.search(r'<ul class="editions".*?</ul>', page, re.DOTALL)[0]

    assert re.findall(r'href="([^"]+)"', listed) == ["/ru/documents/closing/"]
    assert client.get("/ru/documents/closing/").status_code == 200
