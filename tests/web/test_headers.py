import pytest
from csp.constants import NONCE
from csp.decorators import csp_update
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path


def directives(policy):
    """The directives of *policy*, whose order has no meaning and differs from process to process."""
    return sorted(policy.split("; "))


PUBLIC_HEADERS = {
    "Content-Security-Policy": directives(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def fail(request):
    raise RuntimeError("the view fails")


def own(request):
    return HttpResponse(headers={"Content-Security-Policy": "sandbox", "Cross-Origin-Resource-Policy": "cross-origin"})


@csp_update({"img-src": "data:"})
def looser(request):
    return HttpResponse("with a picture in its text")


@csp_update({"script-src": [NONCE]})
def with_nonce(request):
    return HttpResponse(str(request.csp_nonce))


def stream(request):
    return StreamingHttpResponse(["one", "two"])


urlpatterns = [
    path("fail", fail),
    path("own", own),
    path("slash/", own),
    path("looser", looser),
    path("nonce", with_nonce),
    path("stream", stream),
]


def public_headers(response):
    response.getvalue()  # read to its end: a static file's answer holds the file open
    found = {name: response.headers.get(name) for name in PUBLIC_HEADERS}
    return found | {"Content-Security-Policy": directives(found["Content-Security-Policy"] or "")}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/fail", 500),
        ("/nothing-here", 404),
        ("/slash", 301),
        ("/static/admin/css/base.css", 200),
        ("/static/nothing.css", 404),
    ],
)
@override_settings(ROOT_URLCONF=__name__)
def test_every_answer_carries_the_security_headers(address, status):
    response = Client(raise_request_exception=False).get(address)

    assert (response.status_code, public_headers(response)) == (status, PUBLIC_HEADERS)


@override_settings(ROOT_URLCONF=__name__, SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=60)
def test_the_redirect_to_https_carries_them_too():
    response = Client().get("/own")

    assert (response.status_code, response["Location"]) == (301, "https://testserver/own")
    assert public_headers(response) == PUBLIC_HEADERS


@pytest.mark.parametrize("address", ["/own", "/nothing-here", "/static/admin/css/base.css"])
def test_secure_answers_bind_the_browser_to_https(address, settings):
    settings.ROOT_URLCONF = __name__
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True

    response = Client().get(address, secure=True)
    response.getvalue()

    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_keeps_the_headers_it_set_itself():
    response = Client().get("/own")

    assert (response["Content-Security-Policy"], response["Cross-Origin-Resource-Policy"]) == (
        "sandbox",
        "cross-origin",
    )


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_may_loosen_the_policy_for_itself_alone():
    looser_policy = Client().get("/looser")["Content-Security-Policy"]
    next_policy = Client().get("/stream")["Content-Security-Policy"]

    assert "img-src 'self' data:" in looser_policy
    assert directives(next_policy) == PUBLIC_HEADERS["Content-Security-Policy"]


@override_settings(ROOT_URLCONF=__name__)
def test_a_nonce_that_a_page_uses_stands_in_its_policy():
    response = Client().get("/nonce")

    assert f"'nonce-{response.content.decode()}'" in response["Content-Security-Policy"]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("address", "length"), [("/looser", "26"), ("/stream", None)])
def test_head_answers_with_the_headers_and_no_body(address, length):
    response = Client().head(address)

    assert (response.status_code, response.getvalue(), response.headers.get("Content-Length")) == (200, b"", length)
