"""Numbers and sizes as each language writes them."""

import re

import pytest

from ctportal.publishing.services import publish
from ctportal.web.sanitizer import rich
from ctportal.web.text import LanguageContext, LocalizedText, by_direction, first_sentence, number, size
from tests import factories as make


@pytest.mark.parametrize(
    ("language", "sizes", "figure"),
    [
        ("ar", ["1.2 م.ب", "340 كيلوبايت", "12 م.ب"], "1,400"),
        ("zh", ["1.2 MB", "340 kB", "12 MB"], "1,400"),
        ("en", ["1.2 MB", "340 kB", "12 MB"], "1,400"),
        ("fr", ["1,2\u202fMo", "340\u202fko", "12\u202fMo"], "1\u202f400"),
        ("ru", ["1,2 МБ", "340 кБ", "12 МБ"], "1\u00a0400"),
        ("es", ["1,2 MB", "340 kB", "12 MB"], "1.400"),
    ],
)
def test_sizes_and_figures_are_written_as_in_their_language(language, sizes, figure):
    assert [size(count, language) for count in (1_234_567, 340_000, 12_345_678)] == sizes
    assert number(1400, language) == figure


LTR = [
    *("+992 (37) 221-00-00", "+992 37 221 00 00", "(37) 221-00-00", "00992-37-2210000", "2019-09-04"),
    *("https://example.org/id/0a?x=1&y=(2)", "www.example.org/ar", "press@office.example.org"),
    *("S/RES/2396 (2017)", "A/RES/217 (III)", "ECE/TRANS/WP.29/2019/81", "A/72/840"),
    *(
        "A/RES/217 (III) A",
        "A/RES/57/270 B",
        "S/PV.7316 (Resumption 1)",
        "A/74/6 (Sect. 29B)/Corr.1",
        "A/72/49 (Vol. I)",
        "A/72/840*",
    ),
    *("+٩٩٢ (٣٧) ٢٢١-٠٠-٠٠", "+۹۹۲ ۳۷ ۲۲۱ ۰۰ ۰۰"),
]


@pytest.mark.parametrize("ltr", LTR)
def test_what_reads_from_left_to_right_is_a_part_of_its_own(ltr):
    assert by_direction(f"هاتف: {ltr}، مكتب") == [("هاتف: ", False), (ltr, True), ("، مكتب", False)]
    assert by_direction(ltr) == [(ltr, True)]


@pytest.mark.parametrize(
    "words", ["مكتب الصحافة", "من 3 إلى 4", "القاعة 6", "عام 2019", "Press office", "10.5", "٣-٤ أيلول", ""]
)
def test_words_and_figures_stay_where_they_are(words):
    assert by_direction(words) == ([(words, False)] if words else [])


def test_words_behind_a_symbol_are_no_part_of_it():
    assert by_direction("A/72/840 A meeting") == [("A/72/840", True), (" A meeting", False)]
    assert by_direction("A/72/840 (انظر)") == [("A/72/840", True), (" (انظر)", False)]


def test_editors_texts_in_arabic_isolate_it_too():
    html = '<p>هاتف <strong>+992 (37) 221-00-00</strong> أو <a href="https://example.org/221-00-00">الموقع</a></p>'
    assert '<strong><bdi dir="ltr">+992 (37) 221-00-00</bdi></strong>' in rich(html, rtl=True)
    assert 'href="https://example.org/221-00-00"' in rich(html, rtl=True)
    assert "bdi" not in rich(html)


