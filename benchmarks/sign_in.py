"""What readers feel while ten clients guess passwords: ``python -m benchmarks.sign_in FOLDER``, a data folder of ``make run``.

Prints the median time of the home page and the answers of the form: with nobody there, with each client as fast as it can at
one name, at ever new names, and with 3.7 attempts a second together.
"""

import collections
import http.client
import re
import statistics
import sys
import threading
import time
from urllib.parse import urlencode

from benchmarks import server

CLIENTS, SECONDS, PAUSE = 10, 20, 2.7  # the pause makes 3.7 attempts a second


def ask(connection, path, form=None, headers=None):
    connection.request("GET" if form is None else "POST", path, form and urlencode(form), headers or {})
    response = connection.getresponse()
    return response, response.read().decode()


def guess(port, client, way, until, answers):
    """Post wrong passwords *until* that time; count the statuses in *answers*."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    response, form = ask(connection, "/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    headers = {
        "Cookie": response.headers["Set-Cookie"].partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    number = 0
    while time.monotonic() < until:
        number += 1
        name = f"name{client}-{number}" if way == "new names" else "publisher"
        typed = {"csrfmiddlewaretoken": token, "username": name, "password": "wrong"}
        begun = time.monotonic()
        answers[ask(connection, "/admin/login/", typed, headers)[0].status] += 1
        if way == "3.7 a second":
            time.sleep(max(0, PAUSE - (time.monotonic() - begun)))


def measure(port, way):
    """Return (median seconds of the home page, {status of the form: number})."""
    for _ in range(10):  # so that both processes have loaded what they need
        ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/en/")
    until, times, answers = time.monotonic() + SECONDS, [], collections.Counter()
    arguments = [(port, client, way, until, answers) for client in range(CLIENTS if way != "nobody" else 0)]
    threads = [threading.Thread(target=guess, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    reader = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.monotonic() < until:
        begun = time.monotonic()
        ask(reader, "/en/")
        times.append(time.monotonic() - begun)
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    return statistics.median(times), dict(answers)


def main(folder):
    for way in ("nobody", "one name", "new names", "3.7 a second"):
        forget = "from ctportal.accounts.models import AttemptCounter; AttemptCounter.objects.all().delete()"
        server.manage("shell", "--verbosity", "0", "--command", forget, data_dir=folder)
        with server.serving(folder) as port:
            seconds, answers = measure(port, way)
        print(f"{way:<14} home page {seconds * 1000:7.1f} ms, form {answers}")


if __name__ == "__main__":
    main(sys.argv[1])
