"""A photo that was stored can be published: model, builder and renditions call its files the same."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from conferences.models import Photo
from ctportal.files.store import store_photo
from ctportal.publishing.services import publish
from tests.factories import make_conference

pytestmark = pytest.mark.django_db


def test_a_stored_photo_shows_its_download_and_its_renditions():
    picture = io.BytesIO()
    Image.new("RGB", (700, 500), "teal").save(picture, "JPEG")
    conference = make_conference()
    publish(conference, by="publisher")
    stored = store_photo(ContentFile(picture.getvalue(), name="hall.jpg"), by=None)
    photo = Photo.objects.create(conference=conference, file=stored, alt_text_en="A hall", credit="Somebody")

    data = publish(photo, by="publisher").data

    assert data["download"]["name"] == "hall.jpg"
    assert [file["name"] for file in data["renditions"]] == [
        "hall-w320.webp",
        "hall-w320.jpg",
        "hall-w640.webp",
        "hall-w640.jpg",
        "hall-w1280.webp",
        "hall-w1280.jpg",
    ]
