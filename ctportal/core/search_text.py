"""The words of a search and its limits, the same for pages, API and admin.

A search that is too long is not refused. It is shortened, and the answer says so.
"""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from ctportal.core.folding import fold
from ctportal.core.symbols import with_normal_symbols
from ctportal.core.text_cleaning import one_line

# Titles have up to 300 characters, and the longest in the demo content has 25 words, so any title can be pasted. Each word
# adds a condition to the query, in the admin one for each field, and SQLite accepts fewer than 1,000 words.
MAX_CHARACTERS = 300
MAX_WORDS = 30

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_PHRASE_OR_WORD = re.compile(r'"([^"]+)"?|(\S+)')


class SearchText(NamedTuple):
    """The part of a search that is used; ``is_shortened`` where the search was longer."""

    text: str
    is_shortened: bool

    @property
    def notice(self) -> str:
        """Message for a shortened search, shown before ``text``."""
        limits = {"words": MAX_WORDS, "characters": MAX_CHARACTERS}
        text = _(
            "The search is too long. Only the beginning was used (up to %(words)d words and %(characters)d characters):"
        )
        return text % limits


def shorten(text: str) -> SearchText:
    """Return the first words of *text* within the limits, cleaned and separated by single spaces, as a SearchText.

    Only a first word that is too long by itself is cut. Control characters, which come along with pasted text, count as
    spaces.
    """
    words = one_line(_CONTROL.sub(" ", text)).split()
    kept = words[:MAX_WORDS]
    while len(kept) > 1 and len(" ".join(kept)) > MAX_CHARACTERS:
        kept.pop()
    used = " ".join(kept)[:MAX_CHARACTERS]
    return SearchText(used, used != " ".join(words))


def search_words(text: str) -> list[str]:
    """Return the folded words of *text*, each once. A quoted phrase is one word, even without its closing quotation mark."""
    words = (phrase.strip() or word for phrase, word in _PHRASE_OR_WORD.findall(fold(text)))
    return list(dict.fromkeys(filter(None, words)))


def readings(text: str) -> list[str]:
    """Return *text*, a search, as it was typed and, where that differs, with its UN symbols in the normal form.

    A record is found by either: its symbol is in the normal form, the symbols in its texts are as somebody typed them.
    """
    return list(dict.fromkeys([text, with_normal_symbols(text)]))
