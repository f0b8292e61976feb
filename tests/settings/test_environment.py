from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ctportal.settings import environment

KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"

FACTOR_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def fit_environment(**changes):
    values = {
        "CTPORTAL_SECRET_KEY": KEY,
        "CTPORTAL_ALLOWED_HOSTS": "portal.example.org, www.example.org",
        "CTPORTAL_SECOND_FACTOR_KEYS": FACTOR_KEY,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def test_production_starts_with_a_strong_key_and_named_hosts():
    assert environment.production_problems(fit_environment()) == []


def test_all_that_is_missing_is_named_at_once():
    assert environment.production_problems({"CTPORTAL_ALLOWED_HOSTS": "  "}) == [
        "CTPORTAL_SECRET_KEY is not set: a random text of 50 characters or more, the same for all processes.",
        "CTPORTAL_ALLOWED_HOSTS is not set: the host names of the site, separated by commas.",
        "CTPORTAL_SECOND_FACTOR_KEYS is not set: one key or more for the secrets of second factors, separated by commas.",
    ]


@pytest.mark.parametrize("key", [KEY[:49], "ab" * 40, "django-insecure-" + KEY])
def test_a_weak_key_is_refused_and_not_repeated(key):
    (problem,) = environment.production_problems(fit_environment(CTPORTAL_SECRET_KEY=key))

    assert problem.startswith("CTPORTAL_SECRET_KEY is weak (")
    assert key not in problem


@pytest.mark.parametrize("key", ["secret", FACTOR_KEY[:-1], f"{FACTOR_KEY[:-2]}!=", "A" * 43 + "=", "abc" * 14 + "a="])
def test_a_weak_or_malformed_key_of_second_factors_is_refused_by_its_number_and_not_repeated(key):
    keys = f"{FACTOR_KEY}, {key}"

    (problem,) = environment.production_problems(fit_environment(CTPORTAL_SECOND_FACTOR_KEYS=keys))

    assert problem == (
        "CTPORTAL_SECOND_FACTOR_KEYS: key 2 is malformed or weak; it must be 32 random bytes in URL-safe base 64, as "
        "settings.md says."
    )


@pytest.mark.parametrize("host", ["*", "*.example.org", ".example.org"])
def test_a_wildcard_host_is_refused_by_name(host):
    problems = environment.production_problems(fit_environment(CTPORTAL_ALLOWED_HOSTS=f"portal.example.org,{host}"))

    assert problems == [f"CTPORTAL_ALLOWED_HOSTS holds “{host}”: wildcards are not allowed, name each host."]


@pytest.mark.parametrize(("value", "count"), [("1", 1), ("true", 1), ("yes please", 1), ("0", 0), ("", 0), (None, 0)])
def test_debug_is_refused(value, count):
    problems = environment.production_problems(fit_environment(CTPORTAL_DEBUG=value))

    assert problems == ["CTPORTAL_DEBUG is set: production never runs in debug mode, unset it."] * count


@pytest.mark.parametrize(("value", "zone"), [(None, "UTC"), (" ", "UTC"), ("Asia/Dushanbe", "Asia/Dushanbe")])
def test_a_time_zone_is_an_iana_name(monkeypatch, value, zone):
    monkeypatch.delenv("CTPORTAL_TIME_ZONE", raising=False)
    if value is not None:
        monkeypatch.setenv("CTPORTAL_TIME_ZONE", value)

    assert environment.time_zone("CTPORTAL_TIME_ZONE", "UTC") == zone


@pytest.mark.parametrize("value", ["Dushanbe", "Asia", "UTC+5", "../zone", "/etc/localtime", "x" * 300])
def test_what_is_no_time_zone_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("CTPORTAL_TIME_ZONE", value)

    with pytest.raises(ImproperlyConfigured) as refused:
        environment.time_zone("CTPORTAL_TIME_ZONE", "UTC")

    assert str(refused.value) == (
        f"CTPORTAL_TIME_ZONE is “{value}”; it must be an IANA time zone such as Asia/Dushanbe or UTC."
    )


@pytest.mark.parametrize(("value", "mailbox"), [("", ""), (" press@example.org ", "press@example.org")])
def test_a_mailbox_is_an_email_address(monkeypatch, value, mailbox):
    monkeypatch.setenv("CTPORTAL_PRESS_EMAIL", value)

    assert environment.mailbox("CTPORTAL_PRESS_EMAIL") == mailbox


def test_what_is_no_email_address_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("CTPORTAL_PRESS_EMAIL", "Press office")

    with pytest.raises(
        ImproperlyConfigured, match="CTPORTAL_PRESS_EMAIL is “Press office”; it must be an e-mail address."
    ):
        environment.mailbox("CTPORTAL_PRESS_EMAIL")


def read_database(url, pool=0):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CTPORTAL_DATABASE_URL", url)
        return environment.database("CTPORTAL_DATABASE_URL", Path("/srv/data"), {"timeout": 20}, pool=pool)


def sqlite_at(path):
    return {"ENGINE": "ctportal.sqlite", "NAME": Path(path), "OPTIONS": {"timeout": 20}, "CONN_MAX_AGE": 600}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/srv/data/ctportal.sqlite3"),
        ("sqlite:///portal.sqlite3", "portal.sqlite3"),
        ("sqlite:////srv/other/portal.sqlite3", "/srv/other/portal.sqlite3"),
    ],
)
def test_sqlite_is_the_default_and_may_stand_elsewhere(url, path):
    assert read_database(url) == sqlite_at(path)


