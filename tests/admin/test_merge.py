"""Merging two people or two organizations: the working side, the public side, and the page on which it is asked for."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from conferences.admin.merging import merge
from conferences.models import Appearance, Organization, OrganizationRole, Person
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition, Redirect
from ctportal.publishing.services import publish
from ctportal.workflow.models import WorkflowStep
from tests.admin.forms import AdminForm
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/conferences/person/"


def shown_in(conference, part):
    """(uid, role) of the entries in the public JSON of *conference*."""
    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    return [(entry["uid"], entry["role"]) for entry in edition.data[part]]


def test_everything_that_names_a_person_names_the_one_that_stays():
    away, into = make_person("Ann Speker"), make_person("Ann Speaker")
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    appearance = conference.appearances.create(person=away, role="keynote", title_en="Minister")
    at_session = session.appearances.create(person=away, role="chair")
    document = make_document(conference, delivered_by=away)
    document.mentions.create(person=away)
    photo = make_photo(conference)
    photo.people.add(away)

    merge(away, into, by=make_user())

    assert not Person.objects.filter(pk=away.pk).exists()
    assert list(Appearance.objects.filter(person=into).order_by("pk")) == [appearance, at_session]
    assert (document.deliveries.get().person, document.mentions.get().person) == (into, into)
    assert list(photo.people.all()) == [into]


def test_everything_that_names_an_organization_names_the_one_that_stays():
    away, into = make_organization("Foreign Office"), make_organization("Foreign Ministry")
    conference = make_conference()
    role = conference.organization_roles.create(organization=away, role="host")
    appearance = conference.appearances.create(person=make_person(), organization=away)
    document = make_document(conference, issued_by=away)
    issuer, delivery = document.issuers.get(), document.deliveries.create(person=make_person(), organization=away)
    mention = document.mentions.create(person=make_person(), organization=away)
    expected = conference.expected_documents.create(date=date(2022, 11, 1), organization=away)
    unit = make_organization("A department", parent=away)

    merge(away, into, by=make_user())

    unit.refresh_from_db()
    assert unit.parent == into
    for row in (role, appearance, issuer, delivery, mention, expected):
        row.refresh_from_db()
        assert row.organization == into


def test_what_both_said_is_kept_once():
    away, into = make_organization("Foreign Office"), make_organization("Foreign Ministry")
    person, same = make_person("Ann Speker"), make_person("Ann Speaker")
    conference = make_conference()
    for organization in (away, into):
        conference.organization_roles.create(organization=organization, role="host")
    conference.organization_roles.create(organization=away, role="donor")
    conference.appearances.create(person=person, role="chair", title_en="Minister", title_fr="Ministre")
    kept = conference.appearances.create(person=same, role="chair", title_en="Minister")
    conference.appearances.create(person=person, role="chair", title_en="President")
    photo = make_photo(conference)
    photo.people.add(person, same)
    document = make_document(conference, issued_by=away, delivered_by=person, delivered_title="Minister")
    issuer, delivery = document.issuers.create(organization=into), document.deliveries.create(person=same)
    for name, kind in ((person, "quoted"), (same, "quoted"), (person, "mentioned")):
        document.mentions.create(person=name, kind=kind)

    merge(away, into, by=make_user())
    merge(person, same, by=make_user())

    assert list(document.issuers.all()) == [issuer]
    assert [(row, row.title_en) for row in document.deliveries.all()] == [(delivery, "Minister")]
    assert list(document.mentions.values_list("person", "kind")) == [(same.pk, "quoted"), (same.pk, "mentioned")]

    roles = OrganizationRole.objects.order_by("role").values_list("organization", "role")
    assert list(roles) == [(into.pk, "donor"), (into.pk, "host")]
    appearances = Appearance.objects.order_by("pk").values_list("pk", "title_en", "title_fr")
    assert next(iter(appearances)) == (kept.pk, "Minister", "Ministre")
    assert [title for _pk, title, _fr in appearances] == ["Minister", "President"]
    assert list(photo.people.all()) == [same]


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ({"contact_email": "desk@b.org"}, ("", "desk@b.org", "")),
        ({}, ("Press office", "", "+1 1")),
    ],
)
def test_a_contact_is_that_of_one_of_them(own, left):
    away = make_organization("Foreign Office", contact="Press office", contact_phone="+1 1")
    into = make_organization("Foreign Ministry", **own)

    merge(away, into, by=make_user())

    into.refresh_from_db()
    assert (into.contact, into.contact_email, into.contact_phone) == left


def test_what_the_one_that_stays_lacks_is_taken_from_the_other():
    away = make_organization("Foreign Office", name_ru="МИД", acronym="FO", country="BY", kind="government")
    into = make_organization("Foreign Ministry", acronym="MFA", website="https://mfa.example/")

    merge(away, into, by=make_user())

    into.refresh_from_db()
    fields = (into.name_en, into.name_ru, into.acronym, into.country, into.kind, into.website)
    assert fields == ("Foreign Ministry", "МИД", "MFA", "BY", "government", "https://mfa.example/")


@pytest.mark.parametrize("line", ["away-into", "into-away", "away-between-into", "into-between-away"])
def test_merging_an_organization_with_its_own_unit_makes_no_circle(line):
    top = make_organization("Top")
    names = line.split("-")
    made, parent = {}, top
    for name in names:
        parent = made[name] = make_organization(name, parent=parent)

    merge(made["away"], made["into"], by=make_user())

    into = Organization.objects.get(pk=made["into"].pk)
    assert into.parent == top
    if "between" in made:
        assert Organization.objects.get(pk=made["between"].pk).parent == into


def test_public_pages_show_the_one_that_stays_and_the_old_addresses_lead_to_it(client):
    user = make_user()
    away, into = make_organization("Foreign Office"), make_organization("Foreign Ministry", slug="mfa")
    shows_away, shows_both = make_conference(), make_conference()
    shows_away.organization_roles.create(organization=away, role="host")
    for organization in (away, into):
        shows_both.organization_roles.create(organization=organization, role="host")
    publish(shows_away, by=user)
    publish(shows_both, by=user)
    assert client.get(f"/api/v1/organizations/{away.uid}/").json()["name"] == {"en": "Foreign Office"}

    editions = merge(away, into, by=user)

    assert shown_in(shows_away, "organizations") == [(str(into.uid), "host")]
    assert shown_in(shows_both, "organizations") == [(str(into.uid), "host")]
    assert sorted(edition.uid for edition in editions) == sorted([shows_away.uid, shows_both.uid])
    assert all(edition.minor for edition in editions)
    assert Redirect.objects.values_list("uid", "target").get() == (away.uid, into.uid)
    assert not Edition.objects.public(epoch.now()).filter(uid=away.uid).exists()
    for address in (away.uid, away.slug):
        moved = client.get(f"/api/v1/organizations/{address}/")
        assert moved.status_code == 301
        assert client.get(moved["Location"]).json()["uid"] == str(into.uid)
    response = client.get(f"/id/{away.uid}", follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0].endswith("organizations/mfa/")
    response = client.get(f"/en/conferences/?organization={away.slug}", follow=True)
    assert response.status_code == 200
    assert f"/conferences/{shows_away.slug}/" in response.content.decode()


def test_labels_that_were_filled_in_are_published_with_the_merger():
    user = make_user()
    away, into = make_person("Ann Speker", name_ru="Анна"), make_person("Ann Speaker")
    conference = make_conference()
    conference.texts.create(language="ru", title="Конференция", ready=True)
    conference.appearances.create(person=into, role="chair")
    publish(conference, by=user)

    merge(away, into, by=user)

    edition = Edition.objects.public(epoch.now()).get(uid=conference.uid)
    assert edition.data["people"][0]["name"] == {"en": "Ann Speaker", "ru": "Анна"}
    assert Edition.objects.public(epoch.now()).get(uid=into.uid).data["name"] == {"en": "Ann Speaker", "ru": "Анна"}
    conference.refresh_from_db()
    assert conference.draft_sha256 == edition.sha256


def test_a_public_unit_names_the_parent_that_stays():
    user = make_user()
    away, into = make_organization("Foreign Office"), make_organization("Foreign Ministry")
    unit = make_organization("A department", parent=away)
    conference = make_conference()
    for organization in (away, unit):
        conference.organization_roles.create(organization=organization, role="host")
    publish(conference, by=user)

    merge(away, into, by=user)

    edition = Edition.objects.public(epoch.now()).get(uid=unit.uid)
    assert list(edition.relations.values_list("name", "target")) == [("parent", into.uid), ("shows", into.uid)]
    noted = WorkflowStep.objects.values_list("action", "uid")
    assert ("renamed", unit.uid) in noted
    assert {("merged", away.uid), ("merged", into.uid)} <= set(noted)


def test_a_parent_that_is_public_for_its_unit_alone_leaves_and_the_one_that_stays_becomes_public():
    user = make_user()
    away, into = make_organization("Foreign Office"), make_organization("Foreign Ministry")
    unit, former = make_organization("A department", parent=away), make_organization("A former department", parent=away)
    conference = make_conference()
    for organization in (unit, former):
        conference.organization_roles.create(organization=organization, role="host")
    publish(conference, by=user)
    type(former).objects.filter(pk=former.pk).update(parent=None)  # changed since, and not published

    merge(away, into, by=user)

    public = Edition.objects.public(epoch.now()).of("organization").order_by("slug")
    assert {edition.uid for edition in public} == {into.uid, unit.uid, former.uid}
    assert list(public.get(uid=unit.uid).relations.values_list("target", flat=True)) == [into.uid, into.uid]


def test_an_edition_to_come_that_shows_the_one_to_go_refuses_the_merger():
    user = make_user()
    away, into = make_person("Ann Speker", name_ru="Анна"), make_person("Ann Speaker")
    conference = make_conference()
    appearance = conference.appearances.create(person=away, role="chair")
    publish(conference, by=user, at=timezone.now() + timedelta(days=1))

    with pytest.raises(ValidationError, match="scheduled") as refused:
        merge(away, into, by=user)

    assert refused.value.code == "edition_to_come"
    appearance.refresh_from_db()
    into.refresh_from_db()
    assert (appearance.person, into.name_ru) == (away, None)
    assert not Redirect.objects.exists()


def test_only_two_different_entries_of_one_kind_can_be_merged():
    person, organization = make_person(), make_organization()

    with pytest.raises(ValidationError, match="Only two people or two organizations"):
        merge(person, organization, by=make_user())
    with pytest.raises(ValidationError, match="with itself"):
        merge(person, person, by=make_user())


# The page


def ask(staff, *people):
    """Choose the action on the list; return the address of the page it leads to."""
    data = {"action": "merge", "_selected_action": [person.pk for person in people]}
    response = staff.post(LIST, data)
    assert response.status_code == 302
    return response["Location"]


def opened(staff, *people):
    """The page as a form."""
    return AdminForm(staff, ask(staff, *people))


def test_the_page_tells_what_refers_to_each_and_what_changes_in_public(staff):
    away, into = make_person("Ann Speker"), make_person("Ann Speaker")
    conference = make_conference(name="Minsk 2019", slug="minsk-2019")
    conference.appearances.create(person=away, role="chair")
    publish(conference, by=make_user())

    response = staff.get(ask(staff, away, into))

    told = [
        (
            candidate.entry,
            candidate.rows,
            [str(record) for record in candidate.records],
            [e.slug for e in candidate.pages],
        )
        for candidate in response.context["candidates"]
    ]
    assert told == [(away, 1, ["Minsk 2019"], ["minsk-2019"]), (into, 0, [], [])]
    assert "Minsk 2019" in response.content.decode()


def test_the_others_go_and_the_chosen_one_stays(staff):
    people = [make_person(f"Ann Speaker {n}") for n in range(3)]
    photo = make_photo(make_conference())
    photo.people.set(people)

    response = opened(staff, *people).fill(into=str(people[1].pk)).press("_merge")

    assert (response.status_code, response["Location"]) == (302, f"{LIST}{people[1].pk}/change/")
    assert list(Person.objects.all()) == [people[1]]
    assert list(photo.people.all()) == [people[1]]


def test_a_refused_merger_says_why_and_merges_none_of_them(staff):
    user = make_user()
    first, second, into = (make_person(f"Ann Speaker {n}") for n in range(3))
    conference = make_conference()
    conference.appearances.create(person=second, role="chair")
    publish(conference, by=user, at=timezone.now() + timedelta(days=1))

    response = opened(staff, first, second, into).fill(into=str(into.pk)).press("_merge")

    assert response.status_code == 422
    assert "scheduled edition(s) show “Ann Speaker 1”" in re.sub(r"\s+", " ", response.content.decode())
    assert list(Person.objects.order_by("pk")) == [first, second, into]
    nothing_chosen = staff.post(ask(staff, first, second), {})
    assert (nothing_chosen.status_code, nothing_chosen.context["errors"]) == (422, ["Choose the entry to keep."])


def test_who_merges_what_somebody_else_has_changed_since_is_told_to_look_again(staff):
    first, into = make_person("Ann Speaker"), make_person("Ann Speaker")
    page = opened(staff, first, into).fill(into=str(into.pk))
    AdminForm(staff, f"{LIST}{first.pk}/change/").fill(name="Anna Speakman").press("_continue")

    response = page.press("_merge")

    assert response.status_code == 422
    assert response.context["errors"] == [
        "One of the entries has changed since you opened this page. Check them again."
    ]
    assert Person.objects.count() == 2
    assert response.context["chosen"] == into
    assert page.again(response).press("_merge").status_code == 302
    assert list(Person.objects.all()) == [into]


def test_one_alone_cannot_be_merged(staff):
    person = make_person()

    response = staff.get(ask(staff, person))

    assert (response.status_code, response["Location"]) == (302, LIST)
    assert staff.get(f"{LIST}merge/?ids=1,x,99999999999999999999999").status_code == 302


def test_who_may_not_delete_people_cannot_merge_them(client):
    from django.contrib.auth.models import Permission

    user = make_user("helper")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_person", "change_person"]))
    client.force_login(user)
    first, second = make_person(), make_person()

    response = client.post(f"{LIST}merge/?ids={first.pk},{second.pk}", {"into": first.pk})

    assert response.status_code == 403
    assert Person.objects.count() == 2
