"""Canaries: unique words, identifiers and keys. A response that contains one reveals the field that holds it."""

import hashlib
import re
import uuid
from typing import NamedTuple

OPEN = "open"  # all readers must find it
TOLD = "told"  # all readers may find it, such as the uid in a tombstone
CLOSED = "closed"  # those who may read the draft must find it
HELD = "held back"  # those who may read the draft may find it
NAMED = "for staff"  # any account may find it in the admin, of records that it may choose
KEPT = "kept"  # only administrators may find it; no identity of the walk is one

WORD = re.compile(rb"zq[a-p]{12,30}")
UID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HASH = re.compile(rb"[0-9a-f]{64}")
# The end of a uid, for whole pages: searching for a hyphen is many times faster than for a digit.
UID_FROM_ITS_HYPHEN = re.compile(rb"-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGITS_AS_ZEROS = bytes.maketrans(b"0123456789abcdef", b"0" * 16)


class Name(NamedTuple):
    """The origin of a canary: the *case* (state and kind of record), the *side* and the field."""

    case: str
    side: str
    what: str

    def __str__(self):
        return f"{self.what} of the {self.case} ({self.side})"


def letters(text, count):
    """Return *count* letters from a to p that depend on *text* alone, so that canaries do not depend on their order."""
    digits = hashlib.blake2b(text.encode(), digest_size=32).hexdigest()[:count]
    return digits.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))


def never(kind="word"):
    """Return a text in the form of a canary that no field has."""
    return {
        "word": "zq" + letters("never", 12),
        "key": "zq" + letters("never", 30),
        "uid": str(uuid.UUID(bytes=hashlib.blake2b(b"never", digest_size=16).digest(), version=4)),
    }[kind]


class Canaries:
    """All canaries of one world, with their Names."""

    def __init__(self):
        self.names = {}
        self.phrases = {}  # {as bytes: canary}

    def word(self, case, side, what):
        return self._keep("zq" + letters(f"{case}/{what}/{side}", 12), Name(case, side, what))

    def key(self, case, side, what):
        """Return the key of a stored file: 32 characters, as long as real keys."""
        return self._keep("zq" + letters(f"{case}/{what}/{side}/key", 30), Name(case, side, what))

    def uid(self, case, side, what):
        digest = hashlib.blake2b(f"{case}/{what}/{side}/uid".encode(), digest_size=16).digest()
        uid = uuid.UUID(bytes=digest, version=4)
        self._keep(str(uid), Name(case, side, what))
        return uid

    def checksum(self, value, case, side, what):
        return self._keep(value, Name(case, side, what))

    def phrase(self, text, case, side, what):
        """Note *text*, ASCII in lowercase, which only *case* can be the reason for. It stands for a code, which is no word."""
        self.phrases[text.encode()] = text
        return self._keep(text, Name(case, side, what))

    def _keep(self, text, name):
        assert self.names.setdefault(text, name) == name, f"{text} is {self.names[text]} and {name}"
        return text

    def found(self, data):
        """Return {canary: Name} of the canaries in *data* (bytes), ignoring case."""
        data = data.lower()
        texts = set(WORD.findall(data))
        texts |= {data[max(0, m.start() - 8) : m.end()] for m in UID_FROM_ITS_HYPHEN.finditer(data)}
        if b"0" * 64 in data.translate(DIGITS_AS_ZEROS):
            texts |= set(HASH.findall(data))
        texts = {text.decode(errors="replace") for text in texts}
        texts |= {text for phrase, text in self.phrases.items() if phrase in data}
        return {text: self.names[text] for text in texts if text in self.names}

    def of(self, *sides):
        """Return the Names with one of *sides*."""
        return {name for name in self.names.values() if name.side in sides}
