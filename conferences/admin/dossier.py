"""The dossier in the panel of a conference's form: its documents and photos, and the parts that are missing."""

from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferences.admin.photo import is_incomplete
from conferences.admin.upload import sheet_address, upload_address
from conferences.models import Conference
from ctportal.core.codes import Occasion
from ctportal.publishing.base_models import entry_model
from ctportal.staff.panel import language_matrix
from ctportal.staff.publication_state import STATE_OF_TEXT, badge, note_publication, publication_state
from ctportal.workflow import roles
from documents.models import CoChairsSummary, Document, LanguageVersion, OtherDocument, PressRelease, Statement


@dataclass(frozen=True)
class ExpectedPart:
    """A part that a dossier should have: a document of an admin entry, with the occasion preset when it is added."""

    name: Promise
    entry: type[CoChairsSummary | PressRelease | Statement]
    occasion: Occasion
    is_of_occasion: bool = False  # whether only documents of this occasion match

    def matches(self, document: Document) -> bool:
        if self.is_of_occasion and document.occasion != self.occasion:
            return False
        return document.kind in self.entry.kinds or document.also_serves_as in self.entry.kinds

    def add_address(self, conference, user):
        return add_address(self.entry, conference, user, kind=self.entry.kinds[0].value, occasion=self.occasion.value)


STATEMENTS = ExpectedPart(gettext_lazy("statements"), Statement, Occasion.OPENING)
PARTS = [
    ExpectedPart(gettext_lazy("opening release"), PressRelease, Occasion.OPENING, is_of_occasion=True),
    ExpectedPart(gettext_lazy("closing release"), PressRelease, Occasion.CLOSING, is_of_occasion=True),
    ExpectedPart(gettext_lazy("co-chairs’ summary"), CoChairsSummary, Occasion.CLOSING),
    STATEMENTS,
]


def missing_parts(documents: list[Document]) -> list[str]:
    """Return the names of the expected parts that none of *documents* matches."""
    return [str(part.name) for part in PARTS if not any(map(part.matches, documents))]


def add_address(entry, conference, user, **values):
    """Return the address of the add form of *entry* with initial *values*; "" if *user* may not add one."""
    name = entry._meta.model_name
    if not user.has_perm(f"documents.add_{name}"):
        return ""
    return reverse(f"admin:documents_{name}_add") + f"?{urlencode({'conference': conference.pk, **values})}"


def add_links(conference, user):
    """Return the links, {address, label}, to add further documents that *user* may add."""
    links = [
        {"address": STATEMENTS.add_address(conference, user), "label": _("Add statement")},
        {"address": add_address(OtherDocument, conference, user), "label": _("Add other document")},
    ]
    return [link for link in links if link["address"]]


def dossier_rows(site: AdminSite, conference: Conference, user):
    """Return a row for each document that *user* may read, each missing part, and the photos."""
    documents = roles.readable(conference.documents.order_by("date", "pk"), user)
    titles = LanguageVersion.objects.only("document", "title", *STATE_OF_TEXT)
    rest = documents = note_publication(documents.prefetch_related(Prefetch("versions", titles)))
    rows = []
    for part in PARTS:
        found = [document for document in documents if part.matches(document)]
        rows += [document_row(site, part.name, document) for document in found if document in rest]
        rest = [document for document in rest if document not in found]
        if not found:
            text = _("Add %(part)s") % {"part": part.name}
            rows.append(missing_row(part.name, part.add_address(conference, user), text))
    rows += [document_row(site, document.get_kind_display(), document) for document in rest]
    return [*rows, photo_row(conference, user)]


def document_row(site, part, document):
    admin = site.get_model_admin(entry_model(document))
    address = admin.change_address(document)
    return {
        "part": capfirst(str(part)),
        "title": str(document),
        "address": address,
        "publication": badge(publication_state(document)),
        "languages": [cell | {"address": cell["address"] or address} for cell in language_matrix(admin, document)],
    }


def missing_row(part, address, label):
    """Return the row of a missing part. *add_address* is "" for users who may not add it."""
    return {"part": capfirst(part), "is_missing": True, "add_address": address, "add_label": label}


def photo_row(conference, user):
    photos = roles.readable(conference.photos.all(), user)  # prefetched for users who may read them all
    add = upload_address(conference) if user.has_perm("conferences.add_photo") else ""
    if not photos:
        return missing_row(_("Photos"), add, _("Add photos"))
    incomplete = sum(map(is_incomplete, photos))
    text = _("%(n)d photos, %(incomplete)d of them incomplete") if incomplete else _("%(n)d photos, all complete")
    return {
        "part": _("Photos"),
        "title": text % {"n": len(photos), "incomplete": incomplete},
        "address": sheet_address(conference),
        "text": " ",
        "more_address": add,
        "more_label": _("Add photos"),
    }
