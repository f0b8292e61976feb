"""UN document symbols: one parser, one normal form, and the address in the UN document system.

The normal form follows the United Nations Editorial Manual. Components are joined by slashes. The year or session of some
resolutions follows in parentheses after a space: ``S/RES/2396 (2017)``, ``A/RES/217 (III) A``, but ``A/RES/72/284``.

A symbol is recognized by its form: new bodies appear every year. Only a symbol with a single number (``CD/2162``) must
name a body that is known, since ``TCP/443`` and ``COVID/19`` have that form too.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ctportal.core.folding import INVISIBLE

_ROMAN = "[IVXLC]{1,8}"
_NUMBER = "[1-9][0-9]{0,5}"  # never with a leading zero
_SESSION = rf"E?S-(?:{_NUMBER}|{_ROMAN})"  # a special or emergency special session
_YEAR = "(?:19[4-9]|20[0-9])[0-9]"
_ATTACHED = rf"\((?:{_NUMBER}|{_SESSION}|{_ROMAN})\)(?=/)"  # the session of a conference of parties: COP(14)
_QUALIFIER = (
    rf"\((?P<word>VOLS?|PARTS?|SECTS?|INCOME SECTS?|PROGS?|RESUMPTION|SUPP|INTRODUCTION|PLAN OUTLINE)\.?"
    rf"(?: ?(?P<which>(?:{_NUMBER}[A-Z]?|{_ROMAN})(?:(?: AND |-)(?:{_NUMBER}[A-Z]?|{_ROMAN}))?))?\)"
)
_BODY = rf"(?:[AEST]|[A-Z]{{2,10}}(?:-[A-Z]{{2,10}})*(?:\.{_NUMBER})?)(?:{_ATTACHED})?"
_WORD = rf"[A-Z]{{1,15}}(?:-[A-Z]{{1,15}})*(?:\.(?:{_NUMBER}|[A-Z]{{1,9}}))*(?:-(?:[A-Z]|{_NUMBER}))?"
_COMPONENT = (
    rf"(?:(?:{_NUMBER}(?:-(?:[A-Z]|{_NUMBER}))?|{_SESSION}|{_WORD})(?:{_ATTACHED})?|{_ATTACHED})"
    rf"(?:{re.sub(r'[?]P<[a-z]+>', '?:', _QUALIFIER)})?"
)
_SYMBOL = re.compile(rf"{_BODY}(?:/{_COMPONENT}){{1,10}}")
_LETTER = r"[A-Z](?:(?:-| AND )[A-Z])?"
_RESOLUTION = re.compile(
    rf"(?P<path>{_BODY}(?:/{_WORD})*/(?:RES|DEC)/(?:(?:{_NUMBER}|{_SESSION})/)?{_NUMBER})(?: ?\[?(?P<before>{_LETTER})\]?)?"
    rf"(?:\((?P<session>{_YEAR}|{_ROMAN}|{_SESSION})\))?(?: ?\[?(?P<after>{_LETTER})\]?)?"
    rf"(?P<rest>(?:/(?:ADD|CORR|REV)\.{_NUMBER})*)"
)
_LATER = re.compile(rf"(?:/(?:(?:ADD|CORR|REV|AMEND)\.{_NUMBER}(?:-{_NUMBER})?|SUMMARY))*$")
# What these name is a body and no document: A/C.3, A/CONF.183.
_ORGAN = re.compile(rf"(?:AC|C|CN|COM|CONF|COP|EA|GC|GE|GGE|HA|SC|SER|SUB|WG)\.(?:{_NUMBER}|{_ROMAN})")
# Bodies, other than the principal organs, with documents of a single number.
_KNOWN = re.compile(
    "BWC|CAC|CAT|CBD|CCPR|CCW|CD|CEB|CED|CEDAW|CERD|CES|CLCS|CMW|CRC|CRPD|CTOC|DC|DP|DSG|ECA|ECE|ESCAP|FCCC|GA|HR|HRI|HSP|"
    "ICCD|IDB|INFCIRC|ISBA|JIU|LC|LOS|NPT|PCNICC|SC|SG|SPLOS|ST|TD|TRANS|UNCTAD|UNEP|UNIDO|UNW"
)
# What else is numbered in this form.
_NO_BODIES = re.compile(
    # Days and months
    "JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|"
    "DEC(?:EMBER)?|MON(?:DAY)?|TUE(?:S(?:DAY)?)?|WED(?:NESDAY)?|THU(?:RS(?:DAY)?)?|FRI(?:DAY)?|SAT(?:URDAY)?|SUN(?:DAY)?|"
    "AM|PM|HOURS?|DAY|WEEK|MONTH|YEAR|FY|"
    # Rooms, and parts of texts
    "ROOM|RM|HALL|FLOOR|LEVEL|GATE|SEAT|ROW|DESK|BLDG|BUILDING|BLOCK|FLAT|BOX|ZONE|FLIGHT|PANEL|TEAM|GROUP|CLASS|UNIT|SESSION|ROUND|STEP|"
    "PHASE|STAGE|TRACK|LINE|LOT|SIZE|"
    "PAGES?|PP|NOS?|NR|VOLS?|CH|CHAP|CHAPTER|SECT?S?|SECTIONS?|ARTS?|ARTICLES?|PARAS?|PARTS?|ANNEX|ITEMS?|FIG|FIGURE|TABLES?|"
    "SHEET|SLIDE|VERSION|VER|DRAFT|ISSUE|BUILD|TICKET|TASK|JOB|"
    # Parts of symbols
    "AC|ADD|CN|CONF|CORR|CRP|GE|INF|PV|RES|REV|SR|SUB|UN|WG|WP|"
    # Files and their places
    "API|ASSETS|BLOG|CSS|DATA|DOCS?|DOCUMENTS?|DOWNLOADS?|ETC|FILES?|HOME|IMAGES?|IMG|JS|LIB|LOGS?|MEDIA|NEWS|PATH|PDFS?|PHOTOS?|"
    "POSTS?|SRC|STATIC|TAGS?|TMP|UPLOADS?|USR|VAR|WWW|"
    # Invoices, tenders and other papers of an office
    "BID|CV|EOI|FAX|ID|INV|INVOICE|ISBN|ISSN|ITB|LTA|ORDER|PO|REF|RFI|RFPS?|RFQ|TBC|TBD|TEL|TENDER|TOR|VAT|"
    # Standards and names
    "BS|DIN|EN|HTTPS?|IEC|IEEE|IP|ISO|RFC|TCP|UDP|USB|COVID|HIV|"
    # Other organizations
    "COM|COE|EU|INTERPOL|JOIN|MEPC|MSC|NATO|OJ|OSCE|PE|SWD|WHA|WHO"
)

_NAME = (
    r"(?:(?:UN|U\.N\.|UNITED NATIONS) )?(?:(?P<S>SECURITY COUNCIL|(?:UN)?SC)|(?P<A>GENERAL ASSEMBLY|(?:UN)?GA)|"
    r"(?P<E>ECONOMIC AND SOCIAL COUNCIL|ECOSOC)|(?P<HRC>HUMAN RIGHTS COUNCIL|(?:UN)?HRC))"
    r"(?:R| RES(?:OLUTIONS?|\.)?) ?(?:NO\.? ?)?"
)
_DATE = "(?: OF [0-9]{1,2} [A-Z]+ [0-9]{4})?"
_IN_WORDS = re.compile(rf"{_NAME}(?P<number>[0-9S].*?){_DATE}")
_IN_SEARCH = re.compile(
    rf"(?<!\w){_NAME}(?:E?S-)?[0-9]{{1,4}}(?:/[0-9]{{1,4}})?(?: ?\((?:{_YEAR}|{_ROMAN}|{_SESSION})\)|(?!\w)){_DATE}",
    re.IGNORECASE,
)
_ORGANS = {"S": "S", "A": "A", "E": "E", "HRC": "A/HRC"}
_AROUND = re.compile(
    r"(?:HTTPS?://)?(?:WWW\.)?(?:UNDOCS\.ORG|(?:DOCS|DOCUMENTS|WWW)\.UN\.ORG)/[^?\s]*[?](?:[^&]+&)*(?:FINAL)?S(?:YMBOL)?=([^&]+).*|"
    r"(?:HTTPS?://)?(?:WWW\.)?(?:UNDOCS|DOCS\.UN)\.ORG/(?:[A-Z]{2}/)?([^?]+)|"
    r"(?:(?:UN|U\.N\.|UNITED NATIONS) )?DOC(?:UMENT|\.)?:? (.+)"
)
_QUOTES = "\"'“”„«»‘’ "
_IN_BRACKETS = re.compile(r"[(\[]((?:[^()\[\]]|\([^()]*\))*)[)\]]")
_CANDIDATE = re.compile(r'[^\s"“”«»,;]+[/／∕⁄][^\s"“”«»,;]+(?: ?\([^()\s]{1,12}\))?')

# Other slashes and asterisks, and the Cyrillic letters that look like Latin ones.
_ALIKE = str.maketrans("⁄∕⧸−∗⁎٭АВЕКМНОРЅСТХавекмнорѕстх", "///-***ABEKMHOPSCTXABEKMHOPSCTX")

# What may be a symbol inside a text, with the address before it; letters in invisible characters and full width, too.
_SIGN = f"A-Z\uff21-\uff3a\uff41-\uff5aАВЕКМНОРЅСТХ0-9٠-٩۰-۹０-９{INVISIBLE}"
_SYMBOL_IN_TEXT = re.compile(
    r"(?:(?:HTTPS?://)?(?:WWW\.)?(?:UNDOCS\.ORG|DOCS\.UN\.ORG)/(?:[A-Z]{2}/)?|"
    r"(?:HTTPS?://)?(?:DOCS|DOCUMENTS|WWW)\.UN\.ORG/[^?\s]{0,80}[?](?:[A-Z_]{1,20}=[^&\s]{0,40}&){0,5}(?:FINAL)?S(?:YMBOL)?=|"
    rf"(?<![{_SIGN}/∕⁄／@.])(?=[A-Z\uff21-\uff3a\uff41-\uff5aАВЕКМНОРЅСТХ]))"
    rf"(?P<symbol>[{_SIGN}.‐-―-]{{1,40}}(?:[(（][{_SIGN}-]{{1,12}}[)）])?"
    rf"(?:[/∕⁄／][{_SIGN}]+(?:[.．‐-―－-][{_SIGN}]+)*(?:[(（][{_SIGN}-]{{1,12}}[)）](?=[/∕⁄／]))?){{1,10}})"
    rf"(?P<session> ?[(（][{_SIGN}-]{{1,12}}[)）])?",
    re.IGNORECASE,
)


class Symbol(NamedTuple):
    """A UN document symbol. *reissue* is the mark of a document that was issued again: asterisks, or "".

    The mark is no part of the symbol: it identifies the same document. Of a joint symbol, *parts* are the symbols.
    """

    text: str
    reissue: str
    parts: tuple[str, ...]


def parse_symbol(text: str) -> Symbol:
    """Return the Symbol that *text* is. Raises ValidationError (code ``symbol_invalid``) where it is none.

    "S/RES/2396(2017)", "s/res/2396 (2017)" and "Security Council resolution 2396 (2017)" give the same symbol, as do
    full-width signs, look-alike letters and addresses in the UN document system.
    """
    typed, asterisks = _compact(text)
    parts = tuple(_normal(part) for part in re.split(r"(?<=[0-9)])-(?=(?:[AEST]|[A-Z]{2,10})/)", typed))
    if not typed or not all(parts):
        raise ValidationError(
            _(
                "“%(value)s” is not a valid UN symbol. Use a format such as S/RES/2396 (2017), A/RES/72/284 or "
                "S/2018/1177."
            ),
            code="symbol_invalid",
            params={"value": text[:80]},
        )
    if without_year := next((part for part in parts if re.fullmatch(r"S/RES/\d+", part)), ""):
        raise ValidationError(
            _("“%(value)s” has no year. Write it as %(symbol)s (2017)."),
            code="symbol_without_year",
            params={"value": text[:80], "symbol": without_year},
        )
    return Symbol("-".join(parts), asterisks, parts)


def normalize_symbol(text: str) -> str:
    """Return *text* in the normal form, without the mark of a reissue. Raises ValidationError as ``parse_symbol``."""
    return parse_symbol(text).text


def with_normal_symbols(text: str) -> str:
    """Return *text*, a search, with its symbols in the normal form, also where they are in words.

    "UNSCR 2396 (2017)" becomes "S/RES/2396 (2017)". Without its year, it becomes a phrase that any year continues.
    """
    mark = "" if re.search('["“”]', text) else '"'  # phrases cannot hold phrases

    def named(found: re.Match[str]) -> str:
        try:
            return parse_symbol(found[0]).text
        except ValidationError as error:
            symbol = (error.params or {}).get("symbol")
            return f"{mark}{symbol} ({mark}" if symbol else found[0]

    def replaced(found: re.Match[str]) -> str:
        try:
            return " ".join(parse_symbol(found[0]).parts)
        except ValidationError:
            return found[0]

    return _CANDIDATE.sub(replaced, _IN_SEARCH.sub(named, text))


class FoundSymbol(NamedTuple):
    """A symbol at *start* to *end* of a text. *parts* are its normal forms without the session or year in parentheses.

    Where it *is_in_words* ("Security Council resolution 2396"), the text is words as well.
    """

    start: int
    end: int
    parts: tuple[str, ...]
    is_in_words: bool


def find_symbols(text: str) -> Iterator[FoundSymbol]:
    """Yield the symbols in *text* in their order, addresses in the UN document system included.

    A year or session in parentheses helps to recognize a symbol, but lies behind its end.
    """
    found = [(match, True) for match in _IN_SEARCH.finditer(text)]
    if re.search("[/∕⁄／]", text):
        found += [(match, False) for match in _SYMBOL_IN_TEXT.finditer(text)]
    for match, is_in_words in sorted(found, key=lambda each: each[0].start()):
        forms = (match[0],) if is_in_words else (match["symbol"] + (match["session"] or ""), match["symbol"])
        if parts := next(filter(None, map(_parts, forms)), ()):
            end = match.end() if is_in_words else match.end("symbol")
            yield FoundSymbol(match.start(), end, parts, is_in_words)


def _parts(text: str) -> tuple[str, ...]:
    """Return the normal forms of the symbols in *text*, without what follows a space; () where it is none."""
    try:
        parts = parse_symbol(text).parts
    except ValidationError as error:
        symbol = (error.params or {}).get("symbol")  # without its year
        parts = (symbol,) if symbol else ()
    return tuple(part.split(" ")[0] for part in parts)


def symbol_url(symbol: str, language: str) -> str:
    """Return the address of *symbol* (normal form) in the UN document system for a reader of *language* (two letters).

    Of a joint symbol, each part leads to the document; the letter of an old resolution stands within one document.
    """
    first = re.split(r"(?<=[0-9)])-(?=(?:[AEST]|[A-Z]{2,10})/)", symbol)[0]
    first = re.sub(r"(\([IVXLC]+\)) [A-Z]\b.*", r"\1", first)
    return f"https://undocs.org/{language}/{quote(first.replace(' ', ''), safe='/()')}"


def _compact(text: str) -> tuple[str, str]:
    """Return *text* in ASCII capitals, without what stands around a symbol, and the asterisks behind it."""
    typed = "".join(_plain_character(character) for character in unquote(text).translate(_ALIKE)).upper()
    typed = " ".join(typed.split()).lstrip(_QUOTES).rstrip(_QUOTES + ".,;:")
    if whole := _IN_BRACKETS.fullmatch(typed):
        typed = whole[1]
    before_asterisks = typed.rstrip("* ")
    asterisks = typed[len(before_asterisks) :].replace(" ", "")[:3]
    around = _AROUND.fullmatch(before_asterisks)
    typed = next(filter(None, around.groups())) if around else before_asterisks
    if words := _IN_WORDS.fullmatch(typed):
        organ = next(symbol for name, symbol in _ORGANS.items() if words[name])
        typed = f"{organ}/RES/{words['number']}"
    typed = re.sub(r" ?([/()]) ?", r"\1", typed)
    typed = re.sub(r"\)(?=[A-Z])", ") ", typed)
    return re.sub(r"\. (?=[0-9])", ".", typed), asterisks


def _plain_character(character: str) -> str:
    match unicodedata.category(character):
        case "Cf":  # invisible
            return ""
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Pd":
            return "-"
    return unicodedata.normalize("NFKC", character) if "！" <= character <= "～" else character


def _normal(typed: str) -> str:
    """Return the normal form of one symbol in the form of ``_compact``; "" where it is none."""
    if found := _RESOLUTION.fullmatch(typed):
        path, session, letter = found["path"], found["session"], found["after"] or found["before"]
        if session and path.startswith("S/") != bool(re.fullmatch(_YEAR, session)):
            return ""
        if not session and re.fullmatch("[AET]/RES/[0-9]+", path):
            return ""  # which session?
        end = f" ({session})" if session else ""
        end += f" {letter.replace('AND', 'and')}" if letter else ""
        symbol = path + end + found["rest"]
    elif "/RES/" not in typed and _SYMBOL.fullmatch(typed) and _is_document(_LATER.sub("", typed)):
        symbol = re.sub(_QUALIFIER, _qualifier, typed)
    else:
        return ""
    symbol = symbol.replace("/OZL.PRO.", "/OzL.Pro.")
    return re.sub(r"/(ADD|AMEND|CORR|RES|REV|SUB|SUMMARY)(?=\.|$)", lambda found: f"/{found[1].capitalize()}", symbol)


def _is_document(symbol: str) -> bool:
    """Return whether *symbol*, of the right form and without addenda, has the numbers of a document."""
    body, *components = re.sub(_QUALIFIER, "", symbol).split("/")
    body = re.split("[^A-Z-]", body)[0]  # without a number or session: COP(14)
    numbers = [each for each in symbol.split("/") if re.search(r"[0-9]|\.[IVXLC]+$|\(", each)]
    if _NO_BODIES.fullmatch(body) or not components or not re.search("[0-9]", components[-1]):
        return False
    if _ORGAN.fullmatch(components[-1]) or re.fullmatch(_SESSION, components[-1]):
        return False
    if len(body) == 1:  # a principal organ
        return not re.fullmatch("[A-Z]", components[0])
    if body == "ST":
        return not components[0][0].isdigit()
    if _KNOWN.fullmatch(body):
        return True
    serial_before_year = len(components) == 2 and bool(re.fullmatch(_YEAR, components[1]))
    return len(numbers) > 1 and not serial_before_year


def _qualifier(found: re.Match[str]) -> str:
    word = found["word"].capitalize() + ("." if found["word"].startswith(("VOL", "SECT", "INCOME", "PROG")) else "")
    which = (found["which"] or "").replace("AND", "and")
    return f" ({word} {which})" if which else f" ({word})"
