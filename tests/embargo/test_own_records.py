"""A contributor's own records name records of others: somebody who may has put them there, or others name theirs.

Every relation there is between records is set both ways, each word of the others is a canary, and every page of the admin
that the contributor may open is asked. None may name what is not public and not theirs; saving must leave it where it is.
"""

from datetime import date
from itertools import product

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CASCADE
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conferences.models import Conference, Organization, Person, Photo, Series, Session, Theme
from ctportal.publishing.drafts import refresh_draft
from ctportal.staff import sharing
from ctportal.staff.preview import preview_address
from ctportal.workflow import restoring, review, revisions
from documents.models import Document
from tests.admin.forms import AdminForm, errors_of
from tests.factories import make_conference, make_document, make_organization, make_person, make_photo

from . import addresses
from .canaries import CLOSED
from .readers import CONTRIBUTOR, PUBLISHER
from .world import RELEASE

MODELS = [
    model
    for app in ("conferences", "documents")
    for model in apps.get_app_config(app).get_models()
    if not model._meta.proxy
]


def relations():
    """Every relation by which a row names a record or part of one, and does not belong to it."""
    for model in MODELS:
        for column in (*model._meta.concrete_fields, *model._meta.many_to_many):
            owns = not column.many_to_many and column.is_relation and column.remote_field.on_delete is CASCADE
            if column.related_model in MODELS and not owns:
                yield column


