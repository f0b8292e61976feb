"""Files in CSV, for spreadsheets of any language."""

import csv
import re
from collections.abc import Iterable, Iterator

# Where a spreadsheet would begin a formula. One whose list separator is the semicolon (French, Russian) splits there too, and
# at line breaks inside quotes.
_FORMULA = re.compile("(^|[;\n]|\r(?!\n))(?=[=+@＝＋－＠\t\r\n\0-])")


def cell(value: object) -> str:
    """Return *value* as text that a spreadsheet does not interpret as a formula."""
    return "" if value is None else _FORMULA.sub(r"\1'", str(value))


class _Echo:
    """A file-like object whose ``write`` returns its argument, so that a CSV is produced line by line."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a CSV: the names in *columns*, then *rows*, each a list of values.

    A byte order mark comes first: without it, Excel reads UTF-8 as the code page of its machine.
    """
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(columns))
    for row in rows:
        yield str(writer.writerow([cell(value) for value in row]))
