"""The base of the admin lists. An address with an invalid filter shows the full list with a warning."""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.db import DataError
from django.utils.translation import gettext as _

from ctportal.core.search_text import shorten
from ctportal.staff.components import component

# Raised by the databases and Python for numbers and dates out of range, and for invalid characters.
BEYOND = (ValueError, OverflowError, DataError)


class NarrowedList:
    """Mixin of admins: database errors caused by an invalid filter in the address are handled like Django's own.

    Lists and autocomplete shorten a search as ``search_text`` does; lists warn about it.
    """

    def get_changelist_instance(self, request):
        try:
            found = super().get_changelist_instance(request)
        except BEYOND as error:
            if not request.GET:
                raise  # not caused by the address
            raise IncorrectLookupParameters(str(error)) from error
        _refuse_what_is_not_offered(found, request.GET)
        return found

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, shorten(search_term).text)

    def changelist_view(self, request, extra_context=None):
        searched = shorten(request.GET.get(SEARCH_VAR, ""))
        if searched.is_shortened:
            # The links and the search box of the page use the shortened text.
            request.GET = request.GET.copy()
            request.GET[SEARCH_VAR] = searched.text
            text = component("shortened", notice=searched.notice, text=searched.text)
            self.message_user(request, text, messages.WARNING)
        if ERROR_FLAG in request.GET:
            notice = _("The filter in the address could not be applied: the full list is shown.")
            self.message_user(request, notice, messages.WARNING)
        return super().changelist_view(request, extra_context)


def _refuse_what_is_not_offered(changelist, asked):
    """Raise IncorrectLookupParameters for values that a SimpleListFilter does not offer; Django ignores them."""
    own = [spec for spec in changelist.filter_specs if isinstance(spec, admin.SimpleListFilter)]
    offered = {spec.parameter_name: {str(value) for value, _label in spec.lookup_choices} for spec in own}
    for name in (getattr(listed, "parameter_name", "") for listed in changelist.list_filter):
        if name in asked and asked[name] not in offered.get(name, ()):
            raise IncorrectLookupParameters(f"{name}: {asked[name]}")
