"""Documents and their language versions, as staff work on them. The public reads editions, never these tables."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from conferences.models import Conference, Organization, Person, Session, Theme, dated, optional_key, rich_text
from ctportal.core import languages
from ctportal.core.codes import (
    DatePrecision,
    DocumentKind,
    DocumentRelationKind,
    MentionKind,
    Occasion,
    TextStanding,
    TextState,
)
from ctportal.core.symbols import normalize_symbol
from ctportal.files.models import StoredFile
from ctportal.publishing.base_models import SluggedRecord, TextOfLanguage, TranslatedRecord
from ctportal.publishing.models import RecordType
from ctportal.publishing.text_fields import AddressField, LineField, Searched


def validate_hashtags(value):
    for word in value.split():
        letters = word.removeprefix("#")
        if len(letters) > 60 or not all(c == "_" or unicodedata.category(c)[0] in "LMN" for c in letters):
            raise ValidationError(
                _(
                    "“%(value)s” is not a valid hashtag. Write hashtags as #CTWeek #UNiteToCounterTerrorism, separated "
                    "by spaces."
                ),
                code="hashtag_invalid",
                params={"value": word},
            )


class HashtagsField(LineField):
    """Hashtags, saved as "#CTWeek #Minsk2019" however they were typed: with commas, in full width, without their sign."""

    def to_python(self, value):
        tags: dict[str, str] = {}
        for word in re.split(r"[\s,;،、#]+", unicodedata.normalize("NFKC", super().to_python(value) or "")):
            if word:
                tags.setdefault(word.casefold(), f"#{word}")
        return " ".join(tags.values())


class SymbolField(LineField):
    """A UN document symbol. Validation brings it into its normal form, however it was typed."""

    def clean(self, value, model_instance):
        return super().clean(normalize_symbol(value) if value and value.strip() else "", model_instance)

    def formfield(self, **kwargs):
        # What is typed may be longer than the symbol: the words, or an address in the UN document system.
        return super().formfield(**{"max_length": 200, **kwargs})


class Document(Searched, TranslatedRecord, SluggedRecord):
    searched = ("slug", "symbol")
    record_type = RecordType.DOCUMENT
    named_by = ("versions",)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    also_serves_as = models.CharField(
        _("also serves as"),
        max_length=20,
        choices=DocumentKind.choices,
        blank=True,
        help_text=_("A second kind: closing remarks may be the co-chairs’ summary."),
    )
    conference = optional_key(Conference, _("conference"), related_name="documents")
    session = models.ForeignKey(
        Session,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("session"),
    )
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion.choices, default=Occasion.OTHER)
    date = dated(_("date"))
    date_precision = models.CharField(
        _("precision"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
        help_text=_("“Month only” shows March 2022: enter any day of that month."),
    )
    place = LineField(_("place"), max_length=120, blank=True)
    symbol = SymbolField(
        _("UN symbol"),
        max_length=60,
        blank=True,
        help_text=_("Such as S/RES/2396 (2017) or A/RES/72/284; other ways of writing it are recognized."),
    )
    reissue = models.CharField(
        _("asterisk"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"\A\*{1,3}\Z", _("Write one to three asterisks, or leave it empty."))],
        help_text=_(
            "Of a document issued again for technical reasons: * after the symbol. It is no part of the symbol."
        ),
    )
    dateline = LineField(
        _("dateline"), max_length=120, blank=True, help_text=_("Place and date at the beginning of a press release.")
    )
    contact = LineField(_("contact"), max_length=300, blank=True)
    hashtags = HashtagsField(_("hashtags"), max_length=200, blank=True, validators=[validate_hashtags])
    themes = models.ManyToManyField(Theme, blank=True, related_name="documents", verbose_name=_("themes"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-date", "slug"]
        indexes = [models.Index("kind", F("date").desc(), "slug", name="document_in_order")]
        constraints = [
            models.UniqueConstraint(
                name="symbol_once",
                fields=["symbol"],
                condition=~Q(symbol=""),
                violation_error_message=_("Another document already has this symbol."),
            )
        ]

    def __str__(self):
        return self.original_title or self.slug

    @property
    def original_title(self):
        """The title in the original language. Prefetched versions are used."""
        titles = {version.language: version.title for version in self.versions.all()}
        return languages.pick(titles, self.original_language, self.original_language)[0]

    @property
    def hashtag_list(self):
        return self.hashtags.split()

    def clean(self):
        if self.session and self.session.conference_id != self.conference_id:
            raise ValidationError(
                {"session": _("“%(session)s” belongs to another conference.") % {"session": self.session}}
            )
        if self.also_serves_as and self.also_serves_as == self.kind:
            raise ValidationError({"also_serves_as": _("This is already the document’s kind. Leave it empty.")})


class LanguageVersion(Searched, TextOfLanguage):
    """A document in one language: its text, its file, the address of the original, or several of these."""

    searched = ("title",)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(_("language"), max_length=2, choices=languages.CHOICES)
    title = LineField(_("title"), max_length=300)
    body = rich_text(_("text"))
    file = optional_key(StoredFile, _("file"), related_name="+")
    external_url = AddressField(
        _("external address"),
        max_length=1000,
        blank=True,
        help_text=_("Where the original is published on another site."),
    )
    state = models.CharField(_("state of the text"), max_length=20, choices=TextState.choices, default=TextState.FINAL)
    standing = models.CharField(
        _("standing"), max_length=20, choices=TextStanding.choices, default=TextStanding.ORIGINAL
    )
    ready = models.BooleanField(
        _("ready"),
        default=False,
        help_text=_("Only languages marked as ready are published. Tick this when the language is complete."),
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("language version")
        verbose_name_plural = _("language versions")
        # For the search in titles: with this index, the texts are not read.
        indexes = [models.Index(fields=["document", "search_text"], name="document_titles")]
        constraints = [
            models.UniqueConstraint(
                name="one_version_per_language",
                fields=["document", "language"],
                violation_error_message=_("This document already has a version in this language."),
            )
        ]

    def __str__(self):
        return f"{self.title} ({self.language})"


class Issuer(models.Model):
    """An organization that issued a document."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="issuers")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="issued", verbose_name=_("organization")
    )
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("issuing organization")
        verbose_name_plural = _("issuing organizations")
        constraints = [
            models.UniqueConstraint(
                name="issuer_once_per_document",
                fields=["document", "organization"],
                violation_error_message=_("This organization is already among those that issued it."),
            )
        ]

    def __str__(self):
        return str(self.organization)


