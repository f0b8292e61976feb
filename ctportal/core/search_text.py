"""How much of a search is looked for: one rule for the pages, the API and the admin.

A search is never refused for its length. It is shortened, and the answer says so.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

# A title has up to 300 characters, and the longest of the demo 25 words: who pastes a title finds it. Each word is one more
# condition on every record, in the admin one for each field: 1,000 of them are more than SQLite takes.
MAX_CHARACTERS = 300
MAX_WORDS = 30


class SearchText(NamedTuple):
    """What is looked for of a search; ``is_shortened`` where there was more."""

    text: str
    is_shortened: bool

    @property
    def notice(self) -> str:
        """What is said, before ``text``, of a search that was shortened."""
        limits = {"words": MAX_WORDS, "characters": MAX_CHARACTERS}
        text = _(
            "The search is too long. Only the beginning was used (up to %(words)d words and %(characters)d characters):"
        )
        return text % limits


def shorten(text: str) -> SearchText:
    """Return the first words of *text* that are within the limits, with one space between them.

    Only a first word that is too long by itself is cut. NUL, which no text in the database holds, counts as a space.
    """
    words = text.replace("\0", " ").split()
    kept: list[str] = []
    left = MAX_CHARACTERS
    for word in words[:MAX_WORDS]:
        if len(word) > left:
            break
        kept.append(word)
        left -= len(word) + 1
    if words and not kept:
        kept = [words[0][:MAX_CHARACTERS]]
    return SearchText(" ".join(kept), kept != words)
