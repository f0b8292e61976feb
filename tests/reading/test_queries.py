import uuid
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db.models import F
from django.http import QueryDict

from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, Facet
from ctportal.publishing.renaming import merge_entries
from ctportal.publishing.services import publish, restore, unschedule_all, withdraw
from ctportal.reading.context import ReadContext
from ctportal.reading.filters import filters_for
from ctportal.reading.menus import MENUS, options
from ctportal.reading.queries import (
    Found,
    Gone,
    Moved,
    PageOutOfRange,
    choose,
    first_rows,
    in_full,
    listing,
    referring,
    related,
    resolve,
    resolve_uid,
    versions,
)
from tests.database_guards import lifted_guards
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_request,
    make_series,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make_user()


def listed(record_type, query="", per_page=20):
    filters = filters_for(record_type, QueryDict(query), make_request())
    assert filters.is_valid(), filters.form.errors
    return listing(filters, per_page=per_page)


def slugs(record_type, query="", per_page=20):
    return [edition.slug for edition in listed(record_type, query, per_page)]


def resolved(record_type, address):
    return resolve(record_type, address, epoch.now())


def all_in_full():
    """The public conferences with all fields, as the API lists them."""
    return in_full(list(Edition.objects.public(epoch.now()).of("conference").values_list("pk", flat=True)))


# One record


def test_a_public_record_is_found_by_slug_and_by_uid_in_one_query(publisher, django_assert_num_queries):
    conference = make_conference(slug="minsk-2019")
    first = publish(conference, by=publisher)
    conference.texts.update(title="Another title")
    second = publish(conference, by=publisher)

    now = epoch.now()
    for address in ("minsk-2019", str(conference.uid)):
        with django_assert_num_queries(1):
            found = resolve("conference", address, now)
            values = (type(found), found.edition.pk, found.edition.version, found.edition.published, found.edition.json)
        assert values == (Found, second.pk, 2, first.public_from, second.json)


