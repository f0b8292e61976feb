"""Short labels that have one column per language. Long texts are rows per language (ConferenceText)."""

from modeltranslation.translator import TranslationOptions, register

from .models import (
    Appearance,
    Conference,
    ExpectedDocument,
    Link,
    MainTopic,
    Organization,
    Person,
    Photo,
    Series,
    Session,
    Theme,
)


@register([Series, Theme])
class NameAndDescription(TranslationOptions):
    fields = ("name", "description")


@register([Organization, Person])
class Name(TranslationOptions):
    fields = ("name",)


@register(Conference)
class ConferenceLabels(TranslationOptions):
    fields = ("short_title", "city", "venue")


@register([MainTopic, Appearance, Link])
class Title(TranslationOptions):
    fields = ("title",)


@register(ExpectedDocument)
class ExpectedDocumentLabels(TranslationOptions):
    fields = ("title", "issued_by")


@register(Session)
class SessionLabels(TranslationOptions):
    fields = ("title", "description")


@register(Photo)
class PhotoLabels(TranslationOptions):
    fields = ("alt_text", "caption", "place")
