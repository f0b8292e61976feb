"""The differ: which fields of two editions differ, entry by entry, and which words of their texts."""

import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctportal.reading.differences import (
    BUDGET,
    DELETED,
    INSERTED,
    SAME,
    SKIPPED,
    differences,
    text_changes,
)

FILE = {"key": "k", "name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0"}


def told(before, after):
    """The differences as (path with entries by their name, before, after, language)."""

    def plain(part):
        return part if isinstance(part, str) else part.get("name") or part.get("key") or part.get("uid") or "entry"

    return [
        (
            "/".join(map(str, map(plain, change.path))) + (" reordered" if change.reordered else ""),
            change.before,
            change.after,
            change.language,
        )
        for change in differences(before, after)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"kind": "a"}, {"kind": "a"}, []),
        ({"kind": "a"}, {"kind": "b"}, [("kind", "a", "b", "")]),
        ({"kind": ""}, {"kind": "b"}, [("kind", "", "b", "")]),
        ({"kind": "a"}, {"kind": None}, [("kind", "a", None, "")]),
        ({"kind": "a"}, {}, [("kind", "a", None, "")]),
        ({}, {"kind": ""}, []),
        ({"featured": True}, {"featured": False}, [("featured", True, False, "")]),
        ({"title": {"en": "A", "fr": "B"}}, {"title": {"en": "A", "fr": "C"}}, [("title", "B", "C", "fr")]),
        ({"title": {"en": "A"}}, {"title": {"en": "A", "ar": "ب"}}, [("title", None, "ب", "ar")]),
        ({"title": {"en": "A"}}, {"title": {}}, [("title", "A", None, "en")]),
        ({"languages": ["en"]}, {"languages": ["en", "fr"]}, [("languages", ["en"], ["en", "fr"], "")]),
        ({"file": None}, {"file": FILE}, [("file", None, FILE, "")]),
        ({"file": FILE}, {"file": FILE | {"key": "b"}}, [("file", FILE, FILE | {"key": "b"}, "")]),
        (
            {"issued_by": {"uid": "1", "name": {"en": "A"}}},
            {"issued_by": {"uid": "1", "name": {"en": "B"}}},
            [("issued_by/name", "A", "B", "en")],
        ),
        (
            {"issued_by": {"uid": "1", "name": {"en": "A"}}},
            {"issued_by": {"uid": "2", "name": {"en": "A"}}},
            [("issued_by", {"uid": "1", "name": {"en": "A"}}, {"uid": "2", "name": {"en": "A"}}, "")],
        ),
    ],
)
def test_fields_are_compared_one_by_one(before, after, expected):
    assert told(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # By key, wherever it stands.
        ([{"key": "1", "room": "A"}], [{"key": "2", "room": "B"}, {"key": "1", "room": "C"}],
         [("list/2", None, {"key": "2", "room": "B"}, ""), ("list/1/room", "A", "C", "")]),
        # By uid and role, then by uid alone.
        ([{"uid": "1", "role": "host"}, {"uid": "1", "role": "donor"}], [{"uid": "1", "role": "donor"}],
         [("list/1", {"uid": "1", "role": "host"}, None, "")]),
        ([{"uid": "1", "role": "host"}], [{"uid": "1", "role": "donor"}],
         [("list/1/role", "host", "donor", "")]),
        # People without a name have no uid: by their place.
        ([{"uid": None, "role": "a", "title": {"en": "A"}}, {"uid": None, "role": "a", "title": {"en": "B"}}],
         [{"uid": None, "role": "b", "title": {"en": "A"}}, {"uid": None, "role": "a", "title": {"en": "C"}}],
         [("list/entry/role", "a", "b", ""), ("list/entry/title", "B", "C", "en")]),
        # By language, by address, by the path of a file.
        ([{"language": "en", "state": "a"}], [{"language": "fr", "state": "a"}, {"language": "en", "state": "b"}],
         [("list/entry", None, {"language": "fr", "state": "a"}, ""), ("list/entry/state", "a", "b", "")]),
        ([{"address": "x", "kind": "a"}], [{"address": "y", "kind": "a"}],
         [("list/entry", {"address": "x", "kind": "a"}, None, ""),
          ("list/entry", None, {"address": "y", "kind": "a"}, "")]),
        ([FILE], [FILE | {"key": "l"}],
         [("list/a.pdf", FILE, None, ""), ("list/a.pdf", None, FILE | {"key": "l"}, "")]),
        # Without identity: what is equal stays, the rest by its place.
        ([{"title": {"en": "A"}}, {"title": {"en": "B"}}], [{"title": {"en": "B"}}],
         [("list/entry", {"title": {"en": "A"}}, None, "")]),
        ([{"title": {"en": "A"}}, {"title": {"en": "B"}}], [{"title": {"en": "C"}}, {"title": {"en": "B"}}],
         [("list/entry/title", "A", "C", "en")]),
        # Only the order.
        ([{"key": "1"}, {"key": "2"}], [{"key": "2"}, {"key": "1"}],
         [("list reordered", [{"key": "1"}, {"key": "2"}], [{"key": "2"}, {"key": "1"}], "")]),
        # Twice the same.
        ([{"key": "1"}, {"key": "1"}], [{"key": "1"}], [("list/1", {"key": "1"}, None, "")]),
        (None, [{"key": "1"}], [("list/1", None, {"key": "1"}, "")]),
    ],
)  # fmt: skip
def test_entries_of_lists_are_recognized(before, after, expected):
    assert told({"list": before}, {"list": after}) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "key", "uid", "name", "role"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["title", "list", "x"]), JSON),
    st.dictionaries(st.sampled_from(["title", "list", "x"]), JSON),
)
def test_no_two_objects_are_beyond_comparing_and_equal_ones_do_not_differ(before, after):
    differences(before, after)
    assert differences(before, before) == []


