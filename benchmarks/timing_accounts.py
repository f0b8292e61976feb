"""The part of ``make timing`` about accounts: whether response times distinguish names that an account has from others.

Wrong passwords, requests for reset mails and links are sent in pairs, one for a known and one for an unknown name in random
order, each from an address of its own, so that no limit is reached.
"""

import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from urllib.parse import urlencode

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from .server import ROOT, environment, serving

SETTINGS = "benchmarks.timing_settings"
NAMES = 200  # of each kind; each is asked for a few times in each row
WARM_UP = 5  # pairs that are not measured
# {row: (address of the form, field of the name, what else is typed, kind of the known names)}
ROWS = {
    "sign-in, active account": ("/admin/login/", "username", {"password": "wrong"}, "active"),
    "sign-in, invited, without password": ("/admin/login/", "username", {"password": "wrong"}, "invited"),
    "sign-in, account made inactive": ("/admin/login/", "username", {"password": "wrong"}, "inactive"),
    "reset mail": ("/admin/password_reset/", "email", {}, "addresses"),
    "link of an invitation, wrong": ("/admin/new_password/", "link", {}, "links"),
}


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 20_000  # a few milliseconds


def measured(data, requests, *, with_real_hash=False):
    """Return [(row, *compared)], in milliseconds, from *requests* for each row."""
    more = {"CTPORTAL_TRUSTED_PROXIES": "127.0.0.1", "BENCHMARK_HASH": "real" if with_real_hash else ""}
    command = [sys.executable, "-m", "benchmarks.timing_accounts"]
    env = environment(data, SETTINGS, **more)
    made = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    names = json.loads(made.stdout.splitlines()[-1])
    with serving(data, SETTINGS, **more) as port:
        return [(row, *compared(port, row, names, requests)) for row in ROWS]


def compared(port, row, names, requests):
    """Return (status, median for known names, median for others, median of the differences within a pair) of *row*.

    Other work of the machine falls on both of a pair, so that the last is what counts.
    """
    path, field, typed, kind = ROWS[row]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers, token = opened(connection)
    order, pairs, statuses = random.Random(row), [], set()
    for turn in range(WARM_UP + requests // 2):
        pair = {}
        for is_known in order.sample([True, False], 2):
            name = names[kind if is_known else f"no {kind}"][turn % NAMES]
            address = f"10.{list(ROWS).index(row)}.{turn // 100}.{turn % 100 * 2 + is_known}"
            body = urlencode({"csrfmiddlewaretoken": token, field: name, **typed})
            begin = time.perf_counter()
            connection.request("POST", path, body, headers | {"X-Forwarded-For": address})
            answer = connection.getresponse()
            answer.read()
            pair[is_known] = (time.perf_counter() - begin) * 1000
            statuses.add(answer.status)
        pairs.append(pair)
    connection.close()
    assert len(statuses) == 1, f"{row}: {statuses}"
    measured = pairs[WARM_UP:]
    known, unknown = (statistics.median(pair[is_known] for pair in measured) for is_known in (True, False))
    return statuses.pop(), known, unknown, statistics.median(pair[True] - pair[False] for pair in measured)


def opened(connection):
    """Return the headers and the token with which forms are posted."""
    connection.request("GET", "/admin/login/")
    answer = connection.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())[1]
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}, token


def written(rows, requests, how):
    what = f"{requests} requests for each row, in pairs of a name that an account has and one that none has; {how}"
    lines = [
        "",
        f"{what}; load of the machine {os.getloadavg()[0]:.1f} at the end.",
        "",
        "| form | status | an account, median ms | no account, median ms | difference in a pair, median ms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row} | {status} | {known:.2f} | {unknown:.2f} | {difference:+.2f} |"
        for row, status, known, unknown, difference in rows
    ]
    return "\n".join(lines)


def prepare():
    """Make the accounts. Print {kind: names} for them, and of the same form for nobody, as one JSON object."""
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User

    def accounts(kind, **fields):
        found = User.objects.filter(username__startswith=f"{kind}-account-")
        found.delete()
        made = (User(username=f"{kind}-account-{number:03}", is_staff=True, **fields) for number in range(NAMES))
        User.objects.bulk_create([*made])
        return list(found.order_by("username").values_list("username", "pk"))

    def nobody(kind):
        return [f"{kind}-nothing-{number:03}" for number in range(NAMES)]

    password = make_password("correct horse battery staple")
    active = accounts("active", password=password)
    for name, pk in active:
        User.objects.filter(pk=pk).update(email=f"{name}@example.org")
    invited = accounts("invited", password="!" + "x" * 40)
    accounts("inactive", password=password, is_active=False)
    names = {
        kind: [f"{kind}-account-{number:03}" for number in range(NAMES)] for kind in ("active", "invited", "inactive")
    }
    names |= {f"no {kind}": nobody(kind) for kind in ("active", "invited", "inactive")}
    names["addresses"] = [f"{name}@example.org" for name, _pk in active]
    names["no addresses"] = [f"{name}@example.org" for name in nobody("mail")]
    wrong = "c9tm2k-" + "0" * 32
    names["links"] = [f"{pk}-{wrong}" for _name, pk in invited]
    names["no links"] = [f"{900_000 + pk}-{wrong}" for _name, pk in invited]
    print(json.dumps(names))


if __name__ == "__main__":
    prepare()
