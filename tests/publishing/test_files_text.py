"""Text of PDFs as programs make them: six languages, one of them written from right to left."""

import pytest

from ctportal.publishing.files import store_document

from .test_files_stored import upload

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
