"""Which address is believed."""

import pytest
from django.test import RequestFactory

from ctportal.core.client_address import client_address
from ctportal.settings import environment


@pytest.fixture
def proxies(monkeypatch, settings):
    """A function that sets the trusted proxies as the environment variable does."""

    def trust(value):
        monkeypatch.setenv("CTPORTAL_TRUSTED_PROXIES", value)
        settings.CTPORTAL_TRUSTED_PROXIES = environment.proxies("CTPORTAL_TRUSTED_PROXIES")

    return trust


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        # Without trusted proxies only the peer counts.
        ("", "198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("", "", "203.0.113.9", ""),
        ("127.0.0.1", "", "203.0.113.9", ""),
        ("127.0.0.1", "x" * 100, "203.0.113.9", "x" * 64),
        # Of what a visitor has invented, nothing is read beyond what the nearest proxy has added.
        ("127.0.0.1", "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1", "1.1.1.1, 2.2.2.2,203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "1.1.1.1, 203.0.113.9, 10.1.2.3, 10.4.5.6", "203.0.113.9"),
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("unix", "", "203.0.113.9", "203.0.113.9"),
        ("unix", "", "", ""),
        ("unix", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
        # What is no address was written by the proxy behind it.
        ("127.0.0.1", "127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "203.0.113.9, _hidden, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.9,", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "9.9.9.9 203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "1.1.1.1, " * 2000 + "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1", "1" * 10_000, "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "," * 10_000, "127.0.0.1"),
        ("0.0.0.0/0", "127.0.0.1", ", ".join(f"1.1.1.{n}" for n in range(200)), "1.1.1.190"),
        # Other forms of the same address.
        ("127.0.0.1", "::ffff:127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("::1", "::1", "[2001:DB8::9]:4711", "2001:db8::9"),
        ("::1", "::1", "fe80::1%eth0", "fe80::1"),
        ("fe80::/10", "fe80::2%eth0", "2001:db8:0:0::9", "2001:db8::9"),
    ],
)
def test_the_nearest_address_that_no_trusted_proxy_has(proxies, trusted, peer, forwarded, address):
    proxies(trusted)
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == address
