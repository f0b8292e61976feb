"""Screenshots of the portal's pages, to be looked at: ``make screens``.

Takes twelve kinds of page at two widths, in light and dark, in English, Arabic and Chinese; the page of a conference also in
Russian and in French; some kinds in print, in forced colours and at 320 pixels; and the other kinds once at each width. One HTML
page for each kind, and one for each state, shows its pictures side by side.
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
    "series": "series/regional-conferences/",
    "photo": "photos/ .album a",
    "people": "people/",
    "search": "search/?q=border",
    "not-found": "nowhere/",
}
# Kinds of which there are fewer pictures. After a space: the link to follow from that page.
MORE = {
    "photos": "photos/",
    "all-series": "series/",
    "theme": "themes/ .rows a",
    "person": "people/ .names h3 a",
    "organizations": "organizations/",
    "organization": "organizations/united-nations/",
    "version": "conferences/minsk-2019/versions/1/",
    "about": "about/",
    "developers": "developers/",
}
LANGUAGES, WIDTHS, SCHEMES = ("en", "ar", "zh"), (390, 1280), ("light", "dark")
# States in which some kinds are shown, each on a sheet of its own: {name: (width, what is emulated)}. Paper is A4 less its margins.
STATES = {
    "print": (718, {"media": "print"}),
    "forced-colours": (1280, {"forced_colors": "active"}),
    "narrow": (320, {}),
}
IN_STATES = ("home", "conferences", "conference", "document", "photo", "series", "people", "search", "developers")
SHEET = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{{ name }}</title>
<style>body { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start } figure { margin: 0 } img { max-width: 30rem }</style>
{% for picture in pictures %}<figure><figcaption>{{ picture }}</figcaption><img src="{{ picture }}" alt=""></figure>
{% endfor %}</html>"""


def shots():
    """Yield (sheet, name of the picture, address, width, what is emulated)."""
    for name, path in PAGES.items():
        for language in LANGUAGES:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    picture = f"{name}-{language}-{width}-{scheme}.png"
                    yield name, picture, f"{language}/{path}", width, {"color_scheme": scheme}
    for language in ("ru", "fr"):
        for width in WIDTHS:
            yield "conference", f"conference-{language}-{width}.png", f"{language}/{PAGES['conference']}", width, {}
    for name, path in MORE.items():
        for language, width in (("en", 1280), ("en", 390), ("ar", 390)):
            yield "more", f"{name}-{language}-{width}.png", f"{language}/{path}", width, {}
    for state, (width, emulated) in STATES.items():
        for name in IN_STATES:
            yield state, f"{state}-{name}.png", f"en/{(PAGES | MORE)[name]}", width, emulated


def take(root: str, folder: Path, only: list[str]) -> None:
    """Write the pictures of the portal at the address *root*, and the sheets, into *folder*; those named in *only*, or all."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        for name, picture, path, width, emulated in shots():
            if only and name not in only:
                continue
            path, _space, link = path.partition(" ")
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(**{"media": "screen", "color_scheme": "light", "forced_colors": "none"} | emulated)
            page.goto(f"{root}/{path}")
            if link:
                page.goto(page.locator(link).first.evaluate("link => link.href"))
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
    parser.add_argument("--only", nargs="*", default=[], help="names of sheets, such as conference, print or more")
    arguments = parser.parse_args()
    take(arguments.url, arguments.folder, arguments.only)
