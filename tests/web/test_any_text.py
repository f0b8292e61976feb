"""Any text that staff can type: what is published of it is clean, can be sent in any format, and is found by ``q``."""

import json
import unicodedata
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection, transaction
from django.utils.feedgenerator import Atom1Feed
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ctportal.core.text_cleaning import one_line
from ctportal.publishing.services import publish
from ctportal.search.parsing import parse
from tests.factories import make_conference, make_document, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Upper case makes a letter of the iota that Greek writes below another one, where it stands alone.
TYPED = st.characters(exclude_categories=["Cs"], exclude_characters="\u0345")
ATOM = "{http://www.w3.org/2005/Atom}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.text(TYPED, min_size=1, max_size=40))
@example("Opening\x1b[31m \x07session\x00\u2028of \ufffe Minsk \ue000\ufffc")
@example("\u202egnol\u202c \u2067مؤتمر\u2069 in Minsk\u2066")
@example("Use of &amp; and <br> ]]> in R&amp;D & <!-- <script>")
@example("Ковалёв, Bru\u0308lhart and O’Brien: С/РЕЗ, ﬁn, ﷺ, İıß")
def test_what_is_published_of_a_title_is_clean_can_be_sent_and_is_found(client, title):
    assume(one_line(title))
    if connection.vendor == "postgresql":
        title = title.replace("\0", "")  # which it cannot store; forms take it out before
    with transaction.atomic():
        document = make_document(make_conference(city_en=title[:20]), title, slug="any")
        for record in (document.conference, document):
            publish(record, by=make_user())
        kept = document.versions.get().title
        page, answer = (client.get(path).content.decode() for path in ("/en/documents/any/", "/api/v1/documents/any/"))
        missed = [typed for typed in forms(kept) if not is_found(client, typed)]
        transaction.set_rollback(True)

    assert kept == json.loads(answer)["title"]["en"] == in_a_feed(kept)
    assert kept in unescape(page)
    assert [
        each for each in page + answer if unicodedata.category(each) in ("Cc", "Co", "Cs") and each not in "\n\t"
    ] == []
    assert missed == []


def forms(title):
    """Return *title* as it may be typed in a search; nothing where it means something else there, or has no word."""
    asked = parse(title)
    if not asked.terms or asked.excluded or asked.filters:
        return []
    return [unicodedata.normalize("NFC", title), unicodedata.normalize("NFD", title), title.upper(), title.lower()]


def is_found(client, typed):
    return client.get("/api/v1/documents/", {"q": typed}).json()["count"] == 1


def in_a_feed(title):
    """Return *title* as a reader of an Atom feed gets it."""
    feed = Atom1Feed(title, "https://portal.example.org/", "")
    root = ElementTree.fromstring(feed.writeString("utf-8"))  # noqa: S314 - made here
    return root.findtext(f"{ATOM}title")