@pytest.mark.parametrize(
    ("html", "isolated"),
    [
        ("<p>https://example.org&nbsp;هاتف</p>", "<p>{https://example.org}&nbsp;هاتف</p>"),
        ("<p>هاتف +992&nbsp;(37)&nbsp;221-00-00</p>", "<p>هاتف {+992&nbsp;(37)&nbsp;221-00-00}</p>"),
        ("<p>&lt;www.example.org/a&gt; و</p>", "<p>&lt;{www.example.org/a}&gt; و</p>"),
        ("<p>https://example.org/?a=1&amp;lt=2 و</p>", "<p>{https://example.org/?a=1&amp;lt=2} و</p>"),
    ],
)
def test_signs_that_html_names_are_kept_whole(html, isolated):
    assert rich(html, rtl=True) == isolated.replace("{", '<bdi dir="ltr">').replace("}", "</bdi>")


@pytest.mark.parametrize(
    "html",
    [
        '<p title="a>+992 (37) 221-00-00" onclick="x">هاتف</p>',
        '<a href="https://example.org/>www.example.org/&quot;onmouseover=alert(1)&quot;">و</a>',
        "<p>https://example.org/&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<script>www.example.org/1</script><p <www.example.org/1>",
    ],
)
def test_isolating_lets_nothing_unsafe_in(html):
    clean = rich(html, rtl=True)
    assert not re.search(r"<script|<[^>]*\son\w+=", clean)
    assert rich(clean) == clean


@pytest.mark.django_db
def test_a_telephone_number_and_the_permanent_address_read_right_in_arabic(client):
    publisher = make.make_user()
    record = make.make_document(title="Release", slug="release", contact="<b>Press</b> +992 (37) 221-00-00")
    publish(record, by=publisher)

    english, arabic = (client.get(f"/{code}/documents/release/").content.decode() for code in ("en", "ar"))

    # As a text of the document's language, it reads from left to right as a whole.
    assert '<p><span lang="en" dir="ltr">&lt;b&gt;Press&lt;/b&gt; +992 (37) 221-00-00</span></p>' in arabic
    assert "<p>&lt;b&gt;Press&lt;/b&gt; +992 (37) 221-00-00</p>" in english
    assert f'dir="ltr">/id/{str(record.uid)[:8]}' in arabic


@pytest.mark.django_db
def test_numbers_in_a_summary_read_right_in_arabic(client):
    conference = make.make_conference(title="مؤتمر", language="ar", slug="minsk-2019")
    conference.texts.update(summary="الهاتف +992 (37) 221-00-00 & <b>")
    publish(conference, by=make.make_user())

    page = client.get("/ar/conferences/minsk-2019/").content.decode()

    assert 'الهاتف <bdi dir="ltr">+992 (37) 221-00-00</bdi> &amp; &lt;b&gt;' in page


def test_a_text_for_all_languages_is_marked_as_one_in_the_original_language():
    assert LanguageContext("ar", "en").own("Photo service") == LocalizedText(
        "Photo service", "en", foreign=True, announced=True
    )
    assert LanguageContext("en", "en").own("Photo service") == LocalizedText("Photo service", "en")
    assert LanguageContext("ar", "en").own("2.17") == LocalizedText("2.17", "ar")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        ("One only", "One only"),
        ("What it is. And more.", "What it is."),
        ("Of the U.N. Office, No. 3. Then more.", "Of the U.N. Office, No. 3."),
        ("In St. Petersburg and e.g. Minsk. More.", "In St. Petersburg and e.g. Minsk."),
        ("Held in 2018. Then again.", "Held in 2018."),
        ("Borders, etc. are its subject. More.", "Borders, etc. are its subject."),
        ("Is it? It is.", "Is it?"),
        ("Состоялась в г. Минске. Затем в Вене.", "Состоялась в г. Минске."),
        ("在明斯克举行。后来在维也纳。", "在明斯克举行。"),
        ("عقد المؤتمر في مينسك. ثم في فيينا.", "عقد المؤتمر في مينسك."),
        ("A first line\nand a second. More.", "A first line"),
    ],
)
def test_the_first_sentence_of_a_text(text, sentence):
    assert first_sentence(LocalizedText(text, "fr", foreign=True)) == LocalizedText(sentence, "fr", foreign=True)
