"""How partners find their way: the root, the OpenAPI description and the page to try it on."""

from functools import cache

from csp.constants import SELF
from csp.decorators import csp_replace
from django.urls import reverse
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from ctportal.web.addresses import COLLECTIONS
from ctportal.web.page import site_root

from .parameters import check
from .schema import NOT_MODIFIED, RootSerializer, problems
from .views import ReadOnlyView


class RootView(ReadOnlyView):
    """Where everything is."""

    @extend_schema(operation_id="root", responses={200: RootSerializer, **NOT_MODIFIED} | problems("bad-parameters"))
    def get(self, request):
        check(request.query_params)
        origin = site_root(request)
        body = {
            "collections": {name: origin + reverse(f"api:{name}-list") for name in COLLECTIONS.values()},
            "openapi": origin + reverse("api:schema"),
            "docs": origin + reverse("api:docs"),
            "developers": f"{origin}/en/developers/",
        }
        return Response(body)


class SchemaView(ReadOnlyView):
    """The OpenAPI 3.1 description of this API."""

    schema = None

    def get(self, request):
        check(request.query_params)
        return Response(openapi())


@cache
def openapi():
    """Return the OpenAPI description; it is the same for the life of the process."""
    return SchemaGenerator().get_schema(request=None, public=True)


# The description to read and try, without any outside host. Swagger UI sets styles in the page and draws its icons from data
# addresses, which our policy forbids: it is relaxed by just that, for this one address.
docs = csp_replace({"style-src": [SELF, "'unsafe-inline'"], "img-src": [SELF, "data:"]})(
    TemplateView.as_view(template_name="api/docs.html", http_method_names=("get", "head"))
)
