"""The requests of a recording: a crawl of the public pages, and lists of addresses for the API and the admin.

Each part begins with the portal as it was prepared, so that no part depends on the requests of another.
"""

import hashlib
import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

from . import normal
from .portal import ROLES

LANGUAGES = ("en", "ar", "fr", "ru", "es", "zh")
CRAWLED = ("en", "ar")
PAGES = ("conferences", "documents", "photos", "series", "themes", "press-releases", "co-chairs-summaries")
COLLECTIONS = ("conferences", "documents", "photos", "series", "themes", "organizations", "people")
MOST_QUERIES = 40  # links with a query that are followed from one page
NOBODY = "00000000-0000-5000-8000-000000000000"


def record(world, folder, is_wanted):
    """Write the responses of all parts for which *is_wanted* is true to *folder*, one file for each."""
    hashes = world.file_hashes
    addresses = _Addresses(world)
    parts = {
        **{f"public-{language}": _crawl(language) for language in CRAWLED},
        **{f"public-{language}": _sample(language) for language in LANGUAGES if language not in CRAWLED},
        "public-other": _other,
        "previews": _previews,
        "api": _api,
        "admin-anonymous": _admin(""),
        **{f"admin-{role}": _admin(role) for role in ROLES},
    }
    for name, ask in parts.items():
        if is_wanted(name):
            world.restore()
            ask(Recorder(world, folder / name, hashes), addresses)


class Recorder:
    """Sends requests like one browser, and writes each response to *folder* in a file named by its address."""

    def __init__(self, world, folder, hashes):
        self.world, self.folder, self.hashes = world, folder, hashes
        self.client, self.names = world.client(), {}  # {name of a file: request}
        folder.mkdir(parents=True)

    def get(self, address, name="", **options):
        """Request *address*, record the response as *name* (default: the address) and return it."""
        return self.ask("GET", address, name, **options)

    def ask(self, method, address, name="", shown="", **options):
        path, _mark, query = address.partition("?")
        response = self.client.generic(method, path, QUERY_STRING=quote(query, safe="=&+,%:;"), **options)
        return self.keep(f"{method} {shown or address}", response, name or address)

    def keep(self, asked, response, name=""):
        """Record *response* to the request *asked*."""
        text = normal.answer(asked, response, self.hashes)
        plain = name = _file_name(name or asked)
        number = 1
        while (
            self.names.setdefault(name, asked) != asked
        ):  # addresses that differ only in characters not used in file names
            number += 1
            name = f"{plain}~{number}"
        (self.folder / f"{name}.txt").write_text(text, "utf-8")
        return response


def _file_name(address):
    name = re.sub(r"[^\w=&,.+-]+", "_", unquote(normal.numbered(address)).replace("?", "@")).strip("_") or "root"
    if len(name.encode()) > 150:
        name = f"{name[:60]}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"
    return name


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def links_in(response, address):
    """Return the addresses of the portal that a page links to, sorted and without fragments."""
    if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
        return []
    parser = _Links()
    parser.feed(response.content.decode())
    whole = {urlsplit(urljoin(f"http://testserver{address}", link)) for link in parser.found}
    return sorted(
        {part.path + (f"?{part.query}" if part.query else "") for part in whole if part.netloc == "testserver"}
    )


# Public pages


class _Addresses:
    """The addresses of public records, found once by requests."""

    def __init__(self, world):
        world.restore()
        client = world.client()
        self.records = {}  # {collection: [record of the API, …]}
        for collection in COLLECTIONS:
            found, address = [], f"/api/v1/{collection}/?page_size=100"
            while address:
                page = json.loads(client.get(address).content)
                found += page["results"]
                address = page.get("next")
            self.records[collection] = sorted(found, key=lambda entry: entry.get("slug") or entry["uid"])
        self.files = {}  # {name: address}, one file of each name
        for page in ("/en/photos/", "/en/documents/"):
            for link in links_in(client.get(page), page):
                for address in links_in(client.get(link), link) if link.startswith(page) else ():
                    if address.startswith("/files/"):
                        self.files.setdefault(address.rpartition("/")[2], address)


def _crawl(language):
    """Follow all links from the home page on, including lists with one parameter."""

    def crawl(recorder, addresses):
        start = f"/{language}/"
        waiting, seen, queries = [start], {start}, {}
        while waiting:
            address = waiting.pop(0)
            for link in links_in(recorder.get(address), address):
                path, _mark, query = link.partition("?")
                if link in seen or not path.startswith(start):
                    continue
                if query:
                    queries[path] = queries.get(path, 0) + 1
                    if len(parse_qsl(query)) > 1 or queries[path] > MOST_QUERIES:
                        continue
                seen.add(link)
                waiting.append(link)
        for query in LIST_QUERIES:
            for page in PAGES[:3]:
                if f"{start}{page}/?{query}" not in seen:
                    recorder.get(f"{start}{page}/?{query}")
        for address in (f"{start}nowhere/", f"{start}conferences/nowhere/", f"{start}photos/{NOBODY}/"):
            recorder.get(address)
        for address in _over(language):
            if address not in seen:
                recorder.get(address)

    return crawl


