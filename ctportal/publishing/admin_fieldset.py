"""The fields of a form drawn fast: Django's own ``includes/fieldset.html`` and the labels in it, written by Python.

The template asks some twenty questions of each field, most of them twice. What is written here is what that template
writes, but for white space between tags and what none of our forms has (parts to collapse); a test holds the two
together. A form of which something is only shown, not edited, is drawn by the template.
"""

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from .admin_render import escaped


def draw_fieldsets(adminform):
    """Return the HTML of the parts of *adminform* (an AdminForm), or "" where the template is to draw them."""
    if adminform.readonly_fields:
        return ""
    # Every piece below is escaped where it is put together.
    return SafeString("".join(_fieldset(part, f"fieldset-0-{n}-heading") for n, part in enumerate(adminform)))


def _fieldset(fieldset, heading):
    parts = [f'<fieldset class="module aligned {escaped(fieldset.classes)}"']
    if fieldset.name:
        parts.append(f' aria-labelledby="{heading}">')
        parts.append(f'<h2 id="{heading}" class="fieldset-heading">{escaped(fieldset.name)}</h2>\n')
    else:
        parts.append(">\n")
    if fieldset.description:
        parts.append(f'<div class="description">{fieldset.description}</div>\n')
    parts += map(_line, fieldset)
    parts.append("</fieldset>\n")
    return "".join(parts)


def _line(line):
    fields, alone = list(line), len(line.fields) == 1
    errors = line.errors() if alone and any(field.field.errors for field in fields) else ""
    classes = f"form-row{' errors' if errors else ''}{'' if line.has_visible_field else ' hidden'}"
    classes += "".join(f" field-{field.field.name}" for field in fields)
    inside = "".join(_field(field, alone) for field in fields)
    if not alone:
        inside = f'<div class="flex-container form-multiline">{inside}</div>\n'
    return f'<div class="{classes}">{errors}{inside}</div>\n'


def _field(field, alone):
    """One field of a line with its label, its help and, where it is not alone, its errors."""
    bound = field.field
    hidden = " hidden" if bound.is_hidden else ""
    errors = "" if alone or not bound.errors else bound.errors
    classes = "flex-container"
    if not alone:
        classes += f" fieldBox field-{bound.name}{' errors' if errors else ''}{hidden}"
    label, box = _label(field), escaped(bound)
    both = f"{box}{label}" if field.is_checkbox else f"{label}{box}"
    classes += " checkbox-row" if field.is_checkbox else ""
    return f'<div>{errors}<div class="{classes}">{both}</div>\n{_help(bound, hidden)}</div>\n'


def _label(field):
    bound, classes = field.field, []
    text = str(escaped(bound.label))
    if field.is_checkbox:
        classes.append("vCheckboxLabel")
    elif text and text[-1] not in gettext(":?.!"):
        text += escaped(bound.form.label_suffix)
    if bound.field.required:
        classes.append("required")
    if not field.is_first:
        classes.append("inline")
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    attributes += f' for="{escaped(bound.id_for_label)}"' if bound.id_for_label else ""
    return f"<label{attributes}>{text}</label>"


def _help(bound, hidden):
    if not bound.help_text:
        return ""
    name = f' id="{escaped(bound.id_for_label)}_helptext"' if bound.id_for_label else ""
    return f'<div class="help{hidden}"{name}><div>{bound.help_text}</div></div>\n'
