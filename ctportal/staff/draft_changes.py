"""The differences between a draft and an edition, by the names of form fields."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ctportal.publishing.models import Edition
from ctportal.publishing.snapshot import builder_for
from ctportal.publishing.state import SHOWS
from ctportal.web.changes import FIELDS


def changes(admin: Any, record: Any, edition: Edition) -> list[str]:
    """Return the names of the fields that differ between *edition* and the draft of *record*, a record of *admin*."""
    builder = builder_for(record)
    found, slug = [], getattr(record, "slug", "")
    if record.draft_sha256 != edition.sha256 and not edition.is_sealed:
        draft = builder.snapshot(record).data
        found += [name_of_field(admin, name) for name, value in draft.items() if edition.data.get(name) != value]
    if edition.slug != slug:
        found.append(_("address"))
    prefetch_related_objects([record], *builder.link_paths)
    before = set(edition.relations.exclude(name=SHOWS).values_list("name", "target"))
    if before != {(link.name, link.target) for link in builder.links(record)}:
        found.append(_("relations to other records"))
    return found


def name_of_field(admin: Any, name: str) -> str:
    """Return the label of the field *name* in the form of *admin*."""
    models = [admin.model]
    if admin.form.text_rows:
        models.append(admin.model._meta.get_field(admin.form.text_rows).related_model)
    for model in models:
        field = next((field for field in model._meta.get_fields() if field.name == name), None)
        if field is not None:
            return capfirst(str(getattr(field, "verbose_name", "") or field.related_model._meta.verbose_name_plural))
    return capfirst(str(FIELDS.get(name, name.replace("_", " "))))
