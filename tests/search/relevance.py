"""``python -m tests.search.relevance``: how well a search answers the queries of data/queries.toml from the Declaration.

A ranker is a function of (query, language) that returns the numbers of articles, best first. Without ``--ranker`` the two
plain ones below are measured. 100 is perfect for both measures. "possible" is the recall of a search that finds each answer
except those that say it in other words than the query (``worded_otherwise``).
"""

import argparse
import functools
import importlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

DATA = Path(__file__).resolve().parent / "data"
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")


@dataclass(frozen=True)
class Query:
    """What one reader types for a need, and the articles that answer it (numbers)."""

    need: str
    language: str
    text: str
    traits: tuple[str, ...]
    forms: str
    hard: bool
    answers: frozenset[int]
    worded_otherwise: frozenset[int]
    other_sense: frozenset[int]


@functools.cache
def texts(language):
    """Return {number: text} of the preamble (0) and the articles (1 to 30) in *language*."""
    parts = json.loads(Path(DATA, "udhr", f"{language}.json").read_text("utf-8"))
    return {part["number"]: part["text"] for part in parts}


@functools.cache
def queries():
    """Return every Query: each need in each language."""
    needs = tomllib.loads(Path(DATA, "queries.toml").read_text("utf-8"))["needs"]
    return [
        Query(
            need=need["id"],
            language=language,
            text=need[language]["query"],
            traits=tuple(need[language]["traits"]) + ("hard",) * need[language].get("hard", False),
            forms=need[language]["forms"],
            hard=need[language].get("hard", False),
            answers=frozenset(need["answers"]),
            worded_otherwise=frozenset(need.get("worded_otherwise", {}).get(language, ())),
            other_sense=frozenset(need.get("other_sense", {}).get(language, ())),
        )
        for need in needs
        for language in LANGUAGES
    ]


# Measures


def recall_at(count, found, answers):
    """Return the share (0 to 1) of *answers* that are among the first *count* of *found*."""
    return len(answers.intersection(found[:count])) / len(answers)


def precision_at(count, found, answers):
    """Return the share (0 to 1) of answers among the first *count* of *found*, or among all of a shorter list; 0 of none."""
    first = found[:count]
    return len(answers.intersection(first)) / len(first) if first else 0.0


def measure(rank, some):
    """Return (recall at 10, precision at 5) of *rank*, each the mean over the queries *some*."""
    found = [(rank(query.text, query.language), query.answers) for query in some]
    return mean(recall_at(10, *pair) for pair in found), mean(precision_at(5, *pair) for pair in found)


# Plain rankers


def substring(query, language):
    """Return the articles that contain *query* as typed, whole, in any case, in the order of their numbers."""
    return [number for number, text in texts(language).items() if query.casefold() in text.casefold()]


def every_word(query, language):
    """Return the articles that contain each word of *query*, without its quotation marks, be it within longer words."""
    words = query.casefold().replace('"', "").split()
    return [number for number, text in texts(language).items() if all(word in text.casefold() for word in words)]


# Command


def groups():
    """Return {"language fr", "trait nfd", "answers 2 to 4" …: queries}, and at the end all queries."""
    every = queries()
    traits = sorted({trait for query in every for trait in query.traits})
    sizes = {"1": range(1, 2), "2 to 4": range(2, 5), "5 and more": range(5, 11)}
    return (
        {f"language {language}": [q for q in every if q.language == language] for language in LANGUAGES}
        | {f"trait {trait}": [q for q in every if trait in q.traits] for trait in traits}
        | {f"answers {name}": [q for q in every if len(q.answers) in size] for name, size in sizes.items()}
        | {"all": every}
    )


def table(rankers):
    """Yield the lines of the table: a group of queries a line, then recall at 10 and precision at 5 of each ranker."""
    yield f"{'':<24}{'queries':>8}{'possible':>10}" + "".join(f"{name:>20}" for name in rankers)
    yield f"{'':<42}" + f"{'recall@10':>12}{'prec@5':>8}" * len(rankers)
    for name, some in groups().items():
        possible = mean(recall_at(10, list(query.answers - query.worded_otherwise), query.answers) for query in some)
        measured = [measure(rank, some) for rank in rankers.values()]
        cells = "".join(f"{100 * recall:>12.1f}{100 * precision:>8.1f}" for recall, precision in measured)
        yield f"{name:<24}{len(some):>8}{100 * possible:>10.1f}" + cells


def named_ranker(name):
    """Return the function that *name*, "package.module:function", stands for."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m tests.search.relevance", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ranker", action="append", default=[], metavar="MODULE:FUNCTION", help="measure this one too")
    options = parser.parse_args(arguments)
    rankers = {"substring": substring, "every word": every_word}
    rankers |= {name.rpartition(":")[2]: named_ranker(name) for name in options.ranker}
    for line in table(rankers):
        print(line)


if __name__ == "__main__":
    main()
