"""The words and paragraphs of texts, rich and plain."""

import pytest

from ctportal.core.rich_text import excerpt, paragraphs


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<h2>Outcome</h2>They agreed.", "Outcome They agreed."),
        ("<h2>Outcome</h2><p>They agreed.</p>", "Outcome They agreed."),
        ("<ul><li>One</li></ul>Two", "One Two"),
        ("<table><tr><td>One</td></tr></table>Two", "One Two"),
        ("<blockquote>One</blockquote>Two<br>Three", "One Two Three"),
        ("<div>One</div>Two", "One Two"),
        ("<p>One<strong>s</strong></p>", "Ones"),
    ],
)
def test_an_excerpt_keeps_blocks_apart(html, words):
    assert excerpt(html) == words


def test_a_letter_put_below_the_line_is_a_change_of_form():
    old, new = "<p>H2O</p>", "<p>H<sub>2</sub>O</p>"

    assert paragraphs(old) == paragraphs(new) == ["H2O"]
    assert paragraphs(old, with_form=True) != paragraphs(new, with_form=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>R&amp;D &lt;press&gt;</p><p> </p><ul><li>One<br>Two</li></ul>", ["R&D <press>", "One", "Two"]),
        ("Two days &amp; nights", ["Two days & nights"]),  # rich text as typed without the editor
        ("Release <draft>\nAT&T", ["Release <draft>", "AT&T"]),  # plain: nothing of it is an element
    ],
)
def test_paragraphs(text, found):
    assert paragraphs(text) == found
