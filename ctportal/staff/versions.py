"""The pages that list the editions of a record, compare two of them or the draft, and let an administrator seal one."""

import json
from functools import partial
from typing import NamedTuple

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ctportal.accounts.second_factor_pages import asks_for_code
from ctportal.core import languages
from ctportal.core.instants import show_utc
from ctportal.publishing import epoch
from ctportal.publishing.completeness import published_languages
from ctportal.publishing.indexing import texts_of
from ctportal.publishing.models import Edition
from ctportal.publishing.services import LONGEST_REASON
from ctportal.publishing.snapshot import builder_for, canonical
from ctportal.publishing.state import SHOWS
from ctportal.publishing.text_fields import LinesFormField
from ctportal.staff.draft_changes import name_of_field
from ctportal.staff.interface_language import interface_language
from ctportal.staff.object_pages import ObjectPage
from ctportal.staff.preview import PAGES, drafts_of
from ctportal.web.changes import Shown, changed, relations_changed
from ctportal.web.history import title_of
from ctportal.workflow import roles
from ctportal.workflow.redaction import labels_for
from ctportal.workflow.sealing import may_seal, seal

DRAFT = "draft"  # in place of the key of an edition


class SealForm(forms.Form):
    reason = LinesFormField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )
    sure = forms.BooleanField(label=gettext_lazy("I understand that this cannot be undone."))


class VersionsPage(ObjectPage):
    """The page ``…/<id>/versions/``: every edition of a record."""

    def get(self, request, **kwargs):
        rows = self._rows()
        context = {"rows": rows[::-1], "before": self._usual_before(rows)}
        return self.answer("record/versions", _("Versions"), context)

    def _rows(self):
        """Return a row for each edition of the record, oldest first, including unscheduled ones. ``number`` is the
        version number of an edition in effect, else None.
        """
        editions = Edition.objects.filter(uid=self.record.uid).defer("json", "card")
        rows, number = [], 0
        for edition in editions.annotate(now=epoch.reached()).order_by("public_from", "pk"):
            has_begun = edition.public_from <= edition.now
            in_effect = not edition.is_unscheduled and has_begun
            number += in_effect
            in_force, to_come = edition.is_public(edition.now), not (edition.is_unscheduled or has_begun)
            rows.append(
                {
                    "edition": edition,
                    "key": str(edition.pk),
                    "number": number if in_effect else None,
                    "name": self._name_of(edition, number if in_effect else None),
                    "state": self._state(edition, in_force, to_come),
                    "in_force": in_force,
                    "to_come": to_come,
                    "sealable": not (edition.is_sealed or in_force or to_come) and may_seal(self.request.user),
                    "has_page": in_effect and self.record.record_type in PAGES,
                }
            )
        return rows

    @staticmethod
    def _name_of(edition, number):
        at = show_utc(edition.public_from)
        if number:
            return _("Version %(number)d, public from %(at)s") % {"number": number, "at": at}
        unscheduled, to_come = _("Unscheduled, was to be public from %(at)s"), _("To be public from %(at)s")
        return (unscheduled if edition.is_unscheduled else to_come) % {"at": at}

    @staticmethod
    def _state(edition, in_force, to_come):
        if edition.is_sealed:
            return _("sealed")
        if edition.is_unscheduled:
            return _("unscheduled")
        return _("current") if in_force else _("scheduled") if to_come else _("past")

    @staticmethod
    def _usual_before(rows):
        """Return the key of the edition that the draft is compared with by default: the current one, else the scheduled
        one, else the last past one, else the last unscheduled one; "" if there is none.
        """

        def order(row):
            return row["in_force"], row["to_come"], not row["edition"].is_unscheduled, row["edition"].public_from

        return max((row for row in rows if not row["edition"].is_sealed), key=order, default={"key": ""})["key"]


class Side(NamedTuple):
    """One side of the comparison: the public JSON, the slug, and the relations as (name, uid)."""

    json: str
    slug: str
    pointers: list


