"""The page of a photo: what a newsroom comes for is in sight at once."""

from io import BytesIO

import pytest
from PIL import Image

from ctportal.publishing.services import publish
from tests.factories import make_conference, make_photo, make_stored_file, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RIGHTS = "© United Nations. Free for news and educational use with the credit shown. No resale, no use in advertising."
PARTS = {
    "picture": ".sight img",
    "credit": ".terms dl > div:nth-child(1)",
    "rights": ".terms dl > div:nth-child(2)",
    "download": "a.button[download]",
}


def make_picture(width, height):
    """Return a stored photo of that size with a rendition and a download that browsers can show."""
    original = make_stored_file("photo.jpg", b"original", "image/jpeg", width=width, height=height)
    for variant, scale in (("download", 1), ("w640.webp", 2)):
        size = (width // scale, height // scale)
        data = BytesIO()
        Image.new("RGB", size, "#3f7f86").save(data, "WEBP")
        make_stored_file(
            f"photo-{variant}.webp",
            data.getvalue(),
            "image/webp",
            source=original,
            variant=variant,
            width=size[0],
            height=size[1],
        )
    return original


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("screen", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("size", [(1600, 1067), (1067, 1600)])
def test_picture_credit_rights_and_download_are_in_sight_at_once(browser_page, size, screen, language, scheme):
    conference, by = make_conference("High-Level Conference on Countering Terrorism in the Region"), make_user()
    caption = "Delegates of forty states and organizations listen to the opening statements in the hall. " * 3
    photo = make_photo(
        conference, file=make_picture(*size), caption_en=caption, credit="UN Photo/A. Photographer", rights=RIGHTS
    )
    publish(conference, by=by)
    publish(photo, by=by)
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": screen[0], "height": screen[1]})
    browser_page.goto(f"/{language}/photos/{photo.uid}/", wait_until="networkidle")

    boxes = {name: browser_page.locator(selector).bounding_box() for name, selector in PARTS.items()}
    assert {name: box for name, box in boxes.items() if box["y"] + box["height"] > screen[1]} == {}
    assert {name: box for name, box in boxes.items() if box["x"] < 0 or box["x"] + box["width"] > screen[0]} == {}
    # In sight, and large enough to be looked at, in its own proportions.
    width, height = boxes["picture"]["width"], boxes["picture"]["height"]
    assert max(width, height) >= (500 if screen[0] > 1000 else 250)
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02)
    assert browser_page.problems == []
