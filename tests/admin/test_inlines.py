"""Tables of rows drawn by Python look as Django's template draws them."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from ctportal.publishing.admin_inline import draw
from tests.factories import (
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_series,
)

pytestmark = pytest.mark.django_db
HOSTILE = "<script>\"'&amp;</script>"


def without_gaps(html):
    """*html* without the white space between tags, in empty ones and beside text."""
    return re.sub(r"\s*(?<=>)\s*|\s+(?=<)", "", re.sub(r"\s+", " ", html))


@pytest.fixture
def conference():
    conference = make_conference(slug="minsk-2019")
    conference.series_entries.create(series=make_series(HOSTILE), ordinal=4)
    conference.main_topics.create(title_en=HOSTILE)
    conference.sessions.create(kind="opening", title_en=HOSTILE)
    conference.organization_roles.create(organization=make_organization(HOSTILE), role="host")
    conference.appearances.create(person=make_person(HOSTILE), role="speaker", title_en="Minister")
    conference.figures.create(measure="participants", value=400)
    conference.references.create(document=make_document(slug="resolution"))
    return conference


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_table_looks_as_its_template_draws_it(admin_client, conference, language):
    response = admin_client.get(f"/admin/conferences/conference/{conference.pk}/change/")
    inlines = response.context["inline_admin_formsets"]

    with translation.override(language):
        for number, inline in enumerate(inlines):
            last = number + 1 == len(inlines)
            context = {"inline_admin_formset": inline, "forloop": {"last": last}}
            by_template = render_to_string("admin/edit_inline/tabular.html", context)
            assert without_gaps(draw(inline, last)) == without_gaps(by_template)
    assert len(inlines) == 9
    assert HOSTILE not in response.content.decode()


def test_a_table_with_errors_looks_as_its_template_draws_it(admin_client, conference):
    address = f"/admin/conferences/conference/{conference.pk}/change/"
    page = admin_client.get(address)
    data = {}
    for formset in [inline.formset for inline in page.context["inline_admin_formsets"]]:
        for form in [formset.management_form, *formset.initial_forms]:
            data |= {form.add_prefix(name): form[name].value() or "" for name in form.fields}
    data |= {"main_topics-0-title": "", "figures-0-value": "many", "series_entries-0-DELETE": ""}
    response = admin_client.post(address, data)

    inlines = response.context["inline_admin_formsets"]
    drawn = [without_gaps(draw(inline, last=False)) for inline in inlines]
    assert drawn == [
        without_gaps(render_to_string("admin/edit_inline/tabular.html", {"inline_admin_formset": inline}))
        for inline in inlines
    ]
    assert response.status_code == 422
    assert sum("errorlist" in html for html in drawn) >= 1
