"""The interface in five languages besides English: nothing missing, nothing unsure, nothing that only English says."""

import gettext
import io
import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from ctportal.core.languages import CODES, django_code
from ctportal.web import labels
from tests import factories as make
from tests.web.dossiers import every_page, make_dossier

TRANSLATED = [code for code in CODES if code != "en"]
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")
}
PACKAGES = ("conferences", "documents", "ctportal")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|(?<!%)\{\w+\}")


def files():
    """Return {path: whether it is a template} of all that speaks, to visitors or to staff."""
    root = settings.BASE_DIR
    modules = [path for name in PACKAGES for path in root.glob(f"{name}/**/*.py") if "migrations" not in path.parts]
    return dict.fromkeys(root.glob("templates/**/*.*"), True) | dict.fromkeys(modules, False)


@cache
def messages():
    """Return {(context, singular)} of every message of the portal."""
    found = set()
    for path, is_template in files().items():
        source = path.read_text()
        if is_template:
            # What is no message becomes X; its indentation would not be Python's.
            source = "\n".join(line.strip() for line in templatize(source).split("\n"))
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"}
        ):
            found.add((context, message[0] if isinstance(message, tuple) else message))
    return found


@cache
def catalogue(code):
    name = {"zh": "zh_Hans"}.get(code, code)
    with Path(settings.BASE_DIR, "locale", name, "LC_MESSAGES", "django.po").open("rb") as file:
        return read_po(file)


def translated(code):
    """Return [(what is said, forms of the source, forms of the translation)] of the messages that have a translation."""
    result = []
    for message in catalogue(code):
        said = (message.string,) if isinstance(message.string, str) else message.string
        if message.id and all(said):
            source = (message.id,) if isinstance(message.id, str) else message.id
            result.append(((message.context, source[0]), source, said))
    return result


# The catalogues ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", TRANSLATED)
def test_all_that_is_said_is_translated(code):
    known = {key for key, _source, _said in translated(code)}
    missing = {(context, text) for context, text in messages() - known if not said_by_django(code, text)}

    assert len(messages()) > 1000
    assert sorted(missing, key=str) == []


def said_by_django(code, text):
    """Whether Django has *text*, such as "Home", in that language; of the marks behind which no colon stands it need not."""
    with translation.override(django_code(code)):
        return translation.gettext(text) != text or text == ":?.!"


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_is_marked_as_unsure(code):
    assert [message.id for message in catalogue(code) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_message_stands_in_a_catalogue_twice(code):
    locale = translation.to_locale(django_code(code))
    text = (settings.BASE_DIR / "locale" / locale / "LC_MESSAGES" / "django.po").read_text()
    entries = Counter(re.findall(r"^((?:msgctxt .+\n)?msgid (?:.+\n)+?)msg", text, re.MULTILINE))
    assert len(entries) > 1000
    assert [entry for entry, count in entries.items() if count > 1] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_placeholders(code):
    def placeholders(text):
        return PLACEHOLDER.findall(text)

    wrong = []
    for key, source, said in translated(code):
        for form in said:
            missing = Counter(placeholders(source[-1]))
            missing.subtract(placeholders(form))
            # "One conference", "two conferences" need no figure where a form is for that number alone.
            words_for_the_number = code == "ar" and len(source) == 2 and list(filter(None, missing.values())) == [1]
            if any(missing.values()) and not words_for_the_number:
                wrong.append((key, form))
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_compiles(code):
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)

    assert gettext.GNUTranslations(compiled).gettext("Conferences") == {
        "ar": "المؤتمرات", "zh": "会议", "fr": "Conférences", "ru": "Конференции", "es": "Conferencias",
    }[code]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ar", ["بلد", "بلدان", "بلدان", "بلداً", "بلد"]),
        ("zh", ["个国家"] * 5),
        ("en", ["country", "countries", "countries", "countries", "countries"]),
        ("fr", ["pays"] * 5),
        ("ru", ["страна", "страны", "страны", "стран", "стран"]),
        ("es", ["país", "países", "países", "países", "países"]),
    ],
)
def test_the_words_beside_a_number_follow_it(code, expected):
    with translation.override(django_code(code)):
        assert [labels.measure("countries", count) for count in (1, 2, 3, 11, 100)] == expected


# The pages -----------------------------------------------------------------------------------------------------------


class Spoken(HTMLParser):
    """What a page says in its own language: texts and labels outside elements that name another language."""

    VOID = {"meta", "link", "img", "input", "br", "source", "hr"}
    SILENT = {"script", "style", "code", "pre", "time", "bdi"}
    LABELS = ("aria-label", "placeholder", "title", "data-done")

    def __init__(self, html):
        super().__init__()
        self.foreign, self.said = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        silent = tag in self.SILENT or (tag != "html" and "lang" in attrs)
        if tag not in self.VOID:
            self.foreign.append(silent or any(self.foreign[-1:]))
        if not (silent or any(self.foreign[-1:])):
            self.said += [attrs[name] for name in self.LABELS if attrs.get(name)]

    def handle_endtag(self, tag):
        self.foreign.pop()

    def handle_data(self, text):
        if text.strip() and not any(self.foreign[-1:]):
            self.said.append(" ".join(text.split()))


# What stands in a page of the dossier without a language of its own: names, which nobody translates, and formats.
NAMES = re.compile(
    r"(Dossier|Document|Caption|Border security|Speaker|Organization) [\d.]+|ORG\d|(http://testserver)?/id/[\w-]+|The (series|theme)|Hall A|Press office|A change of place|Minsk|Somebody|Free"
    r"|Remarks|A newspaper|border|nowhere|never|(press@)?example\.org|https://www\.wikidata\.org/wiki/Q1|file\.pdf|photo-w640\S*"
    r"|\b(English|UTC|PDF|JSON|WCAG|AA|WebP|JPEG|SHA-256|BibTeX|RIS|CSV)\b"
)


@pytest.mark.django_db
def test_an_arabic_page_says_nothing_in_english_of_its_own(client):
    make_dossier(1, series=make.make_series("The series"), theme=make.make_theme("The theme"))
    english = re.compile("[A-Za-z]{2,}")

    left = set()
    for name, address in every_page("ar").items():
        said = Spoken(client.get(address).content.decode()).said
        assert len(said) > 10, name
        left |= {(name, text) for text in said if english.search(NAMES.sub("", text))}
    assert left == set()
