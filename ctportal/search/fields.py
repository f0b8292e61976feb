"""How the tokens of a text are stored and found, on SQLite and on PostgreSQL.

SQLite searches them with FTS5, in a table of its own (see ``storage``); PostgreSQL as a ``tsvector``. What is written and what
is asked is made here from tokens alone, never from what somebody typed, so neither database parses a text of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from ctportal.search.analysis import Tokens

# Each is a sequence of words that follow one another, or one token. A text matches if any of them is found in it.
Alternatives: TypeAlias = Sequence[Sequence[str]]


class Beginning(str):
    """The last word of an alternative, of which only the beginning is known: it matches each token that begins with it."""

    __slots__ = ()


class TokensField(models.Field):  # type: ignore[type-arg]  # takes no parameter at run time
    """The ``Tokens`` of a text; read back as the database's own notation."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if not isinstance(value, Tokens):
            return value
        return as_tsvector(value) if connection.vendor == "postgresql" else as_line(value)

    def get_placeholder(self, value: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> str:
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


def as_line(tokens: Tokens) -> str:
    """Return *tokens* separated by spaces, for FTS5: the words in their order, then the others."""
    return " ".join(filter(None, map(_storable, [*tokens.words, *sorted(tokens.others)])))


def as_tsvector(tokens: Tokens) -> str:
    """Return *tokens* as the text of a tsvector: the words with their positions, from 1, the others without."""
    positions: dict[str, list[int]] = {}
    for position, word in enumerate(filter(None, map(_storable, tokens.words)), 1):
        positions.setdefault(word, []).append(position)
    words = (f"{_quoted(word)}:{','.join(map(str, found))}" for word, found in positions.items())
    return " ".join([*words, *map(_quoted, filter(None, map(_storable, sorted(tokens.others))))])


def is_stored_as(tokens: Tokens | str, stored: str) -> bool:
    """Return whether *stored*, the notation of either database, is that of *tokens*."""
    if isinstance(tokens, str):
        return stored == tokens
    return stored == as_line(tokens) or _lexemes(stored) == _lexemes(as_tsvector(tokens))


def _lexemes(stored: str) -> list[str]:
    """Return the lexemes of a tsvector with their positions. PostgreSQL has an order of its own."""
    return sorted(re.findall(r"'(?:[^']|'')*'[:0-9,]*", stored))


class Matches(Expression):
    """Whether the search entry with the primary key *key* contains any of *alternatives*."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, key: str, alternatives: Alternatives) -> None:
        super().__init__()
        self.key: Any = models.F(key)
        self.alternatives = tuple(map(tuple, alternatives))

    def get_source_expressions(self) -> list[Any]:
        return [self.key]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        [self.key] = exprs

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        key, params = compiler.compile(self.key)
        if connection.vendor == "postgresql":
            rows = "SELECT entry_id FROM search_searchtokens WHERE tokens @@ %s::tsquery"
            return f"{key} IN ({rows})", (*params, as_tsquery(self.alternatives))
        rows = "SELECT rowid FROM search_fts WHERE search_fts MATCH %s"
        return f"{key} IN ({rows})", (*params, as_fts5(self.alternatives))


def as_fts5(alternatives: Iterable[Sequence[str]]) -> str:
    """Return the query of FTS5 for any of *alternatives*. In quotation marks nothing is an operator."""
    return " OR ".join(map(_phrase, _not_empty(alternatives))) or '""'  # which finds nothing


def _phrase(words: Sequence[str]) -> str:
    """Return *words* as a quoted phrase of FTS5, whose last word may be a beginning."""
    return '"' + " ".join(words).replace('"', '""') + '"' + "*" * isinstance(words[-1], Beginning)


def as_tsquery(alternatives: Iterable[Sequence[str]]) -> str:
    """Return the tsquery for any of *alternatives*; an empty one finds nothing."""
    return " | ".join("(" + " <-> ".join(map(_quoted, words)) + ")" for words in _not_empty(alternatives))


def _not_empty(alternatives: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """Yield those of *alternatives* that have words, without empty ones."""
    for words in alternatives:
        if storable := [*filter(None, map(_storable, words))]:
            yield storable


def _storable(token: str) -> str:
    """Return *token* without what no database stores: NUL and lone surrogates. The analysis makes no such tokens."""
    return type(token)(token.replace("\0", "").encode(errors="ignore").decode())


def _quoted(token: str) -> str:
    """Return *token* as a quoted lexeme of PostgreSQL."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'" + ":*" * isinstance(token, Beginning)
