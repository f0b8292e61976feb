"""The one cache: what is kept, how much of it, and that nothing kept is ever stale."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conferences.admin.merging import merge
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, EpochMark
from ctportal.publishing.services import publish, redate_all, unschedule_all, withdraw
from ctportal.reading import cache, middleware
from ctportal.reading.context import ReadContext
from ctportal.workflow.sealing import seal
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_series,
    make_user,
)

# Real transactions: inside a transaction nothing is kept.
pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
PAGE, LIST, API, API_LIST = (
    "/en/conferences/minsk-2019/",
    "/en/conferences/",
    "/api/v1/conferences/minsk-2019/",
    "/api/v1/conferences/",
)
CHANNELS = pytest.mark.parametrize("address", [PAGE, LIST, API, API_LIST])


def taken_by(store):
    """Bytes in use."""
    return store._lists.currsize + store._others.currsize


@pytest.fixture
def by():
    return make_account("administrator")


@pytest.fixture
def conference(by, frozen_clock):
    conference = make_conference("The first title", slug="minsk-2019")
    publish(conference, by=by)
    frozen_clock.tick()
    return conference


def make_series_public(conference, by):
    conference.series_entries.create(series=make_series())
    publish(conference, by=by)


def retitle(conference, title):
    conference.texts.update(title=title)


# What is kept


@CHANNELS
def test_a_kept_answer_is_the_same_and_costs_one_query(client, conference, address):
    made = client.get(address)
    with CaptureQueriesContext(connection) as queries:
        kept = client.get(address)

    assert len(queries) == 1
    assert (kept.status_code, kept.content, dict(kept.headers)) == (200, made.content, dict(made.headers))


def test_each_kind_of_public_answer_is_kept(conference, by, keeps):
    make_series_public(conference, by)
    addresses = ["/fr/", "/ar/series/", "/en/developers/", f"{PAGE}versions/1/", f"{API}versions/", f"{API}versions/1/"]
    addresses += [f"{LIST}?year=2019&kind=regional", f"{API_LIST}?year=2019&page_size=5&lang=fr", "/api/v1/"]

    assert [address for address in addresses if not keeps(address)] == []


@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}?q=title",
        f"{LIST}?date_after=2019-01-01",
        f"{LIST}?date_before=2030-01-01",
        f"{LIST}?updated_after=2019-01-01T00:00:00Z",
        f"{API_LIST}?q=title",
        f"{LIST}?year=2019&kind=regional&status=planned",
        f"{API_LIST}?year=2019&kind=regional&status=planned",
        f"{LIST}?country=CH",
        f"{API_LIST}?country=CH",
        f"{LIST}?page=01",
        f"{API_LIST}?%79ear=2019",
    ],
)
def test_what_is_free_narrow_or_empty_is_not_kept(client, conference, keeps, address):
    assert client.get(address).status_code == 200
    assert not keeps(address)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/en/conferences/nowhere/", 404),
        (f"{LIST}?year=x", 400),
        (f"{API_LIST}?year=x", 400),
        (f"{LIST}?page=9", 404),
        (f"/id/{'0' * 8}-0000-4000-8000-{'0' * 12}", 404),
        ("/api/v1/schema/", 200),
        ("/robots.txt", 200),
        ("/admin/login/", 200),
    ],
)
def test_errors_and_what_is_not_below_the_public_addresses_are_not_kept(
    client, conference, monkeypatch, address, status
):
    kept = []
    monkeypatch.setattr(middleware, "entry_of", lambda response: kept.append(response) or b"")

    assert client.get(address).status_code == status
    assert kept == []


def test_a_client_that_takes_no_json_gets_no_kept_json(client, conference, keeps):
    assert keeps(API)
    assert client.get(API, headers={"accept": "text/html"}).status_code == 406


def test_a_session_changes_no_answer_and_is_told_to_nobody(client, conference, keeps):
    assert keeps(PAGE)
    member = Client()
    member.force_login(make_user("member", is_staff=True))

    answers = [each.get(PAGE) for each in (client, member)]

    assert answers[0].content == answers[1].content
    assert [dict(answer.cookies) for answer in answers] == [{}, {}]


def test_nothing_is_kept_inside_a_transaction(client, conference, is_kept):
    with transaction.atomic():
        client.get(PAGE)
        assert not is_kept(PAGE)
    assert not is_kept(PAGE)
    assert is_kept(PAGE)


def test_without_room_nothing_is_kept(settings, conference, keeps):
    settings.CTPORTAL_CACHE_MB = 0
    cache.store.cache_clear()

    assert not keeps(PAGE)


# What can be varied at will


@pytest.mark.parametrize(
    "address",
    [PAGE, "/en/", LIST, "/en/series/", "/en/documents/"],
)
def test_parameters_that_a_page_does_not_know_fill_nothing_and_change_nothing(client, conference, is_kept, address):
    publish(make_document(conference), by=make_user())
    as_known = client.get(address).content
    junk = ["utm_source=a", "utm_source=b&x=1", "lang=fr", "page_size=3"]
    junk += [] if address.count("/") == 3 and address != "/en/" else ["year=2019", "ordering=date", "page=1"]
    taken = taken_by(cache.store())

    for query in junk:
        assert client.get(f"{address}?{query}").content == as_known, query
    assert taken_by(cache.store()) == taken
    assert is_kept(f"{address}?utm_source=c") is ("series" not in address)  # of which there is none


def test_known_parameters_stand_for_the_same_in_any_order(conference, is_kept):
    is_kept(f"{LIST}?year=2019&kind=regional&page=")

    assert is_kept(f"{LIST}?kind=regional&year=2019")


def test_lists_of_names_know_their_filters(client, by):
    for name, kind in (("Alpha", "government"), ("Beta", "other")):
        publish(make_document(issued_by=make_organization(name, kind=kind)), by=by)
    client.get("/en/organizations/")

    chosen = client.get("/en/organizations/?kind=other").content
    assert b"Beta" in chosen
    assert b"Alpha" not in chosen
    assert client.get("/en/organizations/?kind=none").status_code == 400
    for path in ("people", "organizations"):
        client.get(f"/en/{path}/")
        assert client.get(f"/en/{path}/?page=9").status_code == 404


@pytest.mark.parametrize(
    "host", ["testserver:8000", "testserver:443", "TESTSERVER", "127.0.0.1:1", "sub.localhost", "evil.example"]
)
def test_hosts_and_ports_that_are_not_the_servers_own_fill_nothing(client, conference, host):
    assert client.get(PAGE).status_code == 200
    taken = taken_by(cache.store())
    client.get(PAGE, headers={"host": host})

    assert taken_by(cache.store()) == taken


def test_each_host_and_scheme_has_its_own_answer(client, conference, is_kept):
    is_kept(PAGE)
    here = client.get(PAGE).content
    there = client.get(PAGE, headers={"host": "localhost"}).content
    secure = client.get(PAGE, secure=True).content

    assert b"http://testserver/" in here
    assert b"http://localhost/" in there
    assert b"https://testserver/" in secure


# How much


def test_a_hundred_pages_of_the_api_push_out_no_page(conference, keeps, is_kept, settings):
    settings.CTPORTAL_CACHE_MB = 1
    cache.store.cache_clear()
    assert keeps(PAGE)
    for number in range(100):
        cache.store().set(f"list {number}", b"x" * 200_000, is_list=True)

    assert taken_by(cache.store()) <= 1024 * 1024
    assert is_kept(PAGE)


def test_lists_of_the_api_are_in_the_part_for_lists(client, conference):
    client.get(API_LIST)
    lists = cache.store()._lists.currsize
    client.get(API)

    assert lists > 0
    assert cache.store()._lists.currsize == lists


def test_what_was_used_least_recently_goes_first():
    store = cache.MemoryStore(room=4 * (1000 + cache.OVERHEAD))
    for name in "abc":
        store.set(name, b"x" * 1000)
    store.get("a")
    store.set("d", b"x" * 1000)

    assert [name for name in "abcd" if store.get(name)] == ["a", "c", "d"]
    store.set("too long", b"x" * 10_000)
    assert store.get("too long") is None


# Never stale: what happens at once


def seen(client, address=PAGE):
    """Which of the two titles stands there, "" for none."""
    body = client.get(address).content.decode()
    return next((title for title in ("The second title", "The first title") if title in body), "")


@CHANNELS
def test_a_publication_and_a_withdrawal_are_seen_at_once(client, conference, by, frozen_clock, address):
    seen(client, address)
    retitle(conference, "The second title")
    publish(conference, by=by)
    second = seen(client, address)
    frozen_clock.tick()
    withdraw(conference, by=by, reason="Announced by mistake.")

    assert (second, seen(client, address)) == ("The second title", "")


def test_what_was_read_before_a_commit_is_served_to_nobody_after_it(conference, by, monkeypatch):
    """A page that is being made while somebody publishes is kept under the epoch in which it was begun."""
    retitle(conference, "The second title")
    begun, published = threading.Event(), threading.Event()
    real = cache.key_of

    def slow(*arguments):
        key = real(*arguments)
        if threading.current_thread() is reader:
            begun.set()
            assert published.wait(20)
        return key

    monkeypatch.setattr(cache, "key_of", slow)
    pages = []

    def read():
        # The epoch is read; then somebody publishes; the page is made of what is there now, and kept under the epoch before.
        pages.append(seen(Client()))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(20)
    publish(conference, by=by)
    published.set()
    reader.join(20)

    assert len(pages) == 1
    assert seen(Client()) == "The second title"


def test_an_answer_of_before_that_is_kept_after_the_commit_is_served_to_nobody(client, conference, by, monkeypatch):
    retitle(conference, "The second title")
    made = []
    real = cache.MemoryStore.set

    def publish_first(store, key, value, **how):
        monkeypatch.setattr(cache.MemoryStore, "set", real)
        publish(conference, by=by)  # between the making of the page and its keeping
        made.append(key)
        real(store, key, value, **how)

    monkeypatch.setattr(cache.MemoryStore, "set", publish_first)
    assert seen(client) == "The first title"

    assert cache.store().get(made[0]) is not None
    assert seen(client) == "The second title"


def test_sealing_is_seen_at_once(client, conference, by, frozen_clock):
    first = Edition.objects.get(uid=conference.uid)
    frozen_clock.tick()
    retitle(conference, "The second title")
    publish(conference, by=by)
    assert client.get(f"{PAGE}versions/1/").status_code == 200

    seal(first, by=by, reason="Names somebody in danger.")

    assert client.get(f"{PAGE}versions/1/").status_code == 410
    assert client.get(f"{API}versions/1/").status_code == 410


def test_merging_is_seen_at_once(client, conference, by, frozen_clock):
    right, wrong = make_person("Maria Rossi", slug="maria-rossi"), make_person("Maria Rosi", slug="maria-rosi")
    conference.appearances.create(person=wrong)
    publish(conference, by=by)
    old = client.get("/api/v1/people/maria-rosi/")
    frozen_clock.tick()

    merge(wrong, right, by=by)

    assert old.status_code == 200
    assert client.get("/api/v1/people/maria-rosi/").status_code == 301


def test_a_backup_that_is_restored_or_a_migration_begins_anew(conference, keeps, is_kept):
    assert keeps(PAGE)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    assert not is_kept(PAGE)


# Never stale, never early: what happens by the clock


@CHANNELS
def test_a_release_to_come_is_seen_at_its_instant_and_turns_nothing_cold_before(
    client, by, conference, is_kept, address, frozen_clock
):
    seen(client, address)
    retitle(conference, "The second title")
    instant = frozen_clock.now + HOUR
    edition = publish(conference, by=by, at=instant)
    assert is_kept(address)
    unschedule_all([conference], by=by)
    assert is_kept(address)
    publish(conference, by=by, at=instant + HOUR)
    redate_all([conference], by=by, at=instant)
    assert is_kept(address)

    frozen_clock.move_to(edition.public_from - timedelta(microseconds=1))
    before = seen(client, address)
    frozen_clock.move_to(edition.public_from)

    assert (before, seen(client, address)) == ("The first title", "The second title")


def test_a_poller_cannot_tell_that_something_was_scheduled(conference, by, is_kept, frozen_clock):
    """Warm answers stay warm, whoever asks for whatever, also where an instant or an end is moved or taken away."""
    addresses = [PAGE, LIST, API, API_LIST, "/en/"]
    warm = [is_kept(address) for address in (*addresses, *addresses)][len(addresses) :]
    document = make_document(conference)
    publish(document, by=by, at=frozen_clock.now + HOUR)
    withdraw(conference, by=by, reason="It is over.", at=frozen_clock.now + 3 * HOUR)
    redate_all([document], by=by, at=frozen_clock.now + 2 * HOUR)
    unschedule_all([document], by=by)
    unschedule_all([conference], by=by)

    assert warm == [True] * len(addresses)
    assert [is_kept(address) for address in addresses] == warm


def test_two_workers_whose_clocks_differ_never_show_each_others_time(client, conference, by, frozen_clock):
    retitle(conference, "The second title")
    instant = frozen_clock.now + HOUR
    publish(conference, by=by, at=instant)
    fast, slow = instant + timedelta(seconds=1), instant - timedelta(seconds=3)
    found = []
    for clock in (slow, fast, slow, fast):
        frozen_clock.move_to(clock)
        found.append(seen(client))

    assert found == ["The first title", "The second title"] * 2


def test_a_scheduled_withdrawal_is_seen_at_its_instant(client, conference, by, frozen_clock):
    end = frozen_clock.now + HOUR
    withdraw(conference, by=by, reason="It is over.", at=end)
    found = [seen(client), client.get(PAGE).status_code]
    frozen_clock.move_to(end)

    assert [*found, client.get(PAGE).status_code] == ["The first title", 200, 410]


@pytest.mark.parametrize(("left", "replaced"), [(5, True), (9, True), (11, False), (3600, False)], ids=str)
def test_only_an_instant_that_is_near_at_the_end_replaces_the_mark(conference, by, frozen_clock, left, replaced):
    def mark():
        return EpochMark.objects.get().value

    def slowly(act):
        with epoch.publication_lock():
            act()
            frozen_clock.move_to(instant - timedelta(seconds=left))
        return mark()

    retitle(conference, "The second title")
    instant = frozen_clock.now + 2 * HOUR
    before = mark()
    scheduled = slowly(lambda: publish(conference, by=by, at=instant))
    frozen_clock.move_to(instant - HOUR)
    unscheduled = slowly(lambda: unschedule_all([conference], by=by))

    assert [scheduled != before, unscheduled != scheduled] == [replaced, replaced]


def test_a_publication_that_lasts_beyond_its_release_is_rolled_back(client, conference, by, frozen_clock):
    """It begins before the instant and would be committed after it: a fast reader has kept the instant's page without it."""
    retitle(conference, "The second title")
    instant = frozen_clock.now + timedelta(seconds=30)

    with pytest.raises(ValidationError, match="took too long"), epoch.publication_lock() as now:
        assert now < instant
        publish(conference, by=by, at=instant)
        frozen_clock.move_to(instant + timedelta(seconds=2))

    assert seen(client) == "The first title"


