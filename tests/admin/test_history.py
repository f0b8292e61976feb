"""The history of a draft in the admin: what each way of saving keeps, and restoring, discarding and recovering by hand."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from reversion.models import Revision

from conferences.models import Conference, Person, Photo
from ctportal.files.models import StoredFile
from ctportal.publishing import epoch
from ctportal.publishing.base_models import Stage
from ctportal.publishing.drafts import refresh_draft
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from ctportal.staff.publication_state import note_publication, publication_state
from ctportal.workflow import restoring, review, revisions
from ctportal.workflow.models import EditionRevision, UnreviewedEdit
from documents.models import Document
from tests.admin.forms import AdminForm, delete
from tests.admin.test_forms import address, minsk
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_theme,
)
from tests.files.samples import picture
from tests.web.test_history import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in():
    def client_for(role, username=""):
        client = Client()
        client.force_login(make_account(role, username))
        return client

    return client_for


def comments(record):
    """What happened, in words, the latest first."""
    reader = make_account("publisher", "reader")
    return [revisions.in_words(revision.comment, reader) for revision in revisions.revisions_of(record)]


def page(record, *below):
    return address(record, "history") + "".join(f"{part}/" for part in below)


def html(response):
    return response.content.decode()


def recoverable(response):
    """{name: address} of the deleted drafts that a page lists."""
    return {name: link for link, name in re.findall(r'<a href="(\S+/recover/\d+/)"><bdi>(.*?)</bdi>', html(response))}


def words(response):
    """The words of the page's own part."""
    return text_of(html(response).split('id="content-main"')[1].split('id="footer"')[0])


# What keeps a revision


def test_each_saving_of_a_form_keeps_one_revision_with_who_and_what(staff, editor):
    minsk(staff).press("_continue")
    conference = Conference.objects.get()
    form = AdminForm(staff, address(conference)).fill(venue="Palace").add_row("main_topics", title="A topic")
    form.press("_continue")
    AdminForm(staff, address(conference)).press("_continue")

    assert comments(conference) == ["Changed Venue. Added main topic “A topic”.", "Added."]
    assert {revision.user for revision in revisions.revisions_of(conference)} == {editor}


def test_the_history_names_neither_hidden_fields_nor_what_looks_the_same(staff):
    conference = make_conference()
    conference.texts.update(description="<p>One.</p>\n<ul>\n<li>Two</li>\n</ul>")
    form = AdminForm(staff, address(conference))
    form.fill(description="<p>One.</p><ul><li>Two</li></ul>", venue="Palace", mark="of an earlier page")
    form.press("_continue")
    AdminForm(staff, address(conference)).fill(description="<p>One. <b>Two</b></p>").press("_continue")
    AdminForm(staff, address(conference)).fill(description="<p>One.<b>Two</b></p>").press("_continue")

    assert comments(conference) == ["Changed Description.", "Changed Description.", "Changed Venue."]


def test_publishing_from_the_form_keeps_one_revision_and_links_it(staff):
    minsk(staff).press("_publish")

    revision = revisions.revisions_of(Conference.objects.get()).get()
    assert EditionRevision.objects.get().revision == revision


def test_a_form_that_is_refused_keeps_nothing(staff):
    conference = make_conference()
    AdminForm(staff, address(conference)).fill(end_date="2019-09-02", venue="Palace").press("_continue")
    AdminForm(staff, address(conference)).fill(title="", venue="Palace").press("_publish")

    assert not Revision.objects.exists()


def test_a_language_page_keeps_a_revision(staff):
    document = make_document()
    AdminForm(staff, address(document, "language", "ru")).fill(title="Речь").press("_save")

    assert comments(document) == ["Changed Русский."]
    assert "Речь" in revisions.revisions_of(document)[0].version_set.get(object_repr__contains="(ru)").serialized_data


