"""Citations of a document as plain text, BibTeX and RIS: who, what, where, when, which version, and where to read it.

Any text may stand in any field: what BibTeX reads as a command is escaped, and a line stays a line.
"""

import re

from django.utils.translation import gettext as _

from ctportal.core import text_cleaning
from ctportal.core.languages import LANGUAGES

BIBTEX_TYPES = {"report": "techreport"}
RIS_TYPES = {"press-release": "PRESS", "report": "RPRT", "news-item": "NEWS"}


def citations(document, address, key, version=None):
    """Return the citations of *document* (from document_view) at *address*: ``plain``, and [(format, text)] in ``code``.

    *key* is its key in BibTeX, *version* the number of its version; None in a preview.
    """
    said = _("Version %(number)s") % {"number": version} if version else ""
    code = [("BibTeX", bibtex(document, address, key, said)), ("RIS", ris(document, address, version))]
    return {"plain": plain_citation(document, address, said), "code": code}


def plain_citation(document, address, version):
    """Return [(part, whether it reads from left to right in any language)]; the citation is the parts joined."""
    author, place = ", ".join(_names(document["by"]) or _names(document["issued_by"])), one_line(document["place"])
    kind = f"{document['kind']} ({_('Digest')})" if _about_digest(document) else document["kind"]
    where = ", ".join(part for part in (place, document["date"]) if part)
    before = ". ".join(part for part in (author, f"“{one_line(document['title'])}”", kind, where) if part)
    after = ", ".join(part for part in (LANGUAGES[document["title"].language], version) if part)
    symbol = one_line(document["symbol"])
    parts = [(f"{before}. ", False), (symbol, True), (". " if symbol else "", False)]
    return [part for part in [*parts, (address, True), (f" ({after})", False)] if part[0]]


def one_line(text):
    """Return *text* cleaned, without marks of direction, its white space as single spaces."""
    return " ".join(text_cleaning.one_line(_MARKS.sub("", str(text))).split())


_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _about_digest(document):
    """Return the sentence that *document* is read in a digest, "" where it is not."""
    if not (document["version"] and document["version"]["digest"]):
        return ""
    return _("This is a digest: a summary made by this portal, not the text of the document.")


def split_name(name):
    """Return (family name, given name) of a person's *name*; the latter is "" where nothing tells them apart.

    The family name stands before a comma or in capitals (WANG Yi); otherwise it is the last word, with what is written
    small before it (van der Berg). Names in scripts without capitals are left whole.
    """
    family, comma, given = name.partition(",")
    words = name.split()
    if comma and family.strip():
        return family.strip(), one_line(given.replace(",", " "))
    if comma or len(words) < 2 or name.upper() == name.lower():
        return name, ""
    capitals = [word for word in words if word.isupper() and sum(map(str.isalpha, word)) > 1 and "." not in word]
    if capitals and len(capitals) < len(words):
        return " ".join(capitals), " ".join(word for word in words if word not in capitals)
    start = next((place for place, word in enumerate(words[:-1]) if place and word.islower()), len(words) - 1)
    return " ".join(words[start:]), " ".join(words[:start])


def bibtex(document, address, key, version):
    year, month, day = [*document["iso_date"].split("-"), "", ""][:3]
    fields = {
        "author": _bibtex_author(document),
        "title": f"{{{_bibtex(document['title'])}}}",
        "institution": _bibtex("; ".join(_names(document["issued_by"]))),
        "year": year,
        "month": month.lstrip("0"),
        "day": day.lstrip("0"),
        "number": _bibtex(document["symbol"]),
        "address": _bibtex(document["place"]),
        "url": address,
        "language": document["title"].language,
        "note": _bibtex(" ".join(filter(None, [_about_digest(document), version]))),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{BIBTEX_TYPES.get(document['code'], 'misc')}{{{key},\n" + ",\n".join(lines) + "\n}"


def _names(entries):
    return [name for entry in entries if (name := one_line(entry["name"]))]


def _bibtex_author(document):
    """Return the people as "family, given", or the organizations in braces, which BibTeX takes as one name each."""
    people = [_bibtex_person(name) for name in _names(document["by"])]
    return " and ".join(people or [f"{{{_bibtex(name)}}}" for name in _names(document["issued_by"])])


def _bibtex_person(name):
    family, given = split_name(name)
    if not given:
        return f"{{{_bibtex(family)}}}"
    return ", ".join(re.sub(r"\band\b", "{and}", _bibtex(part), flags=re.IGNORECASE) for part in (family, given))


# Braces count in BibTeX even after a backslash, so they are written as commands.
_BIBTEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{character: f"\\{character}" for character in "%$#&_"},
}


def _bibtex(text):
    """Return *text* with BibTeX's special characters escaped, and two signs kept two: ,, would become a quotation mark."""
    escaped = "".join(_BIBTEX.get(character, character) for character in one_line(text))
    return re.sub(r"([`',<>-])(?=\1)|([?!])(?=`)", r"\g<0>{}", escaped)


def ris(document, address, version):
    fields = [
        ("TY", RIS_TYPES.get(document["code"], "GEN")),
        *(("AU", author) for author in _ris_authors(document)),
        ("TI", document["title"]),
        ("PB", "; ".join(_names(document["issued_by"]))),
        ("CY", document["place"]),
        ("DA", _ris_date(document["iso_date"])),
        ("PY", document["iso_date"][:4]),
        ("M1", document["symbol"]),
        ("ET", version),
        ("LA", document["title"].language),
        ("N1", _about_digest(document)),
        ("UR", address),
    ]
    return "\n".join(f"{tag}  - {one_line(value)}" for tag, value in fields if value) + "\nER  - "


def _ris_date(day):
    """Return YYYY/MM/DD; where the day or the month is not known, its slash stays."""
    parts = day.split("-")
    return "/".join(parts if len(parts) == 3 else [*parts, "", "", ""][:4])


def _ris_authors(document):
    """Return the people as "family, given", or the organizations without those with a comma, which RIS takes as people."""
    if people := _names(document["by"]):
        return [", ".join(filter(None, split_name(name))) for name in people]
    return [name for name in _names(document["issued_by"]) if "," not in name]
