"""Searches of lists and autocomplete, and of readers: any form of a word is found, exact names first."""

import unicodedata
from datetime import date
from itertools import product

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import CharField, TextField
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from conferences.models import Person
from ctportal.core.text_cleaning import one_line
from ctportal.publishing.models import LedgerEntry
from ctportal.publishing.services import public_reason, publish
from ctportal.reading.context import ReadContext
from ctportal.reading.filters import filters_for
from ctportal.search.parsing import parse
from ctportal.workflow import audit, review
from ctportal.workflow.models import AuditEntry, WorkflowStep
from documents.models import Document, validate_hashtags
from tests.admin.forms import AdminForm, errors_of
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_user,
)

pytestmark = pytest.mark.django_db

BOX = {
    "person": {"app_label": "conferences", "model_name": "appearance", "field_name": "person"},
    "organization": {"app_label": "conferences", "model_name": "organizationrole", "field_name": "organization"},
}


def choices(staff, kind, term):
    return [row["text"] for row in staff.get("/admin/autocomplete/", {**BOX[kind], "term": term}).json()["results"]]


def listed(staff, path, term):
    return list(staff.get(f"/admin/{path}/", {"q": term}).context["cl"].result_list)


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("Иван Ковалёв", "ковалев"),
        ("Иван Ковалёв", "КОВАЛЁВ"),
        ("Michele Brülhart", "brulhart"),
        ("Michele Brülhart", "Bru\u0308lhart"),
        ("Anne O’Brien", "O'Brien"),
        ("Anne O'Brien", "o’brien"),
        ("Łukasz Żuk", "lukasz zuk"),
        ("İbrahim Işık", "ibrahim isik"),
        ("أحمد المؤمن", "احمد المومن"),
        ("Ａｄａ Speaker", "ada"),
        ("Jean‑Paul Laborde", "jean-paul"),
    ],
)
def test_a_person_is_found_however_the_name_is_typed(staff, name, term):
    make_person(name)
    make_person("Somebody Else")

    assert choices(staff, "person", term) == [name if name[0] != "Ａ" else "Ａｄａ Speaker"]
    assert [str(person) for person in listed(staff, "conferences/person", term)] == [name]


def test_exact_names_come_first(staff):
    make_organization("Albanian OSCE Chairmanship", slug="a")
    make_organization("OSCE Academy", slug="b")
    make_organization("Organization for Security and Co-operation in Europe", acronym="OSCE", slug="z")

    found = choices(staff, "organization", "osce")

    assert [name.split()[0] for name in found] == ["Organization", "OSCE", "Albanian"]
    assert [each.slug for each in listed(staff, "conferences/organization", "OSCE")] == ["z", "b", "a"]


def test_a_list_stays_in_the_order_that_was_chosen(staff):
    make_organization("OSCE", slug="z")
    make_organization("OSCE Academy", slug="b")

    response = staff.get("/admin/conferences/organization/", {"q": "osce", "o": "1"})

    assert response.status_code == 200
    assert [each.slug for each in response.context["cl"].result_list] == ["b", "z"]


@pytest.mark.parametrize(
    ("term", "first"),
    [("pago pago", "Pago Pago"), ('"Pago Pago"', "Pago Pago"), ("s/res/2396(2017)", "S/RES/2396 (2017)")],
)
def test_a_name_is_exact_with_the_same_word_twice_or_a_symbol(staff, term, first):
    make_organization("Another Pago Pago Pago", slug="a", acronym="S/RES/2396 (2017) Group")
    make_organization("Pago Pago Office", slug="b", acronym="S/RES/2396 (2017) Office")
    exact = make_organization(first, slug="c")

    assert listed(staff, "conferences/organization", term)[0] == exact


def test_other_records_are_found_folded_too(staff):
    conference = make_conference("Конференция в Душанбе", name="Dushanbe 2019", city_ru="Душанбе́")
    document = make_document(conference, "Заявление о Ковалёве", slug="statement")
    photo = make_photo(conference, credit="MFA / Müller", caption_fr="Séance d’ouverture")

    assert listed(staff, "conferences/conference", "душанбе") == [conference]
    assert listed(staff, "documents/document", "ковалеве") == [document]
    assert listed(staff, "documents/document", '"заявление о"') == [document]
    assert listed(staff, "documents/document", '"о заявление"') == []
    assert listed(staff, "conferences/photo", "muller") == [photo]
    assert listed(staff, "conferences/photo", "seance d'ouverture") == [photo]


def test_accounts_are_found_folded_by_all_their_names(client):
    client.force_login(make_account("administrator"))
    maria = make_user("maria", first_name="Мария", last_name="Ковалёва", email="Maria@Example.org")
    make_user("ivan", first_name="Иван", last_name="Ковалёв")

    for term in ("ковалева", "МАРИЯ ковалёва", "maria@example.org", '"мария ковалева" maria'):
        assert listed(client, "auth/user", term) == [maria], term
    assert len(listed(client, "auth/user", " ")) == get_user_model().objects.count()