def test_a_page_of_a_session_keeps_a_revision_of_its_conference(staff):
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    AdminForm(staff, address(session)).fill(room="Hall 1").press("_save")
    delete(staff, address(session, "delete"))

    assert comments(conference) == ["Session “Opening” deleted.", "Changed Room."]
    counts = [r.version_set.filter(content_type__model="session").count() for r in revisions.revisions_of(conference)]
    assert counts == [0, 1]


def test_a_session_that_moves_changes_the_conference_it_came_from(staff):
    before, after = make_conference(name="Minsk"), make_conference(name="Nairobi")
    session = before.sessions.create(title_en="Opening")
    refresh_draft(before)
    submitted = before.draft_sha256
    review.submit(before, by=make_account("editor"))
    AdminForm(staff, address(session)).fill(conference=str(after.pk)).press("_save")
    before.refresh_from_db()

    assert after.sessions.get() == session
    assert comments(before) == ["Session “Opening” moved to “Nairobi”."]
    assert before.stage == Stage.DRAFT
    assert before.draft_sha256 != submitted


def test_a_public_document_has_changed_once_its_session_is_deleted(staff):
    conference = make_conference()
    session = conference.sessions.create(title_en="Opening")
    document = make_document(conference, session=session)
    for record in (conference, document):
        publish(record, by=make_account("publisher"))
    assert state(document) == "public"

    delete(staff, address(session, "delete"))

    assert (state(document), Document.objects.get(pk=document.pk).session) == ("changed", None)


def test_an_uploaded_photo_and_the_contact_sheet_keep_revisions(staff):
    conference = make_conference()
    file = SimpleUploadedFile("hall.jpg", picture(), "image/jpeg")
    staff.post("/admin/conferences/photo/upload/", {"conference": conference.pk, "pictures": file, "credit": "UN"})
    photo = Photo.objects.get()
    sheet = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/photos/")
    sheet.fill(**{f"photo-{photo.pk}-alt_text": "A hall"}).press("_save")

    assert comments(photo) == ["Changed alternative text.", "Added."]


def test_merging_keeps_a_revision_of_what_stays_what_goes_and_what_named_it(staff):
    away, into = make_person("Jon"), make_person("John")
    conference = make_conference()
    conference.appearances.create(person=away, role="chair")
    address_of_page = f"/admin/conferences/person/merge/?ids={away.pk},{into.pk}"
    AdminForm(staff, address_of_page).fill(into=str(into.pk)).press("_merge")

    assert not Person.objects.filter(pk=away.pk).exists()
    assert comments(conference) == ["“Jon” was merged into “John”."]
    assert comments(into) == ["“Jon” was merged into “John”."]
    assert comments(away.__class__(pk=away.pk)) == ["Deleted person “Jon”."]


@pytest.mark.parametrize("make", [make_person, make_organization, make_series, make_theme])
def test_the_vocabulary_has_a_history_too(staff, make):
    entry = make("One name")
    for name in ("Two names", "Three names"):
        AdminForm(staff, address(entry)).fill(name=name).press("_continue")
    first = revisions.revisions_of(entry)[1]

    AdminForm(staff, page(entry, first.pk)).press("_restore")

    entry.refresh_from_db()
    assert entry.name_en == "Two names"


# Reading it


def test_the_list_tells_who_changed_what_and_what_was_published(staff, editor):
    conference = make_conference()
    AdminForm(staff, address(conference)).fill(venue="Palace").press("_publish")
    AdminForm(staff, address(conference)).fill(venue="Hotel").press("_publish")
    AdminForm(staff, address(conference)).fill(venue="Hall").press("_continue")

    response = staff.get(page(conference))

    rows = html(response).split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    rows = [text_of(row.replace("</td>", " | ")).split(" | ")[2:5] for row in rows]
    assert [row[0] for row in rows] == ["Edith"] * 3
    assert [row[1] for row in rows] == ["Changed Venue."] * 3
    assert [row[2].strip(" |") for row in rows] == ["–", "current", "published"]


