"""The facet "place": a conference's number in a series, in sortable form. Snapshots write it, and the pages read it."""

HIGHEST = 999_999


def series_place(series, ordinal):
    """Return the value of the facet "place", a text that sorts by number within its series in any collation."""
    return f"{series}:{min(ordinal, HIGHEST):06d}"
