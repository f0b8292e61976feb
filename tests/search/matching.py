"""Whether a text matches a term, as the index answers it."""


def matches(tokens, term):
    """Return whether one of the alternatives of *term* is in *tokens*: a single token anywhere, several words in a row."""
    return any(_has(tokens, alternative) for alternative in term.alternatives)


def finds(tokens, query):
    """Return whether all terms of *query*, and none that it excludes, match *tokens*."""
    return all(matches(tokens, term) for term in query.terms) and not any(
        matches(tokens, term) for term in query.excluded
    )


def _has(tokens, words):
    if len(words) == 1 and words[0] in tokens.others:
        return True
    return any(tokens.words[at : at + len(words)] == words for at in range(len(tokens.words)))
