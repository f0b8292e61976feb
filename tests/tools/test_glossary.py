"""The catalogues use the terms of ``locale/glossary.toml``."""

import re
import tomllib
from functools import cache

import pytest
from django.conf import settings

from ctportal.core.languages import CODES
from tests.web.test_translations import PLACEHOLDER, TRANSLATED, translated

# What a pager, a button and a fact say, where one word of English stands for two of another language.
SHORT_LABELS = {
    ("First", "ar"): "الصفحة الأولى",
    ("First", "zh"): "第一页",
    ("First", "fr"): "Première page",
    ("First", "ru"): "Первая страница",
    ("First", "es"): "Primera página",
    ("Last", "ar"): "الصفحة الأخيرة",
    ("Last", "zh"): "最后一页",
    ("Last", "fr"): "Dernière page",
    ("Last", "ru"): "Последняя страница",
    ("Last", "es"): "Última página",
    ("History", "ar"): "تاريخ التعديلات",  # السجل is a record
    ("Data", "ar"): "المعطيات",  # البيانات are statements
    ("Copy", "ar"): "حفظ في الحافظة",  # نسخ are versions
    ("Home", "zh"): "首页",  # and no page of a list
    ("held", "ru"): "состоялась",
}


@cache
def glossary():
    return tomllib.loads((settings.BASE_DIR / "locale" / "glossary.toml").read_text())


def terms():
    return glossary()["term"]


def names_it(text, term):
    """Whether the English *text* has the *term*, apart from its placeholders."""
    words = [re.escape(word) for word in (term["en"], f"{term['en']}s", *term.get("also", ()))]
    return re.search(rf"(?<![\w-])({'|'.join(words)})(?![\w/-])", PLACEHOLDER.sub(" ", text), re.IGNORECASE) is not None


def forms(term, code):
    return [form.casefold() for form in term.get("forms", {}).get(code, [term[code]])]


def test_each_term_is_written_in_six_languages_and_once():
    assert [term["en"] for term in terms() if not all(term.get(code) for code in CODES)] == []
    assert len({term["en"] for term in terms()}) == len(terms()) > 20


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_two_terms_are_one_in_another_language(code):
    names = [term[code] for term in terms()]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_uses_the_terms(code):
    other = [
        (term["en"], source[0], form)
        for term in terms()
        for key, source, said in translated(code)
        if names_it(source[0], term) and key[1] not in term.get("apart", ())
        for form in said
        if not any(each in form.casefold() for each in forms(term, code))
    ]

    assert other == []


@pytest.mark.parametrize("term", terms(), ids=lambda term: term["en"])
def test_each_term_stands_in_the_catalogues(term):
    assert any(names_it(source[0], term) for _key, source, _said in translated("fr"))


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_stands_in_the_catalogue_that_the_glossary_replaces(code):
    replaced = [each.casefold() for each in glossary()["never"][code]]
    found = [
        (each, form) for _, _, said in translated(code) for form in said for each in replaced if each in form.casefold()
    ]

    assert found == []


@pytest.mark.parametrize(("message", "code"), SHORT_LABELS)
def test_short_labels_say_what_they_are(message, code):
    said = {key: forms for key, _source, forms in translated(code)}

    assert said[None, message] == (SHORT_LABELS[message, code],)
