"""What the models share: rich text, keys that may be empty, coordinates, time zones, and constraints of several models."""

import zoneinfo
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from ctportal.core.languages import CODES
from ctportal.core.pasted_html import tidied

# The elements that the rich text editor offers. Only these are saved.
RICH_TEXT = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
}


def rich_text(label, **kwargs):
    """Return a rich text field with the elements in RICH_TEXT. On save what was pasted is brought to these, then sanitized."""
    return ProseEditorField(label, blank=True, extensions=RICH_TEXT, sanitize=[create_sanitizer, tidied], **kwargs)


def optional_key(to: type[models.Model] | str, label: Any, **kwargs: Any) -> "models.ForeignKey[Any, Any]":
    """Return a foreign key that may be empty. What it refers to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, null=True, blank=True, verbose_name=label, **kwargs)


def parent_keys(record: Any) -> list[int]:
    """Return the primary keys of the records above *record* in its chain of parents, nearest first. One query for each."""
    keys: list[int] = []
    parent = record.parent_id
    while parent and parent not in keys:
        keys.append(parent)
        parent = type(record)._base_manager.filter(pk=parent).values_list("parent_id", flat=True).first()
    return keys


def degrees(label: Any, limit: int, **kwargs: Any) -> "models.DecimalField[Any, Any]":
    """Return the field of a coordinate between minus and plus *limit* degrees, to a meter or so. It may be empty."""
    validators = [MinValueValidator(-limit), MaxValueValidator(limit)]
    return models.DecimalField(
        label, max_digits=8, decimal_places=5, null=True, blank=True, validators=validators, **kwargs
    )


YEARS = range(1945, 2101)


def validate_year(value):
    if value.year not in YEARS:
        raise ValidationError(
            _("%(value)s: the year must be between 1945 and 2100."),
            code="year_out_of_range",
            params={"value": value.isoformat()},
        )


def dated(label: Any, **kwargs: Any) -> "models.DateField[Any, Any]":
    """Return the field of a date in the years of the portal."""
    return models.DateField(label, validators=[validate_year], **kwargs)


def validate_time_zone(value):
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(value)s” is not a valid time zone. Use a name such as Asia/Dushanbe or Europe/Vienna."),
            code="time_zone_unknown",
            params={"value": value},
        )


def ends_on_or_after_start(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(end_date__gte=F("start_date")),
        violation_error_message=_("The last day is before the first day."),
    )


def in_some_language(name):
    """Return the condition that the label *name* has a text, in whatever language. It is never unknown, which a constraint
    would let pass."""
    return reduce(or_, (Q(**{f"{name}_{code}__isnull": False, f"{name}_{code}__gt": ""}) for code in CODES))


def exactly_one_place(name):
    return models.CheckConstraint(
        name=name,
        condition=Q(conference__isnull=False, session__isnull=True) | Q(conference__isnull=True, session__isnull=False),
        violation_error_message=_("Give either the conference or the session."),
    )
