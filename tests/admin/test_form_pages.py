"""The admin's forms, their tables and the entries beside each page, as the browser gets them."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences.admin.conference import ConferenceAdmin
from conferences.models import Conference
from ctportal.publishing import services
from ctportal.workflow import roles
from tests.admin.forms import AdminForm, errors_of
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
)

pytestmark = pytest.mark.django_db
HOSTILE = "<script>\"'&amp;</script>"


class Element:
    """An element of a page: its tag, its attributes, what it stands in, and the text in it."""

    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.text = tag, attributes, parent, ""

    def __getitem__(self, name):
        return self.attributes.get(name) or ""

    @property
    def classes(self):
        return self["class"].split()

    def inside(self, tag, css_class=""):
        """Whether it stands in an element *tag* that has the class *css_class*."""
        above = self.parent
        while above and (above.tag != tag or (css_class and css_class not in above.classes)):
            above = above.parent
        return above is not None


class Page(HTMLParser):
    """The elements of a response, in their order."""

    VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source"})

    def __init__(self, response):
        super().__init__()
        self.elements, self.open = [], None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes), self.open)
        self.elements.append(element)
        if tag not in self.VOID:
            self.open = element

    def handle_endtag(self, tag):
        while self.open and self.open.tag != tag:
            self.open = self.open.parent
        self.open = self.open.parent if self.open else None

    def handle_data(self, text):
        element = self.open
        while element:
            element.text += text
            element = element.parent

    def all(self, *tags, **attributes):
        found = [each for each in self.elements if each.tag in tags]
        return [each for each in found if all(each[name] == value for name, value in attributes.items())]

    @property
    def ids(self):
        return {each["id"] for each in self.elements if each["id"]}

    @property
    def boxes(self):
        """What is filled in, outside the tables, whose boxes a script names by their column and row."""
        boxes = [each for each in self.all("input", "select", "textarea") if each.inside("fieldset", "aligned")]
        return [box for box in boxes if box["type"] != "hidden"]


def dossier():
    conference = make_conference(slug="minsk-2019", name=HOSTILE, parent=make_conference(name="A week", kind="week"))
    conference.organization_roles.create(organization=make_organization(HOSTILE), role="host")
    conference.figures.create(measure="participants", value=400, source_document=make_document(slug="summary"))
    conference.references.create(document=make_document(slug="resolution"))
    conference.expected_documents.create(date=date(2022, 11, 1), document=make_document(slug="report"))
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


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("form", FORMS)
def test_every_box_of_a_form_has_its_label_and_its_help(admin_client, form, language):
    admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = admin_client.get(f"/admin/{FORMS[form]()}")
    page = Page(response)

    labels = {label["for"]: label.text.strip() for label in page.all("label")}
    assert page.boxes
    assert [box["name"] for box in page.boxes if not labels.get(box["id"])] == []
    described = [box for box in page.boxes if box["aria-describedby"]]
    assert described
    assert [box["name"] for box in described if not set(box["aria-describedby"].split()) <= page.ids] == []
    assert {part["aria-labelledby"] for part in page.all("fieldset")} - {""} <= page.ids
    (html,) = page.all("html")
    assert (html["lang"], html["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert HOSTILE not in response.content.decode()


def test_what_is_wrong_stands_by_its_field(admin_client):
    form = AdminForm(admin_client, f"/admin/{FORMS['conference']()}")
    form.fill(start_date=HOSTILE, name="", **{"figures-0-value": "many"})
    response = form.press("_continue")
    page = Page(response)

    errors = [each for each in page.all("ul") if "errorlist" in each.classes]
    assert set(errors_of(response)) == {"start_date", "name", "figures-0-value"}
    for tag, name in (("div", "start_date"), ("div", "name"), ("td", "value")):
        assert len([each for each in errors if each.inside(tag, f"field-{name}")]) == 1
    assert len([each for each in errors if each.inside("fieldset")]) == 3
    assert HOSTILE not in response.content.decode()


def test_what_an_account_may_only_read_is_shown_without_a_box(client):
    conference = dossier()
    client.force_login(make_account(roles.TRANSLATOR))
    page = Page(client.get(f"/admin/conferences/conference/{conference.pk}/change/"))

    assert page.boxes == []
    shown = [each.text.strip() for each in page.all("div") if "readonly" in each.classes]
    assert HOSTILE in shown
    boxes = [each for each in page.all("input", "select", "textarea") if each.inside("fieldset")]
    assert [each["name"] for each in boxes if each["type"] != "hidden"] == []


def test_the_picture_of_a_photo_is_shown_in_its_form(admin_client):
    photo = make_photo(make_conference())
    page = Page(admin_client.get(f"/admin/conferences/photo/{photo.pk}/change/"))

    (picture,) = [each for each in page.all("img") if "photo-shown" in each.classes]
    assert picture.inside("div", "field-shown_picture")
    assert picture["src"].startswith("/admin/files/")


def test_the_form_of_a_photo_speaks_the_language_of_the_interface(admin_client):
    photo = make_photo(make_conference())
    admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    page = Page(admin_client.get(f"/admin/conferences/photo/{photo.pk}/change/"))

    labels = {label["for"]: label.text.strip() for label in page.all("label")}
    helps = {each["id"]: each.text.strip() for each in page.all("div") if "help" in each.classes}
    assert labels["id_upload"] == "الصورة:"
    assert helps["id_upload_helptext"] == (
        "JPEG أو PNG أو WebP. عند حفظ المسودة تُملأ الحقول الفارغة (الشرح والمصدر والحقوق والتاريخ والمكان) من الملف."
    )


def test_a_table_has_a_heading_for_each_column_and_its_keys_unseen(admin_client):
    conference = dossier()
    session = conference.sessions.create(kind="opening", title_en=HOSTILE)
    conference.series_entries.create(series=make_series(HOSTILE), ordinal=4)
    response = admin_client.get(f"/admin/conferences/conference/{conference.pk}/change/")
    page = Page(response)

    tables = [each for each in page.all("div") if "inline-group" in each.classes]
    assert len(tables) == len(ConferenceAdmin.inlines)
    for table in response.context["inline_admin_formsets"]:
        prefix = table.formset.prefix
        inside = [each for each in page.elements if each.inside("div") and _is_in(each, f"{prefix}-group")]
        columns = [next(c for c in each.classes if c.startswith("column-")) for each in inside if _is_column(each)]
        (empty,) = [each for each in inside if each["id"] == f"{prefix}-empty"]
        cells = [each for each in inside if each.tag == "td" and each.parent is empty]
        named = [f"column-{c.removeprefix('field-')}" for cell in cells for c in cell.classes if c.startswith("field-")]
        assert columns == named
        hidden = {each["name"] for each in inside if each["type"] == "hidden"}
        rows = len(table.formset.initial_forms)
        assert hidden >= {f"{prefix}-{name}" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
        assert hidden >= {f"{prefix}-{number}-{name}" for number in range(rows) for name in ("id", "conference")}
        boxes = {each["name"] for each in inside if each["type"] == "checkbox" and each["name"].endswith("-DELETE")}
        assert boxes == {f"{prefix}-{number}-DELETE" for number in range(rows)}
    links = [each["href"] for each in page.all("a") if "inlinechangelink" in each.classes]
    assert links == [f"/admin/conferences/session/{session.pk}/change/"]
    assert HOSTILE not in response.content.decode()


def _is_in(element, id_above):
    while element and element["id"] != id_above:
        element = element.parent
    return element is not None


def _is_column(element):
    return element.tag == "th" and any(each.startswith("column-") for each in element.classes)


@pytest.mark.parametrize("role", [roles.TRANSLATOR, roles.PHOTO_EDITOR, roles.CONTRIBUTOR, roles.ADMINISTRATOR])
def test_the_entries_beside_a_page_are_those_of_the_account_and_mark_the_one_at_hand(client, role):
    client.force_login(make_account(role))
    response = client.get("/admin/conferences/conference/")

    page = Page(response)
    links = [each for each in page.all("a") if each.inside("nav") and each.inside("th")]
    models = [model for group in response.context["available_apps"] for model in group["models"]]
    assert [(each["href"], each.text.strip()) for each in links] == [
        (model["admin_url"], str(model["name"])) for model in models
    ]
    assert [each["href"] for each in links if each["aria-current"] == "page"] == ["/admin/conferences/conference/"]
    to_add = [each["href"] for each in page.all("a") if each.inside("nav") and "addlink" in each.classes]
    assert to_add == [model["add_url"] for model in models if model["add_url"]]


def test_who_has_no_right_is_told_so_beside_the_page(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    assert "You don’t have permission to view or edit anything." in client.get("/admin/").content.decode()


def test_choices_are_said_in_the_language_of_each_page(admin_client):
    conference = dossier()

    def said(language):
        admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = admin_client.get(f"/admin/conferences/conference/{conference.pk}/change/")
        return re.search(r'<option value="held"[^>]*>([^<]*)<', response.content.decode()).group(1)

    assert [said(language) for language in ("en", "ru", "en", "ar")] == ["held", "состоялась", "held", "عُقد"]


def test_no_table_is_read_twice_for_a_form_but_what_is_compared(admin_client):
    conference = dossier()
    services.publish(conference, by=make_account(roles.PUBLISHER))
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    admin_client.get(address)

    with CaptureQueriesContext(connection) as captured:
        response = admin_client.get(address)

    read = [re.search(r'FROM "?(\w+)', query["sql"]).group(1) for query in captured if " FROM " in query["sql"]]
    assert {table: read.count(table) for table in read if table.startswith("conferences_")} == {
        "conferences_conferencerelation": 2,  # as references: the rows of the form, and for the comparison
        "conferences_conference": 3,  # the record; what it is part of, for the box and for the comparison
        "conferences_conferencetext": 1,
        "conferences_theme": 1,
        "conferences_seriesentry": 1,
        "conferences_maintopic": 1,
        "conferences_session": 2,  # those of the form, and for their figures in the comparison
        "conferences_organizationrole": 1,
        "conferences_appearance": 1,
        "conferences_figure": 2,  # the rows of the form, and for the comparison, as the next
        "conferences_reference": 2,
        "conferences_expecteddocument": 2,
        "conferences_link": 1,
        "conferences_sameas": 1,
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