def test_what_was_logged_before_the_first_revision_stands_below(staff, editor, frozen_clock):
    conference = make_conference()
    for text in ("An old change", "Another"):
        kind = ContentType.objects.get_for_model(conference)
        LogEntry.objects.create(
            user=editor, content_type=kind, object_id=conference.pk, action_flag=CHANGE, change_message=text,
            action_time=frozen_clock.now,
        )  # fmt: skip
    frozen_clock.tick()
    AdminForm(staff, address(conference)).fill(venue="Palace").press("_continue")

    told = words(staff.get(page(conference)))

    assert told.count("Changed Venue.") == 1
    assert told.index("Changed Venue.") < told.index("Before the first saved state") < told.index("An old change")


def test_a_record_that_was_never_saved_here_has_an_empty_history(staff):
    assert "There are no saved states yet" in words(staff.get(page(make_conference())))


def test_two_states_are_compared_field_by_field_with_the_words_marked(staff):
    theme, person = make_theme("Border security"), make_person("Jane Roe")
    document = make_document(make_conference(name="Minsk"), title="Speech", body="<p>One good <b>word</b>.</p>")
    revisions.keep(document, by="", comment="First.")
    document.versions.update(body="<p>One better word.</p>")
    document.versions.create(language="ru", title="Речь")
    document.themes.set([theme])
    document.deliveries.create(person=person, title_en="Minister")
    document.also_serves_as, document.place_fr = "statement", "Vienne"
    document.save()
    revisions.keep(document, by="", comment="Second.")
    second, first = revisions.revisions_of(document)

    response = staff.get(page(document, "compare"), {"before": second.pk, "after": first.pk})

    told = {
        line.label: (line.before, line.after)
        for group in response.context["groups"]
        for line in group.lines
        if line.label != "Text"
    }
    assert told == {
        "Also serves as": ("", "statement"),
        "Person": ("", "Jane Roe"),
        "Title on that occasion (English)": ("", "Minister"),
        "Place (Français)": ("", "Vienne"),
        "Themes": ("", "Border security"),
        "Title": ("", "Речь"),
        "State of the text": ("", "final"),
        "Standing": ("", "original"),
    }
    assert "<del>One good word.</del> <ins>One better word.</ins>" in html(response)
    assert [(group.heading, group.kind) for group in response.context["groups"]] == [
        ("", "changed"),
        ("Language version: English", "changed"),
        ("Language version: Русский", "added"),
        ("Person who delivered it: Jane Roe · Minister", "added"),
    ]


def test_in_a_long_text_the_words_that_changed_are_marked_and_the_rest_is_left_out(staff):
    document = make_document(body="<p>The first paragraph.</p><p>One good word in a sentence of some length.</p>" * 3)
    revisions.keep(document, by="", comment="First.")
    body = document.versions.get().body
    document.versions.update(body=body.replace("good", "better", 1).replace("<p>The", "<p><strong>The</strong>", 1))

    shown = html(staff.get(page(document, earlier(document).pk)))

    assert "One <del>good</del><ins>better</ins> word in a sentence" in shown.split("<details>")[0]
    assert "The first paragraph." not in shown.split("<details>")[0]


def test_rows_are_called_by_what_they_say(staff):
    conference = make_conference()
    revisions.keep(conference, by="", comment="First.")
    conference.appearances.create(person=make_person("Jane Roe"), role="chair", title_en="Minister")
    conference.figures.create(measure="participants", value=400, qualifier="close to")
    revisions.keep(conference, by="", comment="Second.")

    response = staff.get(page(conference, "compare"), {"before": revisions.revisions_of(conference)[1].pk})

    assert [group.heading for group in response.context["groups"]] == [
        "Person and role: Jane Roe · chair · Minister",
        "Participation figure: participants · actual · close to · 400",
    ]


def test_what_is_gone_is_called_as_it_was_called_last(staff):
    theme = make_theme("Border security")
    document = make_document()
    document.themes.set([theme])
    revisions.keep(document, by="", comment="First.")
    document.themes.clear()
    revisions.keep(theme, by="", comment="Deleted.")
    theme.delete()

    response = staff.get(page(document, revisions.revisions_of(document)[0].pk))

    assert "<del>Border security</del>" in html(response)


