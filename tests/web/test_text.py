"""Numbers and sizes as each language writes them."""

import pytest

from ctportal.web.text import number, size


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
