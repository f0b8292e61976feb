"""Screenshots of the portal's pages, to be looked at: ``make screens``.

Takes each kind of page at two widths, in light and dark, in English, Arabic and Chinese; the page of a conference also in
print, in forced colours, at 320 pixels, in Russian and in French. One HTML page for each kind of page shows its pictures side by side.
"""

import argparse
import os
import sys
from pathlib import Path

from django.template import Context, Engine
from playwright.sync_api import sync_playwright

PAGES = {
    "home": "",
    "conferences": "conferences/",
    "filtered": "documents/?kind=press-release&year=2019",
    "nothing-found": "conferences/?q=nowhere",
    "conference": "conferences/minsk-2019/",
    "documents": "documents/",
    "document": "documents/minsk-2019-closing-press-release/",
    "series": "series/",
    "photos": "photos/",
    "search": "search/?q=border",
    "about": "about/",
    "not-found": "nowhere/",
}
LANGUAGES, WIDTHS, SCHEMES = ("en", "ar", "zh"), (390, 1280), ("light", "dark")
# More states of the page of a conference: {name: (language, width, what is emulated)}.
STATES = {
    "print": ("en", 1280, {"media": "print"}),
    "forced-colours": ("en", 1280, {"forced_colors": "active"}),
    "narrow": ("en", 320, {}),
    "russian": ("ru", 390, {}),
    "french": ("fr", 1280, {}),
}
SHEET = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{{ name }}</title>
<style>body { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start } figure { margin: 0 } img { max-width: 30rem }</style>
{% for picture in pictures %}<figure><figcaption>{{ picture }}</figcaption><img src="{{ picture }}" alt=""></figure>
{% endfor %}</html>"""


def shots():
    """Yield (kind of page, name of the picture, address, width, what is emulated)."""
    for name, path in PAGES.items():
        for language in LANGUAGES:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    picture = f"{name}-{language}-{width}-{scheme}.png"
                    yield name, picture, f"{language}/{path}", width, {"color_scheme": scheme}
    for state, (language, width, emulated) in STATES.items():
        yield "conference", f"conference-{state}.png", f"{language}/{PAGES['conference']}", width, emulated


def take(root: str, folder: Path) -> None:
    """Write the pictures of the portal at the address *root*, and the sheets, into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        for name, picture, path, width, emulated in shots():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(**{"media": "screen", "color_scheme": "light", "forced_colors": "none"} | emulated)
            page.goto(f"{root}/{path}")
            page.screenshot(path=folder / picture, full_page=True)
            sheets.setdefault(name, []).append(picture)
        browser.close()
    template = Engine().from_string(SHEET)
    for name, pictures in sheets.items():
        (folder / f"{name}.html").write_text(template.render(Context({"name": name, "pictures": pictures})))
    sys.stdout.write(f"{sum(map(len, sheets.values()))} pictures on {len(sheets)} sheets: {folder}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of a portal that runs (make run)")
    parser.add_argument(
        "--folder", type=Path, default=Path.home() / ".cache/ctportal/screens", help="where the pictures are written"
    )
    arguments = parser.parse_args()
    take(arguments.url, arguments.folder)
