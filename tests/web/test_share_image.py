"""The picture beside a link on other sites: drawn for conferences, one plain picture elsewhere."""

import io
import re

import pytest
from PIL import Image

from ctportal.publishing.services import publish, withdraw
from ctportal.web import share_image
from ctportal.web.text import LocalizedText
from tests.external_services import need
from tests.factories import make_account, make_conference

ADDRESS = "/en/conferences/minsk-2019/share.png"
SITE = LocalizedText("Conferences", "en")
LONG = {
    "en": "A high-level conference on countering terrorism through new approaches " * 4,
    "ar": "المؤتمر الرفيع المستوى بشأن مكافحة الإرهاب (S/RES/2396) " * 5,
    "zh": "以创新办法和利用新兴技术打击恐怖主义高级别会议，" * 8,
    "ru": "Конференция высокого уровня по противодействию терроризму " * 5,
}


@pytest.fixture
def by(db):
    return make_account("administrator")


@pytest.fixture
def conference(by, frozen_clock):
    conference = make_conference("Borders and technologies", slug="minsk-2019")
    publish(conference, by=by)
    frozen_clock.tick()
    return conference


@pytest.fixture
def fonts():
    need("Fonts: DejaVu Sans, WenQuanYi Micro Hei", not share_image.missing_packages())


def opened(content):
    return Image.open(io.BytesIO(content)).convert("RGB")


def inked(image, box):
    """Whether anything is drawn in *box* of *image*."""
    return len(image.crop(box).getcolors(10_000)) > 1


def test_a_conference_is_drawn_in_each_language(client, conference, fonts):
    answers = [client.get(f"/{language}/conferences/minsk-2019/share.png") for language in ("en", "ar", "zh")]

    assert [(a.status_code, a["Content-Type"], opened(a.content).size) for a in answers] == [
        (200, "image/png", (1200, 630))
    ] * 3
    assert len({answer.content for answer in answers}) == 3
    assert share_image.plain_image() not in [answer.content for answer in answers]


def test_it_takes_two_queries(client, conference, django_assert_num_queries):
    with django_assert_num_queries(2):  # instant and epoch; the record
        client.get(ADDRESS)


def test_it_shows_what_is_public_and_nothing_else(client, conference, by, fonts):
    before = client.get(ADDRESS).content
    conference.texts.update(title="A title that nobody may read yet")

    assert client.get(ADDRESS).content == before
    publish(conference, by=by)
    assert client.get(ADDRESS).content != before


def test_a_draft_has_none_one_that_moved_leads_on_and_one_that_was_withdrawn_is_gone(
    client, conference, by, frozen_clock
):
    make_conference("A draft", slug="draft")
    type(conference).objects.filter(pk=conference.pk).update(slug="minsk")
    conference.refresh_from_db()
    publish(conference, by=by)

    assert client.get("/en/conferences/draft/share.png").status_code == 404
    moved = client.get(ADDRESS)
    assert (moved.status_code, moved["Location"]) == (301, "/en/conferences/minsk/share.png")
    frozen_clock.tick()
    withdraw(conference, by=by, reason="Published by mistake")
    assert client.get("/en/conferences/minsk/share.png").status_code == 410


@pytest.mark.parametrize("language", LONG)
def test_a_title_of_any_length_stays_within_its_place(fonts, language):
    title = LocalizedText(LONG[language], language)
    image = opened(share_image.share_image(SITE, title, [LocalizedText("2019", "en"), LocalizedText("Minsk", "en")]))
    top, bottom = share_image.TITLE_TOP, share_image.TITLE_TOP + share_image.TITLE_HEIGHT

    assert inked(image, (share_image.MARGIN, top, 1200 - share_image.MARGIN, bottom))
    assert not inked(image, (0, 30, share_image.MARGIN - 4, 630))
    assert not inked(image, (1200 - share_image.MARGIN + 4, 30, 1200, 630))
    assert not inked(image, (0, bottom + 4, 1200, 630 - 66 - 100))


def test_arabic_stands_at_the_right_and_is_joined(fonts):
    joined = opened(share_image.share_image(SITE, LocalizedText("مؤتمر", "ar"), []))
    apart = opened(share_image.share_image(SITE, LocalizedText("\u200c".join("مؤتمر"), "ar"), []))
    left, right = (0, 140, 600, 450), (600, 140, 1200, 450)

    assert (inked(joined, left), inked(joined, right)) == (False, True)
    assert joined.tobytes() != apart.tobytes()


@pytest.mark.parametrize("text", ["", " ", "\u0301", "a" * 500, "\U0001f600" * 30, "、" * 200, "שלום", "๑" * 100])
def test_odd_titles_are_drawn(fonts, text):
    assert opened(share_image.share_image(SITE, LocalizedText(text, "en"), [])).size == (1200, 630)


def test_without_fonts_it_is_the_plain_picture(client, conference, monkeypatch):
    monkeypatch.setattr(share_image, "_has_font", lambda name: False)

    assert client.get(ADDRESS).content == share_image.plain_image()
    assert share_image.missing_packages() == ["fonts-dejavu-core", "fonts-wqy-microhei"]


@pytest.mark.parametrize(
    ("address", "picture"),
    [
        ("/en/", "/static/img/share.png"),
        ("/ar/conferences/", "/static/img/share.png"),
        ("/fr/about/", "/static/img/share.png"),
        ("/zh/conferences/minsk-2019/", "/zh/conferences/minsk-2019/share.png"),
    ],
)
def test_every_page_names_a_picture_that_is_there(client, conference, address, picture):
    [named] = re.findall(r'<meta property="og:image" content="([^"]+)">', client.get(address).content.decode())

    assert named == f"http://testserver{picture}"
