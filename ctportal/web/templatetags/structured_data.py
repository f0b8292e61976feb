"""Template filter for structured data."""

import json

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def json_ld(data: dict) -> SafeString:
    """Return *data* as JSON-LD text that cannot break out of its ``script`` element.

    HTML escapes are not decoded inside that element, so HTML's special characters are written as JSON escapes.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return SafeString(text)
