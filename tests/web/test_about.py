"""The page about the site."""

import re

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_the_page_about_the_site_says_how_it_is_kept_and_whom_to_ask(client, settings, language):
    settings.CTPORTAL_PRESS_EMAIL = "press@example.org"
    html = client.get(f"/{language}/about/").content.decode()
    sections = re.findall(r'aria-labelledby="(\w+)"', html)
    expected = ["site", "kept", "languages", "search", "citing", "data", "accessibility", "contact"]

    assert [each for each in sections if each in expected] == expected
    assert "mailto:press@example.org" in html
    assert f'href="/{language}/about/"' in html.split("<footer")[1]
