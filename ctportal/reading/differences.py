"""Compare two versions of a record's public JSON. Pure functions, for the public history and for staff.

``differences(before, after)`` returns Changes in the order of the fields. ``text_changes`` compares two texts word by
word. Both are independent of the reader's language, labels and templates; ``ctportal.web.changes`` describes the
results in words. The time of a comparison is limited for any texts: see BUDGET.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from difflib import Match, SequenceMatcher
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias, TypeGuard

from ctportal.core.entries import identity
from ctportal.core.languages import CODES
from ctportal.core.rich_text import paragraphs
from ctportal.core.types import JsonObject, JsonValue

# The path from the record to a value: names of fields and, for an entry of a list, the entry itself.
JsonPath: TypeAlias = tuple[str | JsonObject, ...]


@dataclasses.dataclass(frozen=True)
class Change:
    """One difference.

    *before* and *after* are the values in the JSON, None if there is none. *language* is that of a text in a language
    object. A list is *reordered* if it has the same entries in a different order. *owners* are the objects with the field,
    before and after.
    """

    path: JsonPath
    before: JsonValue
    after: JsonValue
    language: str = ""
    reordered: bool = False
    owners: tuple[JsonObject, JsonObject] = dataclasses.field(default=({}, {}), compare=False)

    @property
    def field(self) -> str:
        """Name of the innermost field, such as "title" or "file"."""
        return next(part for part in reversed(self.path) if isinstance(part, str))


def differences(before: JsonObject, after: JsonObject) -> list[Change]:
    """Return the Changes from the JSON object *before* to *after*; a field that one of them lacks counts as empty."""
    return list(_objects(before, after, ()))


def _objects(before: JsonObject, after: JsonObject, path: JsonPath) -> Iterator[Change]:
    for name in [*after, *(name for name in before if name not in after)]:
        for change in _values(before.get(name), after.get(name), (*path, name)):
            yield change if any(change.owners) else dataclasses.replace(change, owners=(before, after))


def _values(before: JsonValue, after: JsonValue, path: JsonPath) -> Iterator[Change]:
    if before == after or (not before and not after and before is not False and after is not False):
        return
    if _is_language_object(before) and _is_language_object(after):
        for code in CODES:
            old, new = (before or {}).get(code), (after or {}).get(code)
            if old != new:
                yield Change(path, old, new, code)
    elif _is_list_of_objects(before) and _is_list_of_objects(after):
        yield from _lists(before or [], after or [], path)
    elif isinstance(before, dict) and isinstance(after, dict) and identity(before) == identity(after):
        yield from _objects(before, after, path)
    else:
        yield Change(path, before, after)


def _is_language_object(value: JsonValue) -> TypeGuard[JsonObject | None]:
    """Return whether *value* is an object with language codes as keys, or empty."""
    return not value if not isinstance(value, dict) else set(value) <= set(CODES)


def _is_list_of_objects(value: JsonValue) -> TypeGuard[list[JsonObject] | None]:
    """Return whether *value* is a list of objects, or empty."""
    return not value if not isinstance(value, list) else all(isinstance(each, dict) for each in value)


# Matching the entries of lists


def _lists(before: list[JsonObject], after: list[JsonObject], path: JsonPath) -> Iterator[Change]:
    """Yield the Changes of a list: entries that were added, removed or changed, and whether the rest was reordered."""
    matches = _matches(before, after)
    for old, entry in enumerate(before):
        if old not in matches.values():
            yield Change((*path, entry), entry, None)
    for new, entry in enumerate(after):
        if new in matches:
            yield from _objects(before[matches[new]], entry, (*path, entry))
        else:
            yield Change((*path, entry), None, entry)
    order = [old for _new, old in sorted(matches.items())]
    if order != sorted(order):
        yield Change(path, before, after, reordered=True)


def _matches(before: list[JsonObject], after: list[JsonObject]) -> dict[int, int]:
    """Return {index after: index before} of matching entries, each used once.

    Equal entries are matched first; then those with the same identity (``core.entries``); then those with the same uid; then
    those without any identity, by their position among the rest.
    """
    matches: dict[int, int] = {}
    olds, news = dict(enumerate(before)), dict(enumerate(after))  # those that are not matched yet
    identities: tuple[Callable[[JsonObject], Hashable], ...] = (_whole, identity, _name)
    for same in identities:
        waiting: dict[Hashable, list[int]] = {}
        for old, entry in olds.items():
            waiting.setdefault(same(entry), []).append(old)
        for new, entry in list(news.items()):
            if same(entry) is not None and waiting.get(same(entry)):
                matches[new] = waiting[same(entry)].pop(0)
                del olds[matches[new]], news[new]
    unnamed_old = [old for old, entry in olds.items() if identity(entry) is None]
    unnamed_new = [new for new, entry in news.items() if identity(entry) is None]
    return matches | dict(zip(unnamed_new, unnamed_old, strict=False))


def _whole(entry: JsonObject) -> str:
    return json.dumps(entry, sort_keys=True)


def _name(entry: JsonObject) -> str | None:
    """Return the uid: a person whose role changed is still the same entry; a link with another address is not."""
    return str(entry["uid"]) if entry.get("uid") else None


# Texts

SAME, DELETED, INSERTED, SKIPPED = "same", "del", "ins", "skip"

# The steps that comparing one pair of texts may take, about a tenth of a second. Beyond that, only whole paragraphs are
# compared; if even these are too many, everything counts as changed. Steps are counted instead of timed, so that the
# same texts always give the same result.
BUDGET = 1_000_000
# The most tokens of one paragraph, and the most characters of several, that are compared word by word.
WORDS = 20_000
PAIRS = 1_000  # the most paragraphs in a row that are compared pair by pair
WORD = re.compile(
    r"\s+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af!-/:-@\[-`{-~،؛؟…—–«»“”‘’„、。，：；？！（）《》]+|."
)


class Part(NamedTuple):
    """A part of a paragraph; *op* is SAME, DELETED or INSERTED.

    With SKIPPED, it stands for a run of unchanged paragraphs, and *text* is their number.
    """

    op: str
    text: str


def text_changes(before: str, after: str) -> list[list[Part]]:
    """Compare two texts (plain or HTML) and return the changed paragraphs, each a list of Parts.

    A run of unchanged paragraphs is one [Part(SKIPPED, count)]. If all words are the same, the form is compared too
    (see ``paragraphs``); if that is the same, return [].
    """
    old, new = paragraphs(before), paragraphs(after)
    if old == new:
        old, new = paragraphs(before, with_form=True), paragraphs(after, with_form=True)
    if old == new:
        return []
    budget = _Budget(BUDGET)
    found: list[list[Part]] = []
    for op, a, b in _aligned(old, new, budget):
        if op == SAME:
            found.append([Part(SKIPPED, str(len(a)))])
        else:
            found += _rewritten(a, b, budget)
    return found


def _rewritten(old: list[str], new: list[str], budget: "_Budget") -> list[list[Part]]:
    """Compare rewritten paragraphs word by word: pair by pair if their number is unchanged, else as one text."""
    if len(old) == len(new) <= PAIRS:
        return [_words(a, b, budget) for a, b in zip(old, new, strict=True)]
    if old and new and sum(map(len, (*old, *new))) <= WORDS:
        return _split(_words("\n".join(old), "\n".join(new), budget))
    return [[Part(DELETED, text)] for text in old] + [[Part(INSERTED, text)] for text in new]


def _split(parts: Iterable[Part]) -> list[list[Part]]:
    """Return *parts*, the Parts of several paragraphs, split into paragraphs at line feeds."""
    found: list[list[Part]] = [[]]
    for part in parts:
        for i, line in enumerate(part.text.split("\n")):
            if i and found[-1]:
                found.append([])
            if line.strip() or (line and part.op == SAME):
                found[-1].append(Part(part.op, line))
    return [each for each in found if each]


def _words(before: str, after: str, budget: "_Budget") -> list[Part]:
    """Return the Parts of one paragraph; one DELETED and one INSERTED if less than a third of it is unchanged."""
    whole = [Part(DELETED, before), Part(INSERTED, after)]
    old, new = WORD.findall(before), WORD.findall(after)
    if len(old) + len(new) > WORDS:
        return whole
    aligned = [(op, "".join(a), "".join(b)) for op, a, b in _aligned(old, new, budget)]
    parts = list(_readable(aligned))
    kept = sum(len(part.text) for part in parts if part.op == SAME)
    return parts if kept * 3 >= min(len(before), len(after)) else whole


def _readable(parts: list[tuple[str, str, str]]) -> Iterator[Part]:
    """Yield Parts for *parts*, each (SAME or "", text before, text after).

    Spaces and punctuation between two changes count as changed, so that the result stays readable.
    """
    last = len(parts) - 1
    marked = [
        ("" if op == SAME and 0 < i < last and not re.search(r"\w", a) else op, a, b)
        for i, (op, a, b) in enumerate(parts)
    ]
    for op, group in groupby(marked, key=itemgetter(0)):
        run = list(group)
        before, after = "".join(a for _op, a, _b in run), "".join(b for _op, _a, b in run)
        if op == SAME:
            yield Part(SAME, before)
            continue
        if before:
            yield Part(DELETED, before)
        if after:
            yield Part(INSERTED, after)


class _Budget:
    """The remaining steps of BUDGET."""

    def __init__(self, steps: int) -> None:
        self.left = steps


class _TooLong(Exception):
    pass


class _Matcher(SequenceMatcher[str]):
    """difflib's SequenceMatcher with a limit: raises _TooLong if the remaining steps do not suffice.

    The cost of a search for the longest match is known in advance: how often each item occurs on the other side.
    """

    b2j: dict[str, list[int]]  # difflib's own: where each item occurs in b

    def __init__(self, a: list[str], b: list[str], budget: _Budget) -> None:
        super().__init__(None, a, b, autojunk=False)
        self.budget = budget
        self.cost = [0]
        for item in a:
            self.cost.append(self.cost[-1] + 1 + len(self.b2j.get(item, ())))

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        cost = self.cost[-1 if ahi is None else ahi] - self.cost[alo] + 20
        if cost > self.budget.left:
            raise _TooLong
        self.budget.left -= cost
        return super().find_longest_match(alo, ahi, blo, bhi)


def _aligned(old: list[str], new: list[str], budget: _Budget) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield (SAME or "", items of *old*, items of *new*) in order. Equal items at both ends are split off first."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield SAME, old[:start], new[:start]
    if a and b:
        try:
            for tag, i1, i2, j1, j2 in _Matcher(a, b, budget).get_opcodes():
                yield SAME if tag == "equal" else "", a[i1:i2], b[j1:j2]
        except _TooLong:
            yield "", a, b
    elif a or b:
        yield "", a, b
    if end:
        yield SAME, old[len(old) - end :], new[len(new) - end :]
