"""The pages of documents: languages, digests, files, citations, relations."""

import re
from datetime import date

import pytest

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests import factories as make
from tests.web.dossiers import json_ld

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make.make_user()


def page(client, address):
    return client.get(address).content.decode()


def make_release(publisher, **fields):
    document = make.make_document(
        make.make_conference("The conference", slug="the-conference"),
        "It was opened",
        slug="opened",
        delivered_by=make.make_person("Ada Speaker"),
        delivered_title="Minister",
        issued_by=make.make_organization("The Office"),
        place_en="Minsk",
        dateline_en="Minsk, 4 September 2019",
        symbol="S/2019/123",
        **fields,
    )
    document.versions.create(
        language="ru", title="Открытие", body="<p>Текст.</p>", ready=True, state="digest", standing="unofficial",
        external_url="https://www.example.org/original", file=make.make_stored_file(content=b"x" * 1_234_567, pages=3),
    )  # fmt: skip
    publish(document.conference, by=publisher)
    publish(document, by=publisher)
    return document


def test_every_language_is_one_click_away_and_what_is_missing_is_said(client, publisher):
    make_release(publisher)
    english, russian, french = (page(client, f"/{code}/documents/opened/") for code in ("en", "ru", "fr"))
    assert '<a href="/ru/documents/opened/" lang="ru" hreflang="ru">Русский</a>' in english
    assert "<h1>Открытие</h1>" in russian
    assert '<h1><span lang="en" dir="ltr">It was opened</span></h1>' in french
    assert '<div class="prose" lang="en" dir="ltr">' in french


@pytest.mark.parametrize(("precision", "shown", "iso"), [("month", "March 2022", "2022-03"), ("year", "2022", "2022")])
def test_no_page_gives_more_of_the_date_than_is_known(client, publisher, precision, shown, iso):
    conference = make.make_conference(slug="the-conference")
    document = make.make_document(conference, slug="plan", date=date(2022, 3, 15), date_precision=precision)
    for record in (conference, document):
        publish(record, by=publisher)

    for address in ("documents/plan", "documents", "conferences/the-conference"):
        html = page(client, f"/en/{address}/")
        assert f'<time datetime="{iso}">{shown}</time>' in html
        assert "15 March" not in html and "2022-03-15" not in html


def test_a_version_tells_of_a_corrected_date_to_its_precision(client, publisher):
    document = make.make_document(slug="plan", date=date(2022, 3, 1), date_precision="month")
    publish(document, by=publisher)
    document.date, document.date_precision = date(2022, 4, 6), "day"
    document.save()
    publish(document, by=publisher)

    html = page(client, "/en/documents/plan/versions/2/")

    assert ("March 2022" in html, "6 April 2022" in html, "1 March" in html) == (True, True, False)


def test_several_organizations_issue_and_several_people_deliver_it_in_order(client, publisher):
    office, ministry = make.make_organization("The Office"), make.make_organization("The Ministry")
    document = make.make_document(slug="joint", kind="statement")
    for order, (organization, name, title) in enumerate(
        [(ministry, "Ben Minister", "Minister"), (office, "Ada Speaker", "")]
    ):
        document.issuers.create(organization=organization, order=order)
        person = make.make_person(name, slug=name.split()[0].lower())
        document.deliveries.create(person=person, title_en=title, organization=organization, order=order)
    publish(document, by=publisher)

    record = client.get("/api/v1/documents/joint/").json()
    assert [entry["name"]["en"] for entry in record["issued_by"]] == ["The Ministry", "The Office"]
    assert [
        (entry["name"]["en"], entry["slug"], entry["title"], entry["organization"]["name"]["en"])
        for entry in record["delivered_by"]
    ] == [("Ben Minister", "ben", {"en": "Minister"}, "The Ministry"), ("Ada Speaker", "ada", {}, "The Office")]
    html = page(client, "/en/documents/joint/")
    assert html.index("Ben Minister</a><br>") < html.index(">Minister<") < html.index("Ada Speaker</a><br>")
    assert f'<dd><a href="/en/organizations/{ministry.slug}/">The Ministry</a></dd>' in html
    assert "Ben Minister, Ada Speaker. “A document”" in html
    for filters in ("person=ada", "person=ben", f"organization={office.slug}", f"organization={ministry.slug}"):
        assert '<p class="more">Ben Minister</p>\n<p class="more">Ada Speaker</p>' in page(
            client, f"/en/documents/?{filters}"
        )


