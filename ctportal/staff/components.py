"""HTML fragments for columns, help texts and messages of the admin, from ``templates/admin/components/``."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def component(name: str, /, **inputs: object) -> SafeString:
    """Return the component *name*, such as "link", rendered with *inputs*, without surrounding white space."""
    return SafeString(render_to_string(f"admin/components/{name}.html", inputs).strip())