@pytest.mark.parametrize(
    "query",
    [{"before": "0"}, {"before": "x"}, {"after": "-1"}, {"before": "9" * 30}, {"after": "٣"}, {"before": "1 or 1"}],
)
def test_a_state_that_is_none_is_not_found(staff, query):
    conference = make_conference()
    revisions.keep(conference, by="", comment="First.")

    assert staff.get(page(conference, "compare"), query).status_code == 404


def test_the_state_of_another_record_is_not_found_below_this_one(staff):
    conference, other = make_conference(), make_conference(name="Other canary")
    revision = revisions.keep(other, by="", comment="First.")
    for below in ((revision.pk,), ("compare",)):
        assert staff.get(page(conference, *below), {"before": revision.pk}).status_code == 404
    assert staff.post(page(conference, revision.pk), {"mark": "x"}).status_code == 404
    conference.refresh_from_db()
    assert conference.name != "Other canary"


def test_hostile_text_in_the_history_is_text(staff):
    bad = "<script>alert(1)</script>"
    conference = make_conference(contact=bad, venue_en=bad)
    revisions.keep(conference, by="", comment=bad)
    Conference.objects.update(contact="x", venue_en="y")

    for below in ((), (revisions.revisions_of(conference)[0].pk,)):
        shown = html(staff.get(page(conference, *below)))
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown


def test_the_pages_take_the_same_number_of_queries_whatever_there_is(staff, django_assert_max_num_queries):
    conference = make_conference()
    for number in range(30):
        conference.venue_en = f"Venue {number}"
        conference.save()
        revisions.keep(conference, by="", comment=f"{number}")
        conference.appearances.create(person=make_person(), role="speaker", order=number)
        conference.references.create(document=make_document())
    first = list(revisions.revisions_of(conference))[-1]

    with django_assert_max_num_queries(14):
        staff.get(page(conference))
    with django_assert_max_num_queries(40):
        staff.get(page(conference, first.pk))


# Restoring


def save_venue(conference, venue, by):
    """Do what the form does that is saved by *by* with another venue."""
    conference.venue_en = venue
    conference.save()
    refresh_draft(conference)
    review.note_change(conference, by)
    revisions.keep(conference, by=by, comment=json.dumps([{"changed": {"fields": ["Venue"]}}]))


@pytest.fixture
def changed(staff, editor):
    """A conference saved with one hall, then with another."""
    conference = make_conference()
    for venue in ("Palace", "Hotel"):
        save_venue(conference, venue, editor)
    return conference


def earlier(conference):
    return list(revisions.revisions_of(conference))[-1]


def test_a_state_is_restored_by_its_button(staff, editor, changed):
    form = AdminForm(staff, page(changed, earlier(changed).pk))
    assert "Hotel" in html(form.response)

    response = form.press("_restore")

    assert (response.status_code, response["Location"]) == (302, address(changed))
    changed.refresh_from_db()
    assert changed.venue_en == "Palace"
    told = words(staff.get(page(changed)))
    assert "Restored to the state at" in told
    assert UnreviewedEdit.objects.filter(uid=changed.uid, user=editor).exists()
    assert not Edition.objects.exists()
    assert [text.split(" at ")[0] for text in comments(changed)] == [
        "Restored to the state",
        "Changed Venue.",
        "Changed Venue.",
    ]


def test_restoring_returns_a_record_in_review_to_who_drafts_it(staff, changed):
    AdminForm(staff, address(changed)).press("_submit")
    changed.refresh_from_db()
    assert changed.stage == Stage.REVIEW

    AdminForm(staff, page(changed, earlier(changed).pk)).press("_restore")

    changed.refresh_from_db()
    assert changed.stage == Stage.DRAFT


