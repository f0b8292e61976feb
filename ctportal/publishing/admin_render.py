"""Forms drawn fast: the plain widgets written by Python instead of one template for each option of each select.

A conference's form has some 300 widgets and, with its countries and kinds, over a thousand options. What is written here is
what Django's own templates write, but for white space between tags; a test holds the two together. Everything else is drawn by its template.
"""

from functools import lru_cache
from html import escape

from django.forms.renderers import DjangoTemplates
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext


def escaped(text):
    """What ``conditional_escape`` makes of *text*. Django's asks of each of the four thousand pieces of a form whether it
    is lazy twice over, which takes longer than escaping it."""
    if isinstance(text, Promise):
        text = str(text)
    return text.__html__() if hasattr(text, "__html__") else escape(str(text))


def attributes(widget):
    parts = []
    for name, value in widget["attrs"].items():
        if value is True:
            parts.append(f" {escaped(name)}")
        elif value is not False:
            parts.append(f' {escaped(name)}="{escaped(_text(value))}"')
    return "".join(parts)


def _text(value):
    """What the filter ``stringformat:"s"`` makes of *value*: safe text stays safe."""
    return value if isinstance(value, str) else str(value)


def draw_input(widget):
    value = "" if widget["value"] is None else f' value="{escaped(_text(widget["value"]))}"'
    kind, name = escaped(widget["type"]), escaped(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{attributes(widget)}>'


def draw_url(context):
    """The box of an address, with a link to the one that is there."""
    widget = context["widget"]
    if not context["url_valid"]:
        return draw_input(widget)
    there = f'<a href="{escaped(widget["href"])}">{escaped(widget["value"])}</a>'
    labels = escaped(context["current_label"]), escaped(context["change_label"])
    return f'<p class="url">{labels[0]} {there}<br>{labels[1]} {draw_input(widget)}</p>'


def draw_textarea(widget):
    value = escaped(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{escaped(widget["name"])}"{attributes(widget)}>\n{value}</textarea>'


def draw_select(widget):
    parts = [f'<select name="{escaped(widget["name"])}"{attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{escaped(group)}">')
        parts += [f"\n  {draw_option(option)}" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return "".join(parts)


def draw_option(option):
    value = escaped(_text(option["value"]))
    return f'<option value="{value}"{attributes(option)}>{escaped(option["label"])}</option>'


def draw_related(context):
    """The box of a relation with its links to change, add, delete and view the related record."""
    parts = ["" if context["model_has_limit_choices_to"] else f' data-model-ref="{escaped(context["model_name"])}"']
    parts = [f'<div class="related-widget-wrapper"{parts[0]}>\n    {escaped(context["rendered_widget"])}\n    ']
    if not context["is_hidden"]:
        parts += [_related_link(context, *link) for link in RELATED_LINKS if context.get(f"can_{link[0]}_related")]
    parts.append("\n</div>")
    return "".join(parts)


# What the link does; the attribute and the address in the context that it leads to, and its query; icon; title.
RELATED_LINKS = [
    (
        "change",
        "data-href-template",
        "change_related_template_url",
        "url_params",
        "changelink",
        "Change selected %(model)s",
    ),
    ("add", "href", "add_related_url", "url_params", "addlink", "Add another %(model)s"),
    (
        "delete",
        "data-href-template",
        "delete_related_template_url",
        "url_params",
        "deletelink",
        "Delete selected %(model)s",
    ),
    (
        "view",
        "data-href-template",
        "change_related_template_url",
        "view_related_url_params",
        "viewlink",
        "View selected %(model)s",
    ),
]


def _related_link(context, action, attribute, address, query, icon, title):
    title = gettext(title) % {"model": context["model"]}
    before, after = _link(action, attribute, context[address], context[query], icon, title)
    return f"{before}{escaped(context['name'])}{after}"


@lru_cache(maxsize=1024)
def _link(action, attribute, address, query, icon, title):
    """The link before and after the name of its field, the only thing in it that differs from row to row."""
    before = f'<a class="related-widget-wrapper-link {action}-related" id="{action}_id_'
    after = format_html(
        '" {attribute}="{address}?{query}"{popup} title="{title}"><img src="{icon}" alt="" width="24" height="24"></a>',
        attribute=attribute,
        address=address,
        query=query,
        popup="" if action == "view" else POPUP,
        title=title,
        icon=static(f"admin/img/icon-{icon}.svg"),
    )
    return before, after


POPUP = SafeString(' data-popup="yes"')
WIDGETS = "django/forms/widgets/"
RELATED = "admin/widgets/related_widget_wrapper.html"
URL = "admin/widgets/url.html"
DRAWN = {
    f"{WIDGETS}{name}.html": draw_input
    for name in ("input", "text", "number", "email", "url", "hidden", "date", "datetime", "time", "checkbox")
} | {f"{WIDGETS}textarea.html": draw_textarea, f"{WIDGETS}select.html": draw_select}
OPTION = f"{WIDGETS}select_option.html"


class Renderer(DjangoTemplates):
    def render(self, template_name, context, request=None):
        if template_name == RELATED:
            return SafeString(draw_related(context))
        if template_name == URL:
            return SafeString(draw_url(context))
        draw = DRAWN.get(template_name)
        if draw is None or not _plain(template_name, context["widget"]):
            return super().render(template_name, context, request)
        # Every piece above is escaped where it is put together.
        return SafeString(draw(context["widget"]))


def _plain(template_name, widget):
    """Whether every option of a select is drawn by Django's own template."""
    if not template_name.endswith("/select.html"):
        return True
    return all(
        option["template_name"] == OPTION for _group, options, _index in widget["optgroups"] for option in options
    )
