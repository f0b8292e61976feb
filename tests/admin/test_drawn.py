"""The parts of a form and the entries beside a page, drawn by Python, look as Django's templates draw them."""

import re
from copy import deepcopy

import pytest
from django.conf import settings
from django.contrib.admin.helpers import InlineAdminFormSet
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.functional import lazy, lazystr
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from conferences.admin import COUNTRIES, ConferenceAdmin
from conferences.models import Conference
from ctportal.publishing import roles, services
from ctportal.publishing.admin_fieldset import draw_fieldsets
from ctportal.publishing.admin_forms import SharedChoices, shared_choices
from ctportal.publishing.admin_render import escaped
from ctportal.publishing.admin_site import draw_entries
from tests.factories import make_account, make_conference, make_document, make_organization, make_person, make_photo

pytestmark = pytest.mark.django_db
HOSTILE = "<script>\"'&amp;</script>"


def without_gaps(html):
    """*html* without the white space between tags, in empty ones and beside text."""
    return re.sub(r"\s*(?<=>)\s*|\s+(?=<)", "", re.sub(r"\s+", " ", html))


def by_template(adminform):
    return "".join(
        render_to_string(
            "admin/includes/fieldset.html",
            {"fieldset": part, "heading_level": 2, "prefix": "fieldset", "id_prefix": 0, "id_suffix": number},
        )
        for number, part in enumerate(adminform)
    )


def dossier():
    conference = make_conference(slug="minsk-2019", name=HOSTILE, parent=make_conference(name="A week", kind="week"))
    conference.organization_roles.create(organization=make_organization(HOSTILE), role="host")
    conference.figures.create(measure="participants", value=400, source_document=make_document(slug="summary"))
    conference.references.create(document=make_document(slug="resolution"))
    return conference


FORMS = {
    "conference": lambda: f"conferences/conference/{dossier().pk}/change/",
    "new conference": lambda: "conferences/conference/add/",
    "press release": lambda: f"documents/pressrelease/{make_document(kind='press-release').pk}/change/",
    "new statement": lambda: "documents/statement/add/",
    "other document": lambda: f"documents/otherdocument/{make_document(kind='report').pk}/change/",
    "organization": lambda: f"conferences/organization/{make_organization(HOSTILE).pk}/change/",
    "person": lambda: f"conferences/person/{make_person(HOSTILE).pk}/change/",
    "session": lambda: f"conferences/session/{dossier().sessions.create(title_en=HOSTILE).pk}/change/",
}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("form", FORMS)
def test_the_parts_of_a_form_look_as_the_template_draws_them(admin_client, form, language):
    response = admin_client.get(f"/admin/{FORMS[form]()}")
    adminform = response.context["adminform"]

    with translation.override(language):
        drawn = draw_fieldsets(adminform)
        assert without_gaps(drawn) == without_gaps(by_template(adminform))
    assert isinstance(drawn, SafeString)
    assert without_gaps(draw_fieldsets(adminform)) in without_gaps(response.content.decode())
    assert HOSTILE not in response.content.decode()


