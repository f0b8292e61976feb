"""The HTML in columns, boxes and messages of the admin: templates in ``templates/admin/components/``."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def component(name: str, /, **inputs: object) -> SafeString:
    """Return the component *name*, such as "link", made with *inputs*, without the line breaks around it."""
    return SafeString(render_to_string(f"admin/components/{name}.html", inputs).strip())
