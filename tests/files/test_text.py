"""Text of PDFs as programs make them: six languages, one of them written from right to left."""

import pytest

from tests.factories import store_document
from tests.files.test_store import upload

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

PHRASES = {
    "en": "Opening release of the regional conference",
    "fr": "Conférence régionale sur la lutte contre le terrorisme",
    "es": "Conferencia regional sobre la prevención",
    "ru": "Региональная конференция по противодействию терроризму",
    "zh": "反恐怖主义区域会议",
    "ar": "المؤتمر الإقليمي لمكافحة الإرهاب في مينسك",
}


def test_the_text_of_a_pdf_reads_as_it_was_written_in_six_languages(chromium):
    page = chromium.new_page()
    page.set_content(
        "".join(
            f'<p lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}">{text}</p>' for code, text in PHRASES.items()
        )
    )
    data = page.pdf()
    page.close()

    stored = store_document(upload("six.pdf", data), by=None)

    lines = [" ".join(line.split()) for line in stored.text.splitlines() if line.strip()]
    assert (stored.pages, lines) == (1, list(PHRASES.values()))


MIXED = "عقد في مينسك عام 2019 مؤتمر UNOCT General Assembly بمشاركة 400 شخص، ثم تابع المشاركون"


def in_one_piece(text):
    return text


def word_by_word(text):
    """*text* with a colour of its own for each word, so that each is drawn for itself, the leftmost first."""
    return " ".join(f'<span style="color: #0000{n:02x}">{word}</span>' for n, word in enumerate(text.split()))


@pytest.mark.parametrize("drawn", [in_one_piece, word_by_word])
def test_an_arabic_line_reads_from_the_right_however_it_is_drawn(chromium, drawn):
    page = chromium.new_page()
    page.set_content(f'<p>Opening release</p><p lang="ar" dir="rtl">{drawn(MIXED)}</p>')
    data = page.pdf()
    page.close()

    stored = store_document(upload("mixed.pdf", data), by=None)

    assert [" ".join(line.split()) for line in stored.text.splitlines()] == ["Opening release", MIXED]
