"""The picture that other sites and messengers show beside a link: site name, title, and two lines, 1200 × 630 pixels.

It is drawn from the texts of a public edition. Where no font has the letters, it is one plain picture.
"""

import functools
import io
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont, features

from .text import LocalizedText

SIZE = WIDTH, HEIGHT = 1200, 630  # pixels, as Open Graph proposes
MARGIN = 80
PAPER, INK, QUIET, ACCENT = "#faf8f3", "#1d1b17", "#5b564b", "#0c5a4b"  # those of site.css
PLAIN = "img/share.png"
MEDIA_TYPE = "image/png"

# Fonts of Debian, found by file name wherever fonts are installed: DejaVu for Latin, Cyrillic and Arabic letters.
BOLD, REGULAR, HAN = "DejaVuSans-Bold.ttf", "DejaVuSans.ttf", "wqy-microhei.ttc"
PACKAGES = {BOLD: "fonts-dejavu-core", REGULAR: "fonts-dejavu-core", HAN: "fonts-wqy-microhei"}
HAN_CHARACTERS = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
# Where a line may end: after a space, and after each character of a script that is written without spaces.
PIECES = re.compile(f"{HAN_CHARACTERS.pattern}[，。、：；）》”]*|[^\\s\u3000-\u30ff\u3400-\u9fff]+\\s*|\\s+")

TITLE_TOP, TITLE_HEIGHT = 140, 310  # pixels
TITLE_SIZES = (68, 60, 52, 46, 40)  # pixels; the title takes the first in which it fits
LINE_HEIGHT = 1.3


def missing_packages() -> list[str]:
    """Return the Debian packages whose fonts are missing on this machine."""
    return sorted({package for name, package in PACKAGES.items() if not _has_font(name)})


def share_image(site: LocalizedText, title: LocalizedText, lines: Sequence[LocalizedText]) -> bytes:
    """Return the picture as PNG: *site* above, *title* large, *lines* (date, place) below."""
    texts = [site, title, *lines]
    if not all(_has_font(_font_name(str(text), bold)) for text in texts for bold in (True, False)):
        return plain_image()
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 20), fill=ACCENT)
    _write(draw, 66, str(site), site.dir, 32, ACCENT)
    size, wrapped = _fit(str(title), title.dir)
    height = round(size * LINE_HEIGHT)
    top = TITLE_TOP
    for words in wrapped:
        _write(draw, top, words, title.dir, size, INK, bold=True)
        top += height
    bottom = HEIGHT - 66 - 50 * len(lines)
    for line in lines:
        _write(draw, bottom, str(line), line.dir, 34, QUIET)
        bottom += 50
    buffer = io.BytesIO()
    image.quantize(32, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG")  # a third of the bytes of a full palette
    return buffer.getvalue()


def plain_image() -> bytes:
    """Return the picture for pages without one of their own."""
    return Path(settings.BASE_DIR, "static", PLAIN).read_bytes()


def _write(draw, top, text, direction, size, colour, *, bold=False):
    font = _font(_font_name(text, bold), size)
    right = direction == "rtl"
    position, anchor = (WIDTH - MARGIN if right else MARGIN, top), "ra" if right else "la"
    draw.text(position, text, font=font, fill=colour, anchor=anchor, **_shaping(direction))


def _fit(title: str, direction: str) -> tuple[int, list[str]]:
    """Return (font size, lines) for *title*; what does not fit in the smallest size ends in an ellipsis."""
    for size in TITLE_SIZES:
        room = int(TITLE_HEIGHT / (size * LINE_HEIGHT))
        lines = _wrap(title, direction, _font(_font_name(title, bold=True), size))
        if len(lines) <= room:
            return size, lines
    return size, [*lines[: room - 1], lines[room - 1].rstrip()[:-1] + "…"]


def _wrap(text: str, direction: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for piece in PIECES.findall(text):
        longer = lines[-1] + piece
        if lines[-1] and font.getlength(longer.rstrip(), **_shaping(direction)) > WIDTH - 2 * MARGIN:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _shaping(direction):
    """Return Pillow's arguments for text of *direction*. Without Raqm, Arabic letters stand unjoined from left to right."""
    return {"direction": direction} if features.check("raqm") else {}


def _font_name(text: str, bold: bool) -> str:
    if HAN_CHARACTERS.search(text):
        return HAN
    return BOLD if bold else REGULAR


@functools.cache
def _has_font(name: str) -> bool:
    try:
        _font(name, TITLE_SIZES[0])
    except OSError:
        return False
    return True


@functools.cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(name, size)
