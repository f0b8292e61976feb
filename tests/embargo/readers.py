"""The identities of the walk. Each sends requests with its cookies through all middleware and views."""

import json
import re
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from .world import NOW

VISITOR, EXPIRED, API = "visitor", "visitor with an expired session", "API client"
CONTRIBUTOR, TRANSLATOR = "contributor", "translator"
PHOTO_EDITOR, PUBLISHER = "photo editor", "publisher"
OUTSIDERS = (VISITOR, EXPIRED, API)
STAFF = (CONTRIBUTOR, TRANSLATOR, PHOTO_EDITOR, PUBLISHER)
IDENTITIES = (*OUTSIDERS, *STAFF)

CLOCKS = ("Date", "Expires")
# Nonces and tokens, which differ in each response.
PASSING = re.compile(
    rb"""nonce[=-]["']?[\w+/=-]+|name="csrfmiddlewaretoken" value="\w+"|csrftoken=\w+|sessionid=\w*|messages=[^;]*"""
)


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    cookies: dict

    @property
    def data(self):
        """Headers, cookies and body as bytes."""
        return (
            json.dumps([self.headers, {name: morsel.value for name, morsel in self.cookies.items()}]).encode()
            + self.body
        )

    @property
    def lasting(self):
        """The part that is the same when the request is repeated."""
        headers = {k: PASSING.sub(b"", v.encode()) for k, v in self.headers.items() if k not in CLOCKS}
        return self.status, headers, PASSING.sub(b"", self.body), sorted(self.cookies)


class Reader(RequestFactory):
    """Sends requests like the test client, without storing contexts of templates, which takes longer than the responses."""

    def __init__(self, name, **headers):
        super().__init__(headers=headers)
        self.name = name
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request):
        response = self.handler(self._base_environ(**request))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        for close in response._resource_closers:  # closes files; response.close() would close the database too
            close()
        return Answer(response.status_code, dict(response.headers), body, dict(response.cookies))

    def ask(self, address, method="GET", headers=None, data=None):
        """Return the Answer to *method* at *address*, with or without query."""
        if data is not None:
            return self.post(address, data, headers=headers)
        return self.generic(method, address, headers=headers)

    def ask_to_the_end(self, address, method="GET", data=None):
        """Like ``ask``, but follow a redirect, since messages for staff are on the next page."""
        answer = self.ask(address, method, data=data)
        if answer.status not in (301, 302) or not answer.headers["Location"].startswith("/"):
            return answer
        kept = dict(self.cookies)
        self.cookies.update({name: morsel for name, morsel in answer.cookies.items() if morsel.value})
        there = self.ask(answer.headers["Location"])
        for name in set(self.cookies) - set(kept):
            del self.cookies[name]
        headers = {**there.headers, "From": f"{answer.status} {answer.headers['Location']}"}
        return Answer(there.status, headers, answer.body + there.body, there.cookies)

    def sign_in(self, user):
        client = Client()
        client.force_login(user)
        self.cookies.update(client.cookies)
        return self


def reader(identity, world):
    """Return the Reader for *identity*."""
    if identity == VISITOR:
        return Reader(identity)
    if identity == API:
        return Reader(identity, Accept="application/json")
    if identity == EXPIRED:
        expired = Reader(identity).sign_in(world.identities[PUBLISHER])
        Session.objects.filter(pk=expired.cookies["sessionid"].value).update(expire_date=NOW)
        return expired
    return Reader(identity).sign_in(world.identities[identity])