class ComparePage(VersionsPage):
    """The page ``…/<id>/versions/compare/?from=…&to=…``."""

    def get(self, request, **kwargs):
        rows = self._rows()
        self.editions = {row["key"]: row for row in rows}
        usual = self._usual_before(rows)
        before, after = request.GET.get("from", usual), request.GET.get("to", DRAFT)
        try:
            self._check(before, after)
            context, status = self._compared(before, after), 200
        except ValidationError as error:
            before, after = usual, DRAFT
            context, status = {"error": " ".join(error.messages)}, int(error.code)
        context |= {"rows": rows[::-1], "before": before, "after": after}
        return self.answer("record/compare", _("Compare"), context, status)

    def _check(self, before, after):
        """Raise ValidationError if the two cannot be compared. Its code is the HTTP status of the response."""
        if not before:
            if self.editions:
                raise ValidationError(_("Choose two of those below."), code=400)
            return  # nothing was ever published
        for key in (before, after):
            if key != DRAFT and key not in self.editions:
                text = _("“%(value)s” is neither the draft nor an edition of this record. Choose two of those below.")
                raise ValidationError(text, code=404, params={"value": key[:40]})
            if key != DRAFT and self.editions[key]["edition"].is_sealed:
                text = _("“%(name)s” was sealed: its text is gone and cannot be compared.")
                raise ValidationError(text, code=410, params={"name": self.editions[key]["name"]})
        if before == after:
            raise ValidationError(_("You chose the same one twice. Choose two different ones."), code=400)

    def _compared(self, before, after):
        if not before:
            remark = _("It was never published: there is nothing to compare the draft with.")
            return {"heading": _("Draft"), "remark": remark}
        language = interface_language()
        names = {"before": self._called(before), "after": self._called(after)}
        old, new = (self._draft() if key == DRAFT else self._edition(key) for key in (before, after))
        changes = self._changes(old, new, language)
        leaving = self._leaving(before, after, old, new)
        waiting = self._waiting() if DRAFT in (before, after) else []
        return {
            "heading": _("From “%(before)s” to “%(after)s”") % names,
            "changes": changes,
            "remark": "" if changes else _("Nothing shown on this page has changed."),
            "language": language,
            "waiting": [name for name in waiting if name not in leaving],
            "leaving": leaving,
            "leaves_out": not self.request.user.has_perm("publishing.read_all_drafts"),
        }

    def _called(self, key):
        return self.editions[key]["name"] if key in self.editions else _("Draft")

    def _waiting(self):
        """Return the names of the languages of the draft that are not ready and would not be published."""
        states = self.admin.language_states(self.record)
        return [name for code, name in languages.LANGUAGES.items() if states.get(code) in ("draft", "announced")]

    def _leaving(self, before, after, old, new):
        """Return the names of the languages that are public now and would not be if the draft were published."""
        if after != DRAFT or not self.editions[before]["in_force"]:
            return []
        public, ready = (published_languages(json.loads(side.json)) for side in (old, new))
        return [languages.LANGUAGES[code] for code in public if code not in ready]

    def _draft(self):
        draft = builder_for(self.record).snapshot(self.record)
        text = canonical(labels_for(self.request.user, draft.data, draft.shows))
        return Side(text, draft.slug, [(link.name, link.target) for link in draft.links])

    def _edition(self, key):
        """Return the side of an edition. Labels the user may not view are redacted unless it took effect."""
        edition = self.editions[key]["edition"]
        relations = list(edition.relations.order_by("name", "order"))
        text = edition.json
        if not self.editions[key]["number"]:
            shows = [each.target for each in relations if each.name == SHOWS]
            text = canonical(labels_for(self.request.user, edition.data, shows))
        return Side(text, edition.slug, [(each.name, each.target) for each in relations if each.name != SHOWS])

    def _changes(self, before, after, language):
        titles = self._titles({uid for _name, uid in (*before.pointers, *after.pointers)}, language)
        was, now = ([(name, titles[uid]) for name, uid in side.pointers if uid in titles] for side in (before, after))
        moved = Shown(_("Web address"), before=[before.slug], after=[after.slug])
        return [
            *([moved] if before.slug != after.slug else []),
            *changed(self.record.record_type, before.json, after.json, language),
            *relations_changed(was, now),
        ]

    def _titles(self, uids, language):
        """Return {uid: title} of the records *uids*: from their drafts if the user may read these, else from their
        current editions. Other records are left out.
        """
        public = Edition.objects.public(epoch.reached()).filter(uid__in=uids)
        drafts = drafts_of(uids, partial(roles.may_read, self.request.user))
        titles = {each.uid: (title_of(each, language), each.slug) for each in (*public, *drafts)}
        return {uid: f"{title} ({slug})" if slug else title for uid, (title, slug) in titles.items()}


class SealPage(VersionsPage):
    """The page ``…/<id>/versions/<edition>/seal/``."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if not may_seal(request.user):
            raise PermissionDenied
        self.rows = self._rows()
        self.row = next((row for row in self.rows if row["edition"].pk == kwargs["pk"]), None)
        if self.row is None or not self.row["sealable"]:
            raise Http404("No such edition that may be sealed.")
        self.edition = self.row["edition"]

    @method_decorator(asks_for_code)
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, **kwargs):
        return self._show(SealForm(), 200)

    def post(self, request, **kwargs):
        form = SealForm(request.POST or None)
        if form.is_valid():
            try:
                seal(self.edition, by=request.user, reason=form.cleaned_data["reason"])
            except ValidationError as error:
                form.add_error("reason" if hasattr(error, "error_dict") else None, error.messages)
            else:
                what = {"record": self.record, "at": show_utc(self.edition.public_from)}
                text = _("The version of %(at)s of “%(record)s” is sealed.") % what
                self.admin.log_change(request, self.record, text)
                self.say(text)
                return HttpResponseRedirect(self.address("versions", self.record.pk))
        return self._show(form, 422 if form.is_bound else 200)

    def _show(self, form, status):
        others = [row for row in self.rows if row is not self.row and not row["edition"].is_sealed]
        same = [row for row in others if row["edition"].sha256 == self.edition.sha256]
        context = {"row": self.row, "form": form, "same": same, "still": self._still_in_draft()}
        return self.answer("record/seal", _("Seal a version"), context, status)

    def _still_in_draft(self):
        """Yield the names of the fields in which the draft still contains a text of the edition."""
        draft = builder_for(self.record).snapshot(self.record).data
        for name, value in draft.items():
            sealed, kept = (
                {each.text for each in texts_of({name: data})} for data in (self.edition.data.get(name), value)
            )
            if any(sealed & kept):
                yield name_of_field(self.admin, name)
