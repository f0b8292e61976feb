"""The public history: change notes, permanent addresses of versions, and what changed from one to the next."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import translation

from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, unschedule_all, withdraw
from ctportal.publishing.snapshot import canonical
from ctportal.web.changes import changed, relations_changed
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make.make_user()


def text_of(html):
    """The words of *html*, tags apart by nothing, white space single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def section(response, name):
    """The part of a page below the heading with the id *name*."""
    html = response.content.decode()
    found = re.search(rf'<section [^>]*aria-labelledby="{name}".*?</section>', html, re.DOTALL)
    return found[0] if found else ""


def history(client, address):
    return [text_of(row) for row in re.findall(r"<li>.*?</li>", section(client.get(address), "history"), re.DOTALL)]


def changes(client, address):
    """[(field, html of what is said)] of the difference that a version's page shows."""
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", section(client.get(address), "changes"), re.DOTALL)
    return [(text_of(name), said) for name, said in rows]


def marked(html, tag):
    """What *html* marks as removed ("del") or added ("ins"), without the words for screen readers."""
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return [text_of(re.sub(r'<span class="hidden"[^>]*>.*?</span>', "", each)) for each in found]


def test_a_page_lists_its_versions_newest_first_with_their_notes(client, frozen_clock, by):
    conference = make.make_conference("First", slug="minsk")
    publish(conference, by=by, note="As announced")
    frozen_clock.tick(days=1)
    conference.texts.update(title="Second")
    publish(conference, by=by, note="A typing error", minor=True)
    frozen_clock.tick(days=1)
    conference.texts.update(title="Third")
    publish(conference, by=by, note="The programme has changed")
    frozen_clock.tick(days=1)
    publish(conference, by=by, at=frozen_clock.now + timedelta(days=1), note="Not yet")
    unschedule_all([conference], by=by)
    publish(conference, by=by, at=frozen_clock.now + timedelta(days=2), note="Not yet either")

    assert history(client, "/en/conferences/minsk/") == [
        "Version 3 · 4 March 2026, 09:00 (UTC) · updated The programme has changed",
        "Version 2 · 3 March 2026, 09:00 (UTC) · minor change A typing error",
        "Version 1 · 2 March 2026, 09:00 (UTC) · first published As announced",
    ]


def test_two_versions_of_one_day_are_told_apart_by_their_times(client, frozen_clock, by):
    conference = make.make_conference("First", slug="minsk")
    publish(conference, by=by)
    before = text_of(client.get("/en/conferences/minsk/").content.decode())
    frozen_clock.tick(hours=3)
    conference.texts.update(title="Second")
    publish(conference, by=by)

    page, first = (client.get(f"/en/conferences/minsk/{below}") for below in ("", "versions/1/"))

    assert "First published 2 March 2026, 09:00 (UTC)" in before
    assert "Last changed" not in before
    assert "Last changed 2 March 2026, 12:00 (UTC)" in text_of(page.content.decode())
    assert 'datetime="2026-03-02T12:00Z"' in section(page, "history")
    assert "which was public from 2 March 2026, 09:00 (UTC) to 2 March 2026, 12:00 (UTC)." in first.content.decode()


def test_documents_and_photos_have_a_history_too(client, frozen_clock, by):
    conference = make.make_conference()
    document, photo = make.make_document(conference, slug="speech"), make.make_photo(conference)
    for record in (conference, document, photo):
        publish(record, by=by, note="A note")

    for address in ("/en/documents/speech/", f"/en/photos/{photo.uid}/"):
        assert history(client, address) == ["Version 1 · 2 March 2026, 09:00 (UTC) · first published A note"]
        assert "This is the first version." in section(client.get(f"{address}versions/1/"), "changes")


def test_a_version_tells_field_by_field_what_changed_from_the_one_before(client, frozen_clock, by):
    person, host = make.make_person("A speaker"), make.make_organization("An office")
    conference = make.make_conference("Border security in 2019", slug="minsk", event_status="planned")
    conference.texts.update(description="<p>Held in spring.</p><p>All the rest.</p>")
    conference.organization_roles.create(organization=host, role="host")
    publish(conference, by=by)
    frozen_clock.tick(days=1)
    conference.texts.update(title="Border security in 2020", description="<p>Held in autumn.</p><p>All the rest.</p>")
    conference.event_status = "postponed"
    conference.save()
    conference.organization_roles.update(role="convener")
    conference.appearances.create(person=person, role="keynote")
    publish(conference, by=by)

    found = changes(client, "/en/conferences/minsk/versions/2/")

    assert [(name, marked(said, "del"), marked(said, "ins")) for name, said in found] == [
        ("Title (English)", ["2019"], ["2020"]),
        ("Status", ["Planned"], ["Postponed"]),
        ("Description (English)", ["spring"], ["autumn"]),
        ("Organizations and their roles › An office (Convener) › Role", ["Host"], ["Convener"]),
        ("People", [], ["A speaker (Keynote speaker)"]),
    ]