@pytest.mark.parametrize("what", ["venue", "language", "submit"])
def test_restoring_is_refused_where_somebody_has_saved_since_the_page_was_opened(staff, changed, sign_in, what):
    """A language that is not ready changes nothing the public would read, and counts all the same."""
    form = AdminForm(staff, page(changed, earlier(changed).pk))
    other = sign_in("editor", "other")
    if what == "venue":
        AdminForm(other, address(changed)).fill(venue="Library").press("_continue")
    elif what == "language":
        AdminForm(other, address(changed, "language", "ru")).fill(title="Название").press("_save")
    else:
        AdminForm(other, address(changed)).press("_submit")

    response = form.press("_restore")

    assert response.status_code == 422
    assert "has changed since you opened this page" in words(response)
    changed.refresh_from_db()
    assert changed.venue_en == ("Library" if what == "venue" else "Hotel")


def test_a_page_without_its_mark_restores_nothing(staff, changed):
    assert staff.post(page(changed, earlier(changed).pk), {}).status_code == 422
    changed.refresh_from_db()
    assert changed.venue_en == "Hotel"


def test_restoring_needs_the_token_of_the_form(editor, changed):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)

    assert strict.post(page(changed, earlier(changed).pk), {"mark": "x"}).status_code == 403


def test_what_stands_against_it_is_said_and_nothing_is_half_saved(staff, changed):
    state = earlier(changed)
    Conference.objects.filter(pk=changed.pk).update(slug="moved")
    make_conference(slug=revisions.SavedState.of_revision(state).fields["slug"])

    response = AdminForm(staff, page(changed, state.pk)).press("_restore")

    assert response.status_code == 422
    assert "Address: This address is already in use. Add a place or a year." in words(response)
    changed.refresh_from_db()
    assert changed.venue_en == "Hotel"


def test_what_was_left_out_is_told(staff):
    theme = make_theme("Border security")
    document = make_document()
    document.themes.set([theme])
    state = revisions.keep(document, by="", comment="First.")
    document.themes.clear()
    revisions.keep(theme, by="", comment="Deleted.")
    theme.delete()
    document.place_en = "Minsk"
    document.save()

    response = staff.post(page(document, state.pk), AdminForm(staff, page(document, state.pk)).values, follow=True)

    assert "Themes: “Border security” was deleted and is left out." in html(response)


@pytest.mark.parametrize("role", ["translator", "photo editor"])
def test_who_only_reads_sees_the_history_and_no_button(sign_in, changed, role):
    client = sign_in(role)
    assert "Palace" in html(client.get(page(changed, "compare"), {"before": earlier(changed).pk}))
    shown = html(client.get(page(changed, earlier(changed).pk)))
    assert "Palace" in shown
    assert "_restore" not in shown

    assert client.post(page(changed, earlier(changed).pk), {"mark": "x"}).status_code == 403
    for method in (client.get, client.post):
        assert method(address(changed, "discard")).status_code == 403
        assert method("/admin/conferences/conference/recover/").status_code == 403
        assert method("/admin/conferences/conference/recover/1/").status_code == 403
    assert "recover/" not in html(client.get("/admin/conferences/conference/"))


def test_a_contributor_is_not_told_in_the_history_of_records_that_they_may_not_read(sign_in, staff):
    contributor, client = make_account("contributor"), sign_in("contributor")
    conference, parent = make_conference(created_by=contributor), make_conference(name="Canary of another")
    gone, hidden = make_document(title="Canary deleted"), make_document(title="Canary document")
    known = make_document(title="A resolution")
    publish(known, by=make_account("publisher"))
    form = AdminForm(staff, address(conference)).fill(parent=parent.pk)
    for document in (gone, hidden, known):
        form.add_row("references", document=document.pk)
    form.press("_continue")
    AdminForm(staff, address(conference)).fill(**{"parent": "", "references-0-DELETE": "on"}).press("_continue")
    delete(staff, address(gone, "delete"))
    _last, first = revisions.revisions_of(conference)
    pages = [page(conference), page(conference, first.pk), page(conference, "compare") + f"?before={first.pk}"]

    read = [html(client.get(each)) for each in pages]
    assert not any("Canary" in each for each in read)
    assert "A resolution" in read[1]
    assert f"conference {parent.pk}" in read[2]
    assert "Added reference document “…”." in read[0]

    told = html(
        client.post(page(conference, first.pk), {"mark": restoring.mark(Conference.objects.get(pk=conference.pk))})
    )
    assert f"document {gone.pk}” was deleted. Recover it first." in told
    assert "Canary" not in told

    read = [html(staff.get(each)) for each in pages]
    assert all(name in "".join(read) for name in ("Canary of another", "Canary deleted", "Canary document"))


