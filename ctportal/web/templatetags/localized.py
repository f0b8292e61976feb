"""Texts that may be in another language than the page: ``{% localized title %}``,
``{% language_name title %}`` and ``{% place city country %}``."""

from django import template
from django.utils.translation import get_language_bidi

from ctportal.core.countries import country_first
from ctportal.core.languages import active, comma
from ctportal.web.text import LocalizedText, by_direction

register = template.Library()


@register.simple_tag(takes_context=True)
def localized(context: template.Context, text: LocalizedText | str, *, named: bool = False) -> str:
    """Return *text*; if it is foreign, marked with its language and, if *named*, followed by the language's name.

    What is in the language of the page is ``isolated``.
    """
    if not getattr(text, "foreign", False):
        return isolated(context, str(text))
    return _component(context, "components/foreign_text.html", text=text, named=named)


@register.simple_tag(takes_context=True)
def place(context: template.Context, city: LocalizedText | str, country: str, *, named: bool = False) -> str:
    """Return *city* and *country* in the order of the active language; the city as in ``localized``."""
    language = active()
    order = {"comma": comma(language), "country_first": country_first(language)}
    return _component(context, "components/place.html", city=city, country=country, named=named, **order)


@register.simple_tag(takes_context=True)
def language_name(context: template.Context, text: LocalizedText | str) -> str:
    """Return the name of the language of *text* if the page has yet to name it."""
    if not getattr(text, "language_name", ""):
        return ""
    return _component(context, "components/language_name.html", text=text)


@register.simple_tag(takes_context=True)
def isolated(context: template.Context, text: str) -> str:
    """Return *text*; on a page in a right-to-left language, what reads from left to right in it is isolated."""
    parts = by_direction(text) if get_language_bidi() else []
    has_other = any(reads_from_left for _part, reads_from_left in parts)
    return _component(context, "components/isolated.html", parts=parts) if has_other else text


def _component(context: template.Context, name: str, **inputs: object) -> str:
    engine = context.template.engine  # type: ignore[union-attr]  # None only outside of rendering
    return engine.get_template(name).render(context.new(inputs))
