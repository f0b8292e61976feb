"""Countries (ISO 3166-1) and the regions they lie in (United Nations M49), named in the six languages.

The names, as the United Nations writes them, stand in ``geography.toml`` with their source. Regions are identified by
slugs made from their M49 names, since they appear in addresses (``?region=central-asia``).
"""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from ctportal.core.languages import LOCALES, active, comma

# CLDR's "en_GB" has few names of its own.
_LOCALES = LOCALES | {"en": "en"}


class _Region(NamedTuple):
    """*code* is the M49 code, *parent* the slug of the region that contains it, *countries* those in no narrower region."""

    code: str
    parent: str | None
    countries: str = ""


# Regions by slug, in the order of menus, wide before narrow, with the ISO 3166-1 codes of their countries. M49 assigns
# Antarctica (AQ) to no region and does not list TW.
_REGIONS = {
    "africa": _Region("002", None),
    "northern-africa": _Region("015", "africa", "DZ EG EH LY MA SD TN"),
    "sub-saharan-africa": _Region("202", "africa"),
    "eastern-africa": _Region(
        "014", "sub-saharan-africa", "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW"
    ),
    "middle-africa": _Region("017", "sub-saharan-africa", "AO CD CF CG CM GA GQ ST TD"),
    "southern-africa": _Region("018", "sub-saharan-africa", "BW LS NA SZ ZA"),
    "western-africa": _Region("011", "sub-saharan-africa", "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG"),
    "americas": _Region("019", None),
    "northern-america": _Region("021", "americas", "BM CA GL PM US"),
    "latin-america-and-the-caribbean": _Region("419", "americas"),
    "caribbean": _Region(
        "029",
        "latin-america-and-the-caribbean",
        "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    ),
    "central-america": _Region("013", "latin-america-and-the-caribbean", "BZ CR GT HN MX NI PA SV"),
    "south-america": _Region(
        "005", "latin-america-and-the-caribbean", "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"
    ),
    "asia": _Region("142", None),
    "central-asia": _Region("143", "asia", "KG KZ TJ TM UZ"),
    "eastern-asia": _Region("030", "asia", "CN HK JP KP KR MN MO"),
    "south-eastern-asia": _Region("035", "asia", "BN ID KH LA MM MY PH SG TH TL VN"),
    "southern-asia": _Region("034", "asia", "AF BD BT IN IR LK MV NP PK"),
    "western-asia": _Region("145", "asia", "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE"),
    "europe": _Region("150", None),
    "eastern-europe": _Region("151", "europe", "BG BY CZ HU MD PL RO RU SK UA"),
    "northern-europe": _Region("154", "europe", "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"),
    "southern-europe": _Region("039", "europe", "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA"),
    "western-europe": _Region("155", "europe", "AT BE CH DE FR LI LU MC NL"),
    "oceania": _Region("009", None),
    "australia-and-new-zealand": _Region("053", "oceania", "AU CC CX HM NF NZ"),
    "melanesia": _Region("054", "oceania", "FJ NC PG SB VU"),
    "micronesia": _Region("057", "oceania", "FM GU KI MH MP NR PW UM"),
    "polynesia": _Region("061", "oceania", "AS CK NU PF PN TK TO TV WF WS"),
}
REGIONS = tuple(_REGIONS)
WITHOUT_REGION = frozenset({"AQ", "TW"})

_REGION_OF = {code: slug for slug, region in _REGIONS.items() for code in region.countries.split()}
COUNTRY_CODES = tuple(sorted({*_REGION_OF, *WITHOUT_REGION}))


@cache
def _names() -> dict[str, dict[str, dict[str, str]]]:
    """Return {"countries" or "regions": {code: {language: name}}} as the file says.

    Read once: a part of the code, which no edition changes. Parsing it takes 16 ms of processor time, and a page asks for up to 250 names.
    """
    return tomllib.loads(Path(__file__).with_name("geography.toml").read_text(encoding="utf-8"))


def country_name(code: str, language: str) -> str:
    """Return the name of the country *code* (ISO 3166-1) in *language*, or "" where *code* is empty."""
    return _names()["countries"][code][language] if code else ""


def names_to_search(code: str, language: str) -> tuple[str, ...]:
    """Return the names by which the country *code* is found in *language*: its own, and the shorter one of CLDR.

    Readers search for Россия and Южная Корея, not only for Российская Федерация and Республика Корея.
    """
    return tuple(dict.fromkeys([country_name(code, language), Locale.parse(_LOCALES[language]).territories[code]]))


def country_first(language: str) -> bool:
    """Return whether the country stands before the city in *language*; nothing stands between the two then."""
    return language == "zh"


def place_name(city: str, country: str, language: str) -> str:
    """Return *city* and *country* as readers of *language* write a place; either may be ""."""
    if country_first(language):
        return country + (" " if city.isascii() and city and country else "") + city
    return comma(language).join(filter(None, [city, country]))


def region_name(slug: str, language: str) -> str:
    """Return the name of the region *slug* in *language*."""
    return _names()["regions"][_REGIONS[slug].code][language]


@cache
def regions_of(code: str) -> tuple[str, ...]:
    """Return the slugs of the regions that contain the country *code*, from wide to narrow.

    Returns () for an empty code and for those in ``WITHOUT_REGION``.
    """
    if not code or code in WITHOUT_REGION:
        return ()
    slugs = [_REGION_OF[code]]
    while parent := _REGIONS[slugs[0]].parent:
        slugs.insert(0, parent)
    return tuple(slugs)


def _sort_key(name: str, language: str) -> str | bytes:
    """Return what *name* is sorted by: in Chinese by its sound, in the other languages without accents.

    Åland, Côte d’Ivoire and Türkiye stand under A, C and T. The Chinese characters that names are made of stand in
    GB 18030 in the order of their sounds (the first level of GB 2312).
    """
    if language == "zh":
        return name.encode("gb18030")
    return "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()


@cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    named = [(code, country_name(code, language)) for code in COUNTRY_CODES]
    return tuple(sorted(named, key=lambda choice: _sort_key(choice[1], language)))


def country_choices() -> tuple[tuple[str, str], ...]:
    """Return ((code, name), …) in the active language, sorted by name, for ``choices=`` of a model field."""
    return _choices(active())