def test_a_refused_publication_leaves_the_mark(conference, by, frozen_clock):
    before = EpochMark.objects.get().value
    with pytest.raises(ValidationError):
        publish(conference, by=by, at=frozen_clock.now - HOUR)

    assert EpochMark.objects.get().value == before


@pytest.mark.parametrize("minutes", [14, 15])
def test_nothing_is_kept_beyond_the_next_full_quarter_of_an_hour(conference, keeps, is_kept, frozen_clock, minutes):
    frozen_clock.move_to(datetime(2026, 3, 2, 23, 45, tzinfo=UTC))
    assert keeps("/en/")
    frozen_clock.tick(minutes=minutes)

    assert is_kept("/en/") is (minutes == 14)


def test_an_answer_is_read_at_one_instant(client, conference, frozen_clock, monkeypatch):
    """Nothing below the middleware asks the clock again: a page made across a release is wholly of before it."""
    by = make_account("publisher", "second")
    retitle(conference, "The second title")
    instant = frozen_clock.now + HOUR
    publish(conference, by=by, at=instant)
    frozen_clock.move_to(instant - timedelta(seconds=1))
    real = cache.key_of

    def late(*arguments):
        key = real(*arguments)
        frozen_clock.move_to(instant)
        return key

    monkeypatch.setattr(cache, "key_of", late)
    assert seen(client) == "The first title"
    assert seen(client, API) == "The second title"