class Delivery(models.Model):
    """A person who delivered a document, with the title held on that occasion."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("person"))
    title = LineField(_("title on that occasion"), max_length=300, blank=True)
    organization = optional_key(Organization, _("organization"), related_name="deliveries")
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("person who delivered it")
        verbose_name_plural = _("people who delivered it")

    def __str__(self):
        return str(self.person)


class Mention(models.Model):
    """A person whom a document quotes or mentions, with the title held on that occasion. It does not say who was present."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mentions", verbose_name=_("person"))
    kind = models.CharField(
        _("quoted or mentioned"), max_length=10, choices=MentionKind.choices, default=MentionKind.MENTIONED
    )
    title = LineField(_("title on that occasion"), max_length=300, blank=True)
    organization = optional_key(Organization, _("organization"), related_name="mentions")
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("person quoted or mentioned")
        verbose_name_plural = _("people quoted or mentioned")

    def __str__(self):
        return f"{self.person}: {self.get_kind_display()}"


class DocumentRelation(models.Model):
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(_("relation"), max_length=20, choices=DocumentRelationKind.choices)
    target = optional_key(Document, _("document"), related_name="related_from")
    conference = optional_key(Conference, _("conference"), related_name="+")
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("relation to another record")
        verbose_name_plural = _("relations to other records")
        constraints = [
            models.CheckConstraint(
                name="document_relation_has_one_target",
                condition=Q(kind="adopted-at", conference__isnull=False, target__isnull=True)
                | (~Q(kind="adopted-at") & Q(conference__isnull=True, target__isnull=False)),
                violation_error_message=_("“Adopted at” names a conference; every other relation names a document."),
            ),
            models.CheckConstraint(
                name="document_not_related_to_itself",
                condition=Q(target__isnull=True) | ~Q(target=F("document")),
                violation_error_message=_("A document cannot be related to itself."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.target or self.conference}"


class KindManager(models.Manager[Any]):
    """Manager of the documents whose kind is in the model's ``kinds``, for one entry of the admin."""

    def get_queryset(self):
        return super().get_queryset().filter(kind__in=self.model.kinds)


class CoChairsSummary(Document):
    kinds = (DocumentKind.CO_CHAIRS_SUMMARY,)
    objects = KindManager()

    class Meta:
        proxy = True
        verbose_name = _("co-chairs’ summary")
        verbose_name_plural = _("co-chairs’ summaries")


class PressRelease(Document):
    kinds = (DocumentKind.PRESS_RELEASE,)
    objects = KindManager()

    class Meta:
        proxy = True
        verbose_name = _("press release")
        verbose_name_plural = _("press releases")


class Statement(Document):
    kinds = (DocumentKind.STATEMENT, DocumentKind.KEYNOTE_ADDRESS)
    objects = KindManager()

    class Meta:
        proxy = True
        verbose_name = _("statement")
        verbose_name_plural = _("statements")


class OtherDocument(Document):
    kinds = (
        DocumentKind.DECLARATION,
        DocumentKind.REPORT,
        DocumentKind.PROGRAMME,
        DocumentKind.CONCEPT_NOTE,
        DocumentKind.NEWS_ITEM,
        DocumentKind.REFERENCE,
    )
    objects = KindManager()

    class Meta:
        proxy = True
        verbose_name = _("other document")
        verbose_name_plural = _("other documents")