def test_a_postgresql_address_is_taken_apart():
    assert read_database("postgresql://portal:p%40ss@db.example.org:5433/portal?sslmode=require", pool=8) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "USER": "portal",
        "PASSWORD": "p@ss",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {
            "sslmode": "require",
            "options": "-c lock_timeout=15s",
            "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
        },
    }


def test_a_postgresql_socket_is_named_in_the_query():
    read = read_database("postgresql://portal@/portal?host=/var/run/postgresql&options=-c%20lock_timeout=5s")

    own = {"options": "-c lock_timeout=5s"}
    assert (read["HOST"], read["PORT"], read["OPTIONS"]) == ("/var/run/postgresql", "", own)


@pytest.mark.parametrize("url", ["mysql://u:secret@h/n", "postgresql://u:secret@h/", "sqlite:///", "secret"])
def test_an_unreadable_database_address_is_refused_without_repeating_it(url):
    with pytest.raises(ImproperlyConfigured, match="CTPORTAL_DATABASE_URL cannot be read; it must be like") as refused:
        read_database(url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "answer"), [("1", True), ("True", True), ("on", True), ("0", False), ("off", False), ("", False)]
)
def test_a_flag_is_yes_or_no(monkeypatch, value, answer):
    monkeypatch.setenv("CTPORTAL_DEMO", value)

    assert environment.flag("CTPORTAL_DEMO", default=not answer) is answer


def test_a_bad_flag_or_number_is_refused_by_name_and_value(monkeypatch):
    monkeypatch.setenv("CTPORTAL_DEMO", "maybe")
    monkeypatch.setenv("CTPORTAL_DATABASE_POOL", "-1")

    with pytest.raises(ImproperlyConfigured, match="CTPORTAL_DEMO is “maybe”; it must be 1 or 0."):
        environment.flag("CTPORTAL_DEMO")
    with pytest.raises(ImproperlyConfigured, match="CTPORTAL_DATABASE_POOL is “-1”; it must be a whole number of at"):
        environment.number("CTPORTAL_DATABASE_POOL", 8)


def test_unset_variables_give_their_defaults(monkeypatch):
    for name in ("CTPORTAL_DEMO", "CTPORTAL_DATABASE_POOL", "CTPORTAL_ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)

    assert environment.flag("CTPORTAL_DEMO", default=True) is True
    assert environment.number("CTPORTAL_DATABASE_POOL", 8) == 8
    assert environment.words("CTPORTAL_ALLOWED_HOSTS") == []


def test_trusted_proxies_are_addresses_networks_or_the_unix_socket(monkeypatch):
    monkeypatch.setenv("CTPORTAL_TRUSTED_PROXIES", " 127.0.0.1, 2001:db8::/32 ,unix")

    assert environment.proxies("CTPORTAL_TRUSTED_PROXIES") == [
        ip_network("127.0.0.1/32"),
        ip_network("2001:db8::/32"),
        "unix",
    ]


@pytest.mark.parametrize("value", ["localhost", "10.0.0.1/8", "*", "1"])
def test_what_is_no_trusted_proxy_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("CTPORTAL_TRUSTED_PROXIES", value)

    with pytest.raises(ImproperlyConfigured, match="^CTPORTAL_TRUSTED_PROXIES: .*It must list addresses or networks"):
        environment.proxies("CTPORTAL_TRUSTED_PROXIES")


@pytest.mark.parametrize(
    "value, expected",
    [
        ("", ("", 0, "", "", False, False)),
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", True, False)),
        ("smtp://a%40b:p%3Aw@mail.example.org:2525", ("mail.example.org", 2525, "a@b", "p:w", True, False)),
        ("smtps://a:b@mail.example.org", ("mail.example.org", 465, "a", "b", False, True)),
        ("smtp://127.0.0.1:25?tls=0", ("127.0.0.1", 25, "", "", False, False)),
    ],
)
def test_a_mail_server_is_read(monkeypatch, value, expected):
    monkeypatch.setenv("CTPORTAL_MAIL", value)
    monkeypatch.setenv("CTPORTAL_FROM", "portal@example.org")

    assert environment.mail_server("CTPORTAL_MAIL", "CTPORTAL_FROM") == expected


@pytest.mark.parametrize(
    "value",
    ["mail.example.org", "http://a:secret@b", "smtp://", "smtp://a:secret@b:x", "smtp://b?tls=1", "smtp://b?secret=1"],
)
def test_what_is_no_mail_server_is_refused_and_not_repeated(monkeypatch, value):
    monkeypatch.setenv("CTPORTAL_MAIL", value)
    monkeypatch.setenv("CTPORTAL_FROM", "portal@example.org")

    with pytest.raises(ImproperlyConfigured, match="CTPORTAL_MAIL cannot be read") as refusal:
        environment.mail_server("CTPORTAL_MAIL", "CTPORTAL_FROM")
    assert "secret" not in str(refusal.value)


def test_a_mail_server_needs_the_address_that_messages_come_from(monkeypatch):
    monkeypatch.setenv("CTPORTAL_MAIL", "smtp://mail.example.org")

    with pytest.raises(ImproperlyConfigured, match="CTPORTAL_FROM is not set"):
        environment.mail_server("CTPORTAL_MAIL", "CTPORTAL_FROM")


@pytest.mark.parametrize(
    "value", ["portal.example.org", "ftp://portal.example.org", "https://portal.example.org/x", "https://"]
)
def test_what_is_no_address_of_a_site_is_refused(monkeypatch, value):
    monkeypatch.setenv("CTPORTAL_SITE", value)

    with pytest.raises(ImproperlyConfigured, match="must be like https://portal.example.org"):
        environment.site_url("CTPORTAL_SITE", "https://other.example.org")
