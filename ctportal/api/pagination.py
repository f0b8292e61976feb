"""Pagination of the API's lists by page number."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import QueryDict
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ctportal.core.search_text import shorten
from ctportal.reading.middleware import never_kept
from ctportal.reading.queries import EditionPaginator, PageOutOfRange

from .parameters import PAGE_SIZE
from .problems import Problem


class Pagination(BasePagination):
    """Paginates a queryset into the primary keys of editions; ``parameters`` has already validated the query."""

    request: Request
    page: Page[int]

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.request = request
        page_size = int(request.query_params.get("page_size") or PAGE_SIZE)
        try:
            self.page = EditionPaginator(queryset, page_size).page(request.query_params.get("page") or 1)
        except PageOutOfRange as error:
            detail = f"Page {error.number} does not exist. The last page is {error.pages}."
            errors = [{"parameter": "page", "code": "page_out_of_range", "detail": detail}]
            raise Problem("page-out-of-range", detail, errors=errors) from None
        return list(self.page)

    def get_paginated_response(self, data: list[dict[str, Any]]) -> Response:
        links = self.links()
        body = {
            "count": self.page.paginator.count,
            "page": self.page.number,
            "pages": self.page.paginator.num_pages,
            "next": links.get("next"),
            "previous": links.get("prev"),
            "shortened_q": self.shortened_search,
            "results": data,
        }
        response = Response(
            body, headers={"Link": ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())}
        )
        return response if data else never_kept(response)

    @property
    def shortened_search(self) -> str:
        """The words that were searched for if ``q`` was too long, else ""."""
        searched = shorten(self.request.query_params.get("q", ""))
        return searched.text if searched.is_shortened else ""

    def links(self) -> dict[str, str]:
        """Return {link relation: URL} for those of the pages first, prev, next and last that exist."""
        query: QueryDict = self.request.query_params.copy()
        if self.shortened_search:
            query["q"] = self.shortened_search  # the links repeat only the words that were searched for
        given = [(name, value) for name, values in query.lists() for value in values if name != "page"]
        number, pages = self.page.number, self.page.paginator.num_pages
        around = {"first": 1, "prev": number - 1, "next": number + 1, "last": pages}
        url = self.request.build_absolute_uri(self.request.path)
        return {name: f"{url}?{urlencode([*given, ('page', n)])}" for name, n in around.items() if 1 <= n <= pages}
