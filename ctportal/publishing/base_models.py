"""What every working record has, whichever app it lives in."""

import re
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ctportal.core import languages

# Words that stand, or may come to stand, where a slug stands in an address.
RESERVED_SLUGS = frozenset(
    {"add", "admin", "all", "api", "archive", "calendar", "edit", "feed", "feeds", "files", "index", "latest", "new"}
    | {"page", "preview", "search", "versions"}
)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
UID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def validate_slug(value):
    """Accept what an address may end in: small Latin letters, digits and single hyphens; no reserved word, no uid."""
    if not SLUG.fullmatch(value):
        raise ValidationError(
            _(
                "“%(value)s” cannot stand in an address. Use small letters a to z, digits and single hyphens, like minsk-2019."
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


def label_names(model):
    """Names of the fields of *model* that have a column per language: under the plain name stands no text of its own."""
    names = {column.name for column in model._meta.concrete_fields}
    return frozenset(name for name in names if f"{name}_{languages.DEFAULT}" in names)


def is_key(text):
    """Whether *text*, which came from a form or an address, may be a primary key: the databases refuse to look for others."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def entry_model(record):
    """The model whose entry of the admin *record* is edited in: where kinds have entries of their own, that of its kind."""
    model = record._meta.concrete_model
    proxies = (proxy for proxy in model.__subclasses__() if proxy._meta.proxy)
    return next((proxy for proxy in proxies if record.kind in proxy.kinds), model)


def lock(rows):
    """Let nobody else save *rows*, a queryset of one model, until this transaction ends. Returns their primary keys.

    Working rows are locked before the services take their turn, never after it, vocabulary before the other records and
    these in the order of their types: so two who lock the same rows wait for each other, and never both at once.
    """
    # Without the key itself: whoever saves something that names one of the rows does not wait.
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


class Record(models.Model):
    """Something the portal publishes, as staff work on it. The public reads its editions."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    original_language = models.CharField(
        _("original language"),
        max_length=2,
        choices=languages.CHOICES,
        default=languages.DEFAULT,
        help_text=_("The language the texts on this form are written in. Other languages have a page of their own."),
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
    named_by: tuple = ()  # relations that its name is read from
    arranged: tuple = ()  # columns that are set for all records of a conference together, such as the order of photos

    class Meta:
        abstract = True


# The one answer to an address that another record has: as a draft, in public, or to come. Which of these it is stays untold.
ADDRESS_IN_USE = _("This address is already in use. Add a place or a year.")


class SluggedRecord(Record):
    slug = models.CharField(
        _("address"),
        max_length=120,
        unique=True,
        validators=[validate_slug],
        help_text=_("Last part of the web address. May change later: the old address then leads to the new one."),
        error_messages={"unique": ADDRESS_IN_USE},
    )

    class Meta:
        abstract = True


class Stage(models.TextChoices):
    DRAFT = "draft", _("being drafted")
    REVIEW = "review", _("in review")


class ReviewedRecord(models.Model):
    """A record that is submitted and approved before the public reads it; see ``ctportal.workflow.review``."""

    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage, default=Stage.DRAFT, editable=False, db_index=True
    )

    class Meta:
        abstract = True
