"""Model fields for text that staff type, cleaned in forms and wherever a row is saved, and the folded text for searches.

See ``ctportal.core.text_cleaning`` for what is removed and ``ctportal.core.folding`` for what is folded.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ctportal.core.folding import fold
from ctportal.core.languages import CODES
from ctportal.core.text_cleaning import cleaned, one_line


class LineFormField(forms.CharField):
    """A text of one line."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class LinesFormField(forms.CharField):
    """A plain text with line breaks."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return cleaned(super().to_python(value) or "")


class _OneLine(models.Field):  # type: ignore[type-arg]  # takes no parameter at run time
    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return value and one_line(value)


class LineField(_OneLine, models.CharField):  # type: ignore[type-arg]  # takes no parameter at run time
    """A text of one line, such as a title or a name."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": LineFormField, **kwargs})


def refuse_account(value: str) -> None:
    """Refuse an address that holds a user name or password, which everybody would read."""
    if "@" in value.partition("://")[2].partition("/")[0]:
        raise ValidationError(
            _("Leave the user name and password out of the address: everybody would read them."),
            code="address_has_account",
        )


class AddressField(_OneLine, models.URLField):  # type: ignore[type-arg]  # takes no parameter at run time
    """The address of a web page. Django's validator lets control characters pass, and addresses of other kinds."""

    default_validators = [URLValidator(schemes=["http", "https"]), refuse_account]


class MailboxField(_OneLine, models.EmailField):  # type: ignore[type-arg]  # takes no parameter at run time
    """An e-mail address. Django's validator lets control characters pass in quotation marks."""


class LinesField(models.TextField):  # type: ignore[type-arg]  # takes no parameter at run time
    """A plain text that may have line breaks, such as a caption."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return value and cleaned(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": LinesFormField, **kwargs})


class SearchTextField(models.TextField):  # type: ignore[type-arg]  # takes no parameter at run time
    """The folded texts of the row's columns in ``searched``, each on a line of its own. Set whenever the row is saved."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"editable": False, "default": "", **kwargs})

    def pre_save(self, model_instance: Any, add: bool) -> str:
        lines: dict[str, None] = {}  # without duplicates, in order
        for column in searched_columns(type(model_instance)):
            # Folding lengthens ligatures. The limit lets an index of PostgreSQL hold the line of a title.
            limit = 2 * column.max_length if column.max_length else None
            lines[fold(getattr(model_instance, column.name) or "")[:limit]] = None
        text = "\n".join(["", *filter(None, lines), ""])
        setattr(model_instance, self.attname, text)
        return text


def searched_columns(model: "type[Searched]") -> "list[models.Field[Any, Any]]":
    """Return the columns in ``model.searched``, where the name of a label stands for its columns in all languages."""
    columns = {column.name: column for column in model._meta.concrete_fields}
    found = []
    for name in model.searched:
        labels = [columns[f"{name}_{code}"] for code in CODES if f"{name}_{code}" in columns]
        found += labels or [columns[name]]
    return found


class Searched(models.Model):
    """Base of models whose rows are found in the admin by some of their columns."""

    searched: tuple[str, ...]  # names of columns and labels
    search_text = SearchTextField()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            update_fields = {*update_fields, "search_text"}
        super().save(*args, update_fields=update_fields, **kwargs)
