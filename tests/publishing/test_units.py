"""The organizations that a unit belongs to are public for the same instants as the unit, and no longer."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ctportal.publishing.base_models import Stage
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.renaming import relabel
from ctportal.publishing.services import publish, unschedule_all, withdraw
from ctportal.publishing.snapshot import builder_for, opening
from ctportal.workflow import review
from tests.factories import make_account, make_conference, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return make_user()


@pytest.fixture
def chain():
    """A unit, its department and the organization above both."""
    organization = make_organization("An organization")
    department = make_organization("A department", parent=organization)
    return make_organization("A unit", parent=department), department, organization


def hosted_by(*organizations):
    conference = make_conference()
    for organization in organizations:
        conference.organization_roles.create(organization=organization, role="host")
    refresh_draft(conference)
    return conference


def intervals(entry):
    return sorted(Edition.objects.not_unscheduled().filter(uid=entry.uid).values_list("public_from", "public_until"))


def public(at):
    return set(Edition.objects.public(at).of("organization").values_list("uid", flat=True))


def test_the_whole_chain_is_public_for_as_long_as_the_unit(chain, publisher, frozen_clock):
    conference = hosted_by(chain[0])
    start, end = frozen_clock.now + timedelta(hours=1), frozen_clock.now + timedelta(hours=2)
    publish(conference, by=publisher, at=start)
    withdraw(conference, by=publisher, reason="Superseded.", at=end)

    assert [intervals(entry) for entry in chain] == [[(start, end)]] * 3


def test_the_chain_goes_with_the_last_that_shows_a_unit(chain, publisher, frozen_clock):
    unit, _department, organization = chain
    sister = make_organization("A sister", parent=organization)
    first, second = hosted_by(unit, organization), hosted_by(sister)
    for conference in (first, second):
        publish(conference, by=publisher)
    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))

    withdraw(first, by=publisher, reason="Superseded.")
    assert public(frozen_clock.now) == {sister.uid, organization.uid}
    assert len(intervals(organization)) == 1

    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))
    withdraw(second, by=publisher, reason="Superseded.")
    assert public(frozen_clock.now) == set()


def test_a_scheduled_chain_is_unscheduled_with_what_shows_the_unit(chain, publisher, frozen_clock):
    conference = hosted_by(chain[0])
    publish(conference, by=publisher, at=frozen_clock.now + timedelta(hours=1))

    unschedule_all([conference], by=publisher)

    assert [intervals(entry) for entry in chain] == [[], [], []]


def test_who_approves_sees_the_chain_that_becomes_public(chain, publisher):
    unit, department, organization = chain
    conference = hosted_by(unit)

    assert opening(conference) == [unit, department, organization]
    assert builder_for(conference).snapshot(conference).newly_public == [unit, department, organization]

    publish(hosted_by(department), by=publisher)
    assert opening(conference) == [unit]
    assert builder_for(conference).snapshot(conference).newly_public == [unit]


def test_a_change_of_an_organization_returns_the_record_from_review(chain):
    writer = make_account("editor", "writer")
    conference = hosted_by(chain[0])
    review.submit(conference, by=writer)

    chain[2].name_en = "An organization under another name"
    chain[2].save()
    review.note_entry_change(chain[2], writer)

    conference.refresh_from_db()
    assert conference.stage == Stage.DRAFT


def test_a_unit_that_is_published_under_another_organization_takes_that_one_along(chain, publisher, frozen_clock):
    unit, department, organization = chain
    publish(hosted_by(unit), by=publisher)
    other = make_organization("Another organization")
    unit.parent = other
    unit.save()
    assert public(frozen_clock.now) == {unit.uid, department.uid, organization.uid}

    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))
    relabel(unit, by=publisher)

    assert public(frozen_clock.now) == {unit.uid, other.uid}


def test_a_chain_that_was_turned_around_is_published_from_its_new_top(publisher, frozen_clock):
    former_top = make_organization("Formerly above")
    unit = make_organization("Formerly below", parent=former_top)
    publish(hosted_by(unit), by=publisher)
    unit.parent = None
    unit.save()
    former_top.parent = unit
    former_top.save()
    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))

    with pytest.raises(ValidationError, match="“Formerly above” would be a unit of itself") as refused:
        relabel(former_top, by=publisher)
    assert refused.value.code == "unit_of_itself"

    publish(hosted_by(former_top), by=publisher)  # keeps its public place
    relabel(unit, by=publisher)
    frozen_clock.move_to(frozen_clock.now + timedelta(hours=1))
    relabel(former_top, by=publisher)
    parents = Edition.objects.public(frozen_clock.now).filter(relations__name="parent")
    assert dict(parents.values_list("uid", "relations__target")) == {former_top.uid: unit.uid}


def test_the_number_of_queries_does_not_grow_with_the_units(publisher):
    counts = []
    for units in (1, 3):
        top = make_organization("An organization")
        conference = hosted_by(*(make_organization(parent=top) for _each in range(units)))
        with CaptureQueriesContext(connection) as made:
            publish(conference, by=publisher)
        counts.append(len(made))

    assert counts[0] == counts[1]


def test_an_organization_is_no_unit_of_its_own_unit(chain):
    unit, _department, organization = chain
    organization.full_clean()
    organization.parent = unit

    with pytest.raises(ValidationError) as refused:
        organization.full_clean()

    message = "The organization would be a unit of itself: the one chosen is a unit of it."
    assert refused.value.message_dict == {"parent": [message]}


def test_a_chain_that_is_closed_already_is_followed_once(publisher, frozen_clock):
    """Two forms saved at once can close it: neither finds the other's change."""
    first = make_organization("One")
    second = make_organization("Two", parent=first)
    type(first).objects.filter(pk=first.pk).update(parent=second)
    conference = hosted_by(second)

    assert [entry.pk for entry in opening(conference)] == [second.pk, first.pk]
    with pytest.raises(ValidationError) as refused:
        publish(conference, by=publisher)
    assert refused.value.code == "unit_of_itself"
