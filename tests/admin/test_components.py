"""The pieces of HTML in the admin's columns, boxes and messages."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString

from conferences.models import Person
from ctportal.staff.components import component

HOSTILE = "<script>\"'&</script>"
FILE = SimpleNamespace(name=HOSTILE, width=640, height=480)
TO_COME = SimpleNamespace(public_from=datetime(2026, 3, 2, 9, 5, tzinfo=UTC))
SAFE = escape(HOSTILE)
COMPONENTS = {
    "languages": (
        {"languages": [("fr", HOSTILE, "original"), ("ru", "Русский", "ready"), ("ar", "العربية", "draft")]},
        (
            f'<span class="tongue tongue-original" title="{SAFE}: original">fr</span> '
            '<span class="tongue tongue-ready" title="Русский: ready">ru</span> '
            '<span class="tongue tongue-draft" title="العربية: in preparation">ar</span>'
        ),
    ),
    "language_state": ({"state": "outdated"}, "outdated"),
    "left_out": (
        {"text": "Left out:", "photos": [("/1/", 3, HOSTILE, HOSTILE)]},
        f'Left out: <ul><li><a href="/1/">3. {SAFE}</a>: {SAFE}</li></ul>',
    ),
    "link": ({"address": "?who=a&b", "text": HOSTILE}, f'<a href="?who=a&amp;b">{SAFE}</a>'),
    "message": ({"text": HOSTILE, "address": "/1/", "link": HOSTILE}, f'{SAFE} <a href="/1/">{SAFE}</a>'),
    "missing": ({}, '<span class="dossier-missing">missing</span>'),
    "paragraphs": ({"lines": ["One.", HOSTILE]}, f"<p>One.</p><p>{SAFE}</p>"),
    "photo": (
        {"address": "/1/", "file": FILE},
        f'<img src="/1/" alt="" class="photo-shown"><br>{SAFE} · 640 × 480',
    ),
    "publication": (
        {"state": "changed", "label": HOSTILE, "to_come": TO_COME, "stage": HOSTILE},
        (
            f'<span class="state state-changed">{SAFE}</span> <span class="when">2026-03-02 09:05 UTC</span> '
            f'<span class="state state-review">{SAFE}</span>'
        ),
    ),
    "namesakes": (
        {
            "name": HOSTILE,
            "opts": Person._meta,
            "namesakes": [Person(pk=7, name_en=HOSTILE, slug="ada")],
            "is_popup": True,
        },
        (
            f"“{SAFE}” exists already. Use the existing entry, or tick “This is another one”.\n"
            '<span class="namesakes"><span><a href="/admin/conferences/person/7/change/" target="_blank" rel="noopener">'
            f"<bdi>{SAFE}</bdi></a> <code>ada</code> "
            '<button type="submit" name="_choose" value="7" formnovalidate>Use this entry</button></span></span>'
        ),
    ),
    "shortened": ({"notice": "Looked for:", "text": HOSTILE}, f"Looked for: “<bdi>{SAFE}</bdi>”"),
    "state": ({"state": "public", "label": HOSTILE}, f'<span class="state state-public">{SAFE}</span>'),
    "stored_file": ({"address": "/1/", "file": FILE}, f'Current file: <a href="/1/">{SAFE}</a>'),
    "thumbnail": (
        {"address": "/1/?a&b"},
        '<img src="/1/?a&amp;b" alt="" class="portal-thumbnail" width="96" loading="lazy">',
    ),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_shows_its_inputs_escaped(name):
    inputs, expected = COMPONENTS[name]
    html = component(name, **inputs)

    assert (html, type(html)) == (expected, SafeString)


def test_every_component_is_tested():
    folder = settings.BASE_DIR / "templates" / "admin" / "components"

    assert {path.stem for path in folder.iterdir()} == set(COMPONENTS)
