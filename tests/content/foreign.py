"""Which texts are in another language than they claim, told by the script or, in Latin script, by function words.

The function words of English, French and Spanish are those of the Universal Declaration of Human Rights that stand in three of
its articles and in no article of the other two languages.
"""

import functools
import json
import re
from collections import Counter

from tests.search.relevance import DATA

SCRIPTS = {
    "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "Han": "\u3400-\u9fff",
    "Cyrillic": "\u0400-\u04ff",
    "Latin": "A-Za-z\u00c0-\u024f",
}
SCRIPT_OF = {"ar": "Arabic", "zh": "Han", "ru": "Cyrillic"}
IN_LATIN = ("en", "fr", "es")
# Four words in a row, whatever is between them; Chinese has no spaces, and its words have two characters on average.
PASSAGES = {
    name: re.compile(
        rf"[{letters}]{{8}}" if name == "Han" else rf"(?:[{letters}][{letters}’'.-]*+[\W\d]+){{3}}[{letters}]"
    )
    for name, letters in SCRIPTS.items()
}
WORD = re.compile(r"[^\W\d_]+")
# Exceptions: addresses, names of files and accounts, and values of the API, which are the same in every language.
NAMES = re.compile(r"https?://\S+|/id/\S+|[\w.-]+@[\w.-]+|@\w+|[\w-]+\.(?:webp|jpe?g|png|pdf)\b|\bnot-known\b")


@functools.cache
def is_foreign(text, language):
    """Return whether *text* contains four words in a row in a script in which *language* is not written, or, with four words
    or more, more function words of another language than of its own."""
    own = SCRIPT_OF.get(language, "Latin")
    text = NAMES.sub("", text)
    if any(passage.search(text) for script, passage in PASSAGES.items() if script != own):
        return True
    if language not in IN_LATIN:
        return False
    words = WORD.findall(text.casefold())
    counts = {each: sum(word in of_it for word in words) for each, of_it in function_words().items()}
    return len(words) > 3 and max(counts.values()) > counts[language]


@functools.cache
def function_words():
    """Return {language: the words that tell it from the other languages in Latin script}."""
    articles = {each: json.loads((DATA / "udhr" / f"{each}.json").read_text("utf-8")) for each in IN_LATIN}
    counted = {
        language: Counter(
            word for article in of_it for word in set(WORD.findall(f"{article['title']} {article['text']}".casefold()))
        )
        for language, of_it in articles.items()
    }
    return {
        language: {
            word
            for word, count in of_it.items()
            if count > 2 and not any(word in counted[other] for other in IN_LATIN if other != language)
        }
        for language, of_it in counted.items()
    }
