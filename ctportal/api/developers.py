"""The page that tells partners how to read the API. Its examples name records that are public at the moment."""

from django.utils.translation import gettext as _

from ctportal.publishing.models import Edition
from ctportal.reading.filters import FILTERSETS
from ctportal.web.addresses import COLLECTIONS
from ctportal.web.page import Crumb, render_page, site_root

from .parameters import MAX_PAGE_SIZE, PAGE_SIZE
from .problems import TYPES
from .schema import description_of

# Where nothing of the kind is public yet.
NOBODY = {"conference": "minsk-2019", "document": "a-document", "series": "regional-conferences"}


def page(request, language):
    read_context = request.read_context
    root = site_root(request)
    slugs = read_context.cached(("examples of the API",), lambda: _examples(read_context.at))
    title = _("For partners and developers")
    return render_page(
        request,
        "web/developers.html",
        {
            "site": root,
            "api": f"{root}/api/v1/",
            "examples": slugs,
            "parameters": list(_parameters()),
            "problems": [(kind, *described) for kind, described in TYPES.items()],
            "page_size": PAGE_SIZE,
            "max_page_size": MAX_PAGE_SIZE,
        },
        language=language,
        path="developers/",
        title=title,
        description=_("A read-only JSON interface to every public record and all its versions, without a key."),
        crumbs=(Crumb(title),),
    )


def _examples(at):
    """A public record of each type the examples need, the newest first."""
    public = Edition.objects.public(at).order_by("-date", "slug")
    return {kind: public.of(kind).values_list("slug", flat=True).first() or slug for kind, slug in NOBODY.items()}


def _parameters():
    """(name, what it means, collections that know it), in the order in which readers look for them."""
    names = dict.fromkeys(name for filterset in FILTERSETS.values() for name in filterset.base_filters)
    for name in sorted(names):
        known = [kind for kind, filterset in FILTERSETS.items() if name in filterset.base_filters]
        filter_ = FILTERSETS[known[0]].base_filters[name]
        everywhere = len(known) == len(FILTERSETS)
        yield name, description_of(name, filter_), () if everywhere else [COLLECTIONS[kind] for kind in known]
