"""A crawl of the demo content in six languages, from the home pages along every internal link.

Of the links on a page with parameters, such as a filtered list, only those without parameters are followed: otherwise every
combination of filters would be opened. Pages with parameters and of versions have the same links in each language, and are
opened in two of the six.
"""

import functools
import re
from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.template import Template
from django.test import Client

from ctportal.core.languages import CODES
from tests.content.foreign import is_foreign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROOT = "http://testserver"
# The languages, of both directions, in which pages with parameters and of versions are opened.
IN_FULL = ("en", "ar")
# Exception: what is in no language.
CODE = {"script", "style", "code", "pre", "kbd", "samp"}
# Exception: a citation, one text to be copied, names what it cites in the language in which that is read.
CITATION = "cite"
# Attributes that are read out.
SPOKEN = {"alt", "aria-label", "placeholder", "title"}
VOID = {"meta", "link", "img", "input", "br", "source", "hr", "wbr"}


class Page(HTMLParser):
    """What the crawl asks of a page: links, title, description, canonical address, and passages that are not marked."""

    def __init__(self, html):
        super().__init__()
        self.links, self.unmarked, self.offered = [], [], set()
        self.title = self.description = self.canonical = self.robots = ""
        self.open = [("", "", False)]  # (tag, language, whether excepted) of each open element
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        _parent, language, excepted = self.open[-1]
        language = given.get("lang", language)
        for name in given.keys() & SPOKEN:
            self.judge(given[name] or "", language)
        self.links += [each.split()[0] for each in (given.get("srcset") or "").split(",") if each.strip()]
        self.links += [given[name] for name in ("href", "src") if given.get(name)]
        if tag == "link" and given["rel"] == "canonical":
            self.canonical = given["href"]
        elif tag == "link" and given["rel"] == "alternate" and given.get("hreflang"):
            self.offered.add(given["hreflang"])
        elif tag == "meta" and given.get("name") in {"description", "robots"}:
            setattr(self, given["name"], given["content"])
        elif tag == "meta" and given.get("property") == "og:image":
            self.links.append(given["content"])
        if tag not in VOID:
            self.open.append((tag, language, excepted or tag in CODE or given.get("class") == CITATION))

    def handle_endtag(self, tag):
        while self.open[-1][0] != tag:
            self.open.pop()
        self.open.pop()

    def handle_data(self, data):
        tag, language, excepted = self.open[-1]
        if tag == "title":  # cannot be marked in part
            self.title += data
        elif not excepted:
            self.judge(data, language)

    def judge(self, text, language):
        if is_foreign(text, language):
            self.unmarked.append((language, " ".join(text.split())))


@functools.cache
def inside(address, link):
    """Return the internal address to which *link* leads on the page at *address*, "" if it leads elsewhere or to no view."""
    target = urlsplit(urldefrag(urljoin(ROOT + address, link)).url)
    if target.scheme + "://" + target.netloc != ROOT or target.path.startswith("/static/"):
        return ""
    return target.path + (f"?{target.query}" if target.query else "")


def is_followed(target, address):
    """Return whether the crawl follows a link from the page at *address* to *target*."""
    if "?" in target and "?" in address:
        return False
    return target.startswith(tuple(f"/{code}/" for code in IN_FULL)) or not ("?" in target or "/versions/" in target)


@pytest.fixture(scope="module")
def crawled(demo):
    """Return {address: Page, or the status of what is none}, and {address: addresses of the pages that link to it}."""
    client = Client()
    found, linked = {}, defaultdict(set)
    waiting = [f"/{code}/" for code in CODES]
    with pytest.MonkeyPatch.context() as patch:
        # The test client would copy the context of each component.
        patch.setattr(Template, "_render", lambda template, context: template.nodelist.render(context))
        while waiting:
            address = waiting.pop()
            if address in found:
                continue
            response = client.get(address)
            found[address] = response.status_code
            links = []
            if response.status_code == 301:
                links = [response["Location"]]
            elif response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                found[address] = Page(response.content.decode())
                links = found[address].links
            else:
                response.getvalue()  # reads a file to its end, which closes it
            for target in filter(None, (inside(address, link) for link in links)):
                linked[target].add(address)
                if is_followed(target, address):
                    waiting.append(target)
    return found, linked


