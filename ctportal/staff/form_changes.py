"""The changes that saving a form makes, without differences that a reader cannot see."""

import re

from ctportal.staff.publishing_fields import PublishingFields

# White space is invisible after a block of rich text and at the start of a list or a quotation.
BESIDE_BLOCKS = re.compile(r"(</(?:p|h[1-6]|li|ul|ol|blockquote)>|<(?:ul|ol|blockquote)>)\s+")


def what_changed(form, formsets):
    """Return whether saving the valid *form* and *formsets* changes anything."""
    return bool(changed_fields(form)) or any(formset.has_changed() for formset in formsets)


def changed_fields(form):
    """Return the names of the fields of the record that saving the valid *form* changes."""
    names = [name for name in form.changed_data if name not in PublishingFields.base_fields and name != "kept_file"]
    changed = [name for name in names if not _says_the_same(form, name)]
    moved = ["original_language"] if form.moves and "original_language" not in changed else []
    return changed + moved


def _says_the_same(form, name):
    """Return whether the field *name* differs by white space only. The rich text editor drops it between blocks."""
    texts = form.get_initial_for_field(form.fields[name], name), form.cleaned_data.get(name)
    if not all(isinstance(text, str) for text in texts):
        return False
    before, after = (BESIDE_BLOCKS.sub(r"\1", text).split() for text in texts)
    return before == after
