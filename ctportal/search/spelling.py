"""Which words of a search may be mistyped, and how far two words are apart."""

from ctportal.core.folding import fold
from ctportal.search.parsing import single_words
from ctportal.search.scanning import TextRun

SHORTEST = 3  # letters of a word that is corrected
_SHORT = 5  # letters of a word in which one is wrong at most; in longer ones, two


def correctable(text: str) -> dict[TextRun, str]:
    """Return {run: folded word} of what may be mistyped in *text*, that of a ``Query``: words that stand alone, of letters only.

    Not symbols, numbers, Chinese, words of one or two letters, and what is in a phrase, excluded or in a filter.
    """
    found = {run: fold(run.text) for run in single_words(text)}
    return {run: word for run, word in found.items() if word.isalpha() and len(word) >= SHORTEST}


def most_errors(word: str) -> int:
    """Return the distance up to which another word corrects *word*."""
    return 1 if len(word) <= _SHORT else 2


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters are added, left out, replaced or exchanged with their neighbour from *one* to *other*.

    More than *most* is *most* + 1. It is the distance of Damerau and Levenshtein in its simple form, optimal string alignment.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    earlier: list[int] = []
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        costs = [row]
        for column, its_letter in enumerate(other, 1):
            cost = min(costs[-1] + 1, before[column] + 1, before[column - 1] + (letter != its_letter))
            if row > 1 < column and letter == other[column - 2] and its_letter == one[row - 2]:
                cost = min(cost, earlier[column - 2] + 1)
            costs.append(cost)
        if min(*costs, *before) > most:
            return most + 1
        earlier, before = before, costs
    return min(before[-1], most + 1)