def test_what_was_never_public_is_not_found(publisher, frozen_clock):
    draft, scheduled, unscheduled = make_conference(), make_conference(), make_conference()
    publish(scheduled, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    publish(unscheduled, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([unscheduled], by=publisher)

    addresses = [address for record in (draft, scheduled, unscheduled) for address in (record.slug, str(record.uid))]
    assert [resolved("conference", address) for address in addresses] == [None] * 6


@pytest.mark.parametrize(
    "address", ["", "a\x00b", "Minsk-2019", "minsk 2019", "m" * 5000, "-", "１", str(uuid.UUID(int=0))]
)
def test_what_cannot_be_an_address_is_not_found(address):
    assert resolved("conference", address) is None


def test_a_record_is_not_found_under_another_type(publisher):
    conference = make_conference()
    publish(conference, by=publisher)

    assert resolved("document", conference.slug) is None


def test_a_former_slug_leads_to_the_present_one_but_a_slug_that_was_never_public_does_not(publisher, frozen_clock):
    conference = make_conference(slug="first")
    publish(conference, by=publisher)
    frozen_clock.tick()
    conference.slug = "scheduled-only"
    conference.save()
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([conference], by=publisher)
    conference.slug = "second"
    conference.save()
    publish(conference, by=publisher)

    moved = resolved("conference", "first")
    assert (type(moved), moved.edition.slug) == (Moved, "second")
    assert resolved("conference", "scheduled-only") is None


def test_a_withdrawn_record_is_gone_with_reason_and_replacement(publisher, frozen_clock):
    conference, better = make_conference(slug="first"), make_conference()
    publish(better, by=publisher)
    publish(conference, by=publisher)
    frozen_clock.tick()
    conference.slug = "second"
    conference.save()
    last = publish(conference, by=publisher)
    frozen_clock.tick()
    withdraw(conference, by=publisher, reason="Announced by mistake.", replacement=better.uid)

    for address in ("first", "second", str(conference.uid)):
        gone = resolved("conference", address)
        assert (type(gone), gone.edition.pk, gone.reason) == (Gone, last.pk, "Announced by mistake.")
        assert (gone.edition.public_until, gone.replacement.uid) == (frozen_clock.now, better.uid)


def test_a_replacement_that_is_withdrawn_itself_is_not_named(publisher, frozen_clock):
    conference, better = make_conference(), make_conference()
    publish(better, by=publisher)
    publish(conference, by=publisher)
    frozen_clock.tick()
    withdraw(conference, by=publisher, reason="Announced by mistake.", replacement=better.uid)
    withdraw(better, by=publisher, reason="This one too.")

    assert resolved("conference", conference.slug).replacement is None


def test_what_was_merged_away_leads_to_what_it_was_merged_into(publisher, frozen_clock):
    wrong, right = make_organization("UN OCT", slug="un-oct"), make_organization("UNOCT", slug="unoct")
    conference = make_conference()
    conference.organization_roles.create(organization=wrong, role="host")
    publish(conference, by=publisher)
    frozen_clock.tick()
    merge_entries(wrong, right, by=publisher)

    for address in ("un-oct", str(wrong.uid)):
        moved = resolved("organization", address)
        assert (type(moved), moved.edition.slug) == (Moved, "unoct")
    assert slugs("conference", "organization=un-oct") == [conference.slug]

    third = make_organization("Office", slug="office")
    frozen_clock.tick()
    merge_entries(right, third, by=publisher)
    for address in ("un-oct", str(wrong.uid), "unoct", str(right.uid)):
        moved = resolved("organization", address)
        assert (type(moved), moved.edition.slug) == (Moved, "office")
        assert slugs("conference", f"organization={address}") == [conference.slug]


def test_an_unscheduled_edition_is_no_version_even_after_its_instant(publisher, frozen_clock):
    conference = make_conference()
    publish(conference, by=publisher)
    frozen_clock.tick()
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([conference], by=publisher)
    frozen_clock.tick(hours=2)
    publish(conference, by=publisher)

    assert resolved("conference", conference.slug).edition.version == 2
    [edition] = all_in_full()
    assert edition.version == 2
    assert len(versions(conference.uid, epoch.now())) == 2


def test_a_scheduled_correction_is_no_version_yet(publisher, frozen_clock):
    conference = make_conference()
    publish(conference, by=publisher)
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    assert resolved("conference", conference.slug).edition.version == 1
    [edition] = all_in_full()
    assert edition.version == 1


def test_a_list_is_filtered_by_the_record_that_was_named_and_by_no_other(publisher):
    for name in ("first", "second", "third"):
        conference = make_conference(slug=f"of-{name}")
        conference.series_entries.create(series=make_series(slug=name))
        publish(conference, by=publisher)

    for name in ("first", "second", "third"):
        assert choose("series", name, ReadContext().at).record.slug == name
        assert slugs("conference", f"series={name}") == [f"of-{name}"]


def test_editions_of_several_types_are_asked_for_together(publisher):
    conference = make_conference()
    conference.series_entries.create(series=make_series())
    conference.themes.add(make_theme())
    publish(conference, by=publisher)

    assert {edition.type for edition in Edition.objects.of("series", "theme")} == {"series", "theme"}
    assert {edition.type for edition in Edition.objects.of("series")} == {"series"}


def test_what_points_to_a_record_comes_newest_first(publisher):
    conference = make_conference()
    publish(conference, by=publisher)
    for day in (2, 4, 3):
        publish(make_document(conference, slug=f"of-day-{day}", date=date(2019, 9, day)), by=publisher)

    found = referring(conference.uid, "conference", at=epoch.now())
    assert [edition.slug for edition in found] == ["of-day-4", "of-day-3", "of-day-2"]


def test_an_address_that_can_be_none_chooses_nothing():
    assert choose("conference", "No Slug", ReadContext().at) is None


def test_an_uid_is_resolved_without_its_type(publisher):
    conference, draft = make_conference(), make_conference()
    publish(conference, by=publisher)

    assert type(resolve_uid(conference.uid, epoch.now())) is Found
    assert resolve_uid(draft.uid, epoch.now()) is None


def test_versions_are_the_editions_that_took_effect(publisher, frozen_clock):
    conference = make_conference()
    first = publish(conference, by=publisher)
    frozen_clock.tick()
    second = publish(conference, by=publisher)
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    assert [edition.pk for edition in versions(conference.uid, epoch.now())] == [first.pk, second.pk]


# Lists


def test_a_list_holds_what_is_public_newest_first(publisher, frozen_clock):
    for slug, day in (("a", date(2019, 9, 3)), ("b", date(2022, 3, 3)), ("c", date(2022, 3, 3))):
        publish(make_conference(slug=slug, start_date=day, end_date=day), by=publisher)
    make_conference(slug="draft")
    publish(make_conference(slug="scheduled"), by=publisher, at=frozen_clock.now + timedelta(hours=1))
    withdrawn = make_conference(slug="withdrawn")
    publish(withdrawn, by=publisher)
    frozen_clock.tick()
    withdraw(withdrawn, by=publisher, reason="Wrong.")

    page = listed("conference")
    assert ([edition.slug for edition in page], page.paginator.count) == (["b", "c", "a"], 3)


@pytest.mark.slow
@pytest.mark.parametrize("ordering", ["-date", "date", "-updated", "updated"])
@pytest.mark.parametrize("query", ["", "&country=BY", "&country=BY&kind=regional"])
def test_the_pages_of_a_list_hold_each_record_once_and_in_one_order(publisher, frozen_clock, ordering, query):
    for n in range(11):
        day = date(2019, 9, 1 + n // 3)
        publish(make_conference(start_date=day, end_date=day), by=publisher)
        frozen_clock.tick()
    publish(make_conference(), by=publisher)

    whole = slugs("conference", f"ordering={ordering}{query}", per_page=100)
    paged = [
        slug for n in range(1, 5) for slug in slugs("conference", f"ordering={ordering}{query}&page={n}", per_page=3)
    ]
    fields = {"date": "date", "updated": "public_from"}[ordering.strip("-")]
    keys = list(
        Edition.objects.order_by(ordering[: -len(ordering.strip("-"))] + fields, "slug").values_list(fields, flat=True)
    )
    rows = listed("conference", f"ordering={ordering}{query}", per_page=100)
    dates = [Edition.objects.values_list(fields, flat=True).get(pk=row.pk) for row in rows]
    assert len(set(whole)) == 12
    assert paged == whole
    assert dates == keys


def test_photos_without_slug_are_paged_without_repeating(publisher):
    conference = make_conference()
    publish(conference, by=publisher)
    for _ in range(7):
        publish(make_photo(conference), by=publisher)

    paged = [e.uid for n in (1, 2, 3) for e in listed("photo", f"conference={conference.slug}&page={n}", per_page=3)]
    assert paged == sorted(paged, key=str)
    assert len(set(paged)) == 7


def test_vocabulary_is_listed_by_slug(publisher):
    conference = make_conference()
    conference.themes.add(make_theme(slug="youth"), make_theme(slug="borders"))
    publish(conference, by=publisher)

    assert slugs("theme") == ["borders", "youth"]
    assert slugs("theme", "ordering=-slug") == ["youth", "borders"]


def test_a_page_past_the_last_does_not_exist(publisher):
    publish(make_conference(), by=publisher)
    with pytest.raises(PageOutOfRange, match="Page 2 does not exist. The last page is 1."):
        listed("conference", "page=2")
    assert listed("conference", "country=AQ").object_list == []


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "country=BY", "q=conference", "series=regional-conferences"])
@pytest.mark.parametrize("count", [3, 30])
def test_a_list_costs_few_queries(publisher, count, query, django_assert_num_queries):
    series = make_series(slug="regional-conferences")
    for ordinal in range(count):
        conference = make_conference()
        conference.series_entries.create(series=series, ordinal=ordinal + 1)
        publish(conference, by=publisher)
    slugs("conference", query)

    # The epoch; the count; the rows; the series of the filter with what was merged into it.
    with django_assert_num_queries(4 if "series" in query else 3):
        page = listed("conference", query)
        cards = [edition.card_data["title"] for edition in page]
    assert len(cards) == min(count, 20)


def test_a_record_in_full_brings_version_and_first_publication(publisher, frozen_clock, django_assert_num_queries):
    conferences = [make_conference(), make_conference()]
    first, only = (publish(conference, by=publisher) for conference in conferences)
    frozen_clock.tick()
    second = publish(conferences[0], by=publisher)

    with django_assert_num_queries(1):
        found = [
            (each.pk, each.version, each.published, each.public_from, each.sha256, each.json)
            for each in in_full([second.pk, only.pk])
        ]
    assert found == [
        (second.pk, 2, first.public_from, second.public_from, second.sha256, second.json),
        (only.pk, 1, only.public_from, only.public_from, only.sha256, only.json),
    ]
    # In the order asked for.
    assert [each.pk for each in in_full([only.pk, second.pk])] == [only.pk, second.pk]
    assert in_full([]) == []


def test_what_records_point_to_comes_with_cards_or_without(publisher):
    week = make_conference(slug="week", kind="week")
    publish(week, by=publisher)
    edition = publish(make_conference(slug="unseen", parent=week), by=publisher)

    for cards, card in ((True, Edition.objects.get(uid=week.uid).card), (False, "")):
        found = related([edition], epoch.now(), cards=cards)
        assert found == {edition.pk: [("parent", "", week.uid, "conference", "week", card)]}
    assert related([], epoch.now()) == {}


def test_the_first_rows_are_those_of_the_list(publisher):
    for number in range(3):
        publish(make_conference(f"Title {number}", slug=f"place-{number}"), by=publisher)

    for query in ("", "q=title", "q=title&ordering=date"):
        filters = filters_for("conference", QueryDict(query), make_request())
        assert filters.is_valid()
        assert [row.slug for row in first_rows(filters, 2)] == slugs("conference", query)[:2]
    with pytest.raises(ValueError, match="invalid_year"):
        first_rows(filters_for("conference", QueryDict("year=x"), make_request()), 2)


# Menus


def plainly_counted(record_type):
    """Return {(facet, value): number of public records}, each edition asked on its own."""
    public = [edition.pk for edition in Edition.objects.of(record_type) if edition.is_public(epoch.now())]
    facets = Facet.objects.filter(edition__in=public, name__in=MENUS).values_list("name", "value")
    return Counter(facets)


def test_menus_count_what_is_public_at_each_moment(publisher, frozen_clock, django_assert_num_queries):
    conferences = [make_conference(country=country) for country in ("TJ", "BY", "BY")]
    for conference in conferences:
        publish(conference, by=publisher)
    document = make_document(conferences[0], slug="opening")
    publish(document, by=publisher, at=frozen_clock.now + timedelta(hours=2))
    corrected, moved, ended = conferences
    moved.country = "KZ"
    moved.save()
    publish(corrected, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    publish(moved, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    withdraw(ended, by=publisher, reason="Wrong.", at=frozen_clock.now + timedelta(hours=2))
    unscheduled = make_conference()
    publish(unscheduled, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([unscheduled], by=publisher)

    countries = []
    for _hour in range(4):
        for record_type in ("conference", "document"):
            menus = options(record_type, ReadContext())
            counted = {(name, each.value): each.total for name, entries in menus.items() for each in entries}
            assert counted == plainly_counted(record_type)
        countries.append({each.value: each.total for each in options("conference", ReadContext())["country"]})
        frozen_clock.tick(hours=1)
    assert countries == [{"TJ": 1, "BY": 2}, {"TJ": 1, "BY": 1, "KZ": 1}, {"TJ": 1, "KZ": 1}, {"TJ": 1, "KZ": 1}]


def test_each_edition_is_either_public_or_hidden(publisher, frozen_clock):
    conference = make_conference()
    publish(conference, by=publisher)
    withdraw(conference, by=publisher, reason="Wrong.", at=frozen_clock.now + timedelta(hours=2))
    unscheduled = make_conference()
    publish(unscheduled, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([unscheduled], by=publisher)
    publish(make_conference(), by=publisher, at=frozen_clock.now + timedelta(hours=1))

    for _hour in range(4):
        public, hidden = (
            set(rows.values_list("pk", flat=True))
            for rows in (Edition.objects.public(epoch.now()), Edition.objects.hidden(epoch.now()))
        )
        assert (public & hidden, public | hidden) == (set(), set(Edition.objects.values_list("pk", flat=True)))
        frozen_clock.tick(hours=1)


def test_menus_count_public_records_only(publisher, frozen_clock):
    shown, hidden = make_theme("Youth", slug="youth"), make_theme("Secret", slug="secret")
    series = make_series("Regional conferences", slug="regional-conferences")
    public = make_conference(country="TJ", start_date=date(2019, 5, 16), end_date=date(2019, 5, 17))
    public.themes.add(shown)
    public.series_entries.create(series=series, ordinal=1)
    publish(public, by=publisher)
    frozen_clock.tick()
    publish(public, by=publisher)
    scheduled = make_conference(country="KE")
    scheduled.themes.add(hidden)
    publish(scheduled, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    make_conference(country="UZ").themes.add(hidden)

    menus = {
        name: [tuple(option) for option in entries] for name, entries in options("conference", ReadContext()).items()
    }
    assert menus == {
        "year": [("2019", 1, None)],
        "country": [("TJ", 1, None)],
        "region": [("asia", 1, None), ("central-asia", 1, None)],
        "series": [("regional-conferences", 1, {"name": {"en": "Regional conferences"}})],
        "theme": [("youth", 1, {"name": {"en": "Youth"}})],
        "kind": [("regional", 1, None)],
        "language": [("en", 1, None)],
        "status": [(public.event_status, 1, None)],
        "format": [("not-known", 1, None)],
    }


# Relations


def test_related_gives_what_is_public_and_follows_it(publisher, frozen_clock, django_assert_num_queries):
    conference = make_conference(slug="minsk-2019")
    person = make_person()
    conference.appearances.create(person=person, role="speaker")
    parent = make_conference(slug="week", kind="week")
    conference.parent = parent
    conference.save()
    reference, hidden = make_document(slug="resolution"), make_document(slug="draft")
    conference.references.create(document=reference, order=1)
    conference.references.create(document=hidden, order=2)
    publish(parent, by=publisher)
    publish(reference, by=publisher)
    edition = publish(conference, by=publisher)
    document = publish(make_document(conference), by=publisher)
    publish(hidden, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    now = epoch.now()
    with django_assert_num_queries(1):
        found = related([edition, document], now)
    assert {pk: [(r.name, r.type, r.slug) for r in rows] for pk, rows in found.items()} == {
        edition.pk: [("parent", "conference", "week"), ("reference", "document", "resolution")],
        document.pk: [("conference", "conference", "minsk-2019")],
    }
    assert found[document.pk][0].card_data["title"] == {"en": "A conference"}

    frozen_clock.tick(hours=1)
    withdraw(reference, by=publisher, reason="Wrong.")
    assert [(r.name, r.slug) for r in related([edition], epoch.now())[edition.pk]] == [
        ("parent", "week"),
        ("reference", "draft"),
    ]


def test_referring_gives_the_public_editions_that_point_to_a_record(publisher, frozen_clock, django_assert_num_queries):
    conference = make_conference()
    publish(conference, by=publisher)
    document = publish(make_document(conference), by=publisher)
    photo = publish(make_photo(conference), by=publisher)
    publish(make_document(conference), by=publisher, at=frozen_clock.now + timedelta(hours=1))
    make_document(conference)

    now = epoch.now()
    with django_assert_num_queries(1):
        found = {
            (edition.pk, edition.relation) for edition in referring(conference.uid, "conference", "parent", at=now)
        }
    assert found == {(document.pk, "conference"), (photo.pk, "conference")}


def test_a_menu_offers_no_entry_that_is_not_public(publisher):
    """The services keep it public for as long as something shows it; a menu does not rely on that."""
    series = make_series(slug="regional-conferences")
    conference = make_conference()
    conference.series_entries.create(series=series)
    publish(conference, by=publisher)
    assert [each.value for each in options("conference", ReadContext())["series"]] == ["regional-conferences"]

    with lifted_guards():
        Edition.objects.filter(uid=series.uid).update(public_until=F("public_from"))
    assert options("conference", ReadContext())["series"] == []


# What changing the read gate in one place showed to be held by no test of its own


def test_a_withdrawn_record_tells_its_reason_while_its_return_is_scheduled(publisher, frozen_clock):
    conference = make_conference()
    first = publish(conference, by=publisher)
    frozen_clock.tick()
    withdraw(conference, by=publisher, reason="Announced by mistake.")
    restore(conference, by=publisher, at=frozen_clock.now + timedelta(days=1))

    gone = resolved("conference", conference.slug)

    assert (type(gone), gone.edition.pk, gone.reason) == (Gone, first.pk, "Announced by mistake.")


def test_each_merger_leads_to_its_own_survivor(publisher, frozen_clock):
    conference, lost = make_conference(), make_conference(slug="lost")
    pairs = [(make_person(f"Wrong {n}", slug=f"wrong-{n}"), make_person(f"Right {n}", slug=f"right-{n}")) for n in "ab"]
    for wrong, _right in pairs:
        conference.appearances.create(person=wrong, role="keynote")
    for record in (conference, lost):
        publish(record, by=publisher)
    for wrong, right in pairs:
        frozen_clock.tick()
        merge_entries(wrong, right, by=publisher)
    frozen_clock.tick()
    withdraw(lost, by=publisher, reason="Announced by mistake.")

    assert [resolved("person", f"wrong-{n}").edition.slug for n in "ab"] == ["right-a", "right-b"]
    assert type(resolved("conference", "lost")) is Gone
    for wrong, right in pairs:
        assert choose("person", right.slug, ReadContext().at).values == (str(right.uid), str(wrong.uid))
    assert choose("conference", conference.slug, ReadContext().at).values == (str(conference.uid),)


def test_a_record_that_names_both_of_two_that_became_one_is_listed_once(publisher, frozen_clock):
    wrong, right = make_person("Wrong", slug="wrong"), make_person("Right", slug="right")
    conference, other = make_conference(slug="both"), make_conference(slug="one")
    conference.appearances.create(person=wrong, role="keynote")
    for record in (conference, other):
        record.appearances.create(person=right, role="speaker")
        publish(record, by=publisher)
    frozen_clock.tick()
    merge_entries(wrong, right, by=publisher)
    with lifted_guards():  # as where its own edition was left to say both
        edition = Edition.objects.public(epoch.now()).get(slug="both")
        edition.facets.get_or_create(
            name="person", value=str(wrong.uid), type="conference", date=edition.date, slug="both"
        )

    page = listed("conference", "person=right")
    assert ([each.slug for each in page], page.paginator.count) == (["both", "one"], 2)


def test_a_choice_is_of_the_type_asked_for(publisher):
    conference = make_conference(slug="same")
    document = make_document(conference, slug="same")
    for record in (conference, document):
        publish(record, by=publisher)

    assert [choose(name, "same", ReadContext().at).record.uid for name in ("conference", "document")] == [
        conference.uid,
        document.uid,
    ]


def test_a_page_knows_its_neighbours(publisher):
    for _n in range(3):
        publish(make_conference(), by=publisher)

    pages = [listed("conference", f"page={number}", per_page=1) for number in (1, 2, 3)]

    assert [(page.has_previous(), page.has_next()) for page in pages] == [(False, True), (True, True), (True, False)]


def test_what_a_record_points_to_comes_in_the_order_in_which_it_was_put(publisher):
    week, first, second = (make_conference(slug=slug) for slug in ("week", "first", "second"))
    documents = [make_document(first, slug=slug) for slug in ("a", "b", "c")]
    for record in (week, first, second, *documents):
        publish(record, by=publisher)
    for place, document in enumerate(reversed(documents)):
        week.references.create(document=document, order=place)
    publish(week, by=publisher)
    edition = Edition.objects.public(epoch.now()).get(slug="week")

    assert [record.slug for record in related([edition], epoch.now())[edition.pk]] == ["c", "b", "a"]
