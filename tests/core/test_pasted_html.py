"""HTML that people paste or send: what it means is kept in the elements of our rich text."""

import re
import unicodedata
from html import escape, unescape

import nh3
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from conferences.models import ConferenceText
from ctportal.core.pasted_html import MAX_DEPTH, shallow, tidied, tidy
from ctportal.core.text_cleaning import cleaned
from ctportal.web.sanitizer import rich

FIELD = ConferenceText._meta.get_field("description")


def item(level, marker, text, which="l0"):
    """A paragraph of a list as Word puts it on the clipboard."""
    return (
        f"<p class=MsoListParagraphCxSpMiddle style='margin-left:36.0pt;text-indent:-18.0pt;mso-list:{which} level{level} lfo1'>"
        f"<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>{marker}"
        f"<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>{text}<o:p></o:p></p>"
    )


SAVED = {
    # Paragraphs
    "boxes": ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
    "boxes within each other": ("<div>One<div>Two</div>Three</div>", "<p>One</p><p>Two</p><p>Three</p>"),
    "a box in a cell": ("<table><tr><td><div>a</div><div>b</div></td></tr></table>", "<table><tbody><tr><td><p>a</p><p>b</p></td></tr></tbody></table>"),
    "a box behind text": ("One<section>Two</section>", "One<p>Two</p>"),
    "definitions": ("<dl><dt>One</dt><dd>Two</dd></dl>", "<p>One</p><p>Two</p>"),
    "a caption": ("<table><caption>One</caption><tr><td>a</td></tr></table>", "<p>One</p><table><tbody><tr><td>a</td></tr></tbody></table>"),
    "all in one bold element": ("<b style='font-weight:normal'><p>One</p><p>Two</p></b>", "<p>One</p><p>Two</p>"),
    "a link around boxes": (
        "<a href='https://x.example'><h2>One</h2> two <b>three</b></a>",
        '<h2><a href="https://x.example">One</a></h2><a href="https://x.example"> two <strong>three</strong></a>',
    ),
    "bold around paragraphs": ("<b><p>One</p>\n<p>Two</p></b>", "<p><strong>One</strong></p>\n<p><strong>Two</strong></p>"),
    "bold around a list": ("<b><ul><li>One</li></ul></b>", "<ul><li><strong>One</strong></li></ul>"),
    "an empty line of Word": ("<p class=MsoNormal>One</p><p class=MsoNormal><o:p>&nbsp;</o:p></p>", "<p>One</p>"),
    "boxes beyond all measure": ("<div>" * 5000 + "deep" + "</div>" * 5000, "<p>deep</p>"),
    "boxes by their style": ("<span style='display:block'>One</span><p>a<span style='display: flex'>Two</span></p>", "<p>One</p><p>a</p><p>Two</p>"),
    "a box by its style in a heading": ("<h2>One <span style='display:block'>Two</span></h2>", "<h2>One Two</h2>"),
    "lines of a text": ("<pre>\nOne\nTwo <b>Three\nFour</b>\n</pre>", "<p>One<br>Two <strong>Three<br>Four</strong></p>"),
    "what a page does not show": (
        "<title>T</title><noscript><p>N</p></noscript><p hidden>H</p><p>a<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>",
        "<p>a漢</p>",
    ),
    # What cannot be seen
    "control characters": ("<p>One\x1b[31m&#7;<em>Two\x85</em></p>", "<p>One[31m<em>Two\n</em></p>"),
    "control characters without an element": ("One\x07 &#27;Two &amp; <", "One Two &amp; &lt;"),
    "private use": ("<p>\uf0b7 One &#xE000; two</p>", "<p> One  two</p>"),
    "marks of direction": ("<p>\u202egnol\u202c \u2067مؤتمر\u2069 <em>\u2067a</em>\u2069</p>", "<p>gnol \u2067مؤتمر\u2069 <em>a</em></p>"),
    "marks of direction around an element": ("<p>\u2067<strong>مؤتمر</strong> 2019\u2069 <a href=\"https://x.example/\">\u2068a<em>b</em>\u2069</a></p>",
                                             "<p>\u2067<strong>مؤتمر</strong> 2019\u2069 <a href=\"https://x.example/\">\u2068a<em>b</em>\u2069</a></p>"),
    "marks of direction around a block": ("<ul><li>\u2067a<p>b</p>c\u2069</li></ul><p>\u2067d</p><p>e\u2069</p>", "<ul><li>a<p>b</p>c</li></ul><p>d</p><p>e</p>"),
    "marks of direction around a block in an element": ("\u2067a<span><p>b</p></span>c\u2069", "a<p>b</p>c"),
    "an element with a mark alone": ("<p>a<b>\u202c</b></p>", "<p>a</p>"),
    "an override around an element": ("<p>\u202egn<em>ol</em>a\u202c</p>", "<p>gn<em>ol</em>a</p>"),
    "composed letters": ("<p>Bru\u0308lhart <strong>\u0338a</strong></p>", "<p>Brülhart <strong>\u0338a</strong></p>"),
    "spaces between elements": ("<p><strong>One</strong> <em>Two </em>Three</p>", "<p><strong>One</strong> <em>Two </em>Three</p>"),
    "an address with one": ('<p><a href="https://x.example/a&#7;b" title="c\x1bd">e</a></p>', '<p><a href="https://x.example/ab" title="cd">e</a></p>'),
    "a hidden scheme": ('<p><a href="java&#1;script:alert(1)">e</a></p>', "<p>e</p>"),
    # Lists of Word
    "bullets": (item(1, "·", "One") + "\n" + item(1, "·", "Two") + "<p>Three</p>", "<ul><li><p>One</p></li><li><p>Two</p></li></ul>\n<p>Three</p>"),
    "figures": (item(1, "3.", "One") + item(1, "4.", "Two"), '<ol start="3"><li><p>One</p></li><li><p>Two</p></li></ol>'),
    "levels": (
        item(1, "1.", "One") + item(2, "(a)", "Two") + item(1, "2.", "Three"),
        "<ol><li><p>One</p><ol><li><p>Two</p></li></ol></li><li><p>Three</p></li></ol>",
    ),
    "two lists": (item(1, "·", "One") + item(1, "1.", "Two", "l1"), "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li></ol>"),
    "figures of several levels": (item(1, "2.", "One") + item(2, "2.3.", "Two"), '<ol start="2"><li><p>One</p><ol start="3"><li><p>Two</p></li></ol></li></ol>'),
    "Russian letters": (item(1, "а)", "One") + item(1, "б)", "Two"), "<ol><li><p>One</p></li><li><p>Two</p></li></ol>"),
    "Chinese figures": (item(1, "一、", "One") + item(1, "（二）", "Two"), "<ol><li><p>One</p></li><li><p>Two</p></li></ol>"),
    "Arabic figures": (item(1, "٣.", "One"), '<ol start="3"><li><p>One</p></li></ol>'),
    "Roman figures": (item(1, "iv.", "One") + item(1, "viii.", "Two"), "<ol><li><p>One</p></li><li><p>Two</p></li></ol>"),
    "bullets that are letters": (item(1, "§", "One") + item(2, "o", "Two") + item(2, "q", "Three"), "<ul><li><p>One</p><ul><li><p>Two</p></li><li><p>Three</p></li></ul></li></ul>"),
    "a list between items": ("<ul><li>One</li><ul><li>Two</li></ul><li>Three</li></ul>", "<ul><li>One<ul><li>Two</li></ul></li><li>Three</li></ul>"),
    "a list before items": ("<ol><ul><li>One</li></ul></ol>", "<ol><li><ul><li>One</li></ul></li></ol>"),
    # Headings
    "numbered headings of Word": (
        "<h2 style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.2.<span>&nbsp; </span></span><![endif]>One</h2>" + item(1, "·", "Two"),
        "<h2>1.2. One</h2><ul><li><p>Two</p></li></ul>",
    ),
    "a page's headings": ("<h1>A</h1><h2>B</h2><h3>C</h3><h6>D</h6>", "<h2>A</h2><h3>B</h3><h4>C</h4><h4>D</h4>"),
    "headings from the second on": ("<h2>A</h2><h3>B</h3><h5>C</h5>", "<h2>A</h2><h3>B</h3><h4>C</h4>"),
    "a heading with a box": ("<h1><span>A</span></h1>", "<h2>A</h2>"),
    # Forms of letters
    "small letters": ("<p>H<sub>2</sub>O, 5<sup>th</sup></p>", "<p>H<sub>2</sub>O, 5<sup>th</sup></p>"),
    "small letters of Google": ("<p>5<span style='vertical-align:super'>th</span></p>", "<p>5<sup>th</sup></p>"),
    "bold and italic": ("<p><b>a</b><i>b</i><span style='font-weight:700'>c</span></p>", "<p><strong>a</strong><em>b</em><strong>c</strong></p>"),
    "deleted and hidden": ("<p>a<del>SECRET</del><span style='display:none'>SECRET</span><span style='mso-hide:all'>SECRET</span></p>", "<p>a</p>"),
    # Notes
    "notes of Word": (
        ('<p>One<a style="mso-footnote-id:ftn1" href="#_ftn1" name="_ftnref1" title=""><span>[1]</span></a></p>'
        '<div style="mso-element:footnote-list"><hr><div style="mso-element:footnote" id="ftn1"><p class=MsoFootnoteText>'
        '<a style="mso-footnote-id:ftn1" href="#_ftnref1" name="_ftn1" title="">[1]</a> Note</p></div></div>'),
        '<p>One<a href="#note-1" title=""><sup>1</sup></a></p><p><a href="#ref-1" title="">1</a> Note</p>',
    ),
    "notes of LibreOffice": (
        ('<p>One<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a></p>'
        '<div id="sdfootnote1"><p><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>Note</p></div>'),
        '<p>One<a href="#note-1"><sup>1</sup></a></p><p><a href="#ref-1">1</a>Note</p>',
    ),
    "notes of a page": (
        '<p>One<sup id="fnref:1"><a href="#fn:1">1</a></sup></p><ol><li id="fn:1"><p>Note <a href="#fnref:1">↩</a></p></li></ol>',
        '<p>One<sup><a href="#note-1">1</a></sup></p><ol><li><p>Note <a href="#ref-1">↩</a></p></li></ol>',
    ),
    "two references to a note": (
        ('<p>One<sup id="r0"><a href="#n">[1]</a></sup> Two<sup id="r1"><a href="#n">[1]</a></sup></p>'
        '<ol><li id="n"><a href="#r0">a</a> <a href="#r1">b</a> Note</li></ol>'),
        '<p>One<sup><a href="#note-1">1</a></sup> Two<sup><a href="#note-1">1</a></sup></p><ol><li><a href="#ref-1">a</a> b Note</li></ol>',
    ),
    "comments of Word": (
        ("<p>One<span class=MsoCommentReference><a class=msocomanchor id=_anchor_1 href='#_msocom_1' name=_msoanchor_1>[JD1]</a></span> Two</p>"
        "<div style='mso-element:comment-list'><hr><div style='mso-element:comment'><div id=_com_1 class=msocomtxt><p class=MsoCommentText>SECRET</p></div></div></div>"),
        "<p>One Two</p>",
    ),
    "comments of Google": (
        ('<p>One<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup> Two</p>'
        '<div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a><span>SECRET</span></p></div>'),
        "<p>One Two</p>",
    ),
    # Links
    "a domain in Cyrillic": ('<a href="пример.рф/a">a</a>', '<a href="https://пример.рф/a">a</a>'),
    "links without scheme": (
        '<p><a href="www.un.org/a?b=c">a</a><a href="un.org">b</a><a href="//un.org">c</a><a href="press@un.org">d</a></p>',
        '<p><a href="https://www.un.org/a?b=c">a</a><a href="https://un.org">b</a><a href="https://un.org">c</a><a href="mailto:press@un.org">d</a></p>',
    ),
    "links to nowhere": (
        ('<p><a href="#_Toc1">a</a><a>b</a><a href="">c</a><a href="file:///C:/x.docx">d</a><a href="javascript:alert(1)">e</a>'
        '<a href="annex.docx">f</a><a href="http://">g</a><a href="#note-1">h</a><a href="about:blank">i</a></p>'),
        "<p>abcdefghi</p>",
    ),
    "a link in a link": ("<a href=x.org><table><a href=y.org>a", '<a href="https://y.org">a</a><table></table>'),
    "links within the portal": ('<p><a href="/en/conferences/minsk">a</a></p>', '<p><a href="/en/conferences/minsk">a</a></p>'),
    # What is one of ours stays as it is
    "plain words": ("Two days & nights", "Two days &amp; nights"),
    "a text as it was saved": (
        ('<h2>A</h2>\n<p>a &amp; b<br>c <a href="https://un.org/" rel="noopener" title="x">d</a></p>\n<ul><li><p>e</p><ol start="2"><li>f</li></ol></li></ul>'
        '<blockquote><p>g</p></blockquote><table><tbody><tr><th colspan="2">h</th></tr></tbody></table><p></p>'),
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAVED)
def test_what_is_sent_is_saved_as_it_was_meant(what):
    sent, saved = SAVED[what]

    assert FIELD.clean(sent, None) == (sent if saved is None else saved)


@pytest.mark.parametrize("what", SAVED)
def test_saving_again_changes_nothing(what):
    once = FIELD.clean(SAVED[what][0], None)

    assert FIELD.clean(once, None) == once


HOSTILE = [
    "".join(f"<p style='mso-list:l0 level{n} lfo1'>a</p>" for n in range(1, 3000)),
    '<p><img src=x onerror="alert(1)"><svg onload="alert(1)"></svg></p>',
    '<div><a href="https://x.example" onclick="alert(1)">a</a></div>',
    '<p><a href="jav&#x09;ascript:alert(1)">a</a><a href="//x.example\\@evil">b</a><a href="data:text/html,<script>">c</a></p>',
    "<style>@import 'x'</style><script>alert(1)</script><div>a</div>",
    "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1\"onload=x</span><img src=x onerror=alert(1)></p>",
]


@pytest.mark.parametrize("sent", HOSTILE)
def test_nothing_that_acts_comes_in(sent):
    saved = FIELD.clean(sent, None)

    assert not any(
        word in saved.lower()
        for word in ("script", "onerror", "onload", "onclick", "<svg", "<img", "style=", "<style", "data:")
    )


@examples(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<p>",
                "</p>",
                "<b>",
                "<a href=x.org>",
                "</a>",
                "<table>",
                "<td>",
                "<li>",
                "<h1>",
                "&lt;",
                "a",
                " ",
            ]
        ),
        max_size=20,
    )
)
def test_no_word_is_lost_and_nothing_changes_on_saving_again(pieces):
    sent = "".join(pieces)
    saved = FIELD.clean(sent, None)

    def words(html):
        return "".join(nh3.clean(html, tags=set()).split())

    assert words(saved) == words(sent)
    assert FIELD.clean(saved, None) == saved