class Dossiers:
    """The records of a contributor and of others, and what belongs to them: ``mine`` and ``theirs``, {model: rows}."""

    def __init__(self, world):
        self.world = world
        self.contributor = world.identities[CONTRIBUTOR]
        self.mine, self.theirs = ({model: [] for model in MODELS} for _side in range(2))
        mine, theirs = self._records(self.mine), self._records(self.theirs)
        self.conference, self.session = mine[Conference], mine[Session]
        self._relate(mine, theirs, self.mine)
        self._relate(theirs, mine, self.theirs)
        self.named = theirs  # what the contributor's records name
        for row in [row for side in (self.mine, self.theirs) for rows in side.values() for row in rows]:
            if hasattr(row, "draft_sha256"):
                refresh_draft(row)
                revisions.keep(row, by=world.author, comment="Made.")

    @property
    def records(self):
        return [row for row in (row for rows in self.mine.values() for row in rows) if hasattr(row, "record_type")]

    def _add(self, side, model, many=None, **values):
        row = model(**values)
        if side is self.theirs:
            number = len(side[model])
            self.world._fill(row, f"others’ {number}", CLOSED, by_language=False)
            if hasattr(row, "uid"):
                row.uid = self.world.canaries.uid(f"others’ {number}", CLOSED, f"{model.__name__}.uid")
        elif any(column.name == "name_en" for column in model._meta.concrete_fields):
            row.name_en = "Mine"
        elif any(column.name == "title_en" for column in model._meta.concrete_fields):
            row.title_en = "Mine"
        row.save()
        for name, entries in (many or {}).items():
            getattr(row, name).set(entries)
        side[model].append(row)
        return row

    def _records(self, side):
        """One record of each kind, and a session, that name nothing yet."""
        is_mine = side is self.mine
        by = {"created_by": self.contributor if is_mine else self.world.author}
        slug = (lambda kind: {**by, "slug": f"mine-{kind}"}) if is_mine else (lambda kind: by)
        made = {model: self._add(side, model, **slug(model.__name__.lower())) for model in (Series, Theme, Person)}
        made[Organization] = self._add(side, Organization, **slug("organization"))
        made[Conference] = self._conference(side, **slug("conference"))
        made[Session] = self._add(side, Session, conference=made[Conference])
        made[Document] = self._document(side, made[Conference], **slug("document"))
        for language in ("en", "ru"):
            self._add(side, made[Conference].texts.model, conference=made[Conference], language=language, title="Mine")
        return made

    def _conference(self, side, **values):
        days = {"start_date": date(2027, 3, 1), "end_date": date(2027, 3, 2)}
        return self._add(side, Conference, name="Mine", kind="regional", country="BY", **days, **values)

    def _document(self, side, conference, **values):
        document = self._add(side, Document, kind="statement", date=date(2027, 3, 1), **values)
        version = document.versions.model
        self._add(side, version, document=document, language="en", title="Mine", body="<p>Mine</p>")
        return document

    def _relate(self, from_, to, side):
        """Let those of *from_* name those of *to* in every way; *side* keeps what is made for that."""
        conference, document, organization = from_[Conference], from_[Document], from_[Organization]
        part = conference
        if side is self.theirs:  # no organization is a unit of its own unit, and no conference part of its own part
            organization = self._add(side, Organization, created_by=self.world.author)
            part = self._conference(side, created_by=self.world.author)
        part.parent, organization.parent = to[Conference], to[Organization]
        document.conference, document.session = to[Conference], to[Session]
        for record in (part, document, organization):
            record.save()
        for record in (conference, document):
            record.themes.set([to[Theme]])
        self._add(side, apps.get_model("conferences.SeriesEntry"), conference=conference, series=to[Series])
        for place in ({"conference": conference}, {"session": from_[Session]}):
            role = {"organization": to[Organization], "role": "host"}
            self._add(side, apps.get_model("conferences.OrganizationRole"), **place, **role)
            there = {"person": to[Person], "organization": to[Organization], "role": "chair"}
            self._add(side, apps.get_model("conferences.Appearance"), **place, **there)
        figure = {"measure": "participants", "value": 4, "source_document": to[Document]}
        self._add(side, apps.get_model("conferences.Figure"), conference=conference, **figure)
        self._add(side, apps.get_model("conferences.Figure"), session=from_[Session], **figure)
        relation = {"kind": "follows-up-on", "target": to[Conference]}
        self._add(side, apps.get_model("conferences.ConferenceRelation"), conference=conference, **relation)
        expected = {"date": date(2027, 4, 1), "organization": to[Organization], "document": to[Document]}
        self._add(side, apps.get_model("conferences.ExpectedDocument"), conference=conference, **expected)
        self._add(side, apps.get_model("conferences.Reference"), conference=conference, document=to[Document])
        there = {"document": document, "organization": to[Organization]}
        self._add(side, apps.get_model("documents.Issuer"), **there)
        self._add(side, apps.get_model("documents.Delivery"), **there, person=to[Person])
        self._add(side, apps.get_model("documents.Mention"), **there, person=to[Person])
        related = apps.get_model("documents.DocumentRelation")
        self._add(side, related, document=document, kind="cites", target=to[Document])
        self._add(side, related, document=document, kind="adopted-at", conference=to[Conference])
        photo = make_photo(to[Conference], created_by=from_[Conference].created_by)
        if side is self.theirs:
            self.world._fill(photo, "others’ photo", CLOSED, by_language=False)
            photo.save()
        photo.people.set([to[Person]])
        side[Photo].append(photo)

    def pages(self, session):
        """Every address of the admin below one of the contributor's records, and their previews."""
        for record in self.records:
            model = record._meta.model_name
            entries = (
                ("documents/document", "documents/statement") if model == "document" else (f"conferences/{model}",)
            )
            for entry in entries:
                yield from addresses.of_row(entry, record.pk)
                yield from addresses.of_history(entry, record)
            yield preview_address(addresses.Asking(session), record)
        for below in ("photos/", "photos/presence/", "release/"):
            yield f"/admin/conferences/conference/{self.conference.pk}/{below}"
        yield from addresses.of_row("conferences/session", self.session.pk, languages=())
        yield f"/admin/conferences/session/{self.session.pk}/presence/"

    def lists(self):
        yield "/admin/"
        for paths in addresses.ADMIN.values():
            for path in paths:
                yield from (f"/admin/{path}/", f"/admin/{path}/add/", f"/admin/{path}/?o=1.2.3")

    def others_in(self, data):
        """The names of what of the others' records stands in *data* (bytes)."""
        found = self.world.canaries.found(data).values()
        return sorted(str(name) for name in found if name.case.startswith("others’"))


@pytest.fixture
def dossiers(made, db):
    return Dossiers(made())


@pytest.fixture
def contributor(dossiers):
    return signed_in(dossiers.contributor)


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def change(record, entry=""):
    return f"/admin/{entry or f'{record._meta.app_label}/{record._meta.model_name}'}/{record.pk}/change/"


def own_forms(dossiers):
    """The addresses of the forms of the contributor's that name others."""
    for model in (Conference, Document, Photo, Organization):
        yield change(dossiers.mine[model][0], "documents/statement" if model is Document else "")
    yield change(dossiers.session)


def somebody_else_saves(dossiers):
    """An editor saves each of the forms with a change in each row, so that the history has something to tell."""
    editor = signed_in(dossiers.world.author)
    for address in own_forms(dossiers):
        form = AdminForm(editor, address)
        rows = [name for name in form.values if name.endswith("-order") and "__prefix__" not in name]
        form.fill(**dict.fromkeys(rows, "7"))
        assert form.press("_continue").status_code == 302, address


