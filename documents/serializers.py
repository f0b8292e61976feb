"""The public JSON of documents, declared field by field. No model is imported: the input is duck-typed."""

from rest_framework import serializers

from ctportal.core import codes
from ctportal.core.languages import CODES
from ctportal.publishing.shapes import (
    DatePrecisionField,
    Labels,
    Languages,
    LanguagesInPreparation,
    PartialLanguages,
    PublicFile,
    Serializer,
    Slug,
    Texts,
    VocabularyLabel,
    WebAddress,
)


class IssuerSerializer(Serializer):
    """An organization that issued the document."""

    uid = serializers.UUIDField(source="organization.uid")
    slug = Slug(source="organization.slug")
    name = Labels(source="organization")
    acronym = serializers.CharField(source="organization.acronym")


class DeliverySerializer(Serializer):
    """A person who delivered the document."""

    uid = serializers.UUIDField(source="person.uid")
    slug = Slug(source="person.slug")
    name = Labels(source="person")
    title = Labels(own=True, help_text="Held on that occasion.")
    organization = VocabularyLabel(allow_null=True)


class MentionSerializer(DeliverySerializer):
    """A person whom the document quotes or mentions."""

    kind = serializers.ChoiceField(codes.MentionKind.choices, help_text="quoted or mentioned")


class LanguageVersionSerializer(Serializer):
    """The document in one language: the state and standing of its text, and its file."""

    language = serializers.ChoiceField(CODES)
    state = serializers.ChoiceField(
        codes.TextState.choices,
        help_text="as-prepared, as-delivered, final; digest: a summary by this portal, not the text.",
    )
    standing = serializers.ChoiceField(
        codes.TextStanding.choices, help_text="original, official-translation, unofficial"
    )
    file = PublicFile(allow_null=True)
    external_url = WebAddress("Where the original stands on another site, or empty.")


class LanguageVersions(serializers.ListField):
    """The versions that are ready (context "texts"), in the order of ctportal.core.languages."""

    child = LanguageVersionSerializer()

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance):
        return self.context["texts"]


class DocumentSerializer(Serializer):
    """A document in all its language versions."""

    card_fields = (
        *("title", "kind", "also_serves_as", "occasion", "date", "date_precision", "place", "symbol", "dateline"),
        *("session", "languages", "original_language", "versions"),
    )
    more_of_card = {"delivered_by": VocabularyLabel(many=True), "excerpt": Texts()}
    relations = {
        "conference": "conference",
        **dict.fromkeys(codes.DocumentRelationKind.values, "document"),
        "adopted-at": "conference",
    }

    kind = serializers.ChoiceField(codes.DocumentKind.choices)
    also_serves_as = serializers.ChoiceField(
        codes.DocumentKind.choices, allow_blank=True, help_text="A second kind, or empty."
    )
    occasion = serializers.ChoiceField(codes.Occasion.choices, help_text="opening, closing or other")
    date = serializers.DateField()
    date_precision = DatePrecisionField("the date")
    place = Labels(own=True)
    original_language = serializers.ChoiceField(CODES)
    languages = Languages()
    partial_languages = PartialLanguages()
    languages_in_preparation = LanguagesInPreparation()
    title = Texts()
    body = Texts(help_text="HTML.")
    versions = LanguageVersions()
    issued_by = IssuerSerializer(source="issuers.all", many=True)
    delivered_by = DeliverySerializer(source="deliveries.all", many=True)
    mentions = MentionSerializer(source="mentions.all", many=True)
    symbol = serializers.CharField(help_text="UN symbol in its normal form, or empty.")
    reissue = serializers.RegexField(
        r"^\*{0,3}$", help_text="Asterisks of a document issued again for technical reasons, or empty."
    )
    dateline = Labels(own=True)
    contact = serializers.CharField()
    hashtags = serializers.ListField(child=serializers.CharField(), source="hashtag_list")
    themes = VocabularyLabel(source="themes.all", many=True)
    session = serializers.UUIDField(
        source="session.uid",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="key of the session of its conference, or null.",
    )