SESSION = {"key": "a", "title": {"en": "Voices"}, "start_time": None, "number": None}


@pytest.mark.parametrize(
    ("record_type", "before", "after", "told"),
    [
        (
            "organization",
            {"kind": "civil-society"},
            {"kind": "academic"},
            ("Civil-society organization", "Academic institution"),
        ),
        ("conference", {"kind": "side-event"}, {"kind": "congress"}, ("Side event", "Congress")),
        ("document", {"kind": "statement"}, {"kind": "report"}, ("Statement", "Report")),
        (
            "conference",
            {"sessions": [SESSION | {"kind": "civil-society"}]},
            {"sessions": [SESSION | {"kind": "workshop"}]},
            ("Civil-society event", "Workshop"),
        ),
        (
            "conference",
            {"sessions": []},
            {"sessions": [SESSION | {"kind": "civil-society"}]},
            (None, "Civil-society event: Voices"),
        ),
        (
            "conference",
            {"links": [{"address": "https://a.example", "kind": "video"}]},
            {"links": [{"address": "https://a.example", "kind": "web-page"}]},
            ("Video", "Web page"),
        ),
    ],
)
def test_a_kind_is_called_as_it_is_where_it_stands(record_type, before, after, told):
    [found] = changed(record_type, json.dumps(before), json.dumps(after), "en")

    assert [found.before, found.after] == [[label] if label else [] for label in told]


@pytest.mark.parametrize(
    ("row", "name", "told"),
    [
        ("organizations", {"name": {"fr": "Minsk"}, "acronym": ""}, "Entité convocatrice"),
        ("people", {"name": {"fr": "Minsk"}, "title": {}, "organization": None}, "Convocation"),
    ],
)
def test_whoever_convenes_is_called_differently_as_a_person_and_as_an_organization(row, name, told):
    entry = name | {"uid": "a", "role": "convener"}
    with translation.override("fr"):
        [added] = changed("conference", json.dumps({row: []}), json.dumps({row: [entry]}), "fr")

    assert added.after == [f"Minsk ({told})"]


def test_relations_that_came_and_went_are_told_in_their_order():
    before, after = [("cites", "a"), ("cites", "b")], [("cites", "b"), ("parent", "c"), ("cites", "d")]

    found = relations_changed(before, after)

    assert [(each.label, each.before, each.after) for each in found] == [
        ("Cites", ["a"], ["d"]),
        ("Part of", [], ["c"]),
    ]


@pytest.mark.parametrize("field", ["", "expected_documents", "announced_dates"])
def test_a_date_is_told_with_the_precision_of_its_side(field):
    days = {"month": "2022-03-01", "day": "2022-04-15"}
    sides = [
        {"key": "a", "kind": "report", "title": {}, "announced_on": None, "date_precision": precision}
        | dict.fromkeys(("date", "start_date", "end_date"), day)
        for precision, day in days.items()
    ]

    found = changed("conference", *(canonical({field: [side]} if field else side) for side in sides), "en")

    assert [(each.before, each.after) for each in found].count((["March 2022"], ["15 April 2022"])) == 3


def test_a_figure_without_a_number_is_told_in_words():
    figure = {"key": "a", "measure": "countries", "qualifier": "exactly", "value": 47, "source_date": None}
    before = [figure, figure | {"key": "b", "measure": "regional-organizations", "qualifier": "several", "value": None}]
    after = [figure | {"qualifier": "many", "value": None, "source_date": "2018-05-04"}]

    found = changed("conference", canonical({"figures": before}), canonical({"figures": after}), "en")

    assert [(each.label, each.before, each.after) for each in found] == [
        ("Participation figures", ["Regional organizations, Several"], []),
        ("Participation figures › Countries, Many › Qualifier", ["Exactly"], ["Many"]),
        ("Participation figures › Countries, Many › Date of the source", [], ["4 May 2018"]),
        ("Participation figures › Countries, Many › Value", ["47"], []),
    ]


def test_relations_and_files_are_told_with_name_size_and_checksum(client, frozen_clock, by):
    conference = make.make_conference()
    other = make.make_document(conference, "What it cites")
    hidden = make.make_document(conference, "Not public")
    document = make.make_document(conference, slug="speech")
    old = make.make_stored_file("old.pdf", b"%PDF old")
    document.versions.update(file=old)
    for record in (conference, other, document):
        publish(record, by=by)
    frozen_clock.tick(days=1)
    new = make.make_stored_file("new.pdf", b"%PDF somewhat longer")
    document.versions.update(file=new)
    document.relations.create(kind="cites", target=other)
    document.relations.create(kind="cites", target=hidden)
    publish(document, by=by)

    found = changes(client, "/en/documents/speech/versions/2/")

    assert [(name, marked(said, "del"), marked(said, "ins")) for name, said in found] == [
        (
            "Language versions › English › File",
            [f"old.pdf (PDF, 8 byte, SHA-256 {old.sha256})"],
            [f"new.pdf (PDF, 20 byte, SHA-256 {new.sha256})"],
        ),
        ("Cites", [], ["What it cites"]),
    ]