def named_by(dossiers):
    """{(model, primary key, relation): keys of what it names} of all that is the contributor's."""
    found = {}
    for column in relations():
        for row in column.model.objects.filter(pk__in=[row.pk for row in dossiers.mine[column.model]]):
            value = getattr(row, column.name if column.many_to_many else column.attname)
            keys = [each.pk for each in value.all()] if column.many_to_many else value
            found[column.model.__name__, row.pk, column.name] = keys
    return found


# The dossiers themselves


def test_every_relation_leads_from_a_record_of_the_contributor_to_one_of_others_and_back(dossiers):
    sides = ((dossiers.mine, dossiers.theirs), (dossiers.theirs, dossiers.mine))
    for column, (side, other) in product(relations(), sides):
        others = [row.pk for row in other[column.related_model]]
        rows = column.model.objects.filter(pk__in=[row.pk for row in side[column.model]])
        assert rows.filter(**{f"{column.name}__in": others}).exists(), column


def test_every_page_below_a_record_is_asked(dossiers):
    paths = [f"/admin/{path}/" for path in ("conferences/", "documents/document", "documents/statement")]
    asked = {addresses.route_of(address) for address in dossiers.pages(signed_in(dossiers.contributor).session)}

    routes = {route for route in addresses.routes() if "object_id" in route and f"/{route}".startswith(tuple(paths))}

    assert routes - asked == set()


# What the contributor reads


@pytest.mark.parametrize("is_scheduled", [False, True])
def test_no_page_of_ones_own_names_what_one_may_not_know_of(dossiers, contributor, is_scheduled):
    somebody_else_saves(dossiers)
    if is_scheduled:
        review.approve(dossiers.conference, by=dossiers.world.releaser, at=RELEASE, alone="Nobody else is there.")
    shown, told = set(), {}
    for address in (*dossiers.lists(), *dossiers.pages(contributor.session)):
        response = contributor.get(address, follow=True)
        shown |= {address} if response.status_code == 200 and not response.redirect_chain else set()
        if names := dossiers.others_in(response.content):
            told[address] = names

    assert told == {}, "\n".join(f"{address}: {names[:4]}" for address, names in told.items())
    assert shown >= {*own_forms(dossiers), change(dossiers.conference).replace("change", "language/ru")}


def test_who_reads_all_drafts_is_told_everything_there(dossiers):
    """Else the test above would find nothing because there is nothing."""
    somebody_else_saves(dossiers)
    client = signed_in(dossiers.world.identities[PUBLISHER])
    told = set()
    for address in (*dossiers.lists(), *dossiers.pages(client.session)):
        told |= set(dossiers.others_in(client.get(address).content))

    names = ("Conference.name", "Session.title_en", "LanguageVersion.title", "Photo.caption_en")
    names += tuple(f"{model.__name__}.name_en" for model in (Series, Theme, Person, Organization))
    assert {name.partition(" ")[0] for name in told} >= set(names)


def test_a_share_link_tells_no_more_than_its_maker_may_know_of(dossiers):
    links = {
        by: sharing.address_of(sharing.share(dossiers.conference, by=by, days=1, name="Ann"))
        for by in (dossiers.contributor, dossiers.world.author)
    }
    told = {by: dossiers.others_in(Client().get(address).content) for by, address in links.items()}

    assert told[dossiers.contributor] == []
    assert told[dossiers.world.author] != []


def test_who_may_only_read_their_own_is_told_no_more(dossiers, contributor):
    dossiers.contributor.groups.get().permissions.filter(codename__startswith="change_").delete()
    told = {}
    for address in own_forms(dossiers):
        response = contributor.get(address)
        assert (response.status_code, "_continue" in response.content.decode()) == (200, False)
        told[address] = dossiers.others_in(response.content)

    assert set(map(tuple, told.values())) == {()}


def test_a_form_of_ones_own_takes_the_same_number_of_queries_however_many_rows_there_are(dossiers, contributor):
    address = change(dossiers.conference)
    contributor.get(address)
    counts = []
    for _n in range(2):
        with CaptureQueriesContext(connection) as captured:
            contributor.get(address)
            counts.append(len(captured))
        for by in (dossiers.contributor, dossiers.world.author):
            there = {"person": make_person(created_by=by), "organization": make_organization(created_by=by)}
            dossiers.conference.appearances.create(role="chair", **there)
            dossiers.conference.references.create(document=make_document(created_by=by))

    assert counts[0] == counts[1]


# What the contributor saves


def test_a_form_of_ones_own_saved_as_it_is_leaves_everything_where_it_is(dossiers, contributor):
    before = named_by(dossiers)
    for address in own_forms(dossiers):
        form = AdminForm(contributor, address)
        assert "a record you cannot open" in form.response.content.decode(), address
        response = form.press("_continue")
        assert response.status_code == 302, (address, errors_of(response))
        assert dossiers.others_in(contributor.get(address).content) == []

    assert named_by(dossiers) == before