LIST_QUERIES = (
    *("q=terrorism", "q=" + "word " * 30, "q=zzz", "page=999", "page=x", "nowhere=1", "year=2019&country=BY"),
    *("ordering=-updated&page=2", "ordering=title", "ordering=pk", "year=nineteen", "country=XX", "language=fr"),
)


def _over(language):
    """Request withdrawn records, a former address, past versions and one that never existed."""
    for path in (
        *("trinidad-and-tobago-2019", "nairobi-2019", "nairobi-regional-2019", "minsk-2019"),
        *(f"minsk-2019/versions/{number}" for number in (1, 2, 3, 4)),
        *("global-congress-victims-2022/versions/1", "global-congress-victims-2022/versions/2"),
        *("trinidad-and-tobago-2019/versions/1", "ulaanbaatar-2019/versions/1", "budapest-2019/versions/2"),
        *("almaty-2027", "Minsk-2019"),
    ):
        yield f"/{language}/conferences/{path}/"
    yield f"/{language}/conferences/minsk-2019"
    yield f"/{language}/themes/youth/versions/1/"


def _sample(language):
    """Request the home page, the lists, and one page of each type."""

    def sample(recorder, addresses):
        start = f"/{language}/"
        for page in (
            "",
            *(f"{page}/" for page in PAGES),
            "about/",
            "developers/",
            "nowhere/",
            "conferences/?year=2019",
            "documents/?page=2",
        ):
            recorder.get(start + page)
        for page in PAGES[:5]:
            for entry in addresses.records[page][:2]:
                recorder.get(f"{start}{page}/{entry.get('slug') or entry['uid']}/")
        for address in _over(language):
            recorder.get(address)
        kinds = {entry["kind"]: entry["slug"] for entry in addresses.records["documents"]}
        for kind, slug in sorted(kinds.items()):
            recorder.get(f"{start}documents/{slug}/", f"document {kind}")

    return sample


def _other(recorder, addresses):
    """Request addresses without language: redirects, permanent addresses, files, health checks, other methods and formats."""
    for address in ("/", "/robots.txt", "/healthz", "/readyz", "/nowhere", "/en", "/xx/", "/files/", "/favicon.ico"):
        recorder.get(address)
    for language in ("ar", "fr-CA, fr;q=0.9", "zh-CN", "de"):
        recorder.get("/", f"root {language}", HTTP_ACCEPT_LANGUAGE=language)
    for collection in COLLECTIONS:
        entry = addresses.records[collection][0]
        recorder.get(f"/id/{entry['uid']}")
        recorder.get(f"/id/{entry['uid']}", f"id {entry['uid']} json", HTTP_ACCEPT="application/json")
    recorder.get(f"/id/{NOBODY}")
    for name, address in sorted(addresses.files.items()):
        recorder.get(address, f"file {name}")
    name, address = sorted(addresses.files.items())[0]
    recorder.get(f"{address.rpartition('/')[0]}/another-name.pdf", "file another name")
    recorder.get(address, f"file range {name}", HTTP_RANGE="bytes=0-9")
    for method in ("HEAD", "OPTIONS", "POST", "PUT"):
        for address in (
            "/en/",
            "/en/conferences/minsk-2019/",
            "/en/nowhere/",
            "/api/v1/conferences/",
            "/api/v1/nowhere/",
        ):
            recorder.ask(method, address, f"{method} {address}")
    tag = recorder.client.get("/en/")["ETag"]
    recorder.get("/en/", "not modified", HTTP_IF_NONE_MATCH=tag)
    recorder.get("/en/", "another host", HTTP_HOST="elsewhere.example")


def _previews(recorder, addresses):
    """Request share links, and previews of drafts for staff."""
    world = recorder.world
    for language in LANGUAGES:
        recorder.get(f"{world.share}?lang={language}", f"shared {language}", shown=f"(share)?lang={language}")
    page = recorder.get(world.share, "shared", shown="(share)")
    for link in links_in(page, world.share):
        if "/files/" in link:
            recorder.get(link, f"shared file {link.rpartition('/')[2]}", shown="(share)/files/…")
    recorder.get("/preview/nothing/", "not signed")
    for role in ("publisher", "contributor"):
        recorder.client = world.client(role)
        for name, path in sorted(world.ids.items()):
            form = recorder.client.get(f"/admin/{path}/change/")
            if form.status_code != 200:
                continue
            for language in ("", "fr") if name in ("changed", "in review") else ("",):
                address = _preview_of(recorder.client, path)
                if not address:
                    continue
                address = address.partition("?")[0] + f"?lang={language}" if language else address
                recorder.get(address, f"{role} {name} {language}", shown=f"(preview of {name} {language})")


