"""The entry points of the API: its root, the OpenAPI description and the interactive documentation."""

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

from .answers import RootSerializer
from .parameters import check
from .schema import NOT_MODIFIED, problems
from .views import ReadOnlyView


class RootView(ReadOnlyView):
    """The addresses of the collections, of this description and of the documentation."""

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
    """Return the OpenAPI description, built once per process."""
    return SchemaGenerator().get_schema(request=None, public=True)


# Swagger UI, without files from other hosts. It loads icons from data: URLs, which the content security policy forbids, so
# the policy is relaxed for this address only. Its inline styles are set by script, which the policy allows.
docs = csp_replace({"img-src": [SELF, "data:"]})(
    TemplateView.as_view(template_name="api/docs.html", http_method_names=("get", "head"))
)