def test_a_contributor_is_not_told_of_the_session_of_a_conference_that_they_may_not_read(sign_in, staff):
    document = make_document(created_by=make_account("contributor"))
    session = make_conference(name="Canary").sessions.create(title_en="Canary session")
    Document.objects.filter(pk=document.pk).update(conference=session.conference, session=session)
    kept = revisions.keep(document, by=make_account("publisher"), comment="Changed.")

    assert "Canary" not in html(sign_in("contributor").get(page(document, kept.pk)))
    assert "Canary session" in html(staff.get(page(document, kept.pk)))


# In other languages


def test_what_happened_is_told_in_the_language_of_the_reader_not_of_who_did_it(staff, editor):
    conference = make_conference()
    with translation.override("fr"):
        publish(conference, by=editor)

    told = {code: words(staff.get(page(conference), headers={"accept-language": code})) for code in ("en", "ar")}

    assert "Edith Published. current" in told["en"]
    assert "Edith نُشر. حالية" in told["ar"]


def test_behind_arabic_words_a_date_keeps_its_order(staff, changed):
    query = f"?before={earlier(changed).pk}&after="
    arabic = words(staff.get(page(changed, "compare") + query, headers={"accept-language": "ar"}))
    english = words(staff.get(page(changed, "compare") + query))

    at = f"{earlier(changed).date_created:%Y-%m-%d %H:%M:%S} UTC"
    assert f"\u2066{at}\u2069" in arabic
    assert f"From {at} to now." in english


# Discarding


@pytest.fixture
def public(staff, editor):
    """A public conference whose draft has changed since."""
    conference = make_conference()
    save_venue(conference, "Palace", editor)
    review.approve(conference, by=editor, alone="There is one person in this test")
    save_venue(conference, "Hotel", editor)
    return conference


def state(record):
    return publication_state(note_publication([type(record).objects.get(pk=record.pk)])[0])


def test_the_changes_since_publication_are_discarded_after_a_look_at_them(staff, public):
    assert address(public, "discard") in html(staff.get(address(public)))
    assert state(public) == "changed"
    form = AdminForm(staff, address(public, "discard"))
    told = words(form.response)
    assert "Unpublished changes: Venue" in told
    assert "<del>Palace</del> <ins>Hotel</ins>" in html(form.response)

    response = form.press("_discard")

    assert (response.status_code, response["Location"]) == (302, address(public))
    public.refresh_from_db()
    assert (public.venue_en, state(public)) == ("Palace", "public")
    shown = html(staff.get(address(public)))
    assert "There are no unpublished changes." in shown
    assert address(public, "discard") not in shown
    assert comments(public)[0] == "Changes since publication discarded."
    assert Edition.objects.filter(uid=public.uid).count() == 1


def test_who_discards_is_told_that_what_is_scheduled_stays_scheduled(staff, public, editor):
    stays = "The scheduled edition stays scheduled."
    assert stays not in words(staff.get(address(public, "discard")))
    publish(public, by=editor, at=timezone.now() + timedelta(days=1))

    assert stays in words(staff.get(address(public, "discard")))
    AdminForm(staff, address(public, "discard")).press("_discard")
    assert Edition.objects.to_come(epoch.now()).count() == 1