def _preview_of(client, path):
    """Return the address of the preview, after submitting the unchanged form with its button; "" where there is none."""
    from tests.admin.forms import AdminForm

    form = AdminForm(client, f"/admin/{path}/change/")
    if "_preview" not in form.buttons:
        return ""
    response = form.press("_preview")
    return response.get("Location", "")


# The API


API_QUERIES = (
    *("page_size=3", "page_size=3&page=2", "page=999", "page=0", "page=x", "page_size=0", "page_size=101"),
    *(
        "lang=fr",
        "lang=xx",
        "q=terrorism",
        "q=zzz",
        "q=",
        "nowhere=1",
        "ordering=date",
        "ordering=-updated",
        "ordering=pk",
    ),
    *(
        "year=2019",
        "year=x",
        "country=BY",
        "country=XX",
        "region=europe",
        "kind=regional",
        "kind=statement",
        "kind=nothing",
    ),
    *("date_after=2019-10-15", "date_before=2019-10-15", "date_after=yesterday", "updated_after=2026-11-09T00:00:00Z"),
    *(
        "updated_after=x",
        "language=fr",
        "conference=minsk-2019",
        "conference=nairobi-2019",
        "theme=youth",
        "status=held",
    ),
    *("series=dushanbe-process", "kind=statement&language=en&page_size=2", "year=x&country=XX&page=x"),
)


def _api(recorder, addresses):
    start = "/api/v1/"
    recorder.get(start)
    for accept in ("application/json", "application/vnd.oai.openapi", "text/html", "application/xml"):
        recorder.get(f"{start}schema/", f"schema {accept}", HTTP_ACCEPT=accept)
        recorder.get(f"{start}conferences/minsk-2019/", f"detail {accept}", HTTP_ACCEPT=accept)
    for address in ("schema/", "docs/", "nowhere/", "conferences", "conferences/nowhere/", f"documents/{NOBODY}/"):
        recorder.get(start + address)
    for collection in COLLECTIONS:
        recorder.get(f"{start}{collection}/")
        recorder.get(f"{start}{collection}/?page_size=100")
        for query in API_QUERIES:
            recorder.get(f"{start}{collection}/?{query}")
        entries = addresses.records[collection]
        for number, entry in enumerate(entries):
            base = f"{start}{collection}/{entry.get('slug') or entry['uid']}/"
            recorder.get(base)
            if number < 3:
                recorder.get(f"{base}?lang=fr")
                recorder.get(f"{base}?lang=xx")
                recorder.get(f"{start}{collection}/{entry['uid']}/", f"{collection} by uid {number}")
                for below in ("versions/", "versions/1/", "versions/9/", "versions/x/"):
                    recorder.get(base + below)
    for slug in (
        "trinidad-and-tobago-2019",
        "nairobi-2019",
        "minsk-2019",
        "global-congress-victims-2022",
        "budapest-2019",
    ):
        for below in ("", "versions/", "versions/1/", "versions/2/", "versions/3/"):
            recorder.get(f"{start}conferences/{slug}/{below}", f"over {slug} {below}")
    for collection in ("documents", "photos"):
        for entry in addresses.records[collection]:
            if entry.get("version", 1) != 1:
                recorder.get(f"{start}{collection}/{entry['uid']}/versions/", f"corrected {collection} {entry['uid']}")


# The admin


