"""Forms drawn fast: the plain widgets written by Python instead of one template for each option of each select.

A conference's form has some 300 widgets and, with its countries and kinds, over a thousand options. What is written here is
what Django's own templates write, but for white space between tags; a test holds the two together. Everything else is drawn by its template.
"""

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def attributes(widget):
    parts = []
    for name, value in widget["attrs"].items():
        if value is True:
            parts.append(f" {conditional_escape(name)}")
        elif value is not False:
            parts.append(f' {conditional_escape(name)}="{conditional_escape(_text(value))}"')
    return "".join(parts)


def _text(value):
    """What the filter ``stringformat:"s"`` makes of *value*: safe text stays safe."""
    return value if isinstance(value, str) else str(value)


def draw_input(widget):
    value = "" if widget["value"] is None else f' value="{conditional_escape(_text(widget["value"]))}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{attributes(widget)}>'


def draw_textarea(widget):
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{attributes(widget)}>\n{value}</textarea>'


def draw_select(widget):
    parts = [f'<select name="{conditional_escape(widget["name"])}"{attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        parts += [f"\n  {draw_option(option)}" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return "".join(parts)


def draw_option(option):
    value = conditional_escape(_text(option["value"]))
    return f'<option value="{value}"{attributes(option)}>{conditional_escape(option["label"])}</option>'


WIDGETS = "django/forms/widgets/"
DRAWN = {
    f"{WIDGETS}{name}.html": draw_input
    for name in ("input", "text", "number", "email", "url", "hidden", "date", "datetime", "time", "checkbox")
} | {f"{WIDGETS}textarea.html": draw_textarea, f"{WIDGETS}select.html": draw_select}
OPTION = f"{WIDGETS}select_option.html"


class Renderer(DjangoTemplates):
    def render(self, template_name, context, request=None):
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
