"""Widgets drawn by Python look as Django's templates draw them."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django import forms
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from ctportal.publishing.admin_forms import DateInput, InstantInput, TimeInput
from ctportal.publishing.admin_render import DRAWN, RELATED, URL, WIDGETS, Renderer

HOSTILE = "<script>\"'&amp;</script>"
CHOICES = [
    ("", "---------"),
    (1, gettext_lazy("Language")),
    ("Group & more", [("a", HOSTILE), ("b", SafeString("<b>"))]),
    (None, "none"),
]
WIDGETS_TO_DRAW = [
    forms.TextInput(attrs={"class": "x", "disabled": True, "hidden": False, "data-x": HOSTILE, "maxlength": 12}),
    forms.NumberInput(),
    forms.EmailInput(),
    forms.URLInput(),
    AdminURLFieldWidget(),
    forms.HiddenInput(),
    forms.CheckboxInput(),
    forms.Textarea(),
    forms.Select(choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    DateInput(),
    TimeInput(),
    InstantInput(),
]
VALUES = [
    None,
    "",
    "https://example.org/?a=b&c='d'",
    "text",
    HOSTILE,
    0,
    1,
    True,
    "a",
    ["a", "1"],
    date(2019, 9, 3),
    gettext_lazy("Language"),
]


def without_gaps(html):
    """*html* without the white space that only stands between tags."""
    return re.sub(r"(?<=>)\s+(?=<)", "", html)


PAIRS = [
    (widget, value)
    for widget in WIDGETS_TO_DRAW
    for value in VALUES
    if not isinstance(value, list) or isinstance(widget, forms.SelectMultiple)
]


@pytest.mark.parametrize(
    ("widget", "value"), PAIRS, ids=lambda part: str(part) if part in VALUES else type(part).__name__
)
def test_a_widget_looks_as_its_template_draws_it(widget, value):
    drawn, by_template = (
        widget.render("a-name", value, {"id": "id_x"}, renderer=renderer()) for renderer in (Renderer, DjangoTemplates)
    )

    assert without_gaps(drawn) == without_gaps(by_template)
    assert isinstance(drawn, SafeString)


def test_every_template_that_is_drawn_is_among_those_compared():
    names = {widget.template_name for widget in WIDGETS_TO_DRAW} - {URL}
    assert {f"{WIDGETS}input.html"} == set(DRAWN) - names


def test_a_select_with_options_of_its_own_is_left_to_its_template():
    class Radios(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    drawn, by_template = (
        Radios(choices=CHOICES).render("a-name", "a", renderer=renderer()) for renderer in (Renderer, DjangoTemplates)
    )
    assert without_gaps(drawn) == without_gaps(by_template)


class _Tags(HTMLParser):
    """The tags of a piece of HTML with their attributes, whatever their order and the white space around them."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, sorted(attributes)))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("actions", ["", "change", "add", "delete", "view", "change add delete view"])
def test_the_links_beside_a_relation_are_those_of_the_template(actions, language):
    context = {
        "rendered_widget": SafeString("<select name='x'></select>"),
        "is_hidden": False,
        "name": 'a "name"',
        "url_params": "_to_field=id&_popup=1",
        "view_related_url_params": "_to_field=id",
        "model": "person & co",
        "model_name": "person",
        "can_add_related": False,
        "model_has_limit_choices_to": False,
        "add_related_url": "/admin/person/add/",
        "change_related_template_url": "/admin/person/__fk__/change/",
        "delete_related_template_url": "/admin/person/__fk__/delete/",
        **{f"can_{action}_related": True for action in actions.split()},
    }

    with translation.override(language):
        drawn, by_template = (
            _Tags(renderer().render(RELATED, context)).tags for renderer in (Renderer, DjangoTemplates)
        )

    assert drawn == by_template
