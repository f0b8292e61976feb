"""What saving a form changes, by what a reader would call a change."""

import re

from ctportal.staff.publishing_fields import PublishingFields

# Where white space shows nowhere: behind the end of a block of rich text, and where a list or a quotation begins.
BESIDE_BLOCKS = re.compile(r"(</(?:p|h[1-6]|li|ul|ol|blockquote)>|<(?:ul|ol|blockquote)>)\s+")


def what_changed(form, formsets):
    """Whether saving *form* and *formsets*, which are valid, changes anything that they show."""
    return bool(changed_fields(form)) or any(formset.has_changed() for formset in formsets)


def changed_fields(form):
    """Names of the fields in which saving *form*, which is valid, changes something of the record."""
    names = [name for name in form.changed_data if name not in PublishingFields.base_fields and name != "kept_file"]
    changed = [name for name in names if not _says_the_same(form, name)]
    moved = ["original_language"] if form.moves and "original_language" not in changed else []
    return changed + moved


def _says_the_same(form, name):
    """Whether the field *name* differs by white space alone: the rich text box leaves out the lines between blocks."""
    texts = form.get_initial_for_field(form.fields[name], name), form.cleaned_data.get(name)
    if not all(isinstance(text, str) for text in texts):
        return False
    before, after = (BESIDE_BLOCKS.sub(r"\1", text).split() for text in texts)
    return before == after
