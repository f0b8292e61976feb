"""UN document symbols: one parser, one normal form, and the address in the UN document system.

The normal form follows the United Nations Editorial Manual. Components are joined by slashes. The year or session of some
resolutions follows in parentheses after a space: ``S/RES/2396 (2017)``, ``A/RES/3034 (XXVII)``, but ``A/RES/72/284``.
"""

import re
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_BODIES = "A|S|E|ST|T|DP|DC|CAT|CCPR|CEDAW|CERD|CRC|CTOC|FCCC|ICCD|IDB|LOS|TD|UNEP|UNW|HSP|JIU|HR|HRI|CD|CLCS|SG"
_COMPONENT = r"(?:[A-Z0-9][A-Z0-9.\-]*|(?:Add|Rev|Corr)\.\d+)"
_SYMBOL = re.compile(rf"(?:{_BODIES})(?:/{_COMPONENT})+(?: \((?:\d{{4}}|[IVXLC]+|S-[IVXLC0-9]+|ES-[IVXLC0-9]+)\))?")
_IN_WORDS = re.compile(
    r"(?:UN |UNITED NATIONS )?(?:(?P<council>SECURITY COUNCIL|SC)|(?P<assembly>GENERAL ASSEMBLY|GA))"
    r" RES(?:OLUTIONS?|\.)? ?(?:NO\.? ?)?(?P<number>.+)"
)
_SESSION = re.compile(r" ?\( ?([^()]*?) ?\)$")


def normalize_symbol(text: str) -> str:
    """Return *text* in the normal form. Raises ValidationError (code ``symbol_invalid``) where it is not a UN symbol.

    "S/RES/2396(2017)", "s/res/2396 (2017)" and "Security Council resolution 2396 (2017)" give the same symbol.
    """
    symbol = " ".join(text.upper().split())
    words = _IN_WORDS.fullmatch(symbol)
    if words:
        symbol = ("S/RES/" if words["council"] else "A/RES/") + words["number"]
    symbol = re.sub(r" ?/ ?", "/", _SESSION.sub(r" (\1)", symbol))
    symbol = re.sub(r"/(ADD|REV|CORR)\.", lambda match: f"/{match[1].capitalize()}.", symbol)
    if not _SYMBOL.fullmatch(symbol) or not any(character.isdigit() for character in symbol):
        raise ValidationError(
            _(
                "“%(value)s” is not a valid UN symbol. Use a format such as S/RES/2396 (2017), A/RES/72/284 or "
                "S/2018/1177."
            ),
            code="symbol_invalid",
            params={"value": text[:80]},
        )
    if re.fullmatch(r"S/RES/\d+", symbol):
        raise ValidationError(
            _("“%(value)s” has no year. Write it as %(symbol)s (2017)."),
            code="symbol_without_year",
            params={"value": text[:80], "symbol": symbol},
        )
    return symbol


def symbol_url(symbol: str, language: str) -> str:
    """Return the address of *symbol* (normal form) in the UN document system for a reader of *language* (two letters)."""
    return f"https://undocs.org/{language}/{quote(symbol.replace(' ', ''), safe='/()')}"