def test_the_difference_speaks_the_language_of_the_page_and_runs_as_its_text_does(client, frozen_clock, by):
    conference = make.make_conference("عقد المؤتمر في مينسك", "ar", slug="minsk", event_status="planned")
    publish(conference, by=by)
    frozen_clock.tick(days=1)
    conference.texts.update(title="عقد المؤتمر في فيينا")
    conference.event_status = "held"
    conference.save()
    publish(conference, by=by)

    french = dict(changes(client, "/fr/conferences/minsk/versions/2/"))
    assert list(french) == ["Titre (arabe)", "Statut"]
    assert '<p lang="ar" dir="rtl">عقد المؤتمر في <del>' in french["Titre (arabe)"]
    assert '<span class="hidden" lang="fr">[supprimé :' in french["Titre (arabe)"]
    assert marked(french["Statut"], "ins") == ["Tenue"]


def test_editors_text_is_escaped_in_differences_and_notes(client, frozen_clock, by):
    attack = "<script>alert(1)</script>"
    conference = make.make_conference(f"{attack} one", slug="minsk")
    publish(conference, by=by, note=attack)
    frozen_clock.tick(days=1)
    conference.texts.update(title=f"{attack} two")
    publish(conference, by=by, note=attack)

    for address in ("/en/conferences/minsk/", "/en/conferences/minsk/versions/2/"):
        assert "<script>alert" not in client.get(address).content.decode()


def test_what_cannot_be_compared_says_so(client, frozen_clock, by):
    conference = make.make_conference(slug="minsk")
    publish(conference, by=by)
    frozen_clock.tick(days=1)
    publish(conference, by=by)

    page = section(client.get("/en/conferences/minsk/versions/2/"), "changes")
    assert "Nothing shown on this page has changed." in page


def test_versions_that_are_not_there_yet_are_not_found(client, frozen_clock, by):
    conference = make.make_conference(slug="minsk")
    publish(conference, by=by)
    publish(conference, by=by, at=frozen_clock.now + timedelta(days=1))

    for number in (2, 3, 99):
        assert client.get(f"/en/conferences/minsk/versions/{number}/").status_code == 404
    frozen_clock.tick()
    withdraw(conference, by=by, reason="An error")
    assert client.get("/en/conferences/minsk/versions/1/").status_code == 410


@pytest.mark.parametrize("count", [2, 6])
def test_history_and_differences_cost_the_same_however_long_they_are(
    client, frozen_clock, by, count, django_assert_num_queries
):
    conference = make.make_conference(slug="minsk")
    for n in range(count):
        conference.texts.update(title=f"Title {n}")
        for _ in range(n):
            conference.main_topics.create(title_en=f"Topic {n}")
        publish(conference, by=by)
        frozen_clock.tick(days=1)

    assert Edition.objects.of("conference").count() == count
    with django_assert_num_queries(5):  # the epoch; the edition; what it points to; what points to it; its versions
        client.get("/en/conferences/minsk/")
    with django_assert_num_queries(4):  # the epoch; the edition in force; the two that are compared; what they point to
        client.get(f"/en/conferences/minsk/versions/{count}/")


def test_what_has_the_same_name_is_told_together(client, frozen_clock, by):
    conference = make.make_conference(slug="minsk")
    first, second = make.make_person("First speaker"), make.make_person("Second speaker")
    conference.appearances.create(person=first, role="keynote")
    publish(conference, by=by)
    frozen_clock.tick(days=1)
    conference.appearances.all().delete()
    conference.appearances.create(person=second, role="chair")
    conference.appearances.create(person=first, role="chair", title_en="Minister")
    conference.appearances.create(person=make.make_person("Third speaker"), role="chair")
    publish(conference, by=by)

    [(name, said), *_more] = changes(client, "/en/conferences/minsk/versions/2/")

    assert (name, marked(said, "ins")) == ("People", ["Second speaker (Chair)", "Third speaker (Chair)"])


def test_a_group_is_told_by_its_title(client, frozen_clock, by):
    conference = make.make_conference(slug="minsk")
    conference.appearances.create(title_en="Heads of organizations", role="present")
    publish(conference, by=by)
    for change in (
        {"title_en": "Heads of regional organizations"},
        {"role": "speaker"},
        {"person": make.make_person("Ann")},
    ):
        frozen_clock.tick(days=1)
        conference.appearances.update(**change)
        publish(conference, by=by)

    def told(number):
        entries = changes(client, f"/en/conferences/minsk/versions/{number}/")
        return [(name, marked(said, "del"), marked(said, "ins")) for name, said in entries]

    group = "Heads of regional organizations"
    assert told(2) == [("People › Heads of regional organizations (Present) › Title (English)", [], ["regional"])]
    assert told(3) == [(f"People › {group} (Speaker) › Role", ["Present"], ["Speaker"])]
    assert told(4) == [("People", [f"{group} (Speaker)"], ["Ann (Speaker)"])]
