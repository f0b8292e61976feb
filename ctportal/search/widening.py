"""A wider query, for what is much like the texts that are searched for: it is asked where few contain all terms."""

from ctportal.search.fields import Beginning
from ctportal.search.parsing import Query, Term, Words, parse

_SHORTEST = 3  # letters of the beginning of a word


def widened(query: Query) -> Query:
    """Return *query* with the words of its phrases anywhere, and words that begin with the stem of each.

    Of "права и свободы", these are права and свободы, with свобод… instead of свобода, свободы, свободами.
    """
    terms = {term.alternatives: term for found in query.terms for term in map(_widened, _words(found))}
    return query._replace(terms=(*terms.values(),))


def _words(term: Term) -> tuple[Term, ...]:
    """Return one term for each word of *term*, if it is a phrase; numbers stay together."""
    words = term.alternatives[0]
    return parse(" ".join(words)).terms if len(words) > 1 and not all(map(str.isdecimal, words)) else (term,)


def _widened(term: Term) -> Term:
    return term._replace(alternatives=(*dict.fromkeys(map(_beginning, term.alternatives)),))


def _beginning(words: Words) -> Words:
    [*_, stem] = words
    is_stem = stem.startswith("~") and stem[1:].isalpha() and len(stem) > _SHORTEST
    return (Beginning(stem),) if is_stem else words