def test_a_refused_form_of_ones_own_names_no_more_and_loses_nothing(dossiers, contributor):
    before = named_by(dossiers)
    for address in own_forms(dossiers):
        form = AdminForm(contributor, address)
        name = next(name for name in ("slug", "taken_on", "start_time") if name in form.values)
        right = form.values[name]
        response = form.fill(**{name: "of no kind"}).press("_continue")
        assert (response.status_code, dossiers.others_in(response.content)) == (422, []), address
        assert form.again(response).fill(**{name: right}).press("_continue").status_code == 302, address

    assert named_by(dossiers) == before


def test_a_stale_form_of_ones_own_shows_both_sides_without_a_name(dossiers, contributor):
    """Somebody else has put another hidden record there meanwhile; the contributor has chosen one of their own."""
    form = AdminForm(contributor, change(dossiers.conference))
    other = dossiers.theirs[Organization][0]
    another = type(other)(created_by=other.created_by)
    dossiers.world._fill(another, "others’ later", CLOSED, by_language=False).save()
    dossiers.conference.appearances.update(organization=another)
    dossiers.conference.themes.clear()
    mine = {"appearances-0-organization": str(dossiers.mine[Organization][0].pk)}

    response = form.fill(**mine, themes=[str(dossiers.mine[Theme][0].pk)]).press("_continue")

    conflicts = {
        conflict.name: (conflict.theirs, conflict.mine) for conflict in response.context["portal"]["conflicts"]
    }
    assert conflicts["appearances-0-organization"] == ("a record you cannot open", "Mine")
    assert dossiers.others_in(response.content) == []
    form.again(response).fill(**{f"choose-{name}": "theirs" for name in conflicts}).press("_continue")
    assert dossiers.conference.appearances.get().organization == another


def test_what_is_withheld_gives_way_to_what_one_may_choose_and_does_not_come_back(dossiers, contributor):
    address = change(dossiers.conference)
    withheld = dossiers.named[Person].pk
    form = AdminForm(contributor, address)
    form.fill(**{"appearances-0-person": str(dossiers.mine[Person][0].pk), "parent": "", "themes": []})
    assert form.press("_continue").status_code == 302
    conference = Conference.objects.get(pk=dossiers.conference.pk)
    assert (conference.parent, [*conference.themes.all()]) == (None, [])
    assert conference.appearances.get().person == dossiers.mine[Person][0]

    form = AdminForm(contributor, address).fill(**{"appearances-0-person": str(withheld)})
    response = form.fill(parent=str(dossiers.named[Conference].pk), themes=[str(dossiers.named[Theme].pk)]).press(
        "_continue"
    )

    assert set(errors_of(response)) == {"appearances-0-person", "parent", "themes"}
    assert dossiers.others_in(response.content) == []


def test_what_stays_in_one_row_cannot_be_put_into_another(dossiers, contributor):
    form = AdminForm(contributor, change(dossiers.conference))
    form.add_row("references", document=form.values["references-0-document"], order="1")
    form.add_row("appearances", person=form.values["appearances-0-person"], role="chair", order="1")

    response = form.press("_continue")

    assert set(errors_of(response)) == {"references-1-document", "appearances-1-person"}


def test_several_rows_that_each_keep_something_withheld_are_saved(dossiers, contributor):
    others = [make_document(created_by=dossiers.world.author) for _n in range(2)]
    for document in others:
        dossiers.conference.references.create(document=document)
    before = named_by(dossiers)

    response = AdminForm(contributor, change(dossiers.conference)).fill(venue="Hall").press("_continue")

    assert (response.status_code, named_by(dossiers)) == (302, before)
    assert dossiers.conference.references.count() == 3


def test_the_address_of_a_document_is_not_made_of_that_of_a_hidden_conference(dossiers, contributor):
    document = dossiers.mine[Document][0]
    form = AdminForm(contributor, change(document, "documents/statement")).fill(title="Речь", slug="")

    response = form.press("_continue")

    assert (response.status_code, [*errors_of(response)]) == (422, ["slug"])
    assert dossiers.others_in(response.content) == []


