"""Texts that may be in another language than the page: ``{% localized title %}`` and ``{% language_name title %}``."""

from django import template

from ctportal.web.text import LocalizedText

register = template.Library()


@register.simple_tag(takes_context=True)
def localized(context: template.Context, text: LocalizedText | str, *, named: bool = False) -> str:
    """Write *text*, marked with its language where that is not the page's and, if *named*, followed by its name."""
    if not getattr(text, "foreign", False):
        return str(text)
    return _component(context, "components/foreign_text.html", text=text, named=named)


@register.simple_tag(takes_context=True)
def language_name(context: template.Context, text: LocalizedText | str) -> str:
    """Write the name of the language of *text*, where the page still has to tell it."""
    if not getattr(text, "language_name", ""):
        return ""
    return _component(context, "components/language_name.html", text=text)


def _component(context: template.Context, name: str, **inputs: object) -> str:
    engine = context.template.engine  # type: ignore[union-attr]  # no template only while none is rendered
    return engine.get_template(name).render(context.new(inputs))
