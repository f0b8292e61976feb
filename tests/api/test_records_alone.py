"""Single records on a portal that has nothing else, unlike that of ``test_records``."""

import json
from datetime import timedelta

import pytest
from django.db import models

from ctportal.publishing.models import Relation
from ctportal.publishing.services import publish, unschedule_all
from tests.factories import make_conference, make_organization


def test_an_organization_leads_up_to_the_top_and_down_to_its_public_units(
    client, get, publisher, frozen_clock, django_assert_num_queries
):
    organization = make_organization("An organization", slug="organization")
    department = make_organization("A department", slug="department", parent=organization)
    unit = make_organization("A unit", slug="unit", parent=department)
    make_organization("A unit that nobody names", slug="unnamed", parent=department)
    later = make_organization("A unit to come", slug="later", parent=department)
    for hosts, at in (([unit], None), ([later], frozen_clock.now + timedelta(hours=1))):
        conference = make_conference()
        for host in hosts:
            conference.organization_roles.create(organization=host, role="host")
        publish(conference, by=publisher, at=at)

    def names():
        with django_assert_num_queries(4):  # the epoch; the edition with its history; parent and units; what is above
            related = client.get("/api/v1/organizations/department/").json()["related"]
        assert {link["type"] for links in related.values() for link in links} == {"organization"}
        return {name: [(link["slug"], link["card"]["name"]["en"]) for link in links] for name, links in related.items()}

    above = [("organization", "An organization")]
    assert names() == {"parents": above, "units": [("unit", "A unit")]}
    frozen_clock.tick(hours=1)
    assert names() == {"parents": above, "units": [("later", "A unit to come"), ("unit", "A unit")]}

    listed = {row["slug"]: row["related"] for row in get("organizations/")[1]["results"]}
    slugs = {
        slug: {name: [link["slug"] for link in links] for name, links in related.items()}
        for slug, related in listed.items()
    }
    assert slugs == {
        "organization": {"units": ["department"]},
        "department": {"parents": ["organization"], "units": ["later", "unit"]},
        "unit": {"parents": ["department", "organization"]},
        "later": {"parents": ["department", "organization"]},
    }
    assert not any("card" in link for related in listed.values() for links in related.values() for link in links)


@pytest.mark.parametrize("others", [0, 2])
def test_of_other_organizations_units_are_not_read(get, publisher, monkeypatch, others):
    tops = [make_organization(f"Top {number}", slug=f"top-{number}") for number in range(1 + others)]
    units = [make_organization("A unit", parent=make_organization("A department", parent=top)) for top in tops]
    conference = make_conference()
    for unit in units:
        conference.organization_roles.create(organization=unit, role="host")
    publish(conference, by=publisher)
    read = []

    def from_db(model, *row):
        read.append(row)
        return models.Model.from_db.__func__(model, *row)

    monkeypatch.setattr(Relation, "from_db", classmethod(from_db))

    parents = get(f"organizations/{units[0].uid}/")[1]["related"]["parents"]

    assert [link["slug"] for link in parents] == [units[0].parent.slug, "top-0"]
    assert len(read) == 2


def test_an_unscheduled_record_never_was(get, publisher, frozen_clock):
    conference = make_conference(slug="unscheduled")
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))
    unschedule_all([conference], by=publisher)

    assert get("conferences/unscheduled/") == get("conferences/nowhere/")
    assert json.dumps(get("conferences/")[1]["results"]) == "[]"
