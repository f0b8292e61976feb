"""The search page: what is found, how it is shown and narrowed, and what it says where nothing is found."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ctportal.core.languages import CODES
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.reading import middleware
from ctportal.reading.found import found as in_full
from ctportal.reading.search import Hit
from ctportal.search.highlighting import LOOKED_AT, Highlighter
from ctportal.search.parsing import parse
from ctportal.web import search
from ctportal.web.found_rows import directed
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make.make_user()


@pytest.fixture
def found(client):
    """Return a function from what is searched for to the response of the search page."""

    def find(q="", of="en", status=200, **parameters):
        response = client.get(f"/{of}/search/", {"q": q, **parameters})
        assert response.status_code == status
        return response

    return find


def rows(response):
    """Return the rows of the results on the page."""
    return [row for _name, _heading, group in response.context["groups"] for row in group]


def titles(response):
    return [str(row["title"]) for row in rows(response)]


def marked(directed_pieces):
    """Return a text with its highlighted words in brackets."""
    pieces = [piece for _is_ltr, group in directed_pieces for piece in group]
    return "".join(f"[{text}]" if is_found else text for text, is_found in pieces)


def facet(response, name):
    """Return {label: (count, address)} of a facet of the page."""
    [values] = [each for each in response.context["facets"] if each["name"] == name] or [{"values": [], "more": []}]
    return {str(text): (count, address) for text, count, address in [*values["values"], *values["more"]]}


def chips(response):
    return [(str(text), address) for text, _remark, address in response.context["chips"]]


# Results -------------------------------------------------------------------------------------------------------------


def test_each_kind_of_record_is_found_and_leads_to_its_page_or_list(found, by):
    conference = make.make_conference("Gathering of ospreys")
    conference.series_entries.create(series=make.make_series("Osprey series", slug="osprey-series"))
    conference.themes.add(make.make_theme("Osprey theme", slug="osprey-theme"))
    conference.appearances.create(person=make.make_person("Olga Osprey", slug="olga-osprey"), role="chair")
    organization = make.make_organization("Osprey office", slug="osprey-office", kind="un-entity")
    conference.organization_roles.create(organization=organization, role="host")
    photo = make.make_photo(conference, caption_en="An osprey", taken_on=date(2019, 9, 3))
    document = make.make_document(conference, "Release on ospreys", symbol="A/72/840")
    for record in (conference, photo, document):
        publish(record, by=by)

    shown = {
        row["address"]: (row["kinds"], row.get("date"), row.get("conference", {})) for row in rows(found("osprey"))
    }

    home = {"address": f"/en/conferences/{conference.slug}/"}
    names = {address: (kinds, day, str(home.get("name", ""))) for address, (kinds, day, home) in shown.items()}
    assert names == {
        home["address"]: (["Regional conference"], "3–4 September 2019", ""),
        f"/en/documents/{document.slug}/": (["Press release"], "4 September 2019", "Minsk 2019"),
        f"/en/photos/{photo.uid}/": (["Photo"], "3 September 2019", "Minsk 2019"),
        "/en/series/osprey-series/": (["Series"], None, ""),
        "/en/themes/osprey-theme/": (["Theme"], None, ""),
        "/en/organizations/osprey-office/": (["United Nations entity"], None, ""),
        "/en/people/olga-osprey/": (["Person"], None, ""),
    }


def test_an_exact_title_or_symbol_leads(found, by):
    for title, symbol in (("A plan of action, and another plan", "S/2018/1177"), ("Plan of action", "A/72/284")):
        publish(make.make_document(None, title, kind="reference", symbol=symbol, date=date(2000, 1, 1)), by=by)
    publish(make.make_document(None, "Plan of action, A/72/284 and S/2018/1177", kind="reference"), by=by)

    assert titles(found("plan of action"))[0] == "Plan of action"
    assert titles(found("s/2018/1177"))[0] == "A plan of action, and another plan"


def test_what_is_in_the_readers_language_comes_first_and_the_rest_below_a_heading(found, by):
    publish(make.make_document(None, "Kestrel", "fr", "<p>Le kestrel.</p>", kind="reference"), by=by)
    english = make.make_document(None, "A bird", "en", "<p>The kestrel kestrel.</p>", kind="reference")
    publish(english, by=by)
    both = make.make_document(None, "Another bird", "en", "<p>A falcon.</p>", kind="reference")
    both.versions.create(language="ru", title="Птица", body="<p>Здесь kestrel.</p>", ready=True)
    publish(both, by=by)

    response = found("kestrel -le")
    html = response.content.decode()
    groups = {name: [str(row["title"]) for row in group] for name, _heading, group in response.context["groups"]}
    assert groups == {"results": ["A bird"], "foreign": ["Another bird"], "similar": []}
    assert html.index("A bird") < html.index('<h2 id="foreign">In other languages</h2>') < html.index("Another bird")
    other = (
        f'href="/ru/documents/{both.slug}/" lang="ru" hreflang="ru" dir="ltr">Русский</a> <span lang="ru" dir="ltr">'
    )
    assert f"{other}Здесь <mark>kestrel</mark>.</span>" in html


def test_titles_and_excerpts_are_highlighted_as_they_were_written(found, by):
    body = "<p>Nothing.</p><h2>Points</h2><p>The <em>BORDERS</em> &amp; coasts of Tajikistan.</p>"
    publish(make.make_document(None, "On borders", body=body, kind="reference"), by=by)
    [row] = rows(found("border tajikistan"))
    assert marked(row["marked_title"]) == "On [borders]"
    assert marked(row["excerpt"]) == "Nothing. Points The [BORDERS] & coasts of [Tajikistan]."
    assert "The <mark>BORDERS</mark> &amp; coasts" in found("border").content.decode()


def test_where_the_text_does_not_match_names_and_sessions_show_it(found, by):
    conference = make.make_conference("A conference")
    conference.texts.update(summary="What was said.")
    conference.sessions.create(title_en="Opening", kind="opening")
    conference.sessions.create(title_en="Guarding the harriers", kind="panel", order=1)
    publish(conference, by=by)
    [row] = rows(found("harrier"))
    assert marked(row["excerpt"]) == "Guarding the [harriers]"


def test_the_text_of_a_file_is_shown_where_only_it_matches(found, by):
    document = make.make_document(None, "A report", body="<p>Of merlins.</p>", kind="report")
    text = f"Page one.\fAll the merlins and hobbies were counted. {'word ' * LOOKED_AT}"
    document.versions.update(file=make.make_stored_file(text=text))
    publish(document, by=by)
    [row] = rows(found("merlin"))
    assert marked(row["excerpt"]) == "Of [merlins]."
    [row] = rows(found("merlin hobby"))
    assert marked(row["excerpt"]).startswith("Page one. All the [merlins] and [hobbies] were counted. word")


def test_a_title_in_another_language_says_so(found, by):
    publish(make.make_document(None, "Заявление", "ru", "<p>Текст.</p>", kind="statement"), by=by)
    html = found("заявление", "ar").content.decode()
    assert (
        'lang="ru" dir="ltr"><mark>Заявление</mark></a> <small class="tongue" lang="ru" dir="ltr">Русский</small>'
        in (html)
    )


def test_symbols_keep_their_direction_in_arabic_text():
    pieces = [("القرار ", True), ("S/RES/2396", True), (" (2017)، ثم ", False), ("النص", True)]
    assert directed(pieces, "ar") == [
        (False, [("القرار ", True)]),
        (True, [("S/RES/2396", True), (" (2017)", False)]),
        (False, [("، ثم ", False), ("النص", True)]),
    ]
    assert directed(pieces, "en") == [(False, pieces)]
    assert directed([], "en") == directed([], "ar") == []


@pytest.mark.parametrize("count", [2, 3])  # six and nine results: one page, and none is only similar
def test_the_number_of_queries_does_not_depend_on_the_number_of_results(client, by, count, django_assert_num_queries):
    series, theme = make.make_series(), make.make_theme()
    for n in range(count):
        conference = make.make_conference(f"Conference on owls {n}")
        conference.series_entries.create(series=series)
        conference.themes.add(theme)
        document = make.make_document(conference, f"Owls {n}")
        document.versions.update(file=make.make_stored_file(text="Eagle owls."))
        for record in (conference, document, make.make_photo(conference, caption_en=f"An owl {n}")):
            publish(record, by=by)
    client.get("/en/search/?q=owl")  # the first time, Django asks SQLite whether it knows JSON
    # Instant and epoch; texts that match; number of public records; editions; texts of files; their conferences; names of
    # series and themes.
    with django_assert_num_queries(7):
        response = client.get("/en/search/?q=owl")
    assert len(rows(response)) == 3 * count
    # Series and theme, each with those merged into it; no documents and no names.
    with django_assert_num_queries(6):
        response = client.get(f"/en/search/?q=owl&series={series.slug}&theme={theme.slug}")
    assert len(rows(response)) == count


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def seven(by):
    for n in range(7):
        publish(make.make_document(None, f"Heron {n}", kind="reference", date=date(2019, 1, 10 - n)), by=by)


def test_results_come_in_pages_and_their_number_ends_at_the_most_counted(found, seven, monkeypatch):
    monkeypatch.setattr(search, "PER_PAGE", 2)
    response = found("heron", page="2")
    assert titles(response) == ["Heron 2", "Heron 3"]
    assert (response.context["tally"], response.context["pager"]["here"]) == ("7 results", "Page 2 of 4")
    assert response.context["pager"]["next"] == "/en/search/?q=heron&page=3"
    assert (response.context["title"], response.context["cut"]) == ("heron – Search, page 2", False)
    monkeypatch.setattr(search, "MOST_COUNTED", 4)
    response = found("heron", page="2")
    assert (response.context["tally"], response.context["pager"]["here"]) == ("More than 4 results", "Page 2 of 2")
    assert "No more results are shown. Narrow the search" in response.content.decode()
    assert facet(response, "type") == {"Documents": ("4+", "/en/search/?q=heron&kind=document")}
    assert response.context["pager"]["next"] == ""


def test_the_number_of_results_is_in_words_of_each_language(found, seven):
    tallies = {language: found("heron", language).context["tally"] for language in CODES}
    assert tallies == {
        "ar": "7 نتائج",
        "zh": "7项结果",
        "en": "7 results",
        "fr": "7 résultats",
        "ru": "7 результатов",
        "es": "7 resultados",
    }


def test_a_page_that_does_not_exist_is_answered_with_404(found, seven):
    assert found("heron", page="2", status=404).context["problems"] == ["Page 2 does not exist. The last page is 1."]
    assert found("heron", page="0", status=400).context["problems"] == [
        "“0” is not a valid page number. Pages are numbered from 1."
    ]


# Filters -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def eagles(by):
    """A conference, with a series and a theme, its photo and three documents."""
    conference = make.make_conference("Eagles", slug="eagles")
    conference.series_entries.create(series=make.make_series("Birds", slug="birds"))
    conference.themes.add(make.make_theme("Feathers", slug="feathers"))
    person = make.make_person("Ana Ramos", slug="ana-ramos")
    release = make.make_document(conference, "Eagles opened", delivered_by=person)
    statement = make.make_document(conference, "On eagles", kind="statement", also_serves_as="co-chairs-summary")
    statement.versions.create(language="fr", title="Aigles", body="<p>Texte.</p>", ready=True)
    report = make.make_document(conference, "Eagles, a report", kind="report", date=date(2021, 5, 1))
    for record in (conference, make.make_photo(conference, caption_en="Eagle"), release, statement, report):
        publish(record, by=by)
    return conference


def test_facets_count_the_results_and_lead_to_them(found, client, eagles):
    response = found("eagles")
    shown = {
        each["name"]: [(str(text), count) for text, count, _address in each["values"]]
        for each in response.context["facets"]
    }
    assert shown == {
        "type": [("Documents", "3"), ("Conferences", "1"), ("Photos", "1")],
        "kind": [("Co-chairs’ summary", "1"), ("Press release", "1"), ("Report", "1"), ("Statement", "1")],
        "year": [("2021", "1"), ("2019", "4")],
        "language": [("English", "5"), ("Français", "1")],
        "country": [("Belarus", "1")],
        "series": [("Birds", "1")],
        "theme": [("Feathers", "1")],
    }
    for each in response.context["facets"]:
        for _text, count, address in each["values"]:
            assert client.get(address).context["tally"].split()[0] == count, address
    assert facet(response, "series") == {"Birds": ("1", "/en/search/?q=eagles&series=birds")}


def test_facets_follow_the_filters_and_the_chosen_ones_become_chips(found, eagles):
    response = found("eagles", kind="document", year="2019")
    assert titles(response) == ["Eagles opened", "On eagles"]
    assert chips(response) == [
        ("Documents", "/en/search/?q=eagles&year=2019"),
        ("2019", "/en/search/?q=eagles&kind=document"),
    ]
    assert {each["name"] for each in response.context["facets"]} == {"kind", "language"}
    assert facet(response, "kind")["Statement"] == ("1", "/en/search/?q=eagles&kind=statement&year=2019")
    assert facet(found("eagles", kind="conference"), "kind") == {
        "Regional conference": ("1", "/en/search/?q=eagles&kind=regional")
    }
    assert facet(found("eagles", kind="photo"), "kind") == {}


@pytest.mark.parametrize(
    ("typed", "parameters", "label"),
    [
        ("kind:press-release", {"kind": "press-release"}, "Press release"),
        ("Kind:Press_Release", {"kind": "press-release"}, "Press release"),
        ("kind:regional", {"kind": "regional"}, "Regional conference"),
        ("kind:photo", {"kind": "photo"}, "Photos"),
        ("year:2021", {"year": "2021"}, "2021"),
        ("country:by", {"country": "BY"}, "Belarus"),
        ("language:FR", {"language": "fr"}, "Français"),
        ("series:birds", {"series": "birds"}, "Birds"),
        ('theme:"feathers"', {"theme": "feathers"}, "Feathers"),
        ("person:ana-ramos", {"person": "ana-ramos"}, "Ana Ramos"),
    ],
)
def test_a_filter_that_is_typed_means_the_same_as_one_that_is_chosen(found, eagles, typed, parameters, label):
    chosen, by_typing = found("eagles", **parameters), found(f"eagles {typed}")
    assert titles(by_typing) == titles(chosen) != []
    assert chips(by_typing) == chips(chosen) == [(label, "/en/search/?q=eagles")]
    assert by_typing.context["words"] == "eagles"
    assert by_typing.content == chosen.content


def test_what_is_typed_last_is_used(found, eagles):
    assert titles(found("eagles year:2018 year:2021", year="2017")) == ["Eagles, a report"]


def test_series_and_people_are_known_by_their_uid_too(found, eagles):
    uid = Edition.objects.get(type="series").uid
    response = found("eagles", series=str(uid))
    assert titles(response) == ["Eagles"]
    assert chips(response) == [("Birds", "/en/search/?q=eagles")]


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"year": "19"}, "“19” is not a valid year. Use four digits, such as 2019."),
        ({"q": "eagles year:19"}, "“19” is not a valid year. Use four digits, such as 2019."),
        ({"country": "XX"}, "“XX” is not a country code. Use two capital letters (ISO 3166-1), such as BY."),
        ({"series": "fish"}, "“fish” is not the slug or uid of a public series."),
        ({"kind": "un-entity"}, "“un-entity” is not a known value. Known values: conference, document, photo"),
        ({"language": "de"}, "“de” is not a known value. Known values: ar, zh, en, fr, ru, es."),
        ({"q": "!!! -eagles"}, "There are no words to search for."),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_searched(found, eagles, parameters, problem):
    response = found(**{"q": "eagles"} | parameters, status=400)
    [shown] = response.context["problems"]
    assert shown.startswith(problem)
    assert 'aria-invalid="true" aria-describedby="problems"' in response.content.decode()
    assert "tally" not in response.context
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_parameters_that_are_not_known_are_ignored(found, eagles):
    assert found("eagles", utm_source="letter", ordering="date").content == found("eagles").content


# What is typed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *('"', '""', "-", "--a", '-"', "kind:", 'kind:"', "year:2019", "a" * 5_000, "a " * 500, "国" * 400, "\x00", "%00"),
        *("' OR 1=1 --", "(", "AND", "NEAR(", "*", "^a", "a\\", "=x", "~x", "\u202e", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "🕊" * 90),
        *("<b>x</b>", "{{ x }}", "%s", "a\tb\nc", "series:../../x", "person:\x00", "country:🕊", "::", "year:٢٠١٩"),
    ],
)  # fmt: skip
def test_nothing_that_is_typed_is_a_fault(client, eagles, typed):
    response = client.get("/en/search/", {"q": f"eagles {typed}"})
    assert response.status_code in (200, 400)
    assert client.get("/ar/search/", {"q": typed}).status_code in (200, 400)


def test_a_long_search_is_shortened_and_says_so(found, eagles):
    response = found("eagles " * 40)
    assert response.context["words"] == " ".join(["eagles"] * 30)
    assert "The search is too long. Only the beginning was used" in response.content.decode()
    assert "too long" not in found("eagles").content.decode()


def test_without_words_the_page_tells_how_to_search_and_where_else_to_look(found, eagles):
    response = found("")
    html = response.content.decode()
    assert response.context["years"] == [("2019", "/en/conferences/?year=2019")]
    assert [address for address, _name in response.context["lists"]][:2] == ["/en/conferences/", "/en/series/"]
    assert html.count("<div><dt>") == 6
    assert 'href="/en/about/#search"' in html
    assert "noindex" not in html
    assert 'id="search"' in found().client.get("/en/about/").content.decode()


def test_filters_without_words_wait_for_words(found, eagles):
    response = found("kind:photo")
    assert chips(response) == [("Photos", "/en/search/")]
    assert '<input type="hidden" name="kind" value="photo">' in response.content.decode()
    assert "How to search" in response.content.decode()


def test_results_are_not_for_search_engines(found, eagles):
    assert '<meta name="robots" content="noindex">' in found("eagles").content.decode()
    assert '<meta name="robots" content="noindex">' in found("nothing").content.decode()


# Nothing found -------------------------------------------------------------------------------------------------------


def test_without_results_it_offers_each_word_alone_with_what_it_finds(found, client, eagles):
    response = found('eagles "on eagles" penguins report')
    alone = response.context["alone"]
    assert alone == [
        ("eagles", "5", "/en/search/?q=eagles"),
        ('"on eagles"', "1", "/en/search/?q=%22on+eagles%22"),
        ("report", "1", "/en/search/?q=report"),
    ]
    for _words, count, address in alone:
        assert client.get(address).context["tally"].split()[0] == count
    assert "searched in all six languages" in response.content.decode()
    assert response.context["years"] == [("2019", "/en/conferences/?year=2019")]
    assert found("penguins").context["alone"] == []


def test_without_results_it_offers_the_search_without_filters(found, eagles):
    response = found("eagles", year="2018")
    assert response.context["unfiltered"] == ("5 results", "/en/search/?q=eagles")
    assert found("penguins", year="2018").context["unfiltered"] is None


def test_without_results_it_offers_another_spelling(found, eagles, monkeypatch):
    monkeypatch.setattr(
        search, "spelling", lambda query, context, language, filters: f"{query.text} {language} {len(filters)}!"
    )
    response = found("eegles", year="2019")
    assert response.context["spelling"] == ("eegles en 1!", "/en/search/?q=eegles+en+1%21&year=2019")
    assert "Did you mean:" in response.content.decode()


# The box in the header -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/ar/", "/ar/about/", "/ar/conferences/", "/ar/nowhere/"])
def test_every_page_has_a_box_that_searches_in_its_language(client, address):
    html = client.get(address).content.decode()
    assert html.count('<search class="seek"><form method="get" action="/ar/search/">') == 1
    assert re.search(
        r'<label for="site-search" class="hidden">[^<]+</label><input type="search" id="site-search" name="q"', html
    )


def test_the_search_page_has_one_box_with_what_was_searched_for(found, eagles):
    html = found('"a < b" eagles', kind="photo").content.decode()
    assert html.count("<search") == 1
    assert '<input type="search" id="q" name="q" value="&quot;a &lt; b&quot; eagles"' in html
    assert '<input type="hidden" name="kind" value="photo">' in html


# Hidden records ------------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_neither_found_nor_counted_nor_shown(found, by, frozen_clock):
    publish(make.make_document(None, "Buzzards", body="<p>A buzzard.</p>", kind="reference"), by=by)
    superseded = make.make_document(None, "Gulls", body="<p>A buzzard zqfour.</p>", kind="news-item")
    withdrawn = make.make_document(None, "Buzzard zqthree", kind="report", date=date(2031, 1, 1))
    publish(superseded, by=by)
    publish(withdrawn, by=by)
    frozen_clock.tick()
    withdraw(withdrawn, by=by, reason="A test.")
    superseded.versions.update(body="<p>A gull.</p>")
    publish(superseded, by=by)
    make.make_document(None, "Buzzard zqone", kind="statement", date=date(2031, 1, 1))
    days = {"start_date": date(2031, 1, 1), "end_date": date(2031, 1, 2)}
    scheduled = make.make_conference("Buzzard zqtwo", country="KE", **days)
    scheduled.series_entries.create(series=make.make_series("Buzzard series zqtwo"))
    scheduled.appearances.create(person=make.make_person("Buzzard person zqtwo"), role="chair")
    publish(scheduled, by=by, at=frozen_clock.now + timedelta(hours=1))

    response = found("buzzard")
    assert (titles(response), response.context["tally"]) == (["Buzzards"], "1 result")
    assert {each["name"]: [str(text) for text, *_count in each["values"]] for each in response.context["facets"]} == {
        "type": ["Documents"],
        "kind": ["Reference document"],
        "year": ["2019"],
        "language": ["English"],
    }
    for canary in ("zqone", "zqtwo", "zqthree", "zqfour"):
        response = found(f"{canary} buzzard")
        assert (response.context["tally"], response.context["unfiltered"]) == ("0 results", None)
        assert response.context["alone"] == [("buzzard", "1", "/en/search/?q=buzzard")]
        assert response.context["years"] == []
    frozen_clock.tick(hours=1)
    response = found("buzzard")
    assert [str(text) for text in facet(response, "series")] == ["Buzzard series zqtwo"]
    assert sorted(titles(response)) == ["Buzzard person zqtwo", "Buzzard series zqtwo", "Buzzard zqtwo", "Buzzards"]


def test_a_scheduled_text_is_found_from_its_instant_on(found, by, frozen_clock):
    document = make.make_document(None, "Plovers", kind="reference")
    instant = frozen_clock.now + timedelta(hours=1)
    publish(document, by=by, at=instant)
    frozen_clock.move_to(instant - timedelta(microseconds=1))
    assert found("plover").context["tally"] == "0 results"
    frozen_clock.move_to(instant)
    assert titles(found("plover")) == ["Plovers"]


def test_a_hidden_series_is_no_known_value(found, by, frozen_clock):
    conference = make.make_conference("Plovers")
    conference.series_entries.create(series=make.make_series("Waders", slug="waders"))
    publish(conference, by=by, at=frozen_clock.now + timedelta(hours=1))
    hidden = found("plover", series="waders", status=400).context["problems"]
    unknown = found("plover", series="nowhere", status=400).context["problems"]
    assert [each.replace("waders", "nowhere") for each in hidden] == unknown
    frozen_clock.tick(hours=1)
    assert titles(found("plover", series="waders")) == ["Plovers"]


# The cache -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "is_kept"), [("", True), ("?kind=photo", True), ("?q=a", False), ("?q=a&kind=photo", False)]
)
def test_no_search_is_kept_in_the_cache(query, is_kept):
    assert bool(middleware.names_of(make.make_request(f"/en/search/{query}"))) == is_kept


def test_a_filter_of_the_search_is_part_of_what_the_cache_knows():
    one, other = (middleware.names_of(make.make_request(f"/en/search/?kind={kind}")) for kind in ("photo", "report"))
    assert one != other
    assert reverse("search", args=["en"]) == f"/en/{middleware.SEARCH}" == f"/en/{search.PATH}"


def test_what_is_typed_without_its_filters_asks_the_same():
    typed = 'border kind:report -"a b" YEAR:2019 "c d" series:"x y" person: e'
    assert search.without_filters(typed) == 'border -"a b" "c d" person: e'
    assert parse(search.without_filters(typed))[2:4] == parse(typed)[2:4]


def test_what_is_withdrawn_after_the_search_is_left_out(eagles):
    gone = Hit(987654321, "en", is_exact=False)

    assert in_full([gone], Highlighter(parse("eagles").terms), timezone.now(), "en") == []