def test_who_is_quoted_or_mentioned_is_shown_and_found_and_told_of_in_versions(client, publisher):
    document = make.make_document(slug="closing", kind="statement", delivered_by=make.make_person("Ada Speaker"))
    publish(document, by=publisher)
    president, minister = make.make_person("A President", slug="president"), make.make_person("A Minister")
    country = make.make_organization("A country")
    document.mentions.create(person=president, kind="quoted", title_en="President", organization=country, order=1)
    document.mentions.create(person=minister, order=2)
    publish(document, by=publisher)

    record = client.get("/api/v1/documents/closing/").json()
    assert [(each["name"], each["kind"], each["title"]) for each in record["mentions"]] == [
        ({"en": "A President"}, "quoted", {"en": "President"}),
        ({"en": "A Minister"}, "mentioned", {}),
    ]
    assert [each["organization"] and each["organization"]["slug"] for each in record["mentions"]] == [
        country.slug,
        None,
    ]
    html = page(client, "/en/documents/closing/")
    assert '<h2 id="mentions">People quoted or mentioned</h2>' in html
    assert '<a href="/en/people/president/">A President</a></b> <span class="role">Quoted</span><br>' in html
    found = client.get("/api/v1/documents/", {"person": "president"}).json()["results"]
    assert [each["slug"] for each in found] == ["closing"]
    assert [each["name"]["en"] for each in record["delivered_by"]] == ["Ada Speaker"]  # they are no speakers
    told = page(client, "/en/documents/closing/versions/2/")
    assert "A President (Quoted)" in told and "A Minister (Mentioned)" in told


def test_a_digest_says_that_it_is_one_and_links_to_the_original(client, publisher):
    make_release(publisher)
    english, russian = (page(client, f"/{code}/documents/opened/") for code in ("en", "ru"))
    assert 'href="https://www.example.org/original"' in russian
    assert 'class="banner section"' in russian
    assert 'class="banner section"' not in english
    assert ("\nN1  - " in russian, "\nN1  - " in english) == (True, False)  # in the citation too


def test_files_carry_type_size_and_language(client, publisher):
    document = make_release(publisher)
    file = document.versions.get(language="ru").file
    html = page(client, "/en/documents/opened/")
    assert f'<a href="{file.path}" hreflang="ru" type="application/pdf">Download PDF</a>' in html
    assert "1.2 MB, 3 pages" in html


def test_citations_in_three_forms(client, publisher):
    document = make_release(publisher)
    html = page(client, "/en/documents/opened/")
    permanent = f"http://testserver/id/{document.uid}"
    assert f"Ada Speaker. “It was opened”. Press release. Minsk, 4 September 2019. S/2019/123. {permanent}" in html
    assert (
        "@misc{opened,\n  author = {Speaker, Ada},\n  title = {{It was opened}},\n  institution = {The Office}," in html
    )
    assert (
        "TY  - PRESS\nAU  - Speaker, Ada\nTI  - It was opened\nPB  - The Office\nCY  - Minsk\nDA  - 2019/09/04" in html
    )


def test_bibtex_reads_no_character_of_a_title_as_a_command(client, publisher):
    publish(make.make_document(title=r"50 % of A_1 ~ {B} \o/ ^2", slug="odd"), by=publisher)
    expected = (
        r"title = {{50 \% of A\_1 {\textasciitilde} {\textbraceleft}B{\textbraceright} {\textbackslash}o/ "
        r"{\textasciicircum}2}},"
    )
    assert expected in page(client, "/en/documents/odd/")


def test_the_symbol_leads_to_the_un_document_system_in_the_readers_language(client, publisher):
    make_release(publisher)
    assert 'href="https://undocs.org/fr/S/2019/123"' in page(client, "/fr/documents/opened/")


