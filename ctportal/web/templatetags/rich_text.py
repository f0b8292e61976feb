"""Template filter for editors' formatted texts."""

from django import template

from ctportal.web.sanitizer import rich
from ctportal.web.text import LocalizedText

register = template.Library()


@register.filter
def rich_text(text: LocalizedText, deeper: int = 0) -> str:
    """Return the cleaned HTML of *text*, its headings *deeper* levels down."""
    return rich(str(text), deeper=deeper, rtl=text.dir == "rtl")
