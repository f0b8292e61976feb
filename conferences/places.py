"""Where a conference stands in a series, as a facet that sorts by the number. Both sides know it."""

HIGHEST = 999_999


def series_place(series, ordinal):
    """Return the value of the facet "place": as text it sorts by number within its series, whatever the collation."""
    return f"{series}:{min(ordinal, HIGHEST):06d}"
