"""The form fields of the publishing buttons."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ctportal.staff.fields import LocalDateTimeField, OptionalLine


class PublishingFields(forms.Form):
    """The fields that the buttons below the form of a record use."""

    publish_note = OptionalLine(
        label=_("Change note"),
        max_length=500,
        help_text=_("Public: what changed, in one sentence. Readers and partners see it in the version history."),
    )
    publish_minor = forms.BooleanField(
        label=_("Minor change"),
        required=False,
        help_text=_("For example a typing error or a label: subscribers are not notified."),
    )
    publish_at = LocalDateTimeField(label=_("Publish at"), required=False)
    alone_reason = OptionalLine(
        label=_("Reason for publishing without a second reader"),
        max_length=400,
        help_text=_("Kept in the history and the ledger. Required if nobody else has read what you publish."),
    )
    remark = OptionalLine(
        label=_("Remark"), max_length=1000, help_text=_("For colleagues only; kept in the history of the record.")
    )
    mark = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    withdraw_reason = OptionalLine(
        label=_("Reason"), max_length=500, help_text=_("Public: shown to readers of the old address.")
    )
    withdraw_at = LocalDateTimeField(label=_("Withdraw at"), required=False)
    withdraw_replacement = OptionalLine(
        label=_("Replacement page"),
        max_length=500,
        help_text=_("Optional: the address of a public page of this portal to read instead."),
    )
    withdraw_show_title = forms.BooleanField(
        label=_("Show the title at the old address"),
        required=False,
        help_text=_(
            "Kind, date and reason are always shown there. Documents and photos withdrawn along with a conference never show their title."
        ),
    )


# {field name in errors of the services: field of the form}
FIELD_OF = {
    "at": "publish_at",
    "note": "publish_note",
    "reason": "withdraw_reason",
    "replacement": "withdraw_replacement",
    "alone": "alone_reason",
    "file": "upload",
}


def show_refusal(form, error):
    """Add *error*, raised by a service, to the fields of *form* that it names, else to the form as a whole."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for told, errors in by_field.items():
        for each in errors:
            name = "ready" if each.code == "language_not_ready" else FIELD_OF.get(told, told)
            form.add_error(name if name in form.fields else None, each)