# From one entry


def test_head_and_304_and_412_are_made_from_the_kept_answer(client, conference):
    made = client.get(PAGE)
    tag = made["ETag"]
    asked = [
        client.head(PAGE),
        client.get(PAGE, headers={"if-none-match": tag}),
        client.get(PAGE, headers={"if-match": '"other"'}),
    ]
    with CaptureQueriesContext(connection) as queries:
        again = [client.head(PAGE), client.get(PAGE, headers={"if-none-match": tag}), client.get(PAGE)]

    assert [answer.status_code for answer in asked] == [200, 304, 412]
    assert [answer.status_code for answer in again] == [200, 304, 200]
    assert {answer["ETag"] for answer in again} == {tag}
    assert len(queries) == 3


def test_a_first_request_on_condition_keeps_the_answer_for_all(client, conference, is_kept):
    tag = client.get(API)["ETag"]
    cache.store.cache_clear()

    assert client.get(API, headers={"if-none-match": tag}).status_code == 304
    assert is_kept(API)


def test_head_alone_keeps_nothing(client, conference):
    client.head(PAGE)

    assert taken_by(cache.store()) == 0


def test_no_header_tells_of_the_epoch_or_of_an_age(client, conference, by):
    first = dict(client.get(PAGE).headers)
    publish(make_conference("Elsewhere", slug="elsewhere"), by=by)

    assert dict(client.get(PAGE).headers) == first
    assert first["Cache-Control"] == "no-cache"
    assert "Age" not in first


