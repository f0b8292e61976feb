"""Short labels that have one column per language. Titles and texts are rows per language (LanguageVersion)."""

from modeltranslation.translator import TranslationOptions, register

from .models import CoChairsSummary, Document, OtherDocument, PressRelease, Statement


# The proxies too: else a new press release does not know the columns.
@register([Document, CoChairsSummary, PressRelease, Statement, OtherDocument])
class DocumentLabels(TranslationOptions):
    fields = ("place", "delivered_title", "dateline")