# Texts


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one two three", "one four three", [[(SAME, "one "), (DELETED, "two"), (INSERTED, "four"), (SAME, " three")]]),
        ("one", "one two", [[(SAME, "one"), (INSERTED, " two")]]),
        ("", "new", [[(INSERTED, "new")]]),
        ("old", "", [[(DELETED, "old")]]),
        ("a quite old text", "nothing of that", [[(DELETED, "a quite old text"), (INSERTED, "nothing of that")]]),
        # A sign between two changes counts as changed too.
        ("It is so: one, two. The end.", "It is so: three, four. The end.",
         [[(SAME, "It is so: "), (DELETED, "one, two"), (INSERTED, "three, four"), (SAME, ". The end.")]]),
        # Chinese has no spaces; Arabic words are whole words.
        ("共同主席总结", "共同主席声明", [[(SAME, "共同主席"), (DELETED, "总结"), (INSERTED, "声明")]]),
        ("عقد المؤتمر في مينسك", "عقد المؤتمر في فيينا",
         [[(SAME, "عقد المؤتمر في "), (DELETED, "مينسك"), (INSERTED, "فيينا")]]),
        # Paragraphs: what is unchanged is left out.
        ("<p>A</p><p>B one</p><p>C</p><p>D</p>", "<p>A</p><p>B two</p><p>C</p><p>D</p>",
         [[(SKIPPED, "1")], [(SAME, "B "), (DELETED, "one"), (INSERTED, "two")], [(SKIPPED, "2")]]),
        ("<p>A</p><p>B</p>", "<p>A</p><p>New</p><p>B</p>", [[(SKIPPED, "1")], [(INSERTED, "New")], [(SKIPPED, "1")]]),
        ("<p>A &amp; B</p>", "<p>A &lt; B</p>", [[(SAME, "A "), (DELETED, "&"), (INSERTED, "<"), (SAME, " B")]]),
        # A paragraph split in two.
        ("<p>One two. Three four.</p>", "<p>One two.</p><p>Three five.</p>",
         [[(SAME, "One two.")], [(SAME, "Three "), (DELETED, "four"), (INSERTED, "five"), (SAME, ".")]]),
        ("<p>One two.</p><p>Three.</p>", "<p>Before all.</p><p>One and two.</p><p>Three!</p>",
         [[(INSERTED, "Before all.")], [(SAME, "One"), (INSERTED, " and"), (SAME, " two.")],
          [(SAME, "Three"), (DELETED, "."), (INSERTED, "!")]]),
        # The same words in another form.
        ("<p>Same words</p>", "<p>Same  words</p>", []),
        ('<p><a href="/a">Here</a> it is</p>', '<p><a href="/b">Here</a> it is</p>',
         [[(SAME, "</"), (DELETED, "a"), (INSERTED, "b"), (SAME, "> Here it is")]]),
    ],
)  # fmt: skip
def test_texts_are_compared_word_by_word(before, after, expected):
    assert text_changes(before, after) == expected