def test_the_audit_trail_the_steps_and_the_ledger_are_found_folded(client, frozen_clock):
    author, publisher, conference = make_user("author"), make_account("publisher"), make_conference()
    # As names may be from before they had to be plain.
    author.username, publisher.username = "Ковалёв", "Brülhart"
    publish(conference, by=author)
    frozen_clock.tick(hours=1)
    client.force_login(make_account("administrator"))
    review.withdraw(conference, by=publisher, reason="Échec de l’accord")
    audit.note("rights", "account Müller: made", user=author)
    entry, step = LedgerEntry.objects.latest("pk"), WorkflowStep.objects.latest("pk")
    noted, first = AuditEntry.objects.latest("pk"), LedgerEntry.objects.earliest("pk")

    assert listed(client, "publishing/ledgerentry", "ковалев")[-1] == first
    assert listed(client, "publishing/ledgerentry", 'brulhart "echec de l\'accord"') == [entry]
    assert listed(client, "publishing/ledgerentry", entry.hash.upper()) == [entry]
    assert listed(client, "workflow/workflowstep", "brulhart") == [step]
    assert listed(client, "workflow/workflowstep", f"BRULHART {conference.uid}") == [step]
    assert listed(client, "workflow/auditentry", "ковалев muller") == [noted]
    assert listed(client, "workflow/auditentry", "ковалев brulhart") == []


def test_what_is_searched_follows_every_change():
    person = make_person("Иван Ковалёв")
    person.name_en = "Ivan Kovalyov"
    person.save(update_fields=["name_en"])
    Person.objects.bulk_create([Person(slug="bulk", name_en="Ünal")])

    assert Person.objects.get(search_text__contains="kovalyov") == person
    assert not Person.objects.filter(search_text__contains="ковалев")
    assert Person.objects.get(search_text__contains="\nunal\n").slug == "bulk"


def test_ligatures_do_not_make_a_title_too_long_for_an_index():
    conference = make_conference("\ufdfa" * 300)

    text = conference.texts.get().search_text

    assert len(text.encode()) < 2600


# Of the six languages, with what folds in other ways than most; without the signs that mean something in a search.
LETTERS = "aAzéÉñçœŒßøıİğ ёЁйЙщЖяІ أإآاىةيكﻻـَ 人权大会・ 019٣۴½ .,;()/&＃ﬁ\u0301\u200b"


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.text(alphabet=LETTERS, min_size=1, max_size=30))
@example("x <b and c> y & z")
@example("Use of &amp; and <br> in R&amp;D")
@example("А/72/840 and A⁄72⁄840")  # with a Cyrillic letter and another stroke
@example("S/RES/2396%20(2017) A/72/6(VOLI)")
@example("\u0130\u0131 \ufb01 \u1ffd \u00df")
def test_what_is_published_is_found_in_any_form(db, title):
    with transaction.atomic():
        document = make_document(make_conference(), title, slug="found")
        kept = document.versions.get().title
        assume(parse(kept).terms)
        publish(document.conference, by=make_user())
        publish(document, by=make_user())
        typed = [unicodedata.normalize("NFC", kept), unicodedata.normalize("NFD", kept), kept.upper(), kept.lower()]
        missed = [text for text in typed if found(text) != [document.uid]]
        transaction.set_rollback(True)

    assert kept == one_line(title)
    assert missed == []


def found(typed):
    request = RequestFactory().get("/en/documents/")
    request.read_context = ReadContext()
    filters = filters_for("document", {"q": typed}, request)
    assert filters.is_valid()
    return [edition.uid for edition in filters.qs]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("#CTWeek, #UNiteToCounterTerrorism", "#CTWeek #UNiteToCounterTerrorism"),
        ("CTWeek;Минск2019", "#CTWeek #Минск2019"),
        ("＃ＣＴＷｅｅｋ #ctweek", "#CTWeek"),
        ("#CTWeek#Minsk", "#CTWeek #Minsk"),
        ("#مكافحة_الإرهاب، #反恐", "#مكافحة_الإرهاب #反恐"),
        ("#", ""),
    ],
)
def test_hashtags_in_any_form(typed, kept):
    assert Document._meta.get_field("hashtags").to_python(typed) == kept
    validate_hashtags(kept)


def test_a_new_person_with_a_known_name_is_proposed_the_entry_that_exists(staff):
    known = make_person("Иван Ковалёв")
    form = AdminForm(staff, "/admin/conferences/person/add/")

    response = form.fill(name="иван ковалев", slug="another-ivan").press("_continue")

    html = response.content.decode()
    assert Person.objects.count() == 1
    assert f'href="/admin/conferences/person/{known.pk}/change/"' in html
    assert "“иван ковалев” exists already." in html

    form.again(response).fill(is_another="on").press("_continue")
    assert Person.objects.count() == 2


def test_the_window_of_another_form_takes_the_entry_that_exists(staff):
    known = make_organization("Organization for Security", acronym="OSCE")
    address = "/admin/conferences/organization/add/?_popup=1"
    response = AdminForm(staff, address).fill(name="osce").press("_save")
    assert f'name="_choose" value="{known.pk}"' in response.content.decode()

    response = staff.post(address, {"_popup": "1", "_choose": str(known.pk)})

    assert response.templates[0].name == "admin/popup_response.html"
    assert f"&quot;value&quot;: &quot;{known.pk}&quot;" in response.content.decode()


