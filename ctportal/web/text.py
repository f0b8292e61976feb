"""What a page says, in which language: fallback with its label, rich text, numbers and sizes."""

from functools import lru_cache
from html import escape

import nh3
from babel import Locale
from babel.numbers import format_decimal
from babel.units import format_unit
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ctportal.languages import DEFAULT, LANGUAGES, direction, pick

_LOCALES = {"ar": "ar", "zh": "zh_Hans", "en": "en_GB", "fr": "fr", "ru": "ru", "es": "es"}


_ATTRIBUTES_OF = {code: SafeString(f' lang="{code}" dir="{direction(code)}"') for code in LANGUAGES}


class Said(str):
    """Text as a reader gets it, with the language it is in.

    In a template it writes itself, inside ``lang`` and ``dir`` where it is in another language than the page. In an
    attribute, a title or JSON-LD use ``plain``. ``tag`` is the visible name of the language, empty where the page
    is in that language or has already said so.
    """

    lang = ""
    foreign = False
    told = False

    def __html__(self):
        if not self.foreign:
            return SafeString(escape(self.plain))
        return SafeString(f"<span{self.attributes}>{escape(self.plain)}</span>")

    @property
    def plain(self):
        return str.__str__(self)

    @property
    def attributes(self):
        """`` lang="…" dir="…"`` for an element of the template's own, or nothing."""
        return _ATTRIBUTES_OF[self.lang] if self.foreign else ""

    @property
    def tag(self):
        if not self.foreign or self.told:
            return ""
        return SafeString(f' <small class="tongue"{self.attributes}>{LANGUAGES[self.lang]}</small>')

    @property
    def tagged(self):
        """The text and, where needed, the name of its language."""
        return SafeString(self.__html__() + self.tag)


class Reader:
    """Who reads: picks each text in the page's language or the one it falls back to.

    *told* holds the languages that the page has already named to the reader, so that one notice is enough.
    """

    __slots__ = ("language", "original", "told")

    def __init__(self, language, original=DEFAULT, told=()):
        self.language, self.original, self.told = language, original, told

    def say(self, texts):
        """Return the Said of a language object; false where there is no text at all."""
        text, lang = pick(texts, self.language, self.original)
        said = Said(text)
        if lang != self.language and text:
            said.lang, said.foreign, said.told = lang, True, lang in self.told
        else:
            said.lang = self.language
        return said

    def after(self, *said):
        """Return the Reader who has already been told the languages of *said*."""
        return Reader(self.language, self.original, (*self.told, *(each.lang for each in said if each.foreign)))


# What the editor offers (conferences.models.RICH_TEXT); anything else is dropped, whatever the database holds.
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em", "a"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "ol": {"start"}}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
    strip_comments=True,
)


def rich(html, *, deeper=0):
    """Return editors' HTML as it may stand in a page: cleaned again, headings *deeper* levels down, tables scrollable.

    The only place where text from an edition is not escaped: the cleaner lets through nothing but ``_TAGS``.
    """
    if not html:
        return ""
    clean = _CLEANER.clean(html)
    for level in (4, 3, 2) if deeper else ():
        clean = clean.replace(f"<h{level}>", f"<h{level + deeper}>").replace(f"</h{level}>", f"</h{level + deeper}>")
    if "<table" in clean:
        opening = format_html('<div class="table" tabindex="0" role="group" aria-label="{}">', _("Table"))
        clean = clean.replace("<table", f"{opening}<table").replace("</table>", "</table></div>")
    return SafeString(clean)


@lru_cache(maxsize=2048)
def number(value, language):
    """Return the whole number *value* as written in *language*: "1,000", "1 000"."""
    return format_decimal(value, locale=Locale.parse(_LOCALES[language]))


_UNITS = ((1_000_000_000, "gigabyte"), (1_000_000, "megabyte"), (1_000, "kilobyte"), (1, "byte"))


@lru_cache(maxsize=4096)
def size(count, language):
    """Return *count* bytes as people read it in *language*, in units of 1000: "340 kB", "1,2 Mo"."""
    unit, name = next((each for each in _UNITS if count >= each[0]), _UNITS[-1])
    amount = round(count / unit, 1 if unit > 1 and count < 10 * unit else 0)
    return format_unit(amount, f"digital-{name}", length="short", locale=Locale.parse(_LOCALES[language]))


MEDIA_NAMES = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "text/html": "HTML",
}


def media_name(media_type):
    """Return what readers call a media type: "PDF"."""
    return MEDIA_NAMES.get(media_type, media_type)
