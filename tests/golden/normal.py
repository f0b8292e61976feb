"""The normal form of a response: differences that no reader notices are removed, and random values are numbered.

HTML has one tag or text on each line, or one element with only text. White space between tags, the order of attributes and
classes, entities and comments make no difference, except in ``pre`` and ``textarea``.
"""

import hashlib
import json
import re
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
VERBATIM = frozenset({"pre", "textarea"})
# Selects whose values are keys that depend on the order of migrations.
NUMBERED_OPTIONS = frozenset({"permissions", "user_permissions"})
# Fields by which forms detect stale saves, and Django's token.
INTERNAL = frozenset({"csrfmiddlewaretoken", "mark", "opened"})
LEFT_OUT = frozenset({"content-length", "date", "etag", "expires", "last-modified", "set-cookie"})

# Random values in a response, with the words that replace them. Keys and uids have the form of ``portal.freeze``; uids of the
# demonstration are constant and are kept.
RANDOM = (
    ("signed", re.compile(r"(?<![\w.-])\.?[\w-]{8,}(?::[\w-]{6})?:[\w-]{43}(?![\w-])")),
    ("key", re.compile(r"golden\d{14,37}")),
    ("uid", re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}|00000000000040008000[0-9a-f]{12}")),
    ("sha256", re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")),
)
# The beginning of a password salt or hash, as shown in the admin.
MASKED = re.compile(r"[\w./+$-]*\*{10,}")
NONCE = re.compile(r"'nonce-[^']+'")
CONTENT_TYPE_ID = re.compile(r"/admin/r/\d+/")


class _Lines(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines, self.open, self.text = [], [], []
        self.select = ""

    def handle_decl(self, decl):
        self.lines.append(("tag", f"<!{decl.lower()}>"))

    def handle_starttag(self, tag, attrs):
        self._end_text()
        attributes = dict(attrs)
        if tag == "select":
            self.select = (attributes.get("name") or "").removesuffix("_old")
        if tag == "option" and self.select in NUMBERED_OPTIONS:
            attributes.pop("value", None)
        if tag == "input" and attributes.get("name") in INTERNAL:
            attributes["value"] = "(internal)"
        if "nonce" in attributes:
            attributes["nonce"] = "(nonce)"
        written = "".join(f" {name}{_value(name, value)}" for name, value in sorted(attributes.items()))
        self.lines.append(("start" if tag not in VOID else "tag", f"<{tag}{written}>"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        self._end_text()
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        self.lines.append(("end", f"</{tag}>"))

    def handle_data(self, data):
        self.text.append(data)

    def close(self):
        super().close()
        self._end_text()

    def _end_text(self):
        text, self.text = "".join(self.text), []
        within = self.open[-1] if self.open else ""
        if VERBATIM.intersection(self.open):
            self.lines += [("verbatim", f"|{escape(line, quote=False)}") for line in text.strip("\n").splitlines()]
        elif within == "script" and (parsed := _json(text)) is not None:
            self.lines += [("verbatim", line) for line in parsed.splitlines()]
        elif text := " ".join(text.split()):
            self.lines.append(("text", escape(text, quote=False)))

    def written(self):
        """Return the lines, with empty elements and elements with a single text on one line."""
        lines, index = [], 0
        while index < len(self.lines):
            kinds = [kind for kind, _line in self.lines[index : index + 3]]
            length = 2 if kinds[:2] == ["start", "end"] else 3 if kinds == ["start", "text", "end"] else 1
            lines.append("".join(line for _kind, line in self.lines[index : index + length]))
            index += length
        return "\n".join(lines)


def _value(name, value):
    if value is None or value == "":
        return "" if name != "value" else '=""'
    if name == "class":
        value = " ".join(sorted(value.split()))
    elif name != "value":
        value = " ".join(value.split())
    return f'="{escape(value)}"'.replace("\n", "&#10;")


def _json(text):
    try:
        return json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False)
    except ValueError:
        return None


def html(text):
    """Return *text* with one tag or text on each line."""
    parser = _Lines()
    parser.feed(text)
    parser.close()
    return parser.written()


def numbered(text, kept=frozenset()):
    """Return *text* with random values replaced by their kind and the number of their first occurrence, except *kept*."""
    text = MASKED.sub("(masked)", text)
    text = CONTENT_TYPE_ID.sub("/admin/r/(type)/", NONCE.sub("'nonce-(nonce)'", text))
    for word, pattern in RANDOM:
        seen = {}
        text = pattern.sub(
            lambda match, seen=seen, word=word: (
                match[0] if match[0] in kept else f"({word} {seen.setdefault(match[0], len(seen) + 1)})"
            ),
            text,
        )
    return text


def body(content_type, content, kept=frozenset()):
    """Return the normal form of *content* (bytes). *kept* are the hashes of files, which are not random."""
    kind = content_type.partition(";")[0].strip().lower()
    if not content:
        return ""
    if kind == "text/html":
        return numbered(html(content.decode()), kept)
    if kind.endswith("json"):
        parsed = _json(content.decode())
        return numbered(content.decode() if parsed is None else parsed, kept)
    if kind.startswith("text/") or kind.endswith(("yaml", "xml", "javascript")):
        return numbered(content.decode(), kept)
    return f"({len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()})"


def headers(response):
    """Yield the lines of the headers, sorted, with sorted lists. Headers that change with the content have no value."""
    for name, value in sorted(response.items()):
        if name.lower() == "vary":
            value = ", ".join(sorted(part.strip() for part in value.split(",")))
        elif name.lower() == "content-security-policy":
            value = "; ".join(sorted(" ".join(sorted(part.split(), key=_sources)) for part in value.split(";")))
        if name.lower() not in LEFT_OUT:
            yield f"{name}: {numbered(value)}"
        elif name.lower() != "content-length":
            yield f"{name}: (there)"
    for name in sorted(response.cookies):
        yield f"Set-Cookie: {name}"


def _sources(word):
    """Return the sort key of a word in a directive of a policy: the name of the directive before its sources."""
    return word.startswith(("'", "http", "data:", "blob:")), word


def answer(asked, response, kept=frozenset()):
    """Return the text recorded for *response* to the request *asked*, such as "GET /en/"."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    lines = [numbered(asked), str(response.status_code), *headers(response)]
    return "\n".join([*lines, "", body(response.get("Content-Type", ""), content, kept)]).rstrip("\n") + "\n"
