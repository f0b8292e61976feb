"""The page that explains the API to partners. Its examples name records that are currently public."""

from django.utils.translation import gettext as _

from ctportal.publishing.models import Edition
from ctportal.reading.filters import FILTERSETS
from ctportal.web.addresses import COLLECTIONS
from ctportal.web.page import Crumb, render_page, site_root

from .parameters import MAX_PAGE_SIZE, PAGE_SIZE
from .problems import TYPES
from .schema import description_of

# Slugs for the examples while no record of the type is public.
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
            "problems": [(kind, status, name, str(meaning)) for kind, (status, name, meaning) in TYPES.items()],
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
    """Return {record type: slug of the newest public record} for the types that the examples need."""
    public = Edition.objects.public(at).order_by("-date", "slug")
    return {kind: public.of(kind).values_list("slug", flat=True).first() or slug for kind, slug in NOBODY.items()}


def _parameters():
    """Yield (name, description, collections that have the parameter, () for all), in alphabetical order."""
    names = dict.fromkeys(name for filterset in FILTERSETS.values() for name in filterset.base_filters)
    for name in sorted(names):
        known = [kind for kind, filterset in FILTERSETS.items() if name in filterset.base_filters]
        filter_ = FILTERSETS[known[0]].base_filters[name]
        everywhere = len(known) == len(FILTERSETS)
        yield name, description_of(name, filter_), () if everywhere else [COLLECTIONS[kind] for kind in known]
