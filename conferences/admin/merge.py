"""The page on which staff merge duplicate people or organizations."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferences.admin import merging
from ctportal.publishing.base_models import is_key
from ctportal.publishing.state import state_of
from ctportal.publishing.transactions import atomic
from ctportal.staff.label_forms import label_texts
from ctportal.staff.object_pages import AdminPage
from ctportal.workflow import review

MOST = 10  # entries in one merger; more are taken for a mistake
SHOWN = 30  # records listed per entry


class Candidate:
    """One of the entries to merge, with the details that the page shows."""

    def __init__(self, entry, admin_site):
        self.entry, self.admin_site = entry, admin_site
        self.rows = len(merging.referring_rows(entry))
        self.records = merging.records_naming(entry)
        self.pages = merging.public_records(entry)
        self.state = state_of(entry.uid)

    @property
    def names(self):
        return label_texts(self.entry, "name").items()

    @property
    def details(self):
        """Yield (label of the field, value) of the fields with a value, except the name."""
        for name in ("acronym", "kind", "country", "parent", "website"):
            if value := getattr(self.entry, name, ""):
                display = getattr(self.entry, f"get_{name}_display", lambda value=value: value)()
                yield capfirst(str(self.entry._meta.get_field(name).verbose_name)), display

    @property
    def shown_records(self):
        for record in self.records[:SHOWN]:
            address = self.admin_site.get_model_admin(type(record)).change_address(record)
            yield {"kind": capfirst(record._meta.verbose_name), "name": str(record), "address": address}

    @property
    def more_records(self):
        return max(0, len(self.records) - SHOWN)


class MergePage(AdminPage):
    """The page ``<person or organization>/merge/?ids=1,2``."""

    def dispatch(self, request, *args, **kwargs):
        admin = self.admin
        if not (admin.has_delete_permission(request) and admin.has_publish_permission(request)):
            raise PermissionDenied
        ids = [pk for pk in request.GET.get("ids", "").split(",") if is_key(pk)]
        self.entries = list(admin.model.objects.filter(pk__in=ids).order_by("pk"))
        if not 2 <= len(self.entries) <= MOST:
            text = _("Select between two and %(most)d duplicate entries, then choose “Merge” again.") % {"most": MOST}
            self.say(text, messages.ERROR)
            return HttpResponseRedirect(self.address("changelist"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self._show(200)

    def post(self, request):
        into = next((entry for entry in self.entries if str(entry.pk) == request.POST.get("into")), None)
        if into is None:
            return self._show(422, [_("Choose the entry to keep.")])
        if request.POST.get("mark") != review.mark_of_all(self.entries):
            text = _("One of the entries has changed since you opened this page. Check them again.")
            return self._show(422, [text], chosen=into)
        others = [entry for entry in self.entries if entry.pk != into.pk]
        try:
            editions = self._merge(others, into)
        except ValidationError as error:
            return self._show(422, error.messages, chosen=into)
        names = ", ".join(f"“{entry}”" for entry in others)
        text = _("%(names)s: merged into “%(into)s”. The old addresses redirect to it.") % {
            "names": names,
            "into": into,
        }
        pages = ngettext(
            "%(n)d public page has a new minor edition.", "%(n)d public pages have a new minor edition.", editions
        )
        self.say(f"{text} {pages % {'n': editions}}")
        return HttpResponseRedirect(self.admin.change_address(into))

    @atomic()
    def _merge(self, others, into):
        """Merge *others* into *into* and return the number of editions made. On a ValidationError nothing is merged."""
        editions = 0
        merging.lock_for_merger([into, *others])
        for away in others:
            self.admin.log_deletions(self.request, [away])
            editions += len(merging.merge(away, into, by=self.request.user))
            self.admin.log_change(self.request, into, _("“%(name)s” was merged into it.") % {"name": away})
        return editions

    def _show(self, status, errors=(), chosen=None):
        mark = review.mark_of_all(self.entries)  # before reading what the page shows
        candidates = [Candidate(entry, self.admin.admin_site) for entry in self.entries]
        # Suggest the entry on most public pages, then the one with most references.
        likely = max(candidates, key=lambda candidate: (len(candidate.pages), candidate.rows, -candidate.entry.pk))
        context = {"candidates": candidates, "chosen": chosen or likely.entry, "errors": errors, "mark": mark}
        title = _("Merge %(names)s") % {"names": self.admin.opts.verbose_name_plural}
        return self.answer("merge/confirm", title, context, status)
