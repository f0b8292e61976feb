"""A process that searches in one database, line by line: JSON in, JSON out. ``benchmarks.search`` asks several in turn.

In: {"what": a function below, "text", "language", "filters"}; out: {"seconds", "processor", "status", "found", "answer"}: what a
clock shows, the seconds of processor time of this process and its PostgreSQL process, and a checksum of the whole answer.
On a busy machine, the processor time is what can be compared.

``searches N`` prints N searches made of what is public, ``hide N`` writes N hidden records, instead.
"""

import json
import logging
import sys
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import django


def main():
    django.setup()
    if sys.argv[1:]:
        print(json.dumps({"searches": made_searches, "hide": hidden}[sys.argv[1]](int(sys.argv[2]))))
        return
    from django.test import Client

    logging.getLogger("django.request").setLevel(logging.ERROR)  # no line for each answer 400
    client = Client(headers={"host": "127.0.0.1"})
    for line in sys.stdin:
        print(json.dumps(answered(client, json.loads(line))), flush=True)


def made_searches(count):
    from tests.search.influence import searches

    return searches(count, public())


def hidden(count):
    from ctportal.publishing import epoch
    from tests.search.influence import hide

    hide(count, public(), epoch.now())
    return count


def public():
    from ctportal.publishing import epoch
    from ctportal.publishing.models import Edition

    return list(Edition.objects.public(epoch.now()).order_by("type", "slug", "pk"))


def answered(client, asked):
    begin, used = time.perf_counter(), processor_seconds()
    problem = ""
    try:
        status, found, content = getattr(sys.modules[__name__], asked["what"])(client, asked)
    except Exception as error:  # noqa: BLE001 - an error is an answer that is counted
        status, found, content, problem = 500, 0, b"", repr(error)[:300]
    seconds, used = time.perf_counter() - begin, processor_seconds() - used
    answer = sha256(content).hexdigest()
    return {
        "seconds": seconds, "processor": used, "status": status, "found": found, "answer": answer, "problem": problem,
    }  # fmt: skip


def processor_seconds():
    from django.db import connection

    used = time.process_time()
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        ran = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
        used += int(ran) / 1e9
    return used


def yardstick(_client, _asked):
    """Compute for about five milliseconds, to compare machines and moments."""
    for _step in range(30):
        json.dumps(list(range(1_000)))
    return 200, 0, b""


def search(_client, asked):
    from ctportal.reading.context import ReadContext
    from tests.search.influence import Search, results_of

    results = results_of(Search(asked["text"], asked["language"], asked["filters"]), ReadContext())
    return 200, len(results), repr((results.hits, results.facets)).encode()


def page(client, asked):
    filters = dict(each[0].split("=", 1) for each in asked["filters"])
    return _get(client, f"/{asked['language']}/search/", {"q": asked["text"], **filters})


def suggest(client, asked):
    return _get(client, f"/{asked['language']}/search/suggestions/", {"q": asked["text"]})


def listed(client, asked):
    return _get(client, f"/{asked['language']}/documents/", {"q": asked["text"]})


def _get(client, path, parameters):
    # Half of a surrogate pair is sent as the bytes that it would have, as hostile clients do.
    response = client.get(f"{path}?{urlencode(parameters, errors='surrogatepass')}", secure=True)
    return response.status_code, 0, response.content


if __name__ == "__main__":
    main()