HAPPENED = ("workflow/auditentry", "workflow/workflowstep", "publishing/ledgerentry")
LISTS = (
    *(
        f"conferences/{name}"
        for name in ("conference", "photo", "series", "theme", "organization", "person", "session")
    ),
    *(f"documents/{name}" for name in ("document", "cochairssummary", "pressrelease", "statement", "otherdocument")),
    *HAPPENED,
    "publishing/edition",
    "publishing/redirect",
    *("auth/user", "auth/group"),
)
LIST_FILTERS = (
    *("q=vienna", "q=zzz", "q=" + "+".join(["word"] * 30), "o=2", "o=-1", "p=2", "all=", "nowhere=1"),
    *(f"publication={state}" for state in ("draft", "scheduled", "public", "changed", "withdrawn")),
    *("stage=draft", "stage=review", "year=2019", "country=KE", "dashboard=summary", "kind=regional"),
)
BELOW = (
    *("change/", "history/", "delete/", "versions/", "versions/compare/", "share/", "history/compare/", "discard/"),
    *("language/fr/", "language/ar/", "language/xx/", "release/", "photos/", "presence/", "recover/", "password/"),
)
OTHERS = (
    *("", "login/", "logout/", "password_change/", "password_change/done/", "jsi18n/", "nowhere/", "conferences/"),
    *(
        "documents/",
        "publishing/",
        "workflow/",
        "auth/",
        "language/",
        "conferences/photo/upload/",
        "conferences/photo/upload/?conference=7",
    ),
    *("conferences/person/merge/?ids=1,2", "conferences/organization/merge/?ids=1,2", "conferences/person/merge/"),
    *("conferences/conference/recover/", "conferences/conference/987654321/change/"),
    *(f"{name}/export/" for name in HAPPENED),
    "documents/statement/add/?conference=7&kind=statement&occasion=opening",
)
AUTOCOMPLETES = (
    *(("conferences", "conference", name) for name in ("parent", "themes")),
    *(("conferences", "appearance", name) for name in ("person", "organization")),
    ("conferences", "photo", "conference"),
    ("documents", "document", "conference"),
    ("documents", "documentrelation", "target"),
)


def _admin(role):
    """Request the same addresses for each role, including those that it may not open."""

    def admin(recorder, addresses):
        world = recorder.world
        first = _first_records(world)
        world.restore()
        recorder.client = world.client(role)
        if not role:
            for address in (*OTHERS[:8], f"{world.ids['corrected']}/change/", *(f"{name}/" for name in LISTS[:8])):
                recorder.get(f"/admin/{address}")
            return
        # First the logs, which later requests add to.
        happened = [f"/admin/{name}/" for name in HAPPENED]
        for address in happened:
            recorder.get(address)
        index = recorder.get("/admin/")
        asked = {"/admin/", *happened}
        wanted = [f"/admin/{address}" for address in OTHERS]
        wanted += links_in(index, "/admin/")
        for path in LISTS:
            wanted += [f"/admin/{path}/", f"/admin/{path}/add/"]
        for path in ("conferences/conference", "conferences/photo", "conferences/person", "documents/document"):
            wanted += [f"/admin/{path}/?{query}" for query in LIST_FILTERS]
        for path in first.values():
            wanted += [f"/admin/{path}/{below}" for below in BELOW]
        for path in world.ids.values():
            wanted += [f"/admin/{path}/{below}" for below in BELOW[:5]]
        for name in ("corrected", "scheduled", "changed", "in review", "withdrawn", "ending"):
            wanted += [f"/admin/{world.ids[name]}/{below}" for below in ("release/", "photos/", "share/")]
        for app, model, field in AUTOCOMPLETES:
            query = f"app_label={app}&model_name={model}&field_name={field}"
            wanted += [f"/admin/autocomplete/?{query}&term={term}" for term in ("", "minsk")]
        for address in wanted:
            if address in asked or not address.startswith("/admin/"):
                continue
            asked.add(address)
            response = recorder.get(address)
            if address.endswith(("/history/", "/versions/")):
                asked |= _below(recorder, response, address, asked)
        _refused(recorder)

    return admin


def _first_records(world):
    """Return {list: path of its first record}, for the administrator."""
    client, found = world.client("administrator"), {}
    for path in LISTS:
        if match := re.search(rf"/admin/({path}/\d+)/", client.get(f"/admin/{path}/").content.decode()):
            found[path] = match[1]
    return found


def _below(recorder, response, address, asked):
    """Record the first six pages of versions and saved states that *response* links to."""
    links = [link for link in links_in(response, address) if link.startswith(address) and link not in asked][:6]
    for link in links:
        recorder.get(link)
    kept = [link.removeprefix(address).strip("/") for link in links if re.search(r"/history/\d+/$", link)]
    if len(kept) > 1:
        recorder.get(f"{address}compare/?before={kept[0]}&after={kept[-1]}")
        recorder.get(f"{address}compare/?before={kept[-1]}&after=")
    return set(links)


def _refused(recorder):
    """Submit empty forms, which are shown again with errors."""
    from tests.admin.forms import AdminForm

    for path in ("conferences/conference", "documents/pressrelease", "conferences/person", "auth/user"):
        if recorder.client.get(f"/admin/{path}/add/").status_code != 200:
            continue
        form = AdminForm(recorder.client, f"/admin/{path}/add/")
        for button in sorted({"_save", "_continue", "_publish", "_submit"}.intersection(form.buttons)):
            values = {name: value for name, value in form.values.items() if "__prefix__" not in name}
            response = recorder.client.post(f"/admin/{path}/add/", values | {button: "1"})
            recorder.keep(f"POST {path} empty {button}", response)