def test_a_name_that_one_may_not_see_is_not_proposed(client):
    """A contributor learns nothing about the entries of others that are not public."""
    hidden = make_person("Иван Ковалёв")
    client.force_login(make_account("contributor"))
    response = (
        AdminForm(client, "/admin/conferences/person/add/")
        .fill(name="Иван Ковалев", slug="another-ivan")
        .press("_continue")
    )

    assert Person.objects.count() == 2, response.content.decode()
    response = client.post("/admin/conferences/person/add/?_popup=1", {"_popup": "1", "_choose": str(hidden.pk)})
    assert "popup_response" not in response.templates[0].name


def test_a_search_tells_nothing_of_a_conference_that_one_may_not_see(staff):
    contributor = make_account("contributor")
    hidden = make_conference("Secret summit", name="Dushanbe secret", city_en="Dushanbe")
    document = make_document(hidden, "Remarks", created_by=contributor)
    photo = make_photo(hidden, caption_en="The hall", created_by=contributor)
    lists = {"documents/document": (document, "remarks"), "conferences/photo": (photo, "hall")}
    client = Client()
    client.force_login(contributor)

    for path, (record, own) in lists.items():
        assert (listed(client, path, own), listed(staff, path, "dushanbe")) == ([record], [record])
        assert listed(client, path, "dushanbe") == []


def test_a_translated_name_is_found_at_once(staff):
    person = make_person("Vladimir Voronkov")
    AdminForm(staff, f"/admin/conferences/person/{person.pk}/language/ru/").fill(
        **{f"person-{person.pk}-name": "Владимир\nВоронков\x07"}
    ).press("_save")

    person.refresh_from_db()
    assert person.name_ru == "Владимир Воронков"
    assert choices(staff, "person", "воронков") == ["Vladimir Voronkov"]


def test_a_row_is_saved_once_with_all_its_translated_labels(staff):
    conference = make_conference(city_en="Minsk", venue_en="The Hall")
    form = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/language/ru/")
    name = f"conference-{conference.pk}"
    with CaptureQueriesContext(connection) as queries:
        form.fill(**{f"{name}-city": "Минск", f"{name}-venue": "Зал"}).press("_save")

    updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    saved = [sql for sql in updates if '"city_ru" = ' in sql or '"venue_ru" = ' in sql]
    conference.refresh_from_db()
    assert (len(saved), conference.city_ru, conference.venue_ru) == (1, "Минск", "Зал")


def test_what_is_typed_is_cleaned_in_every_form(staff):
    conference = make_conference(name="Minsk 2019")
    form = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/change/")
    form.fill(
        title="Opening\x1b \u202egnol\r\nsession\x07", city="Minsk\u2028\ue000", publish_note="Bru\u0308lhart\x00"
    )
    form.press("_continue")

    conference.refresh_from_db()
    assert conference.texts.get().title == "Opening gnol session"
    assert conference.city_en == "Minsk"


def typed_columns():
    """Return the columns of working records that hold a text that somebody types."""
    models = [model for app in ("conferences", "documents") for model in apps.get_app_config(app).get_models()]
    columns = [column for model in models for column in model._meta.concrete_fields if not model._meta.proxy]
    return [column for column in columns if isinstance(column, CharField | TextField) and column.editable]


def test_every_column_refuses_or_cleans_what_cannot_be_seen():
    typed = ["a\x07", "https://example.org/a\x1b\ue000", "https://example.org/\u202ea", '"\x07"@example.org']
    missed = []
    for column, text in product(typed_columns(), typed):
        try:
            kept = column.clean(text, None)
        except ValidationError:
            continue
        if {*(kept or "")} & {*"\x07\x1b\ue000\u202e"}:
            missed.append(str(column))

    assert missed == []


def test_whom_a_link_is_for_and_why_something_is_withdrawn_are_cleaned(staff):
    conference = make_conference()
    where = f"/admin/conferences/conference/{conference.pk}/share/"
    AdminForm(staff, where).fill(name="A colleague\x07\ue000").press("_share")

    assert [row["link"].name for row in staff.get(where).context["rows"]] == ["A colleague"]
    assert public_reason(" Published\x1b \n by mistake\ue000 ") == "Published by mistake"


def test_a_title_that_shows_nothing_is_missing(staff):
    conference = make_conference("A title")
    form = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/change/").fill(title="\u200b\u2060")

    assert "title" in errors_of(form.press("_continue"))
    assert conference.texts.get().title == "A title"


def test_a_document_with_just_this_title_comes_first(staff):
    make_document(title="Opening remarks of the host", slug="a", date=date(2020, 1, 1))
    exact = make_document(title="Opening remarks", slug="b", date=date(2018, 1, 1))
    make_document(make_conference(name="Opening remarks"), title="Something else", slug="c", date=date(2021, 1, 1))

    found = listed(staff, "documents/document", "opening REMARKS")

    assert [each.slug for each in found] == ["b", "a", "c"]
    assert found[0] == exact