def test_the_asterisk_of_a_reissue_stands_behind_the_symbol_and_in_no_address_or_citation(client, publisher):
    document = make.make_document(title="Statute", slug="statute", symbol="A/CONF.183/9", reissue="*")
    publish(document, by=publisher)
    html = page(client, "/en/documents/statute/")
    link = (
        '<a href="https://undocs.org/en/A/CONF.183/9" rel="noopener external" class="number" dir="ltr">A/CONF.183/9</a>'
    )
    assert f'{link} * <span class="small">issued again for technical reasons</span>' in html
    assert html.count("A/CONF.183/9*") == 0
    shown = client.get(f"/api/v1/documents/{document.uid}/").json()
    assert (shown["symbol"], shown["reissue"]) == ("A/CONF.183/9", "*")


@pytest.mark.parametrize(
    "query",
    [
        *("S/RES/2396(2017)", "s/res/2396 (2017)", "Ｓ／ＲＥＳ／２３９６（２０１７）＊", "statute S/RES/2396(2017)"),
        *("UNSCR 2396 (2017)", "Security Council resolution 2396", "“security council resolution 2396” statute"),
    ],
)
def test_a_symbol_is_found_however_it_is_typed(client, publisher, query):
    publish(make.make_document(title="Statute", slug="statute", symbol="S/RES/2396 (2017)"), by=publisher)
    publish(
        make.make_document(title="Statute of another year", slug="another", symbol="S/RES/2395 (2017)"), by=publisher
    )
    found, other = (client.get("/api/v1/documents/", {"q": q}).json()["results"] for q in (query, "UNSCR 239"))
    assert ([each["slug"] for each in found], other) == (["statute"], [])


def test_relations_are_shown_in_both_directions_once_public(client, publisher):
    old, new = make.make_document(title="Old text", slug="old"), make.make_document(title="New text", slug="new")
    new.relations.create(kind="supersedes", target=old)
    publish(old, by=publisher)
    assert "New text" not in page(client, "/en/documents/old/")
    publish(new, by=publisher)
    assert "Superseded by" in page(client, "/en/documents/old/")
    assert '<a href="/en/documents/old/">Old text</a>' in page(client, "/en/documents/new/")


def test_lists_of_one_kind_hold_what_also_serves_as_it(client, publisher):
    conference = make.make_conference()
    publish(conference, by=publisher)
    remarks = make.make_document(conference, "Closing remarks", kind="statement", also_serves_as="co-chairs-summary")
    release = make.make_document(conference, "Closing release")
    for document in (remarks, release):
        publish(document, by=publisher)
    summaries, releases = page(client, "/en/co-chairs-summaries/"), page(client, "/en/press-releases/")
    assert ("Closing remarks" in summaries, "Closing release" in summaries) == (True, False)
    assert ("Closing remarks" in releases, "Closing release" in releases) == (False, True)


def test_structured_data_of_a_press_release(client, publisher):
    document = make_release(publisher)
    [article] = [each for each in json_ld(page(client, "/en/documents/opened/")) if each["@type"] == "NewsArticle"]
    assert article == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": f"http://testserver/id/{document.uid}",
        "url": "http://testserver/en/documents/opened/",
        "headline": "It was opened",
        "inLanguage": "en",
        "datePublished": "2019-09-04",
        "author": [{"@type": "Person", "name": "Ada Speaker"}],
        "publisher": [{"@type": "Organization", "name": "The Office"}],
        "identifier": "S/2019/123",
        "about": {
            "@type": "Event",
            "name": "The conference",
            "url": "http://testserver/en/conferences/the-conference/",
        },
        "dateline": "Minsk, 4 September 2019",
    }


def test_the_session_is_linked_once_the_conference_shows_it(client, publisher, django_assert_num_queries):
    document = make_release(publisher)
    document.session = document.conference.sessions.create(title_en="Closing", date="2019-09-04")
    document.save()
    publish(document, by=publisher)
    anchor = f"/en/conferences/the-conference/#session-{document.session.uid}"

    # The epoch; the document; what it points to; what points to it; its versions; its organizations.
    with django_assert_num_queries(6):
        before = page(client, "/en/documents/opened/")
    publish(document.conference, by=publisher)
    after = page(client, "/en/documents/opened/")

    assert (anchor in before, anchor in after) == (False, True)
    assert f'id="session-{document.session.uid}"' in page(client, "/en/conferences/the-conference/")