def test_discarding_is_refused_where_somebody_has_saved_since(staff, public, sign_in):
    form = AdminForm(staff, address(public, "discard"))
    AdminForm(sign_in("editor", "other"), address(public)).fill(venue="Library").press("_continue")

    response = form.press("_discard")

    assert response.status_code == 422
    assert "has changed since you opened this page" in words(response)
    public.refresh_from_db()
    assert public.venue_en == "Library"


def test_what_cannot_be_discarded_is_said_plainly(staff, public):
    EditionRevision.objects.all().delete()

    response = staff.get(address(public, "discard"))

    assert "There is no saved state of the published draft" in words(response)
    assert 'name="_discard"' not in html(response)
    posted = staff.post(
        address(public, "discard"), {"mark": AdminForm(staff, page(public, earlier(public).pk)).values["mark"]}
    )
    assert posted.status_code == 422
    public.refresh_from_db()
    assert public.venue_en == "Hotel"


def test_what_still_differs_by_another_record_is_told(staff, public):
    make_photo(public, featured=True)

    response = staff.post(address(public, "discard"), AdminForm(staff, address(public, "discard")).values, follow=True)

    assert "It still differs from the public edition" in html(response)
    assert "Relations to other records" in html(response) or "relations to other records" in html(response)


def test_a_photo_goes_back_to_its_public_place_unless_another_has_it(staff):
    conference = make_conference()
    AdminForm(staff, address(conference)).press("_publish")
    photo = make_photo(conference, featured=True)
    AdminForm(staff, address(photo)).press("_publish")
    Photo.objects.update(featured=False)
    other = make_photo(conference, featured=True)

    response = AdminForm(staff, address(photo, "discard")).press("_discard")
    assert response.status_code == 422
    assert "Another photo of this conference is already featured." in words(response)

    Photo.objects.filter(pk=other.pk).update(featured=False)
    AdminForm(staff, address(photo, "discard")).press("_discard")
    photo.refresh_from_db()
    assert photo.featured


def test_only_what_is_public_has_something_to_discard(staff):
    draft, person = make_conference(), make_person()
    for record in (draft, person):
        assert staff.get(address(record, "discard")).status_code == 404
        assert staff.post(address(record, "discard")).status_code == 404


# Recovering


def test_a_deleted_draft_is_recovered_with_its_rows_by_its_button(staff, editor):
    minsk(staff).add_row("main_topics", title="A topic").press("_continue")
    conference = Conference.objects.get()
    delete(staff, address(conference, "delete"))
    assert not Conference.objects.exists()
    assert "/conferences/conference/recover/" in html(staff.get("/admin/conferences/conference/"))

    response = staff.get("/admin/conferences/conference/recover/")
    assert "Minsk 2019" in words(response)
    form = AdminForm(staff, recoverable(response)["Minsk 2019"])
    assert "A topic" in words(form.response)
    answer = form.press("_recover")

    recovered = Conference.objects.get()
    assert (recovered.pk, recovered.uid, recovered.created_by) == (conference.pk, conference.uid, editor)
    assert recovered.main_topics.get().title_en == "A topic"
    assert answer["Location"] == address(recovered)
    assert comments(recovered) == [
        "Recovered.",
        "Deleted conference “Minsk 2019”.",
        "Added. Added main topic “A topic”.",
    ]
    assert "There are none" in words(staff.get("/admin/conferences/conference/recover/"))


def test_a_deleted_document_comes_back_in_the_entry_of_its_kind(staff):
    document = make_document(kind="statement", title="A speech")
    delete(staff, f"/admin/documents/statement/{document.pk}/delete/")

    assert "A speech" not in words(staff.get("/admin/documents/pressrelease/recover/"))
    rows = recoverable(staff.get("/admin/documents/statement/recover/"))
    AdminForm(staff, rows["A speech"]).press("_recover")

    assert Document.objects.get().versions.get().title == "A speech"