def test_what_is_deleted_counts_what_stands_against_it_and_does_not_name_it(dossiers, contributor):
    for record in dossiers.records:
        entry = "documents/statement" if isinstance(record, Document) else ""
        owner = record.conference if isinstance(record, Session) else record
        said = {"post": "yes", "mark": restoring.mark(type(owner)._base_manager.get(pk=owner.pk))}
        response = contributor.post(change(record, entry).replace("/change/", "/delete/"), said, follow=True)
        assert dossiers.others_in(response.content) == [], record
    page = contributor.get(change(dossiers.conference).replace("/change/", "/delete/")).content.decode()
    of_session = contributor.get(change(dossiers.session).replace("/change/", "/delete/")).content.decode()

    assert "<li>5 records you cannot open</li>" in page
    assert "Person and role: a record you cannot open: chair" in of_session
    assert Conference.objects.filter(pk=dossiers.conference.pk).exists()


# What others do with them


def test_the_log_keeps_for_others_what_the_contributor_cannot_read(dossiers, contributor):
    form = AdminForm(contributor, change(dossiers.conference)).fill(**{"appearances-0-title": "Chair of it"})
    form.fill(**{"organization_roles-0-DELETE": "on"}).press("_continue")

    comment = revisions.revisions_of(dossiers.conference)[0].comment

    assert str(dossiers.named[Person]) in revisions.in_words(comment, dossiers.world.author)
    assert str(dossiers.named[Organization]) in revisions.in_words(comment, dossiers.world.author)
    assert "“…”" in revisions.in_words(comment, dossiers.contributor)


def test_a_merger_is_told_without_names_and_so_is_restoring_what_was_before(dossiers, contributor):
    publisher = signed_in(dossiers.world.identities[PUBLISHER])
    away = dossiers.named[Person]
    into = type(away)(created_by=away.created_by)
    dossiers.world._fill(into, "others’ later", CLOSED, by_language=False).save()
    merging = AdminForm(publisher, f"/admin/conferences/person/merge/?ids={away.pk},{into.pk}")
    assert merging.fill(into=str(into.pk)).press("_merge").status_code == 302
    history = change(dossiers.conference).replace("/change/", "/history/")
    before = f"{history}{revisions.revisions_of(dossiers.conference).last().pk}/"

    told = contributor.get(history)
    mark = contributor.get(before).context["mark"]
    restored = contributor.post(before, {"mark": mark}, follow=True)

    assert "“…” was merged into “…”." in told.content.decode()
    assert "was merged into “a record you cannot open”, which replaces it." in restored.content.decode()
    assert dossiers.others_in(told.content + restored.content) == []


def test_a_session_that_an_editor_moves_to_a_hidden_conference_is_told_without_its_name(dossiers, contributor):
    hidden = dossiers.named[Conference]
    Document.objects.filter(session=dossiers.session).update(session=None)  # or the move would be refused for them
    form = AdminForm(signed_in(dossiers.world.author), change(dossiers.session)).fill(conference=str(hidden.pk))
    assert form.press("_continue").status_code == 302

    response = contributor.get(change(dossiers.conference).replace("/change/", "/history/"))

    assert "Session “…” moved to “…”." in response.content.decode()
    assert dossiers.others_in(response.content) == []


def test_what_stands_against_restoring_is_told_without_names(dossiers, contributor):
    """The session of a document has moved to another conference, and neither is the contributor's."""
    document, session = dossiers.mine[Document][0], dossiers.named[Session]
    session.conference = make_conference(created_by=dossiers.world.author)
    session.save()
    history = change(document, "documents/statement").replace("/change/", "/history/")
    before = f"{history}{revisions.revisions_of(document).last().pk}/"
    Document.objects.filter(pk=document.pk).update(session=None)

    response = contributor.post(before, {"mark": contributor.get(before).context["mark"]})

    assert response.status_code == 422
    assert "“a record you cannot open” belongs to another conference." in response.content.decode()
    assert dossiers.others_in(response.content) == []


@pytest.mark.parametrize("model", [Document, Photo])
def test_a_hidden_conference_is_found_out_neither_by_search_nor_by_order_nor_by_year(dossiers, contributor, model):
    listed = f"/admin/{'documents/document' if model is Document else 'conferences/photo'}/"
    hidden = dossiers.named[Conference]
    row = dossiers.mine[model][0]

    assert list(contributor.get(listed, {"q": hidden.name}).context["cl"].result_list) == []
    assert list(signed_in(dossiers.world.author).get(listed, {"q": hidden.name}).context["cl"].result_list) != []
    whole = contributor.get(listed)
    assert [each.pk for each in whole.context["cl"].result_list] == [row.pk]
    column = ["action_checkbox", *whole.context["cl"].list_display[1:]].index("conference")
    ordered = str(contributor.get(listed, {"o": column}).context["cl"].queryset.query.order_by)
    assert "conference" not in ordered
    assert "2027</a>" not in whole.content.decode() or model is Document
