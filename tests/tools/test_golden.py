"""The recordings of make golden: what makes no difference, what does, and how it is told."""

import pytest
from django.http import HttpResponse

from tests.golden import normal
from tests.golden.__main__ import differences, is_wanted

PAGE = '<p class="b a" id="x">One &amp; <b>two</b></p>\n'


@pytest.mark.parametrize(
    "same",
    [
        '<p  id="x"\n class="a b">\n  One &#38;\n  <b> two </b>\n</p>',
        '<!-- why --><p class="a  b" id=x>One &amp; <b>two</b></p>',
    ],
)
def test_white_space_and_the_order_of_attributes_make_no_difference(same):
    assert normal.html(same) == normal.html(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        '<p class="b a" id="x">One &amp; <b>too</b></p>',
        '<p class="b" id="x">One &amp; <b>two</b></p>',
        '<p class="b a" id="x">One &amp; <i>two</i></p>',
        '<p class="b a" id="x">One &amp; <b>two</b></p><hr>',
        '<p class="b a" id="x" hidden>One &amp; <b>two</b></p>',
    ],
)
def test_words_tags_and_attributes_make_one(other):
    assert normal.html(other) != normal.html(PAGE)


def test_an_element_with_nothing_but_text_stands_on_one_line():
    assert normal.html(PAGE).splitlines() == ['<p class="a b" id="x">', "One &amp;", "<b>two</b>", "</p>"]


def test_white_space_counts_where_it_is_shown():
    assert normal.html("<textarea>a\n b</textarea>") != normal.html("<textarea>a\nb</textarea>")


def test_what_forms_carry_for_themselves_is_left_out():
    forms = (f'<input type="hidden" name="csrfmiddlewaretoken" value="{value}">' for value in ("one", "two"))

    assert len({normal.html(form) for form in forms}) == 1


def test_random_values_are_numbered_by_their_first_appearance():
    first, second = (f"00000000-0000-4000-8000-{number:012x}" for number in (7, 300))

    assert normal.numbered(f"{second} {first} {second}") == "(uid 1) (uid 2) (uid 1)"


def test_permanent_uids_and_hashes_of_files_stay():
    text = f"0ab9b2a2-2efb-5e69-805f-b2e6cc0350ad {'a' * 64} {'b' * 64}"

    assert normal.numbered(text, {"b" * 64}) == text.replace("a" * 64, "(sha256 1)")


def test_json_is_sorted_and_indented():
    assert normal.body("application/json", b'{"b": [2, 1], "a": 1}') == normal.body(
        "application/json", b'{"a":1,"b":[2,1]}'
    )
    assert normal.body("application/json", b'{"a": [2, 1]}') != normal.body("application/json", b'{"a": [1, 2]}')


def test_differences_name_the_file_and_the_lines(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, files in (
        (before, {"en/a": "one\n", "en/b": "same\n", "en/gone": "x\n", "api/a": "one\n"}),
        (after, {"en/a": "two\n", "en/b": "same\n", "en/new": "x\n", "api/a": "two\n"}),
    ):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.txt").write_text(text)

    assert list(differences(before, before)) == []
    assert list(differences(before, after, ["en"])) == [
        *("--- before/en/a.txt", "+++ after/en/a.txt", "@@ -1 +1 @@", "-one", "+two"),
        *(
            "Only before: en/gone.txt",
            "Only after: en/new.txt",
            "1 changed, 1 only before, 1 only after, of 3 answers.",
        ),
    ]


def test_parts_are_chosen_by_a_word_of_their_name():
    assert is_wanted("public-en", ["en", "api"])
    assert is_wanted("public-en", [])
    assert not is_wanted("admin-publisher", ["en"])


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("Vary", "Cookie, Accept", "Accept, Cookie"),
        (
            "Content-Security-Policy",
            "default-src 'none'; img-src 'self' data:",
            "img-src data: 'self'; default-src 'none'",
        ),
    ],
)
def test_headers_that_are_lists_are_put_in_order(name, one, other):
    lines = [list(normal.headers(HttpResponse(headers={name: value}))) for value in (one, other)]

    assert lines[0] == lines[1]
    assert list(normal.headers(HttpResponse(headers={name: f"{one} more"}))) != lines[0]


def test_the_masked_beginning_of_a_password_hash_is_left_out():
    assert normal.numbered("<bdi>bv********************</bdi>") == "<bdi>(masked)</bdi>"
