"""The WSGI application: how it reads a request."""

import io
from wsgiref.util import setup_testing_defaults

import pytest

from ctportal.wsgi import application


@pytest.mark.parametrize("encoding", ["latin-1", "utf-7", "unicode_escape", "rot13", "undefined", "idna", "none"])
def test_a_request_is_read_as_utf_8_whatever_the_client_names(encoding):
    """In UTF-7, “+2AA-” would be half a character, which no database takes."""
    body = '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nМ+2AA-\r\n--x--\r\n'.encode()
    environ = {
        "QUERY_STRING": "q=%D0%9C%2B2AA-",
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": f"multipart/form-data; boundary=x; charset={encoding}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)

    request = application.request_class(environ)

    assert (request.GET.dict(), request.POST.dict()) == ({"q": "М+2AA-"}, {"username": "М+2AA-"})
