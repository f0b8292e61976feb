"""Short labels that have one column per language. Titles and texts are rows per language (LanguageVersion)."""

from modeltranslation.translator import TranslationOptions, register

from .models import Document


@register(Document)
class DocumentLabels(TranslationOptions):
    fields = ("place", "delivered_title", "dateline")
