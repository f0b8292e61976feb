"""Members of staff without the right: what is not theirs is refused, nothing changes, and no message names what they may not
know of. To a contributor it does not even exist."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.utils import timezone

from ctportal.staff.preview import preview_address
from ctportal.workflow import restoring
from documents.models import Document
from tests.admin.forms import AdminForm, errors_of
from tests.factories import make_account, make_conference, make_document, make_person, make_photo

from . import addresses
from .canaries import CLOSED, NAMED, OPEN, TOLD, never
from .readers import CONTRIBUTOR, PHOTO_EDITOR, PUBLISHER, TRANSLATOR, Answer, Reader, reader
from .walk import Walk, forget
from .without import nothing_hidden, rows, tables
from .world import KINDS, NEVER_PUBLIC, STATES

NOWHERE = 987654321  # a primary key that no row has


def snapshot():
    """All that a refused request must leave as it was. Log and audit trail may say who tried."""
    return {table: rows(table) for table in tables() if not table.endswith(("_log", "_auditentry"))}


def known(world, data):
    """What of the hidden side stands in *data* (bytes)."""
    return {str(name) for name in world.canaries.found(data).values() if name.side not in (OPEN, TOLD)}


# A contributor, to whom the drafts of others do not exist


def nowhere(address, case):
    """*address* with everything that is of *case* replaced by what never was."""
    keys = [case.record.pk, *(entry.pk for entry in case.vocabulary.values())]
    if case.kind == "conference":
        keys += case.record.sessions.values_list("pk", flat=True)
    for pk in keys:
        address = re.sub(rf"(/|=|,){pk}(?=/|,|$)", rf"\g<1>{NOWHERE}", address)
    for _side, stored in case.files:
        address = address.replace(stored.key, never("key"))
    return address


def confirmation(case, address):
    """What the page sends with its yes that asks whether to delete the record: nothing but the right is missing."""
    return {"mark": restoring.mark(case.record)} if address.endswith("/delete/") else {}


def masked(answer, address):
    """*answer* without what only repeats the address or the number in it."""
    numbers = [number for number in re.split(r"[/=,]", address) if number.isdecimal()]
    status, headers, body, cookies = answer.lasting

    def mask(data):
        data = data.replace(address.encode(), b"ADDRESS")
        for number in numbers:
            data = data.replace(f"“{number}”".encode(), b"NUMBER").replace(f"/{number}/".encode(), b"/NUMBER/")
        return data

    headers = {name: mask(value) for name, value in headers.items() if name != "Content-Length"}
    return status, headers, mask(body), cookies


@pytest.mark.parametrize("state", [*NEVER_PUBLIC, "correction"])
def test_to_a_contributor_the_drafts_of_others_answer_as_if_they_never_were(world, state):
    asker = reader(CONTRIBUTOR, world)
    for kind in KINDS:
        case = world.cases[state, kind]
        drafts = [a for a in addresses.of_draft(case, None) if not a.startswith("/preview/")]
        for address in drafts:
            never_was = nowhere(address, case)
            assert never_was != address
            there, none = asker.ask_to_the_end(address), asker.ask_to_the_end(never_was)
            assert masked(there, address) == masked(none, never_was), address


@pytest.mark.parametrize("state", ["draft", "correction"])
def test_what_a_contributor_posts_to_the_drafts_of_others_is_refused_as_if_they_never_were(world, state):
    asker = reader(CONTRIBUTOR, world)
    before = snapshot()
    for kind in KINDS:
        case = world.cases[state, kind]
        for address in addresses.of_draft(case, None):
            if not address.startswith(("/admin/conferences/", "/admin/documents/")) or "merge" in address:
                continue
            data = {"post": "yes", "title": "Mine", "name": "Mine", "_publish": "1", "slug": "mine", "ready": "on"}
            data |= confirmation(case, address)
            never_was = nowhere(address, case)
            there, none = (asker.ask_to_the_end(a, data=data) for a in (address, never_was))
            assert masked(there, address) == masked(none, never_was), address
            assert known(world, there.data) == set()
    assert snapshot() == before


def test_lists_searches_and_boxes_of_a_contributor_are_the_same_without_the_drafts_of_others(world):
    """A record that the public reads as its draft says may be named; so the host is left in place."""
    asked = [address for address in addresses.of_staff(world) if "/1/" not in address and "logout" not in address]
    asked = [address for address in asked if not re.search(r"/\d+/|merge", address)]

    def answers():
        forget()
        asker = reader(CONTRIBUTOR, world)
        return {address: asker.ask(address).lasting for address in asked if "autocomplete" not in address}

    whole = answers()
    with nothing_hidden(world):
        less = answers()
    assert [address for address, answer in whole.items() if less[address] != answer] == []


def test_the_boxes_of_a_contributor_offer_what_the_public_reads_and_nothing_else(world):
    walk = Walk(world, CONTRIBUTOR)
    for address in addresses.of_staff(world):
        if address.startswith("/admin/autocomplete/"):
            walk.ask(address)

    # They are named as staff name them, which the public does not read.
    assert {name.side for name in walk.seen} == {OPEN, NAMED}
    assert {(name.case, name.what) for name in walk.seen if name.side == NAMED} == {
        (str(world.host), "Conference.name")
    }
    assert {name.what for name in walk.seen} >= {"Conference.name", "Person.name_en", "Organization.name_en"}


# What was deleted


@pytest.mark.parametrize("identity", [CONTRIBUTOR, TRANSLATOR, PHOTO_EDITOR, PUBLISHER])
def test_a_deleted_draft_is_there_for_who_could_have_edited_it_and_for_nobody_else(world, identity):
    asker = reader(identity, world)
    (path, version), before = world.deleted[0], snapshot()
    listed, there, none = (
        asker.ask(f"/admin/{path}/recover/{below}") for below in ("", f"{version.revision_id}/", f"{NOWHERE}/")
    )
    names = {str(name) for name in world.canaries.names.values() if name.case.endswith("deleted")}

    if identity == PUBLISHER:
        assert known(world, listed.data) & names == {
            "LanguageVersion.title of the document, draft, deleted (held back)"
        }
        assert len(known(world, there.data) & names) > 5
    else:
        assert known(world, listed.data + there.data) == set()
        assert (there.status, none.status) == ((404, 404) if identity == CONTRIBUTOR else (403, 403))
        posted = asker.ask(f"/admin/{path}/recover/{version.revision_id}/", data={"_recover": "1"})
        assert posted.status == there.status
        assert snapshot() == before


# Forged forms


@pytest.fixture
def contributor(world):
    client = Client()
    client.force_login(world.identities[CONTRIBUTOR])
    return client


def own(world, make, *args, **fields):
    return make(*args, created_by=world.identities[CONTRIBUTOR], **fields)


def change(record, path=None):
    opts = record._meta
    return f"/admin/{path or f'{opts.app_label}/{opts.model_name}'}/{record.pk}/change/"


def foreign_rows(world):
    """(prefix of the inline, a row of a hidden conference)."""
    hidden = world.cases["draft", "conference"].record
    for prefix in ("main_topics", "sessions", "figures", "links", "announced_dates", "references", "series_entries"):
        yield prefix, getattr(hidden, prefix).first()
    for prefix in ("organization_roles", "appearances", "same_as", "relations", "expected_documents"):
        yield prefix, getattr(hidden, prefix).first()


@pytest.mark.parametrize("number", range(12))
def test_a_row_of_somebody_else_in_a_form_of_ones_own_is_left_alone(world, contributor, number):
    prefix, row = list(foreign_rows(world))[number]
    mine = own(world, make_conference)
    form = AdminForm(contributor, change(mine)).add_row(prefix)
    form.fill(**{f"{prefix}-INITIAL_FORMS": "1", f"{prefix}-0-id": str(row.pk), f"{prefix}-0-title": "Taken over"})
    before = snapshot()

    response = form.press("_continue")

    assert known(world, response.content) == set()
    # Where the row is not refused it is left out: nothing of anybody's is written but the own record's checksum.
    after = snapshot()
    assert after[row._meta.db_table] == before[row._meta.db_table]
    own_row = str(mine.uid.hex), str(mine.uid)
    gone = [each for table in before for each in set(before[table]) - set(after[table])]
    assert [each for each in gone if not any(uid in each for uid in own_row)] == []


def hidden_choices(world):
    """(fields of a conference's form, the field that must be refused) for each hidden record that could be named."""
    conference, document = (world.cases["draft", kind] for kind in ("conference", "document"))
    entry = {kind: conference.vocabulary[CLOSED, kind].pk for kind in ("series", "theme", "organization", "person")}
    yield "", {"parent": conference.record.pk}, "parent"
    yield "", {"themes": [entry["theme"]]}, "themes"
    yield "series_entries", {"series": entry["series"]}, "series_entries-0-series"
    yield (
        "organization_roles",
        {"organization": entry["organization"], "role": "host"},
        "organization_roles-0-organization",
    )
    yield "appearances", {"person": entry["person"], "role": "chair"}, "appearances-0-person"
    yield "references", {"document": document.record.pk}, "references-0-document"
    for name, hidden in (("organization", entry["organization"]), ("document", document.record.pk)):
        yield "expected_documents", {"date": "2027-04-01", name: hidden}, f"expected_documents-0-{name}"
    yield "relations", {"kind": "replaced-by", "target": conference.record.pk}, "relations-0-target"
    yield (
        "figures",
        {"measure": "participants", "value": "4", "source_document": document.record.pk, "source": "x"},
        "figures-0-source_document",
    )


@pytest.mark.parametrize("number", range(10))
def test_a_hidden_record_cannot_be_named_in_a_form_of_ones_own(world, contributor, number):
    prefix, values, field = list(hidden_choices(world))[number]
    mine = own(world, make_conference)
    form = AdminForm(contributor, change(mine))
    values = {name: value if isinstance(value, list) else str(value) for name, value in values.items()}
    form = form.add_row(prefix, **values) if prefix else form.fill(**values)
    before = snapshot()

    response = form.press("_continue")

    assert (response.status_code, list(errors_of(response))) == (422, [field])
    assert known(world, response.content) == set()
    assert snapshot() == before


@pytest.mark.parametrize(
    "field",
    [
        *("conference", "session", "themes", "issuers-0-organization"),
        *("deliveries-0-person", "deliveries-0-organization", "mentions-0-person", "mentions-0-organization"),
    ],
)
def test_a_document_of_ones_own_cannot_name_a_hidden_record(world, contributor, field):
    mine = own(world, make_document, kind="statement")
    hidden, document = world.cases["draft", "conference"], world.cases["draft", "document"]
    value = {
        "conference": hidden.record.pk,
        "session": hidden.record.sessions.get().pk,
        "issuers-0-organization": document.vocabulary[CLOSED, "organization"].pk,
        "deliveries-0-person": document.vocabulary[CLOSED, "person"].pk,
        "deliveries-0-organization": document.vocabulary[CLOSED, "organization"].pk,
        "mentions-0-person": document.vocabulary[CLOSED, "person"].pk,
        "mentions-0-organization": document.vocabulary[CLOSED, "organization"].pk,
        "themes": document.vocabulary[CLOSED, "theme"].pk,
    }[field]
    form = AdminForm(contributor, change(mine, "documents/statement"))
    if "-" in field:
        prefix = field.split("-")[0]
        form.add_row(prefix, **({} if prefix == "issuers" else {"person": str(own(world, make_person).pk)}))
    form.fill(**{field: [str(value)] if field == "themes" else str(value)})
    before = snapshot()

    response = form.press("_continue")

    assert (response.status_code, list(errors_of(response))) == (422, [field])
    assert known(world, response.content) == set()
    assert snapshot() == before


def test_a_photo_of_ones_own_cannot_be_moved_to_a_hidden_conference(world, contributor):
    mine = own(world, make_photo, own(world, make_conference))
    hidden = world.cases["in review", "conference"].record
    form = AdminForm(contributor, change(mine)).fill(conference=str(hidden.pk))
    before = snapshot()

    response = form.press("_continue")

    assert (response.status_code, list(errors_of(response))) == (422, ["conference"])
    assert known(world, response.content) == set()
    assert snapshot() == before


def test_a_changed_key_of_ones_own_text_is_not_followed(world, contributor):
    """The form of one record, sent to the address of another, writes neither."""
    mine = own(world, make_conference)
    form = AdminForm(contributor, change(mine))
    form.address = change(world.cases["draft", "conference"].record)
    before = snapshot()

    assert form.press("_continue").status_code == 302
    assert snapshot() == before


def test_an_address_of_a_hidden_record_is_refused_without_naming_it(world, contributor):
    hidden = world.cases["scheduled", "conference"]
    form = AdminForm(contributor, change(own(world, make_conference))).fill(slug=hidden.record.slug)

    response = form.press("_continue")

    assert (response.status_code, list(errors_of(response))) == (422, ["slug"])
    assert known(world, response.content) <= {str(world.canaries.names[hidden.record.slug])}


@pytest.mark.parametrize("action", ["delete_selected", "merge", "publish", ""])
def test_an_action_with_the_ids_of_others_does_nothing(world, contributor, action):
    before = snapshot()
    for path in ("conferences/conference", "conferences/photo", "documents/document", "conferences/person"):
        model = {"conference": "conference", "photo": "photo", "document": "document"}.get(path.split("/")[1])
        record = (
            world.cases["draft", model].record if model else world.cases["draft", "photo"].vocabulary[CLOSED, "person"]
        )
        data = {"action": action, "_selected_action": [record.pk], "post": "yes", "select_across": "1"}
        response = contributor.post(f"/admin/{path}/", data, follow=True)
        assert known(world, response.content) == set(), path
    assert snapshot() == before


def test_photos_are_not_added_to_a_hidden_conference(world, contributor):
    hidden = world.cases["draft", "conference"].record
    before = snapshot()

    shown = contributor.get("/admin/conferences/photo/upload/", {"conference": hidden.pk})
    response = contributor.post("/admin/conferences/photo/upload/", {"conference": hidden.pk, "credit": "x"})

    assert (known(world, shown.content), known(world, response.content)) == (set(), set())
    assert response.status_code == 422
    assert snapshot() == before


# Those who read all drafts, and write some


@pytest.mark.parametrize("identity", [TRANSLATOR, PHOTO_EDITOR])
@pytest.mark.parametrize("state", STATES)
def test_who_only_reads_changes_nothing_by_forged_posts(world, identity, state):
    asker = reader(identity, world)
    before = snapshot()
    for kind in ("conference", "document"):
        case = world.cases[state, kind]
        for address in addresses.of_draft(case, None):
            if not re.search(r"/(change|delete|language/ru)/$", address):
                continue
            address = address.replace("/ru/", "/ar/")  # the translator here writes Russian
            data = {"post": "yes", "title": "Mine", "_publish": "1", "slug": "mine", "ready": "on", "_save": "1"}
            data |= confirmation(case, address)
            assert asker.ask(address, data=data).status in (302, 403), address
    assert snapshot() == before


# Buttons of a publisher


EDITOR, AUTHOR = "editor", "the author, an editor"
# What answers whoever sends a publisher's form, whether the record is there for them or not.
REFUSED = {CONTRIBUTOR: 403, TRANSLATOR: 403, PHOTO_EDITOR: 403, EDITOR: 403, AUTHOR: 403}
LATER = "2030-01-01T10:00"
# {button: (the state of a record that has it, what a publisher fills in)}
BUTTONS = {
    "_publish": ("draft", {"alone_reason": "Nobody else is on duty"}),
    "_publish_at": ("in review", {"alone_reason": "Nobody else is on duty", "publish_at": LATER}),
    "_send_back": ("in review", {"remark": "Name the hotel"}),
    "_unschedule": ("scheduled", {}),
    "_redate": ("scheduled", {"publish_at": LATER}),
    "_replace": ("correction", {"alone_reason": "Nobody else is on duty"}),
    "_replace_at": ("correction", {"alone_reason": "Nobody else is on duty", "publish_at": LATER}),
    "_withdraw": ("newer draft", {"withdraw_reason": "A mistake"}),
    "_withdraw_at": ("newer draft", {"withdraw_reason": "A mistake", "withdraw_at": LATER}),
    "_restore": ("withdrawn", {}),
}


def form_of(record):
    """The address of the form in which *record* is edited: documents have one for each kind."""
    return change(record, f"documents/{addresses.ENTRY[record.kind]}" if isinstance(record, Document) else None)


def askers(world):
    """{who: a reader} of everybody who may not publish, editors and the author of the records among them."""
    readers = {identity: reader(identity, world) for identity in (CONTRIBUTOR, TRANSLATOR, PHOTO_EDITOR)}
    readers[EDITOR] = Reader(EDITOR).sign_in(make_account("editor", "another-editor"))
    readers[AUTHOR] = Reader(AUTHOR).sign_in(world.author)
    return readers


def press_as_everybody(world, form, button):
    """{who: the status} of what is answered to those who send *form*, which a publisher has filled in. Nothing may change.

    First the publisher sends it, and has it undone: refused must be what would have worked.
    """
    before = snapshot()
    with transaction.atomic():
        assert form.press(button).status_code == 302
        assert snapshot() != before
        transaction.set_rollback(True)
    found = {}
    for who, asker in askers(world).items():
        form.client = asker
        found[who] = form.press(button).status
    assert snapshot() == before
    return found


@pytest.fixture
def publisher(world):
    client = Client()
    client.force_login(make_account("publisher", "another-publisher"))
    return client


@pytest.mark.parametrize("button", BUTTONS)
def test_no_button_of_a_publisher_works_for_those_who_are_none(world, publisher, button):
    state, filled_in = BUTTONS[button]
    for kind in KINDS:
        form = AdminForm(publisher, form_of(world.cases[state, kind].record)).fill(**filled_in)
        assert press_as_everybody(world, form, button) == REFUSED, kind


def test_no_language_is_published_by_those_who_are_no_publishers(world, publisher):
    """Not by a translator of that very language either."""
    address = f"{form_of(world.cases['newer draft', 'document'].record).removesuffix('change/')}language/ru/"
    form = AdminForm(publisher, address).fill(title="Новое", ready="on", alone_reason="Nobody else is on duty")

    assert press_as_everybody(world, form, "_publish_language") == REFUSED


def test_no_name_is_published_by_those_who_are_no_publishers(world, publisher):
    form = AdminForm(publisher, change(world.host.vocabulary[OPEN, "theme"])).fill(name="Another name")
    form.fill(alone_reason="Nobody else is on duty")

    assert press_as_everybody(world, form, "_relabel") == REFUSED


@pytest.mark.parametrize(
    ("button", "state"),
    [("_release", "draft"), ("_release_at", "draft"), ("_redate", "scheduled"), ("_unschedule", "scheduled")],
)
def test_no_dossier_is_released_by_those_who_are_no_publishers(world, publisher, button, state):
    record = world.cases[state, "conference"].record
    form = AdminForm(publisher, change(record).replace("/change/", "/release/"))
    form.fill(parts=[str(record.uid)], alone="Nobody else is on duty", at=LATER)

    assert press_as_everybody(world, form, button) == REFUSED


# Previews


def test_a_preview_and_its_files_are_for_the_session_they_were_made_for(world):
    made = Walk(world, PUBLISHER)
    others = [reader(identity, world) for identity in (PUBLISHER, PHOTO_EDITOR, TRANSLATOR, CONTRIBUTOR)]
    others.append(reader("visitor", world))
    for case in (world.cases["draft", "photo"], world.cases["scheduled", "document"]):
        address = preview_address(addresses.Asking(made.session), case.record).partition("?")[0]
        stored = case.files[-1][1]
        for asked in (address, f"{address}files/{stored.key}/{stored.name}"):
            assert made.ask(asked).status == 200
            for other in others:
                answer: Answer = other.ask(asked)
                assert answer.status == 404
                assert known(world, answer.data) - known(world, asked.encode()) == set()


def test_a_preview_opens_neither_another_record_nor_its_files(world):
    walk = Walk(world, PUBLISHER)
    draft, other = world.cases["draft", "photo"], world.cases["scheduled", "photo"]
    address = preview_address(addresses.Asking(walk.session), draft.record).partition("?")[0]
    token = address.split("/")[2]

    assert walk.ask(f"{address}files/{other.files[-1][1].key}/x.jpg").status == 404
    for place in range(0, len(token), 7):
        forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert walk.ask(f"/preview/{forged}/").status == 404


def test_a_preview_ends_with_the_right_to_read(world):
    walk = Walk(world, PUBLISHER)
    user = world.identities[PUBLISHER]
    address = preview_address(addresses.Asking(walk.session), world.cases["draft", "document"].record)
    assert walk.ask(address).status == 200

    user.is_active = False
    user.save()
    assert walk.ask(address).status == 404


def test_the_shortcut_to_the_site_tells_a_contributor_nothing(world):
    asker = reader(CONTRIBUTOR, world)
    for kind in KINDS:
        record = world.cases["draft", kind].record
        shortcut = f"/admin/r/{ContentType.objects.get_for_model(record).pk}"
        there, none = (asker.ask(f"{shortcut}/{pk}/") for pk in (record.pk, NOWHERE))
        assert (there.status, there.body) == (none.status, none.body)
    assert timezone.now() == world.clock.now