@examples(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
@example("\x85\ue000\x1b")
def test_what_is_saved_can_be_sent_in_any_format(words):
    for sent in (f"<p>{escape(words)}</p>", escape(words), f"<ul><li>a</li><li>{escape(words)}</li></ul>"):
        saved = unescape(FIELD.clean(sent, None))

        assert not [each for each in saved if unicodedata.category(each) in ("Cc", "Co", "Cs") and each not in "\n\t"]
        assert cleaned(words) in saved


def test_a_picture_that_is_not_kept_is_named():
    html = (
        '<p><img src="https://x.example/a/Minsk%20opening.png?w=1"><img src="data:image/png;base64,AAAA" alt="The hall">'
        '<img src="file:///C:/Users/x/image001.png"><img></p>'
    )

    assert tidy(html).pictures == ("Minsk opening.png", "The hall", "image001.png", "")


def test_a_note_and_its_reference_lead_to_each_other_on_the_page_and_not_to_those_of_another_text():
    pages = [
        rich(f'<p>{word}<a href="#note-1"><sup>1</sup></a></p><p><a href="#ref-1">1</a> Note</p>')
        for word in ("a", "b")
    ]

    ends = [re.findall(r'id="([^"]+)" href="#([^"]+)"', page) for page in pages]
    assert [(reference[0] == note[1], reference[1] == note[0]) for reference, note in ends] == [(True, True)] * 2
    assert not {*ends[0][0]} & {*ends[1][0]}


@pytest.mark.parametrize("tag", ["div", "b", "span", "ul", "blockquote"])
def test_the_tags_of_what_is_too_deep_are_left_out_before_it_is_parsed(tag):
    deep = f"<{tag}>" * 100_000 + "words" + f"</{tag}>" * 100_000

    assert shallow(deep) == f"<{tag}>" * MAX_DEPTH + "words" + f"</{tag}>" * MAX_DEPTH
    assert "words" in tidied(deep)


def test_paragraphs_without_an_end_are_not_taken_for_deep_ones():
    html = "<p>One" + "<p>Another" * 300 + "<ul>" + "<li>Entry" * 300 + "</ul>"

    assert shallow(html) == html
