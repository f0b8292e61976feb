"""The contact for the press: a record's own, else that of the organization that issued it, else the site's."""

import re
from datetime import timedelta

import pytest

from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish
from tests.factories import make_conference, make_document, make_organization, make_user

pytestmark = pytest.mark.django_db
# A section of a document; among the facts of a conference.
SECTION = re.compile(r'id="contact">(?:<dt>)?([^<]*)</(?:h2|dt)>\s*(?:<dd>)?\s*<p>(.*?)</p>', re.DOTALL)
ISSUER = {
    "contact": "Spokesperson",
    "contact_email": "spokesperson@example.org",
    "contact_phone": "+43 1 26060",
    "name_ru": "Министерство",
}


@pytest.fixture
def site(settings):
    settings.CTPORTAL_PRESS_CONTACT = "Press office"
    settings.CTPORTAL_PRESS_EMAIL = "press@example.org"
    settings.CTPORTAL_PRESS_PHONE = "+992 37 221"


def contact_on(client, address):
    """Return (heading, contact) on the page at *address*, the contact as its lines without markup, or None."""
    found = SECTION.search(client.get(address).content.decode())
    if found is None:
        return None
    return found[1], [re.sub(r"<[^>]+>", "", line) for line in found[2].split("<br>")]


def release(**fields):
    if "issued_by" not in fields:
        fields["issued_by"] = make_organization("A ministry", slug="ministry", **ISSUER)
    document = make_document(**{"slug": "release"} | fields)
    publish(document, by=make_user())
    return document


SITE = ["Press office", "press@example.org", "+992 37 221"]
MINISTRY = ["A ministry", "Spokesperson", "spokesperson@example.org", "+43 1 26060"]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"contact": "Jane Roe, +1 212 963"}, ("Contact for the press", ["Jane Roe, +1 212 963"])),
        ({}, ("Contact for the press", MINISTRY)),
        ({"issued_by": None}, ("Contact for the press", SITE)),
        ({"kind": "statement"}, None),
        ({"kind": "statement", "also_serves_as": "press-release"}, ("Contact for the press", MINISTRY)),
        ({"kind": "statement", "contact": "Jane Roe"}, ("Contact", ["Jane Roe"])),
    ],
)
def test_a_press_release_shows_the_nearest_contact(site, client, fields, shown):
    release(**fields)

    assert contact_on(client, "/en/documents/release/") == shown


def test_without_settings_there_is_none_but_a_records_own(client):
    release(issued_by=None)
    publish(make_conference(slug="conference"), by=make_user())

    assert contact_on(client, "/en/documents/release/") is None
    assert contact_on(client, "/en/conferences/conference/") is None
    assert contact_on(client, "/en/about/") is None


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"contact": "A secretariat", "contact_email": "a@b.org"}, ("Contact", ["A secretariat", "a@b.org"])),
        ({}, ("Contact for the press", SITE)),
    ],
)
def test_a_conference_shows_its_own_contact_or_the_sites_for_the_press(site, client, fields, shown):
    publish(make_conference(slug="conference", **fields), by=make_user())

    assert contact_on(client, "/en/conferences/conference/") == shown


def test_a_contact_that_is_not_published_yet_is_not_shown(site, client, frozen_clock):
    document = release(issued_by=make_organization("A ministry", contact="The former one"))
    issuer = document.issuers.get().organization
    issuer.contact = "The one to come"
    issuer.save()
    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))
    publish(document, by=make_user())
    lines = ["A ministry", "The former one"]
    assert contact_on(client, "/en/documents/release/") == ("Contact for the press", lines)

    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))
    relabel(issuer, by=make_user())
    lines = ["A ministry", "The one to come"]
    assert contact_on(client, "/en/documents/release/") == ("Contact for the press", lines)


def test_a_past_version_shows_its_own_contact_only(site, client, frozen_clock):
    document = release()
    document.contact = "Jane Roe"
    document.save()
    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))
    publish(document, by=make_user())

    assert contact_on(client, "/en/documents/release/versions/1/") is None
    assert contact_on(client, "/en/documents/release/versions/2/") == ("Contact for the press", ["Jane Roe"])


def test_the_contact_of_the_issuing_organization_costs_no_query_of_its_own(client, django_assert_num_queries):
    release()
    release(slug="another", issued_by=None)
    client.get("/en/documents/another/")  # the first page makes Django ask what the database can do

    # The epoch; the document; what it points to; what points to it; its organizations.
    with django_assert_num_queries(5):
        assert client.get("/en/documents/release/").status_code == 200


def test_a_telephone_number_reads_from_left_to_right_on_an_arabic_page(site, client):
    release()
    page = client.get("/ar/documents/release/").content.decode()

    assert '<bdi dir="ltr">+43 1 26060</bdi>' in page
    assert '<a href="mailto:spokesperson@example.org" dir="ltr">' in page
    assert '<bdi dir="ltr">+992 37 221</bdi>' in client.get("/ar/about/").content.decode()


def test_the_frozen_json_has_a_records_own_contact_only(site, client):
    release()

    assert client.get("/api/v1/documents/release/").json()["contact"] == ""
    organization = client.get("/api/v1/organizations/ministry/").json()
    assert {name: organization[name] for name in ("contact", "contact_email", "contact_phone")} == {
        name: ISSUER[name] for name in ("contact", "contact_email", "contact_phone")
    }


@pytest.mark.parametrize("demo", [False, True])
def test_the_page_about_the_site_says_what_it_is(site, client, settings, demo):
    settings.DEMO = demo
    page = client.get("/en/about/").content.decode()

    assert contact_on(client, "/en/about/") == ("Contact for the press", SITE)
    assert ('<h2 id="demonstration">' in page) == demo
    assert page.count('href="/en/about/"') == 2  # of the list of languages, and the footer
    assert 'href="/en/developers/"' in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("fields", "words"), [({"contact": "Jane Roe, secretariat"}, "Jane Roe, secretariat"), ({}, "Spokesperson")]
)
def test_words_in_another_language_than_the_page_are_marked(client, fields, words):
    release(**fields)

    html = client.get("/ar/documents/release/").content.decode()
    assert f'<span lang="en" dir="ltr">{words}</span>' in html
