"""Queries that are asked on every page, their SQL written once.

Building a queryset of ours and having Django write its SQL takes several times as long as the database takes to answer.
The text only depends on which arguments there are, never on their values; so it is kept, and the values put in.
"""

import functools
import itertools
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models.query import ModelIterable

_EPOCH = datetime(1801, 1, 1, tzinfo=UTC)
_MARKS = itertools.count(1)
# Django writes the numbers of a slice into the SQL itself.
_START, _LENGTH = 1_234_567_891, 987_654_321
_LIMIT = f"LIMIT {_LENGTH} OFFSET {_START}"
WINDOW = slice(_START, _START + _LENGTH)


def prepared(build):
    """Make *build*, a function of keyword arguments that returns a queryset, answer with the list of its rows.

    The queryset is built once per process for each shape of the arguments: their types and, for lists, their lengths.
    *build* must use each argument as a value and decide nothing by it. Rows are model instances, with deferred fields
    and annotations as the queryset says, or tuples where it ends in ``values_list``. Arguments may be str, int, UUID,
    date, aware datetime, or a list of one of these; None and empty lists would make other SQL, so they are refused with a
    TypeError: leave such an argument out and give it a default in *build*. A queryset sliced by ``WINDOW`` takes one more argument, *window*: the
    first row and the number of rows.
    """
    kept = {}

    @functools.wraps(build)
    def rows(*, window=None, **arguments):
        if unfit := sorted(name for name, value in arguments.items() if value is None or value == []):
            raise TypeError(
                f"{build.__name__} cannot be asked with nothing in {unfit}: leave out what is None or empty."
            )
        shape = (connection.vendor, *((name, _shape(value)) for name, value in arguments.items()))
        statement = kept.get(shape)
        if statement is None:
            statement = kept[shape] = _Statement(build, arguments)
        return statement.rows(arguments, window)

    return rows


def _shape(value):
    return (len(value), *{type(each) for each in value}) if isinstance(value, list) else type(value)


def _mark(value):
    """Return a value of the same type that stands nowhere else in any query."""
    if isinstance(value, list):
        return [_mark(each) for each in value]
    number = next(_MARKS)
    if isinstance(value, datetime):
        return _EPOCH + timedelta(microseconds=number)
    if isinstance(value, date):
        return date.min + timedelta(days=number)
    if isinstance(value, UUID):
        return UUID(int=(0xEDED << 112) + number)
    if isinstance(value, int):
        return -(10**15) - number
    return f"\ue000{number}\ue000"


def _for_database(value):
    """Return *value* as Django hands it to the driver."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


class _Statement:
    def __init__(self, build, arguments):
        marked = {name: _mark(value) for name, value in arguments.items()}
        places = {}
        for name, mark in marked.items():
            for index, each in enumerate(mark) if isinstance(mark, list) else ((None, mark),):
                places[_for_database(each)] = (name, index)
        queryset = build(**marked)
        compiler = queryset.query.get_compiler(using=connection.alias)
        self.sql, params = compiler.as_sql()
        self.params = [places.get(param, (None, param)) for param in params]
        if unused := set(places.values()) - set(self.params):
            raise TypeError(f"{build.__name__} does not hand on its arguments {sorted(map(str, unused))} as they are.")
        select, klass, annotations = compiler.select, compiler.klass_info, compiler.annotation_col_map
        self.converters = list(compiler.get_converters([expression for expression, *_ in select]).items())
        self.model = klass["model"] if issubclass(queryset._iterable_class, ModelIterable) else None
        if self.model:
            first, after = klass["select_fields"][0], klass["select_fields"][-1] + 1
            self.columns = slice(first, after)
            self.fields = [expression.target.attname for expression, *_ in select[first:after]]
            self.annotations = list((annotations or {}).items())

    def rows(self, arguments, window):
        sql = self.sql
        if window:
            start, length = window
            sql = sql.replace(_LIMIT, f"LIMIT {int(length)} OFFSET {int(start)}")
        values = {name: _prepared_value(value) for name, value in arguments.items()}
        params = [
            index if name is None else values[name] if index is None else values[name][index]
            for name, index in self.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchall()
        if self.converters:
            found = [tuple(self._converted(row)) for row in found]
        return [self._instance(row) for row in found] if self.model else found

    def _converted(self, row):
        row = list(row)
        for index, (converters, expression) in self.converters:
            for convert in converters:
                row[index] = convert(row[index], expression, connection)
        return row

    def _instance(self, row):
        instance = self.model.from_db(connection.alias, self.fields, row[self.columns])
        for name, index in self.annotations:
            setattr(instance, name, row[index])
        return instance


def _prepared_value(value):
    return [_for_database(each) for each in value] if isinstance(value, list) else _for_database(value)