def test_a_deleted_photo_comes_back_with_its_picture(staff):
    photo = make_photo(make_conference())
    delete(staff, address(photo, "delete"))
    assert not Photo.objects.exists()

    (address_of_draft,) = recoverable(staff.get("/admin/conferences/photo/recover/")).values()
    AdminForm(staff, address_of_draft).press("_recover")

    assert Photo.objects.get().rendition_files
    assert StoredFile.objects.count() == 3


def test_a_contributor_recovers_their_own_drafts_alone(sign_in, staff):
    client = sign_in("contributor")
    own = make_document(title="Mine", created_by=make_account("contributor"))
    other = make_document(title="Canary of another")
    for document in (own, other):
        delete(staff, f"/admin/documents/pressrelease/{document.pk}/delete/")
    rows = recoverable(staff.get("/admin/documents/pressrelease/recover/"))
    assert set(rows) == {"Mine", "Canary of another"}

    listed = html(client.get("/admin/documents/pressrelease/recover/"))
    nowhere = "/admin/documents/pressrelease/recover/987654321/"
    assert "Canary" not in listed
    for method in (client.get, client.post):
        hidden, none = method(rows["Canary of another"]), method(nowhere)
        assert (hidden.status_code, none.status_code) == (404, 404)
        assert "Canary" not in html(hidden)
    AdminForm(client, rows["Mine"]).press("_recover")

    assert [document.original_title for document in Document.objects.all()] == ["Mine"]


def test_an_address_that_was_given_away_meanwhile_is_told(staff):
    document = make_document(slug="speech")
    delete(staff, f"/admin/documents/pressrelease/{document.pk}/delete/")
    make_document(slug="speech")
    (address_of_draft,) = recoverable(staff.get("/admin/documents/pressrelease/recover/")).values()

    response = AdminForm(staff, address_of_draft).press("_recover")

    assert response.status_code == 422
    assert "Address: This address is already in use. Add a place or a year." in words(response)
    assert Document.objects.count() == 1


def test_the_pages_of_the_history_are_valid_html(staff, public, html_errors):
    document = make_document(public)
    delete(staff, address(document, "delete"))
    deleted = staff.get("/admin/documents/document/recover/")
    first = earlier(public)
    EditionRevision.objects.update(revision=first)
    pages = {
        "list": staff.get(page(public)),
        "empty list": staff.get(page(make_conference())),
        "state": staff.get(page(public, first.pk)),
        "compare": staff.get(page(public, "compare"), {"before": first.pk}),
        "refused": staff.post(page(public, first.pk), {}),
        "discard": staff.get(address(public, "discard")),
        "recover": deleted,
        "recover one": staff.get(*recoverable(deleted).values()),
    }
    EditionRevision.objects.all().delete()
    pages["nothing kept"] = staff.get(address(public, "discard"))

    assert {response.status_code for response in pages.values()} == {200, 422}
    errors = html_errors({name: html(response) for name, response in pages.items()})
    own = ("A table row was 2 columns wide",)  # the rows of Django's side bar
    assert [error for error in errors if not any(text in error for text in own)] == []


# What sealing tells


def test_the_page_to_seal_tells_what_of_the_version_still_stands_in_the_draft(client, frozen_clock):
    from tests.factories import make_user

    administrator = make_user("administrator", is_superuser=True)
    client.force_login(administrator)
    document = make_document(make_conference(), title="A speech", contact="Jane Roe")
    AdminForm(client, address(document.conference)).press("_publish")
    AdminForm(client, address(document)).press("_publish")
    frozen_clock.tick()
    AdminForm(client, address(document)).fill(title="Another").press("_publish")
    frozen_clock.tick()
    edition = Edition.objects.filter(uid=document.uid).earliest("public_from")

    told = words(client.get(f"/admin/documents/document/{document.pk}/versions/{edition.pk}/seal/"))

    assert "The history of the draft" in told
    fields = told.split("It still contains texts of this version in:")[1].split(".")[0]
    assert "Contact" in fields
    assert "Title" not in fields
