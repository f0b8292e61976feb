"""Holes planted on purpose: the matrix must find each, or it would prove nothing."""

import pytest
from django.db.models import Q, Subquery
from django.http import Http404, HttpResponse
from django.test.client import ClientHandler

from conferences import neighbours
from conferences.models import ConferenceText
from ctportal.api import views as api
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import LanguagePlan
from ctportal.publishing.models import Edition, Facet
from ctportal.reading import queries
from ctportal.reading.filters import EditionFilterSet
from ctportal.reading.queries import EditionPaginator
from ctportal.web import files, records

from . import addresses
from .readers import CONTRIBUTOR, VISITOR
from .test_matrix import TABLE
from .walk import Walk, forget, leaks
from .without import differences
from .world import RELEASE


def api_detail_unfiltered(patch):
    patch.setattr(api, "resolve", lambda record_type, address, _at: queries.resolve(record_type, address, RELEASE))


def file_served_without_asking(patch):
    patch.setattr(files, "_shown", lambda key, _at: StoredFile.objects.filter(key=key).first())


def count_of_all_rows(patch):
    patch.setattr(EditionFilterSet, "count", lambda filters: Edition.objects.of(filters.record_type).count())


def api_count_of_all_rows(patch):
    honest = EditionPaginator.__init__

    def counting_all(self, editions, per_page, count=None):
        honest(self, editions, per_page, count or Edition.objects.count)

    patch.setattr(EditionPaginator, "__init__", counting_all)


def api_list_unfiltered(patch):
    patch.setattr(api.EditionViewSet, "get_queryset", lambda _view: Edition.objects.not_unscheduled())


def relations_without_the_rule(patch):
    honest = queries.related

    def without_the_rule(editions, _at, **how):
        return honest(editions, RELEASE, **how)

    patch.setattr(records, "related", without_the_rule)
    patch.setattr(api.EditionViewSet, "related", staticmethod(without_the_rule))


def neighbours_without_the_rule(patch):
    def any_neighbours(at, date, slug, series):
        match = Q()
        for uid in series:
            rows = Facet.objects.filter(type="conference", name="series", value=uid)
            match |= Q(pk=Subquery(rows.filter(date__lt=date).order_by("-date").values("edition")[:1]))
            match |= Q(pk=Subquery(rows.filter(date__gt=date).order_by("-date").values("edition")[:1]))
        return list(Edition.objects.filter(match))

    patch.setattr(neighbours, "_neighbours", any_neighbours)


def etag_from_the_file(patch):
    past_file = files.past_file

    def with_etag(request, key, at):
        try:
            return past_file(request, key, at)
        except Http404:
            stored = StoredFile.objects.filter(key=key).first()
            if stored is None:
                raise
            return HttpResponse(status=404, headers={"ETag": f'"{stored.sha256}"'})

    patch.setattr(files, "past_file", with_etag)


def plan_of_the_draft(patch):
    honest = api.record

    def with_plan(edition, *args, **more):
        planned = ConferenceText.objects.filter(conference__uid=edition.uid, plan=LanguagePlan.IN_PREPARATION)
        plan = {"languages_in_preparation": [text.language for text in planned]} if planned else {}
        return honest(edition, *args, **more) | plan

    patch.setattr(api, "record", with_plan)


def of_newer_draft(world):
    return addresses.of_case(world, world.cases["newer draft", "conference"])


def of_scheduled(world):
    for kind in ("conference", "document", "photo"):
        yield from addresses.of_case(world, world.cases["scheduled", kind])


HOLES = {
    "API detail unfiltered": (api_detail_unfiltered, of_scheduled),
    "file served without asking": (file_served_without_asking, of_scheduled),
    "count of all rows": (count_of_all_rows, lambda world: ["/en/conferences/", "/en/documents/"]),
    "count of all rows in the API": (api_count_of_all_rows, lambda world: ["/api/v1/photos/", "/api/v1/documents/"]),
    "API list unfiltered": (api_list_unfiltered, lambda world: ["/api/v1/conferences/", "/api/v1/documents/"]),
    "relations without the rule": (relations_without_the_rule, addresses.of_open_records),
    "previous and next without the rule": (neighbours_without_the_rule, addresses.of_open_records),
    "ETag from the file": (etag_from_the_file, of_scheduled),
    "plan of the draft": (plan_of_the_draft, of_newer_draft),
}
SHOWS_NO_WORD = {"count of all rows", "count of all rows in the API"}


@pytest.mark.parametrize("hole", HOLES)
def test_the_matrix_finds_each_planted_hole(world, monkeypatch, hole):
    plant, part = HOLES[hole]
    asked = list(part(world))

    assert (read(world, asked), compared(world, asked)) == ([], [])
    plant(monkeypatch)
    forget()
    assert compared(world, asked)
    assert bool(read(world, asked)) == (hole not in SHOWS_NO_WORD)


VOCABULARY_LISTS = {f"/api/v1/{addresses.COLLECTIONS[kind]}/" for kind in ("series", "theme", "organization", "person")}
# What is told to whoever is signed in, in a header: (address, method) -> whether it is told there.
TOLD_TO_STAFF = {
    "by other methods than GET": lambda _address, method: method != "GET",
    "by lists of the vocabulary": lambda address, _method: address in VOCABULARY_LISTS,
    "by filtered lists": lambda address, method: method == "GET" and address.startswith("/api/v1/") and "?" in address,
}


def told_to_staff(patch, tells, word):
    honest = ClientHandler.get_response  # around every middleware

    def with_hint(self, request):
        response = honest(self, request)
        if "sessionid" in request.COOKIES and tells(request.get_full_path(), request.method):
            response.headers["X-Hint"] = word
        return response

    patch.setattr(ClientHandler, "get_response", with_hint)


@pytest.mark.parametrize("hole", TOLD_TO_STAFF)
def test_the_walk_of_a_contributor_finds_what_is_told_to_whoever_is_signed_in(world, monkeypatch, hole):
    tells, names = TOLD_TO_STAFF[hole], world.canaries.names
    word = next(word for word, name in names.items() if name.what == "Conference.venue_en" and "draft" in name.case)
    asked = [each for each in Walk(world, CONTRIBUTOR).plan() if tells(*each)][::10]
    assert leaks_at(world, asked) == []

    told_to_staff(monkeypatch, tells, word)
    lines = [f"contributor: {method} {address} shows {names[word]}" for address, method in asked]
    assert leaks_at(world, asked) == sorted(lines) != []


def leaks_at(world, asked):
    """What the matrix reports of the contributor, of all that *asked* names: (address, method)."""
    walk = Walk(world, CONTRIBUTOR)
    for address, method in asked:
        walk.ask(address, method)
    return leaks(walk, TABLE[CONTRIBUTOR])


def read(world, asked):
    """What the matrix reports of the visitor at the addresses *asked*."""
    walk = Walk(world, VISITOR)
    for address in asked:
        walk.ask(address)
    return leaks(walk, TABLE[VISITOR])


def compared(world, asked):
    """What the comparison with the site without hidden rows reports."""
    return differences(VISITOR, world, [(address, "GET", {}) for address in asked])
