"""Which entries of a list in the public JSON are the same in two versions of a record."""

from .types import JsonObject


def identity(entry: JsonObject) -> tuple[str, ...] | None:
    """Return what *entry* stays the same by, None where it has nothing of the kind.

    That is the uid of a record, with role and kind; organization and role of a person without a name; the key of a file or
    row; an address; a language. Several entries may have the same, such as two remarks of one person. A group that has a title
    alone has nothing of the kind.
    """
    if entry.get("uid"):
        return "uid", str(entry["uid"]), str(entry.get("role")), str(entry.get("kind"))
    if "uid" in entry and entry.get("organization"):
        return "unnamed", str(entry["organization"]["uid"]), str(entry.get("role"))
    return next(((name, str(entry[name])) for name in ("key", "address", "language") if name in entry), None)
