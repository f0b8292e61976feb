"""Which words may be mistyped, and how far two words are apart."""

import random

import pytest

from ctportal.search.spelling import correctable, distance, most_errors


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("minsk", "minsk", 0),
        ("minsk", "mink", 1),
        ("mink", "minsk", 1),
        ("minsk", "mimsk", 1),
        ("minsk", "mniks", 2),
        ("minsk", "imnsk", 1),
        ("vorokov", "voronkov", 1),
        ("ca", "abc", 3),
        ("border", "minsk", 3),
        ("a", "abcdefgh", 3),
        ("", "", 0),
        ("تعاون", "تعاوون", 1),
    ],
)
def test_each_letter_that_differs_counts_and_so_do_two_that_are_exchanged(one, other, expected):
    assert distance(one, other, 2) == expected
    assert distance(other, one, 2) == expected


def test_more_than_the_most_is_one_more_whatever_the_words():
    chance = random.Random(7)
    for _ in range(2000):
        one, other = ("".join(chance.choices("abc", k=chance.randint(1, 7))) for _ in range(2))
        exact = distance(one, other, 10)
        assert [distance(one, other, most) for most in (0, 1, 2)] == [min(exact, most + 1) for most in (0, 1, 2)]


def test_long_words_may_have_two_errors():
    assert [most_errors(word) for word in ("min", "minsk", "border")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("vorokov Minske", ["vorokov", "minske"]),
        ("counter-terorism", ["counter", "terorism"]),
        ("l'hommme", ["hommme"]),
        ('"vorokov speech" vorokov', ["vorokov"]),
        ('-vorokov kind:vorokov person:"vorokov" of 2019 x2 S/RES/2396 反恐会议', []),
    ],
)
def test_words_of_letters_that_stand_alone_are_corrected(text, words):
    assert list(correctable(text).values()) == words
    assert all(text[run.start : run.end] == run.text for run in correctable(text))