@pytest.fixture(scope="module")
def pages(crawled):
    """Return {address: Page}."""
    return {address: page for address, page in crawled[0].items() if isinstance(page, Page)}


def test_what_is_marked_or_excepted_is_not_found_and_the_rest_is():
    html = """<html lang="zh"><title>Four words in English</title><p lang="en">Four words in English</p><p>会议 <b>one, two,
    three, four</b></p><p class="cite">Four <bdi>words in English again</bdi></p><img alt="Four words of text"></html>"""
    assert Page(html).unmarked == [("zh", "one, two, three, four"), ("zh", "Four words of text")]
    html = """<html lang="fr"><p>Ce qui est publié garde son adresse.</p><p>What is published keeps its address.</p><p
    lang="en">What was withdrawn says so.</p><p lang="en">Une page retirée le dit.</p></html>"""
    assert Page(html).unmarked == [("fr", "What is published keeps its address."), ("en", "Une page retirée le dit.")]


def test_no_internal_link_is_broken(crawled):
    found, linked = crawled
    broken = {
        address: (status, sorted(linked[address])[:3])
        for address, status in found.items()
        if not isinstance(status, Page) and status not in {200, 301}
    }
    assert broken == {}


def test_every_kind_of_page_is_reached_in_every_language(pages):
    kinds = {(each.split("/")[1], each.split("/")[2]) for each in pages}
    sections = {"", "about", "conferences", "developers", "documents", "organizations", "people", "photos", "search"}
    sections |= {"co-chairs-summaries", "press-releases", "series", "themes"}
    assert {(code, section) for code in CODES for section in sections} <= kinds
    assert len(pages) > 1000


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("what", ["title", "description"])
def test_no_two_canonical_pages_share_a_title_or_description(pages, language, what):
    shared = defaultdict(list)
    for address, page in pages.items():
        is_canonical = page.canonical == ROOT + address and "noindex" not in page.robots and "?" not in address
        if is_canonical and address.startswith(f"/{language}/"):
            shared[getattr(page, what)].append(address)
    assert len(shared) > 20
    assert {text: where for text, where in shared.items() if len(where) > 1 or not text} == {}


@pytest.mark.parametrize("language", CODES)
def test_every_foreign_passage_is_marked(pages, language):
    found = defaultdict(list)
    for address, page in pages.items():
        for passage in page.unmarked:
            if address.startswith(f"/{language}/"):
                found[passage].append(address)
    assert {passage: where[:3] for passage, where in found.items()} == {}


@pytest.mark.parametrize(
    "section", ["people", "organizations", "series", "themes", "conferences", "documents", "photos"]
)
def test_a_page_is_canonical_in_the_languages_in_which_it_is_offered_and_in_no_other(pages, section):
    of_it = {address: page for address, page in pages.items() if re.fullmatch(rf"/\w\w/{section}/[\w-]+/", address)}
    assert {address.split("/")[1] for address in of_it} == set(CODES)
    wrong = {
        address: (page.canonical, page.offered)
        for address, page in of_it.items()
        if page.canonical != (ROOT + address if address.split("/")[1] in page.offered else "")
    }
    assert wrong == {}


@pytest.mark.parametrize("language", CODES)
def test_what_is_offered_in_a_language_has_title_and_description_in_it(pages, language):
    offered = {
        address: page
        for address, page in pages.items()
        if address.startswith(f"/{language}/") and language in page.offered and "?" not in address
    }
    assert len(offered) > 20
    foreign = {
        address: text
        for address, page in offered.items()
        for text in (page.title.partition(" – ")[0], page.description)
        if is_foreign(text, language)
    }
    assert foreign == {}
