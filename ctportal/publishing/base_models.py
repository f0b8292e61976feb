"""Base classes of the working records of all apps."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ctportal.core import languages

M = TypeVar("M", bound=models.Model)

# Words that addresses use, or may use later, in place of a slug.
RESERVED_SLUGS = frozenset(
    {"add", "admin", "all", "api", "archive", "calendar", "edit", "feed", "feeds", "files", "index", "latest", "new"}
    | {"page", "preview", "search", "versions"}
)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
UID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def validate_slug(value: str) -> None:
    """Raise ValidationError unless *value* has only small Latin letters, digits and single hyphens.

    Reserved words and uids are refused too.
    """
    if not SLUG.fullmatch(value):
        raise ValidationError(
            _(
                "“%(value)s” cannot be used as an address. Use lowercase letters a to z, digits and single hyphens, "
                "such as minsk-2019."
            ),
            code="slug_invalid",
            params={"value": value},
        )
    if value in RESERVED_SLUGS:
        raise ValidationError(
            _("“%(value)s” is reserved for the portal itself. Add a word or a year."),
            code="slug_reserved",
            params={"value": value},
        )
    if UID.fullmatch(value):
        raise ValidationError(
            _("“%(value)s” looks like an identifier. Use words."), code="slug_like_uid", params={"value": value}
        )


def label_names(model: type[models.Model]) -> frozenset[str]:
    """Return the names of the fields of *model* that have one column per language. The plain name stores no text."""
    names = {column.name for column in model._meta.concrete_fields}
    return frozenset(name for name in names if f"{name}_{languages.DEFAULT}" in names)


def is_key(text: str) -> bool:
    """Return whether *text*, from a form or an address, can be a primary key. Databases reject longer numbers."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def concrete_model(model: type[M]) -> type[M]:
    """Return *model* or, where it is a proxy, its concrete model."""
    return model._meta.concrete_model  # type: ignore[return-value]  # None only while models load


def by_model(rows: Iterable[M]) -> dict[type[M], list[M]]:
    """Return {concrete model: those of *rows* that are of it}."""
    found: dict[type[M], list[M]] = defaultdict(list)
    for row in rows:
        found[concrete_model(type(row))].append(row)
    return found


def entry_model(record: Record) -> type[Record]:
    """Return the model in whose admin *record* is edited: the proxy for its kind, where there is one."""
    model = concrete_model(type(record))
    proxies = (proxy for proxy in model.__subclasses__() if proxy._meta.proxy)
    return next((proxy for proxy in proxies if getattr(record, "kind", None) in getattr(proxy, "kinds", ())), model)


def lock(rows: QuerySet[Any]) -> list[Any]:
    """Lock *rows*, a queryset of one model, until the transaction ends. Returns their primary keys.

    Working rows are locked before the publication lock is taken, never after: first vocabulary, then other records, in
    the order of their types. The fixed order prevents deadlocks.
    """
    # FOR NO KEY UPDATE: saving a row with a foreign key to one of these does not wait.
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


class Record(models.Model):
    """A record that the portal publishes, as staff edit it. The public reads its editions."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    original_language = models.CharField(
        _("original language"),
        max_length=2,
        choices=languages.CHOICES,
        default=languages.DEFAULT,
        help_text=_("The language of the texts on this form. Other languages have their own pages."),
    )
    draft_sha256 = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Checksum of the public JSON as it would be published now."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    modified_at = models.DateTimeField(auto_now=True)

    record_type: str  # one of ctportal.publishing.models.RecordType
    named_by: tuple[str, ...] = ()  # relations that its name is read from
    # Columns that are set for all records of a conference together, such as the order of photos.
    arranged: tuple[str, ...] = ()

    class Meta:
        abstract = True


# The same message whether the other record is a draft, public or scheduled, so that it does not reveal which.
ADDRESS_IN_USE = _("This address is already in use. Add a place or a year.")


class SluggedRecord(Record):
    slug = models.CharField(
        _("address"),
        max_length=120,
        unique=True,
        validators=[validate_slug],
        help_text=_(
            "Last part of the web address. You can change it later: the old address then redirects to the new one."
        ),
        error_messages={"unique": ADDRESS_IN_USE},
    )

    class Meta:
        abstract = True


class Stage(models.TextChoices):
    DRAFT = "draft", _("being drafted")
    REVIEW = "review", _("in review")


class ReviewedRecord(Record):
    """A record that is submitted and approved before the public reads it; see ``ctportal.workflow.review``."""

    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage, default=Stage.DRAFT, editable=False, db_index=True
    )

    class Meta:
        abstract = True


class TranslatedRecord(ReviewedRecord):
    """A record whose long texts are rows per language, each a ``TextOfLanguage``."""

    original_sha256 = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Checksum of the texts that translations are made from."
    )

    class Meta:
        abstract = True


class LanguagePlan(models.TextChoices):
    """What is planned for a language that is not ready."""

    OPEN = "", _("not stated")
    IN_PREPARATION = "in-preparation", _("in preparation")
    NOT_PLANNED = "not-planned", _("not planned")


class TextOfLanguage(models.Model):
    """The long texts of a record in one language. ``language``, ``title`` and ``ready`` are fields of the subclasses."""

    language: str
    title: str
    ready: bool
    plan = models.CharField(
        _("plan"),
        max_length=20,
        choices=LanguagePlan,
        blank=True,
        default=LanguagePlan.OPEN,
        help_text=_(
            "As long as the language is not ready. “In preparation” is published with the record: the page says that a "
            "version in this language is being prepared. “Not planned” is for staff: nobody is asked for this language."
        ),
    )
    # Empty in the original language, and where it is not known.
    made_from = models.CharField(
        _("checksum of the original"),
        max_length=64,
        blank=True,
        editable=False,
        help_text="original_sha256 of the record as it was when this was translated.",
    )

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        # Of a language that is only planned, or not, there is no title yet.
        is_planned = self.plan != LanguagePlan.OPEN and not self.ready
        super().clean_fields({*(exclude or ()), "title"} if is_planned and not self.title else exclude)

    def is_outdated(self, record: TranslatedRecord) -> bool:
        """Return whether the original of *record* has changed since this text was translated from it."""
        is_translation = self.language != record.original_language
        return is_translation and self.made_from not in ("", record.original_sha256)