# Values


def test_a_value_is_computed_once_in_an_epoch(conference, by):
    computed = []

    def compute():
        computed.append(1)
        return {"n": len(computed), "list": [1, 2]}

    first, again = (ReadContext().cached("a", compute) for _turn in range(2))
    other = ReadContext().cached("b", compute)
    publish(make_conference("Elsewhere", slug="elsewhere"), by=by)
    later = ReadContext().cached("a", compute)

    assert (first, again, other["n"], later["n"]) == ({"n": 1, "list": [1, 2]}, first, 2, 3)


def test_a_context_reads_instant_and_epoch_with_one_query(conference, django_assert_num_queries):
    context = ReadContext()
    with django_assert_num_queries(1):
        assert context.at
        assert context.epoch
        assert context.at == context.at


# Damage


@pytest.mark.parametrize("damage", [b"", b"nonsense", b'{"headers": []}\nbody', b'{"headers": [], "length": 9}\nbody'])
def test_a_damaged_entry_is_made_anew(client, conference, monkeypatch, damage):
    made = client.get(PAGE).content
    monkeypatch.setattr(cache.MemoryStore, "get", lambda store, key: damage)

    answer = client.get(PAGE)

    assert (answer.status_code, answer.content) == (200, made)


def test_another_build_has_other_answers(conference, keeps, is_kept, monkeypatch):
    assert keeps(PAGE)
    monkeypatch.setattr(cache, "build", lambda: "another")

    assert not is_kept(PAGE)