WORDS = [f"word{n}" for n in range(900)] + ["the", "of", "and", "a"] * 60


def prose(count, seed, per_paragraph=90):
    """HTML of about *count* characters."""
    chosen = random.Random(seed)
    text = []
    while sum(map(len, text)) < count:
        text.append(f"<p>{' '.join(chosen.choice(WORDS) for _ in range(per_paragraph))}</p>")
    return "".join(text)


def edited(html, share, seed):
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) if chosen.random() < share else word for word in html.split(" "))


LONG = prose(100_000, 1)
HARD = {
    "a few words": (LONG, edited(LONG, 0.01, 2)),
    "every third word": (LONG, edited(LONG, 0.33, 3)),
    "another text": (LONG, prose(100_000, 4)),
    "one paragraph of all": (prose(100_000, 5, 20_000), edited(prose(100_000, 5, 20_000), 0.05, 6)),
    "the same word over and over": ("<p>" + "a " * 50_000 + "</p>", "<p>" + "a b " * 25_000 + "</p>"),
    "the same paragraph over and over": ("<p>a</p>" * 12_000, "<p>a</p><p>b</p>" * 6_000),
    "no word left in its place": (LONG, " ".join(reversed(LONG.split(" ")))),
    "one word of all": ("x" * 100_000, "y" * 100_000),
    "signs": ("." * 100_000, ",." * 50_000),
    "Chinese": ("共同主席总结" * 16_000, "共同主席声明" * 16_000),
    "open brackets": ("<" * 100_000, "<p" * 50_000),
}


@pytest.mark.parametrize("kind", HARD)
def test_long_texts_take_no_more_steps_than_allowed(kind, monkeypatch):
    """Steps, not seconds: a clock would make the test hang on the machine's load. A million took 0.3 s when measured."""
    before, after = HARD[kind]
    steps = []
    look = SequenceMatcher.find_longest_match

    def counted(self, alo=0, ahi=None, blo=0, bhi=None):
        steps.append(sum(len(self.b2j.get(item, ())) for item in self.a[alo:ahi]))
        return look(self, alo, ahi, blo, bhi)

    monkeypatch.setattr(SequenceMatcher, "find_longest_match", counted)

    assert text_changes(before, after) != []
    assert sum(steps) <= BUDGET


def rebuilt(found, op):
    return " ".join("".join(part.text for part in parts if part.op in (SAME, op)) for parts in found).split()


@settings(max_examples=150, deadline=None)
@given(*[st.lists(st.text("ab ,.\u0628\u4e2d", min_size=1, max_size=12), max_size=5)] * 2)
def test_both_texts_can_be_read_off_the_difference(before, after):
    # A last paragraph tells SKIPPED ones apart; here nothing is skipped, since every line is another.
    before = [f"{n} {line}" for n, line in enumerate(before)]
    after = [f"{n} {line} x" for n, line in enumerate(after)]
    found = text_changes("\n".join(before), "\n".join(after))

    assert "".join(rebuilt(found, DELETED)) == "".join("".join(before).split())
    assert "".join(rebuilt(found, INSERTED)) == "".join("".join(after).split())