@pytest.mark.parametrize("form", ["new conference", "press release"])
def test_the_parts_of_a_form_with_errors_look_as_the_template_draws_them(admin_client, form):
    data = {"start_date": HOSTILE, "name": "", "kind": HOSTILE, "date": HOSTILE, "slug": "Not a slug"}
    address = f"/admin/{FORMS[form]()}"
    page = admin_client.get(address)
    for formset in [inline.formset for inline in page.context["inline_admin_formsets"]]:
        data |= {f"{formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = admin_client.post(address, data)
    adminform = response.context["adminform"]

    assert without_gaps(draw_fieldsets(adminform)) == without_gaps(by_template(adminform))
    assert without_gaps(draw_fieldsets(adminform)) in without_gaps(response.content.decode())
    assert "errorlist" in draw_fieldsets(adminform)
    assert HOSTILE not in response.content.decode()


def test_a_form_of_which_something_is_only_shown_is_left_to_the_template(client, admin_client):
    photo = f"/admin/conferences/photo/{make_photo(make_conference()).pk}/change/"
    conference = f"/admin/conferences/conference/{make_conference().pk}/change/"
    client.force_login(make_account(roles.TRANSLATOR))

    for response in (admin_client.get(photo), client.get(conference)):
        adminform = response.context["adminform"]
        assert draw_fieldsets(adminform) == ""
        assert without_gaps(by_template(adminform)) in without_gaps(response.content.decode())


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("role", [roles.TRANSLATOR, roles.PHOTO_EDITOR, roles.CONTRIBUTOR, roles.ADMINISTRATOR])
def test_the_entries_beside_a_page_look_as_the_template_draws_them(client, role, language):
    client.force_login(make_account(role))
    response = client.get("/admin/conferences/conference/")
    groups, request = response.context["available_apps"], response.wsgi_request

    with translation.override(language):
        context = {"app_list": groups, "show_changelinks": False, "request": request}
        assert without_gaps(draw_entries(groups, request.path)) == without_gaps(
            render_to_string("admin/app_list.html", context)
        )
    assert without_gaps(draw_entries(groups, request.path)) in without_gaps(response.content.decode())
    assert 'aria-current="page"' in draw_entries(groups, request.path)


def test_who_has_no_right_is_told_so_beside_the_page(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    assert "You don’t have permission to view or edit anything." in client.get("/admin/").content.decode()


LAZY_HTML = lazy(lambda: format_html("<b>{}</b>", HOSTILE), str)()
TEXTS = ["", "a & b", HOSTILE, SafeString("<b>"), None, 0, 12, gettext_lazy("Language"), lazystr(HOSTILE), LAZY_HTML]


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_text_is_escaped_as_django_escapes_it(text):
    assert escaped(text) == conditional_escape(text)


def test_the_tables_of_a_form_ask_for_the_scripts_that_django_asks_for(admin_client):
    response = admin_client.get(f"/admin/conferences/conference/{dossier().pk}/change/")

    inlines = response.context["inline_admin_formsets"]
    assert len(inlines) == len(ConferenceAdmin.inlines)
    for inline in inlines:
        assert str(inline.media) == str(InlineAdminFormSet.media.fget(inline))


def test_rows_share_their_choices(admin_client):
    conference = dossier()
    conference.links.create(kind="video", address="https://example.org/1")
    conference.links.create(kind="photos", address="https://example.org/2")
    response = admin_client.get(f"/admin/conferences/conference/{conference.pk}/change/")
    tables = {inline.formset.prefix: inline.formset for inline in response.context["inline_admin_formsets"]}

    first, second = (form.fields["kind"] for form in tables["links"].initial_forms)
    assert first is not second
    assert isinstance(first.choices, SharedChoices)
    assert first.choices is second.choices
    country = response.context["adminform"].form.fields["country"]
    assert deepcopy(country).choices is country.choices
    assert list(country.choices)[1:] == [(code, str(name)) for code, name in COUNTRIES.items()]


def test_choices_are_said_in_the_language_of_each_page(admin_client):
    conference = dossier()

    def said(language):
        admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = admin_client.get(f"/admin/conferences/conference/{conference.pk}/change/")
        return dict(response.context["adminform"].form.fields["event_status"].choices)["held"]

    assert [said(language) for language in ("en", "ru", "en", "ar")] == ["held", "состоялось", "held", "عُقد"]


def test_fields_that_offer_different_choices_do_not_share_them():
    country = Conference._meta.get_field("country")

    both, one, other = (
        shared_choices(country, pairs) for pairs in ([("", "–"), ("BY", "B")], [("BY", "B")], [("KE", "K")])
    )

    assert (list(both), list(one), list(other)) == ([("", "–"), ("BY", "B")], [("BY", "B")], [("KE", "K")])


def test_no_table_is_read_twice_for_a_form(admin_client):
    conference = dossier()
    services.publish(conference, by=make_account(roles.PUBLISHER))
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    admin_client.get(address)

    with CaptureQueriesContext(connection) as captured:
        response = admin_client.get(address)

    read = [re.search(r'FROM "(\w+)"', query["sql"]).group(1) for query in captured if " FROM " in query["sql"]]
    assert {table: read.count(table) for table in read if table.startswith("conferences_")} == {
        "conferences_conference": 3,  # the record; what it is part of, for the box and for the comparison
        "conferences_conferencetext": 1,
        "conferences_theme": 1,
        "conferences_seriesentry": 1,
        "conferences_maintopic": 1,
        "conferences_session": 1,
        "conferences_organizationrole": 1,
        "conferences_appearance": 1,
        "conferences_figure": 1,
        "conferences_reference": 1,
        "conferences_link": 1,
        "conferences_announceddate": 1,
        "conferences_photo": 1,
    }
    assert response.context["portal"]["changes"] == []


def test_rows_that_were_typed_are_not_taken_for_what_is_saved(admin_client):
    conference = dossier()
    services.publish(conference, by=make_account(roles.PUBLISHER))
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    page = admin_client.get(address)
    data = {}
    for form in [page.context["adminform"].form] + [
        each
        for inline in page.context["inline_admin_formsets"]
        for each in (inline.formset.management_form, *inline.formset.initial_forms)
    ]:
        data |= {form.add_prefix(name): form[name].value() or "" for name in form.fields}
    other = make_document(slug="another")
    data |= {"references-0-document": other.pk, "start_date": "", "themes": []}
    data |= {"opened": page.context["portal"]["opened"], "_continue": ""}

    response = admin_client.post(address, data)

    assert response.status_code == 422
    assert response.context["portal"]["changes"] == []
    assert Conference.objects.get(pk=conference.pk).references.get().document.slug == "resolution"
