"""Short labels that have one column per language. Titles and texts are rows per language (LanguageVersion)."""

from modeltranslation.translator import TranslationOptions, register

from .models import CoChairsSummary, Delivery, Document, Mention, OtherDocument, PressRelease, Statement


# The proxy models are registered too: otherwise a new press release would not have the columns.
@register([Document, CoChairsSummary, PressRelease, Statement, OtherDocument])
class DocumentLabels(TranslationOptions):
    fields = ("place", "dateline")


@register([Delivery, Mention])
class TitleOnOccasion(TranslationOptions):
    fields = ("title",)
