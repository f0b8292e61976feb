"""The rows of an inline drawn fast: Django's own ``edit_inline/tabular.html``, written by Python.

A conference's form has nine tables with some thirty rows, and a template takes most of its time on looking up what is
the same in each. What is written here is what that template writes, but for white space between tags and what none of
our inlines has (classes to collapse, links to a page on the site); a test holds the two together. Rows of which
something is only shown, not edited, are drawn by the template.
"""

from functools import lru_cache

from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.utils import flatten_fieldsets
from django.forms.formsets import DELETION_FIELD_NAME
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from .admin_render import escaped

TEMPLATE = "admin/record/tabular.html"


class Table(InlineAdminFormSet):
    """Asks one row for the scripts and styles of its fields, as its form set does; all rows have the same fields."""

    @property
    def media(self):
        return self.opts.media + self.formset.media


def draw_plain(inlines):
    """Draw those of *inlines* (InlineAdminFormSets) that can be; the template shows the others as Django does."""
    for inline in inlines:
        if inline.opts.template == TEMPLATE and inline.has_change_permission and not inline.readonly_fields:
            inline.drawn = draw(inline, inline is inlines[-1])


def draw(inline, last):
    """Return the HTML of *inline* (an InlineAdminFormSet); *last* on the page or not."""
    formset, prefix = inline.formset, escaped(inline.formset.prefix)
    options = inline.opts
    heading = options.verbose_name if formset.max_num == 1 else options.verbose_name_plural
    fk = getattr(formset, "fk", None)
    names = [name for name in flatten_fieldsets(inline.fieldsets) if not fk or fk.name != name]
    may_delete = formset.can_delete and inline.has_delete_permission
    rows = [_Row(inline, form, original, may_delete) for form, original in _existing(formset)]
    rows += [_Row(inline, form, None, may_delete) for form in formset.extra_forms]
    parts = [
        (
            f'<div class="js-inline-admin-formset inline-group" id="{prefix}-group"\n'
            f'     data-inline-type="tabular"\n'
            f'     data-inline-formset="{escaped(inline.inline_formset_data())}">\n'
            f'<div class="tabular inline-related {"last-related" if last else ""}">\n'
            f"{_counts(formset.management_form)}\n"
            f'<fieldset class="module " aria-labelledby="{prefix}-heading">\n'
            f'<h2 id="{prefix}-heading" class="inline-heading">{escaped(capfirst(heading))}</h2>\n'
            f'{formset.non_form_errors() or ""}\n<table>\n<thead><tr>\n<th class="original"></th>\n'
        ),
        *map(_column, inline.fields()),
        f"<th>{escaped(gettext('Delete?')) if may_delete else ''}</th>\n</tr></thead>\n<tbody>\n",
        *(row.drawn(names, f"{prefix}-{number}") for number, row in enumerate(rows)),
    ]
    if inline.has_add_permission:
        parts.append(_Row(inline, formset.empty_form, None, may_delete).drawn(names, f"{prefix}-empty", " empty-form"))
    parts.append("</tbody>\n</table>\n</fieldset>\n</div>\n</div>")
    # Every piece above is escaped where it is put together.
    return SafeString("".join(parts))


def _counts(form):
    """The hidden fields that say how many rows there are, as Django's template for a form of hidden fields has them."""
    return str(form) if form.errors else "".join(str(field) for field in form)


def _existing(formset):
    return zip(formset.initial_forms, formset.get_queryset(), strict=False)


def _column(field):
    classes = f"column-{field['name']}{' required' if field['required'] else ''}"
    classes += " hidden" if field["widget"].is_hidden else ""
    mark = _hint(str(field["help_text"])) if field["help_text"] else ""
    return f'<th class="{classes}">{escaped(capfirst(field["label"]))}\n{mark}</th>\n'


@lru_cache(maxsize=1024)
def _hint(help_text):
    text, icon = escaped(strip_tags(help_text)), static("admin/img/icon-unknown.svg")
    return f'<img src="{icon}" class="help help-tooltip" width="10" height="10" alt="({text})" title="{text}">'


class _Row:
    def __init__(self, inline, form, original, may_delete):
        self.inline, self.form, self.original, self.may_delete = inline, form, original, may_delete

    def drawn(self, names, row_id, classes=""):
        form = self.form
        general = form.non_field_errors()
        cells = 1 + sum(not form[name].is_hidden for name in names) + bool(self.inline.formset.can_delete)
        parts = [f'<tr class="row-form-errors"><td colspan="{cells}">{general}</td></tr>\n'] if general else []
        shown = " has_original" if self.original else ""
        parts += [f'<tr class="form-row{shown or " "}{classes}" id="{row_id}">\n<td class="original">', *self._hidden()]
        parts.append("</td>\n")
        for name in names:
            field = form[name]
            hidden = " hidden" if field.is_hidden else ""
            parts.append(
                f'<td class="field-{name}{hidden}">{field.errors.as_ul() if field.errors else ""}{field}</td>\n'
            )
        deletion = form[DELETION_FIELD_NAME] if self.may_delete and self.original else ""
        parts.append(f'<td class="delete">{deletion}</td>\n</tr>\n')
        return "".join(parts)

    def _hidden(self):
        """What the row is, with a link to its own page where it has one, and the keys that go along unseen."""
        formset = self.inline.formset
        if self.original:
            yield f"<p>{escaped(str(self.original))}{self._link()}</p>"
        if formset._pk_field.name in self.form.fields:
            yield str(self.form[formset._pk_field.name])
        if getattr(formset, "fk", None) and formset.fk.name in self.form.fields:
            yield str(self.form[formset.fk.name])

    def _link(self):
        options = self.inline.opts
        if not (options.show_change_link and options.has_registered_model):
            return ""
        name = f"admin:{options.opts.app_label}_{options.opts.model_name}_change"
        address = reverse(name, args=[self.original.pk], current_app=options.admin_site.name)
        return f' <a href="{address}" class="inlinechangelink">{escaped(gettext("Change"))}</a>'