# Units and what they are part of ---------------------------------------------------------------------------------------


def lines_on(client, address):
    """Return (issuers, deliverers) of a document, each a list of the names of an organization and those above it."""
    html = page(client, address)
    issuers = re.search(r"<dt>Issued by</dt>(.*?)</div>", html, re.DOTALL)
    issued = re.findall(r"<dd>(.*?)</dd>", issuers[1], re.DOTALL) if issuers else []
    delivered = re.findall(r'<p class="lead">(.*?)</p>', html, re.DOTALL)
    found = [[re.split(r", (?=<a)|<br>| \((?=<a)", each) for each in part] for part in (issued, delivered)]
    return tuple([[re.sub(r"<[^>]+>|\)", "", name) for name in line] for line in part] for part in found)


def make_statement_of_a_unit(publisher, **fields):
    top = make.make_organization("The Top", slug="top")
    office = make.make_organization("The Office", slug="office", parent=top)
    unit = make.make_organization("The Centre", slug="centre", parent=office)
    document = make.make_document(
        None, slug="said", kind="statement", issued_by=unit, delivered_by=make.make_person("Ada"), **fields
    )
    document.issuers.create(organization=make.make_organization("A ministry"), order=1)
    document.deliveries.update(organization=unit)
    document.deliveries.create(person=make.make_person("Bob"), order=1)
    publish(document, by=publisher)
    return top, office


def test_a_document_leads_from_a_unit_to_the_organization_at_the_top(client, publisher):
    make_statement_of_a_unit(publisher)

    line = ["The Centre", "The Office", "The Top"]
    assert lines_on(client, "/en/documents/said/") == ([line, ["A ministry"]], [["Ada", *line], ["Bob"]])
    html = page(client, "/en/documents/said/")
    assert (
        html.count('<a href="/en/organizations/office/">The Office</a>, <a href="/en/organizations/top/">The Top</a>')
        == 2
    )
    nothing_above = ([["The Centre"], ["A ministry"]], [["Ada", "The Centre"], ["Bob"]])
    assert lines_on(client, "/en/documents/said/versions/1/") == nothing_above


@pytest.mark.parametrize(
    ("hidden", "above"), [("top", ["The Office"]), ("office", []), ("centre", [])], ids=["top", "office", "centre"]
)
def test_a_document_shows_nothing_above_a_unit_that_is_not_public(client, publisher, frozen_clock, hidden, above):
    top, office = make_statement_of_a_unit(publisher)
    office.name_en = "CANARY name"
    office.save()
    top.parent = make.make_organization("CANARY parent")
    top.save()
    assert "CANARY" not in page(client, "/en/documents/said/")
    assert lines_on(client, "/en/documents/said/")[0][0] == ["The Centre", "The Office", "The Top"]

    frozen_clock.tick(hours=1)
    Edition.objects.filter(slug=hidden).update(public_until=frozen_clock.now)

    line = ["The Centre", *above]
    assert lines_on(client, "/en/documents/said/") == ([line, ["A ministry"]], [["Ada", *line], ["Bob"]])


@pytest.mark.parametrize(("units", "levels", "queries"), [(0, 0, 4), (1, 1, 5), (4, 7, 5)])
def test_all_that_is_above_a_documents_units_costs_one_query(
    client, publisher, django_assert_num_queries, units, levels, queries
):
    document, parent = make.make_document(None, slug="said"), None
    for _level in range(levels):
        parent = make.make_organization("Above", parent=parent)
    for order in range(units):
        unit = make.make_organization("Unit", parent=parent)
        document.issuers.create(organization=unit, order=order)
        document.deliveries.create(person=make.make_person("Ada"), organization=unit, order=order)
    publish(document, by=publisher)

    with django_assert_num_queries(queries):
        issued, delivered = lines_on(client, "/en/documents/said/")
    line = ["Unit", *["Above"] * levels]
    assert (issued, delivered) == ([line] * units, [["Ada", *line]] * units)
